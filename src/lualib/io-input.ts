/** Standard input, shared by everything that reads it. */
import { fstatSync, read } from "node:fs";
import { activeTask } from "../runtime/scheduler";
import type { Results } from "../runtime/value";
import { flushStdout } from "./io-output";
import { CHUNK, END, FILLED, FileStream, type FillResult, staysOpen, WAIT } from "./io-stream";

/** Reads in the background where that may take long, so that other tasks go on. */
class StandardInput extends FileStream {
  /** Reads block the whole program: the prompt reads standard input itself, too. */
  isBlocking = false;
  /** Whether reading takes as long as whoever writes; looked at by the first read. */
  private isSlow: boolean | undefined;
  /** What the read in the background has brought. */
  private arrived = "";
  private arrivedEnd = false;
  private fault: unknown;
  private reading: Promise<void> | undefined;

  constructor() {
    super(0, { readable: true, writable: false, append: false, regular: false });
  }

  override fill(hint: number): FillResult {
    if (this.arrived !== "") {
      this.extend(this.arrived);
      this.arrived = "";
      return FILLED;
    }
    if (this.arrivedEnd) {
      // a terminal may go on after its end
      this.arrivedEnd = false;
      return END;
    }
    if (this.fault !== undefined) {
      const { fault } = this;
      this.fault = undefined;
      throw fault;
    }
    if (this.reading !== undefined) return WAIT;
    this.isSlow ??= !fstatSync(this.fd).isFile();
    // who is asked for a line is to see the question
    if (this.isSlow) flushStdout();
    // nobody can wait where no task runs
    return this.isSlow && !this.isBlocking && activeTask() !== undefined ? WAIT : super.fill(hint);
  }

  /** One read for all that wait; what it brings is there for whoever comes first. */
  override wait(): Promise<void> {
    this.reading ??= this.readMore();
    return this.reading;
  }

  private async readMore(): Promise<void> {
    const buffer = Buffer.allocUnsafe(CHUNK);
    try {
      const n = await this.readOnce(buffer);
      if (n === 0) this.arrivedEnd = true;
      else this.arrived = buffer.toString("latin1", 0, n);
    } catch (e) {
      this.fault = e;
    } finally {
      this.reading = undefined;
    }
  }

  private async readOnce(buffer: Buffer): Promise<number> {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<number | NodeJS.ErrnoException>();
      read(this.fd, buffer, 0, CHUNK, null, (e, n) => resolve(e ?? n));
      const r = await promise;
      if (typeof r === "number") return r;
      if (r.code === "EAGAIN") await new Promise((wake) => setTimeout(wake, 5));
      else if (r.code !== "EINTR") throw r;
    }
  }

  override close(): Results {
    return staysOpen();
  }
}

export const stdin = new StandardInput();
