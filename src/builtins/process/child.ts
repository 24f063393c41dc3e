/** Processes that go on while the script does: `process.spawn` and its handle. */
import { type FileHandle, open } from "node:fs/promises";
import {
  bytesToBuffer,
  bytesToUtf8,
  type Context,
  defineHandle,
  delay,
  flushAll,
  type Host,
  type LuaTable,
  method,
  osError,
  p,
  record,
  withRawVariables,
} from "../../host";
import { Group, signalGroup } from "./group";
import { childEnvironment, startError } from "./options";
import { exitStatus, signalName, signalNumber } from "./signals";

export interface SpawnOptions {
  readonly cmd: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  readonly env?: LuaTable | undefined;
  readonly stdin?: string | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
  readonly detached: boolean;
}

type Subprocess = ReturnType<typeof Bun.spawn>;

export class Child {
  constructor(
    readonly process: Subprocess,
    readonly cmd: string,
  ) {}

  get pid(): number {
    return this.process.pid;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Waits for its end, or for so many seconds. */
  async wait(ctx: Context, timeout: number | undefined): Promise<LuaTable> {
    const { exited } = this.process;
    if (timeout === undefined) await Promise.race([exited, aborted(ctx.signal)]);
    else {
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, ctx.signal]);
      await Promise.race([exited, delay(timeout * 1000, signal)]);
      stop.abort();
    }
    if (this.isRunning) return record({ exited: false, signaled: false, timed_out: true });
    const { exitCode, signalCode } = this.process;
    const signaled = signalCode !== null;
    return record({
      status: exitStatus(exitCode, signalCode),
      exited: !signaled,
      signaled,
      signal: signaled ? nameOf(signalCode) : undefined,
      timed_out: false,
    });
  }
}

function nameOf(signal: string | number): string | undefined {
  return typeof signal === "string" ? signal : signalName(signal);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

/** The children of a Lua state by process id, for `process.wait`. Ended ones go when waited for. */
export function childrenOf(_host: Host): Map<number, Child> {
  return new Map();
}

const childMethod = method<Child>();

export const ChildHandle = defineHandle<Child>({
  name: "process.child",
  needs: [],
  doc: "A process that the script started.",
  fields: {
    pid: { doc: "its process id", type: "integer", get: (self) => self.pid },
  },
  methods: {
    wait: childMethod({
      doc: "As `process.wait`.",
      params: [waitOptions()],
      returns: "table",
      mutates: true,
      run: (self, ctx, opts) => self.wait(ctx, opts?.timeout),
    }),
    kill: childMethod({
      doc: "Signals the process and all that it has started; false when they have ended.",
      params: [p.any("signal")],
      returns: "boolean",
      mutates: true,
      run: (self, ctx, signal) => signalGroup(self.pid, signalNumber(ctx, signal ?? "SIGTERM")),
    }),
    is_running: childMethod({
      doc: "Whether it has not ended yet.",
      params: [],
      returns: "boolean",
      run: (self) => self.isRunning,
    }),
  },
  tostring: (self) => `process.child (${self.pid})`,
});

export function waitOptions() {
  return p
    .record("opts", { timeout: p.number("timeout", "seconds", { min: 0 }).optional() })
    .optional();
}

/** Where output goes: nowhere, where the script's own goes, or to a file. */
async function openOutput(
  ctx: Context,
  target: string | undefined,
): Promise<FileHandle | "inherit" | "ignore"> {
  if (target === undefined || target === "inherit") return "inherit";
  if (target === "null") return "ignore";
  const real = ctx.writePath(target);
  try {
    // emptied once, then appended to: stdout and stderr may share it
    await (await open(bytesToBuffer(real), "w")).close();
    return await open(bytesToBuffer(real), "a");
  } catch (e) {
    return ctx.fail(`failed to open ${JSON.stringify(bytesToUtf8(target))}: ${osError(e)}`);
  }
}

/** Starts a program. It ends with the task that started it being cancelled, or with the script. */
export async function spawn(ctx: Context, options: SpawnOptions): Promise<Child> {
  const { cmd, args, cwd, stdin, detached } = options;
  const env = childEnvironment(ctx, options.env);
  flushAll();
  const stdout = await openOutput(ctx, options.stdout);
  const isShared = options.stderr !== undefined && options.stderr === options.stdout;
  const stderr = isShared ? stdout : await openOutput(ctx, options.stderr);
  let child: Subprocess;
  try {
    child = Bun.spawn(withRawVariables([cmd, ...args], env), {
      ...(cwd !== undefined && { cwd }),
      env,
      stdin: stdin === undefined ? "ignore" : bytesToBuffer(stdin),
      stdout: descriptor(stdout),
      stderr: descriptor(stderr),
      detached: true,
    });
  } catch (e) {
    return ctx.fail(`failed to start ${JSON.stringify(cmd)}: ${await startError(e, cwd)}`);
  } finally {
    for (const file of new Set([stdout, stderr])) if (typeof file !== "string") await file.close();
  }
  if (detached) child.unref();
  else guard(ctx, child);
  const started = new Child(child, cmd);
  ctx.host.store(childrenOf).set(child.pid, started);
  return started;
}

function descriptor(target: FileHandle | "inherit" | "ignore"): number | "inherit" | "ignore" {
  return typeof target === "string" ? target : target.fd;
}

function guard(ctx: Context, child: Subprocess): void {
  const group = new Group(ctx.host, child.pid);
  const { signal } = ctx;
  const end = () => group.end();
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  void child.exited.then(() => {
    signal.removeEventListener("abort", end);
    group.release();
  });
}
