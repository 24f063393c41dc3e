/**
 * MySQL and MariaDB, through Bun's SQL client: one client of one connection for each session. It
 * hands out what the server sent (`raw`), because its own conversions lose microseconds and digits.
 */
import type { SQL } from "bun";
import type { Connection, ConnectionOptions, SslOptions } from "mysql2";
import { type Host, LuaFloat, type LuaTable, type LuaValue } from "../../host";
import { DbFault, lostFault, serverFault } from "./errors";
import { connectFault } from "./failures";
import { MysqlStream, openStreamConnection } from "./mysql-stream";
import { type MysqlColumn, readBinary, readText, writeParameter } from "./mysql-values";
import { columnNames, jsonReader, rowTable } from "./results";
import { MYSQL, rewrite, scanStatements } from "./scan";
import type {
  Checkpoint,
  Cursor,
  Driver,
  Outcome,
  Session,
  Statement,
  TransactionOptions,
} from "./session";
import type { ServerAddress } from "./url";

export interface MysqlSettings {
  readonly address: ServerAddress;
  /** As Bun's client takes it. */
  readonly tls: SQL.PostgresOrMySQLOptions["tls"];
  /** For the URL, where the client reads a mode that goes with own certificates. */
  readonly sslMode: string;
  readonly connectTimeout: number;
  readonly allowPublicKeyRetrieval: boolean;
  readonly readonly: boolean;
  /** Whether a stream may have a connection beside those of the pool. */
  readonly mayStream: boolean;
}

interface MysqlError {
  readonly message: string;
  readonly code?: string;
  /** The server's error number. */
  readonly errno?: number;
  readonly sqlState?: string;
}

interface RawResult extends Array<(Buffer | null)[]> {
  readonly affectedRows: number;
  readonly columns: readonly MysqlColumn[] | null;
}

export class MysqlDriver implements Driver {
  readonly kind = "mysql";
  readonly isShared = true;
  readonly where: string;

  constructor(
    private readonly settings: MysqlSettings,
    private readonly host: Host,
  ) {
    const { address } = settings;
    this.where = address.socket ?? `${address.host}:${address.port}`;
  }

  /** A client of one connection. */
  private client(onClose: () => void): SQL {
    const { address, tls, sslMode, connectTimeout, allowPublicKeyRetrieval } = this.settings;
    const place = address.place ?? address.host;
    const host = place.includes(":") ? `[${place}]` : place;
    return new Bun.SQL({
      url: `mariadb://${host}:${address.port}/?sslmode=${sslMode}`,
      adapter: "mariadb",
      username: address.user ?? "root",
      password: address.password,
      database: address.database ?? "",
      ...(address.socket !== undefined && { path: address.socket }),
      ...(tls !== undefined && { tls }),
      max: 1,
      bigint: true,
      foundRows: true,
      connectionTimeout: connectTimeout / 1000,
      allowPublicKeyRetrieval,
      onclose: onClose,
    });
  }

  /** What every connection is told first. */
  private get setup(): string[] {
    const settings = [
      "time_zone = '+00:00'",
      // `||` joins strings, as in the other databases
      "sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')",
    ];
    const all = [`SET SESSION ${settings.join(", ")}`];
    if (this.settings.readonly) all.push("SET SESSION TRANSACTION READ ONLY");
    return all;
  }

  /** A connection for one stream of rows. */
  private async streamConnection(): Promise<Connection> {
    const { address, tls, sslMode, connectTimeout } = this.settings;
    const options: ConnectionOptions = {
      ...(address.socket === undefined
        ? { host: address.place ?? address.host, port: address.port }
        : { socketPath: address.socket }),
      user: address.user ?? "root",
      password: address.password,
      database: address.database ?? "",
      connectTimeout: connectTimeout === Infinity ? 0 : connectTimeout,
    };
    if (sslMode === "disable") return openStreamConnection(options, this.setup);
    const ssl = {
      ...(typeof tls === "object" ? (tls as SslOptions) : { rejectUnauthorized: false }),
      verifyIdentity: sslMode === "verify-full",
    };
    try {
      return await openStreamConnection({ ...options, ssl }, this.setup);
    } catch (e) {
      const isPlain = (e as MysqlError).code === "HANDSHAKE_NO_SSL_SUPPORT";
      if (!isPlain || !(sslMode === "prefer" || sslMode === "allow")) throw e;
      return openStreamConnection(options, this.setup);
    }
  }

