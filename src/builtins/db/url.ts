/** The addresses of databases. */
import { ENCODE_PASSWORDS } from "../http/errors";
import { DbFault } from "./errors";

/** How much of TLS a connection needs, as libpq names it. */
export const SSL_MODES = [
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
] as const;
export type SslMode = (typeof SSL_MODES)[number];

export interface ServerAddress {
  readonly kind: "postgres" | "mysql";
  readonly host: string;
  /** What to connect to in place of `host`: the address that was found to be allowed. */
  readonly place?: string;
  readonly port: number;
  /** A Unix socket instead of host and port; for Postgres its folder. */
  readonly socket: string | undefined;
  readonly user: string | undefined;
  readonly password: string;
  readonly database: string | undefined;
  /** What stands behind the `?`, by name. */
  readonly query: ReadonlyMap<string, string>;
}

export interface FileAddress {
  readonly kind: "sqlite";
  /** `:memory:`, or the file. */
  readonly path: string;
  readonly mode: "ro" | "rw" | "rwc" | "memory";
  /** The settings that SQLite itself reads from a `file:` URI. */
  readonly uri: ReadonlyMap<string, string>;
}

const MODES = ["ro", "rw", "rwc", "memory"] as const;

/** Reads a URL. Faults never show it: it may hold a password. */
export function parseUrl(url: string): ServerAddress | FileAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case "postgres":
    case "postgresql":
      return serverAddress(url, "postgres", 5432);
    case "mysql":
    case "mariadb":
      return serverAddress(url, "mysql", 3306);
    case "sqlite":
      return fileAddress(url);
    case undefined:
      throw new DbFault("error with configuration: the URL has no scheme (as in postgres://…)");
    default:
      throw new DbFault(
        `error with configuration: no driver found for URL scheme ${JSON.stringify(scheme)}`,
      );
  }
}

function serverAddress(
  text: string,
  kind: ServerAddress["kind"],
  defaultPort: number,
): ServerAddress {
  // a name without a host (the socket follows as `?host=`) is more than URLs allow
  const whole = text
    .replace(/^[a-z]+:(\/\/)?/i, "db://")
    .replace(/^([^/]*\/\/[^/?#]*@)(?=[/?:])/, "$1localhost");
  const url = URL.parse(whole);
  // a password with `/` or `#` ends the host too early: its rest would be asked the name servers for, and shown
  if (url === null || url.hash !== "" || url.pathname.includes("@"))
    throw new DbFault(`error with configuration: invalid URL (${ENCODE_PASSWORDS})`);
  const query = new Map(url.searchParams);
  let host = decode(url.hostname).replace(/^\[|\]$/g, "");
  let socket = query.get("socket");
  const other = query.get("host");
  if (other !== undefined) host = other;
  if (host.startsWith("/")) {
    socket = host;
    host = "localhost";
  }
  const port = query.get("port") ?? url.port;
  if (!/^\d*$/.test(port) || Number(port) > 65_535)
    throw new DbFault("error with configuration: invalid port number");
  for (const name of ["socket", "host", "port"]) query.delete(name);
  const user = query.get("user") ?? decode(url.username);
  const password = query.get("password") ?? decode(url.password);
  query.delete("user");
  query.delete("password");
  const database = query.get("dbname") ?? decode(url.pathname.replace(/^\//, ""));
  query.delete("dbname");
  return {
    kind,
    host: host === "" ? "localhost" : host,
    port: port === "" ? defaultPort : Number(port),
    socket,
    user: user === "" ? undefined : user,
    password,
    database: database === "" ? undefined : database,
    query,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new DbFault("error with configuration: invalid %-encoding in the URL");
  }
}

function fileAddress(url: string): FileAddress {
  const [, before = "", after = ""] = /^[a-z]+:(?:\/\/)?([^?]*)\??([\s\S]*)$/i.exec(url) ?? [];
  const uri = new Map<string, string>();
  let mode: FileAddress["mode"] = "rw";
  for (const [key, value] of new URLSearchParams(after)) {
    if (key === "mode") {
      const known = MODES.find((m) => m === value);
      if (known === undefined)
        throw new DbFault(
          `error with configuration: unknown value ${JSON.stringify(value)} for \`mode\` (ro, rw, rwc or memory)`,
        );
      mode = known;
    } else if (key === "cache" || key === "immutable" || key === "vfs") uri.set(key, value);
    else
      throw new DbFault(
        `error with configuration: unknown query parameter ${JSON.stringify(key)} in the URL`,
      );
  }
  const path = decode(before);
  if (path.includes("\0"))
    throw new DbFault("error with configuration: the path contains a NUL byte");
  if (path === "" || path === ":memory:") mode = "memory";
  return { kind: "sqlite", path: path === "" ? ":memory:" : path, mode, uri };
}
