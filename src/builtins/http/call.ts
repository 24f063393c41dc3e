/** From a Lua call to the response table: the body of `http.get` and all of its relatives. */
import {
  bufferToBytes,
  bytesToUtf8,
  type Context,
  type LuaFunction,
  type LuaTable,
  type LuaValue,
  readonlyError,
  record,
  utf8ToBytes,
} from "../../host";
import type { HttpClient } from "./client";
import { decodeBody, decodeStream } from "./decode";
import { download } from "./download";
import { HttpFault } from "./errors";
import { faultsAsErrors } from "./faults";
import { getHeader } from "./headers";
import { LineSplitter } from "./lines";
import { readRequestOptions, secondsOption } from "./options";
import { fetchWhole, openResponse, type RequestSpec, type WholeResponse } from "./perform";
import { responseTable } from "./response";
import { EventParser } from "./sse";

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const READ_ONLY = new Set(["GET", "HEAD", "OPTIONS"]);

/** Sends a request and waits for the whole response. `body` wins over `opts.body`. */
export function call(
  ctx: Context,
  client: HttpClient,
  method: string,
  url: string,
  body: LuaValue,
  opts: LuaTable | undefined,
): Promise<LuaTable> {
  return faultsAsErrors(ctx, async () => {
    const options = readRequestOptions(opts);
    const spec = client.request(ctx, method, url, body ?? options.body, options);
    if (options.onEvent !== undefined)
      return listen(ctx, client, spec, options.onEvent, options.timeout !== undefined);
    if (options.onLine !== undefined)
      return readLines(ctx, client, spec, options.onLine, options.timeout !== undefined);
    return responseTable(ctx.host, await fetchWhole(client.transport, spec));
  });
}

/** A method name as the caller gave it, checked, in upper case; refused in read-only runs. */
export function checkMethod(ctx: Context, method: string): string {
  if (!METHOD.test(method)) ctx.fail(`invalid method ${JSON.stringify(bytesToUtf8(method))}`);
  const upper = method.toUpperCase();
  if (upper === "CONNECT") ctx.fail("method CONNECT is not supported");
  if (ctx.host.readonly && !READ_ONLY.has(upper)) throw readonlyError(ctx.name);
  return upper;
}

/** Calls `onEvent` for every server-sent event until the server or the callback ends it. */
async function listen(
  ctx: Context,
  client: HttpClient,
  asked: RequestSpec,
  onEvent: LuaFunction,
  isTotal: boolean,
): Promise<LuaTable> {
  const headers = asked.headers.map(([name, value]): [string, string] =>
    name === "Accept" && value === "*/*" ? [name, "text/event-stream"] : [name, value],
  );
  const spec = { ...asked, headers };
  const response = await openResponse(client.transport, spec);
  const { exchange, deadline, status, url } = response;
  const done = (body: Buffer): WholeResponse => ({ status, headers: response.headers, body, url });
  try {
    const isStream = /^text\/event-stream\b/i.test(
      getHeader(response.headers, "content-type") ?? "",
    );
    if (status !== 200 || !isStream)
      return responseTable(ctx.host, done(await exchange.all(spec.maxSize)));
    if (!isTotal) deadline.disarm();
    const parser = new EventParser();
    for await (const chunk of decodeStream(url, response.headers, exchange)) {
      for (const { event, data, id, retry } of parser.push(bufferToBytes(chunk))) {
        const answer = await ctx.call(onEvent, record({ event, data, id, retry }));
        if (answer[0] === "close") return responseTable(ctx.host, done(Buffer.alloc(0)));
      }
    }
    return responseTable(ctx.host, done(Buffer.alloc(0)));
  } finally {
    deadline.end();
    exchange.discard();
  }
}

/** Calls `onLine` for every line of a successful response as it arrives. */
async function readLines(
  ctx: Context,
  client: HttpClient,
  spec: RequestSpec,
  onLine: LuaFunction,
  isTotal: boolean,
): Promise<LuaTable> {
  const response = await openResponse(client.transport, spec);
  const { exchange, deadline, status, url, headers } = response;
  const done = (body: Buffer): WholeResponse => ({ status, headers, body, url });
  try {
    if (status < 200 || status > 299) {
      const raw = done(await exchange.all(spec.maxSize));
      const decoded = await decodeBody(url, headers, raw.body, spec.maxSize);
      return responseTable(ctx.host, { ...raw, ...decoded });
    }
    if (!isTotal) deadline.disarm();
    const splitter = new LineSplitter();
    for await (const chunk of decodeStream(url, headers, exchange)) {
      for (const line of splitter.push(bufferToBytes(chunk))) {
        const answer = await ctx.call(onLine, line);
        if (answer[0] === "close") return responseTable(ctx.host, done(Buffer.alloc(0)));
      }
    }
    const last = splitter.end();
    if (last !== undefined) await ctx.call(onLine, last);
    return responseTable(ctx.host, done(Buffer.alloc(0)));
  } finally {
    deadline.end();
    exchange.discard();
  }
}

const MAX_DOWNLOAD = 1024 ** 3;

/** `http.download`. */
export function callDownload(
  ctx: Context,
  client: HttpClient,
  url: string,
  path: string,
  opts: LuaTable | undefined,
): Promise<number> {
  return faultsAsErrors(ctx, async () => {
    if (path === "" || path.includes("\0")) throw new HttpFault("invalid path", "request");
    const target = ctx.writePath(utf8ToBytes(path));
    const options = readRequestOptions(opts);
    const spec = client.request(ctx, "GET", url, options.body, options);
    return download(client.transport, {
      ...spec,
      path,
      target,
      maxSize: options.maxSize ?? client.defaults.maxSize ?? MAX_DOWNLOAD,
      isTotal: opts !== undefined && secondsOption(opts, "timeout") !== undefined,
    });
  });
}
