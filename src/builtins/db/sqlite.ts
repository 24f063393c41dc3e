/**
 * SQLite, in process. Statements run on the only thread there is, one row at a time: between rows
 * other tasks get their turns, timeouts and cancellations are seen. A single step (a big sort, an
 * aggregate) can't be interrupted.
 */
import type { Database as SqliteDatabase, Statement as SqliteStatement } from "bun:sqlite";
import { delay, type Host, type LuaTable, type LuaValue } from "../../host";
import { turn } from "../data/slices";
import { DbFault, serverFault } from "./errors";
import { jsonReader } from "./results";
import { SQLITE, scanStatements } from "./scan";
import type {
  Checkpoint,
  Cursor,
  Driver,
  Outcome,
  Session,
  Statement,
  TransactionOptions,
} from "./session";
import { checkFiles } from "./sqlite-guard";
import { emptyCursor, RowReader, SqliteCursor } from "./sqlite-rows";
import { type BoundStatement, bind } from "./sqlite-values";
import type { FileAddress } from "./url";

const BATCH_ROWS = 100;
const MAX_BUSY_DELAY_MS = 50;

const OPEN_READONLY = 0x1;
const OPEN_READWRITE = 0x2;
const OPEN_CREATE = 0x4;
const OPEN_URI = 0x40;

export interface SqliteSettings {
  /** How long to wait for locks of others, in milliseconds. */
  readonly busyTimeout: number;
  /** No statement may change anything. */
  readonly readonly: boolean;
  /** Statements must not reach other files. */
  readonly confined: boolean;
}

export class SqliteDriver implements Driver {
  readonly kind = "sqlite";
  readonly isShared = false;
  readonly where: string;

  constructor(
    private readonly address: FileAddress,
    private readonly settings: SqliteSettings,
    private readonly host: Host,
  ) {
    this.where = address.path;
  }

  async connect(): Promise<Session> {
    const { Database } = await import("bun:sqlite");
    const { path, mode } = this.address;
    let database: SqliteDatabase;
    try {
      database = new Database(this.fileName(), this.flags());
    } catch (e) {
      const cause = e instanceof Error ? e.message : String(e);
      const hint =
        mode === "rw" && /unable to open/.test(cause)
          ? " (a file that does not exist is made with ?mode=rwc)"
          : "";
      throw new DbFault(`error returned from database: ${cause}: '${path}'${hint}`);
    }
    try {
      database.run("PRAGMA foreign_keys = ON");
      // waiting for a lock would stop all tasks: `retryBusy` does it
      database.run("PRAGMA busy_timeout = 0");
      if (this.settings.readonly) database.run("PRAGMA query_only = ON");
      // reads the file's head
      database.prepare("SELECT count(*) FROM sqlite_schema").values();
    } catch (e) {
      if (!isBusy(e)) {
        database.close();
        throw asFault(e);
      }
    }
    return new SqliteSession(database, this.settings, jsonReader(this.host));
  }

  private fileName(): string {
    const { path, mode, uri } = this.address;
    if (path === ":memory:" || (mode === "memory" && uri.size === 0)) return ":memory:";
    if (uri.size === 0) return path;
    const query = new URLSearchParams([...uri]);
    if (mode === "memory") query.set("mode", "memory");
    return `file:${path.split("/").map(encodeURIComponent).join("/")}?${query}`;
  }

  private flags(): number {
    const uri = this.address.uri.size > 0 ? OPEN_URI : 0;
    switch (this.address.mode) {
      case "ro":
        return OPEN_READONLY | uri;
      case "rw":
        return OPEN_READWRITE | uri;
      default:
        return OPEN_READWRITE | OPEN_CREATE | uri;
    }
  }

  begin({ isolation, readOnly }: TransactionOptions): string[] {
    if (isolation !== undefined && isolation !== "serializable")
      throw new DbFault("SQLite's transactions are always serializable");
    if (readOnly) return ["BEGIN", "PRAGMA query_only = ON"];
    // IMMEDIATE: one that began reading could not become a writing one while others write
    const reads = this.address.mode === "ro" || this.settings.readonly;
    return [reads ? "BEGIN" : "BEGIN IMMEDIATE"];
  }

  end({ readOnly }: TransactionOptions): string[] {
    return readOnly && !this.settings.readonly ? ["PRAGMA query_only = OFF"] : [];
  }
}

class SqliteSession implements Session {
  isBroken = false;
  private readonly open_ = new Set<SqliteCursor>();

  constructor(
    private readonly database: SqliteDatabase,
    private readonly settings: SqliteSettings,
    private readonly readJson: (bytes: string) => LuaValue,
  ) {}

  get inTransaction(): boolean {
    return this.database.inTransaction;
  }

