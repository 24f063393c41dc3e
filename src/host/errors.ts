/**
 * Errors at the border between JS and Lua.
 *
 * A builtin fails by throwing `HostError`; Lua sees its message as a string, without position and
 * without any JS stack. Everything else that an implementation throws is a bug of that
 * implementation and says so, still without a stack.
 */
import { LuaError } from "../runtime/error";
import { Interrupt } from "../runtime/interrupt";
import { settle } from "../runtime/unwind";
import type { LuaValue } from "../runtime/value";
import { utf8ToBytes } from "./bytes";
import { displayPlain } from "./inspect";

/** An expected failure of a builtin. The message is JS text: `http.get: connection refused`. */
export class HostError {
  constructor(readonly message: string) {}
}

/** The Lua error for anything that an implementation threw. */
export function toLuaError(error: unknown, name: string): unknown {
  if (error instanceof LuaError) return error;
  if (error instanceof HostError) return new LuaError(utf8ToBytes(error.message));
  if (error instanceof RangeError && /call stack/i.test(error.message)) return error;
  // the engine's own signals (a task being cancelled) are no JS errors and pass
  if (!(error instanceof Error)) return error;
  return new LuaError(utf8ToBytes(`${name}: internal error: ${error.message}`));
}

/** The value that a Lua error carries, once it has left the code that raised it. */
export function errorValue(error: unknown): LuaValue {
  if (error instanceof Interrupt) return error.reason;
  return settle(error, undefined).value;
}

/** The text of whatever was thrown, for a message: no stack, no class name. */
export function errorText(error: unknown): string {
  if (error instanceof HostError) return error.message;
  if (error instanceof LuaError || error instanceof Interrupt)
    return displayPlain(errorValue(error));
  if (error instanceof Error) return error.message;
  return String(error);
}
