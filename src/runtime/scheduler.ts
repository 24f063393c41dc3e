/**
 * Tasks: Lua functions that run concurrently on the one thread.
 *
 * Each task has a coroutine of its own. It runs until it waits for something outside (a promise, a
 * timer) or its time slice is over while others have work; then its stack is suspended and the
 * event loop goes on. A counter in loops and function entries (`control.n`) runs out every few
 * microseconds to milliseconds and leads here to `onTick`, which checks deadlines, cancellation,
 * memory and the slice.
 */
import { control, Reason, type Wake, waitFor } from "./control";
import { Coroutine, checkDepth, drive, setRunning } from "./coroutine";
import { LuaError, runtimeError } from "./error";
import { SUSPENDED } from "./frame";
import { ExitRequest, Interrupt, Timeout } from "./interrupt";
import { neverInline, runningLong } from "./jit";
import { checkMemory } from "./memory";
import type { LuaState } from "./state";
import { allResults, type LuaFunction, type LuaValue, type Results, Status } from "./value";

/**
 * Loop iterations and calls between two checks of the clock. Few enough that a loop passes here
 * before the JIT compiles it: a path that was never taken would make it leave its code later.
 */
const TICK_BUDGET = 500;
/** Time one task may run while others wait, in milliseconds. */
const SLICE_MS = 10;

/** How long closing methods may compute when a task's time is over, in milliseconds. */
const CLOSING_MS = 1000;

/** Ends a task at its next step; `pcall` does not catch it. */
export class Cancelled extends Interrupt {}

let nextId = 1;
let current: Task | undefined;
/** Tasks that were started and have not ended. */
let live = 0;
/** When the running task's slice is over; 0 until its first tick, which most tasks don't live to see. */
let sliceEnd = 0;
/** True while hosts (servers) want turns of the event loop although no task waits. */
let hosts = 0;

let wantsTurn = () => false;

/** `condition` says at the end of a slice whether a turn of the event loop is due in any case. */
export function whenTurnIsDue(condition: () => boolean): void {
  wantsTurn = condition;
}

/** A Lua function that runs concurrently with others. */
export class Task {
  readonly id = nextId++;
  readonly coroutine: Coroutine;
  done = false;
  /** Set by whoever takes the result: an error nobody observes is reported. */
  observed = false;
  /** End of its time, as `performance.now()`; Infinity without limit. */
  deadline = Number.POSITIVE_INFINITY;
  /** Called in the moment in which it ends; the promise takes a while to settle. */
  onEnd: (() => void) | undefined;
  /** How it ended. */
  private outcome: { readonly results?: LuaValue[]; readonly error?: unknown } = {};
  /** Made when somebody asks: most tasks of a server end without one. */
  private settling: PromiseWithResolvers<LuaValue[]> | undefined;
  private isRegistered = false;
  private interrupt: Interrupt | undefined;
  private aborting: AbortController | undefined;
  /** How many interrupts it has got: calls that were under way then are over. */
  era = 0;
  /** The first of them. */
  endedBy: Interrupt | undefined;
  /** Continues it while it waits. */
  private wake: Wake | undefined;

  constructor(
    readonly state: LuaState,
    readonly parent: Task | undefined,
    fn: LuaValue,
  ) {
    this.coroutine = new Coroutine(fn, true);
  }

  /** Settles with the function's results, or rejects with the error. */
  get promise(): Promise<LuaValue[]> {
    if (this.settling === undefined) {
      this.settling = Promise.withResolvers();
      // whoever cares attaches a handler of their own; see `observed`
      this.settling.promise.catch(() => {});
      if (this.done) this.settle();
    }
    return this.settling.promise;
  }

  /** The results of a task that is done; throws what it failed with. */
  get results(): LuaValue[] {
    const { results, error } = this.outcome;
    if (results === undefined) throw error;
    return results;
  }

  /** Has it come to its end without an error? */
  get succeeded(): boolean {
    return this.outcome.results !== undefined;
  }

  private settle(): void {
    const { results, error } = this.outcome;
    if (results === undefined) this.settling?.reject(error);
    else this.settling?.resolve(results);
  }

  /** Runs the function, unless the task was cancelled before it began. */
  start(args: LuaValue[]): void {
    if (this.interrupt === undefined) this.run(args, false);
    else this.run(this.takeInterrupt(), true);
  }

