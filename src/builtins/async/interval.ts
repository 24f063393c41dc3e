/** `async.spawn_interval`: a function called again and again. */
import {
  type Context,
  defineHandle,
  delay,
  errorReport,
  type Host,
  Interrupt,
  type LuaFunction,
  method,
  type Userdata,
} from "../../host";

interface Interval {
  readonly stop: AbortController;
  done: boolean;
}

const IntervalClass = defineHandle<Interval>({
  name: "async.interval",
  needs: [],
  doc: "A running async.spawn_interval",
  methods: {
    cancel: method<Interval>()({
      doc: "Stops it before the next call; a call that is running goes on.",
      params: [],
      dotted: true,
      run: (self) => self.stop.abort(),
    }),
  },
  fields: {
    done: { doc: "true once no call will follow", type: "boolean", get: (self) => self.done },
  },
});

/** The intervals of a Lua state, which end with it. */
function running(host: Host): Set<Interval> {
  const all = new Set<Interval>();
  host.onClose(() => {
    for (const { stop } of all) stop.abort();
  });
  return all;
}

/** Calls `f` every so many seconds until the handle is stopped. */
export function startInterval(ctx: Context, seconds: number, f: LuaFunction): Userdata {
  const interval: Interval = { stop: new AbortController(), done: false };
  const all = ctx.host.store(running);
  all.add(interval);
  void repeat(ctx, interval, seconds * 1000, f).finally(() => all.delete(interval));
  return ctx.handle(IntervalClass, interval);
}

/** Calls never overlap; ticks that a long call missed are made up for. */
async function repeat(ctx: Context, self: Interval, period: number, f: LuaFunction) {
  const { signal } = self.stop;
  let due = performance.now() + period;
  for (;;) {
    // a timer even when it is late, so that a tiny period leaves turns for everybody else
    await delay(Math.max(0, due - performance.now()), signal);
    if (signal.aborted || ctx.host.state.isClosing) break;
    due += period;
    try {
      await ctx.spawn(f).promise;
    } catch (e) {
      if (!(e instanceof Interrupt))
        ctx.host.logger.log("error", `${ctx.name}: callback error: ${errorReport(e, ctx.host)}`);
      break;
    }
  }
  self.done = true;
}
