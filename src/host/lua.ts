/** The embedding API: Lua states for Bun programs. See docs/embedding.md. */
import { builtins } from "../builtins/index.generated";
import type { StateOptions } from "../lualib/assemble";
import { finalizeState } from "../lualib/finalizers";
import { createState } from "../lualib/index";
import { flushStdout } from "../lualib/io-output";
import type { EmbeddedSearcher } from "../lualib/package";
import { skipShebang } from "../lualib/shebang";
import { LuaError, type TraceRow } from "../runtime/error";
import { Deadlock, ExitRequest, Interrupt, Timeout } from "../runtime/interrupt";
import { limitMemory } from "../runtime/memory";
import { getMetamethod } from "../runtime/metatable";
import { retainHost, startTask, type Task } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import { plainText } from "../runtime/tostring";
import { formatTraceback, levelsOfRows } from "../runtime/traceback";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { embeddedSearcher } from "../stdlib";
import { bytesToUtf8, utf8ToBytes } from "./bytes";
import { endWithCaller } from "./calls";
import { Host } from "./context";
import { Converter, Table } from "./convert";
import type { BuiltinDefinition } from "./define";
import { Environment } from "./environment";
import { errorText, errorValue } from "./errors";
import { displayPlain } from "./inspect";
import { installBuiltin } from "./install";
import { Logger } from "./logger";
import { Policy } from "./policy";
import { LuaScriptError } from "./script-error";
import { Secrets } from "./secrets";
import { delay, limitDelay } from "./timer";

export interface LuaOptions {
  /** Global variables to begin with. */
  globals?: Readonly<Record<string, unknown>>;
  /** Receives what `print` and `io.write` write, as bytes. Standard output by default. */
  stdout?: (bytes: Uint8Array) => void;
  /** Receives log lines and warnings. Standard error by default. */
  stderr?: (bytes: Uint8Array) => void;
  /** Where `log` goes; lines on `stderr` by default. */
  logger?: Logger;
  secrets?: Secrets;
  /** Variables that win over the process environment, or the complete view of it. */
  env?: Readonly<Record<string, string>> | Environment;
  /** Limit for each `run` and `call`, in milliseconds. */
  timeout?: number;
  /**
   * For a program that finds out by itself when nothing can wake a script any more (stuck.ts): is given
   * what ends the script's wait, gives what is called when the script has ended. Time limits alone do
   * not keep the program running then.
   */
  onDeadlock?: (end: () => void) => () => void;
  /** Limit for the growth of the heap, in bytes. It holds for the whole process. */
  memory?: number;
  /** Refuse builtins that change something outside. */
  readonly?: boolean;
  /** What scripts may touch outside; everything by default. `Policy.sandbox(…)`: nothing. */
  policy?: Policy;
  /** Leave out `assay`'s builtins: the standard library only. */
  bare?: boolean;
  /** Folders in which `require` looks first. */
  folders?: readonly string[];
  /** Where `require` looks first; by default it finds the `assay.*` modules, unless `bare`. */
  searchers?: StateOptions["searchers"];
}

export interface RunOptions {
  /** The chunk's name in messages: a path. `=name` is shown as `name`. */
  name?: string;
  /** What the chunk gets as `...`, and as the global `arg`. */
  args?: readonly unknown[];
  /** Cancels it. */
  signal?: AbortSignal;
  /** Limit in milliseconds; overrides the one of the Lua object. */
  timeout?: number;
}

/** The functions that take what scripts write, for byte strings. */
function redirections({ stdout, stderr }: LuaOptions): LuaState["redirected"] {
  const sink = (take: (bytes: Uint8Array) => void) => (s: string) => take(Buffer.from(s, "latin1"));
  return { ...(stdout && { stdout: sink(stdout) }), ...(stderr && { stderr: sink(stderr) }) };
}

/** A Lua state for a Bun program; `createLua` makes one. */
export class Lua {
  readonly state: LuaState;
  readonly host: Host;
  private readonly converter: Converter;
  private readonly timeout: number | undefined;
  private readonly onDeadlock: LuaOptions["onDeadlock"];

