/**
 * Rows of MySQL and MariaDB that are fetched as they are needed.
 *
 * Bun's client always receives a whole result first, and the protocol it speaks has no other way to ask
 * for a part. So a stream has a connection of its own through `mysql2`, which reads no faster than
 * its rows are taken: the server waits meanwhile.
 */
import type { Connection, ConnectionOptions, FieldPacket, QueryOptions } from "mysql2";
import { LuaFloat, type LuaTable, type LuaValue } from "../../host";
import { JSON_TYPE, type MysqlColumn, readNative, readText, writeParameter } from "./mysql-values";
import { columnNames, rowTable } from "./results";
import type { Cursor, Statement } from "./session";

/** Rows in memory beyond which the server has to wait, and below which it may go on. */
const HIGH_WATER = 400;
const LOW_WATER = 100;

export interface StreamHooks {
  readonly readJson: (bytes: string) => LuaValue;
  /** What to throw for an error of the connection or the server. */
  readonly fault: (e: unknown) => unknown;
  /** Ends the statement that a connection runs. */
  readonly kill: (id: string) => Promise<void>;
}

type Row = (LuaValue | undefined)[];

export class MysqlStream implements Cursor {
  /** The pool's size bounds the streams, too. */
  readonly isExclusive = true;
  private connection: Connection | undefined;
  private queue: LuaTable[] = [];
  private isPaused = false;
  private isOver = false;
  private failure: unknown;
  private wake: (() => void) | undefined;

  constructor(
    private readonly statement: Statement,
    private readonly connect: () => Promise<Connection>,
    private readonly hooks: StreamHooks,
  ) {}

  async next(): Promise<LuaTable[] | undefined> {
    if (this.connection === undefined) {
      this.connection = await this.connect().catch((e: unknown) => {
        throw this.hooks.fault(e);
      });
      this.connection.on("error", (e: unknown) => this.finish(e));
      await this.start(this.connection);
    }
    while (this.queue.length === 0) {
      if (this.failure !== undefined) throw this.hooks.fault(this.failure);
      if (this.isOver) return undefined;
      // rows that were held back come at once
      this.resume();
      if (this.queue.length > 0 || this.isOver) continue;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const rows = this.queue;
    this.queue = [];
    if (rows.length < LOW_WATER) this.resume();
    return rows;
  }

  interrupt(): Promise<void> {
    const id = this.connection?.threadId;
    this.resume();
    return id == null ? Promise.resolve() : this.hooks.kill(String(id));
  }

  destroy(): void {
    this.connection?.destroy();
    this.finish(new Error("the connection was closed"));
  }

  /** What the server has not sent yet it need not send any more. */
  close(): Promise<void> {
    const { connection } = this;
    this.queue = [];
    if (connection === undefined) return Promise.resolve();
    if (this.isOver && this.failure === undefined) connection.end();
    else connection.destroy();
    return Promise.resolve();
  }

  private async start(connection: Connection): Promise<void> {
    const { sql, params } = this.statement;
    const isBinary = params.length > 0;
    const options: QueryOptions = {
      sql,
      rowsAsArray: true,
      typeCast: isBinary
        ? (field, next) => (NATIVE.has(field.type) ? next() : field.buffer())
        : (field) => field.buffer(),
    };
    const query = isBinary
      ? connection.execute({ ...options, values: await parameters(params) })
      : connection.query(options);
    let columns: MysqlColumn[] = [];
    let names: string[] = [];
    const read = isBinary ? readNative : readText;
    query.on("fields", (fields: FieldPacket[] | undefined) => {
      // a CALL has several results
      columns = (fields ?? []).map(columnOf);
      names = columnNames(columns.map((c) => c.name));
    });
    query.on("result", (row: Row | object) => {
      if (!Array.isArray(row)) return; // rows affected
      this.push(
        rowTable(
          names,
          row.map((v, i) =>
            v === null
              ? undefined
              : read(v as never, columns[i] as MysqlColumn, this.hooks.readJson),
          ),
        ),
      );
    });
    query.on("error", (e: unknown) => this.finish(e));
    query.on("end", () => this.finish());
    connection.on("end", () => this.finish({ code: "PROTOCOL_CONNECTION_LOST" }));
  }

  private push(row: LuaTable): void {
    this.queue.push(row);
    if (this.queue.length >= HIGH_WATER && !this.isPaused) {
      this.isPaused = true;
      this.connection?.pause();
    }
    this.notify();
  }

  private resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.connection?.resume();
  }

  private finish(failure?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.failure = failure;
    this.notify();
  }

  private notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

/** Types that have no length in front in the binary protocol: mysql2 reads them itself. */
const NATIVE = new Set([
  ...["TINY", "SHORT", "LONG", "LONGLONG", "INT24", "YEAR", "FLOAT", "DOUBLE"],
  ...["DATE", "NEWDATE", "TIME", "DATETIME", "TIMESTAMP"],
]);

function columnOf(field: FieldPacket & { extendedFormat?: string }): MysqlColumn {
  return {
    name: field.name,
    // MariaDB says only there that a text is JSON
    type: field.extendedFormat === "json" ? JSON_TYPE : (field.columnType ?? field.type ?? 0),
    length: field.columnLength ?? field.length ?? 0,
    flags: field.flags as number,
  };
}

async function parameters(params: Statement["params"]) {
  const { TypedParameter } = await import("mysql2");
  return params.map((v) => {
    const x = writeParameter(v);
    // numbers go as doubles, which LIMIT does not take
    if (typeof x === "bigint" && !(v instanceof LuaFloat)) return TypedParameter.LONGLONG(x);
    return x as string | number | boolean | Buffer | null;
  });
}

/** Opens a connection and sets it up as those of the pool. */
export async function openStreamConnection(
  options: ConnectionOptions,
  setup: readonly string[],
): Promise<Connection> {
  const { createConnection } = await import("mysql2");
  const connection = createConnection({
    ...options,
    charset: "utf8mb4",
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once("error", reject);
      connection.connect((e) => (e === null ? resolve() : reject(e)));
    });
    for (const sql of setup)
      await new Promise<void>((resolve, reject) => {
        connection.query(sql, (e) => (e === null ? resolve() : reject(e)));
      });
    return connection;
  } catch (e) {
    connection.destroy();
    throw e;
  }
}
