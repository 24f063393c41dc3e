/** `yaml`: YAML 1.2 text to Lua values and back. */
import { arrayMarker, defineBuiltin, fn, list, p } from "../host";
import { encodeYaml } from "./yaml/encode";
import { parseYaml } from "./yaml/parse";

const source = p.string("s", "the YAML text");
const options = p
  .options("opts", { null: p.any("null", "what null becomes, e.g. `json.null`") })
  .added();

/** Loaded when it is first needed. */
function library(): typeof import("yaml") {
  return require("yaml") as typeof import("yaml");
}

export default defineBuiltin({
  name: "yaml",
  doc: "YAML text to Lua values and back",
  needs: [],
  functions: {
    parse: fn({
      doc: "Reads one YAML document; nil when there is none.",
      params: [source, options],
      returns: "any",
      run: (ctx, s, opts) =>
        parseYaml(
          ctx,
          library(),
          s,
          { null: opts.null, emptyArray: arrayMarker(ctx.host), single: true },
          (documents) => documents[0],
        ),
    }),
    parse_all: fn({
      doc: "Reads all documents into a list; empty ones are left out.",
      params: [source, options],
      returns: "table",
      run: (ctx, s, opts) =>
        parseYaml(
          ctx,
          library(),
          s,
          { null: opts.null, emptyArray: arrayMarker(ctx.host), single: false },
          (documents) => list(documents, ctx.host),
        ),
    }),
    encode: fn({
      doc: "Writes a value as block YAML with its keys sorted.",
      params: [p.any("v", "the value")],
      returns: "string",
      run: (ctx, v) => encodeYaml(v, ctx.name),
    }),
  },
});
