/** PostgreSQL, through the `postgres` package: one client of one connection for each session. */
import type { Host } from "../../host";
import { serverFault } from "./errors";
import { connectFault } from "./failures";
import {
  adoptSerializers,
  type PostgresSettings,
  refusesTls,
  sessionSetup,
  tlsOptions,
  within,
} from "./pg-client";
import type { PostgresError } from "./pg-raw";
import { type Knowledge, PostgresSession } from "./pg-session";
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
    const host = address.socket ?? address.place ?? address.host;
    const path =
      address.socket === undefined ? undefined : `${address.socket}/.s.PGSQL.${address.port}`;
    const sql = postgres({
      host,
      port: address.port,
      ...(path !== undefined && { path }),
      ...(address.user !== undefined && { user: address.user }),
      ...(address.database !== undefined && { database: address.database }),
      password: this.password(),
      ssl: tls === undefined ? false : tlsOptions(tls, address.host),
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
    const server = path === undefined ? { host, port: address.port } : { path };
    try {
      await within(connectTimeout, sql.unsafe(sessionSetup(this.settings)).simple());
    } catch (e) {
      void sql.end({ timeout: 0 }).catch(() => undefined);
      const error = e as PostgresError;
      if (error.severity !== undefined) throw serverFault(error.message, error.code);
      const wasCut = ["ECONNRESET", "EPIPE", "CONNECTION_CLOSED"].includes(error.code ?? "");
      const isPlain =
        wasCut && tls?.isOptional === false && (await refusesTls(server, connectTimeout));
      const cause = isPlain ? new Error("the server has no TLS") : e;
      throw connectFault(this.where, address.host, cause, connectTimeout);
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
