/** Reads the options of `ws.connect`. */
import { readFile } from "node:fs/promises";
import { bytesToBuffer, bytesToUtf8, type Context, items, type LuaTable } from "../../host";
import { environmentOf } from "../http/client";
import { HttpFault, safeUrlText } from "../http/errors";
import { osError } from "../http/faults";
import type { HeaderList } from "../http/headers";
import {
  booleanOption,
  countOption,
  readHeaders,
  secondsOption,
  stringOption,
  tableOption,
} from "../http/options";
import { basicAuth, passwordOf } from "../http/proxy";
import { addressText } from "../http/query";
import { checkCertificates, secureContext } from "../http/tls";
import { type Handshake, WsFault } from "./handshake";

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
  const insecure = booleanOption(options, "insecure") ?? false;
  const ca = await readAuthorities(ctx, options);
  const maxMessage = countOption(options, "max_message");
  return {
    handshake: {
      url,
      headers,
      subprotocols: readSubprotocols(options),
      timeout: (secondsOption(options, "timeout") ?? DEFAULT_TIMEOUT_S) * 1000,
      signal: ctx.signal,
      context: () => secureContext({ ca, insecure }, environmentOf(ctx.host)),
      insecure,
      net: ctx.network,
    },
    maxMessage: maxMessage ?? DEFAULT_MAX_MESSAGE,
  };
}

function readUrl(address: string): URL {
  const text = addressText(address);
  const url = URL.parse(text);
  if (url === null) throw new WsFault(`invalid URL '${safeUrlText(text)}'`);
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

async function readAuthorities(ctx: Context, options: LuaTable): Promise<string | undefined> {
  let pem = stringOption(options, "ca_cert");
  if (pem !== undefined) check(pem, "invalid CA cert PEM");
  const file = stringOption(options, "ca_cert_file");
  if (file === undefined) return pem;
  const path = JSON.stringify(bytesToUtf8(file));
  const text = await readFile(bytesToBuffer(ctx.readPath(file)), "latin1").catch((e: unknown) => {
    throw new WsFault(`failed to read CA cert file ${path}: ${osError(e)}`);
  });
  check(text, `invalid PEM in ${path}`);
  pem = pem === undefined ? text : `${text}\n${pem}`;
  return pem;
}

function check(pem: string, message: string): void {
  try {
    checkCertificates(pem);
  } catch (e) {
    throw e instanceof HttpFault ? new WsFault(`${message}: ${e.message}`) : e;
  }
}
