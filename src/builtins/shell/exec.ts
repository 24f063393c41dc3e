/** Running a command to its end. */
import {
  bytesToBuffer,
  type Context,
  flushAll,
  type LuaTable,
  record,
  withRawVariables,
} from "../../host";
import { Group } from "../process/group";
import { childEnvironment, startError } from "../process/options";
import { exitStatus } from "../process/signals";
import { closeEnd, makePipe, type Pipe } from "./pipe";

export interface ExecOptions {
  readonly cwd?: string | undefined;
  readonly env?: LuaTable | undefined;
  readonly stdin?: string | undefined;
  readonly timeout?: number | undefined;
  readonly max_output: number;
}

/** How long output may still come in after the group was killed. */
const DRAIN_MS = 100;

type Ending = "exit" | "timeout" | "cancelled" | "overflow";

/** Runs a program; its status, its output, and whether it took too long. */
export async function execute(
  ctx: Context,
  command: readonly string[],
  options: ExecOptions,
): Promise<LuaTable> {
  const { cwd, stdin, timeout } = options;
  flushAll();
  const env = childEnvironment(ctx, options.env);
  const { child, stdout, stderr } = await start(ctx, command, cwd, env, stdin);
  const group = new Group(ctx.host, child.pid);
  let ending: Ending = "exit";
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const kill = (why: Ending) => {
    if (ending !== "exit") return;
    ending = why;
    group.kill();
    stop();
  };
  const onAbort = () => kill("cancelled");
  if (ctx.signal.aborted) onAbort();
  ctx.signal.addEventListener("abort", onAbort, { once: true });
  const timer =
    timeout === undefined ? undefined : setTimeout(() => kill("timeout"), timeout * 1000);
  let room = options.max_output;
  const collect = (source: Source) =>
    new Collector(source, (n) => {
      room -= n;
      if (room < 0) kill("overflow");
      return room >= 0;
    });
  const out = collect(stdout);
  const err = collect(stderr);
  try {
    const all = Promise.all([child.exited, out.done, err.done]);
    // a killed group closes its ends at once, unless something has left the group
    await Promise.race([all, stopped.then(() => Bun.sleep(DRAIN_MS))]);
  } finally {
    clearTimeout(timer);
    ctx.signal.removeEventListener("abort", onAbort);
    await Promise.all([out.end(), err.end()]);
    group.release();
  }
  if ((ending as Ending) === "overflow")
    ctx.fail(`output exceeds ${options.max_output} bytes (option max_output)`);
  const isLate = (ending as Ending) === "timeout";
  return record({
    status: isLate ? -1 : exitStatus(child.exitCode, child.signalCode),
    stdout: out.text(),
    stderr: err.text(),
    timed_out: isLate,
  });
}

/** Where output comes from: a pipe of ours, or Bun's stream. */
interface Source {
  readonly stream: ReadableStream<Uint8Array>;
  readonly end: number | undefined;
}

async function start(
  ctx: Context,
  command: readonly string[],
  cwd: string | undefined,
  env: Record<string, string>,
  stdin: string | undefined,
) {
  const out = makePipe();
  const err = out && makePipe();
  try {
    const child = Bun.spawn(withRawVariables(command, env), {
      ...(cwd !== undefined && { cwd }),
      env,
      stdin: stdin === undefined ? "ignore" : bytesToBuffer(stdin),
      stdout: out?.write ?? "pipe",
      stderr: err?.write ?? "pipe",
      detached: true,
    });
    return { child, stdout: source(out, child.stdout), stderr: source(err, child.stderr) };
  } catch (e) {
    for (const pipe of [out, err]) closeEnd(pipe?.read);
    return ctx.fail(`failed to run ${JSON.stringify(command[0])}: ${await startError(e, cwd)}`);
  } finally {
    for (const pipe of [out, err]) closeEnd(pipe?.write);
  }
}

function source(pipe: Pipe | undefined, stream: unknown): Source {
  if (pipe !== undefined) return { stream: Bun.file(pipe.read).stream(), end: pipe.read };
  return { stream: stream as ReadableStream<Uint8Array>, end: undefined };
}

/** Reads a stream to its end as bytes. */
class Collector {
  readonly done: Promise<void>;
  private readonly chunks: Uint8Array[] = [];
  private readonly reader;

  constructor(
    private readonly source: Source,
    /** Hears how many bytes came; false stops reading. */
    private readonly take: (bytes: number) => boolean,
  ) {
    this.reader = source.stream.getReader();
    this.done = this.read();
  }

  private async read(): Promise<void> {
    try {
      for (;;) {
        const { value } = await this.reader.read();
        if (value === undefined || !this.take(value.length)) return;
        this.chunks.push(value);
      }
    } catch {
      // cancelled
    }
  }

  /** Stops reading; Bun leaves the pipe itself to us. */
  async end(): Promise<void> {
    await this.reader.cancel().catch(() => undefined);
    closeEnd(this.source.end);
  }

  text(): Uint8Array {
    return Buffer.concat(this.chunks);
  }
}
