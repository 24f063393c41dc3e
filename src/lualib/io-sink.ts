/** Output of a state that goes to functions of the host instead of the process's standard streams. */
import type { LuaState } from "../runtime/state";
import type { Results } from "../runtime/value";
import { systemError } from "./io-errors";
import { stderr, stdout } from "./io-output";
import { type FillResult, Stream, staysOpen } from "./io-stream";

type Sink = (bytes: string) => void;

/** io.stdout and io.stderr of such a state. Nothing is held back, so that it stays in order with `print`. */
class SinkStream extends Stream {
  constructor(private readonly sink: Sink) {
    super();
    this.readable = false;
  }

  override fill(): FillResult {
    throw systemError("EBADF");
  }

  override write(bytes: string): void {
    if (bytes !== "") this.sink(bytes);
  }

  protected override drain(): void {}

  override seek(): number {
    throw systemError("ESPIPE");
  }

  override close(): Results {
    return staysOpen();
  }
}

/** The streams that `io` begins with. */
export function outputStreams({ redirected }: LuaState): { stdout: Stream; stderr: Stream } {
  return {
    stdout: redirected.stdout === undefined ? stdout : new SinkStream(redirected.stdout),
    stderr: redirected.stderr === undefined ? stderr : new SinkStream(redirected.stderr),
  };
}

/** How long output that is there when a command has ended may take to arrive. */
const LAST_OUTPUT_MS = 200;

/**
 * What becomes of the output of a child process: `stdio` for `Bun.spawn`, and a function that
 * passes on what the child writes and resolves when it has ended.
 */
export function childOutput({ redirected }: LuaState) {
  const { stdout, stderr } = redirected;
  const stdio = [stdout ? "pipe" : "inherit", stderr ? "pipe" : "inherit"] as const;
  return { stdio, passOn: (child: Child) => passOn(child, stdout, stderr) };
}

interface Child {
  readonly stdout: unknown;
  readonly stderr: unknown;
  readonly exited: Promise<number>;
}

async function passOn(child: Child, out: Sink | undefined, err: Sink | undefined): Promise<void> {
  const pumps = Promise.all([pump(child.stdout, out), pump(child.stderr, err)]);
  await child.exited;
  // what it has started in the background may hold the pipes for long
  await Promise.race([pumps, Bun.sleep(LAST_OUTPUT_MS)]);
}

async function pump(output: unknown, sink: Sink | undefined): Promise<void> {
  if (sink === undefined) return;
  for await (const chunk of output as AsyncIterable<Uint8Array>)
    sink(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1"));
}
