/** Tasks that scripts start: their handles, and what becomes of errors nobody looks at. */
import {
  Cancelled,
  type Context,
  defineHandle,
  errorReport,
  type Host,
  HostError,
  handover,
  Interrupt,
  type LuaFunction,
  type LuaValue,
  list,
  method,
  type Task,
  type Userdata,
} from "../../host";

export interface TaskHandle {
  readonly task: Task;
  /** `await` was called: it gives the results only once. */
  awaited: boolean;
  /** Somebody waits for the task, or has its result. */
  observed: boolean;
}

export const TaskClass = defineHandle<TaskHandle>({
  name: "async.task",
  needs: [],
  doc: "A task that was started with async.spawn",
  methods: {
    await: method<TaskHandle>()({
      doc: "Waits for the task; gives a table of what the function returned, or raises its error.",
      params: [],
      returns: "table",
      dotted: true,
      run(self, ctx) {
        if (self.task === ctx.task) return ctx.fail("a task cannot wait for itself");
        if (self.awaited) throw new HostError("async handle already awaited");
        self.awaited = true;
        const { host } = ctx;
        const results = outcome(self, ctx).then((all) => list(all, host));
        return handover(results, () => unawait(self));
      },
    }),
    cancel: method<TaskHandle>()({
      doc: "Ends the task at its next wait or loop step; variables are closed on the way.",
      params: [],
      dotted: true,
      run(self) {
        self.observed = true;
        self.task.cancel();
      },
    }),
  },
  fields: {
    done: {
      doc: "true once the task has ended",
      type: "boolean",
      get: (self) => self.task.done,
    },
  },
  tostring: (self) => `async.task (${self.task.done ? "done" : "running"})`,
});

/** The results of a task; its error is raised, and counts as seen. */
export async function outcome(handle: TaskHandle, ctx: Context): Promise<LuaValue[]> {
  handle.observed = true;
  try {
    return await abortable(handle.task.promise, ctx.signal);
  } catch (e) {
    if (ctx.signal.aborted) unawait(handle);
    if (e instanceof Cancelled) throw new HostError("async task was cancelled");
    throw e;
  }
}

/** Whoever awaited was cancelled (its time was over, say): the results wait for the next one. */
function unawait(handle: TaskHandle): void {
  handle.awaited = false;
  handle.observed = false;
}

/** Gives up waiting when the waiting task itself is cancelled. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new HostError("cancelled"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** How long an error may wait for somebody to look at it before it is logged. */
const GRACE_MS = 1000;

/** Failed tasks whose error has not been looked at nor logged. */
function unseenFailures(host: Host): Map<TaskHandle, unknown> {
  const failures = new Map<TaskHandle, unknown>();
  host.onClose(() => {
    for (const [handle, error] of failures) report(host, handle, error);
    failures.clear();
  });
  return failures;
}

function report(host: Host, handle: TaskHandle, error: unknown): void {
  if (handle.observed) return;
  host.logger.log("error", `async.spawn: task failed: ${errorReport(error, host)}`);
}

/** Starts a function as a task and gives its handle. */
export function taskHandle(ctx: Context, f: LuaFunction, args: LuaValue[]): Userdata {
  const { host } = ctx;
  const handle: TaskHandle = { task: ctx.spawn(f, ...args), awaited: false, observed: false };
  handle.task.promise.catch((error: unknown) => {
    if (handle.observed || error instanceof Interrupt) return;
    // the main chunk ended in the same turn: those that closing logs have been looked at already
    if (host.state.isClosing) return report(host, handle, error);
    const failures = host.store(unseenFailures);
    failures.set(handle, error);
    const timer = setTimeout(() => {
      if (failures.delete(handle)) report(host, handle, error);
    }, GRACE_MS);
    timer.unref();
  });
  return ctx.handle(TaskClass, handle);
}
