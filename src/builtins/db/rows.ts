/** `db.rows`: an iterator that fetches as the loop goes on. */
import type { Context, HostReturn, LuaTable } from "../../host";
import type { Lease, Link } from "./database";
import { DbFault } from "./errors";
import type { Cursor, Statement } from "./session";

export class RowIterator {
  private batch: LuaTable[] = [];
  private at = 0;
  private cursor: Cursor | undefined;
  /** Kept while the cursor needs the session for itself. */
  private lease: Lease | undefined;
  private isOver = false;
  private isFetching = false;

  constructor(
    private readonly link: Link,
    private readonly statement: Statement,
    private readonly timeout: number | undefined,
    private readonly asError: (ctx: Context, e: unknown) => unknown,
  ) {
    link.database.addIterator();
  }

  /** The next row, or nil; waits only when a new batch has to be fetched. */
  next(ctx: Context): HostReturn {
    const row = this.batch[this.at];
    if (row !== undefined) {
      this.at++;
      return row;
    }
    if (this.isOver) return undefined;
    if (this.isFetching) return ctx.fail("another task is waiting for the next row");
    return this.fetch(ctx);
  }

  private async fetch(ctx: Context): Promise<LuaTable | undefined> {
    this.isFetching = true;
    try {
      const batch = await this.fetchBatch(ctx);
      if (batch === undefined) {
        await this.close();
        return undefined;
      }
      this.batch = batch;
      this.at = 1;
      return batch[0];
    } catch (e) {
      await this.close().catch(() => undefined);
      throw this.asError(ctx, e);
    } finally {
      this.isFetching = false;
    }
  }

  private async fetchBatch(ctx: Context): Promise<LuaTable[] | undefined> {
    const { database, scope } = this.link;
    const lease = this.lease ?? (await database.lease(ctx, scope));
    const { session } = lease;
    let keep = this.lease !== undefined;
    try {
      const running = {
        interrupt: () => this.cursor?.interrupt?.() ?? session.interrupt(),
        destroy: () => (this.cursor?.destroy === undefined ? session : this.cursor).destroy?.(),
      };
      const batch = await database.guard(ctx, running, this.timeout, async (checkpoint) => {
        if (this.isOver) throw new DbFault("the iterator was closed");
        this.cursor ??= await session.open(this.statement, lease.scope !== undefined, checkpoint);
        keep = this.cursor.isExclusive;
        return this.cursor.next();
      });
      // closed by another task in the meantime
      if (this.isOver) keep = false;
      return batch;
    } finally {
      if (keep) this.lease = lease;
      else {
        this.lease = undefined;
        lease.release();
      }
    }
  }

  /** Gives back what the iterator holds. */
  async close(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.batch = [];
    const { cursor, lease } = this;
    this.lease = undefined;
    try {
      await cursor?.close();
    } finally {
      lease?.release();
      this.link.database.removeIterator();
    }
  }
}
