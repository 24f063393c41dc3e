/** `--timeout` and `--max-memory`. */
import { MAX_TIMER_MS } from "../host/timer";
import { Timeout } from "../runtime/interrupt";
import { limitMemory } from "../runtime/memory";
import type { Task } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { reportTimeout, TIMEOUT_CODE } from "./report";
import type { ScriptOptions } from "./script";
import { type Bounds, nativeMemory, startWatchdog } from "./watchdog";

/** How long closing methods may take when the time is over. */
const CLOSING_MS = 1000;
/** How long the process may take to end after that. */
const ENDING_MS = 1500;

/** Limits the script's main task. */
export function applyLimits(state: LuaState, task: Task, options: ScriptOptions): void {
  const memory = memoryBound(options.maxMemory);
  const time = timeBound(state, task, options);
  if (memory !== undefined || time !== undefined)
    startWatchdog({ ...(memory && { memory }), ...(time && { time }) });
}

function memoryBound(limit: number | undefined): Bounds["memory"] {
  if (limit === undefined) return undefined;
  limitMemory(limit);
  return nativeMemory(limit);
}

function timeBound(state: LuaState, task: Task, options: ScriptOptions): Bounds["time"] {
  if (options.timeout === undefined) return undefined;
  const ms = options.timeout * 1000;
  // the deadline stops it while it computes, the timers while it waits
  task.deadline = performance.now() + ms;
  after(ms, () => task.cancel(new Timeout()));
  after(ms + CLOSING_MS, () => {
    // closing methods still run: what they closed after tells where it happened
    const { endedBy } = task;
    reportTimeout(state, endedBy instanceof Timeout ? endedBy : new Timeout(), options);
  });
  const last = ms + CLOSING_MS + ENDING_MS;
  if (last > MAX_TIMER_MS) return undefined;
  const message = `error: timeout after ${options.timeout}s, in a native function\n`;
  return { ms: last, message, code: TIMEOUT_CODE };
}

function after(ms: number, f: () => void): void {
  if (ms > MAX_TIMER_MS) setTimeout(() => after(ms - MAX_TIMER_MS, f), MAX_TIMER_MS).unref();
  else setTimeout(f, ms).unref();
}
