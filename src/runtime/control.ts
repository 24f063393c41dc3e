/**
 * The state of execution that is shared by everything that runs: which Lua state and coroutine are
 * running, why a stack is being suspended, and the preemption counter.
 *
 * There is one thread and Lua code runs synchronously between suspensions, so this is one object.
 * Generated code sees it as `X`.
 */
import type { Frame } from "./frame";
import { SUSPENDED } from "./frame";
import { LuaTable } from "./table";
import type { LuaFunction, LuaValue, Results } from "./value";

/** Why the stack is being suspended. */
export enum Reason {
  None,
  /** `coroutine.yield`: up to the innermost `resume`, with `transfer`. */
  Yield,
  /** The task waits for something outside: up to the scheduler, which calls `waiter`. */
  Wait,
  /** Somebody wants to look at the frames: up to the innermost coroutine, which calls `inspector`. */
  Inspect,
  /** An error on its way outward, see `raise`: up to the innermost `pcall` or coroutine. */
  Raise,
}

/**
 * Continues a waiting task with a value, or with an error if `failing`. Only the first call counts;
 * others give false, and so does one that comes after the task was cancelled.
 */
export type Wake = (value: Results | unknown, failing: boolean) => boolean;

/** Metatables of the basic types, kept per Lua state. */
export interface TypeMetatables {
  nil?: LuaTable;
  boolean?: LuaTable;
  number?: LuaTable;
  function?: LuaTable;
  thread?: LuaTable;
}

/** A coroutine as seen by whoever inspects its frames. */
export interface FrameOwner {
  top: Frame | null;
}

/** There is one: `control`. */
export class Control {
  /** Counts down; `tick` runs when it is below zero. */
  n = 0;
  /** Metatable of strings of the running state. */
  strings = new LuaTable();
  types: TypeMetatables = {};
  /** `string.find`, and what is called in its place where only its first result counts. */
  find: LuaFunction | undefined;
  findStart: LuaFunction | undefined;
  /** `LuaState.isStrict` of the running state. */
  isStrict = false;
  /** The function that is being called in place of its caller, for those that note that. */
  tailCalled: unknown = undefined;
  /** The frame that the compact function about to be called is to run on in (compact.ts). */
  again: Frame | null = null;
  /** Message handlers under way for a stack overflow. */
  overflowHandlers = 0;
  reason = Reason.None;
  transfer: Results = [];
  waiter: ((wake: Wake) => void) | undefined;
  inspector: ((owner: FrameOwner) => Results) | undefined;
  /** The error under way while `reason` is `Raise`. */
  raised: unknown = undefined;
  /** Set by the scheduler. Called when the counter has run out. */
  onTick: () => LuaValue[] | undefined = () => undefined;
  /** Set by the scheduler. What `coroutine.yield` does where no coroutine runs. */
  onYieldOutside: () => LuaValue[] = () => [];

  tick(): LuaValue[] | undefined {
    return this.onTick();
  }
}

export const control = new Control();

/**
 * Brings the next tick nearer after a native function has worked on so many bytes: a loop around it
 * counts few iterations, but they take long.
 */
export function noteWork(bytes: number): void {
  control.n -= bytes >> 10;
}

/** Suspends the running task until `waiter`'s wake is called. Return the result at once. */
export function waitFor(waiter: (wake: Wake) => void): LuaValue[] {
  control.reason = Reason.Wait;
  control.waiter = waiter;
  return SUSPENDED;
}

/**
 * Raises an error without a JavaScript exception: the callers leave one by one as if the call were
 * suspended. An exception would throw each of them out of its compiled code. Return the result at
 * once. `throw` does the same where speed does not matter.
 */
export function raise(error: unknown): LuaValue[] {
  control.reason = Reason.Raise;
  control.raised = error;
  return SUSPENDED;
}

/** Ends the raising of an error: what `raise` was given. Only while `reason` is `Raise`. */
export function takeRaised(): unknown {
  const { raised } = control;
  control.reason = Reason.None;
  control.raised = undefined;
  return raised;
}

/**
 * Turns the running coroutine's whole stack into frames, calls `inspector` with them, and goes on
 * with its result as the result of the native function that returns this.
 */
export function inspect(inspector: (owner: FrameOwner) => Results): LuaValue[] {
  control.reason = Reason.Inspect;
  control.inspector = inspector;
  return SUSPENDED;
}
