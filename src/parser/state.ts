/**
 * What the rules of the grammar share: the tokens, the scopes, the function and nesting level they
 * are in, and the notes that they leave for each other.
 */
import { Lexer } from "../lexer/lexer";
import type { Name } from "../lexer/names";
import { TK_NAME, tokenText } from "../lexer/token";
import type { Chunk, Expr, FunctionBody, LocalVar, Statement } from "./ast";
import { Labels } from "./labels";
import { levelError, MAX_LEVELS } from "./limits";
import { BlockScope, FunctionState, Scope } from "./scope";

export class Parser {
  readonly lx: Lexer;
  readonly scope: Scope;
  readonly labels: Labels;
  readonly envName: Name;
  readonly globalName: Name;
  /** The innermost function being parsed. */
  fs: FunctionState;
  readonly chunk: Chunk;
  /**
   * Notes about the expression node made last; they hold only as long as the node compared with
   * them is that very object.
   */
  /** It stands in parentheses or was an operand: no target, and its value has been fetched. */
  sealed: Expr | undefined = undefined;
  /** It is a global that must not be assigned. */
  readOnlyGlobal: Expr | undefined = undefined;
  /** It stands for this compile-time constant. */
  constantUse: Expr | undefined = undefined;
  constantUsed: LocalVar | undefined = undefined;
  private levels = 0;
  private functionCount = 0;

  constructor(
    source: string,
    chunkName: string,
    /** The rule for the statements of a block: those of functions stand inside of expressions. */
    readonly parseStatements: (p: Parser, into: Statement[]) => void,
  ) {
    this.lx = new Lexer(source, chunkName);
    this.scope = new Scope(this.lx);
    this.labels = new Labels(this.lx);
    this.envName = this.lx.names.get("_ENV");
    this.globalName = this.lx.names.get("global");
    // the function outside the chunk, in which _ENV is declared
    const outside = newBody(-1, undefined, 0);
    const host = new FunctionState(undefined, outside, 0);
    const env = this.scope.newLocal("_ENV", "regular", outside, 0);
    env.captured = true;
    this.scope.declareLocal(host, this.envName, env);
    const main = newBody(this.functionCount++, undefined, 0);
    main.isVararg = true;
    main.length = source.length;
    main.upvalues.push(env);
    this.chunk = { name: chunkName, main, hasFloats: false, env };
    this.fs = new FunctionState(undefined, main, 0);
  }

  /** The body of a new function inside the current one. */
  newFunction(line: number): FunctionBody {
    const body = newBody(this.functionCount++, this.fs.body, line);
    body.isInLoop = this.fs.loops > 0;
    this.fs.body.children.push(body);
    return body;
  }

  /** Raises an error when `token` is not the current one. */
  check(token: number): void {
    if (this.lx.token !== token) this.expected(token);
  }

  /** Consumes `token`, which must be the current one. */
  expect(token: number): void {
    if (this.lx.token !== token) this.expected(token);
    this.lx.next();
  }

  expected(token: number): never {
    return this.lx.fail(`${tokenText(token)} expected`);
  }

  /** Consumes the current token if it is `token`. */
  accept(token: number): boolean {
    if (this.lx.token !== token) return false;
    this.lx.next();
    return true;
  }

  /** Consumes `closer`, which belongs to the `opener` at `line`. */
  expectMatch(closer: number, opener: number, line: number): void {
    const lx = this.lx;
    if (lx.token === closer) {
      lx.next();
      return;
    }
    if (line === lx.line) this.expected(closer);
    lx.fail(`${tokenText(closer)} expected (to close ${tokenText(opener)} at line ${line})`);
  }

  /** Consumes a name. */
  expectName(): Name {
    const lx = this.lx;
    if (lx.token !== TK_NAME) this.expected(TK_NAME);
    const name = lx.name;
    lx.next();
    return name;
  }

  /** Enters one nested statement or expression; `leaveLevels` undoes it. */
  enterLevel(): void {
    if (++this.levels > MAX_LEVELS) levelError();
  }

  leaveLevels(count: number): void {
    this.levels -= count;
  }

  enterBlock(isLoop: boolean): BlockScope {
    const fs = this.fs;
    if (isLoop) fs.loops++;
    const { gotoCount, activeCount } = this.labels;
    const level = this.scope.level;
    fs.block = new BlockScope(fs.block, isLoop, level, fs.registers, gotoCount, activeCount);
    return fs.block;
  }

  leaveBlock(block: BlockScope): void {
    const fs = this.fs;
    this.labels.leaveBlock(fs, block, this.scope.stack);
    this.scope.popTo(block.level);
    fs.registers = fs.free = block.registers;
    fs.block = block.outer;
    if (block.isLoop) fs.loops--;
  }

  /**
   * Marks the point where the value of an expression is fetched, for which C Lua reports the line
   * of the token consumed last.
   */
  fetch(e: Expr): void {
    if ((e.type === "Index" || e.type === "Global") && e !== this.sealed) e.line = this.lx.lastLine;
  }
}

function newBody(id: number, parent: FunctionBody | undefined, line: number): FunctionBody {
  return {
    id,
    parent,
    children: [],
    params: [],
    isVararg: false,
    varargTable: undefined,
    usesVararg: false,
    body: { statements: [], endLine: 0 },
    upvalues: [],
    constants: [],
    from: 0,
    to: 0,
    length: 0,
    isMethod: false,
    ownVariable: undefined,
    isArgument: false,
    isInLoop: false,
    line,
    endLine: 0,
    hasClose: false,
    isStructured: true,
  };
}
