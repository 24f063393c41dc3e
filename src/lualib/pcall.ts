/** `pcall`, `xpcall` and `error` (§6.1). */
import { call } from "../runtime/call";
import { control, inspect, Reason, takeRaised } from "../runtime/control";
import { prefixed, running } from "../runtime/coroutine";
import {
  argumentError,
  EmptyError,
  handledErrors,
  LuaError,
  missingError,
  NATIVE_ROW,
  StackOverflow,
  type TraceRow,
} from "../runtime/error";
import { Frame, type MessageHandler, outermostFrame, SUSPENDED, suspend } from "../runtime/frame";
import { Interrupt } from "../runtime/interrupt";
import { getMetamethod } from "../runtime/metatable";
import { nativeName } from "../runtime/native";
import { levelsOf } from "../runtime/traceback";
import { placed, settle } from "../runtime/unwind";
import { first, type LuaValue, type Results } from "../runtime/value";
import { checkFunction } from "./args";

/** What an error without a value has for one. */
const NO_ERROR_OBJECT = "<no error object>";

function nameOf(f: LuaValue): string | undefined {
  const callee = typeof f === "function" ? f : getMetamethod(f, "__call");
  return typeof callee === "function" ? nativeName(callee) : undefined;
}

/** No error, but the traceback of a timeout shows the protected call. */
function leaving(interrupt: Interrupt): Interrupt {
  interrupt.traceback?.push(NATIVE_ROW);
  return interrupt;
}

/** `count` is the number of arguments of `f`. */
function failure(error: unknown, f: LuaValue, count: number): Results {
  if (error instanceof LuaError) {
    const { pending } = error;
    // by far the most common: it has come through a Lua function
    if (pending === 0 && error.traceback.length > 0) return [false, error.value];
    if (typeof pending === "number" && pending > 1) return locate(error, pending);
  } else if (error instanceof Interrupt) throw leaving(error);
  return [false, settle(error, nameOf(f), count).value];
}

/** `level` counts from pcall itself: the error wants the position of a function outside of it. */
function locate(error: LuaError, level: number): Results {
  const { value } = settle(error, undefined);
  return inspect((owner) => {
    const at = levelsOf(owner.top)[level - 2];
    return [false, at?.proto === undefined ? value : placed(at.proto, at.k, value)];
  });
}

/**
 * An error is being raised, and all frames have been told. (Otherwise those that wait for their turn
 * get the error first, from the coroutine.)
 */
function isRaised(): boolean {
  return control.reason === Reason.Raise && outermostFrame() === null;
}

class PcallFrame extends Frame {
  readonly nativeName = "pcall";
  constructor(
    private readonly f: LuaValue,
    private readonly count: number,
  ) {
    super();
  }
  override get allowsYield(): boolean {
    return true;
  }
  override get callee(): LuaValue {
    return this.f;
  }
  override get messageHandler(): null {
    return null;
  }
  override resume(r: Results): Results {
    running.protectedCalls--;
    return prefixed(r);
  }
  override fail(error: unknown): Results {
    running.protectedCalls--;
    return failure(error, this.f, this.count);
  }
}

