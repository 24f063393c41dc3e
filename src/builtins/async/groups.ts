/** Several tasks at once: all, race, map, timeout. */
import {
  Cancelled,
  type Context,
  delay,
  HostError,
  type LuaFunction,
  type LuaTable,
  type LuaValue,
  list,
  type Task,
  Userdata,
  type Values,
  values,
} from "../../host";
import { abortable, TaskClass } from "./tasks";

/** Runs tasks that end together: with the calling task, and with each other. */
class Group {
  readonly tasks: Task[] = [];
  private readonly onAbort = () => this.cancel();

  constructor(readonly ctx: Context) {
    ctx.signal.addEventListener("abort", this.onAbort, { once: true });
  }

  start(f: LuaFunction, ...args: LuaValue[]): Task {
    return this.add(this.ctx.spawn(f, ...args));
  }

  add(task: Task): Task {
    this.tasks.push(task);
    return task;
  }

  cancel(): void {
    for (const task of this.tasks) task.cancel();
  }

  /** Whatever happens, no task of the group goes on afterwards. */
  async finish<T>(result: Promise<T>): Promise<T> {
    try {
      return await abortable(result, this.ctx.signal);
    } catch (e) {
      throw e instanceof Cancelled ? new HostError(`${this.ctx.name}: a task was cancelled`) : e;
    } finally {
      this.ctx.signal.removeEventListener("abort", this.onAbort);
      this.cancel();
    }
  }
}

/** Starts the functions of a list; handles in it are taken as they are. */
function startList(ctx: Context, entries: LuaTable): Group {
  const group = new Group(ctx);
  const members: (LuaFunction | Task)[] = [];
  for (let i = 1; i <= entries.µlength(); i++) {
    const v = entries.µgetInt(i);
    const handle = v instanceof Userdata ? TaskClass.unwrap(v) : undefined;
    if (handle !== undefined) {
      handle.observed = true;
      members.push(handle.task);
    } else if (typeof v === "function") members.push(v);
    else ctx.fail(`entry ${i} is neither a function nor a task`);
  }
  for (const m of members) {
    if (typeof m === "function") group.start(m);
    else group.add(m);
  }
  return group;
}

/** Runs all functions at once and gives their results in order; the first error cancels the others. */
export async function all(ctx: Context, entries: LuaTable): Promise<LuaTable> {
  const group = startList(ctx, entries);
  const results = await group.finish(Promise.all(group.tasks.map((t) => t.promise)));
  return list(
    results.map((r) => r[0]),
    ctx.host,
  );
}

/** Runs all functions at once and gives the results of the first that ends; the others are cancelled. */
export async function race(ctx: Context, entries: LuaTable): Promise<Values> {
  const group = startList(ctx, entries);
  if (group.tasks.length === 0) return ctx.fail("the list is empty");
  // at once, or a loser could still take what was meant for others: a value of a channel
  const end = () => group.cancel();
  for (const task of group.tasks) task.onEnd = end;
  if (group.tasks.some((t) => t.done)) end();
  const [result, index] = await group.finish(
    Promise.race(group.tasks.map(async (t, i) => [await t.promise, i + 1] as const)),
  );
  return values(result[0], index);
}

/** Calls `f(item, index)` for each item, so many at a time, and gives the results in order. */
export async function map(
  ctx: Context,
  items: LuaTable,
  f: LuaFunction,
  concurrency: number,
): Promise<LuaTable> {
  const n = items.µlength();
  const results = new Array<LuaValue>(n).fill(undefined);
  const running = new Set<Task>();
  let next = 1;
  let stopped = false;
  const worker = async () => {
    while (next <= n && !stopped) {
      const i = next++;
      const task = ctx.spawn(f, items.µgetInt(i), i);
      running.add(task);
      try {
        results[i - 1] = (await task.promise)[0];
      } finally {
        running.delete(task);
      }
    }
  };
  const stop = () => {
    stopped = true;
    for (const task of running) task.cancel();
  };
  ctx.signal.addEventListener("abort", stop, { once: true });
  try {
    await abortable(
      Promise.all(Array.from({ length: Math.min(concurrency, n) }, worker)),
      ctx.signal,
    );
  } finally {
    ctx.signal.removeEventListener("abort", stop);
    stop();
  }
  return list(results, ctx.host);
}

/** Runs `f`, for so many seconds at most. */
export async function timeout(
  ctx: Context,
  seconds: number,
  f: LuaFunction,
  args: LuaValue[],
): Promise<Values> {
  const group = new Group(ctx);
  const task = group.start(f, ...args);
  const over = new AbortController();
  const timer = delay(seconds * 1000, over.signal).then(() => {
    if (task.done) return task.promise;
    // at once, as in a race
    task.cancel();
    throw new HostError(`${ctx.name}: timed out after ${seconds} s`);
  });
  try {
    return values(...(await group.finish(Promise.race([task.promise, timer]))));
  } finally {
    timer.catch(() => {});
    over.abort();
  }
}
