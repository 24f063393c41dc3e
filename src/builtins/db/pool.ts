/** Keeps sessions for the next one who needs one. */
import { timerMs } from "../../host";
import { CLOSED_POOL, DbFault } from "./errors";
import type { Session } from "./session";

export interface PoolSettings {
  readonly size: number;
  /** All in milliseconds. */
  readonly acquireTimeout: number;
  readonly idleTimeout: number;
  readonly maxLifetime: number;
}

interface Entry {
  readonly session: Session;
  readonly born: number;
  idleSince: number;
}

interface Waiter {
  give(entry: Entry): void;
  /** There is room for a session that it may open. */
  retry(): void;
  fail(fault: DbFault): void;
}

export class Pool {
  private readonly idle: Entry[] = [];
  private readonly entries = new Map<Session, Entry>();
  private readonly waiters = new Set<Waiter>();
  private opening = 0;
  private sweeper: ReturnType<typeof setInterval> | undefined;
  isClosed = false;

  constructor(
    private readonly open: () => Promise<Session>,
    private readonly settings: PoolSettings,
  ) {}

  /** A session for the caller alone, until `release`. */
  async acquire(signal: AbortSignal): Promise<Session> {
    const end = performance.now() + this.settings.acquireTimeout;
    for (;;) {
      if (this.isClosed) throw new DbFault(CLOSED_POOL);
      const entry = this.takeIdle();
      if (entry !== undefined) return entry.session;
      if (this.entries.size + this.opening < this.settings.size) return await this.add();
      const given = await this.wait(signal, end - performance.now());
      if (given !== undefined) return given.session;
    }
  }

  private takeIdle(): Entry | undefined {
    for (;;) {
      const entry = this.idle.pop();
      if (entry === undefined || !entry.session.isBroken) return entry;
      this.drop(entry.session);
    }
  }

  private async add(): Promise<Session> {
    this.opening++;
    let session: Session;
    try {
      session = await this.open();
    } finally {
      this.opening--;
      if (this.entries.size + this.opening < this.settings.size) this.wakeOne();
    }
    if (this.isClosed) {
      session.destroy();
      throw new DbFault(CLOSED_POOL);
    }
    this.entries.set(session, { session, born: performance.now(), idleSince: 0 });
    return session;
  }

  private wait(signal: AbortSignal, ms: number): Promise<Entry | undefined> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
      };
      const waiter: Waiter = {
        give: (entry) => {
          settle();
          resolve(entry);
        },
        retry: () => {
          settle();
          resolve(undefined);
        },
        fail: (fault) => {
          settle();
          reject(fault);
        },
      };
      const stop = () => waiter.fail(new DbFault("cancelled"));
      const seconds = this.settings.acquireTimeout / 1000;
      const timer = setTimeout(() => {
        waiter.fail(
          new DbFault(
            `pool timed out while waiting for an open connection (${seconds} s, all ${this.settings.size} in use)`,
          ),
        );
      }, timerMs(ms));
      this.waiters.add(waiter);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  }

  private wakeOne(): void {
    for (const waiter of this.waiters) {
      waiter.retry();
      return;
    }
  }

  release(session: Session): void {
    const entry = this.entries.get(session);
    if (entry === undefined) return;
    const now = performance.now();
    if (this.isClosed || session.isBroken || now - entry.born > this.settings.maxLifetime) {
      this.drop(session);
      this.wakeOne();
      return;
    }
    for (const waiter of this.waiters) {
      waiter.give(entry);
      return;
    }
    entry.idleSince = now;
    this.idle.push(entry);
    this.sweep();
  }

  /** Closes sessions that nobody needed for long. */
  private sweep(): void {
    if (this.sweeper !== undefined || this.settings.idleTimeout === Infinity) return;
    const every = Math.min(this.settings.idleTimeout, 30_000);
    this.sweeper = setInterval(() => {
      const now = performance.now();
      const { idleTimeout, maxLifetime } = this.settings;
      for (const entry of [...this.idle]) {
        const isOld = now - entry.idleSince >= idleTimeout || now - entry.born > maxLifetime;
        if (!isOld && !entry.session.isBroken) continue;
        this.idle.splice(this.idle.indexOf(entry), 1);
        this.drop(entry.session);
      }
      if (this.idle.length === 0) {
        clearInterval(this.sweeper);
        this.sweeper = undefined;
      }
    }, every);
    this.sweeper.unref();
  }

  private drop(session: Session): void {
    this.entries.delete(session);
    session.destroy();
  }

  /** How many sessions there are. */
  get count(): number {
    return this.entries.size;
  }

  /** Ends idle sessions now and the others when they are released. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.sweeper);
    this.sweeper = undefined;
    for (const waiter of [...this.waiters]) waiter.fail(new DbFault(CLOSED_POOL));
    for (const entry of this.idle.splice(0)) this.drop(entry.session);
  }

  /** As `close`, but statements that run now fail. */
  destroy(): void {
    this.close();
    for (const session of [...this.entries.keys()]) this.drop(session);
  }
}
