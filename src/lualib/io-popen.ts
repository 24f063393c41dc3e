/** io.popen: streams to and from a child process (§6.8). */

import { awaitPromise } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import type { Results } from "../runtime/value";
import { commandWords } from "./command";
import { systemError } from "./io-errors";
import { childOutput } from "./io-sink";
import { END, FILLED, type FillResult, flushAll, Stream, WAIT } from "./io-stream";
import { exitResults } from "./os";

/** What is used of a child process. */
interface Child {
  readonly exited: Promise<number>;
  readonly exitCode: number | null;
  readonly signalCode: string | number | null;
}

abstract class ProcessStream extends Stream {
  constructor(
    private readonly child: Child,
    /** Resolves when the process has ended. */
    private readonly finished: Promise<unknown>,
  ) {
    super();
  }

  override seek(): number {
    this.flush();
    throw systemError("ESPIPE");
  }

  /** Waits for the process to end; other tasks run meanwhile. */
  override close(): Results {
    this.release();
    const { child } = this;
    return awaitPromise(this.finished.then(() => exitResults(child.exitCode, child.signalCode)));
  }
}

/** What is used of the pipe from a process. */
interface Reader {
  read(): Promise<{ value?: Uint8Array }>;
  cancel(): Promise<void>;
}

function asBytes(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
}

/** The output of a process. */
class ProcessReader extends ProcessStream {
  private readonly reader: Reader;
  private arrived = "";
  private ended = false;
  private reading: Promise<void> | null = null;

  constructor(child: Child, output: ReadableStream<Uint8Array>) {
    super(child, child.exited);
    this.writable = false;
    this.reader = output.getReader();
  }

  override fill(): FillResult {
    if (this.arrived !== "") {
      this.extend(this.arrived);
      this.arrived = "";
      return FILLED;
    }
    return this.ended ? END : WAIT;
  }

  override wait(): Promise<void> {
    this.reading ??= this.readMore();
    return this.reading;
  }

  private async readMore(): Promise<void> {
    try {
      const { value } = await this.reader.read();
      if (value === undefined) this.ended = true;
      else this.arrived += asBytes(value);
    } finally {
      this.reading = null;
    }
  }

  protected override drain(): void {}

  override release(): void {
    this.closed = true;
    // the process learns that nobody reads any more; how it takes that is not our failure
    this.reader.cancel().catch(() => {});
  }
}

/** What is used of the pipe to a process. */
interface Sink {
  write(chunk: Uint8Array): unknown;
  flush(): unknown;
  end(): unknown;
}

/** The input of a process. */
class ProcessWriter extends ProcessStream {
  constructor(
    child: Child,
    private readonly sink: Sink,
    finished: Promise<unknown>,
  ) {
    super(child, finished);
    this.readable = false;
  }

  override fill(): FillResult {
    throw systemError("EBADF");
  }

  protected override drain(bytes: string): void {
    ignoreFailure(this.sink.write(Buffer.from(bytes, "latin1")));
    ignoreFailure(this.sink.flush());
  }

  override release(): void {
    this.closed = true;
    this.flush();
    ignoreFailure(this.sink.end());
  }
}

/** A process may close its input early: what it did not read is lost, as with any pipe. */
function ignoreFailure(result: unknown): void {
  if (result instanceof Promise) result.catch(() => {});
}

/** Starts a shell command; "r" reads its output, "w" writes its input. */
export function openProcess(state: LuaState, command: string, mode: "r" | "w"): Stream {
  flushAll();
  const shell = commandWords(["/bin/sh", "-c", command]);
  if (mode === "r") {
    const child = Bun.spawn(shell, { stdio: ["inherit", "pipe", "inherit"] });
    return new ProcessReader(child, child.stdout);
  }
  const { stdio, passOn } = childOutput(state);
  const child = Bun.spawn(shell, { stdio: ["pipe", ...stdio] });
  return new ProcessWriter(child, child.stdin, passOn(child));
}
