/**
 * From source text to the resolved tree of ast.ts, in a single pass.
 *
 * The grammar is a recursive descent of functions over one `Parser`, whose parts are the scanner
 * (../lexer), the scopes (scope.ts) and the labels (labels.ts). Names are resolved as they are
 * read, since a Lua name refers to what was declared before it; only gotos wait for the end of
 * their block. Recursion is bounded by `MAX_LEVELS`, but left-associative chains (`a+b+c`,
 * `a.b.c`, `f()()`) make trees as deep as the chain is long.
 */
import { TK_EOS } from "../lexer/token";
import type { Chunk } from "./ast";
import { Parser } from "./state";
import { parseStatements } from "./statements";

/**
 * Parses a chunk. `source` is a byte string; `chunkName` is as given to `load`: `@file`, `=name`,
 * or source text. Throws a `LuaSyntaxError` if it is not well-formed.
 */
export function parseChunk(source: string, chunkName: string): Chunk {
  const p = new Parser(source, chunkName, parseStatements);
  const main = p.chunk.main;
  const block = p.enterBlock(false);
  p.lx.next();
  parseStatements(p, main.body.statements);
  p.check(TK_EOS);
  main.endLine = main.body.endLine = p.lx.line;
  p.leaveBlock(block);
  return p.chunk;
}
