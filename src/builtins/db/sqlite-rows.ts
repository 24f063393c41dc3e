/** The rows of SQLite statements, as they are asked for. */
import type { Statement as SqliteStatement } from "bun:sqlite";
import type { LuaTable, LuaValue } from "../../host";
import { columnNames, rowTable } from "./results";
import { RowSlice } from "./row-slice";
import type { Cursor } from "./session";
import { type BoundStatement, type Converter, toBoolean, toLua, type Value } from "./sqlite-values";

type Row = Record<string, Value>;

/** What `SqliteSession.open` gives: `read` gives rows as long as there are some, `end` is called once. */
export class SqliteCursor implements Cursor {
  readonly isExclusive = false;
  private isDone = false;

  constructor(
    private readonly read: () => Promise<LuaTable[]>,
    private readonly end: () => void,
  ) {}

  async next(): Promise<LuaTable[] | undefined> {
    if (this.isDone) return undefined;
    const rows = await this.read();
    if (rows.length > 0) return rows;
    this.finish();
    return undefined;
  }

  finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.end();
  }

  async close(): Promise<void> {
    this.finish();
  }
}

/** Of statements that give no rows. */
export const emptyCursor: Cursor = {
  isExclusive: false,
  next: () => Promise.resolve(undefined),
  close: () => Promise.resolve(),
};

/** Takes rows out of a statement that runs. */
export class RowReader {
  private iterator: Iterator<Row> | undefined;
  private names: string[] = [];
  private keys: string[] = [];
  private types: Converter[] = [];

  constructor(
    private readonly statement: SqliteStatement,
    private readonly bound: BoundStatement,
    private readonly readJson: (bytes: string) => LuaValue,
  ) {}

  /** Reads up to `max` rows, or for a while; false when there are no more. */
  read(into: LuaTable[], max: number): boolean {
    if (this.iterator === undefined) {
      const iterator = this.statement.iterate(...this.bound.values) as Iterator<Row>;
      // may find the database locked, and is tried again then
      const first = iterator.next();
      this.iterator = iterator;
      // only now, because a statement that is run may be prepared anew
      this.describe();
      if (first.done) return false;
      into.push(this.convert(first.value));
    }
    const slice = new RowSlice();
    while (into.length < max) {
      const r = this.iterator.next();
      if (r.done) return false;
      into.push(this.convert(r.value));
      if (slice.isOver) return true;
    }
    return true;
  }

  private describe(): void {
    this.keys = this.statement.columnNames;
    this.names = columnNames(this.keys);
    this.types = this.statement.declaredTypes.map((type) => {
      if (/^bool(ean)?$/i.test(type ?? "")) return toBoolean;
      return /^json$/i.test(type ?? "") ? this.readJson : undefined;
    });
  }

  private convert(row: Row): LuaTable {
    return rowTable(
      this.names,
      this.keys.map((key, i) => toLua(row[key] as Value, this.types[i])),
    );
  }

  end(): void {
    this.iterator?.return?.();
    this.iterator = undefined;
  }
}
