/** The ways in which the process ends. */
import { toBytes } from "../lualib/bytes";
import { finalizeAll, hasFinalizers } from "../lualib/finalizers";
import { flushAll, stderr, stdout } from "../lualib/io-stream";
import { systemReason } from "../lualib/load";
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
 * holds for the finalisers too.
 */
export function finish(state: LuaState, code: number, deadline?: number): void {
  if (ending) return;
  ending = true;
  state.isClosing = true;
  if (state.tasks.size === 0) close(state, code, deadline);
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

function close(state: LuaState, code: number, deadline: number | undefined): void {
  endStreams(closeAll(state, deadline) ?? code);
}

/** Gives the code of an `os.exit` in a finaliser. */
function closeAll(state: LuaState, deadline: number | undefined): number | undefined {
  for (const action of state.onClose.splice(0))
    try {
      action();
    } catch (e) {
      // the process must end all the same
      const why = e instanceof Error ? (e.stack ?? e.message) : String(e);
      tell(toBytes(`error: internal error: ${why}\n`));
    }
  return hasFinalizers() ? runLastFinalizers(deadline) : undefined;
}

function endStreams(code: number): void {
  flushLast().then(
    () => quit(code),
    (e: unknown) => failedToWrite(e, code),
  );
}

async function flushLast(): Promise<void> {
  await stdout.flushLast();
}

function failedToWrite(e: unknown, code: number): never {
  tell(`error: writing standard output: ${systemReason(e)}\n`);
  quit(code === 0 ? 1 : code);
}

/**
 * As `finish` with code 0, where nothing has run but the main chunk, which most scripts are: does without promises,
 * and ends the process before it returns unless the output takes longer.
 */
export function finishAtOnce(state: LuaState, deadline: number): void {
  ending = true;
  state.isClosing = true;
  const code = closeAll(state, deadline) ?? 0;
  let flushing: void | Promise<void>;
  try {
    flushing = stdout.flushLast();
  } catch (e) {
    failedToWrite(e, code);
  }
  if (flushing === undefined) quit(code);
  flushing.then(
    () => quit(code),
    (e: unknown) => failedToWrite(e, code),
  );
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