  constructor(options: LuaOptions = {}) {
    const toStderr = options.stderr ?? ((bytes) => void process.stderr.write(bytes));
    const secrets = options.secrets ?? new Secrets();
    const { policy = new Policy(), readonly = false } = options;
    const allow = (name: string) => policy.allowEnv(name);
    const environment =
      options.env instanceof Environment
        ? options.env
        : new Environment({ allow, ...(options.env && { overrides: options.env }) });
    const guard = policy.guard(readonly);
    const redirected = redirections(options);
    this.state = createState({
      ...(redirected.stdout && { stdout: redirected.stdout }),
      stderr: (s) => toStderr(Buffer.from(s, "latin1")),
      env: (name) => environment.get(name),
      ...(guard && { guard }),
      ...(options.folders && { folders: options.folders.map(utf8ToBytes) }),
      searchers: options.searchers ?? (options.bare ? [] : [this.embedded()]),
    });
    this.state.redirected = redirected;
    const logger =
      options.logger ?? new Logger({ secrets, write: (line) => toStderr(Buffer.from(line)) });
    const settings = { logger, secrets, environment, readonly, policy };
    this.host = new Host(this.state, settings);
    // the program around it must get its turns, also while a task computes that a run has left behind
    retainHost();
    this.converter = new Converter((f, args) => this.execute(f, args, {}));
    this.timeout = options.timeout;
    this.onDeadlock = options.onDeadlock;
    this.state.onTaskError = (_task, error) =>
      logger.log("error", `task failed: ${errorText(error)}`);
    this.state.onClosingError = (error) =>
      logger.log("error", `closing method failed: ${errorText(error)}`);
    if (!options.bare) for (const b of builtins) installBuiltin(this.host, b);
    for (const [name, v] of Object.entries(options.globals ?? {})) this.globals.set(name, v);
    if (options.memory !== undefined) limitMemory(options.memory);
  }

  /** The table of global variables. */
  get globals(): Table {
    return new Table(this.state.globals, this.converter);
  }

  /** Compiles and runs a chunk; gives what it returns. Rejects with a `LuaScriptError`. */
  async run(source: string | Uint8Array, options: RunOptions = {}): Promise<unknown[]> {
    const { name = "=script", args = [] } = options;
    const bytes =
      typeof source === "string" ? utf8ToBytes(source) : Buffer.from(source).toString("latin1");
    const f = this.compile(skipShebang(bytes), utf8ToBytes(name));
    const values = args.map((a) => this.converter.toLua(a));
    if (options.args !== undefined) this.setArgs(name, values);
    const results = await this.execute(f, values, options);
    return results.map((r) => this.converter.toJs(r));
  }

  /** Makes a JS function callable as the global `name`, or installs a builtin's definition. */
  register(name: string, what: ((...args: never[]) => unknown) | BuiltinDefinition): void {
    if (typeof what === "function")
      this.state.globals.µsetStr(
        utf8ToBytes(name),
        this.converter.wrap(what as (...args: unknown[]) => unknown, name),
      );
    else installBuiltin(this.host, { ...what, name });
  }

  /** A JS value as a Lua value, for `state` and builtins; see convert.ts. */
  toLua(v: unknown): LuaValue {
    return this.converter.toLua(v);
  }

  /** Plain JS arrays and objects for a `Table`; other values stay as they are. */
  toJS(v: unknown): unknown {
    return v instanceof Table ? v.toJS() : v;
  }

  /** Cancels all tasks, runs what builtins left to be done, and closes open files. */
  async close(): Promise<void> {
    const { state } = this;
    const tasks = [...state.tasks];
    state.isClosing = true;
    for (const task of tasks) {
      // closing methods that never end must not go on for ever
      task.deadline = Math.min(task.deadline, performance.now() + CLOSING_MS);
      task.cancel();
    }
    const enough = new AbortController();
    const ended = Promise.allSettled(tasks.map((t) => t.promise));
    await Promise.race([ended, delay(CLOSING_MS, enough.signal)]);
    enough.abort();
    for (const task of tasks) task.cancel(new Interrupt("closed"));
    state.isClosing = false;
    finalizeState(state);
    const failures: unknown[] = [];
    for (const action of state.onClose.splice(0))
      try {
        action();
      } catch (e) {
        failures.push(e);
      }
    flushStdout();
    // one that fails does not keep the others from it
    if (failures.length > 0) throw failures[0];
  }

