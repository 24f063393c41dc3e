/** Lets one user in at a time, in the order in which they came. */
import { DbFault } from "./errors";

export class Lock {
  private isHeld = false;
  private readonly queue = new Set<() => void>();

  /** Waits for the lock and gives the function that frees it. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    if (this.isHeld) await this.wait(signal);
    else this.isHeld = true;
    let mine = true;
    return () => {
      if (mine) this.free();
      mine = false;
    };
  }

  private wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.queue.delete(enter);
        reject(new DbFault("cancelled"));
      };
      const enter = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      if (signal.aborted) {
        stop();
        return;
      }
      this.queue.add(enter);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  private free(): void {
    for (const enter of this.queue) {
      this.queue.delete(enter);
      enter();
      return;
    }
    this.isHeld = false;
  }
}

/** A signal that is never aborted, for what has to be done in any case. */
export const ALWAYS: AbortSignal = new AbortController().signal;
