/**
 * One connection to MySQL or MariaDB, through `mysql2`, which reads no faster than its rows are
 * taken. Values are taken as the bytes that the server sent: see mysql-values.ts.
 */
import { connect as connectSocket, type Socket } from "node:net";
import type {
  AuthPlugin,
  Connection,
  ConnectionOptions,
  FieldPacket,
  QueryOptions,
  ResultSetHeader,
} from "mysql2";
import { LuaFloat, type LuaTable, type LuaValue } from "../../host";
import { JSON_TYPE, type MysqlColumn, readBinary, readText, writeParameter } from "./mysql-values";
import { Recent } from "./recent";
import { columnNames, rowTable } from "./results";
import type { Statement } from "./session";
import type { ServerAddress } from "./url";

export interface ConnectionSettings {
  readonly address: ServerAddress;
  /** PEM texts, and whether the server's certificate and the name in it are checked. */
  readonly tls: MysqlTls | undefined;
  /** In milliseconds, Infinity for none. */
  readonly connectTimeout: number;
  readonly allowPublicKeyRetrieval: boolean;
}

export interface MysqlTls {
  /** A server without TLS will do, too. */
  readonly isOptional: boolean;
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly verifyIdentity: boolean;
}

/** What comes of a statement, as it comes. */
export interface Receiver {
  row(row: LuaTable): void;
  affected(count: number): void;
  /** Called once: the statement is over, or has failed. */
  end(failure?: unknown): void;
}

type Row = (Buffer | number | string | null)[];

/** Statements that stay prepared on the server, for each connection. */
const PREPARED = 100;

/** Types that have no length in front in the binary protocol: mysql2 reads them itself. */
const WITHOUT_LENGTH = new Set([
  ...["TINY", "SHORT", "LONG", "LONGLONG", "INT24", "YEAR", "FLOAT", "DOUBLE"],
  ...["DATE", "NEWDATE", "TIME", "DATETIME", "TIMESTAMP"],
]);

/** What a command of mysql2 has inside that executes a prepared statement. */
interface Execution {
  readonly statement: { readonly parameters: readonly unknown[] };
  /** Sends it, and gives what reads the answer: null when there will be none. */
  start(...args: unknown[]): unknown;
  emit(event: "error", e: Error): unknown;
}

/**
 * mysql2 sends any number of parameters, and the server would read the types of too many as values.
 * A server may leave out to describe them: then nothing is known.
 */
function wrongCount(count: number | undefined, given: number): Error | undefined {
  if (count === undefined || count === 0 || count === given) return undefined;
  return new Error(`the statement takes ${count} parameters, and ${given} were given`);
}

export class MysqlConnection {
  isLost = false;
  private receiver: Receiver | undefined;
  /** How many parameters the prepared statements take. */
  private readonly counts = new Recent<number>(PREPARED);

  private constructor(
    private readonly connection: Connection,
    private readonly socket: Socket,
    private readonly mysql: typeof import("mysql2"),
  ) {
    connection.on("error", (e: unknown) => this.lose(e));
  }

  /** Fails with what `mysql2` gives. */
  static async open(settings: ConnectionSettings): Promise<MysqlConnection> {
    const { tls } = settings;
    try {
      return await MysqlConnection.handshake(settings, tls);
    } catch (e) {
      const isPlain = (e as { code?: unknown }).code === "HANDSHAKE_NO_SSL_SUPPORT";
      if (!isPlain || tls?.isOptional !== true) throw e;
      return MysqlConnection.handshake(settings, undefined);
    }
  }

  private static async handshake(
    { address, connectTimeout, allowPublicKeyRetrieval }: ConnectionSettings,
    tls: MysqlTls | undefined,
  ): Promise<MysqlConnection> {
    const mysql = await import("mysql2");
    const socket =
      address.socket === undefined
        ? connectSocket(address.port, address.place ?? address.host)
        : connectSocket(address.socket);
    socket.setNoDelay(true);
    const { isOptional: _, ...ssl } = tls ?? {};
    const options: ConnectionOptions = {
      // the name that the server's certificate has to hold, whatever address that name led to
      host: address.host,
      ...(address.socket !== undefined && { socketPath: address.socket }),
      stream: () => socket,
      user: address.user ?? "root",
      password: address.password,
      database: address.database ?? "",
      connectTimeout: connectTimeout === Infinity ? 0 : connectTimeout,
      ...(tls !== undefined && { ssl }),
      // the server can neither ask for files, nor does it take names of functions for reserved
      flags: ["-LOCAL_FILES", "-IGNORE_SPACE", "-ODBC"],
      connectAttributes: { program_name: "assay" },
      authPlugins: authPlugins(mysql, tls !== undefined || allowPublicKeyRetrieval),
      maxPreparedStatements: PREPARED,
      charset: "utf8mb4",
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
    };
    const connection = mysql.createConnection(options);
    const opened = new MysqlConnection(connection, socket, mysql);
    try {
      await new Promise<void>((resolve, reject) => {
        connection.connect((e) => (e === null ? resolve() : reject(e)));
      });
      return opened;
    } catch (e) {
      opened.destroy();
      throw e;
    }
  }