  async connect(): Promise<Session> {
    let session: MysqlSession | undefined;
    let isLost = false;
    const sql = this.client(() => {
      isLost = true;
      session?.lose();
    });
    let id: string;
    try {
      for (const statement of this.setup) await sql.unsafe(statement);
      const [row] = (await sql.unsafe("SELECT CONNECTION_ID()").raw()) as unknown as RawResult;
      id = String(row?.[0]);
    } catch (e) {
      void sql.close({ timeout: 0 }).catch(() => undefined);
      const error = e as MysqlError;
      if (typeof error.errno === "number" && error.sqlState !== undefined)
        throw asServerFault(error);
      const { address, connectTimeout } = this.settings;
      const cause = (await lookupError(address)) ?? asSystemError(error);
      throw connectFault(this.where, address.host, cause, connectTimeout);
    }
    session = new MysqlSession(
      sql,
      id,
      this.where,
      jsonReader(this.host),
      (target) => this.kill(target),
      this.settings.mayStream ? () => this.streamConnection() : undefined,
    );
    if (isLost) session.lose();
    return session;
  }

  /** Ends the statement that a session runs; only another connection can do that. */
  private async kill(id: string): Promise<void> {
    const sql = this.client(() => undefined);
    try {
      await sql.unsafe(`KILL QUERY ${id}`);
    } finally {
      await sql.close({ timeout: 0 });
    }
  }

  begin({ isolation, readOnly }: TransactionOptions): string[] {
    const begin = readOnly ? "START TRANSACTION READ ONLY" : "START TRANSACTION";
    if (isolation === undefined) return [begin];
    return [`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`, begin];
  }
}

/** The client reports a name that does not exist as a refused connection. */
async function lookupError({ host, socket }: ServerAddress): Promise<unknown> {
  if (socket !== undefined) return undefined;
  const { lookup } = await import("node:dns/promises");
  return lookup(host).then(
    () => undefined,
    (e: unknown) => e,
  );
}

/** The client's own codes as those of the operating system, whose words are known. */
function asSystemError(error: MysqlError): unknown {
  switch (error.code) {
    case "ERR_MYSQL_CONNECTION_REFUSED":
      return { code: "ECONNREFUSED", message: error.message };
    case "ERR_MYSQL_CONNECTION_TIMEOUT":
      return { code: "CONNECT_TIMEOUT", message: error.message };
    case "ERR_MYSQL_CONNECTION_CLOSED":
      return { code: "CONNECTION_CLOSED", message: error.message };
    default:
      return /^connection closed/i.test(error.message)
        ? { code: "CONNECTION_CLOSED", message: error.message }
        : error;
  }
}

function asServerFault(error: MysqlError): DbFault {
  const number = error.errno === undefined ? "" : `error ${error.errno}`;
  return serverFault(error.message, error.sqlState, number);
}

/** The scan of a text that must hold one statement. */
function single(sql: string) {
  const statements = scanStatements(sql, MYSQL);
  if (statements.length > 1)
    throw new DbFault("several statements in one text are not possible; send them one by one");
  return statements[0];
}

class MysqlSession implements Session {
  isBroken = false;

  constructor(
    private readonly sql: SQL,
    readonly id: string,
    private readonly where: string,
    private readonly readJson: (bytes: string) => LuaValue,
    private readonly kill: (id: string) => Promise<void>,
    private readonly streamConnection: (() => Promise<Connection>) | undefined,
  ) {}

  lose(): void {
    this.isBroken = true;
  }

