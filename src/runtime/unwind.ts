/** Errors on their way outward: positions, names and traceback rows. */

import { control } from "./control";
import {
  ArgumentFault,
  argumentTypeName,
  LuaError,
  NATIVE_ROW,
  OPERATION,
  OperandFault,
  StackOverflow,
} from "./error";
import { Interrupt } from "./interrupt";
import { nativeName } from "./native";
import type { Proto, ValueName } from "./proto";
import { chunkDisplayName } from "./syntax-error";
import type { LuaValue } from "./value";

/** A message with the position of an operation: `x.lua:3: message`. */
export function placed(proto: Proto, k: number, message: unknown): string {
  let { place } = proto;
  if (place === undefined || place.k !== k) {
    proto.displayName ??= chunkDisplayName(proto.facts.chunkName);
    // code without debug information has no lines. Joined, which makes the text in one piece
    const text = [proto.displayName, ":", proto.facts.lines[k] || "?", ": "].join("");
    place = { k, text };
    proto.place = place;
  }
  return place.text + message;
}

/**
 * Called by the handler of each Lua frame that an error passes, with the operation under way.
 * Completes the message if that is pending, and returns what to throw on. `~op` stands for a loop
 * that is a function of its own (compiler/outline.ts), whose handler did all that.
 */
export function unwind(proto: Proto, op: number, error: unknown): unknown {
  if (op < 0 && (error instanceof LuaError || error instanceof Interrupt)) return error;
  const k = op < 0 ? ~op : op;
  if (error instanceof Interrupt) {
    error.traceback?.push({ proto, op: k });
    return error;
  }
  const e = error instanceof LuaError ? error : fromHostError(error);
  // whether the operation was a call at all is looked up by those who read the rows
  if (e.traceback.length === 0 && !(e.pending instanceof OperandFault) && !(error instanceof Error))
    e.traceback.push(NATIVE_ROW);
  if (e.pending !== 0) complete(e, proto, k);
  e.traceback.push({ proto, op: k });
  return e;
}

function complete(e: LuaError, proto: Proto, k: number): void {
  const { pending } = e;
  const inNative =
    pending === OPERATION || (pending instanceof OperandFault && pending.what !== "call")
      ? proto.debug.isCall(k)
      : false;
  if (inNative) {
    // the operation was performed by a native function that this one called
    e.pending = 0;
    if (pending instanceof OperandFault) e.value = pending.message("");
    return;
  }
  if (pending === OPERATION) {
    e.pending = 0;
    e.value = placed(proto, k, e.value);
    return;
  }
  if (typeof pending === "number") {
    e.pending = pending - 1;
    if (pending === 1 && typeof e.value === "string" && proto.facts.lines[k])
      e.value = placed(proto, k, e.value);
    return;
  }
  e.pending = 0;
  if (pending instanceof OperandFault) {
    e.value = operandMessage(pending, proto, k);
    return;
  }
  const { debug } = proto;
  const count = debug.argumentCount(k);
  const message = argumentMessage(pending, debug.calleeName(k), undefined, count);
  e.value = proto.facts.lines[k] ? placed(proto, k, message) : message;
}

/** The whole message. A program that catches an error will often see the same one again. */
function operandMessage(fault: OperandFault, proto: Proto, k: number): string {
  const { what, operand } = fault;
  const type = argumentTypeName(fault.culprit);
  const { fault: last } = proto;
  if (last?.k === k && last.what === what && last.operand === operand && last.type === type)
    return last.text;
  const text = placed(proto, k, fault.message(operandName(fault, proto, k)));
  proto.fault = { k, what, operand, type, text };
  return text;
}

function operandName(fault: OperandFault, proto: Proto, k: number): string {
  let name: ValueName | undefined;
  if (fault.operand >= 0) {
    name =
      fault.what === "call"
        ? proto.debug.calleeName(k)
        : proto.debug.operandName(k, fault.operand as 0 | 1);
  }
  return name === undefined ? "" : ` (${name.kind} '${name.name}')`;
}

/** luaL_argerror: a method call does not count its object. */
function argumentMessage(
  fault: ArgumentFault,
  called: ValueName | undefined,
  fallback: string | undefined,
  count: number,
): string {
  let { index } = fault;
  const text = fault.textFor(count);
  const name = called?.name ?? fallback ?? "?";
  if (index <= fault.extra) return `bad extra argument #${index} to '${name}' (${text})`;
  index -= fault.extra;
  if (called?.kind === "method") {
    index--;
    if (index === 0) return `calling '${name}' on bad self (${text})`;
  }
  return `bad argument #${index} to '${name}' (${text})`;
}

/**
 * Completes an error that reached a native function without passing a Lua frame, so that it has no
 * position; `name` is that of the function that raised it, `count` the number of its arguments.
 */
export function settle(
  error: unknown,
  name: string | undefined,
  count = Number.POSITIVE_INFINITY,
): LuaError {
  const e = error instanceof LuaError ? error : fromHostError(error);
  const { pending } = e;
  if (name !== undefined && e.traceback.length === 0) e.traceback.push({ native: name });
  if (pending !== 0) {
    e.pending = 0;
    if (pending instanceof ArgumentFault)
      e.value = argumentMessage(pending, undefined, name, count);
    else if (pending instanceof OperandFault) e.value = pending.message("");
  }
  return e;
}

/** An error raised by `f`, which no code has called: a native function has its own name then. */
export function nameFault(error: unknown, f: LuaValue): unknown {
  const isFault = error instanceof LuaError && error.pending instanceof ArgumentFault;
  return isFault && typeof f === "function" ? settle(error, nativeName(f)) : error;
}

/** Errors of the JavaScript engine as Lua errors; anything else is a bug and stays visible as one. */
function fromHostError(error: unknown): LuaError {
  if (error instanceof RangeError) {
    const text = error.message;
    if (text.includes("call stack")) return new StackOverflow(control.overflowHandlers > 0);
    if (/memory|length|Invalid string/i.test(text)) return new LuaError("not enough memory");
  }
  if (error instanceof Error) {
    const e = new LuaError(`internal error: ${error.message}`, 1);
    if (process.env.ASSAY_DEBUG) e.value += `\n${error.stack}`;
    return e;
  }
  return new LuaError(error as LuaValue);
}
