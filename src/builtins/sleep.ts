/** `sleep(seconds)`: only the calling task waits. */
import { defineBuiltin, delay, fn, p } from "../host";

export default defineBuiltin({
  name: "sleep",
  doc: "Waits while other tasks run",
  needs: [],
  global: fn({
    doc: "Waits for so many seconds (a fraction is fine); `sleep(0)` lets other tasks run.",
    params: [p.number("seconds")],
    run(ctx, seconds) {
      if (!(seconds >= 0 && seconds < Infinity))
        ctx.fail(`seconds must be a finite number, not negative, got ${seconds}`);
      return delay(seconds * 1000, ctx.signal);
    },
  }),
});
