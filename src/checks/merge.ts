/** `assay merge`: joins the results of shards. */
import type { CheckResult, RunResult } from "./result";

export class MergeError extends Error {}

/** One result of several; `names` are their files, for messages. */
export function mergeResults(results: readonly RunResult[]): RunResult {
  const all = results.flatMap((r) => r.checks);
  // shards say which place each check had; without that the order of the files holds
  const ordered = all.every((c) => c.index !== undefined)
    ? all
        .map((c, i) => ({ c, i }))
        .sort((a, b) => (a.c.index as number) - (b.c.index as number) || a.i - b.i)
        .map(({ c }) => c)
    : all;
  const interrupted = results.find((r) => r.interrupted !== undefined)?.interrupted;
  return {
    passed: results.every((r) => r.passed) && all.every((c) => c.passed),
    checks: ordered,
    // they ran side by side
    duration_ms: Math.max(0, ...results.map((r) => r.duration_ms)),
    ...(interrupted !== undefined && { interrupted }),
  };
}

/** Reads a result document; says what is missing when it is none. */
export function parseResult(text: string, name: string): RunResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw new MergeError(`${name}: not valid JSON: ${(e as Error).message}`);
  }
  const fail = (what: string): never => {
    throw new MergeError(`${name}: not a result document: ${what}`);
  };
  if (typeof value !== "object" || value === null) return fail("expected an object");
  const { passed, checks, duration_ms, interrupted } = value as Record<string, unknown>;
  if (typeof passed !== "boolean") return fail("'passed' is missing");
  if (typeof duration_ms !== "number") return fail("'duration_ms' is missing");
  if (!Array.isArray(checks)) return fail("'checks' is missing");
  return {
    passed,
    checks: checks.map((c: unknown, i) => parseCheck(c, (what) => fail(`checks[${i}]: ${what}`))),
    duration_ms,
    ...((interrupted === "timeout" || interrupted === "signal") && { interrupted }),
  };
}

function parseCheck(value: unknown, fail: (what: string) => never): CheckResult {
  if (typeof value !== "object" || value === null) return fail("expected an object");
  const check = value as Partial<CheckResult>;
  if (typeof check.name !== "string") return fail("'name' is missing");
  if (typeof check.passed !== "boolean") return fail("'passed' is missing");
  const { name, passed } = check;
  // documents of the original have no more than four fields
  return {
    ...check,
    name,
    passed,
    duration_ms: typeof check.duration_ms === "number" ? check.duration_ms : 0,
    message: typeof check.message === "string" ? check.message : null,
    type: typeof check.type === "string" ? check.type : "unknown",
    attempts: Array.isArray(check.attempts) ? check.attempts : [],
  };
}
