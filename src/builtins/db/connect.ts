/** `db.connect`: from a URL and options to a database that answers. */
import { readFile } from "node:fs/promises";
import {
  bytesToBuffer,
  bytesToUtf8,
  type Context,
  isNumber,
  type LuaTable,
  numberToDouble,
  osError,
  utf8ToBytes,
} from "../../host";
import { environmentOf } from "../http/client";
import { HttpFault } from "../http/errors";
import {
  booleanOption,
  CERTIFICATES,
  checkOptions,
  countOption,
  secondsOption,
  stringOption,
} from "../http/options";
import { checkCertificates, secureContext, splitPem, systemAuthorities } from "../http/tls";
import { Database } from "./database";
import { DbFault } from "./errors";
import { connectFault } from "./failures";
import { MysqlDriver } from "./mysql";
import type { MysqlTls } from "./mysql-connection";
import type { PostgresTls } from "./pg-socket";
import { PostgresDriver } from "./postgres";
import type { Driver } from "./session";
import { SqliteDriver } from "./sqlite";
import { type FileAddress, parseUrl, type ServerAddress, SSL_MODES, type SslMode } from "./url";

const CONNECT = [
  "size",
  "connect_timeout",
  "acquire_timeout",
  "idle_timeout",
  "max_lifetime",
  "statement_timeout",
  "busy_timeout",
  "sslmode",
  ...CERTIFICATES,
  "prepare",
  "allow_public_key_retrieval",
];
const DEFAULT_SIZE = 5;
const DEFAULT_CONNECT_S = 30;
const DEFAULT_ACQUIRE_S = 30;
const DEFAULT_IDLE_S = 600;
const DEFAULT_LIFETIME_S = 1800;
const DEFAULT_BUSY_S = 5;

/** Opens the first connection, so that mistakes show here. */
export async function connect(ctx: Context, url: string, options: LuaTable): Promise<Database> {
  checkOptions(options, CONNECT);
  const address = parseUrl(url);
  const seconds = (key: string, fallback: number) =>
    (secondsOption(options, key) ?? fallback) * 1000;
  const size = countOption(options, "size") ?? DEFAULT_SIZE;
  if (size < 1) throw new DbFault("option 'size' must be at least 1");
  const isFile = address.kind === "sqlite";
  if (!isFile && address.password !== "") ctx.host.secrets.register(address.password);
  const driver: Driver = isFile
    ? new SqliteDriver(
        confine(
          ctx,
          address.mode === "rwc" && ctx.host.readonly ? { ...address, mode: "rw" } : address,
        ),
        {
          busyTimeout: seconds("busy_timeout", DEFAULT_BUSY_S),
          readonly: ctx.host.readonly,
          confined: !(ctx.host.policy.readsAll && ctx.host.policy.writesAll),
        },
        ctx.host,
      )
    : await serverDriver(
        ctx,
        await pin(ctx, address),
        options,
        seconds("connect_timeout", DEFAULT_CONNECT_S),
        size,
      );
  const database = new Database(driver, {
    size: isFile ? 1 : size,
    acquireTimeout: seconds("acquire_timeout", DEFAULT_ACQUIRE_S),
    // a database in memory lives as long as its connection
    idleTimeout: isFile ? Infinity : seconds("idle_timeout", DEFAULT_IDLE_S),
    maxLifetime: isFile ? Infinity : seconds("max_lifetime", DEFAULT_LIFETIME_S),
    statementTimeout: seconds("statement_timeout", Infinity),
  });
  database.pool.release(await database.pool.acquire(ctx.signal));
  return database;
}

/** The file that may be opened for an address: only for reading when it may not be written. */
function confine(ctx: Context, address: FileAddress): FileAddress {
  const { policy } = ctx.host;
  if (address.mode === "memory" || (policy.readsAll && policy.writesAll)) return address;
  const path = utf8ToBytes(address.path);
  const real = { ...address, path: bytesToUtf8(ctx.readPath(path)) };
  if (address.mode === "ro" || policy.allowWrite(path) !== undefined) return real;
  // what does not exist would have to be made
  if (address.mode === "rwc") ctx.writePath(path);
  return { ...real, mode: "ro" };
}

/** An address with the very host to connect to; fails where that is not allowed. */
async function pin(ctx: Context, address: ServerAddress): Promise<ServerAddress> {
  const { network } = ctx;
  if (network === undefined) return address;
  if (address.socket !== undefined)
    throw new DbFault(`connecting to ${address.socket}: Unix sockets are not allowed`);
  try {
    const [place = address.host] = await network.resolve(address.host, address.port);
    return { ...address, place };
  } catch (e) {
    throw connectFault(`${address.host}:${address.port}`, address.host, e, 0);
  }
}

