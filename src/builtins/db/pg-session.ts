/** A session with a PostgreSQL server: one client of one connection. */
import type { NetConnectOpts } from "node:net";
import type { Sql } from "postgres";
import { delay, type LuaTable, utf8ToBytes } from "../../host";
import { turn } from "../data/slices";
import { DbFault, lostFault, serverFault } from "./errors";
import { Bytes, type Parameter } from "./params";
import { cancelStatement } from "./pg-cancel";
import { Outgoing } from "./pg-client";
import { BATCH_ROWS, openPortal } from "./pg-portal";
import {
  type Column,
  type CopyStream,
  dense,
  type PostgresError,
  type RawResult,
  type Running,
} from "./pg-raw";
import { type ArrayTypes, BYTEA } from "./pg-types";
import { isDeclared, TYPINGS, type Typing, typeFor, typingKey } from "./pg-typing";
import type { ValueReader } from "./pg-values";
import type { Recent } from "./recent";
import { rowTable } from "./results";
import { RowSlice } from "./row-slice";
import type { Checkpoint, Cursor, Outcome, Session, Statement } from "./session";

/** How many prepared statements a connection keeps on the server. */
const MAX_PREPARED = 300;

// never the simple protocol, which takes several statements in one text
const UNNAMED = { simple: false, prepare: false } as never;
const NAMED = { simple: false, prepare: true } as never;

/** SQLSTATEs of a statement that does not fit the types that its parameters were declared with. */
const TYPE_ERRORS = new Set(["42883", "42804", "42846", "42725", "42P18", "42P08"]);

/** What all sessions of one database know. */
export interface Knowledge {
  readonly arrays: ArrayTypes;
  readonly typings: Recent<Typing>;
  readonly reader: ValueReader;
  /** Opens one more session, for a question that can't wait for the present one. */
  connect(): Promise<Session>;
}

/** A statement that has not ended this long after the request to stop it is asked again. */
const AGAIN_MS = 200;

/** See `Session`. */
export class PostgresSession implements Session {
  isBroken = false;
  /** As far as statements have said: false once one has ended it. */
  inTransaction = true;
  /** Ends what runs. */
  private running: Running | undefined;
  private cursors = 0;
  private readonly prepared = new Set<string>();
  /** Those whose results may have other columns by now, which the server refuses in a transaction. */
  private outdated: ReadonlySet<string> = new Set();

  constructor(
    private readonly sql: Sql,
    private readonly where: string,
    private readonly server: NetConnectOpts,
    private readonly known: Knowledge,
  ) {}

  lose(): void {
    this.isBroken = true;
  }

  /**
   * Numbers and booleans are declared as int8, float8 and bool, so that `SELECT $1 + $2` knows
   * what it adds; everything else, and NULL, takes the type that the statement gives it. Where no
   * function or cast takes the declared types (`make_interval(days => $1)` wants an int4), all
   * types are left to the server; and where it can't decide (`DATE '2024-01-01' + $1`), small
   * integers are declared as int4.
   */
  async run(statement: Statement, inside: boolean, checkpoint: Checkpoint): Promise<Outcome> {
    const result = await this.execute(statement, await this.typing(statement, inside), inside);
    const columns = result.columns ?? [];
    if (result.command === "BEGIN") this.inTransaction = true;
    else if (/^(COMMIT|ROLLBACK)$/.test(result.command))
      this.inTransaction = /\b(to|chain)\b/i.test(statement.sql);
    if (/^(ALTER|CREATE|DROP)\b/.test(result.command)) this.outdated = new Set(this.prepared);
    await this.learnTypes(columns);
    return {
      rows: await this.tables(result, columns, checkpoint),
      affected: result.count ?? 0,
      command: result.command,
    };
  }

  private async execute(
    statement: Statement,
    typing: Typing | undefined,
    inside: boolean,
  ): Promise<RawResult> {
    try {
      const result = await this.send(statement, typing ?? "declared");
      if (typing === undefined) this.known.typings.set(typingKey(statement), "declared");
      return result;
    } catch (e) {
      if (typing !== undefined || inside || !isTypeError(e)) throw this.fault(e);
      // in a transaction of its own, so nothing of the attempt is left
      const other = await this.findTyping(statement, ["inferred", "narrow"]);
      if (other === undefined) throw this.fault(e);
      return await this.send(statement, other).catch((again) => {
        throw this.fault(again);
      });
    }
  }

