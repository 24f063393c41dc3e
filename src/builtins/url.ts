/** `url`: percent-encoding, query strings, and URLs in their parts (RFC 3986). */
import { type Context, defineBuiltin, fn, HostError, type LuaTable, p, record } from "../host";
import { formDecode, formEncode, percentDecode, percentEncode } from "./data/percent";
import { encodeQuery } from "./http/query";
import { joinParts, MAX_PORT, type Parts, resolve, splitUrl } from "./url/parts";
import { parseQuery } from "./url/query";

function split(ctx: Context, s: string): Parts {
  return splitUrl(s, (cause) => ctx.fail(cause));
}

function build(ctx: Context, parts: Parts): string {
  try {
    return joinParts(parts);
  } catch (e) {
    if (e instanceof HostError) ctx.fail(e.message);
    throw e;
  }
}

const form = p.options("opts", {
  form: p.boolean("form", "as in forms: `+` for a blank").default(false),
});

export default defineBuiltin({
  name: "url",
  doc: "URLs, percent-encoding and query strings",
  needs: [],
  functions: {
    encode: fn({
      doc: "Percent-encodes all bytes but letters, digits and `-._~`.",
      params: [p.string("s", "any bytes"), form],
      returns: "string",
      run: (_ctx, s, opts) => (opts.form ? formEncode(s) : percentEncode(s)),
    }),
    decode: fn({
      doc: "Undoes percent-encoding; a `%` without two hexadecimal digits is an error.",
      params: [p.string("s"), form],
      returns: "string",
      run(ctx, s, opts) {
        const bad = s.search(/%(?![0-9A-Fa-f]{2})/);
        if (bad >= 0) ctx.fail(`invalid percent-encoding at ${bad + 1}`);
        return opts.form ? formDecode(s) : percentDecode(s);
      },
    }),
    parse: fn({
      doc: "The parts of a URL or relative reference; what is absent is nil.",
      params: [p.string("s", "the URL")],
      returns: "table",
      run(ctx, s) {
        const { scheme, user, password, host, port, path, query, fragment } = split(ctx, s);
        const params = query === undefined ? undefined : parseQuery(query, ctx.host);
        return record({ scheme, user, password, host, port, path, query, params, fragment });
      },
    }),
    build: fn({
      doc: "Puts a URL together from parts as `parse` gives them.",
      params: [
        p.record(
          "parts",
          {
            scheme: p.string("scheme").optional(),
            user: p.string("user", "not encoded").optional(),
            password: p.string("password", "not encoded").optional(),
            host: p.string("host").optional(),
            port: p.integer("port", "", { min: 0, max: MAX_PORT }).optional(),
            path: p.string("path", "escapes in it stay").default(""),
            query: p.either(p.string("query"), p.table("query", "or its fields")).optional(),
            params: p.table("params", "the query's fields, which win over `query`").optional(),
            fragment: p.string("fragment").optional(),
          },
          "",
          { open: true },
        ),
      ],
      returns: "string",
      run(ctx, { query, params, ...rest }) {
        const fields = (t: LuaTable) => encodeQuery(t, (cause) => ctx.fail(cause));
        let text = typeof query === "object" ? fields(query) : query;
        if (params !== undefined) {
          const wanted = fields(params);
          // the text stays as it was written unless its fields were changed
          if (text === undefined || fields(parseQuery(text, ctx.host)) !== wanted) text = wanted;
        }
        return build(ctx, { ...rest, query: text });
      },
    }),
    join: fn({
      doc: "Resolves a reference against a base URL, as a browser does with a link.",
      params: [p.string("base"), p.string("reference")],
      returns: "string",
      run(ctx, base, reference) {
        const from = split(ctx, base);
        if (from.scheme === undefined) ctx.fail("the base URL has no scheme");
        return build(ctx, resolve(from, split(ctx, reference)));
      },
    }),
    query: fn({
      doc: "A query string from a table; a list as a value repeats its name.",
      params: [p.table("fields", "names to values, or a list of `{name, value}` pairs")],
      returns: "string",
      run: (ctx, fields) => encodeQuery(fields, (cause) => ctx.fail(cause)),
    }),
    parse_query: fn({
      doc: "The fields of a query string, decoded; a repeated name gives a list.",
      params: [p.string("s", "with or without `?` in front")],
      returns: "table",
      run: (ctx, s) => parseQuery(s, ctx.host),
    }),
  },
});
