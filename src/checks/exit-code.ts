/** What the process ends with. */
import type { RunResult } from "./result";

export const EXIT = {
  passed: 0,
  failed: 1,
  /** Usage or configuration. */
  configuration: 2,
  internal: 3,
  /** The global timeout, as of the command `timeout`. */
  timeout: 124,
  /** 128 + SIGTERM */
  terminated: 143,
} as const;

/** Codes of signals are 128 and their number. */
const SIGNALS = 128;

/** The exit code for a result. */
export function exitCodeOf(result: RunResult): number {
  if (result.interrupted === "timeout") return EXIT.timeout;
  if (result.interrupted === "signal") return EXIT.terminated;
  return result.passed ? EXIT.passed : EXIT.failed;
}

/**
 * The original only knew 0 and 1 (and 2 for usage): `--exit-compat`. Signals ended it without more
 * ado, as a shell reports it.
 */
export function compatible(code: number): number {
  return code === EXIT.passed || code > SIGNALS ? code : EXIT.failed;
}
