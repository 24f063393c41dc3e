/** Time as the runner sees it; tests have one of their own. */
import { delay, limitDelay } from "../host/timer";

export interface Clock {
  /** Milliseconds from some point on. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** As `sleep`, for a limit: by itself it keeps no program running. */
  limit(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export const realClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  sleep: delay,
  limit: limitDelay,
};
