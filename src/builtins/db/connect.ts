/** `db.connect`: from a URL and options to a database that answers. */
import {
  bytesToUtf8,
  type Context,
  isNumber,
  type LuaTable,
  numberToDouble,
  utf8ToBytes,
} from "../../host";
import {
  booleanOption,
  CERTIFICATES,
  checkOptions,
  countOption,
  secondsOption,
} from "../http/options";
import { Database } from "./database";
import { DbFault } from "./errors";
import { connectFault } from "./failures";
import { MysqlDriver } from "./mysql";
import { PostgresDriver } from "./postgres";
import type { Driver } from "./session";
import { SqliteDriver } from "./sqlite";
import { mysqlTls, postgresTls, readTls } from "./tls";
import { type FileAddress, parseUrl, type ServerAddress } from "./url";

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
  const { mode, pem } = await readTls(ctx, options, take);
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
    const tls = useTls ? postgresTls(mode, pem, ctx) : undefined;
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

/** The options of one statement: `timeout`, in seconds. */
export function statementTimeout(options: LuaTable | undefined): number | undefined {
  if (options !== undefined) checkOptions(options, ["timeout"]);
  const v = options?.µgetStr("timeout");
  if (v === undefined) return undefined;
  const seconds = isNumber(v) ? numberToDouble(v) : Number.NaN;
  if (!(seconds > 0)) throw new DbFault("option 'timeout' must be a positive number of seconds");
  return seconds * 1000;
}
