/** The ways in which the process ends. */
import { toBytes } from "../lualib/bytes";
import { finalizeAll, hasFinalizers } from "../lualib/collectables";
import { systemReason } from "../lualib/io-errors";
import { stderr, stdout } from "../lualib/io-output";
import { flushAll } from "../lualib/io-stream";
import { control } from "../runtime/control";
import { ExitRequest, Interrupt, Timeout } from "../runtime/interrupt";
import type { LuaState } from "../runtime/state";

/** How long closing methods may take in the end, and finalisers when the script's time is over. */
const CLOSING_MS = 1000;

let ending = false;
/** Set when a signal ends the program: whatever else it ends with gives way. */
let signalCode: number | undefined;

/** From now on the process ends with `code`. */
export function endWith(code: number): void {
  signalCode = code;
}

/** Writes a byte string to standard error. That nobody can read it is no reason to fail. */
export function tell(bytes: string): void {
  try {
    stderr.write(bytes);
  } catch {
    // the exit code says it, too
  }
}

/** Writes `error: …` to standard error (a byte string) and ends the process. */
export function fail(message: string, code = 1): never {
  tell(`error: ${message}\n`);
  process.exit(code);
}

/**
 * Ends the process once all that was written to standard output has left it: with `code`, or, if it
 * can't be written, with the reason and `failed`.
 */
export async function end(code: number, failed = 1): Promise<never> {
  try {
    await stdout.flushLast();
  } catch (e) {
    return fail(`writing standard output: ${systemReason(e)}`, failed);
  }
  process.exit(code);
}

/** True once `finish` was called. */
export function isEnding(): boolean {
  return ending;
}

/**
 * Closes the Lua state, then ends the process: tasks that still run are cancelled, failures of
 * tasks that nobody awaited are logged, finalisers run, and all streams are flushed. `deadline`
 * holds for the finalisers too. `atOnce`, where nothing has run but the main chunk: it does without promises, and does
 * not return unless the output takes longer.
 */
export function finish(state: LuaState, code: number, deadline?: number, atOnce = false): void {
  if (ending) return;
  ending = true;
  state.isClosing = true;
  if (state.tasks.size === 0) close(state, code, deadline, atOnce);
  else void cancelTasks(state).then(() => close(state, code, deadline));
}

/** Cancels what runs, and gives closing methods their time. */
async function cancelTasks({ tasks }: LuaState): Promise<void> {
  const end = performance.now() + CLOSING_MS;
  const ended = Array.from(tasks, (task) => {
    task.deadline = end;
    // when its time is over, its closing methods have had theirs
    if (task.endedBy instanceof Timeout) task.cancel(new Interrupt("ended"));
    else task.cancel();
    return task.promise;
  });
  await Promise.race([Promise.allSettled(ended), Bun.sleep(CLOSING_MS)]);
}

function close(state: LuaState, code: number, deadline?: number, atOnce = false): void {
  for (const action of state.onClose.splice(0))
    try {
      action();
    } catch (e) {
      // the process must end all the same
      const why = e instanceof Error ? (e.stack ?? e.message) : String(e);
      tell(toBytes(`error: internal error: ${why}\n`));
    }
  const last = hasFinalizers() ? runLastFinalizers(deadline) : undefined;
  endStreams(last ?? code, atOnce);
}

function endStreams(code: number, atOnce: boolean): void {
  const failed = (e: unknown): never => {
    tell(`error: writing standard output: ${systemReason(e)}\n`);
    return quit(code === 0 ? 1 : code);
  };
  let flushing: Promise<void> | undefined;
  try {
    flushing = stdout.flushLast();
  } catch (e) {
    failed(e);
  }
  if (atOnce && flushing === undefined) quit(code);
  // tasks that have just failed are reported in the turn that this takes
  Promise.resolve(flushing).then(() => quit(code), failed);
}

function quit(code: number): never {
  flushAll();
  process.exit(signalCode ?? code);
}

/** Gives the code of an `os.exit` in a finaliser. */
function runLastFinalizers(deadline: number | undefined): number | undefined {
  if (deadline !== undefined && Number.isFinite(deadline)) {
    const end = Math.max(deadline, performance.now() + CLOSING_MS);
    control.onTick = () => {
      control.n = 10_000;
      if (performance.now() > end) throw new Interrupt("timeout");
      return undefined;
    };
  }
  try {
    finalizeAll();
  } catch (e) {
    // an os.exit in a finaliser, or the end of the time
    if (!(e instanceof Interrupt)) throw e;
    if (e instanceof ExitRequest) return e.code;
  }
  return undefined;
}
