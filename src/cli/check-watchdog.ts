/** Scripts can hang where no timer runs; then a thread of its own writes the result. */
import type { Check, Config } from "../checks/config";
import { secondsText } from "../checks/duration";
import { compatible, EXIT } from "../checks/exit-code";
import type { CheckResult, RunResult } from "../checks/result";
import { type LastWords, startWatchdog } from "./watchdog";

/** How long after its timeout a run may still hang in one native call. */
const GRACE_MS = 2000;
const MAX_TIMER_MS = 2 ** 31 - 1;
/** The share of the time that may go into preparing for the worst. */
const EFFORT = 0.05;

export interface Guard {
  finished(check: Check, result: CheckResult): void;
  stop(): void;
}

/** Watches a run, if it has checks that can hang; `write` says what is to be written of a result. */
export function guard(
  config: Config,
  exitCompat: boolean,
  write: (stuck: RunResult) => readonly LastWords[],
): Guard | undefined {
  if (!config.checks.some((c) => c.type === "script" || c.type === "sql")) return undefined;
  const ms = config.timeout + GRACE_MS;
  if (ms > MAX_TIMER_MS) return undefined;
  const code = exitCompat ? compatible(EXIT.timeout) : EXIT.timeout;
  const watchdog = startWatchdog({
    time: { ms, message: "error: global timeout exceeded\n", code },
  });
  const results = new Map<Check, CheckResult>();
  let ready = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const prepare = () => {
    timer = undefined;
    const begin = performance.now();
    watchdog.output(write(stuckResult(config, results)));
    const end = performance.now();
    // with thousands of checks, writing all of them at each one would cost more than the checks
    ready = end + (end - begin) / EFFORT;
  };
  prepare();
  return {
    finished(check, result) {
      results.set(check, result);
      const wait = ready - performance.now();
      if (timer === undefined) {
        if (wait <= 0) prepare();
        else timer = setTimeout(prepare, wait);
      }
    },
    stop() {
      clearTimeout(timer);
      watchdog.stop();
    },
  };
}

/** The result of a run that hangs. */
function stuckResult(config: Config, finished: ReadonlyMap<Check, CheckResult>): RunResult {
  const message = `global timeout of ${secondsText(config.timeout)} exceeded`;
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
          attempts: [],
        },
    ),
    duration_ms: Math.round(config.timeout + GRACE_MS),
    interrupted: "timeout",
  };
}
