/** What the interpreter has of the compiler; its only other tie is that the compiler starts it (compiler/interpreted.ts). */
import type { Expr, FunctionBody, LocalVar, Statement, TableItem } from "../parser/ast";
import type { Proto } from "../runtime/proto";
import type { LuaFunction } from "../runtime/value";

/** Which of the operations of an expression: a method's lookup is the first one, its call another. */
export type Part = "first" | "call" | "store";

/** A function that is interpreted. */
export interface InterpretedCode {
  readonly fn: FunctionBody;
  /** The variable of the `local function` that it is, if that is never reassigned: no upvalue then. */
  readonly self: LocalVar | undefined;
  /** Where the array of a frame holds each variable. */
  readonly slots: Map<LocalVar, number>;
  proto(): Proto;
  /** Makes a function that stands in it, over a value or cell for each of its upvalues. */
  closure(fn: FunctionBody, captured: (v: LocalVar) => unknown): LuaFunction;
  /**
   * The number of an operation, if there is one in compiled code; `item`: of the one that stores an item of a
   * table.
   */
  operation(e: Expr, part: Part, item?: TableItem): number | undefined;
  /** The number of the operation that stands in front of a statement. */
  entry(s: Statement): number;
}
