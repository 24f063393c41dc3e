/**
 * Lua errors.
 *
 * `LuaError` is no JS `Error`: it captures no JS stack, so a `pcall`/`error` loop costs no more
 * than in C Lua. Position and traceback are added while the error unwinds: the first Lua frame that
 * it passes knows the line (`pending` says whether it wants one), and each frame adds a row.
 */

import { LuaInt64 } from "./int64";
import { LuaTable } from "./table";
import { LuaFloat, type LuaValue, Thread, Userdata } from "./value";

/**
 * What the first Lua frame that the error passes still has to add to it.
 * - a number n: `chunk:line:` of the n-th Lua frame outward (1 = the first)
 * - an `ArgumentFault`: the text needs the name the function was called by
 * - an `OperandFault`: the text needs the name of the variable that was operated on
 */
export type Pending = 0 | number | ArgumentFault | OperandFault;

/** An error with any Lua value. */
export class LuaError {
  /** One row per frame passed, innermost first, e.g. `x.lua:3: in function 'f'`. */
  traceback: TraceRow[] = [];
  constructor(
    public value: LuaValue,
    public pending: Pending = 0,
  ) {}
}

/** Errors whose value is what a message handler has made of it. */
export const handledErrors = new WeakSet<LuaError>();

/** The stack is full. A handler for it that fills the stack once more is given up. */
export class StackOverflow extends LuaError {
  /** `isHandler`: what has filled the stack is a message handler that was called for that. */
  constructor(isHandler = false) {
    super(isHandler ? "error in error handling" : "stack overflow", isHandler ? 0 : 1);
  }
}

/** A row of a traceback: a Lua frame (function prototype and operation), or a native function. */
export type TraceRow = { proto: unknown; op: number } | { native: string | undefined };

/** The function that raised the error was native; its caller knows what it is called there. */
export const NATIVE_ROW: TraceRow = { native: undefined };

/** `bad argument #n to 'name' (text)`; the name comes from the call (§6, luaL_argerror). */
export class ArgumentFault {
  /** How many arguments are objects that `__call` put in front of those of the call. */
  extra = 0;

  constructor(
    readonly index: number,
    readonly text: string,
    /** What was expected, if the argument was nil: the caller knows whether there was one at all. */
    readonly expected?: string,
  ) {}

  /** The text for a call with `count` arguments. */
  textFor(count: number): string {
    return this.expected !== undefined && this.index > count + this.extra
      ? `${this.expected} expected, got no value`
      : this.text;
  }
}

/**
 * `attempt to <what> a nil value (global 'x')`. `operand` says which operand of the operation is
 * the culprit: 0 the object or left operand, 1 the key or right operand, -1 none that has a name.
 */
export class OperandFault {
  constructor(
    /** `index`, `call`, `perform arithmetic on`, … */
    readonly what: string,
    readonly culprit: LuaValue,
    readonly operand: 0 | 1 | -1,
  ) {}

  /** The message; `name` is "" or ` (global 'x')`. */
  message(name: string): string {
    return `attempt to ${this.what} a ${argumentTypeName(this.culprit)} value${name}`;
  }
}

/** An `OperandFault`, to be raised. */
export function operandError(what: string, culprit: LuaValue, operand: 0 | 1 | -1): LuaError {
  return new LuaError(undefined, new OperandFault(what, culprit, operand));
}

/** `number (local 'x') has no integer representation`. */
export class IntegerFault extends OperandFault {
  override message(name: string): string {
    return `number${name} has no integer representation`;
  }
}

/** `pending` of an error in an operation of the language: see `operationError`. */
export const OPERATION = -1;

/**
 * An error in an operation of the language (luaG_runerror). It gets the position of the Lua function
 * that performs the operation, and none if a native function does.
 */
export function operationError(message: string): LuaError {
  return new LuaError(message, OPERATION);
}

/** A `global` declaration with a value found one (§2.2). */
export function globalDefined(name: string): LuaError {
  return operationError(`global '${name}' already defined`);
}

/** An error with the position of the Lua code that called the native function (luaL_error). */
export function runtimeError(message: string): LuaError {
  return new LuaError(message, 1);
}

/** An error of an operation that a native function performed itself: it has no position. */
export function performedByNative(error: unknown): unknown {
  if (error instanceof LuaError && error.pending === OPERATION) error.pending = 0;
  return error;
}

/** The error leaves a native function, which counts as a level (§6.2, error) and has no position. */
export function passNative(error: unknown): unknown {
  if (error instanceof LuaError && typeof error.pending === "number" && error.pending > 0)
    error.pending--;
  const rows = rowsOf(error);
  if (rows !== undefined && rows.length > 0) rows.push(NATIVE_ROW);
  return error;
}

/** Rows of an error, or of what unwinds the stack as one does (interrupt.ts). */
function rowsOf(error: unknown): TraceRow[] | undefined {
  return (error as { traceback?: TraceRow[] } | undefined)?.traceback;
}

/** As `passNative` if the error came from a Lua function that the native one called back. */
export function leaveNative(error: unknown): unknown {
  const rows = rowsOf(error);
  return rows !== undefined && rows.length > 0 ? passNative(error) : error;
}

/** Raised without a value. Message handlers get nil; everybody else this text (luaG_errormsg). */
export class EmptyError extends LuaError {
  constructor() {
    super("<no error object>");
  }
}

/** `bad argument #index to '?' (text)`, the function's name and the position filled in later. */
export function argumentError(index: number, text: string): LuaError {
  return new LuaError(undefined, new ArgumentFault(index, text));
}

/** `bad argument #index to '?' (expected expected, got …)`. */
export function typeError(index: number, expected: string, got: LuaValue): LuaError {
  const text = `${expected} expected, got ${argumentTypeName(got)}`;
  const nil = got === undefined ? expected : undefined;
  return new LuaError(undefined, new ArgumentFault(index, text, nil));
}

/** As `typeError` for an argument that was not passed at all. */
export function missingError(index: number, expected: string): LuaError {
  return argumentError(index, `${expected} expected, got no value`);
}

/** `__name` of the metatable when it has one, else the basic type (luaL_typeerror). */
export function argumentTypeName(v: LuaValue): string {
  if (v instanceof LuaTable || v instanceof Userdata) {
    const name = v.µmetatable?.µgetStr("__name");
    if (typeof name === "string") return name;
  }
  return typeName(v);
}

/** The name of a value's type (§2.1). A test for each, because the JIT knows no switch over types. */
export function typeName(v: LuaValue): string {
  if (typeof v === "number") return "number";
  if (typeof v === "string") return "string";
  if (v instanceof LuaTable) return "table";
  if (v === undefined) return "nil";
  if (typeof v === "function") return "function";
  return typeof v === "boolean" ? "boolean" : objectTypeName(v);
}

function objectTypeName(v: LuaValue): string {
  if (v instanceof LuaFloat || v instanceof LuaInt64) return "number";
  return v instanceof Thread ? "thread" : "userdata";
}
