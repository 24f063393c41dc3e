/**
 * Buffered byte streams over file descriptors, and what all streams have in common (§6.8).
 *
 * A stream reads ahead into a string of bytes and collects what is written in another. Regular
 * files are read and written at explicit positions, everything else in sequence.
 */
import { checkAllocation, maxBytes } from "../runtime/limits";
import { activeTask } from "../runtime/scheduler";
import type { LuaValue, Results } from "../runtime/value";
import { toPath } from "./bytes";
import { systemError } from "./io-errors";

type FileSystem = typeof import("node:fs");
let loaded: FileSystem | undefined;

/** node:fs takes as long to load as a small script to run. */
function fs(): FileSystem {
  loaded ??= require("node:fs") as FileSystem;
  return loaded;
}

/** What came of reading more: bytes are there, the end is reached, or `wait` has to be awaited. */
export const FILLED = 0;
export const END = 1;
export const WAIT = 2;
export type FillResult = typeof FILLED | typeof END | typeof WAIT;

export type Buffering = "no" | "full" | "line";

const FIRST_CHUNK = 4096;
const CHUNK = 65536;
/** Bytes that are collected before they are written. */
const WRITE_LIMIT = 16384;

/** Streams that were given a number. */
let streams = 0;
/** Streams with unwritten bytes. */
const dirty = new Set<Stream>();

/** Writes out what all streams hold back; errors have nowhere to go. */
export function flushAll(): void {
  for (const stream of dirty) {
    try {
      stream.flush();
    } catch {
      // C's exit ignores them as well
    }
  }
}

export abstract class Stream {
  closed = false;
  readable = true;
  writable = true;
  buffering: Buffering = "full";
  /** Bytes read ahead, used up to `at`. */
  text = "";
  at = 0;
  private number = 0;
  /** Bytes written but not passed on yet. */
  protected pending = "";

  /** Reads more bytes to the end of `text`, about `hint` of them. Throws system errors. */
  abstract fill(hint: number): FillResult;
  /** Passes `pending` on. */
  protected abstract drain(bytes: string): void;
  /** Closes, after a flush; gives the results of the Lua function `close`. */
  abstract close(): Results;
  abstract seek(whence: "set" | "cur" | "end", offset: number): number;

  /** Closes without waiting for anything, when nobody is left to take results. */
  release(): void {
    try {
      this.close();
    } catch {
      // nobody to tell
    }
  }

  /** What `tostring` shows to tell streams apart. */
  get address(): string {
    this.number ||= ++streams;
    return `0x${this.number.toString(16).padStart(8, "0")}`;
  }

  /** The file handle: as long as it is there, the stream is in use. */
  handle: WeakRef<object> | undefined;

  /** Resolves when `fill` may be called again. */
  wait(): Promise<void> {
    return Promise.resolve();
  }

  /** Appends to `text`, dropping what is used up. */
  protected extend(bytes: string): void {
    const length = this.text.length - this.at + bytes.length;
    if (length > maxBytes) {
      this.text = "";
      this.at = 0;
      checkAllocation(length);
    }
    // at 0 the sum stays a rope: reading a long text piece by piece copies it once
    if (this.at === 0) this.text += bytes;
    else this.text = this.at < this.text.length ? this.text.slice(this.at) + bytes : bytes;
    this.at = 0;
  }

  write(bytes: string): void {
    if (!this.writable) throw systemError("EBADF");
    if (bytes === "") return;
    if (this.pending === "") {
      this.beginWrite();
      dirty.add(this);
    }
    this.pending += bytes;
    if (
      this.pending.length >= WRITE_LIMIT ||
      (this.buffering !== "full" && (this.buffering === "no" || bytes.includes("\n")))
    )
      this.flush();
  }

  flush(): void {
    const bytes = this.pending;
    if (bytes === "") return;
    // when writing fails, the bytes are lost, as in C
    this.pending = "";
    dirty.delete(this);
    this.drain(bytes);
  }

  /** Called before bytes are collected: the stream may have read ahead. */
  protected beginWrite(): void {}
}