  /** Runs the task on with a value or an error. */
  run(value: unknown, failing: boolean): void {
    const outer = current;
    current = this;
    this.state.activate();
    setRunning(this.coroutine);
    this.coroutine.status = Status.Running;
    sliceEnd = 0;
    control.n = Math.min(control.n, TICK_BUDGET);
    let r: Results;
    try {
      r = drive(this.coroutine, value, failing);
    } catch (e) {
      this.end({ error: e });
      if (e instanceof Interrupt) this.reportClosing(e);
      if (e instanceof ExitRequest) this.exit(e);
      else if (!this.observed) this.state.onTaskError?.(this, e);
      this.settle();
      return;
    } finally {
      current = outer;
    }
    if (r !== SUSPENDED) {
      this.end({ results: allResults(r) });
      this.settle();
      return;
    }
    this.register();
    const { waiter } = control;
    control.reason = Reason.None;
    control.waiter = undefined;
    const wake = (v: unknown, f: boolean) => {
      if (this.wake !== wake) return false; // woken or cancelled before
      if (this.interrupt !== undefined) {
        // cancelled, and not told yet: what it has waited for is no longer its own
        this.deliver(wake);
        return false;
      }
      this.wake = undefined;
      this.run(v, f);
      return true;
    };
    this.wake = wake;
    if (this.interrupt !== undefined) queueMicrotask(() => this.deliver(wake));
    else waiter?.(wake);
  }

  /** An interrupt may end several tasks, one after the other. */
  private reportClosing(interrupt: Interrupt): void {
    const { closingErrors } = interrupt;
    interrupt.closingErrors = undefined;
    closingErrors?.forEach((e) => {
      this.state.onClosingError?.(e);
    });
  }

  /** `os.exit` ends the program, or what the embedding one has run, in whatever task it is called. */
  private exit(request: ExitRequest): void {
    if (this.state.onExit !== undefined) {
      this.state.onExit(request);
      return;
    }
    let root: Task = this;
    while (root.parent !== undefined) root = root.parent;
    if (root !== this) root.cancel(request);
  }

  private end(outcome: Task["outcome"]): void {
    this.outcome = outcome;
    this.done = true;
    this.coroutine.status = Status.Dead;
    live--;
    this.state.live--;
    if (this.isRegistered) this.state.tasks.delete(this);
    this.onEnd?.();
  }

  /** Puts it among those that are cancelled when the state is closed; one that never waits is not. */
  register(): void {
    if (this.isRegistered) return;
    this.isRegistered = true;
    this.state.tasks.add(this);
  }

  /**
   * Ends the task with an error that only closing methods see. Without effect once it is done, or
   * cancelled already: what closing methods wait for is not to be cut off by who cancels twice.
   */
  cancel(reason: Interrupt = new Cancelled("task cancelled")): void {
    if (this.done || this.interrupt !== undefined) return;
    const { endedBy } = this;
    if (endedBy !== undefined && reason instanceof Cancelled) return;
    if (endedBy instanceof Timeout && reason instanceof Timeout) return;
    this.interrupt = reason;
    this.aborting?.abort();
    const { wake } = this;
    if (wake !== undefined) queueMicrotask(() => this.deliver(wake));
    else if (current === this) control.n = 0;
  }

  /** Wakes it with the interrupt; only once, so that closing methods may wait again. */
  private deliver(wake: Wake): void {
    if (this.wake !== wake) return; // it runs already, and `check` will see the interrupt
    wake(this.takeInterrupt(), true);
  }

  /** The interrupt that it is about to get. What closing methods wait for has a signal of its own. */
  private takeInterrupt(): Interrupt | undefined {
    const { interrupt } = this;
    this.interrupt = undefined;
    this.aborting = undefined;
    this.era++;
    this.endedBy ??= interrupt;
    if (interrupt instanceof Timeout) this.extend();
    return interrupt;
  }

  /** Closing methods get time of their own, or the first tick would end each of them. */
  private extend(): void {
    this.deadline = Math.max(this.deadline, performance.now() + CLOSING_MS);
  }

  /**
   * Aborted when the task is cancelled: stops what it waits for outside. `era` is that of the call
   * that asks: one that was cancelled, and whose implementation is still on its way, stays so.
   */
  signal(era: number): AbortSignal {
    if (era !== this.era) return AbortSignal.abort();
    if (this.aborting === undefined) {
      this.aborting = new AbortController();
      if (this.interrupt !== undefined) this.aborting.abort();
    }
    return this.aborting.signal;
  }

