/** Errors for people who look for their cause: the message with Lua's traceback below. */
import { LuaError } from "../runtime/error";
import { getMetatable } from "../runtime/metatable";
import { activeTask, runTask } from "../runtime/scheduler";
import { formatTraceback, levelsOfRows } from "../runtime/traceback";
import { bytesToUtf8 } from "./bytes";
import type { Host } from "./context";
import { errorText, errorValue } from "./errors";

/** How long a `__tostring` may compute. */
const TOSTRING_MS = 100;

/**
 * The error's text, followed by the Lua functions that it passed when there are any. Not to be called
 * by Lua code.
 */
export function errorReport(error: unknown, host: Host): string {
  const text = ownText(error, host) ?? errorText(error);
  if (!(error instanceof LuaError) || error.traceback.length === 0) return text;
  return `${text}\n${formatTraceback(levelsOfRows(error.traceback))}`;
}

/** What the `__tostring` of an error object makes of it, unless that waits or fails. */
function ownText(error: unknown, { state }: Host): string | undefined {
  if (!(error instanceof LuaError) || activeTask() !== undefined) return undefined;
  const value = errorValue(error);
  const method = typeof value === "object" ? getMetatable(value)?.µgetStr("__tostring") : undefined;
  if (typeof method !== "function") return undefined;
  const task = runTask(state, method, [value], performance.now() + TOSTRING_MS);
  if (!task.done) {
    task.cancel();
    return undefined;
  }
  try {
    const text = task.results[0];
    return typeof text === "string" ? bytesToUtf8(text) : undefined;
  } catch {
    return undefined;
  }
}
