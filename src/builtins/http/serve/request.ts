/** Requests as Lua tables. */
import {
  type Host,
  LuaError,
  LuaTable,
  type LuaValue,
  makeFunction,
  newTable,
  p,
  rawFn,
  toLuaError,
} from "../../../host";
import { arrayMarker } from "../../json";
import { parseJson } from "../../json/parse";
import { decodeQuery } from "../query";
import { headersMetatable } from "../response";
import type { PathParams } from "./routes";

/** Where path and query are in a request's URL. */
export interface Target {
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/** Splits Bun's absolute URL (or bare path, when the request names no host). */
export function targetOf(url: string): Target {
  const scheme = url.startsWith("/") ? -1 : url.indexOf("://");
  const start = scheme < 0 ? 0 : url.indexOf("/", scheme + 3);
  if (start < 0) return { path: "/", query: "" };
  const question = url.indexOf("?", start);
  if (question < 0) return { path: url.slice(start), query: "" };
  return { path: url.slice(start, question), query: url.slice(question + 1) };
}

/** Where a request came from. */
interface Remote {
  readonly address: string;
  readonly port: number;
}

/** How to find out, or the answer: asking costs a tenth of what a small request costs. */
const remotes = new WeakMap<LuaTable, (() => Remote | null) | Remote>();

function remoteOf(t: LuaTable): Remote | undefined {
  const known = remotes.get(t);
  if (typeof known !== "function") return known;
  const found = known();
  if (found === null) return undefined;
  remotes.set(t, found);
  return found;
}

/** Before a handler waits: the client may be gone when it asks. */
export function keepRemote(table: LuaTable): void {
  remoteOf(table);
}

function requestMetatable(host: Host): LuaTable {
  const json = makeFunction(
    host,
    "request.json",
    rawFn({
      doc: "the body as JSON",
      params: [p.any("self")],
      raw: () => (self: LuaValue) => {
        const body = self instanceof LuaTable ? self.getStr("body") : undefined;
        try {
          if (typeof body === "string")
            return parseJson(body, { emptyArray: arrayMarker(host) }, "request:json");
        } catch (e) {
          throw toLuaError(e, "request:json");
        }
        throw new LuaError("request:json: called without its request", 1);
      },
    }),
  );
  const index = rawFn({
    doc: "computed fields of a request",
    params: [],
    raw: () => (t: LuaValue, key: LuaValue) => {
      if (key === "json") return json;
      if (!(t instanceof LuaTable)) return undefined;
      if (key === "remote") return remoteOf(t)?.address;
      return key === "remote_port" ? remoteOf(t)?.port : undefined;
    },
  });
  const meta = newTable();
  meta.setStr("__index", makeFunction(host, "request.__index", index));
  meta.setStr("__name", "http.request");
  return meta;
}

/** Seen from the headers: Bun's `request.body` would make a stream for it. */
export function hasBody(table: LuaTable): boolean {
  const headers = table.getStr("headers") as LuaTable;
  return (
    headers.getStr("content-length") !== undefined ||
    headers.getStr("transfer-encoding") !== undefined
  );
}

/** The table a handler gets; its body is still to be read. */
export function makeTable(
  host: Host,
  request: Request,
  { path, query }: Target,
  pathParams: PathParams,
  remote: () => Remote | null,
): LuaTable {
  const headers = newTable();
  request.headers.forEach((value, name) => {
    headers.setStr(name, value);
  });
  headers.metatable = host.store(headersMetatable);
  const params = newTable();
  if (query !== "") for (const [k, v] of decodeQuery(query)) params.setStr(k, v);
  for (const [k, v] of pathParams) params.setStr(k, v);
  const t = newTable();
  t.setName("method", request.method);
  t.setName("path", path);
  t.setName("query", query);
  t.setName("params", params);
  t.setName("headers", headers);
  t.setName("body", "");
  remotes.set(t, remote);
  t.metatable = host.store(requestMetatable);
  return t;
}
