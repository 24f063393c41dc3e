/**
 * Suspension: how a running call stack becomes data and runs on later.
 *
 * Any call may have to wait (a yield, a promise, a time slice that is over). It then returns
 * `SUSPENDED`, and so does every function below it, each after it has linked a `Frame` that says
 * how to go on. Frames come in from the inside out; whoever drives the coroutine takes the chain
 * over with `takeSuspended` and later resumes the innermost frame with the awaited value, hands its
 * result to the next, and so on. Errors are handed outward the same way with `fail`.
 *
 * A native function that calls back into Lua looks like this:
 *
 *     class MapFrame extends Frame {
 *       i = 1; out = new LuaTable();
 *       constructor(readonly t: LuaTable, readonly f: LuaFunction) { super(); }
 *       run(): Results {
 *         for (; this.i <= this.t.length(); ) {
 *           const r = call(this.f, this.t.getInt(this.i));
 *           if (r === SUSPENDED) return suspend(this);   // go on in resume()
 *           this.accept(r);
 *         }
 *         return this.out;
 *       }
 *       accept(r: Results) { this.out.setInt(this.i++, first(r)); }
 *       override resume(r: Results): Results { this.accept(r); return this.run(); }
 *     }
 */
import { type LuaError, passNative } from "./error";
import type { LuaValue, Results } from "./value";

/**
 * "The callee is suspended, link your frame and return me." JavaScript's null, which is no Lua value
 * and no array of results: the test for it costs generated code next to nothing.
 */
export const SUSPENDED = null as unknown as LuaValue[];

/**
 * Calls a message handler for an error in the frame inside of `outside`. Returns false and the error's
 * new value, or `SUSPENDED`.
 */
export type MessageHandler = (error: LuaError, outside: Frame | null) => Results;

/** One call of a suspended stack. */
export abstract class Frame {
  /** The frame that waits for this one's result. */
  up: Frame | null = null;
  /** True for frames that stand for no function of their own in a traceback. */
  get isHidden(): boolean {
    return false;
  }
  /**
   * True when a coroutine may yield below it also in a strict state (`LuaState.strict`): C Lua's own
   * functions that call back into Lua mostly don't allow it.
   */
  get allowsYield(): boolean {
    return false;
  }
  /**
   * A protected call: errors stop here. null if it takes them as they are, else what a message handler
   * makes of one (§2.3).
   */
  get messageHandler(): MessageHandler | null | undefined {
    return undefined;
  }
  /** The value whose call it waits for, when that is known. */
  get callee(): LuaValue {
    return undefined;
  }
  /** Runs on with the result of the call it waited for. May return `SUSPENDED` again. */
  abstract resume(value: Results): Results;
  /** The call it waited for raised `error`. */
  fail(error: unknown): Results {
    throw this.isHidden ? error : passNative(error);
  }
}

let innermost: Frame | null = null;
let outermost: Frame | null = null;

/** Links `frame` outside of those already linked. Returns `SUSPENDED`, to be returned in turn. */
export function suspend(frame: Frame): LuaValue[] {
  frame.up = null;
  if (outermost === null) innermost = frame;
  else outermost.up = frame;
  outermost = frame;
  return SUSPENDED;
}

/** The frame that was linked last. */
export function outermostFrame(): Frame | null {
  return outermost;
}

/** Takes the linked frames over, puts them on top of `below`, and returns the innermost. */
export function takeSuspended(below: Frame | null): Frame | null {
  if (outermost === null) return below;
  const top = innermost;
  outermost.up = below;
  innermost = null;
  outermost = null;
  return top;
}
