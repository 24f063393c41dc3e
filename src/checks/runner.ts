/**
 * Runs checks: in file order or several at a time, with further attempts after failures, until all
 * are done or the run is stopped by its time limit or a signal.
 */
import { errorText } from "../host/errors";
import type { Clock } from "./clock";
import { type Check, type Config, pauseAfter } from "./config";
import { secondsText } from "./duration";
import type { Attempt, CheckResult, Interruption, RunResult, Seen } from "./result";

/** What one attempt found. */
export interface Outcome {
  passed: boolean;
  message: string | null;
  seen?: Seen;
  /** A further attempt can't be better: the configuration is wrong. */
  final?: boolean;
}

/** Makes one attempt. A failure is an outcome; what it throws is reported as one. */
export type Execute = (check: Check, signal: AbortSignal) => Promise<Outcome>;

export interface RunEvents {
  started?(check: Check): void;
  /** An attempt begins, `started_ms` after the run did; `before` are those that failed. */
  attempting?(check: Check, started_ms: number, before: readonly Attempt[]): void;
  retrying?(
    check: Check,
    info: { attempt: number; of: number; pause: number; message: string },
  ): void;
  finished?(check: Check, result: CheckResult): void;
}

export interface RunnerOptions {
  readonly clock: Clock;
  readonly execute: Execute;
  readonly events?: RunEvents;
  /** Aborted on a signal to the process: the run ends with what it has. */
  readonly signal?: AbortSignal;
  /** Hides secrets in messages. */
  readonly mask?: (text: string) => string;
}

/** Limits in milliseconds of attempts of types that have none of their own. */
const DEFAULT_LIMITS: Partial<Record<Check["type"], number>> = {
  dns: 30_000,
  k8s: 30_000,
  sql: 30_000,
};

/** Types that keep their limit themselves, and can say what they were at; and how late they may be. */
const SELF_LIMITED: readonly Check["type"][] = [
  "script",
  "http",
  "prometheus",
  "tcp",
  "tls",
  "dns",
];
const GRACE_MS = 1000;

interface Slot {
  readonly check: Check;
  state: "waiting" | "running" | "done";
  attempts: Attempt[];
  /** When the attempt that is under way began. */
  began: number | undefined;
  seen: Seen | undefined;
  result: CheckResult | undefined;
}

/** Runs all checks; never rejects. */
export async function runChecks(config: Config, options: RunnerOptions): Promise<RunResult> {
  const run = new Run(config, options);
  return run.all();
}

class Run {
  private readonly slots: Slot[];
  private readonly byName = new Map<string, Slot[]>();
  private readonly stop = new AbortController();
  private stopped: "timeout" | "signal" | undefined;
  private readonly clock: Clock;
  private readonly start: number;

  constructor(
    private readonly config: Config,
    private readonly options: RunnerOptions,
  ) {
    this.clock = options.clock;
    this.start = this.clock.now();
    this.slots = config.checks.map((check) => ({
      check,
      state: "waiting",
      attempts: [],
      began: undefined,
      seen: undefined,
      result: undefined,
    }));
    for (const slot of this.slots) {
      const { name } = slot.check;
      const same = this.byName.get(name);
      if (same === undefined) this.byName.set(name, [slot]);
      else same.push(slot);
    }
  }

