/** PostgreSQL, through the `postgres` package: one client of one connection for each session. */
import type { Host } from "../../host";
import { serverFault } from "./errors";
import { connectFault } from "./failures";
import { adoptSerializers, type PostgresSettings, sessionSetup, within } from "./pg-client";
import type { PostgresError } from "./pg-raw";
import { type Knowledge, PostgresSession } from "./pg-session";
import { openSocket } from "./pg-socket";
import { ArrayTypes } from "./pg-types";
import { ValueReader } from "./pg-values";
import { Recent } from "./recent";
import type { Driver, Session, TransactionOptions } from "./session";

/** How many statements' parameter types are remembered. */
const MAX_KNOWN = 1000;

/** Connects to one database. */
export class PostgresDriver implements Driver {
  readonly kind = "postgres";
  readonly isShared = true;
  readonly where: string;
  private readonly known: Knowledge;

  constructor(
    private readonly settings: PostgresSettings,
    private readonly host: Host,
  ) {
    const { address } = settings;
    this.where = address.socket ?? `${address.host}:${address.port}`;
    const arrays = new ArrayTypes();
    this.known = {
      arrays,
      typings: new Recent(MAX_KNOWN),
      reader: new ValueReader(host, arrays),
      connect: () => this.connect(),
    };
  }

  /** The client would take `PGPASSWORD` for an empty one, also where scripts must not use it. */
  private password(): string | (() => string) {
    const { password } = this.settings.address;
    return password === "" && !this.host.policy.allowEnv("PGPASSWORD") ? () => "" : password;
  }

  async connect(): Promise<Session> {
    const { default: postgres } = await import("postgres");
    const { address, connectTimeout, tls } = this.settings;
    let session: PostgresSession | undefined;
    let isLost = false;
    const { socket, port } = address;
    const server =
      socket === undefined
        ? { host: address.place ?? address.host, port }
        : { path: `${socket}/.s.PGSQL.${port}` };
    const given = new AbortController();
    // an option that the package's types do not have
    const own = {
      socket: () => openSocket({ server, name: address.host, tls, signal: given.signal }),
    };
    const sql = postgres({
      // for its own messages, which nobody sees
      host: "the server",
      ...own,
      ...(address.user !== undefined && { user: address.user }),
      ...(address.database !== undefined && { database: address.database }),
      password: this.password(),
      // the socket sees to that
      ssl: false,
      max: 1,
      // the pool's business
      idle_timeout: undefined,
      max_lifetime: null,
      connect_timeout: connectTimeout / 1000,
      prepare: this.settings.prepare,
      fetch_types: false,
      connection: this.settings.parameters,
      onnotice: () => undefined,
      onclose: () => {
        isLost = true;
        session?.lose();
      },
    });
    adoptSerializers(sql, this.known.arrays);
    try {
      await within(connectTimeout, sql.unsafe(sessionSetup(this.settings)).simple());
    } catch (e) {
      given.abort();
      void sql.end({ timeout: 0 }).catch(() => undefined);
      const error = e as PostgresError;
      if (error.severity !== undefined) throw serverFault(error.message, error.code);
      throw connectFault(this.where, address.host, e, connectTimeout);
    }
    session = new PostgresSession(sql, this.where, server, this.known);
    if (isLost) session.lose();
    return session;
  }

  begin({ isolation, readOnly }: TransactionOptions): string[] {
    const level = isolation === undefined ? "" : ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
    return [`BEGIN${level}${readOnly ? " READ ONLY" : ""}`];
  }
}
