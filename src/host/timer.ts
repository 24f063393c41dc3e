/** Waiting, in a way that a cancelled task leaves no timer behind. */

/** What one JS timer can hold: 24 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The time of a limit, in milliseconds, as a timer takes it: a longer one would be over at once, and
 * 24 days are as good as no limit.
 */
export function timerMs(ms: number): number {
  return Math.min(ms, MAX_TIMER_MS);
}

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. Never rejects. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return wait(ms, signal, true);
}

/** As `delay`, for a limit: by itself it keeps no program running. */
export function limitDelay(ms: number, signal?: AbortSignal): Promise<void> {
  return wait(ms, signal, false);
}

async function wait(ms: number, signal: AbortSignal | undefined, holds: boolean): Promise<void> {
  let rest = ms;
  while (rest > MAX_TIMER_MS && !signal?.aborted) {
    await once(MAX_TIMER_MS, signal, holds);
    rest -= MAX_TIMER_MS;
  }
  await once(rest, signal, holds);
}

function once(ms: number, signal: AbortSignal | undefined, holds: boolean): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (!holds) timer.unref();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
