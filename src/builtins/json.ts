/** `json`: parse and encode, with integers, floats, null and the array/object difference kept. */
import {
  arrayMarker,
  defineBuiltin,
  fn,
  type Host,
  type JsonTypes,
  jsonTypes,
  LuaTable,
  type LuaValue,
  nullOf,
  p,
} from "../host";
import { encodeJson } from "./json/encode";
import { parseJson } from "./json/parse";

function mark(host: Host, t: LuaTable, type: keyof JsonTypes): LuaTable {
  const markers = jsonTypes(host);
  const own = t.µmetatable;
  if (own === null || own === markers.array || own === markers.object) t.µmetatable = markers[type];
  else own.µsetStr("__jsontype", type);
  return t;
}

const MAX_INDENT = 16;

export default defineBuiltin({
  name: "json",
  doc: "JSON text to Lua values and back",
  needs: [],
  functions: {
    parse: fn({
      doc: "Reads one JSON text. `null` becomes nil, or the value given as `opts.null`.",
      params: [
        p.string("s", "the JSON text"),
        p.options("opts", { null: p.any("null", "what null becomes, e.g. `json.null`") }).added(),
      ],
      returns: "any",
      run: (ctx, s, opts) =>
        parseJson(s, { null: opts.null, emptyArray: arrayMarker(ctx.host) }, ctx.name),
    }),
    encode: fn({
      doc: "Writes a value as JSON with its keys sorted; compact unless `opts.pretty`.",
      params: [
        p.any("v", "the value"),
        p
          .options("opts", {
            pretty: p.boolean("pretty", "over several lines, indented").optional(),
            indent: p
              .integer("indent", "spaces per level, 2 by default", { min: 1, max: MAX_INDENT })
              .optional(),
          })
          .added(),
      ],
      returns: "string",
      run: (ctx, v: LuaValue, opts) =>
        encodeJson(v, { indent: opts.indent ?? (opts.pretty ? 2 : undefined) }, ctx.name),
    }),
    array: fn({
      doc: "Marks a table (a new one by default) to be written as an array: `[]` when empty.",
      params: [p.table("t").optional()],
      returns: "table",
      run: (ctx, t) => mark(ctx.host, t ?? new LuaTable(), "array"),
    }),
    object: fn({
      doc: "Marks a table (a new one by default) to be written as an object.",
      params: [p.table("t").optional()],
      returns: "table",
      run: (ctx, t) => mark(ctx.host, t ?? new LuaTable(), "object"),
    }),
  },
  fields: {
    null: { doc: "stands for JSON's null", type: "userdata", make: nullOf },
  },
});
