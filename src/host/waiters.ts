/** Tasks that wait for something that other tasks, or peers, hand over. */

/** A queue of waiting tasks; one that is cancelled leaves it. */
export class Waiters<T> {
  private readonly queue = new Set<{ wake(v: T): void }>();

  get size(): number {
    return this.queue.size;
  }

  /** Waits for `wakeOne`; calls `leave` and rejects when the waiting task is cancelled. */
  wait(signal: AbortSignal, leave?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.queue.delete(entry);
        leave?.();
        reject(signal.reason);
      };
      const entry = {
        wake: (v: T) => {
          signal.removeEventListener("abort", stop);
          resolve(v);
        },
      };
      if (signal.aborted) stop();
      else {
        this.queue.add(entry);
        signal.addEventListener("abort", stop, { once: true });
      }
    });
  }

  /** Wakes the one that waits longest; false when there is none. */
  wakeOne(v: T): boolean {
    for (const entry of this.queue) {
      this.queue.delete(entry);
      entry.wake(v);
      return true;
    }
    return false;
  }

  wakeAll(v: T): void {
    while (this.wakeOne(v));
  }
}
