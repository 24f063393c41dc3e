/** What `string` has beyond the standard library. */
import { defineBuiltin, fn, list, p } from "../host";

/** White space of the C locale. */
const BLANKS = /[ \t\n\v\f\r]+/;

export default defineBuiltin({
  name: "string",
  doc: "Splitting strings",
  needs: [],
  functions: {
    split: fn({
      doc: "The parts of a string: between runs of white space, or between a literal separator.",
      params: [p.string("s"), p.string("sep").optional()],
      returns: "table",
      run(ctx, s, sep) {
        if (sep === "") return ctx.fail("separator must not be empty");
        const parts = sep === undefined ? s.split(BLANKS).filter((w) => w !== "") : s.split(sep);
        return list(parts, ctx.host);
      },
    }),
  },
});
