/** MySQL and MariaDB. */
import type { Host, LuaTable, LuaValue } from "../../host";
import { DbFault, lostFault, serverFault } from "./errors";
import { connectFault } from "./failures";
import { type ConnectionSettings, MysqlConnection } from "./mysql-connection";
import { MysqlStream } from "./mysql-stream";
import { jsonReader } from "./results";
import { RowSlice } from "./row-slice";
import { MYSQL, scanStatements } from "./scan";
import type {
  Checkpoint,
  Cursor,
  Driver,
  Outcome,
  Session,
  Statement,
  TransactionOptions,
} from "./session";

export interface MysqlSettings extends ConnectionSettings {
  readonly readonly: boolean;
  /** Whether a stream may keep a connection for itself. */
  readonly mayStream: boolean;
}

/** What `mysql2` and the sockets below throw. */
interface MysqlError {
  readonly message: string;
  readonly code?: string;
  /** The server's error number. */
  readonly errno?: number | string;
  readonly errorno?: string;
  readonly sqlState?: string;
  /** The server's own words. */
  readonly sqlMessage?: string;
  /** The certificate that is for another host. */
  readonly cert?: unknown;
}

const BEGIN = "START TRANSACTION";
/** A deadlock, whose victim is the whole transaction. */
const DEADLOCK = 1213;
/** Errors behind which the server closes the connection: it shuts down, was told to, or has waited for too long. */
const LAST_WORDS: ReadonlySet<unknown> = new Set([1053, 1927, 3169, 4031]);

/** Rows that go to a loop at a time. */
const BATCH = 200;

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

  async connect(): Promise<Session> {
    let connection: MysqlConnection | undefined;
    try {
      connection = await MysqlConnection.open(this.settings);
      for (const statement of this.setup) await connection.run(statement);
    } catch (e) {
      connection?.destroy();
      const error = e as MysqlError;
      if (error.sqlState !== undefined) throw asServerFault(error);
      const { address, connectTimeout } = this.settings;
      throw connectFault(this.where, address.host, asSystemError(error), connectTimeout);
    }
    return new MysqlSession(
      connection,
      this.where,
      jsonReader(this.host),
      (id) => this.kill(id),
      this.settings.mayStream,
    );
  }

  /** Ends the statement that a session runs; only another connection can do that. */
  private async kill(id: number): Promise<void> {
    const connection = await MysqlConnection.open(this.settings);
    try {
      await connection.run(`KILL QUERY ${id}`);
    } finally {
      connection.destroy();
    }
  }

  begin({ isolation, readOnly }: TransactionOptions): string[] {
    const begin = readOnly ? `${BEGIN} READ ONLY` : BEGIN;
    if (isolation === undefined) return [begin];
    return [`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`, begin];
  }
}

/** Why no connection came about, with the codes of the operating system and of OpenSSL. */
function asSystemError(error: MysqlError): unknown {
  const { code, message, cert } = error;
  // the client's own timer
  if (error.errorno === "ETIMEDOUT") return { code: "CONNECT_TIMEOUT", message };
  if (code === "PROTOCOL_CONNECTION_LOST") return { code: "CONNECTION_CLOSED", message };
  if (code === "HANDSHAKE_NO_SSL_SUPPORT") return new Error("the server has no TLS");
  if (code !== "HANDSHAKE_SSL_ERROR") return error;
  // the client puts its code in the place of the cause's
  if (cert !== undefined) return { code: "ERR_TLS_CERT_ALTNAME_INVALID", message, cert };
  const known = VERIFY_CODES.find(([words]) => words.test(message));
  return known === undefined ? new Error(`TLS: ${message}`) : { code: known[1], message };
}

const VERIFY_CODES: readonly (readonly [RegExp, string])[] = [
  [/^self[- ]signed certificate in/, "SELF_SIGNED_CERT_IN_CHAIN"],
  [/^self[- ]signed certificate/, "DEPTH_ZERO_SELF_SIGNED_CERT"],
  [/^unable to (get|verify)/, "UNABLE_TO_GET_ISSUER_CERT"],
  [/^certificate has expired/, "CERT_HAS_EXPIRED"],
  [/^certificate is not yet valid/, "CERT_NOT_YET_VALID"],
];

function asServerFault({ message, errno, sqlState, sqlMessage }: MysqlError): DbFault {
  const number = typeof errno === "number" ? `error ${errno}` : "";
  return serverFault(sqlMessage ?? message, sqlState, number);
}

/** Makes sure that a text holds no more than one statement. */
function checkSingle(sql: string): void {
  if (scanStatements(sql, MYSQL).length > 1)
    throw new DbFault("several statements in one text are not possible; send them one by one");
}

class MysqlSession implements Session {
  /** As far as it is known: false once a deadlock has undone the transaction. */
  inTransaction = true;

  constructor(
    private readonly connection: MysqlConnection,
    private readonly where: string,
    private readonly readJson: (bytes: string) => LuaValue,
    private readonly kill: (id: number) => Promise<void>,
    private readonly mayStream: boolean,
  ) {}

  get isBroken(): boolean {
    return this.connection.isLost;
  }

  run(statement: Statement, _inside: boolean, _checkpoint: Checkpoint): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      checkSingle(statement.sql);
      if (statement.sql.startsWith(BEGIN)) this.inTransaction = true;
      const rows: LuaTable[] = [];
      let affected = 0;
      const slice = new RowSlice();
      this.connection.send(statement, this.readJson, {
        row: (row) => {
          rows.push(row);
          if (slice.isOver) this.giveWay(slice);
        },
        affected: (count) => {
          affected += count;
        },
        end: (failure) => {
          if (failure === undefined) resolve({ rows, affected });
          else reject(this.fault(failure));
        },
      });
    });
  }

  /** As long as a server sends without a pause, the runtime may do nothing but read. */
  private giveWay(slice: RowSlice): void {
    this.connection.pause();
    setTimeout(() => {
      slice.renew();
      this.connection.resume();
    }, 0);
  }

  /**
   * A stream. Where the loop could need the very connection for other statements, in a transaction
   * and with a pool of one connection, all rows are received first.
   */
  async open(statement: Statement, inside: boolean, checkpoint: Checkpoint): Promise<Cursor> {
    if (!inside && this.mayStream) {
      checkSingle(statement.sql);
      return new MysqlStream(
        statement,
        this.connection,
        this.readJson,
        (e) => this.fault(e),
        () => this.interrupt(),
      );
    }
    const { rows } = await this.run(statement, inside, checkpoint);
    let at = 0;
    return {
      isExclusive: false,
      next: () => {
        const batch = rows.slice(at, at + BATCH);
        at += BATCH;
        return Promise.resolve(batch.length > 0 ? batch : undefined);
      },
      close: () => Promise.resolve(),
    };
  }

  private fault(e: unknown): unknown {
    const error = e as MysqlError;
    if (error.sqlState !== undefined) {
      if (error.errno === DEADLOCK) this.inTransaction = false;
      // class 08 is for what is wrong with the connection, too
      if (LAST_WORDS.has(error.errno) || error.sqlState.startsWith("08")) this.destroy();
      return asServerFault(error);
    }
    if (this.isBroken) return lostFault(this.where);
    return e instanceof Error ? new DbFault(error.message) : e;
  }

  interrupt(): Promise<void> {
    return this.kill(this.connection.id);
  }

  destroy(): void {
    this.connection.destroy();
  }
}