  /** How the parameters are typed, when that is known already or has to be found out now. */
  private async typing(statement: Statement, inside: boolean): Promise<Typing | undefined> {
    if (!statement.params.some(isDeclared)) return "inferred";
    const key = typingKey(statement);
    const known = this.known.typings.get(key);
    if (known !== undefined || !inside) return known;
    // a failed attempt would end the transaction, so it is made in a savepoint
    await this.plain("SAVEPOINT assay_types");
    let found: Typing | undefined;
    for (const typing of TYPINGS) {
      if (found === undefined && (await this.describes(statement, typing))) found = typing;
      if (found === undefined) await this.plain("ROLLBACK TO SAVEPOINT assay_types");
    }
    await this.plain("RELEASE SAVEPOINT assay_types");
    if (found !== undefined) this.known.typings.set(key, found);
    return found;
  }

  /**
   * All statements go this way. Behind a lost connection the package would open a new one, which
   * knows nothing of the transaction: its COMMIT would succeed, and keep nothing.
   */
  private query(sql: string, params: never[] = [], options?: never) {
    if (this.isBroken) throw lostFault(this.where);
    return this.sql.unsafe(sql, params, options);
  }

  private async plain(sql: string): Promise<void> {
    try {
      await this.query(sql).simple();
    } catch (e) {
      throw this.fault(e);
    }
  }

  /** Whether the server takes the statement with its parameters typed so. */
  private async describes({ sql, params }: Statement, typing: Typing): Promise<boolean> {
    const query = this.query(sql, this.outgoing(params, typing), UNNAMED);
    try {
      // what `query.describe()` does, without leaving a named statement on the server
      await Object.assign(query, { onlyDescribe: true });
      return true;
    } catch (e) {
      if ((e as PostgresError).severity === undefined) throw this.fault(e);
      return false;
    }
  }

  /** Statements with parameters are prepared and kept, as long as there are not too many. */
  private execution(statement: Statement, typing: Typing): never {
    if (statement.params.length === 0) return UNNAMED;
    const key = `${typing} ${typingKey(statement)}`;
    if (this.outdated.has(key)) return UNNAMED;
    if (!this.prepared.has(key)) {
      if (this.prepared.size >= MAX_PREPARED) return UNNAMED;
      this.prepared.add(key);
    }
    return NAMED;
  }

  private outgoing(params: readonly Parameter[], typing: Typing): never[] {
    return params.map((v) => {
      if (v === null) return null;
      const value = new Outgoing(v);
      const oid = v instanceof Bytes ? BYTEA : typeFor(v, typing);
      return oid === 0 ? value : this.sql.typed(value as never, oid);
    }) as never[];
  }

  private async send(statement: Statement, typing: Typing): Promise<RawResult> {
    const { sql, params } = statement;
    if (this.cursors > 0) throw new DbFault("a row iterator is using the connection");
    const query = this.query(sql, this.outgoing(params, typing), this.execution(statement, typing));
    this.running = query as unknown as Running;
    try {
      return this.checkResult(dense((await query.raw()) as unknown as RawResult | CopyStream));
    } finally {
      this.running = undefined;
    }
  }

  /** A stream is what `COPY … FROM STDIN` and `TO STDOUT` give; nothing here could use it. */
  private checkResult(result: RawResult | CopyStream): RawResult {
    if (!("destroy" in result)) return result;
    // its errors would be nobody's otherwise, and end the process
    result.on("error", () => undefined);
    result.destroy();
    this.isBroken = true;
    throw new DbFault("COPY FROM STDIN and COPY TO STDOUT are not possible");
  }

  /** Asks the catalogue about types that the columns have and that nobody has seen yet. */
  private async learnTypes(columns: readonly Column[]): Promise<void> {
    const unknown = this.unknownTypes(columns);
    if (unknown.length > 0) await this.learn(unknown);
  }

  private unknownTypes(columns: readonly Column[]): number[] {
    return columns.map((c) => c.type).filter((oid) => this.known.arrays.isUnknown(oid));
  }

  private async learn(oids: readonly number[]): Promise<void> {
    const { arrays } = this.known;
    const found = dense(
      (await this.query(
        `SELECT oid::int8, CASE WHEN typcategory = 'A' THEN typelem ELSE 0 END::int8
       FROM pg_catalog.pg_type WHERE oid IN (${oids.join(",")})`,
      ).raw()) as unknown as RawResult,
    );
    for (const oid of oids) arrays.learn(oid, 0);
    for (const [oid, element] of found) arrays.learn(Number(oid), Number(element));
  }

  /** As `learnTypes` while a cursor needs this connection. */
  private async learnElsewhere(columns: readonly Column[]): Promise<void> {
    const unknown = this.unknownTypes(columns);
    if (unknown.length === 0) return;
    const other = (await this.known.connect()) as PostgresSession;
    try {
      await other.learn(unknown);
    } finally {
      other.destroy();
    }
  }

