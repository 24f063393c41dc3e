/** `http.stub`: records exchanges with a service, and replays them when it is not there. */
import { existsSync } from "node:fs";
import {
  bytesToBuffer,
  bytesToUtf8,
  type Context,
  defineBuiltin,
  defineHandle,
  faultsAsErrors,
  fn,
  type Host,
  isNumber,
  items,
  LuaTable,
  type LuaValue,
  list,
  method,
  numberToDouble,
  osError,
  p,
  record,
  retainHost,
  utf8ToBytes,
} from "../host";
import { makeClient } from "./http/client";
import { HttpFault } from "./http/errors";
import { readHeaders } from "./http/options";
import { headerTable } from "./http/response";
import { type Exchange, readExchanges, type StubRequest } from "./http/stub/exchange";
import { Masker } from "./http/stub/mask";
import { HttpStub } from "./http/stub/server";
import { encodeJson } from "./json/encode";

const stubMethod = method<HttpStub>();

const StubHandle = defineHandle<HttpStub>({
  name: "http.stub",
  needs: [],
  doc: "A local server that records or replays.",
  methods: {
    requests: stubMethod({
      doc: "What arrived, in order: a list of { method, path, query, headers, body }.",
      params: [],
      returns: "table",
      run: (self, ctx) =>
        list(
          self.received.map((r) => requestTable(ctx.host, r)),
          ctx.host,
        ),
    }),
    unused: stubMethod({
      doc: "The exchanges that were not replayed: a list of { method, path, query, headers, body }.",
      params: [],
      returns: "table",
      run: (self, ctx) =>
        list(
          self.replays.filter((e) => e.uses === 0).map((e) => requestTable(ctx.host, e.request)),
          ctx.host,
        ),
    }),
    verify: stubMethod({
      doc: "Raises when a request had no exchange, or an exchange was not used.",
      params: [],
      run(self, ctx) {
        const missed = self.missed.map((r) => `no exchange for ${shown(r)}`);
        const unused = self.replays
          .filter((e) => e.uses === 0)
          .map((e) => `not used: ${shown(e.request)}`);
        const all = [...missed, ...unused];
        if (all.length > 0) ctx.fail(all.join("\n  "));
      },
    }),
    close: stubMethod({
      doc: "Stops the server, and writes what was recorded.",
      params: [],
      run: (self, ctx) => saving((why) => ctx.fail(why), self),
    }),
  },
  fields: {
    url: { doc: "where it listens", type: "string", get: (self) => utf8ToBytes(self.url) },
    port: { doc: "the port it listens on", type: "integer", get: (self) => self.port },
    mode: { doc: '"record" or "replay"', type: "string", get: (self) => self.mode },
  },
  tostring: (self) => `${self.mode} ${self.url}`,
  close: (self, ctx) => saving((why) => ctx.fail(why), self),
});

/** Writing the file may fail. */
function saving(fail: (message: string) => void, stub: HttpStub): void {
  try {
    stub.close();
  } catch (e) {
    if (!(e instanceof HttpFault)) throw e;
    fail(e.message);
  }
}

function shown({ method, path, query }: StubRequest): string {
  return bytesToUtf8(`${method} ${path}${query === "" ? "" : `?${query}`}`);
}

function requestTable(host: Host, r: StubRequest): LuaTable {
  const { method, path, query, headers, body } = r;
  return record({ method, path, query, headers: headerTable(host, headers), body: body ?? "" });
}

/** `{ "GET /path?query", { status, headers, body, json } }`, or with the request as a table. */
function readExchange(item: LuaValue, n: number): Exchange {
  const wrong = (what: string): HttpFault => new HttpFault(`exchange ${n}: ${what}`, "request");
  if (!(item instanceof LuaTable)) throw wrong("a table { request, response } is expected");
  const [asked, answered] = [item.µgetInt(1), item.µgetInt(2)];
  const line = asked instanceof LuaTable ? asked.µgetInt(1) : asked;
  const m = typeof line === "string" ? /^([A-Z]+) (\/[^?]*)(?:\?(.*))?$/s.exec(line) : null;
  if (m === null) throw wrong('the request must be like "GET /path?query"');
  if (!(answered instanceof LuaTable)) throw wrong("the response must be a table");
  const given = answered.µgetStr("status") ?? 200;
  const status = isNumber(given) ? numberToDouble(given) : Number.NaN;
  if (!(Number.isInteger(status) && status >= 200 && status <= 599))
    throw wrong("the status must be from 200 to 599");
  const headers = answered.µgetStr("headers");
  const list = headers instanceof LuaTable ? readHeaders(headers) : [];
  const json = answered.µgetStr("json");
  if (json !== undefined && !list.some(([name]) => name.toLowerCase() === "content-type"))
    list.push(["content-type", "application/json"]);
  return {
    request: {
      method: m[1] as string,
      path: m[2] as string,
      query: m[3] ?? "",
      headers: [],
      body: asked instanceof LuaTable ? bodyOf(asked, wrong) : undefined,
    },
    response: { status, headers: list, body: bodyOf(answered, wrong) ?? "" },
  };
}

