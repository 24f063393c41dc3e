/** `db.rows`: an iterator that fetches as the loop goes on. */
import { type Context, faultAsError, type HostReturn, type LuaTable } from "../../host";
import type { Lease, Link } from "./database";
import { DbFault } from "./errors";
import type { Cursor, Statement } from "./session";

export class RowIterator {
  private batch: LuaTable[] = [];
  private at = 0;
  private cursor: Cursor | undefined;
  /** Kept while the cursor needs the session for itself, and during a fetch. */
  private lease: Lease | undefined;
  /** No more rows: the end was reached, or it was closed. */
  private isOver = false;
  private isFinished = false;
  /** The fetch under way; never rejects. */
  private fetching: Promise<unknown> | undefined;

  constructor(
    private readonly link: Link,
    private readonly statement: Statement,
    private readonly timeout: number | undefined,
    private readonly nameOf: (ctx: Context) => string,
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
    if (this.fetching !== undefined) return ctx.fail("another task is waiting for the next row");
    const fetched = this.fetch(ctx);
    this.fetching = fetched.catch(() => undefined);
    return fetched;
  }

  private async fetch(ctx: Context): Promise<LuaTable | undefined> {
    try {
      const batch = await this.fetchBatch(ctx);
      // closed by another task in the meantime, or at the end
      if (this.isOver || batch === undefined) {
        await this.finish();
        return undefined;
      }
      this.batch = batch;
      this.at = 1;
      return batch[0];
    } catch (e) {
      await this.finish().catch(() => undefined);
      throw faultAsError(e, this.nameOf(ctx));
    } finally {
      this.fetching = undefined;
    }
  }

  private async fetchBatch(ctx: Context): Promise<LuaTable[] | undefined> {
    const { database, scope } = this.link;
    const lease = this.lease ?? (await database.lease(ctx, scope));
    this.lease = lease;
    const { session } = lease;
    const running = {
      interrupt: () => this.cursor?.interrupt?.() ?? session.interrupt(),
      destroy: () => (this.cursor?.destroy === undefined ? session : this.cursor).destroy?.(),
    };
    const batch = await database.guard(ctx, running, this.timeout, async (checkpoint) => {
      if (this.isOver) throw new DbFault("the iterator was closed");
      this.cursor ??= await session.open(this.statement, lease.scope !== undefined, checkpoint);
      return this.cursor.next();
    });
    if (this.cursor?.isExclusive !== true) {
      this.lease = undefined;
      lease.release();
    }
    return batch;
  }

  /** Gives back what the iterator holds; behind a fetch that is under way, which does it then. */
  async close(): Promise<void> {
    this.isOver = true;
    this.batch = [];
    await (this.fetching ?? this.finish());
  }

  private async finish(): Promise<void> {
    if (this.isFinished) return;
    this.isFinished = true;
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
