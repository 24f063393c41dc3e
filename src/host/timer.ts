/** Waiting, in a way that a cancelled task leaves no timer behind. */

/** What one JS timer can hold. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. Never rejects. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  let rest = ms;
  while (rest > MAX_TIMEOUT_MS && !signal?.aborted) {
    await once(MAX_TIMEOUT_MS, signal);
    rest -= MAX_TIMEOUT_MS;
  }
  await once(rest, signal);
}

function once(ms: number, signal: AbortSignal | undefined): Promise<void> {
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
    signal?.addEventListener("abort", stop, { once: true });
  });
}
