/** `--watch`: runs again whenever one of the files that a run used changes. */
import { statSync } from "node:fs";
import { toBytes } from "../lualib/bytes";
import { flushStdout, isTerminal } from "../lualib/io-output";
import { check, type RunControl } from "./check";
import type { CheckOptions } from "./check-options";
import { tell } from "./exit";
import { handleSignals, onSignal } from "./signals";

/** Looking is cheaper than being told: it works on every file system, and for files to come. */
const LOOK_MS = 200;

/** Runs the file again and again; ends on a signal, with its exit code. */
export async function watchChecks(file: string, options: CheckOptions): Promise<number> {
  let ended: number | undefined;
  let current: AbortController | undefined;
  let wake = () => {};
  handleSignals();
  onSignal((code) => {
    ended = code;
    current?.abort();
    wake();
  });
  // the live view says it all; who pipes the documents on gets them
  const silent = isTerminal(1) && options.output === undefined && options.outputFile === undefined;
  const own: CheckOptions = silent ? { ...options, outputFile: "/dev/null" } : options;
  while (ended === undefined) {
    const stop = new AbortController();
    current = stop;
    const states = new Map<string, string>();
    let changed: string | undefined;
    const look = setInterval(() => {
      for (const [path, state] of states)
        if (stateOf(path) !== state && changed === undefined) {
          changed = path;
          stop.abort();
          wake();
        }
    }, LOOK_MS);
    const control: RunControl = {
      stop: stop.signal,
      signalCode: undefined,
      isObsolete: () => changed !== undefined || ended !== undefined,
      uses: (path) => void states.set(path, stateOf(path)),
    };
    control.uses(file);
    await check(file, own, control);
    flushStdout();
    if (changed === undefined && ended === undefined) {
      say(`watching ${states.size} ${states.size === 1 ? "file" : "files"} (Ctrl-C ends)`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    clearInterval(look);
    if (changed !== undefined && ended === undefined) say(`${changed} changed`);
  }
  return ended;
}

function say(text: string): void {
  tell(toBytes(`${text}\n`));
}

/** What differs after a save, also when the editor puts another file in its place. */
function stateOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "none" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}
