/** Errors of the operating system in messages: `No such file or directory (os error 2)`. */
import { errorText, isSystemError } from "../lualib/io-errors";

/** What the table of the io library lacks: errors of processes. */
const MORE: Readonly<Record<string, string>> = {
  ECHILD: "No child processes",
  ESRCH: "No such process",
};

/** The text for what a function of node:fs or Bun.spawn threw. */
export function osError(e: unknown): string {
  if (!isSystemError(e)) return e instanceof Error ? e.message : String(e);
  const text = MORE[e.code] ?? errorText(e);
  return typeof e.errno === "number" ? `${text} (os error ${Math.abs(e.errno)})` : text;
}

/** The system's name of an error (`ENOENT`), when it is one. */
export function osErrorCode(e: unknown): string | undefined {
  return isSystemError(e) ? e.code : undefined;
}
