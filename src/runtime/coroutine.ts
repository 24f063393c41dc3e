/** Coroutines (§2.6): stacks of frames, and the loop that runs them. */

import { call } from "./call";
import { control, type FrameOwner, Reason, takeRaised } from "./control";
import { LuaError, StackOverflow } from "./error";
import { Frame, SUSPENDED, suspend, takeSuspended } from "./frame";
import { CoroutineClosing } from "./interrupt";
import { nameFault } from "./unwind";
import { allResults, type LuaValue, type Results, Status, Thread } from "./value";

/** Nested resumes, as C Lua's limit on C calls (LUAI_MAXCCALLS). */
const MAX_NESTING = 190;

/** A coroutine as Lua sees it, and the stack that it owns. */
export class Coroutine extends Thread implements FrameOwner {}

/** The coroutine that is running. */
export let running: Coroutine = new Coroutine(undefined, true);

/** Makes it the coroutine that code runs in. */
export function setRunning(co: Coroutine): void {
  running = co;
}

/**
 * Runs `co` on with a value (the arguments at first) or an error, until it ends, yields or waits.
 * Returns its results or the yielded values (see `co.status`), or `SUSPENDED` while it waits.
 */
export function drive(
  co: Coroutine,
  value: unknown,
  failing: boolean,
  /** The innermost frame has already run, and is suspended. */
  suspended = false,
): Results {
  let v = value;
  let f = failing;
  // each function that a hooked coroutine enters has to suspend at once
  if (co.hook !== undefined) control.n = 0;
  for (let begun = suspended; ; begun = false) {
    if (!begun) {
      let r: Results;
      const frame = co.top;
      try {
        if (frame !== null) {
          co.top = frame.up;
          r = f ? frame.fail(v) : frame.resume(v as Results);
        } else if (co.entry !== undefined) {
          const { entry } = co;
          co.entry = undefined;
          if (f) throw v;
          co.body = entry;
          r = begin(entry, v as Results);
        } else {
          co.status = Status.Dead;
          const { body } = co;
          co.body = undefined;
          if (f) throw nameFault(v, body);
          return v as Results;
        }
      } catch (e) {
        if (co.status === Status.Dead) throw e;
        takeSuspended(null); // nothing half-linked may remain
        v = e;
        f = true;
        continue;
      }
      if (r !== SUSPENDED) {
        v = r;
        f = false;
        continue;
      }
    }
    co.top = takeSuspended(co.top);
    const { reason } = control;
    // a wait goes on outward to the scheduler, which resets the reason
    if (reason === Reason.Wait) return SUSPENDED;
    if (reason === Reason.Raise) {
      v = takeRaised();
      f = true;
      continue;
    }
    control.reason = Reason.None;
    if (reason === Reason.Yield) {
      if (co.isClosing || (control.isStrict && !mayYield(co))) {
        v = new LuaError("attempt to yield across a C-call boundary");
        f = true;
        continue;
      }
      co.status = Status.Suspended;
      return control.transfer;
    }
    try {
      v = control.inspector?.(co);
      f = false;
    } catch (e) {
      v = e;
      f = true;
    }
  }
}

/** Calls a coroutine's function. With one argument or none, as most have, no array is spread. */
function begin(entry: LuaValue, args: Results): Results {
  if (typeof entry === "function") {
    if (!Array.isArray(args)) return entry(args);
    if (args.length < 2) return args.length === 0 ? entry() : entry(args[0]);
  }
  return call(entry, ...allResults(args));
}

/** Frames of one stack: about the calls that fit in C Lua's (LUAI_MAXSTACK). */
const MAX_FRAMES = 200_000;

/**
 * Raises "stack overflow" in the running coroutine. JavaScript's own stack is no limit to recursion
 * that suspends on its way: its frames are objects.
 */
export function checkDepth(): void {
  let n = 0;
  for (let f = running.top; f !== null; f = f.up) if (++n > MAX_FRAMES) throw new StackOverflow();
}

/** Whether C Lua, too, could suspend this stack. */
export function mayYield(owner: FrameOwner): boolean {
  for (let f = owner.top; f !== null; f = f.up) if (!f.allowsYield) return false;
  return true;
}

/** What a resume does with the outcome: `coroutine.resume`, `wrap` and `close` differ here. */
export interface ResumeMode {
  /** Results come as they are, behind `true`, or as `true` alone. */
  readonly outcome: "plain" | "prefixed" | "closed";
  /** Returns results, or throws. */
  raised(co: Coroutine, error: unknown): Results;
}

function returned(mode: ResumeMode, r: Results): Results {
  if (mode.outcome === "plain") return r;
  return mode.outcome === "prefixed" ? prefixed(r) : true;
}