  async run(
    { sql, params }: Statement,
    _inside: boolean,
    checkpoint: Checkpoint,
  ): Promise<Outcome> {
    const statements = scanStatements(sql, SQLITE);
    if (statements.length > 1 && params.length > 0)
      throw new DbFault("several statements in one text can't have parameters");
    const rows: LuaTable[] = [];
    let affected = 0;
    for (const scanned of statements) {
      const done = await this.runOne(bind(sql, scanned, params), checkpoint);
      for (const row of done.rows) rows.push(row);
      affected += done.affected;
    }
    return { rows, affected };
  }

  private async runOne(bound: BoundStatement, checkpoint: Checkpoint): Promise<Outcome> {
    const rows: LuaTable[] = [];
    const prepared = await this.retryBusy(() => this.prepare(bound), checkpoint);
    try {
      if (!givesRows(prepared)) {
        const { changes } = await this.retryBusy(() => prepared.run(...bound.values), checkpoint);
        // in some releases of Bun this counts what triggers changed, too
        return { rows, affected: changes === 0 ? 0 : this.changes("changes") };
      }
      const before = prepared.readonly === undefined ? this.changes("total_changes") : 0;
      const reader = new RowReader(prepared, bound, this.readJson);
      try {
        while (await this.retryBusy(() => reader.read(rows, Infinity), checkpoint)) {
          await turn();
          checkpoint();
        }
      } finally {
        reader.end();
      }
      const isUnchanged =
        (prepared.readonly as boolean | undefined) ?? this.changes("total_changes") === before;
      return { rows, affected: isUnchanged ? 0 : this.changes("changes") };
    } catch (e) {
      throw asFault(e);
    } finally {
      prepared.finalize();
    }
  }

  async open(
    { sql, params }: Statement,
    _inside: boolean,
    checkpoint: Checkpoint,
  ): Promise<Cursor> {
    const statements = scanStatements(sql, SQLITE);
    if (statements.length > 1) throw new DbFault("an iterator takes one statement only");
    const [scanned] = statements;
    if (scanned === undefined) return emptyCursor;
    const bound = bind(sql, scanned, params);
    const prepared = await this.retryBusy(() => this.prepare(bound), checkpoint);
    if (!givesRows(prepared)) {
      try {
        await this.retryBusy(() => prepared.run(...bound.values), checkpoint);
      } finally {
        prepared.finalize();
      }
      return emptyCursor;
    }
    const reader = new RowReader(prepared, bound, this.readJson);
    const cursor = new SqliteCursor(
      async () => {
        const rows: LuaTable[] = [];
        if (this.isBroken) throw new DbFault("the connection was closed");
        await this.retryBusy(() => reader.read(rows, BATCH_ROWS), checkpoint);
        return rows;
      },
      () => {
        this.open_.delete(cursor);
        reader.end();
        prepared.finalize();
      },
    );
    this.open_.add(cursor);
    return cursor;
  }

  private prepare(bound: BoundStatement): SqliteStatement {
    if (this.settings.confined) checkFiles(bound.sql);
    const prepared = this.database.prepare(bound.sql);
    prepared.safeIntegers(true);
    return prepared;
  }

  private changes(what: "changes" | "total_changes"): number {
    const [[n] = [0]] = this.database.prepare(`SELECT ${what}()`).values();
    return Number(n);
  }

  /** Does `work` again while somebody else holds a lock. */
  private async retryBusy<T>(work: () => T, checkpoint: Checkpoint): Promise<T> {
    const end = performance.now() + this.settings.busyTimeout;
    for (let wait = 1; ; wait = Math.min(wait * 2, MAX_BUSY_DELAY_MS)) {
      if (this.isBroken) throw new DbFault("the connection was closed");
      try {
        return work();
      } catch (e) {
        if (!isBusy(e) || performance.now() + wait > end) throw asFault(e);
      }
      await delay(wait);
      checkpoint();
    }
  }

  interrupt(): Promise<void> {
    // `checkpoint` does it at the next row
    return Promise.resolve();
  }

  destroy(): void {
    if (this.isBroken) return;
    this.isBroken = true;
    for (const cursor of [...this.open_]) cursor.finish();
    this.database.close();
  }
}

/** Not every release of Bun says it (`reader`, `readonly`). */
function givesRows(statement: SqliteStatement): boolean {
  return (statement.reader as boolean | undefined) ?? statement.columnNames.length > 0;
}

function isBusy(e: unknown): boolean {
  const code = (e as { code?: unknown } | null)?.code;
  // what began with reading an older state can never write
  return (
    typeof code === "string" &&
    /^SQLITE_(BUSY|LOCKED)/.test(code) &&
    code !== "SQLITE_BUSY_SNAPSHOT"
  );
}

function asFault(e: unknown): unknown {
  if (!(e instanceof Error)) return e;
  const code = (e as { code?: unknown }).code;
  return serverFault(e.message, undefined, typeof code === "string" ? code : "");
}
