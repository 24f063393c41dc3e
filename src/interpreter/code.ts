/** What the interpreter has of the compiler. */
import type { Expr, FunctionBody, LocalVar, Statement, TableItem } from "../parser/ast";
import type { Proto } from "../runtime/proto";
import type { LuaFunction } from "../runtime/value";

/** Which of the operations of an expression: a method's lookup is the first one, its call another. */
export type Part = "first" | "call" | "store";

export interface InterpretedCode {
  readonly main: FunctionBody;
  proto(): Proto;
  /** Makes a function of the chunk over what it captures, a value or cell for each of its upvalues. */
  closure(fn: FunctionBody, captured: (v: LocalVar) => unknown): LuaFunction;
  /** The variable of a `local function`, about to be declared. */
  declaresFunction(v: LocalVar, fn: FunctionBody): void;
  /** A variable is about to be declared with the value of an expression. */
  declaresLocal(v: LocalVar, e: Expr): void;
  /**
   * The number of an operation, if there is one in compiled code; `item`: of the one that stores an item of a
   * table.
   */
  operation(e: Expr, part: Part, item?: TableItem): number | undefined;
  /** The number of the operation that stands in front of a statement. */
  entry(s: Statement): number;
}
