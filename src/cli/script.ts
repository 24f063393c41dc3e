/** Runs a script as the process's main program, and ends the process with it. */
import { assembleState } from "../lualib/assemble";
import { flushStdout, stderr, stdout } from "../lualib/io-output";
import type { EmbeddedSearcher } from "../lualib/package";
import { skipShebang } from "../lualib/shebang";
import { Deadlock, ExitRequest } from "../runtime/interrupt";
import { lazyField } from "../runtime/lazy";
import { newTask, type Task } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import type { LuaFunction } from "../runtime/value";
import { commandLineArguments, interpreter } from "./arguments";
import { installBuiltins } from "./builtins";
import type { Confinement } from "./confine";
import { fail, finish, isEnding } from "./exit";
import { libraries } from "./libraries";
import type { LogFormat } from "./log-format";
import type { SandboxOptions } from "./sandbox-options";
import { onSignal } from "./signals";
import { readScript } from "./source";

export interface ScriptOptions extends SandboxOptions {
  /** Seconds after which the script is stopped. */
  timeout?: number;
  /** Bytes by which the heap may grow. */
  maxMemory?: number;
  /** Lua's own globals only, and yields only where C Lua allows them. */
  std?: boolean;
  /** Log from level `debug` up. */
  verbose?: boolean;
  /** Log lines as text (the default) or as JSON objects. */
  logFormat?: LogFormat;
}

/** A script's text and what it is told about itself. All are byte strings. */
export interface Script {
  source: string | Promise<string>;
  /** As for `load`: `@path`, `=name`. */
  chunkName: string;
  /** `arg[0]` */
  name: string;
  args: readonly string[];
  /** Finds modules that come with the script. */
  searcher?: (load: LuaState["load"]) => EmbeddedSearcher;
}

/** 128 + SIGPIPE, what a program ends with that does not handle the signal. */
export const BROKEN_PIPE = 141;
/** How long closing methods may take after a signal. */
const CLOSING_MS = 500;

/** Runs a file. */
export function runFile(path: string, args: readonly string[], options: ScriptOptions): void {
  runScript({ source: readScript(path), chunkName: `@${path}`, name: path, args }, options);
}

/** Runs a script; the process ends as soon as its main chunk returns or fails. */
export function runScript(script: Script, asked: ScriptOptions): void {
  const options = withLimits(asked);
  // the reader of the output has gone: no reason to say anything
  stdout.onBrokenPipe = () => process.exit(BROKEN_PIPE);
  const state = makeState(options, script.searcher);
  lazyField(state.globals, "arg", () => argumentTable(script));
  state.onTaskError = (_task, e) =>
    void import("./report").then(({ reportTask }) => reportTask(state, e));
  // at once: the process may be about to end
  state.onClosingError = (e) =>
    (require("./report") as typeof import("./report")).reportClosing(state, e);
  state.onExit = ({ code, close }) => (close ? finish(state, code) : process.exit(code));
  const { source } = script;
  if (typeof source === "string") runMain(state, source, script, options);
  else source.then((text) => runMain(state, text, script, options));
}

/** A Lua state with what the options leave of the world outside. */
export function makeState(options: ScriptOptions, searcher?: Script["searcher"]): LuaState {
  const confinement = confinementOf(options);
  const state = assembleState(libraries, {
    ...(confinement?.guard && { guard: confinement.guard }),
    ...(confinement && { env: (name: string) => confinement.environment.get(name) }),
    strict: options.std ?? false,
    // a searcher comes with the executables of `assay build`
    leavesOutWorkingDirectory: searcher !== undefined,
    // looked at by the first `require`
    get searchers() {
      return options.std ? [] : searchers(searcher, () => state);
    },
    stderr: (bytes) => stderr.write(bytes),
  });
  installBuiltins(state, options, confinement);
  return state;
}

function searchers(searcher: Script["searcher"], state: () => LuaState): EmbeddedSearcher[] {
  const load: LuaState["load"] = (...args) => state().load(...args);
  const { attachedModuleSearchers, moduleSearchers } =
    require("./modules") as typeof import("./modules");
  if (searcher === undefined) return moduleSearchers(load);
  return [searcher(load), ...attachedModuleSearchers(load)];
}

/** Loaded only for scripts that are confined. */
function confinementOf(options: ScriptOptions): Confinement | undefined {
  if (Object.keys(options).length === 0 && process.env.ASSAY_READONLY === undefined)
    return undefined;
  const { isConfined, isReadonly } =
    require("./sandbox-options") as typeof import("./sandbox-options");
  if (!isConfined(options) && !isReadonly(options)) return undefined;
  return (require("./confine") as typeof import("./confine")).confine(options);
}

