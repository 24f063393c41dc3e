/** What was typed before, in `$XDG_STATE_HOME/assay/history`. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export const HISTORY_SIZE = 1000;

/** The file, or undefined where there is no home. */
export function historyFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_STATE_HOME, HOME } = env;
  // the specification wants relative paths ignored
  const state = XDG_STATE_HOME?.startsWith("/") ? XDG_STATE_HOME : HOME && `${HOME}/.local/state`;
  return state ? `${state}/assay/history` : undefined;
}

/** The lines of the file, the newest first, as readline wants them. */
export function readHistory(file: string | undefined): string[] {
  if (file === undefined) return [];
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).slice(-HISTORY_SIZE).reverse();
  } catch {
    return [];
  }
}

/** Keeps the lines for the next time; a place that can't be written is no reason to complain. */
export function writeHistory(file: string | undefined, newestFirst: readonly string[]): void {
  if (file === undefined) return;
  // a space in front keeps a line out, as in shells
  const lines = newestFirst.filter((line) => line.trim() !== "" && !line.startsWith(" "));
  const text = lines
    .slice(0, HISTORY_SIZE)
    .reverse()
    .map((line) => `${line}\n`)
    .join("");
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, file);
  } catch {
    // a read-only home
  }
}