  /** Called while it runs, a few thousand times a second at most. */
  check(now: number): void {
    if (this.interrupt !== undefined) throw this.takeInterrupt();
    if (now > this.deadline) {
      this.interrupt = new Timeout();
      this.aborting?.abort();
      throw this.takeInterrupt();
    }
  }
}

control.onTick = () => {
  control.n = TICK_BUDGET;
  if (current === undefined) return undefined;
  const now = performance.now();
  current.check(now);
  checkMemory(now);
  const stop = current.state.hook?.();
  if (stop !== undefined) return stop;
  if (sliceEnd === 0) sliceEnd = now + SLICE_MS;
  if (now < sliceEnd) return undefined;
  sliceEnd = now + SLICE_MS;
  runningLong();
  checkDepth();
  if (live <= 1 && hosts === 0 && !wantsTurn()) return undefined;
  return waitFor((wake) => setImmediate(() => wake(undefined, false)));
};
control.n = TICK_BUDGET;
neverInline(control.onTick, control.tick);

/**
 * For library functions that may take long without running Lua code: raises what would end the
 * running task at its next tick.
 */
export function poll(): void {
  current?.check(performance.now());
}

/** The task that is running. */
function currentTask(): Task {
  if (current === undefined) throw new Error("no Lua task is running");
  return current;
}

/** The running task, or undefined outside of Lua code. */
export function activeTask(): Task | undefined {
  return current;
}

/** Starts a task of the running task's state; it first runs at the caller's next wait. */
export function spawn(fn: LuaFunction, args: LuaValue[]): Task {
  const parent = currentTask();
  const task = startTask(parent.state, fn, args, parent);
  task.deadline = parent.deadline;
  return task;
}

/** Starts a task of `state`; it first runs in the next microtask. */
export function startTask(state: LuaState, fn: LuaValue, args: LuaValue[], parent?: Task): Task {
  const task = newTask(state, fn, parent);
  task.register();
  queueMicrotask(() => {
    if (!task.done) task.start(args);
  });
  return task;
}

/** Runs a new task of `state` up to its first wait, often its end. Not to be called by Lua code. */
export function runTask(
  state: LuaState,
  fn: LuaValue,
  args: LuaValue[],
  deadline = Number.POSITIVE_INFINITY,
): Task {
  const task = newTask(state, fn);
  task.deadline = deadline;
  task.observed = true;
  task.start(args);
  return task;
}

/** A task that is to be started. */
export function newTask(state: LuaState, fn: LuaValue, parent?: Task): Task {
  const task = new Task(state, parent, fn);
  live++;
  state.live++;
  return task;
}

/** Makes long-running tasks give way to the event loop even if no other task waits. */
export function retainHost(): () => void {
  hosts++;
  let held = true;
  return () => {
    if (held) hosts--;
    held = false;
  };
}

/**
 * Suspends the calling task until the promise settles. A rejection becomes a Lua error, as it is
 * when it is a `LuaError`. `refused` is called when the task no longer waits by then.
 */
export function awaitPromise(promise: Promise<Results>, refused?: () => void): Results {
  // nobody may come to wait for it, as in a finaliser: that it fails is then no fault of the program's
  promise.catch(() => {});
  if (current === undefined) throw runtimeError("attempt to wait outside a task");
  return waitFor((wake) => {
    const held = retainHost();
    promise.then(
      (v) => {
        held();
        if (!wake(v, false)) refused?.();
      },
      (e: unknown) => {
        held();
        wake(e, true);
      },
    );
  });
}

// A script of the original may call `coroutine.yield()` in a task, and lets others run by that. Where
// there are no others it is the mistake that it is in C Lua.
control.onYieldOutside = () => {
  if (current === undefined || control.isStrict || current.state.live < 2)
    throw new LuaError("attempt to yield from outside a coroutine");
  return waitFor((wake) => setImmediate(() => wake([], false)));
};

/**
 * A tick in a native function that has worked long and has the results `r`: gives them once others
 * had their turns, if any are due. A debug hook gets its turns from Lua code only.
 */
export function giveWay(r: Results): Results {
  if (current === undefined || current.state.hook !== undefined) return r;
  if (control.tick() !== SUSPENDED) return r;
  return waitFor((wake) => setImmediate(() => wake(r, false)));
}
