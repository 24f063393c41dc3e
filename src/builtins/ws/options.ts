/** Reads the options of `ws.connect`. */
import { type Context, items, type LuaTable } from "../../host";
import { environmentOf, readProxy } from "../http/client";
import { invalidUrl } from "../http/errors";
import type { HeaderList } from "../http/headers";
import {
  CONNECTION,
  checkOptions,
  countOption,
  readHeaders,
  secondsOption,
  tableOption,
} from "../http/options";
import { basicAuth, passwordOf } from "../http/proxy";
import { addressText } from "../http/query";
import { secureContext } from "../http/tls";
import { readTls } from "../http/tls-options";
import { type Handshake, WsFault } from "./handshake";

const CONNECT = [...CONNECTION, "headers", "subprotocols", "timeout", "max_message"];
const DEFAULT_TIMEOUT_S = 30;
const DEFAULT_MAX_MESSAGE = 64 * 1024 * 1024;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What the handshake is made of is not the caller's to set. */
const OURS = /^(connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i;

export interface ConnectOptions {
  readonly handshake: Handshake;
  /** In bytes, 0 for any. */
  readonly maxMessage: number;
}

export async function readConnect(
  ctx: Context,
  address: string,
  options: LuaTable,
): Promise<ConnectOptions> {
  checkOptions(options, CONNECT);
  const url = readUrl(address);
  const headers = readOwnHeaders(options);
  const auth = basicAuth(url);
  if (auth !== undefined) {
    ctx.host.secrets.register(passwordOf(url));
    if (!headers.some(([name]) => name.toLowerCase() === "authorization"))
      headers.push(["Authorization", auth]);
    url.username = "";
    url.password = "";
  }
  const tls = await readTls(ctx, options);
  const maxMessage = countOption(options, "max_message");
  return {
    handshake: {
      url,
      headers,
      subprotocols: readSubprotocols(options),
      timeout: (secondsOption(options, "timeout") ?? DEFAULT_TIMEOUT_S) * 1000,
      signal: ctx.signal,
      route: {
        context: () => secureContext(tls, environmentOf(ctx.host)),
        insecure: tls.insecure,
        serverName: tls.serverName,
        net: ctx.network,
        // the environment's are for HTTP
        tunnel: readProxy(ctx, options) ?? undefined,
      },
    },
    maxMessage: maxMessage ?? DEFAULT_MAX_MESSAGE,
  };
}

function readUrl(address: string): URL {
  const text = addressText(address);
  const url = URL.parse(text);
  if (url === null) throw new WsFault(invalidUrl("URL", text));
  if (url.protocol !== "ws:" && url.protocol !== "wss:")
    throw new WsFault(`unsupported URL scheme '${url.protocol.slice(0, -1)}' (ws and wss work)`);
  url.hash = "";
  return url;
}

function readOwnHeaders(options: LuaTable): HeaderList {
  const table = tableOption(options, "headers");
  const headers = table === undefined ? [] : readHeaders(table);
  for (const [name] of headers)
    if (OURS.test(name)) throw new WsFault(`header '${name}' is not the caller's to set`);
  return headers;
}

function readSubprotocols(options: LuaTable): string[] {
  const table = tableOption(options, "subprotocols");
  const found: string[] = [];
  for (const v of table === undefined ? [] : items(table)) {
    if (typeof v !== "string" || !TOKEN.test(v) || found.includes(v))
      throw new WsFault("option 'subprotocols' must be a list of different names");
    found.push(v);
  }
  return found;
}
