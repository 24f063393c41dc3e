/** `pcall`, `xpcall` and `error` (§6.1). */
import { call } from "../runtime/call";
import { LuaError, type TraceRow } from "../runtime/error";
import { Frame, SUSPENDED, suspend } from "../runtime/frame";
import { Interrupt } from "../runtime/interrupt";
import { nativeName } from "../runtime/native";
import { settle } from "../runtime/unwind";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";

function success(r: Results): Results {
  return Array.isArray(r) ? [true, ...r] : [true, r];
}

function nameOf(f: LuaValue): string | undefined {
  return typeof f === "function" ? nativeName(f) : undefined;
}

function failure(error: unknown, f: LuaValue): Results {
  if (error instanceof Interrupt) throw error;
  return [false, settle(error, nameOf(f)).value];
}

class PcallFrame extends Frame {
  readonly nativeName = "pcall";
  constructor(private readonly f: LuaValue) {
    super();
  }
  override get callee(): LuaValue {
    return this.f;
  }
  override resume(r: Results): Results {
    return success(r);
  }
  override fail(error: unknown): Results {
    return failure(error, this.f);
  }
}

export function pcall(f: LuaValue, ...args: LuaValue[]): Results {
  let r: Results;
  try {
    r = typeof f === "function" ? f(...args) : call(f, ...args);
  } catch (e) {
    return failure(e, f);
  }
  return r === SUSPENDED ? suspend(new PcallFrame(f)) : success(r);
}

/** Handlers that fail are called again, up to this depth (C Lua: LUAI_MAXCCALLS). */
const MAX_HANDLER_DEPTH = 195;
/** How often they may try to cope with the overflow itself. */
const EXTRA_HANDLER_DEPTH = 20;

class XpcallFrame extends Frame {
  readonly nativeName = "xpcall";
  /** The error being handled; undefined while the function itself runs. */
  error: LuaError | undefined;
  depth = 0;
  constructor(
    readonly f: LuaValue,
    readonly handler: LuaValue,
  ) {
    super();
  }

  override get callee(): LuaValue {
    return this.error === undefined ? this.f : this.handler;
  }

  /** A handler sees the stack as it was when the error was raised. */
  get errorRows(): TraceRow[] | undefined {
    return this.error?.traceback;
  }

  override resume(r: Results): Results {
    if (this.error === undefined) return success(r);
    const values = Array.isArray(r) ? r : [r];
    return [false, values[0]];
  }

  override fail(error: unknown): Results {
    if (error instanceof Interrupt) throw error;
    return this.handle(error);
  }

  handle(error: unknown): Results {
    if (error instanceof Interrupt) throw error;
    let e = settle(error, nameOf(this.f));
    for (;;) {
      if (++this.depth === MAX_HANDLER_DEPTH) e = new LuaError("C stack overflow");
      else if (this.depth > MAX_HANDLER_DEPTH + EXTRA_HANDLER_DEPTH)
        return [false, "error in error handling"];
      this.error = e;
      let r: Results;
      try {
        r = call(this.handler, e.value);
      } catch (next) {
        if (next instanceof Interrupt) throw next;
        e = settle(next, nameOf(this.handler));
        continue;
      }
      if (r === SUSPENDED) return suspend(this);
      return this.resume(r);
    }
  }
}

export function xpcall(f: LuaValue, handler: LuaValue, ...args: LuaValue[]): Results {
  const frame = new XpcallFrame(f, handler);
  let r: Results;
  try {
    r = call(f, ...args);
  } catch (e) {
    return frame.handle(e);
  }
  return r === SUSPENDED ? suspend(frame) : success(r);
}

/** Raises `value`; a string gets the position of the function at `level`. */
export function raise(value: LuaValue, level: number): never {
  throw new LuaError(value ?? "<no error object>", typeof value === "string" && level > 0 ? level : 0);
}

export type { LuaFunction };