  /** Finds the modules that are part of `assay`. */
  private embedded(): EmbeddedSearcher {
    return embeddedSearcher((source, chunkName) => this.state.load(source, chunkName));
  }

  private setArgs(name: string, values: LuaValue[]): void {
    const arg = new LuaTable();
    arg.µset(0, utf8ToBytes(name.replace(/^[@=]/, "")));
    for (const [i, v] of values.entries()) arg.µset(i + 1, v);
    this.state.globals.µsetStr("arg", arg);
  }

  private compile(source: string, name: string): LuaFunction {
    try {
      return this.state.load(source, /^[@=]/.test(name) ? name : `@${name}`);
    } catch (e) {
      const text = bytesToUtf8(String((e as { message?: unknown }).message ?? e));
      throw new LuaScriptError(text, "", text, "syntax");
    }
  }

  private async execute(f: LuaFunction, args: LuaValue[], options: RunOptions) {
    const limit = options.timeout ?? this.timeout;
    if (limit !== undefined && Number.isNaN(Number(limit)))
      throw new TypeError("timeout: a number of milliseconds is needed");
    const task = startTask(this.state, f, args);
    task.observed = true;
    const { onDeadlock } = this;
    const { signal } = options;
    const cancel = () => task.cancel(new Interrupt("cancelled"));
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    const forget = onDeadlock?.(() => task.cancel(new Deadlock()));
    const stopTimer =
      limit === undefined ? () => {} : limitTime(task, limit, onDeadlock === undefined);
    const leaveCaller = endWithCaller(task);
    try {
      return await task.promise;
    } catch (e) {
      throw await this.scriptError(e, limit);
    } finally {
      stopTimer();
      leaveCaller();
      signal?.removeEventListener("abort", cancel);
      forget?.();
      // before the program writes something itself, or ends
      flushStdout();
    }
  }

  /** What leaves the Lua state: an `os.exit` as it is, everything else a `LuaScriptError`. */
  private async scriptError(e: unknown, limit: number | undefined): Promise<unknown> {
    if (e instanceof ExitRequest || !(e instanceof Interrupt || e instanceof LuaError)) return e;
    const traceback = this.trace(e.traceback ?? []);
    if (e instanceof Timeout)
      return new LuaScriptError(
        limit === undefined
          ? "timeout: the caller's time is over"
          : `timeout: ran longer than ${limit} ms`,
        traceback,
        e.reason,
        "timeout",
      );
    if (e instanceof Interrupt)
      return new LuaScriptError(
        e.reason,
        traceback,
        e.reason,
        e instanceof Deadlock ? "deadlock" : "cancelled",
      );
    const value = errorValue(e);
    const message = this.host.secrets.mask(await this.display(value));
    return new LuaScriptError(message, traceback, this.converter.toJs(value));
  }

  private trace(rows: TraceRow[]): string {
    return this.host.secrets.mask(bytesToUtf8(formatTraceback(levelsOfRows(rows))));
  }

  /** An error value as text; its `__tostring` may be written in Lua, and must not take long. */
  private async display(value: LuaValue): Promise<string> {
    const method = getMetamethod(value, "__tostring");
    if (typeof method !== "function") return displayPlain(value);
    const task = this.host.spawn(method, value);
    const stopTimer = limitTime(task, DISPLAY_LIMIT_MS);
    try {
      return bytesToUtf8(plainText((await task.promise)[0]));
    } catch {
      return bytesToUtf8(plainText(value));
    } finally {
      stopTimer();
    }
  }
}

const DISPLAY_LIMIT_MS = 1000;
/** How long closing methods may take when a state is closed. */
const CLOSING_MS = 1000;

/**
 * Ends the task when its time is over, whether it computes or waits. Gives what calls that off. With
 * `holds` the program does not end before that.
 */
function limitTime(task: Task, ms: number, holds = true): () => void {
  task.deadline = performance.now() + ms;
  if (ms === Number.POSITIVE_INFINITY) return () => {};
  const over = new AbortController();
  const wait = holds ? delay : limitDelay;
  void wait(Math.max(ms, 0), over.signal).then(() => {
    if (!over.signal.aborted) task.cancel(new Timeout());
  });
  return () => over.abort();
}

/** Makes a Lua state with the standard library and all builtins. */
export function createLua(options: LuaOptions = {}): Lua {
  return new Lua(options);
}
