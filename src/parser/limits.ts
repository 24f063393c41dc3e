/**
 * Limits of the language implementation, with the messages of C Lua.
 *
 * Most exist in C Lua because of its bytecode. They are kept, since programs and test suites rely
 * on hitting them, and since the one on nesting is what keeps this recursive parser (and every
 * later recursive pass over the tree) from exhausting the JS stack. The count of registers is a
 * lower bound of what C Lua would use: argument lists, nested calls and constructors count,
 * operands of operators don't. So whatever C Lua accepts is accepted here.
 */

import type { Lexer } from "../lexer/lexer";
import { LuaSyntaxError } from "../runtime/syntax-error";
import type { FunctionBody } from "./ast";

/**
 * Nested statements and expressions: the 200 C calls that C Lua allows, less those that it needs
 * to get to `load` from the main chunk of a script.
 */
export const MAX_LEVELS = 197;
/** Local variables that are in scope at once in one function. */
export const MAX_LOCALS = 200;
export const MAX_UPVALUES = 255;
export const MAX_REGISTERS = 255;
/** One more than the values that a `return` may list. */
export const MAX_RETURNS = 255;
/** Declarations (also global ones) in scope, pending gotos, and labels, in the whole chunk. */
export const MAX_ENTRIES = 32767;

/** The error of a limit that belongs to a function, at the current token. */
export function limitError(lx: Lexer, body: FunctionBody, what: string, limit: number): never {
  const where = body.line === 0 ? "main function" : `function at line ${body.line}`;
  return lx.fail(`too many ${what} (limit is ${limit}) in ${where}`);
}

/** The error of a limit that belongs to the chunk; like C Lua's it names no position. */
export function chunkLimitError(what: string): never {
  throw new LuaSyntaxError(`too many ${what} (limit is ${MAX_ENTRIES})`);
}

/** Too many nested levels; without a position, as in C Lua. */
export function levelError(): never {
  throw new LuaSyntaxError("C stack overflow");
}
