/** Long work in slices, so that other tasks run and time limits hold in between. */
import type { Context } from "../../host";

const SLICE_MS = 20;

/**
 * Calls `step` until it says `false`. When that takes long the calling task waits in between, so
 * that others run and its time limit holds.
 */
export function inSlices<T>(ctx: Context, step: () => boolean, result: () => T): T | Promise<T> {
  return runSlice(step) ? result() : restInSlices(ctx, step, result);
}

/** True when all is done. */
function runSlice(step: () => boolean): boolean {
  const end = performance.now() + SLICE_MS;
  while (step()) if (performance.now() > end) return false;
  return true;
}

/** For loops that wait anyway, but perhaps never long enough for others to run: a turn for them. */
export function turns(): () => Promise<void> | undefined {
  let end = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() <= end) return undefined;
    return turn().then(() => {
      end = performance.now() + SLICE_MS;
    });
  };
}

/** Lets others run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function restInSlices<T>(ctx: Context, step: () => boolean, result: () => T): Promise<T> {
  do {
    await turn();
    // nobody waits for the result any more
    if (ctx.signal.aborted) return result();
  } while (!runSlice(step));
  return result();
}