/** Stays blocked until `operation` no longer fails for want of data or room. */
function retry<T>(operation: () => T): T {
  for (;;) {
    try {
      return operation();
    } catch (e) {
      const { code } = e as { code?: string };
      if (code === "EAGAIN") Bun.sleepSync(2);
      else if (code !== "EINTR") throw e;
    }
  }
}

let scratch: Buffer | undefined;

/** A stream over a file descriptor. */
export class FileStream extends Stream {
  /** Where the next read or write goes in a regular file; null for anything sequential. */
  private position: number | null = null;
  private chunk = FIRST_CHUNK;

  constructor(
    readonly fd: number,
    options: { readable: boolean; writable: boolean; append: boolean; regular: boolean },
  ) {
    super();
    this.readable = options.readable;
    this.writable = options.writable;
    this.append = options.append;
    if (options.regular) this.position = options.append && !options.readable ? this.size() : 0;
  }

  private readonly append: boolean;

  private size(): number {
    return fs().fstatSync(this.fd).size;
  }

  override fill(hint: number): FillResult {
    if (!this.readable) throw systemError("EBADF");
    this.flush();
    let size = Math.max(hint, this.chunk);
    if (size > CHUNK && this.position !== null) {
      // one read for all that is there
      const left = this.size() - this.position;
      size = Math.min(size, Math.max(left + 1, CHUNK));
      checkAllocation(size);
    } else size = Math.min(size, CHUNK);
    let buffer: Buffer;
    if (size <= CHUNK) {
      scratch ??= Buffer.allocUnsafeSlow(CHUNK);
      buffer = scratch;
    } else buffer = Buffer.allocUnsafe(size);
    const n = retry(() => fs().readSync(this.fd, buffer, 0, size, this.position));
    if (n === 0) return END;
    this.chunk = CHUNK;
    if (this.position !== null) this.position += n;
    this.extend(buffer.toString("latin1", 0, n));
    return FILLED;
  }

  protected override beginWrite(): void {
    this.dropInput();
  }

  /** Forgets bytes read ahead, so that the position is the one the program sees. */
  private dropInput(): void {
    if (this.position !== null) this.position -= this.text.length - this.at;
    else if (this.at < this.text.length) return;
    this.text = "";
    this.at = 0;
    this.chunk = FIRST_CHUNK;
  }

  protected override drain(bytes: string): void {
    const buffer = Buffer.from(bytes, "latin1");
    const position = this.append ? null : this.position;
    for (let done = 0; done < buffer.length; ) {
      const at = position === null ? null : position + done;
      done += retry(() => fs().writeSync(this.fd, buffer, done, buffer.length - done, at));
    }
    if (this.position === null) return;
    this.position = this.append ? this.size() : this.position + buffer.length;
  }

  override seek(whence: "set" | "cur" | "end", offset: number): number {
    this.flush();
    if (this.position === null) throw systemError("ESPIPE");
    this.dropInput();
    const base = whence === "set" ? 0 : whence === "cur" ? this.position : this.size();
    const target = base + offset;
    if (target < 0 || !Number.isSafeInteger(target)) throw systemError("EINVAL");
    this.position = target;
    return target;
  }

  override close(): Results {
    this.closed = true;
    try {
      this.flush();
    } finally {
      this.text = "";
      fs().closeSync(this.fd);
    }
    return true;
  }
}

/** One of the three standard streams; the descriptor is looked at when it is first used. */
export class StandardStream extends FileStream {
  /** Called instead of raising an error when the reader of a pipe has gone. */
  onBrokenPipe: (() => void) | undefined;
  /** Whether what was written last ended its line; for the prompt. */
  endsLine = true;
  /** What the prompt does before and after output that comes while it waits for a line. */
  around: { before(): void; after(): void } | undefined;
  /** The program runs for the first time: who has started it flushes when that is over. */
  isStarting = false;
  private prepared = false;
  private scheduled = false;
  /** Reads block the whole program: the prompt reads standard input itself, too. */
  isBlocking = false;
  /** Whether reading takes as long as whoever writes; looked at by the first read. */
  private isSlow: boolean | undefined;
  /** What the read in the background has brought. */
  private arrived = "";
  private arrivedEnd = false;
  private fault: unknown;
  private reading: Promise<void> | undefined;
  /** Why bytes were lost: the program is told when it ends, as it may not have been before. */
  private failure: unknown;