  /** The server's number for the connection, which KILL takes. */
  get id(): number {
    return this.connection.threadId;
  }

  /** Sends a statement; the one before it has ended. */
  send({ sql, params }: Statement, readJson: (bytes: string) => LuaValue, to: Receiver): void {
    if (this.isLost) {
      to.end(connectionLost());
      return;
    }
    const isBinary = params.length > 0;
    const wrong = isBinary ? wrongCount(this.counts.get(sql), params.length) : undefined;
    if (wrong !== undefined) {
      to.end(wrong);
      return;
    }
    this.receiver = to;
    const options: QueryOptions = {
      sql,
      rowsAsArray: true,
      typeCast: isBinary
        ? (field, next) => (WITHOUT_LENGTH.has(field.type) ? next() : field.buffer())
        : (field) => field.buffer(),
    };
    const query = isBinary
      ? this.connection.execute({ ...options, values: params.map((v) => this.parameter(v)) })
      : this.connection.query(options);
    if (isBinary) this.countFirst(query as unknown as Execution, sql, params.length);
    const read = isBinary ? readBinary : readText;
    let columns: MysqlColumn[] = [];
    let names: string[] = [];
    query.on("fields", (fields: FieldPacket[] | undefined) => {
      // a CALL has several results
      columns = (fields ?? []).map(columnOf);
      names = columnNames(columns.map((c) => c.name));
    });
    query.on("result", (result: Row | ResultSetHeader) => {
      if (!Array.isArray(result)) return to.affected(result.affectedRows);
      const values = result.map((v, i) =>
        v === null ? undefined : read(v as never, columns[i] as MysqlColumn, readJson),
      );
      to.row(rowTable(names, values));
    });
    query.on("error", (e: unknown) => this.finish(to, e));
    query.on("end", () => this.finish(to));
  }

  /** Once a statement is prepared that was not before, its parameters are counted. */
  private countFirst(execution: Execution, sql: string, given: number): void {
    const { start } = execution;
    execution.start = (...args) => {
      const count = execution.statement.parameters.length;
      this.counts.set(sql, count);
      const wrong = wrongCount(count, given);
      if (wrong === undefined) return start.apply(execution, args);
      execution.emit("error", wrong);
      return null;
    };
  }

  /** Sends a statement and waits for its end. */
  run(sql: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.send({ sql, params: [] }, () => undefined, {
        row: () => undefined,
        affected: () => undefined,
        end: (failure) => (failure === undefined ? resolve() : reject(failure)),
      });
    });
  }

  pause(): void {
    this.connection.pause();
  }

  /** Rows that were held back come at once. */
  resume(): void {
    this.connection.resume();
  }

  /** Says goodbye when nothing runs, else ends at once. */
  destroy(): void {
    if (this.receiver === undefined && !this.isLost) {
      this.isLost = true;
      this.connection.end(() => this.socket.destroy());
      return;
    }
    this.connection.destroy();
    this.socket.destroy();
    this.lose(connectionLost());
  }

  private parameter(v: Statement["params"][number]) {
    const x = writeParameter(v);
    // numbers go as doubles, which LIMIT does not take
    if (typeof x === "bigint" && !(v instanceof LuaFloat))
      return this.mysql.TypedParameter.LONGLONG(x);
    return x as string | number | boolean | Buffer | null;
  }

  private lose(e: unknown): void {
    this.isLost = true;
    if (this.receiver !== undefined) this.finish(this.receiver, e);
  }

  private finish(receiver: Receiver, failure?: unknown): void {
    if (this.receiver !== receiver) return;
    this.receiver = undefined;
    receiver.end(failure);
  }
}

function connectionLost(): Error {
  return Object.assign(new Error("connection lost"), { code: "PROTOCOL_CONNECTION_LOST" });
}

function columnOf(field: FieldPacket & { extendedFormat?: string }): MysqlColumn {
  return {
    name: field.name,
    // MariaDB says only there that a text is JSON
    type: field.extendedFormat === "json" ? JSON_TYPE : (field.columnType ?? field.type ?? 0),
    length: field.columnLength ?? field.length ?? 0,
    flags: field.flags as number,
  };
}

/**
 * The ways of proving who one is in which the client would encrypt the password with a key that it
 * asks the server for: whoever stands in between could send his own. Only over TLS, or if wanted.
 */
function authPlugins({ authPlugins: standard }: typeof import("mysql2"), mayAsk: boolean) {
  const guarded =
    (plugin: AuthPlugin, request: number): AuthPlugin =>
    (metadata) => {
      const answer = plugin(metadata);
      return (data) => {
        const reply = answer(data);
        const asks = Buffer.isBuffer(reply) && reply.length === 1 && reply[0] === request;
        if (asks && !mayAsk)
          throw new Error(
            "the server wants the password encrypted with its public key: use TLS, or allow_public_key_retrieval = true",
          );
        return reply;
      };
    };
  return {
    caching_sha2_password: guarded(standard.caching_sha2_password(), 2),
    sha256_password: guarded(standard.sha256_password(), 1),
  };
}
