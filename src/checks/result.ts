/**
 * The result document. The first fields of the run and of each check are those of the original, in
 * its order; others follow behind.
 */

/** What ends a run early; `memory` is a native call of a script that took too much of it. */
export type Interruption = "timeout" | "signal" | "memory";

export interface Attempt {
  passed: boolean;
  duration_ms: number;
  message: string | null;
  /** When it began, counted from the start of the run. */
  started_ms: number;
}

/** What was last seen of what was checked. */
export interface Seen {
  status?: number;
  /** The first bytes. */
  body?: string;
  value?: string;
  latency_ms?: number;
}

export interface CheckResult {
  name: string;
  passed: boolean;
  duration_ms: number;
  message: string | null;
  type: string;
  attempts: Attempt[];
  /** It was not run: a check that it needs failed. */
  skipped?: boolean;
  seen?: Seen;
  /** Its place in the file, when only a part of the file was run. */
  index?: number;
}

export interface RunResult {
  passed: boolean;
  checks: CheckResult[];
  duration_ms: number;
  /** When the run began (RFC 3339). */
  started_at?: string;
  /** Why it ended early. */
  interrupted?: Interruption;
  shard?: { index: number; count: number };
}
