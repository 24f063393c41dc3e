/**
 * Buffered byte streams over file descriptors, and what all streams have in common (§6.8).
 *
 * A stream reads ahead into a string of bytes and collects what is written in another. Regular
 * files are read and written at explicit positions, everything else in sequence.
 */
import { checkAllocation, maxBytes } from "../runtime/limits";
import type { Results } from "../runtime/value";
import { systemError } from "./io-errors";

type FileSystem = typeof import("node:fs");
let loaded: FileSystem | undefined;

/** node:fs takes as long to load as a small script to run. */
function fs(): FileSystem {
  loaded ??= require("node:fs") as FileSystem;
  return loaded;
}

/** Whether a stream has had to load it yet. */
export function isFileSystemLoaded(): boolean {
  return loaded !== undefined;
}

/** What came of reading more: bytes are there, the end is reached, or `wait` has to be awaited. */
export const FILLED = 0;
export const END = 1;
export const WAIT = 2;
export type FillResult = typeof FILLED | typeof END | typeof WAIT;

export type Buffering = "no" | "full" | "line";

const FIRST_CHUNK = 4096;
export const CHUNK = 65536;
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
    if (this.pending === "") return;
    // when writing fails, the bytes are lost, as in C
    this.drain(this.takePending());
  }

  /** What was collected; nothing is after that. */
  protected takePending(): string {
    const bytes = this.pending;
    this.pending = "";
    dirty.delete(this);
    return bytes;
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

/** What closing a standard stream gives: they stay open. */
export function staysOpen(): Results {
  return [undefined, "cannot close standard file"];
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