/** A sandbox has limits also when none are named. */
export function withLimits(options: ScriptOptions): ScriptOptions {
  if (Object.keys(options).length === 0) return options;
  const { isConfined, SANDBOX_MEMORY, SANDBOX_TIMEOUT } =
    require("./sandbox-options") as typeof import("./sandbox-options");
  if (!isConfined(options)) return options;
  return { timeout: SANDBOX_TIMEOUT, maxMemory: SANDBOX_MEMORY, ...options };
}

function runMain(
  state: LuaState,
  source: string,
  { chunkName, name, args }: Script,
  options: ScriptOptions,
): void {
  // C Lua's own binary chunks begin with an escape character
  if (source.startsWith("\x1bLua"))
    fail(`${name}: a binary chunk, as luac makes it, can't be run: give the source text`);
  const main = loadMain(state, source, chunkName);
  if (main === undefined) return;
  const task = newTask(state, main);
  task.observed = true;
  if (options.maxMemory !== undefined || options.timeout !== undefined) {
    const { applyLimits } = require("./limits") as typeof import("./limits");
    applyLimits(state, task, options);
  }
  onSignal((code) => leave(state, task, code));
  stdout.isStarting = true;
  task.start([...args]);
  stdout.isStarting = false;
  // most scripts have come to their end by now, without tasks that wait for their first turn: that is all then
  if (task.succeeded && state.tasks.size === 0) finish(state, 0, task.deadline, true);
  flushStdout();
  watchStrays(state);
  awaitMain(state, task, options);
}

/** Reports errors of what nobody waits for. */
function watchStrays(state: LuaState): void {
  const stray = (e: unknown) => {
    // what is only scheduled now need not come any more, when nothing else is under way
    process.exitCode = 1;
    (require("./report") as typeof import("./report")).reportStray(state, e);
  };
  process.on("uncaughtException", stray).on("unhandledRejection", stray);
}

function awaitMain(state: LuaState, task: Task, options: ScriptOptions): void {
  process.once("beforeExit", () => whenIdle(state, task, options));
  task.promise.then(
    () => finish(state, 0, task.deadline),
    (e: unknown) => {
      // an `os.exit` elsewhere cancels the main chunk, too
      if (!isEnding()) whenFailed(state, e, options);
    },
  );
}

/** `arg` (§7): the script at 0, its arguments from 1, and what stands before it at negative indices. */
function argumentTable(script: Script): LuaTable {
  const arg = new LuaTable();
  arg.µsetInt(0, script.name);
  for (const a of script.args) arg.µappend(a);
  let n = 0;
  for (const a of leadingArguments(script)) arg.µsetInt(--n, a);
  return arg;
}

/** The words of the command line from the one before the script down to this program. */
function leadingArguments({ name, args }: Script): string[] {
  const all = commandLineArguments();
  const end = all.length - args.length;
  const at = all.lastIndexOf(name, end - 1);
  return [...interpreter(), ...all.slice(0, at < 0 ? end : at)].reverse();
}

function loadMain(state: LuaState, source: string, chunkName: string): LuaFunction | undefined {
  try {
    return state.load(skipShebang(source), chunkName);
  } catch (e) {
    void import("./report").then(({ reportLoad }) => {
      reportLoad(state, e, chunkName);
      finish(state, 1);
    });
    return undefined;
  }
}

function whenFailed(state: LuaState, e: unknown, options: ScriptOptions): void {
  if (!(e instanceof ExitRequest)) {
    void import("./report").then(({ reportFailure }) => reportFailure(state, e, options));
  } else if (e.close) finish(state, e.code);
  else process.exit(e.code);
}

/** Nothing is under way any more, yet the main chunk has not ended. That it is ended tells where it waits. */
function whenIdle(state: LuaState, task: Task, options: ScriptOptions): void {
  if (isEnding()) return;
  const deadlock = new Deadlock();
  // closing methods may wait for nothing, too
  process.on("beforeExit", () => {
    if (!isEnding()) whenFailed(state, deadlock, options);
  });
  task.cancel(deadlock);
  // only a loop that has gone on comes to its end once more
  setImmediate(() => {});
}

/** After a signal: closes what the script's variables hold, then ends. */
async function leave(state: LuaState, task: Task, code: number): Promise<void> {
  task.promise.then(
    () => finish(state, code),
    () => finish(state, code),
  );
  task.cancel();
  await Bun.sleep(CLOSING_MS);
  finish(state, code);
}
