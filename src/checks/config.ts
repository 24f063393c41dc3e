/** A check file as the runner wants it: defaults filled in, references resolved. */
import { parseDuration } from "./duration";
import type { Values } from "./read";
import type { CheckType } from "./schema";

export interface Backoff {
  readonly strategy: "linear" | "exponential";
  readonly delay: number;
  readonly max: number;
  readonly jitter: boolean;
}

export interface Check {
  readonly name: string;
  readonly type: CheckType;
  /** Further attempts. */
  readonly retries: number;
  readonly backoff: Backoff;
  /** Limit of one attempt in milliseconds. */
  readonly timeout: number | undefined;
  readonly tags: readonly string[];
  readonly needs: readonly string[];
  /** The folder of the file that it stands in. */
  readonly directory: string;
  /** What belongs to its type. */
  readonly options: Values;
  /** An empty one differs from none. */
  readonly expect: Values | undefined;
}

export interface Config {
  /** Limit of the run in milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  /** How many checks run at a time. */
  readonly parallel: number;
  readonly checks: readonly Check[];
}

export const DEFAULT_TIMEOUT_MS = 120_000;
export const DEFAULT_RETRIES = 3;
const DEFAULT_DELAY_MS = 5_000;
const DEFAULT_MAX_MS = 60_000;
const DEFAULT_PARALLEL = 10;

/** A duration that has passed validation. */
export function durationOf(v: unknown): number | undefined {
  if (typeof v !== "string") return undefined;
  const ms = parseDuration(v);
  return typeof ms === "number" ? ms : undefined;
}

/** What `backoff` says, on top of what holds outside. */
export function backoffOf(v: unknown, outer?: Backoff): Backoff {
  if (v === undefined && outer !== undefined) return outer;
  const base: Backoff = outer ?? {
    strategy: "linear",
    delay: DEFAULT_DELAY_MS,
    max: Number.POSITIVE_INFINITY,
    jitter: false,
  };
  if (v === "linear" || v === "exponential") return { ...base, ...strategyDefaults(v) };
  const delay = durationOf(v);
  if (delay !== undefined) return { ...base, delay };
  if (typeof v !== "object" || v === null) return base;
  const map = v as Values;
  const strategy = map.strategy as Backoff["strategy"] | undefined;
  const start = strategy === undefined ? base : { ...base, ...strategyDefaults(strategy) };
  return {
    strategy: start.strategy,
    delay: durationOf(map.delay) ?? start.delay,
    max: durationOf(map.max) ?? start.max,
    jitter: (map.jitter as boolean | undefined) ?? start.jitter,
  };
}

/** Exponential pauses would grow beyond all use, and come from many pods at once. */
function strategyDefaults(strategy: Backoff["strategy"]) {
  const exponential = strategy === "exponential";
  return {
    strategy,
    max: exponential ? DEFAULT_MAX_MS : Number.POSITIVE_INFINITY,
    jitter: exponential,
  };
}

/** The pause in milliseconds after failed attempt `n`, counted from 1; `random` gives 0 to 1. */
export function pauseAfter(n: number, backoff: Backoff, random: () => number): number {
  const factor = backoff.strategy === "linear" ? n : 2 ** Math.min(n - 1, 1000);
  const pause = Math.min(backoff.delay * factor, backoff.max);
  return backoff.jitter ? pause * (0.5 + random() / 2) : pause;
}

/** How many checks run at a time, from `parallel: true`, a number, or nothing. */
export function parallelOf(v: unknown): number {
  if (typeof v === "number") return v;
  return v === true ? DEFAULT_PARALLEL : 1;
}

/** A value or a list of them as a list. */
export function listOf(v: unknown): string[] {
  if (v === undefined) return [];
  return Array.isArray(v) ? (v as string[]) : [v as string];
}
