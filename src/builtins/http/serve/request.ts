/** Requests as Lua tables. */
import {
  fn,
  type Host,
  HostError,
  LuaTable,
  makeFunction,
  newTable,
  p,
  record,
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

function requestMetatable(host: Host): LuaTable {
  const json = makeFunction(
    host,
    "request.json",
    fn({
      doc: "the body as JSON",
      params: [p.any("self")],
      run: (_ctx, self) => {
        const body = self instanceof LuaTable ? self.getStr("body") : undefined;
        if (typeof body !== "string")
          throw new HostError("request:json: called without its request");
        return parseJson(body, { emptyArray: arrayMarker(host) }, "request:json");
      },
    }),
  );
  const meta = newTable();
  meta.setStr("__index", record({ json }));
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
  remote: { address: string; port: number } | null,
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
  t.setName("remote", remote?.address);
  t.setName("remote_port", remote?.port);
  t.metatable = host.store(requestMetatable);
  return t;
}
