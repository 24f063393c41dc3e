/** `toml`: TOML text to Lua values and back. */
import { arrayMarker, defineBuiltin, fn, p } from "../host";
import { isDate, wrapDate } from "./toml/dates";
import { encodeToml } from "./toml/encode";
import { parseToml } from "./toml/parse";

/** Loaded when it is first needed. */
function library(): typeof import("smol-toml") {
  return require("smol-toml") as typeof import("smol-toml");
}

export default defineBuiltin({
  name: "toml",
  doc: "TOML text to Lua values and back",
  needs: [],
  functions: {
    parse: fn({
      doc: "Reads a TOML document. Dates and times are strings that are written as dates again.",
      params: [p.string("s", "the TOML text")],
      returns: "table",
      run: (ctx, s) => parseToml(library(), s, arrayMarker(ctx.host), ctx.name),
    }),
    encode: fn({
      doc: "Writes a table with named fields as a TOML document with its keys sorted.",
      params: [p.any("v", "the table")],
      returns: "string",
      run: (ctx, v) => encodeToml(v, ctx.name),
    }),
    datetime: fn({
      doc: "A value that `encode` writes as a date or time instead of a string.",
      params: [p.string("text", "such as `2024-05-01`, `07:32:00` or `2024-05-01T07:32:00Z`")],
      returns: "table",
      run(ctx, text) {
        if (!isDate(text)) ctx.fail("not a TOML date or time");
        return wrapDate(text);
      },
    }),
  },
});
