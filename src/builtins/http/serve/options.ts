/** Reads the options of `http.serve`. */
import {
  bytesToUtf8,
  type Context,
  isNumber,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  numberToDouble,
} from "../../../host";
import { HttpFault } from "../errors";
import {
  booleanOption,
  checkOptions,
  countOption,
  functionOption,
  secondsOption,
  stringOption,
  tableOption,
} from "../options";
import { checkPair } from "../tls";
import { pemOption } from "../tls-options";
import type { ServerSettings } from "./server";

const DEFAULT_MAX_BODY = 64 * 1024 * 1024;
const DEFAULT_IDLE = 30;
/** Bun counts no further. */
const MAX_IDLE = 255;
const SERVER = [
  "host",
  "port",
  "routes",
  "tls",
  "max_body",
  "idle_timeout",
  "drain_timeout",
  "on_error",
  "on_listen",
  "background",
  "wait",
];
const DEFAULT_DRAIN = 10;
const MAX_PORT = 65535;

export interface ServerOptions {
  readonly settings: ServerSettings;
  readonly background: boolean;
  readonly onListen: LuaFunction | undefined;
}

export async function readServerOptions(
  ctx: Context,
  options: LuaTable = new LuaTable(),
  port: LuaValue = options.µgetStr("port"),
): Promise<ServerOptions> {
  checkOptions(options, SERVER);
  const idle = secondsOption(options, "idle_timeout") ?? DEFAULT_IDLE;
  if (idle > MAX_IDLE)
    throw new HttpFault(`option 'idle_timeout' must be at most ${MAX_IDLE} seconds`, "request");
  const maxBody = countOption(options, "max_body") ?? DEFAULT_MAX_BODY;
  return {
    settings: {
      host: bytesToUtf8(stringOption(options, "host") ?? "0.0.0.0"),
      port: readPort(port),
      tls: await readTls(ctx, tableOption(options, "tls")),
      maxBody: maxBody === 0 ? Number.MAX_SAFE_INTEGER : maxBody,
      idleTimeout: Math.ceil(idle),
      drainTimeout: secondsOption(options, "drain_timeout") ?? DEFAULT_DRAIN,
      onError: functionOption(options, "on_error"),
    },
    background: booleanOption(options, "background") ?? booleanOption(options, "wait") === false,
    onListen: functionOption(options, "on_listen"),
  };
}

function readPort(v: LuaValue): number {
  const port = isNumber(v) ? numberToDouble(v) : v === undefined ? 0 : Number.NaN;
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  const shown = Number.isNaN(port) ? "" : `, got ${port}`;
  throw new HttpFault(`the port must be from 0 to ${MAX_PORT}${shown}`, "request");
}

async function readTls(
  ctx: Context,
  tls: LuaTable | undefined,
): Promise<{ cert: string; key: string } | undefined> {
  if (tls === undefined) return undefined;
  checkOptions(tls, ["cert", "cert_file", "key", "key_file"]);
  const cert = await pemOption(ctx, tls, "cert", "");
  const key = await pemOption(ctx, tls, "key", "");
  if (cert === undefined || key === undefined)
    throw new HttpFault("option 'tls' needs cert and key (or cert_file and key_file)", "request");
  checkPair({ cert, key }, "tls.cert", "tls.key");
  return { cert, key };
}