/** `true` and the results. Written out: spreading an array costs more than a switch of coroutines. */
export function prefixed(r: Results): Results {
  if (!Array.isArray(r)) return [true, r];
  if (r.length === 2) return [true, r[0], r[1]];
  const results: LuaValue[] = [true];
  for (let i = 0; i < r.length; i++) results.push(r[i]);
  return results;
}

/** Resumes `co` from the running coroutine with `args`, as results. May return `SUSPENDED`. */
export function resume(co: Coroutine, args: Results, mode: ResumeMode): Results {
  if (co.status !== Status.Suspended || co.isMain) {
    const what = co.status === Status.Dead ? "dead" : "non-suspended";
    const { error } = co;
    try {
      return mode.raised(co, new LuaError(`cannot resume ${what} coroutine`));
    } finally {
      // this is no error of the coroutine itself
      co.error = error;
    }
  }
  const resumer = running;
  if (resumer.nesting >= MAX_NESTING) return mode.raised(co, new LuaError("C stack overflow"));
  co.resumer = resumer;
  co.nesting = resumer.nesting + 1;
  return enter(co, args, false, mode);
}

function enter(co: Coroutine, value: unknown, failing: boolean, mode: ResumeMode): Results {
  const resumer = co.resumer as Coroutine;
  resumer.status = Status.Normal;
  co.status = Status.Running;
  running = co;
  const frame = co.top;
  if (failing || frame === null || co.hook !== undefined || control.isStrict || co.isClosing)
    return finish(co, value, failing, false, mode);
  // by far the most common case: the innermost frames run on, and one yields again
  co.top = frame.up;
  let r: Results;
  try {
    r = frame.resume(value as Results);
    while (r !== SUSPENDED && co.top !== null) {
      const next: Frame = co.top;
      co.top = next.up;
      r = next.resume(r);
    }
  } catch (e) {
    takeSuspended(null);
    if ((co.status as Status) === Status.Dead) co.top = null;
    return finish(co, e, true, false, mode);
  }
  if (r !== SUSPENDED) return finish(co, r, false, false, mode);
  if (control.reason !== Reason.Yield) return finish(co, undefined, false, true, mode);
  co.top = takeSuspended(co.top);
  control.reason = Reason.None;
  co.status = Status.Suspended;
  running = resumer;
  resumer.status = Status.Running;
  if (resumer.hook !== undefined) control.n = 0;
  return returned(mode, control.transfer);
}

/** Drives `co` on, then goes back to its resumer. */
function finish(
  co: Coroutine,
  value: unknown,
  failing: boolean,
  suspended: boolean,
  mode: ResumeMode,
): Results {
  const resumer = co.resumer as Coroutine;
  let r: Results;
  try {
    r = drive(co, value, failing, suspended);
  } catch (e) {
    co.status = Status.Dead;
    running = resumer;
    resumer.status = Status.Running;
    return mode.raised(co, e);
  }
  running = resumer;
  resumer.status = Status.Running;
  if (resumer.hook !== undefined) control.n = 0;
  if (r === SUSPENDED) return suspend(new ResumeFrame(co, mode));
  return returned(mode, r);
}

/** Stands in the resumer's stack while the resumed coroutine waits for something outside. */
class ResumeFrame extends Frame {
  constructor(
    readonly co: Coroutine,
    private readonly mode: ResumeMode,
  ) {
    super();
  }

  override resume(value: Results): Results {
    return enter(this.co, value, false, this.mode);
  }

  override fail(error: unknown): Results {
    return enter(this.co, error, true, this.mode);
  }
}

/** `coroutine.yield`: suspends the running coroutine with `values`. */
export function yieldValues(values: Results): Results {
  if (running.isMain) return control.onYieldOutside();
  control.reason = Reason.Yield;
  control.transfer = values;
  return SUSPENDED;
}

/** Closes the variables that the error `e` has left open in a dead coroutine. */
export function closeUnclosed(co: Coroutine, e: unknown, mode: ResumeMode): Results {
  const frames = co.unclosed ?? [];
  co.unclosed = undefined;
  frames.forEach((frame, i) => {
    frame.up = frames[i + 1] ?? null;
  });
  co.top = frames[0] ?? null;
  co.protectedCalls = 1;
  co.isClosing = true;
  co.resumer = running;
  co.nesting = running.nesting + 1;
  return enter(co, e, true, mode);
}

/** `coroutine.close` of a coroutine that is suspended: closes its pending variables. */
export function closeCoroutine(co: Coroutine, mode: ResumeMode): Results {
  if (co.top === null) {
    co.entry = undefined;
    co.status = Status.Dead;
    return returned(mode, []);
  }
  co.isClosing = true;
  co.resumer = running;
  co.nesting = running.nesting + 1;
  const overflow = running.nesting >= MAX_NESTING;
  return enter(
    co,
    overflow ? new LuaError("C stack overflow") : new CoroutineClosing(),
    true,
    mode,
  );
}