async function serverDriver(
  ctx: Context,
  address: ServerAddress,
  options: LuaTable,
  connectTimeout: number,
  size: number,
): Promise<Driver> {
  const query = new Map(address.query);
  const take = (...names: string[]) => {
    let found: string | undefined;
    for (const name of names) {
      found ??= query.get(name);
      query.delete(name);
    }
    return found;
  };
  const files = {
    ca: stringOption(options, "ca_cert_file") ?? take("sslrootcert", "ssl-ca"),
    cert: stringOption(options, "client_cert_file") ?? take("sslcert", "ssl-cert"),
    key: stringOption(options, "client_key_file") ?? take("sslkey", "ssl-key"),
  };
  const pem = {
    ca: files.ca === "system" ? undefined : await readPem(ctx, "ca_cert", options, files.ca),
    cert: await readPem(ctx, "client_cert", options, files.cert),
    key: await readPem(ctx, "client_key", options, files.key),
  };
  const mode = sslMode(stringOption(options, "sslmode") ?? take("sslmode", "ssl-mode"), {
    hasCa: pem.ca !== undefined,
    wantsSystem: files.ca === "system",
    insecure: booleanOption(options, "insecure") ?? false,
  });
  const parameters: Record<string, string> = {};
  if (address.kind === "postgres") {
    parameters.application_name = take("application_name") ?? "assay";
    const settings = take("options");
    if (settings !== undefined) parameters.options = settings;
  }
  const prepare = booleanOption(options, "prepare") ?? take("prepare") !== "false";
  for (const name of query.keys())
    ctx.host.logger.log("warn", `${ctx.name}: ignoring unknown URL parameter ${name}`);
  const common = { address, connectTimeout, readonly: ctx.host.readonly };
  const useTls = mode !== "disable" && address.socket === undefined;
  if (address.kind === "postgres") {
    const context = useTls
      ? secureContext({ ...pem, insecure: !isVerifying(mode) }, environmentOf(ctx.host))
      : undefined;
    const tls: PostgresTls | undefined = context && {
      isOptional: mode === "prefer" || mode === "allow",
      context,
      rejectUnauthorized: isVerifying(mode),
      checkName: mode === "verify-full",
    };
    return new PostgresDriver({ ...common, tls, prepare, parameters }, ctx.host);
  }
  return new MysqlDriver(
    {
      ...common,
      tls: useTls ? mysqlTls(mode, pem, ctx) : undefined,
      mayStream: size > 1,
      allowPublicKeyRetrieval: booleanOption(options, "allow_public_key_retrieval") ?? false,
    },
    ctx.host,
  );
}

function isVerifying(mode: SslMode): boolean {
  return mode === "verify-ca" || mode === "verify-full";
}

interface Pem {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

function mysqlTls(mode: SslMode, { ca, cert, key }: Pem, ctx: Context): MysqlTls {
  return {
    isOptional: mode === "prefer" || mode === "allow",
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(isVerifying(mode) && {
      ca: [...systemAuthorities(environmentOf(ctx.host)), ...splitPem(ca ?? "")],
    }),
    rejectUnauthorized: isVerifying(mode),
    verifyIdentity: mode === "verify-full",
  };
}

/** How MySQL's programs name the modes. */
const MYSQL_MODES: Readonly<Record<string, SslMode>> = {
  disabled: "disable",
  preferred: "prefer",
  required: "require",
  verify_ca: "verify-ca",
  verify_identity: "verify-full",
};

function sslMode(
  text: string | undefined,
  { hasCa, wantsSystem, insecure }: { hasCa: boolean; wantsSystem: boolean; insecure: boolean },
): SslMode {
  if (text === undefined) {
    if (insecure) return "require";
    // who names an authority wants it to be asked
    return hasCa || wantsSystem ? "verify-full" : "prefer";
  }
  const word = text.toLowerCase();
  const mode = MYSQL_MODES[word] ?? SSL_MODES.find((m) => m === word);
  if (mode === undefined)
    throw new DbFault(
      `error with configuration: unknown value ${JSON.stringify(text)} for \`sslmode\` (${SSL_MODES.join(", ")})`,
    );
  // as libpq does
  return mode === "require" && hasCa && !insecure ? "verify-ca" : mode;
}

/** PEM text given as option `name`, or read from a file. */
async function readPem(
  ctx: Context,
  name: string,
  options: LuaTable,
  file: string | undefined,
): Promise<string | undefined> {
  let text = stringOption(options, name);
  if (file !== undefined) {
    const read = await readFile(bytesToBuffer(ctx.readPath(file)), "latin1").catch((e: unknown) => {
      throw new DbFault(`failed to read ${name} file ${JSON.stringify(file)}: ${osError(e)}`);
    });
    text = text === undefined ? read : `${read}\n${text}`;
  }
  if (text !== undefined && name === "ca_cert") {
    try {
      checkCertificates(text);
    } catch (e) {
      throw e instanceof HttpFault ? new DbFault(`invalid CA cert PEM: ${e.message}`) : e;
    }
  }
  return text;
}

/** The options of one statement: `timeout`, in seconds. */
export function statementTimeout(options: LuaTable | undefined): number | undefined {
  if (options !== undefined) checkOptions(options, ["timeout"]);
  const v = options?.µgetStr("timeout");
  if (v === undefined) return undefined;
  const seconds = isNumber(v) ? numberToDouble(v) : Number.NaN;
  if (!(seconds > 0)) throw new DbFault("option 'timeout' must be a positive number of seconds");
  return seconds * 1000;
}
