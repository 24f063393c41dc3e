/**
 * Notices scripts that wait for something that nothing can bring about any more. No limit keeps the
 * program running by itself: its event loop comes to an end when nothing is under way but such waits.
 */
import { MAX_TIMER_MS } from "./timer";

/** Only a loop that goes on comes to its end once more. */
const NEXT_LOOK_MS = 10;

export class StuckScripts {
  /** What ends the wait of each script that runs. */
  private readonly running = new Set<() => void>();
  private hold: ReturnType<typeof setInterval> | undefined;

  private readonly onIdle = () => {
    // whatever waits without a script has the time that the limits leave
    if (this.running.size === 0) this.hold ??= setInterval(() => {}, MAX_TIMER_MS);
    else setTimeout(() => {}, NEXT_LOOK_MS);
    for (const end of this.running) end();
  };

  /** Looks after the program from now on. */
  start(): void {
    process.on("beforeExit", this.onIdle);
  }

  stop(): void {
    process.off("beforeExit", this.onIdle);
    clearInterval(this.hold);
  }

  /** A script runs, whose wait `end` ends; gives what is to be called when it has ended. */
  readonly add = (end: () => void): (() => void) => {
    this.running.add(end);
    clearInterval(this.hold);
    this.hold = undefined;
    return () => this.running.delete(end);
  };
}