function bodyOf(t: LuaTable, wrong: (what: string) => HttpFault): string | undefined {
  const json = t.µgetStr("json");
  if (json !== undefined) return encodeJson(json, {}, "http.stub: json");
  const body = t.µgetStr("body");
  if (body === undefined || typeof body === "string") return body;
  throw wrong("a body must be a string (or give json)");
}

const options = p.record("opts", {
  file: p.string("file", "where exchanges are kept, as JSON").optional(),
  upstream: p.text("upstream", "the address to record from").optional(),
  mode: p
    .choice(
      "mode",
      ["auto", "record", "replay"],
      "auto: $ASSAY_STUB, else replay when the file is there",
    )
    .default("auto"),
  exchanges: p.table("exchanges", "a list of { request, response } instead of a file").optional(),
  match: p.choice("match", ["body", "path"], "how much of a request must fit").default("body"),
  mask: p.table("mask", "further names whose values are secret").optional(),
  client: p.table("client", "options of http.client for the upstream").optional(),
  port: p.integer("port", "0: any free one", { min: 0, max: 65535 }).default(0),
});

/** Whether to record. */
function isRecording(ctx: Context, file: string | undefined, o: RecordedOptions): boolean {
  const asked = o.mode === "auto" ? ctx.host.environment.get("ASSAY_STUB") : o.mode;
  if (asked === "record" && o.exchanges === undefined) {
    if (o.upstream === undefined || file === undefined)
      ctx.fail("recording needs the options 'file' and 'upstream'");
    return true;
  }
  if (asked === "replay" || file === undefined || o.upstream === undefined) return false;
  return !existsSync(bytesToBuffer(ctx.readPath(file)));
}

interface RecordedOptions {
  readonly mode: "auto" | "record" | "replay";
  readonly upstream: string | undefined;
  readonly exchanges: LuaTable | undefined;
}

export default defineBuiltin({
  name: "http",
  doc: "HTTP client and server",
  needs: ["connect", "listen", "read", "write"],
  functions: {
    stub: fn({
      doc: "Starts a local server that records exchanges with a service, or replays them.",
      params: [options],
      returns: "http.stub",
      mutates: true,
      run: (ctx, o) =>
        faultsAsErrors(ctx.name, async () => {
          ctx.checkListen("127.0.0.1", o.port);
          const record = isRecording(ctx, o.file, o);
          const upstream = record ? URL.parse(o.upstream as string) : undefined;
          if (upstream === null) return ctx.fail("the upstream is no URL");
          const names = o.mask === undefined ? [] : [...items(o.mask)];
          const masker = new Masker(
            ctx.host.secrets,
            new Set(names.map((n) => String(n).toLowerCase())),
          );
          const stub = new HttpStub(ctx.host, masker, {
            port: o.port,
            file: record && o.file !== undefined ? ctx.writePath(o.file) : undefined,
            upstream,
            client: await makeClient(ctx, o.client ?? new LuaTable()),
            matching: o.match,
            exchanges: record ? [] : load(ctx, o.file, o.exchanges),
          });
          const release = retainHost();
          const { logger } = ctx.host;
          const forget = ctx.host.onClose(() =>
            saving((why) => logger.log("error", `http.stub: ${why}`), stub),
          );
          stub.onClosed = () => {
            release();
            forget();
          };
          return ctx.handle(StubHandle, stub);
        }),
    }),
  },
});

function load(
  ctx: Context,
  file: string | undefined,
  exchanges: LuaTable | undefined,
): readonly Exchange[] {
  if (exchanges !== undefined) return [...items(exchanges)].map((e, i) => readExchange(e, i + 1));
  if (file === undefined) return ctx.fail("one of the options 'file' and 'exchanges' is needed");
  const path = ctx.readPath(file);
  try {
    return readExchanges(path);
  } catch (e) {
    const hint = existsSync(bytesToBuffer(path))
      ? ""
      : " (to record it, give 'upstream' or set ASSAY_STUB=record)";
    return ctx.fail(`reading ${JSON.stringify(bytesToUtf8(file))}: ${osError(e)}${hint}`);
  }
}
