/** Standard output and standard error, shared by everything that writes to them. */
import type { Results } from "../runtime/value";
import { toPath } from "./bytes";
import { FileStream, isFileSystemLoaded, staysOpen } from "./io-stream";

/** The descriptor is looked at when something is first written. */
export class StandardOutput extends FileStream {
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
  /** Why bytes were lost: the program is told when it ends, as it may not have been before. */
  private failure: unknown;

  constructor(fd: 1 | 2) {
    super(fd, { readable: false, writable: true, append: false, regular: false });
    if (fd === 2) this.buffering = "no";
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
    if (isFileSystemLoaded() || this.pending === "" || this.fd !== 1) {
      this.flush();
      return undefined;
    }
    // Bun.stdout takes longer to make
    const written = Bun.write(Bun.file(1), toPath(this.takePending()));
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

  override close(): Results {
    return staysOpen();
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

export const stdout = new StandardOutput(1);
export const stderr = new StandardOutput(2);

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
