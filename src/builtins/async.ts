/** `async`: tasks that run concurrently on one thread. */
import {
  type Context,
  defineBuiltin,
  fn,
  type LuaFunction,
  type LuaValue,
  numberToDouble,
  p,
  toNumber,
} from "../host";
import { makeChannel, makeSemaphore } from "./async/channel";
import { all, map, race, timeout } from "./async/groups";
import { startInterval } from "./async/interval";
import { taskHandle } from "./async/tasks";

const DEFAULT_CONCURRENCY = 16;
const MAX_CAPACITY = 2 ** 31;

/** Both documented orders: (seconds, f) and (f, seconds). */
function intervalArguments(ctx: Context, a: LuaValue, b: LuaValue): [number, LuaFunction] {
  const [seconds, f] = typeof a === "function" ? [b, a] : [a, b];
  const number = toNumber(seconds);
  if (typeof f !== "function" || number === undefined)
    return ctx.fail("a number of seconds and a function are needed");
  const n = numberToDouble(number);
  if (!(n > 0)) return ctx.fail("interval must be positive");
  return [n, f];
}

export default defineBuiltin({
  name: "async",
  doc: "Concurrent tasks, channels, semaphores",
  needs: [],
  functions: {
    spawn: fn({
      doc: "Starts `f(…)` as a task; it first runs when the caller waits.",
      params: [p.function("f"), p.rest(p.any("args"))],
      returns: "async.task",
      run: (ctx, f, ...args) => taskHandle(ctx, f, args),
    }),
    spawn_interval: fn({
      doc: "Calls `f` every so many seconds, first after one interval.",
      params: [p.any("seconds"), p.any("f")],
      returns: "async.interval",
      run: (ctx, a, b) => startInterval(ctx, ...intervalArguments(ctx, a, b)),
    }),
    all: fn({
      doc: "Waits for all functions or tasks of a list; gives the list of their first results.",
      params: [p.table("list")],
      returns: "table",
      run: (ctx, entries) => all(ctx, entries),
    }),
    race: fn({
      doc: "The result of the first of a list to end, and its index; the others are cancelled.",
      params: [p.table("list")],
      returns: "any, integer",
      run: (ctx, entries) => race(ctx, entries),
    }),
    map: fn({
      doc: "Calls `f(item, index)` for the items of a list, `opts.concurrency` (16) at a time.",
      params: [
        p.table("list"),
        p.function("f"),
        p.options("opts", {
          concurrency: p.integer("concurrency", "", { min: 1 }).default(DEFAULT_CONCURRENCY),
        }),
      ],
      returns: "table",
      run: (ctx, items, f, opts) => map(ctx, items, f, opts.concurrency),
    }),
    timeout: fn({
      doc: "Calls `f(…)` and gives its results; cancels it and raises when it takes longer.",
      params: [p.number("seconds", "", { min: 0 }), p.function("f"), p.rest(p.any("args"))],
      returns: "any",
      run: (ctx, seconds, f, ...args) => timeout(ctx, seconds, f, args),
    }),
    channel: fn({
      doc: "A channel that holds so many values; with 0, each `send` waits for its receiver.",
      params: [p.integer("capacity", "", { min: 0, max: MAX_CAPACITY }).default(0)],
      returns: "async.channel",
      run: (ctx, capacity) => makeChannel(ctx, capacity),
    }),
    semaphore: fn({
      doc: "A semaphore with so many permits.",
      params: [p.integer("permits", "", { min: 1 })],
      returns: "async.semaphore",
      run: (ctx, permits) => makeSemaphore(ctx, permits),
    }),
  },
});
