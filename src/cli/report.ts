/** What people get to read when a script fails. */
import { bytesToUtf8 } from "../host/bytes";
import { errorText, errorValue } from "../host/errors";
import { inspect } from "../host/inspect";
import { sandboxNote } from "../host/sandbox-note";
import { LuaError, type TraceRow, typeName } from "../runtime/error";
import { Interrupt, Timeout } from "../runtime/interrupt";
import { getMetatable } from "../runtime/metatable";
import { native } from "../runtime/native";
import { startTask } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { LuaSyntaxError } from "../runtime/syntax-error";
import { LuaTable } from "../runtime/table";
import { plainText, tostring } from "../runtime/tostring";
import { formatTraceback, levelsOfRows } from "../runtime/traceback";
import { isNumber, type LuaValue } from "../runtime/value";
import { hostOf } from "./builtins";
import { finish } from "./exit";
import type { ScriptOptions } from "./script";

/** What a shell's `timeout` ends with. */
export const TIMEOUT_CODE = 124;
/** How long a `__tostring` may take. */
const TOSTRING_MS = 1000;
const NO_MEMORY = "not enough memory";

function logError(state: LuaState, message: string): void {
  hostOf(state).logger.log("error", message, [], "assay");
}

/** The script could not be compiled. */
export function reportLoad(state: LuaState, error: unknown, chunkName: string): void {
  if (error instanceof LuaSyntaxError)
    logError(state, `syntax error: ${bytesToUtf8(error.message)}`);
  else if (error instanceof RangeError)
    logError(state, `syntax error: ${chunkName.slice(1)}: chunk is too deeply nested`);
  else logError(state, internalError(error));
}

/** The main chunk failed: says why, and ends the process. */
export async function reportFailure(
  state: LuaState,
  error: unknown,
  options: ScriptOptions,
): Promise<void> {
  if (error instanceof Timeout) {
    reportTimeout(state, error, options);
    return;
  }
  logError(state, await failureText(state, error));
  finish(state, 1);
}

/** What went wrong, with the traceback. */
export async function failureText(state: LuaState, error: unknown): Promise<string> {
  if (error instanceof Interrupt) return error.reason + traceback(state, error.traceback ?? []);
  if (!(error instanceof LuaError)) return internalError(error);
  const message = await errorMessage(state, errorValue(error));
  const kind = message === NO_MEMORY ? "memory error: " : "";
  return kind + message + noteOf(state, message) + traceback(state, error.traceback);
}

/** Why something is not there. */
function noteOf(state: LuaState, message: string): string {
  return hostOf(state).policy.isSandbox ? sandboxNote(message) : "";
}

/** The time limit is over: says where, and ends the process. */
export function reportTimeout(state: LuaState, error: Timeout, options: ScriptOptions): void {
  logError(state, `timeout after ${options.timeout}s${traceback(state, error.traceback ?? [])}`);
  finish(state, TIMEOUT_CODE, 0);
}

/** A task failed that nobody awaits. */
export function reportTask(state: LuaState, error: unknown): void {
  if (error instanceof Interrupt) return;
  const rows = error instanceof LuaError ? error.traceback : [];
  logError(state, `task failed: ${errorText(error)}${traceback(state, rows)}`);
}

/** A closing method failed while its task was ended from outside. */
export function reportClosing(state: LuaState, error: LuaError): void {
  logError(state, `closing method failed: ${errorText(error)}${traceback(state, error.traceback)}`);
}

/** The error's text: as lua.c has it, but with the content of tables. */
async function errorMessage(state: LuaState, value: LuaValue): Promise<string> {
  if (typeof value === "string" || isNumber(value)) return bytesToUtf8(plainText(value));
  if (getMetatable(value)?.µgetStr("__tostring") !== undefined) {
    const task = startTask(
      state,
      native("tostring", (v: LuaValue) => tostring(v)),
      [value],
    );
    task.observed = true;
    task.deadline = performance.now() + TOSTRING_MS;
    try {
      const [text] = await Promise.race([task.promise, Bun.sleep(TOSTRING_MS).then(() => [])]);
      if (typeof text === "string") return bytesToUtf8(text);
    } catch {
      // then without it
    }
  }
  const content = value instanceof LuaTable ? `: ${inspect(value)}` : "";
  return `(error object is a ${typeName(value)} value${content})`;
}

function traceback(state: LuaState, rows: TraceRow[]): string {
  if (rows.length === 0) return "";
  const text = formatTraceback(levelsOfRows(rows), 0, state.loaded);
  return `\n${bytesToUtf8(text)}\n\t[C]: in ?`;
}

/**
 * Something failed that belongs to nobody's call. The engine would show code and the error's fields,
 * among which secrets may be.
 */
export function reportStray(state: LuaState, error: unknown): void {
  logError(state, `internal error: ${errorText(error)}`);
  finish(state, 1);
}

/** A bug in this program rather than in the script. */
function internalError(error: unknown): string {
  if (!(error instanceof Error)) return `internal error: ${String(error)}`;
  return `internal error: ${error.stack ?? error.message}`;
}
