/** Requests as Lua tables. */
import type { Server } from "bun";
import {
  arrayMarker,
  type Host,
  LuaError,
  LuaTable,
  type LuaValue,
  makeFunction,
  newFields,
  p,
  rawFn,
  toLuaError,
} from "../../../host";
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

/**
 * A request's table also knows where the request came from, for `remote` and `remote_port`. Its own properties are named
 * as those of each table, so that they are no fields.
 */
class RequestTable extends LuaTable {
  constructor(
    method: string,
    { path, query }: Target,
    params: LuaTable,
    headers: LuaTable,
    /** How to find out, or the answer: asking costs a tenth of what a small request costs. */
    private µorigin: Server<unknown> | Remote | null,
    private µrequest: Request | undefined,
  ) {
    super();
    const fields = newFields(this);
    fields["method"] = method;
    fields["path"] = path;
    fields["query"] = query;
    fields["params"] = params;
    fields["headers"] = headers;
    fields["body"] = "";
  }

  get µremote(): Remote | null {
    if (this.µrequest !== undefined) {
      this.µorigin = (this.µorigin as Server<unknown>).requestIP(this.µrequest);
      this.µrequest = undefined;
    }
    return this.µorigin as Remote | null;
  }
}

/** Before a handler waits: the client may be gone when it asks. */
export function keepRemote(table: LuaTable): void {
  if (table instanceof RequestTable) void table.µremote;
}

function requestMetatable(host: Host): LuaTable {
  const json = makeFunction(
    host,
    "request.json",
    rawFn({
      doc: "the body as JSON",
      params: [p.any("self")],
      raw: () => (self: LuaValue) => {
        const body = self instanceof LuaTable ? self.µgetStr("body") : undefined;
        try {
          if (typeof body === "string")
            return parseJson(body, { emptyArray: arrayMarker(host) }, "request:json");
        } catch (e) {
          throw toLuaError(e, "request:json");
        }
        throw new LuaError("request:json: called without its request (use ':' rather than '.')", 1);
      },
    }),
  );
  const index = rawFn({
    doc: "computed fields of a request",
    params: [],
    raw: () => (t: LuaValue, key: LuaValue) => {
      if (key === "json") return json;
      if (!(t instanceof RequestTable)) return undefined;
      if (key === "remote") return t.µremote?.address;
      return key === "remote_port" ? t.µremote?.port : undefined;
    },
  });
  const meta = new LuaTable();
  meta.µsetStr("__index", makeFunction(host, "request.__index", index));
  meta.µsetStr("__name", "http.request");
  return meta;
}

/** Makes the tables that handlers get. */
export class RequestTables {
  private readonly meta: LuaTable;
  private readonly headersMeta: LuaTable;

  constructor(host: Host) {
    this.meta = host.store(requestMetatable);
    this.headersMeta = host.store(headersMetatable);
  }

  /** The table for a request; its body is still to be read. */
  make(
    request: Request,
    server: Server<unknown>,
    method: string,
    target: Target,
    pathParams: PathParams,
    headers: RequestHeaders,
  ): LuaTable {
    const params = new LuaTable();
    if (target.query !== "") for (const [k, v] of decodeQuery(target.query)) params.µsetKey(k, v);
    for (const [k, v] of pathParams) params.µsetKey(k, v);
    const t = new RequestTable(method, target, params, this.headerTable(headers), server, request);
    t.µmetatable = this.meta;
    return t;
  }

  private headerTable(headers: RequestHeaders): LuaTable {
    const t = new LuaTable();
    for (const name in headers) {
      const value = headers[name];
      // the one name that Bun gives all lines of
      t.µsetKey(name, typeof value === "string" ? value : value?.at(-1));
    }
    t.µmetatable = this.headersMeta;
    return t;
  }
}

/** What a request has in its headers: all of them in one call, which is cheaper than a visit to each. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Seen from the headers: Bun's `request.body` would make a stream for it. */
export function hasBody(headers: RequestHeaders): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

/**
 * The body, or undefined when it has more than `max` bytes. What is left of it then is still to come;
 * Bun reads and drops it once there is a response.
 */
export async function bodyOf(
  request: Request,
  headers: RequestHeaders,
  max: number,
): Promise<Uint8Array | undefined> {
  const length = headers["content-length"];
  if (headers["transfer-encoding"] === undefined)
    return Number(length) > max ? undefined : request.bytes();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) return Buffer.concat(chunks, size);
    size += next.value.length;
    if (size > max) {
      void reader?.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(next.value);
  }
}
