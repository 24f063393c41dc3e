/** What the interpreter has of the compiler; its only other tie is that the compiler starts it (compiler/interpreted.ts). */
import type {
  Expr,
  FunctionBody,
  GenericForStatement,
  LocalVar,
  LoopStatement,
  Statement,
  TableItem,
} from "../parser/ast";
import type { LoopExit } from "../runtime/luaframe";
import type { Proto } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";

/** What has operations: an expression, or what a loop does beside its body. */
export type OperationNode = Expr | LoopStatement;

/** Which of the operations of a node: a method's lookup is the first one of its expression, its call another. */
export type Part = "first" | "call" | "store" | "for prepare" | "for iterator" | "for index";

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
  operation(node: OperationNode, part: Part, item?: TableItem): number | undefined;
  /** The number of the operation that stands in front of a statement. */
  entry(s: Statement): number;
  /** The number of the operation of a `for` that takes a value to be closed, and how many values its frame holds. */
  closing(s: GenericForStatement): { k: number; registers: number; temporaries: number };
  /** Iterations of a loop, with those of loops inside, in one run of the function until the loop is compiled. */
  readonly patience: number;
  /** An iteration was begun: enough of them, in one run or several, have the next run compiled. */
  noteIteration(): void;
  /** There is compiled code to finish the loop. */
  isCompiled(s: LoopStatement): boolean;
  /**
   * Runs what is left of a loop compiled, from the beginning of an iteration; `s` is what the frame holds. Gives the
   * registers as the loop leaves them, behind a first element that is none; or what ends the function; or SUSPENDED, when a frame of compiled code has taken
   * the place of the interpreter's.
   */
  finishLoop(s: LoopStatement, values: unknown[]): LuaValue[] | LoopExit;
}
