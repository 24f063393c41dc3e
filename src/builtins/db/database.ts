/**
 * A connection as scripts see it: a pool of sessions, and the transactions that run on it.
 *
 * A transaction belongs to the task that its function runs in, and to the tasks which that one
 * started: whatever they do on the connection happens inside the transaction, so that the plain
 * connection can be used in the function as well as the handle that the function is given.
 */
import { type Context, type Task, timerMs } from "../../host";
import { DbFault, endedFault, lostFault } from "./errors";
import { Lock } from "./lock";
import { Pool, type PoolSettings } from "./pool";
import type { Checkpoint, Driver, Session } from "./session";

/** How long a statement that was told to end may still take before its connection is cut. */
const INTERRUPT_GRACE_MS = 5000;

/** A transaction or savepoint that is open. */
export class Scope {
  isOver = false;
  /** Held by each statement, and by a savepoint for as long as it is open. */
  readonly lock = new Lock();
  /** How many savepoints were made in the whole transaction. */
  savepoints = 0;

  constructor(
    readonly session: Session,
    readonly parent: Scope | undefined,
  ) {}

  isWithin(outer: Scope): boolean {
    for (let s: Scope | undefined = this; s !== undefined; s = s.parent)
      if (s === outer) return true;
    return false;
  }
}

export interface DatabaseSettings extends PoolSettings {
  /** In milliseconds, Infinity for none. */
  readonly statementTimeout: number;
}

/** What can be told to stop. */
type Interruptible = Pick<Session, "interrupt" | "destroy">;

/** A session that the caller may use until it gives it back. */
export interface Lease {
  readonly session: Session;
  readonly scope: Scope | undefined;
  release(): void;
}

export class Database {
  readonly pool: Pool;
  /** The innermost transaction of each task that runs one. */
  private readonly scopes = new WeakMap<Task, Scope>();

  constructor(
    readonly driver: Driver,
    readonly settings: DatabaseSettings,
  ) {
    this.pool = new Pool(() => driver.connect(), settings);
  }

  /** Iterators that are not at their end; they need the pool even if nothing else does. */
  private iterators = 0;
  private isAbandoned = false;

  /** The script has lost the connection: it is closed as soon as no iterator uses it. */
  abandon(): void {
    this.isAbandoned = true;
    if (this.iterators === 0) this.close();
  }

  /** What else is to be done when it is closed. */
  onClose: () => void = () => undefined;

  close(): void {
    this.pool.close();
    this.onClose();
  }

  addIterator(): void {
    this.iterators++;
  }

  removeIterator(): void {
    this.iterators--;
    if (this.isAbandoned) this.abandon();
  }

  /** Makes what `task` does part of the transaction. */
  enter(task: Task, scope: Scope): void {
    this.scopes.set(task, scope);
  }

  /** The transaction that a call made in `task` through a handle for `own` belongs to. */
  scopeOf(task: Task | undefined, own: Scope | undefined): Scope | undefined {
    if (own?.isOver) throw new DbFault("the transaction is over");
    for (let t = task; t !== undefined; t = t.parent) {
      const scope = this.scopes.get(t);
      if (scope !== undefined && !scope.isOver && (own === undefined || scope.isWithin(own)))
        return scope;
    }
    return own;
  }

  async lease(ctx: Context, own: Scope | undefined): Promise<Lease> {
    const scope = this.scopeOf(ctx.task, own);
    if (scope === undefined) {
      const session = await this.pool.acquire(ctx.signal);
      return { session, scope, release: () => this.pool.release(session) };
    }
    const release = await scope.lock.acquire(ctx.signal);
    try {
      if (scope.isOver) throw new DbFault("the transaction is over");
      if (scope.session.isBroken) throw lostFault(this.driver.where);
      // what follows would be kept at once
      if (scope.session.inTransaction === false) throw endedFault();
    } catch (e) {
      release();
      throw e;
    }
    return { session: scope.session, scope, release };
  }

  /**
   * Does `work` on a session, for no longer than the statement timeout and only while the calling
   * task wants it. Otherwise the database is asked to stop.
   */
  async guard<T>(
    ctx: Context,
    session: Interruptible,
    timeout: number | undefined,
    work: (checkpoint: Checkpoint) => Promise<T>,
  ): Promise<T> {
    const { signal } = ctx;
    if (signal.aborted) throw new DbFault("cancelled");
    const ms = timeout ?? this.settings.statementTimeout;
    const end = performance.now() + ms;
    let fault: DbFault | undefined;
    let interrupt: Interruption | undefined;
    const stop = (why: DbFault) => {
      if (fault !== undefined) return;
      fault = why;
      interrupt = new Interruption(session);
    };
    const timedOut = () => stop(new DbFault(`statement timeout after ${ms / 1000} s`));
    const abort = () => stop(new DbFault("cancelled"));
    const timer = ms === Infinity ? undefined : setTimeout(timedOut, timerMs(ms));
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await work(() => {
        if (performance.now() > end) timedOut();
        if (fault !== undefined) throw fault;
      });
    } catch (e) {
      throw fault ?? e;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      // the request to stop must not reach the statement that comes next
      await interrupt?.settled;
      interrupt?.end();
    }
  }
}

/**
 * Tells the database to stop what a session does. When that has not helped in time, or the database
 * does not even take it, the connection is cut, which ends the statement for us.
 */
class Interruption {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The database has taken it, or the connection is cut. */
  readonly settled: Promise<void>;

  constructor(session: Interruptible) {
    const cut = new Promise<void>((resolve) => {
      this.timer = setTimeout(() => {
        session.destroy();
        resolve();
      }, INTERRUPT_GRACE_MS);
    });
    this.settled = Promise.race([session.interrupt().catch(() => undefined), cut]);
  }

  /** The statement has ended. */
  end(): void {
    clearTimeout(this.timer);
  }
}

/** What a handle holds: the connection itself, or a transaction on it. */
export class Link {
  constructor(
    readonly database: Database,
    readonly scope: Scope | undefined,
  ) {}
}
