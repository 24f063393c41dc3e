/**
 * Responses as Lua tables: `{ status, body, headers }`, as the original's. What else there is (all
 * header lines, cookies, the final address, `json()`) comes through the metatable, so that a script
 * that walks or encodes the table sees the three fields it always saw.
 */
import {
  arrayMarker,
  bufferToBytes,
  fn,
  type Host,
  LuaError,
  LuaTable,
  type LuaValue,
  list,
  makeFunction,
  p,
  rawFn,
  record,
  utf8ToBytes,
} from "../../host";
import { parseJson } from "../json/parse";
import { safeUrl } from "./errors";
import type { HeaderList } from "./headers";
import type { WholeResponse } from "./perform";

/** What a response table stands for. */
interface Details {
  readonly headers: HeaderList;
  readonly url: URL;
}

const details = new WeakMap<LuaTable, Details>();

/** Makes reads of header names case-insensitive. */
export function headersMetatable(host: Host): LuaTable {
  const meta = new LuaTable();
  const index = rawFn({
    doc: "reads a header whatever its case",
    params: [],
    raw: () => (t: LuaValue, key: LuaValue) => {
      if (typeof key !== "string" || !(t instanceof LuaTable)) return undefined;
      return t.µgetStr(key.toLowerCase());
    },
  });
  meta.µsetStr("__index", makeFunction(host, "headers.__index", index));
  return meta;
}

/** A header table: names in lower case; of a repeated header the last line. */
export function headerTable(host: Host, headers: HeaderList): LuaTable {
  const t = new LuaTable();
  for (const [name, value] of headers) t.µsetKey(name, value);
  t.µmetatable = host.store(headersMetatable);
  return t;
}

/** What a message about a body that is no JSON begins with: whose body it is says why. */
function jsonName(response: LuaTable): string {
  const url = details.get(response)?.url;
  const status = response.µgetStr("status");
  if (url === undefined || typeof status !== "number") return "response:json";
  return `response:json: reading the answer of ${safeUrl(url)} (status ${status})`;
}

function responseMetatable(host: Host): LuaTable {
  const meta = new LuaTable();
  const json = makeFunction(
    host,
    "response.json",
    fn({
      doc: "the body as JSON",
      params: [p.any("self")],
      run: (_ctx, self) => {
        const body = self instanceof LuaTable ? self.µgetStr("body") : undefined;
        if (!(self instanceof LuaTable) || typeof body !== "string")
          throw new LuaError(
            "response:json: called without its response (use ':' rather than '.')",
            1,
          );
        return parseJson(body, { emptyArray: arrayMarker(host) }, jsonName(self));
      },
    }),
  );
  const index = rawFn({
    doc: "computed fields of a response",
    params: [],
    raw: () => (t: LuaValue, key: LuaValue) =>
      key === "json" ? json : t instanceof LuaTable ? computed(host, t, key) : undefined,
  });
  meta.µsetStr("__index", makeFunction(host, "response.__index", index));
  meta.µsetStr("__name", "http.response");
  return meta;
}

function computed(host: Host, t: LuaTable, key: LuaValue): LuaValue {
  const d = details.get(t);
  if (d === undefined) return undefined;
  switch (key) {
    case "url":
      return utf8ToBytes(d.url.href);
    case "ok": {
      const status = t.µgetStr("status");
      return typeof status === "number" && status >= 200 && status < 300;
    }
    case "headers_list":
      return list(
        d.headers.map(([name, value]) => record({ name, value })),
        host,
      );
    case "cookies":
      return cookies(d.headers);
    default:
      return undefined;
  }
}

/** Names and values that the response sets (RFC 6265 §5.2), without their attributes. */
function cookies(headers: HeaderList): LuaTable {
  const t = new LuaTable();
  for (const [name, value] of headers) {
    if (name !== "set-cookie") continue;
    const pair = value.split(";", 1)[0] as string;
    const eq = pair.indexOf("=");
    if (eq > 0) t.µsetKey(pair.slice(0, eq).trim(), pair.slice(eq + 1).trim());
  }
  return t;
}

/** The table that a request gives back. */
export function responseTable(host: Host, response: WholeResponse): LuaTable {
  const t = record({
    status: response.status,
    body: bufferToBytes(response.body),
    headers: headerTable(host, response.headers),
  });
  t.µmetatable = host.store(responseMetatable);
  details.set(t, response);
  return t;
}