  async run(statement: Statement, _inside: boolean, _checkpoint: Checkpoint): Promise<Outcome> {
    const { results, isBinary } = await this.send(statement);
    const rows: LuaTable[] = [];
    let affected = 0;
    for (const result of results) {
      affected += result.affectedRows;
      for (const row of this.tables(result, isBinary)) rows.push(row);
    }
    return { rows, affected };
  }

  /**
   * A stream; in a transaction, and with a pool of one connection, Bun's client gives all rows at once,
   * and they become tables one batch after the other.
   */
  async open(statement: Statement, inside: boolean, _checkpoint: Checkpoint): Promise<Cursor> {
    if (!inside && this.streamConnection !== undefined) {
      single(statement.sql);
      return new MysqlStream(statement, this.streamConnection, {
        readJson: this.readJson,
        fault: (e) => this.streamFault(e),
        kill: this.kill,
      });
    }
    const { results, isBinary } = await this.send(statement);
    const all = this.batches(results, isBinary);
    return {
      isExclusive: false,
      next: () => {
        const r = all.next();
        return Promise.resolve(r.done ? undefined : r.value);
      },
      close: () => {
        all.return(undefined);
        return Promise.resolve();
      },
    };
  }

  private *batches(results: RawResult[], isBinary: boolean): Generator<LuaTable[], undefined> {
    for (const result of results) {
      let batch: LuaTable[] = [];
      for (const row of this.tables(result, isBinary)) {
        batch.push(row);
        if (batch.length < 200) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    }
  }

  private *tables(result: RawResult, isBinary: boolean): Generator<LuaTable> {
    const columns = result.columns ?? [];
    const names = columnNames(columns.map((c) => c.name));
    const read = isBinary ? readBinary : readText;
    for (const row of result)
      yield rowTable(
        names,
        row.map((v, i) =>
          v === null ? undefined : read(v, columns[i] as MysqlColumn, this.readJson),
        ),
      );
  }

  private async send({
    sql,
    params,
  }: Statement): Promise<{ results: RawResult[]; isBinary: boolean }> {
    const scanned = single(sql);
    // the driver would send 2.0 as 2
    const text =
      scanned === undefined || !params.some((v) => v instanceof LuaFloat)
        ? sql
        : rewrite(sql, scanned, ({ text: place }, i) =>
            place === "?" && params[i] instanceof LuaFloat ? "(? + 0e0)" : place,
          );
    try {
      const result = (await this.sql.unsafe(text, params.map(writeParameter)).raw()) as unknown as
        | RawResult
        | RawResult[];
      // a CALL gives a list of results
      const several = result.length > 0 && !("columns" in result && result.columns !== undefined);
      return {
        results: several ? (result as RawResult[]) : [result as RawResult],
        isBinary: params.length > 0,
      };
    } catch (e) {
      throw this.fault(e);
    }
  }

  /** As `fault`, for what mysql2 throws; the session itself is not lost. */
  private streamFault(e: unknown): unknown {
    const error = e as MysqlError & { sqlMessage?: string; fatal?: boolean };
    if (typeof error.errno === "number" && error.sqlState !== undefined)
      return asServerFault({ ...error, message: error.sqlMessage ?? error.message });
    if (error.code === "PROTOCOL_CONNECTION_LOST" || error.code === "ECONNRESET")
      return lostFault(this.where);
    const host = this.where.replace(/:\d+$/, "");
    return e instanceof Error ? connectFault(this.where, host, e, 0) : e;
  }

  private fault(e: unknown): unknown {
    const error = e as MysqlError;
    if (typeof error.errno === "number" && error.sqlState !== undefined)
      return asServerFault(error);
    if (error.code === "ERR_MYSQL_CONNECTION_CLOSED") {
      this.lose();
      return lostFault(this.where);
    }
    return e instanceof Error ? new DbFault(error.message) : e;
  }

  interrupt(): Promise<void> {
    return this.kill(this.id);
  }

  destroy(): void {
    this.isBroken = true;
    void this.sql.close({ timeout: 0 }).catch(() => undefined);
  }
}
