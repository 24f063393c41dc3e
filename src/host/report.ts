/** Errors for people who look for their cause: the message with Lua's traceback below. */
import { LuaError } from "../runtime/error";
import { formatTraceback, levelsOfRows } from "../runtime/traceback";
import { errorText } from "./errors";

/** The error's text, followed by the Lua functions that it passed when there are any. */
export function errorReport(error: unknown): string {
  const text = errorText(error);
  if (!(error instanceof LuaError) || error.traceback.length === 0) return text;
  return `${text}\n${formatTraceback(levelsOfRows(error.traceback))}`;
}
