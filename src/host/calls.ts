/**
 * Which call of a JS function the running JS code belongs to, also behind an `await`: what it runs in
 * Lua meanwhile ends with the task that waits for the call, or a limit of time would not hold for
 * `each(function() while true do end end)`.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { Timeout } from "../runtime/interrupt";
import { activeTask, type Task } from "../runtime/scheduler";

interface Call {
  readonly task: Task | undefined;
  /** Belongs to what the task does now, and not to what it does once it has been cancelled. */
  readonly era: number;
  /** False once it has given its result: a callback that it kept has nothing to do with the task. */
  isOpen: boolean;
}

const calls = new AsyncLocalStorage<Call>();

/** Calls a JS function for the running task. A result to wait for is a promise of our own making. */
export function inCall(f: () => unknown): unknown {
  const task = activeTask();
  const call: Call = { task, era: task?.era ?? 0, isOpen: true };
  const close = () => {
    call.isOpen = false;
  };
  let waits = false;
  try {
    const r = calls.run(call, f);
    waits = isThenable(r);
    return waits ? Promise.resolve(r).finally(close) : r;
  } finally {
    if (!waits) close();
  }
}

/** As `await` sees it: drivers of databases give promises of their own making. */
function isThenable(v: unknown): v is PromiseLike<unknown> {
  return (
    typeof v === "object" && v !== null && typeof (v as PromiseLike<unknown>).then === "function"
  );
}

/** Makes `task` end with the task whose call has started it, if one has; gives what calls that off. */
export function endWithCaller(task: Task): () => void {
  const call = calls.getStore();
  if (!call?.isOpen || call.task === undefined) return () => {};
  const { task: caller, era } = call;
  task.deadline = Math.min(task.deadline, caller.deadline);
  const signal = caller.signal(era);
  const stop = () => task.cancel();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return () => {
    signal.removeEventListener("abort", stop);
    // both have run out of the same time: the caller is not to get that as an error that `pcall` catches
    if (caller.era === era && performance.now() > caller.deadline) caller.cancel(new Timeout());
  };
}
