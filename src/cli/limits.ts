/** `--timeout` and `--max-memory`. */
import { Timeout } from "../runtime/interrupt";
import { limitMemory } from "../runtime/memory";
import type { Task } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { reportTimeout } from "./report";
import type { ScriptOptions } from "./script";

/** How long closing methods may take when the time is over. */
const CLOSING_MS = 1000;
/** What one JS timer can hold: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Limits the script's main task. */
export function applyLimits(state: LuaState, task: Task, options: ScriptOptions): void {
  if (options.maxMemory !== undefined) limitMemory(options.maxMemory);
  if (options.timeout === undefined) return;
  const ms = options.timeout * 1000;
  // the deadline stops it while it computes, the timers while it waits
  task.deadline = performance.now() + ms;
  after(ms, () => task.cancel(new Timeout()));
  after(ms + CLOSING_MS, () => reportTimeout(state, new Timeout(), options));
}

function after(ms: number, f: () => void): void {
  if (ms > MAX_TIMER_MS) setTimeout(() => after(ms - MAX_TIMER_MS, f), MAX_TIMER_MS).unref();
  else setTimeout(f, ms).unref();
}
