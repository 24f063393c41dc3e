/** Rows of MySQL and MariaDB that are fetched as they are needed; the server waits meanwhile. */
import type { LuaTable, LuaValue } from "../../host";
import type { MysqlConnection } from "./mysql-connection";
import type { Cursor, Statement } from "./session";

/** Rows in memory beyond which the server has to wait, and below which it may go on. */
const HIGH_WATER = 400;
const LOW_WATER = 100;

export class MysqlStream implements Cursor {
  /** The connection can't do anything else before all rows have come. */
  readonly isExclusive = true;
  private queue: LuaTable[] = [];
  private isStarted = false;
  private isPaused = false;
  private isOver = false;
  private failure: unknown;
  private wake: (() => void) | undefined;

  constructor(
    private readonly statement: Statement,
    private readonly connection: MysqlConnection,
    private readonly readJson: (bytes: string) => LuaValue,
    /** What to throw for an error of the connection or the server. */
    private readonly fault: (e: unknown) => unknown,
    private readonly kill: () => Promise<void>,
  ) {}

  async next(): Promise<LuaTable[] | undefined> {
    if (!this.isStarted) this.start();
    while (this.queue.length === 0) {
      if (this.failure !== undefined) throw this.fault(this.failure);
      if (this.isOver) return undefined;
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
    // the error that ends the statement stands behind its rows
    this.resume();
    return this.kill();
  }

  /** What the server has not sent yet it need not send any more. */
  close(): Promise<void> {
    this.queue = [];
    if (this.isStarted && !this.isOver) this.connection.destroy();
    return Promise.resolve();
  }

  private start(): void {
    this.isStarted = true;
    this.connection.send(this.statement, this.readJson, {
      row: (row) => this.push(row),
      affected: () => undefined,
      end: (failure) => {
        this.isOver = true;
        this.failure = failure;
        this.notify();
      },
    });
  }

  private push(row: LuaTable): void {
    this.queue.push(row);
    if (this.queue.length >= HIGH_WATER && !this.isPaused) {
      this.isPaused = true;
      this.connection.pause();
    }
    this.notify();
  }

  private resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.connection.resume();
  }

  private notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
