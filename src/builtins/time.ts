/** `time()`: the wall clock. */
import { defineBuiltin, float, fn } from "../host";

export default defineBuiltin({
  name: "time",
  doc: "Unix time in seconds, with a fraction",
  needs: [],
  global: fn({
    doc: "Seconds since 1970-01-01 UTC, as a float.",
    params: [],
    returns: "number",
    run: () => float(Date.now() / 1000),
  }),
});
