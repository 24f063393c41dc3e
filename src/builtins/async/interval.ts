/** `async.spawn_interval`: a function called again and again. */
import {
  type Context,
  defineHandle,
  delay,
  errorReport,
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

export function startInterval(ctx: Context, seconds: number, f: LuaFunction): Userdata {
  const interval: Interval = { stop: new AbortController(), done: false };
  void repeat(ctx, interval, seconds * 1000, f);
  return ctx.handle(IntervalClass, interval);
}

/** Calls never overlap; ticks that a long call missed are made up for. */
async function repeat(ctx: Context, self: Interval, period: number, f: LuaFunction) {
  const { signal } = self.stop;
  let due = performance.now() + period;
  for (;;) {
    // a timer even when it is late, so that a tiny period leaves turns for everybody else
    await delay(Math.max(0, due - performance.now()), signal);
    if (signal.aborted) break;
    due += period;
    try {
      await ctx.spawn(f).promise;
    } catch (e) {
      if (!(e instanceof Interrupt))
        ctx.host.logger.log("error", `${ctx.name}: callback error: ${errorReport(e)}`);
      break;
    }
  }
  self.done = true;
}
