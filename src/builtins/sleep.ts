/** `sleep(seconds)`: only the calling task waits. */
import { defineBuiltin, delay, fn, numberToString, p } from "../host";

/** Thirty years: more is a mistake in a calculation, and nothing would ever end it. */
const MAX_SECONDS = 1e9;

export default defineBuiltin({
  name: "sleep",
  doc: "Waits while other tasks run",
  needs: [],
  global: fn({
    doc: "Waits for so many seconds (a fraction is fine); `sleep(0)` lets other tasks run.",
    params: [p.number("seconds")],
    run(ctx, seconds) {
      if (!(seconds >= 0 && seconds < Infinity))
        ctx.fail(`seconds must be a finite number, not negative, got ${numberToString(seconds)}`);
      if (seconds > MAX_SECONDS) ctx.fail(`seconds must be at most ${MAX_SECONDS}, got ${seconds}`);
      return delay(seconds * 1000, ctx.signal);
    },
  }),
});