  async all(): Promise<RunResult> {
    const { start } = this;
    const ended = new AbortController();
    const { signal } = this.options;
    const onSignal = () => this.end("signal");
    if (signal?.aborted) onSignal();
    signal?.addEventListener("abort", onSignal, { once: true });
    const limit = this.clock.limit(this.config.timeout, ended.signal).then(() => {
      if (!ended.signal.aborted) this.end("timeout");
    });
    const stopped = new Promise<void>((resolve) => {
      if (this.stop.signal.aborted) resolve();
      this.stop.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const workers = Math.max(1, Math.min(this.config.parallel, this.slots.length));
    const work = Promise.all(Array.from({ length: workers }, () => this.work()));
    await Promise.race([work, stopped]);
    ended.abort();
    signal?.removeEventListener("abort", onSignal);
    if (this.stopped === undefined) await limit;
    const checks = this.slots.map((slot) => slot.result ?? this.interruptedResult(slot));
    return {
      passed: checks.every((c) => c.passed),
      checks,
      duration_ms: Math.round(this.clock.now() - start),
      ...(this.stopped !== undefined && { interrupted: this.stopped }),
    };
  }

  private end(why: "timeout" | "signal"): void {
    if (this.stopped !== undefined) return;
    this.stopped = why;
    this.stop.abort();
  }

  /** Takes checks until none is left; several workers share the list. */
  private async work(): Promise<void> {
    while (this.stopped === undefined) {
      const slot = this.next();
      if (slot === undefined) {
        if (!this.slots.some((s) => s.state === "waiting")) return;
        await this.changed();
        continue;
      }
      slot.state = "running";
      const result = await this.runOne(slot);
      // a result that comes after the end is not one
      if (this.stopped !== undefined) return;
      slot.result = result;
      slot.state = "done";
      this.options.events?.finished?.(slot.check, result);
      for (const wake of this.wakers.splice(0)) wake();
    }
  }

  private readonly wakers: (() => void)[] = [];

  private changed(): Promise<void> {
    return new Promise((resolve) => {
      this.wakers.push(resolve);
    });
  }

  /** The first check in file order whose needs are done. */
  private next(): Slot | undefined {
    return this.slots.find(
      (slot) =>
        slot.state === "waiting" &&
        slot.check.needs.every((name) =>
          (this.byName.get(name) ?? []).every((needed) => needed.state === "done"),
        ),
    );
  }

  private async runOne(slot: Slot): Promise<CheckResult> {
    const { check } = slot;
    const unmet = check.needs.find((name) =>
      this.byName.get(name)?.some((needed) => needed.result?.passed !== true),
    );
    if (unmet !== undefined) {
      const message = `skipped: it needs ${JSON.stringify(unmet)}, which did not pass`;
      return { ...this.result(slot, false, 0, message), skipped: true };
    }
    this.options.events?.started?.(check);
    const attempts = check.retries + 1;
    for (let n = 1; ; n++) {
      const begin = this.clock.now();
      slot.began = begin;
      this.options.events?.attempting?.(check, Math.round(begin - this.start), slot.attempts);
      const outcome = await this.attempt(check);
      // a script that kept the timers waiting
      if (this.clock.now() - this.start >= this.config.timeout) this.end("timeout");
      if (this.stopped !== undefined) return this.interruptedResult(slot);
      slot.began = undefined;
      const duration = Math.round(this.clock.now() - begin);
      const message = outcome.message === null ? null : this.mask(outcome.message);
      slot.attempts.push(this.attemptEntry(outcome.passed, begin, duration, message));
      slot.seen = outcome.seen && maskSeen(outcome.seen, (t) => this.mask(t));
      if (outcome.passed || outcome.final || n >= attempts)
        return this.result(slot, outcome.passed, duration, message);
      const pause = pauseAfter(n, check.backoff, this.clock.random);
      this.options.events?.retrying?.(check, {
        attempt: n,
        of: attempts,
        pause,
        message: message ?? "",
      });
      await this.clock.sleep(pause, this.stop.signal);
      if (this.stopped !== undefined) return this.interruptedResult(slot);
    }
  }

  /** One attempt within its own time limit. */
  private async attempt(check: Check): Promise<Outcome> {
    const { signal: outer } = this.stop;
    const own = new AbortController();
    const ended = new AbortController();
    const onStop = () => own.abort();
    outer.addEventListener("abort", onStop, { once: true });
    const racers: Promise<Outcome>[] = [
      this.options.execute(check, own.signal).catch(
        (e: unknown): Outcome => ({
          passed: false,
          message: errorText(e),
        }),
      ),
    ];
    const timeout = check.timeout ?? DEFAULT_LIMITS[check.type];
    const grace = SELF_LIMITED.includes(check.type) ? GRACE_MS : 0;
    if (timeout !== undefined)
      racers.push(
        this.clock.limit(timeout + grace, ended.signal).then(() => {
          const message = `attempt timed out after ${secondsText(timeout)}`;
          return { passed: false, message };
        }),
      );
    try {
      return await Promise.race(racers);
    } finally {
      outer.removeEventListener("abort", onStop);
      ended.abort();
      own.abort();
    }
  }

  private attemptEntry(
    passed: boolean,
    began: number,
    duration_ms: number,
    message: string | null,
  ): Attempt {
    return { passed, duration_ms, message, started_ms: Math.round(began - this.start) };
  }

  private mask(text: string): string {
    return this.options.mask?.(text) ?? text;
  }

  private result(
    slot: Slot,
    passed: boolean,
    duration: number,
    message: string | null,
  ): CheckResult {
    const { name, type } = slot.check;
    return {
      name,
      passed,
      duration_ms: duration,
      message,
      type,
      attempts: slot.attempts,
      ...(slot.seen && { seen: slot.seen }),
    };
  }

  /** The run ended before this check did. */
  private interruptedResult(slot: Slot): CheckResult {
    const message = interruptionText(this.stopped ?? "timeout", this.config);
    if (slot.began !== undefined) {
      const duration = Math.round(this.clock.now() - slot.began);
      slot.attempts.push(this.attemptEntry(false, slot.began, duration, message));
      slot.began = undefined;
    }
    return this.result(slot, false, 0, message);
  }
}

/** The message of checks that the end of the run cut off. */
export function interruptionText(why: Interruption, { timeout }: Config): string {
  if (why === "memory") return "the run was ended: not enough memory, in a native function";
  return why === "signal"
    ? "interrupted by a signal"
    : `global timeout of ${secondsText(timeout)} exceeded`;
}

function maskSeen(seen: Seen, mask: (text: string) => string): Seen {
  return {
    ...seen,
    ...(seen.body !== undefined && { body: mask(seen.body) }),
    ...(seen.value !== undefined && { value: mask(seen.value) }),
  };
}