  private async tables(
    rows: RawResult,
    columns: readonly Column[],
    checkpoint: Checkpoint,
  ): Promise<LuaTable[]> {
    const names = columns.map((c) => utf8ToBytes(c.name));
    const { reader } = this.known;
    const tables: LuaTable[] = [];
    const slice = new RowSlice();
    for (const row of rows) {
      const values = row.map((v, i) =>
        v === null ? undefined : reader.read(v.toString("latin1"), (columns[i] as Column).type),
      );
      tables.push(rowTable(names, values));
      if (!slice.isOver) continue;
      await turn();
      checkpoint();
      slice.renew();
    }
    return tables;
  }

  async open(statement: Statement, inside: boolean, checkpoint: Checkpoint): Promise<Cursor> {
    const typing = await this.typing(statement, inside);
    if (!inside) {
      const found = typing ?? (await this.findTyping(statement, TYPINGS)) ?? "declared";
      return this.portal(statement, found);
    }
    // other statements of the transaction want to run between two batches
    if (/^\s*(select|values|table)\b/i.test(statement.sql))
      return this.declare(statement, typing ?? "declared");
    const { rows } = await this.run(statement, inside, checkpoint);
    return bufferedCursor(rows);
  }

  /** The first of `typings` that the server takes. */
  private async findTyping(
    statement: Statement,
    typings: readonly Typing[],
  ): Promise<Typing | undefined> {
    for (const typing of typings)
      if (await this.describes(statement, typing)) {
        this.known.typings.set(typingKey(statement), typing);
        return typing;
      }
    return undefined;
  }

  /** Outside of transactions: the statement runs on as long as rows are asked for. */
  private portal(statement: Statement, typing: Typing): Cursor {
    const query = this.query(
      statement.sql,
      this.outgoing(statement.params, typing),
      this.execution(statement, typing),
    ).raw();
    this.cursors++;
    return openPortal(query, {
      closing: this.sql.CLOSE,
      tables: async (rows, columns) => {
        await this.learnElsewhere(columns);
        return this.tables(rows, columns, () => undefined);
      },
      fault: (e) => this.fault(e),
      runs: (running) => {
        this.running = running;
      },
      ended: () => {
        this.cursors--;
      },
      destroy: () => this.destroy(),
    });
  }

  /** Inside of transactions: a cursor of SQL. */
  private async declare({ sql, params }: Statement, typing: Typing): Promise<Cursor> {
    const name = `assay_cursor_${++cursorNumber}`;
    await this.execute(
      { sql: `DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, params },
      typing,
      true,
    );
    let isOver = false;
    return {
      isExclusive: false,
      next: async () => {
        if (isOver) return undefined;
        const { rows } = await this.run(
          { sql: `FETCH ${BATCH_ROWS} FROM ${name}`, params: [] },
          true,
          () => undefined,
        );
        return rows.length === 0 ? undefined : rows;
      },
      close: async () => {
        if (isOver || this.isBroken) return;
        isOver = true;
        // fails when the transaction has: then the cursor is gone, too
        await this.plain(`CLOSE ${name}`).catch(() => undefined);
      },
    };
  }

  private fault(e: unknown): unknown {
    if (e instanceof DbFault) return e;
    const error = e as PostgresError;
    if (error.severity !== undefined) return serverFault(error.message, error.code);
    switch (error.code) {
      case "CONNECTION_CLOSED":
      case "CONNECTION_DESTROYED":
      case "CONNECTION_ENDED":
      case "ECONNRESET":
      case "EPIPE":
        this.lose();
        return lostFault(this.where);
      default:
        return e instanceof Error ? new DbFault(error.message) : e;
    }
  }

  async interrupt(): Promise<void> {
    const { running } = this;
    if (running?.state == null) {
      await running?.cancel();
      return;
    }
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    // a request that overtakes its statement stops nothing
    while (this.running === running) {
      await cancelStatement(this.server, running.state);
      await Promise.race([ended, delay(AGAIN_MS)]);
    }
  }

  destroy(): void {
    this.isBroken = true;
    void this.sql.end({ timeout: 0 }).catch(() => undefined);
  }
}

let cursorNumber = 0;

function bufferedCursor(rows: LuaTable[]): Cursor {
  let rest: LuaTable[] | undefined = rows;
  return {
    isExclusive: false,
    next: () => {
      const batch = rest;
      rest = undefined;
      return Promise.resolve(batch?.length === 0 ? undefined : batch);
    },
    close: () => Promise.resolve(),
  };
}

function isTypeError(e: unknown): boolean {
  return TYPE_ERRORS.has((e as PostgresError).code ?? "");
}
