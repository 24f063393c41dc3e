/** Scripts can hang where no timer and no signal handler runs; then a thread of its own writes the result. */
import { constants } from "node:os";
import type { Check, Config } from "../checks/config";
import { compatible, EXIT } from "../checks/exit-code";
import type { Attempt, CheckResult, Interruption, RunResult } from "../checks/result";
import { interruptionText } from "../checks/runner";
import { MAX_TIMER_MS } from "../host/timer";
import { EXIT_CODES } from "./signals";
import { GRACE_MS, type LastWords, nativeMemory, startWatchdog } from "./watchdog";

/**
 * What may go into preparing for the worst: with thousands of checks, writing all of them at each
 * one would cost more than the checks. Milliseconds at once, and a share of the time.
 */
const EFFORT_MS = 500;
const EFFORT = 0.05;

/** What the answer to a check of another type than script may occupy: the largest as a text, and as JSON. */
const ANSWER = 256 * 1024 * 1024;

export interface Guard {
  attempting(check: Check, started_ms: number, before: readonly Attempt[]): void;
  finished(check: Check, result: CheckResult): void;
  stop(): void;
}

/**
 * Watches a run, if it has checks that can hang; `memory` is the limit of its scripts, `write` says what is
 * to be written of a result.
 */
export function guard(
  config: Config,
  memory: number | undefined,
  exitCompat: boolean,
  write: (stuck: RunResult) => readonly LastWords[],
): Guard | undefined {
  if (!config.checks.some(canHang)) return undefined;
  const ms = config.timeout + GRACE_MS;
  if (ms > MAX_TIMER_MS) return undefined;
  const code = exitCompat ? compatible(EXIT.timeout) : EXIT.timeout;
  const watchdog = startWatchdog({
    ...(memory !== undefined && { memory: nativeMemory(memory, answers(config)) }),
    time: { ms, message: "error: global timeout exceeded\n", code },
    signals: Object.entries(EXIT_CODES).map(([name, code]) => ({
      number: constants.signals[name as keyof typeof EXIT_CODES],
      ms: GRACE_MS,
      message: "",
      code,
    })),
  });
  const start = performance.now();
  const results = new Map<Check, CheckResult>();
  const underWay = new Map<Check, Attempts>();
  let spent = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const prepare = () => {
    timer = undefined;
    const begin = performance.now();
    const stuck = (why: Interruption) =>
      write(stuckResult(config, results, underWay, why, performance.now() - start));
    watchdog.output({
      time: stuck("timeout"),
      signal: stuck("signal"),
      ...(memory !== undefined && { memory: stuck("memory") }),
    });
    spent += performance.now() - begin;
  };
  const changed = () => {
    const wait = (spent - EFFORT_MS) / EFFORT - (performance.now() - start);
    if (timer === undefined) {
      if (wait <= 0) prepare();
      else timer = setTimeout(prepare, wait);
    }
  };
  prepare();
  return {
    attempting(check, started_ms, before) {
      underWay.set(check, { started_ms, before: [...before] });
      if (canHang(check)) changed();
    },
    finished(check, result) {
      results.set(check, result);
      underWay.delete(check);
      changed();
    },
    stop() {
      clearTimeout(timer);
      watchdog.stop();
    },
  };
}

/** What answers may occupy that are looked at while scripts run. */
function answers({ checks, parallel }: Config): number {
  const others = checks.filter((c) => c.type !== "script").length;
  return ANSWER * Math.min(parallel, others);
}

/** SQLite computes in one call, too. */
function canHang({ type }: Check): boolean {
  return type === "script" || type === "sql";
}

/** What a check has done that is not finished. */
interface Attempts {
  readonly started_ms: number;
  readonly before: readonly Attempt[];
}

/** The result of a run that hangs; all but the end of the time may come right after `elapsed` milliseconds. */
function stuckResult(
  config: Config,
  finished: ReadonlyMap<Check, CheckResult>,
  underWay: ReadonlyMap<Check, Attempts>,
  interrupted: Interruption,
  elapsed: number,
): RunResult {
  const message = interruptionText(interrupted, config);
  const ms = Math.round(interrupted === "timeout" ? config.timeout + GRACE_MS : elapsed);
  const attemptsOf = (check: Check): Attempt[] => {
    const own = underWay.get(check);
    if (own === undefined) return [];
    const { started_ms, before } = own;
    return [...before, { passed: false, duration_ms: ms - started_ms, message, started_ms }];
  };
  return {
    passed: false,
    checks: config.checks.map(
      (c) =>
        finished.get(c) ?? {
          name: c.name,
          passed: false,
          duration_ms: 0,
          message,
          type: c.type,
          attempts: attemptsOf(c),
        },
    ),
    duration_ms: ms,
    interrupted,
  };
}