  constructor(fd: 0 | 1 | 2) {
    super(fd, { readable: fd === 0, writable: fd !== 0, append: false, regular: false });
    if (fd === 2) this.buffering = "no";
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
    this.isSlow ??= this.fd === 0 && !fs().fstatSync(0).isFile();
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
      fs().read(this.fd, buffer, 0, CHUNK, null, (e, n) => resolve(e ?? n));
      const r = await promise;
      if (typeof r === "number") return r;
      if (r.code === "EAGAIN") await new Promise((wake) => setTimeout(wake, 5));
      else if (r.code !== "EINTR") throw r;
    }
  }

  protected override beginWrite(): void {
    if (!this.prepared) {
      this.prepared = true;
      if (this.fd === 1 && isTerminal(1)) this.buffering = "line";
    }
    if (this.buffering !== "no") this.flushLater();
  }

  /** While the program waits for something, nothing is held back from whoever reads its output. */
  private flushLater(): void {
    if (this.scheduled || this.isStarting) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      try {
        this.flush();
      } catch {
        // flushLast tells
      }
    });
  }

  protected override drain(bytes: string): void {
    if (bytes !== "") this.endsLine = bytes.endsWith("\n");
    const { around } = this;
    try {
      around?.before();
      super.drain(bytes);
      around?.after();
    } catch (e) {
      if ((e as { code?: string }).code === "EPIPE") this.onBrokenPipe?.();
      this.failure ??= e;
      throw e;
    }
  }

  /**
   * Flushes for the last time, before the process ends. A promise when that is under way. Fails as
   * `flush` does, at once or later, and if a write has failed before.
   */
  flushLast(): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    const bytes = this.pending;
    if (loaded !== undefined || bytes === "" || this.fd !== 1) {
      this.flush();
      return undefined;
    }
    this.pending = "";
    dirty.delete(this);
    // Bun.stdout takes longer to make
    const written = Bun.write(Bun.file(1), toPath(bytes));
    // mostly all has been written when it returns
    return typeof Bun.peek(written) === "number" ? undefined : this.finishWriting(written);
  }

  private async finishWriting(written: Promise<unknown>): Promise<void> {
    try {
      await written;
    } catch (e) {
      if ((e as { code?: string }).code === "EPIPE") this.onBrokenPipe?.();
      throw e;
    }
  }

  /** Standard streams stay open. */
  override close(): Results {
    return [undefined, "cannot close standard file"] satisfies LuaValue[];
  }
}

interface TerminalBinding {
  isTTY(fd: number): boolean;
}

/** True for a terminal. */
export function isTerminal(fd: number): boolean {
  // node:tty takes too long to load for a question that every script asks
  const { binding } = process as unknown as { binding?: (name: string) => TerminalBinding };
  if (binding === undefined) return process.getBuiltinModule("node:tty").isatty(fd);
  return binding.call(process, "tty_wrap").isTTY(fd);
}

/** The process's standard streams, shared by everything that writes to them. */
export const stdin = new StandardStream(0);
export const stdout = new StandardStream(1);
export const stderr = new StandardStream(2);

/** Writes bytes to the buffered standard output, as `print` does: it does not fail (see flushLast). */
export function writeStdout(bytes: string): void {
  try {
    stdout.write(bytes);
  } catch (e) {
    if ((e as { code?: string }).code === undefined) throw e;
  }
}

/** Flushes the standard output as `writeStdout` writes to it. */
export function flushStdout(): void {
  try {
    stdout.flush();
  } catch (e) {
    if ((e as { code?: string }).code === undefined) throw e;
  }
}