/** Calls `f`; without a rest parameter, because an array for the arguments costs more than the call. */
export function pcall(f: LuaValue, a: LuaValue, b: LuaValue, c: LuaValue): Results {
  const count = arguments.length;
  if (count === 0) throw argumentError(1, "value expected");
  let r: Results;
  running.protectedCalls++;
  try {
    if (typeof f === "function") {
      if (count === 1) r = f();
      else if (count === 2) r = f(a);
      else if (count === 3) r = f(a, b);
      else if (count === 4) r = f(a, b, c);
      else {
        const rest: LuaValue[] = [];
        for (let i = 1; i < count; i++) rest.push(arguments[i]);
        r = f(...rest);
      }
    } else {
      const rest: LuaValue[] = [];
      for (let i = 1; i < count; i++) rest.push(arguments[i]);
      r = call(f, ...rest);
    }
  } catch (e) {
    running.protectedCalls--;
    return failure(e, f, count - 1);
  }
  if (r === SUSPENDED) {
    if (!isRaised()) return suspend(new PcallFrame(f, count - 1));
    running.protectedCalls--;
    return failure(takeRaised(), f, count - 1);
  }
  running.protectedCalls--;
  return prefixed(r);
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

  /** A handler may not yield. */
  override get allowsYield(): boolean {
    return this.error === undefined;
  }

  override get callee(): LuaValue {
    return this.error === undefined ? this.f : this.handler;
  }

  override get messageHandler(): MessageHandler | undefined {
    return this.error === undefined
      ? (error, outside) => handleFirst(this, error, outside)
      : undefined;
  }

  /** A handler sees the stack as it was when the error was raised. */
  get errorRows(): TraceRow[] | undefined {
    return this.error?.traceback;
  }

  override resume(r: Results): Results {
    running.protectedCalls--;
    if (this.error === undefined) {
      running.handledCalls--;
      return prefixed(r);
    }
    return [false, first(r) ?? NO_ERROR_OBJECT];
  }

  override fail(error: unknown): Results {
    return this.handle(error);
  }

  handle(error: unknown): Results {
    if (error instanceof Interrupt) throw leaving(error);
    if (this.error === undefined) running.handledCalls--;
    let e = settle(error, nameOf(this.f));
    if (handledErrors.has(e)) {
      running.protectedCalls--;
      return [false, e.value];
    }
    for (;;) {
      const isHopeless = e instanceof StackOverflow && this.error instanceof StackOverflow;
      if (++this.depth === MAX_HANDLER_DEPTH) e = new LuaError("C stack overflow");
      else if (isHopeless || this.depth > MAX_HANDLER_DEPTH + EXTRA_HANDLER_DEPTH) {
        running.protectedCalls--;
        return [false, "error in error handling"];
      }
      this.error = e;
      let r: Results;
      const overflow = e instanceof StackOverflow ? 1 : 0;
      control.overflowHandlers += overflow;
      try {
        const { handler } = this;
        const value = e instanceof EmptyError ? undefined : e.value;
        r = typeof handler === "function" ? handler(value) : call(handler, value);
      } catch (next) {
        if (next instanceof Interrupt) throw next;
        e = settle(next, nameOf(this.handler));
        continue;
      } finally {
        control.overflowHandlers -= overflow;
      }
      if (r === SUSPENDED) {
        if (!isRaised()) return suspend(this);
        e = settle(takeRaised(), nameOf(this.handler));
        continue;
      }
      return this.resume(r);
    }
  }
}

/** Calls the handler before variables are closed. */
class HandlingFrame extends XpcallFrame {
  override get isHidden(): boolean {
    return true;
  }
}

function handleFirst(call: XpcallFrame, error: LuaError, outside: Frame | null): Results {
  if (typeof error.pending === "number" && error.pending > 0) {
    // the position of a function further out
    const at = levelsOf(outside)[error.pending - 1];
    error.pending = 0;
    if (at?.proto !== undefined) error.value = placed(at.proto, at.k, error.value);
  }
  running.protectedCalls++;
  running.handledCalls++;
  return new HandlingFrame(call.f, call.handler).handle(error);
}

/** Like `pcall` without a rest parameter. */
export function xpcall(f: LuaValue, handler: LuaValue, a: LuaValue, b: LuaValue): Results {
  const count = arguments.length;
  if (count < 2) throw missingError(2, "function");
  checkFunction(handler, 2);
  let r: Results;
  running.protectedCalls++;
  running.handledCalls++;
  try {
    if (typeof f === "function" && count <= 4) r = count === 2 ? f() : count === 3 ? f(a) : f(a, b);
    else {
      const rest: LuaValue[] = [];
      for (let i = 2; i < count; i++) rest.push(arguments[i]);
      r = call(f, ...rest);
    }
  } catch (e) {
    return new XpcallFrame(f, handler).handle(e);
  }
  if (r === SUSPENDED) {
    const frame = new XpcallFrame(f, handler);
    return isRaised() ? frame.handle(takeRaised()) : suspend(frame);
  }
  running.protectedCalls--;
  running.handledCalls--;
  return prefixed(r);
}
