/** From a Lua call to the response table: the body of `http.get` and all of its relatives. */
import {
  bufferToBytes,
  bytesToUtf8,
  type Context,
  faultsAsErrors,
  type LuaFunction,
  type LuaTable,
  type LuaValue,
  readonlyError,
  record,
} from "../../host";
import type { HttpClient } from "./client";
import { decodeStream } from "./decode";
import { download } from "./download";
import { HttpFault } from "./errors";
import { getHeader } from "./headers";
import { LineSplitter } from "./lines";
import { readRequestOptions, secondsOption } from "./options";
import {
  fetchWhole,
  type OpenResponse,
  openResponse,
  type RequestSpec,
  readWhole,
  withRetries,
} from "./perform";
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
  return faultsAsErrors(ctx.name, async () => {
    const options = readRequestOptions(ctx, opts);
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
function listen(
  ctx: Context,
  client: HttpClient,
  asked: RequestSpec,
  onEvent: LuaFunction,
  isTotal: boolean,
): Promise<LuaTable> {
  const headers = asked.headers.map(([name, value]): [string, string] =>
    name === "Accept" && value === "*/*" ? [name, "text/event-stream"] : [name, value],
  );
  const isStream = ({ status, headers }: OpenResponse) =>
    status === 200 && /^text\/event-stream\b/i.test(getHeader(headers, "content-type") ?? "");
  return follow(ctx, client, { ...asked, headers }, isStream, isTotal, async (url, chunks) => {
    const parser = new EventParser(url);
    for await (const chunk of chunks)
      for (const { event, data, id, retry } of parser.push(bufferToBytes(chunk))) {
        const answer = await ctx.call(onEvent, record({ event, data, id, retry }));
        if (answer[0] === "close") return;
      }
  });
}

/** Calls `onLine` for every line of a successful response as it arrives. */
function readLines(
  ctx: Context,
  client: HttpClient,
  spec: RequestSpec,
  onLine: LuaFunction,
  isTotal: boolean,
): Promise<LuaTable> {
  const isWanted = ({ status }: OpenResponse) => status >= 200 && status <= 299;
  return follow(ctx, client, spec, isWanted, isTotal, async (url, chunks) => {
    const splitter = new LineSplitter(url);
    for await (const chunk of chunks)
      for (const line of splitter.push(bufferToBytes(chunk))) {
        const answer = await ctx.call(onLine, line);
        if (answer[0] === "close") return;
      }
    const last = splitter.end();
    if (last !== undefined) await ctx.call(onLine, last);
  });
}

/** Hands the body of a response to `read` as it arrives; one that is not wanted so comes as usual. */
async function follow(
  ctx: Context,
  client: HttpClient,
  spec: RequestSpec,
  isWanted: (response: OpenResponse) => boolean,
  isTotal: boolean,
  read: (url: URL, chunks: AsyncIterable<Buffer>) => Promise<void>,
): Promise<LuaTable> {
  // once the body has begun, the script has seen some of it: nothing is repeated then
  const response = await withRetries(spec, (isLast) =>
    openResponse(client.transport, spec, isLast),
  );
  const { exchange, deadline, status, url, headers } = response;
  try {
    if (!isWanted(response)) return responseTable(ctx.host, await readWhole(response, spec));
    if (!isTotal) deadline.disarm();
    await read(url, spec.decompress ? decodeStream(url, headers, exchange) : exchange);
    return responseTable(ctx.host, { status, headers, body: Buffer.alloc(0), url });
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
  return faultsAsErrors(ctx.name, async () => {
    if (path === "" || path.includes("\0")) throw new HttpFault("invalid path", "request");
    const target = ctx.writePath(path);
    const options = readRequestOptions(ctx, opts);
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
