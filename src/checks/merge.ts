/** `assay merge`: joins the results of shards. */
import { jsonFault } from "./json-value";
import type { Attempt, CheckResult, RunResult, Seen } from "./result";

export class MergeError extends Error {}

/** One result of several, which ran side by side. */
export function mergeResults(results: readonly RunResult[]): RunResult {
  checkShards(results);
  const begins = results.map((r) => Date.parse(r.started_at ?? ""));
  const begin = begins.some(Number.isNaN) ? undefined : Math.min(...begins);
  const later = (i: number) => (begin === undefined ? 0 : (begins[i] as number) - begin);
  const all = results.flatMap((r, i) => r.checks.map((c) => shifted(c, later(i))));
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
    duration_ms: Math.max(0, ...results.map((r, i) => r.duration_ms + later(i))),
    ...(begin !== undefined && results.length > 0 && { started_at: new Date(begin).toISOString() }),
    ...(interrupted !== undefined && { interrupted }),
  };
}

/** A check whose run began `ms` after the first one. */
function shifted(check: CheckResult, ms: number): CheckResult {
  if (ms === 0) return check;
  const attempts = check.attempts.map((a) => ({ ...a, started_ms: a.started_ms + ms }));
  return { ...check, attempts };
}

/** A shard that is missing could hide failures; one that comes twice says something is mixed up. */
function checkShards(results: readonly RunResult[]): void {
  const first = results.find((r) => r.shard !== undefined);
  if (first?.shard === undefined) return;
  const { count } = first.shard;
  const seen = new Set<number>();
  for (const { shard } of results) {
    if (shard === undefined || shard.count !== count)
      throw new MergeError("these are not the shards of one run");
    if (seen.has(shard.index))
      throw new MergeError(`shard ${shard.index} of ${count} is given twice`);
    seen.add(shard.index);
  }
  const missing = Array.from({ length: count }, (_, i) => i).filter((i) => !seen.has(i));
  if (missing.length > 0)
    throw new MergeError(`of ${count} shards, these are missing: ${missing.join(", ")}`);
}

/** Reads a result document; says what is missing when it is none. */
export function parseResult(text: string, name: string): RunResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const what = `${name}: not valid JSON`;
    throw new MergeError(jsonFault(text, what) ?? what);
  }
  const fail = (what: string): never => {
    throw new MergeError(`${name}: not a result document: ${what}`);
  };
  if (typeof value !== "object" || value === null) return fail("expected an object");
  const { passed, checks, duration_ms, interrupted, started_at, shard } = value as Record<
    string,
    unknown
  >;
  if (typeof passed !== "boolean") return fail("'passed' is missing");
  if (typeof duration_ms !== "number" || !Number.isFinite(duration_ms))
    return fail("'duration_ms' is missing");
  if (!Array.isArray(checks)) return fail("'checks' is missing");
  return {
    passed,
    checks: checks.map((c: unknown, i) => parseCheck(c, (what) => fail(`checks[${i}]: ${what}`))),
    duration_ms,
    ...(typeof started_at === "string" && { started_at }),
    ...(isShard(shard) && { shard }),
    ...((interrupted === "timeout" || interrupted === "signal" || interrupted === "memory") && {
      interrupted,
    }),
  };
}

function parseCheck(value: unknown, fail: (what: string) => never): CheckResult {
  if (typeof value !== "object" || value === null) return fail("expected an object");
  const check = value as Partial<CheckResult>;
  if (typeof check.name !== "string") return fail("'name' is missing");
  if (typeof check.passed !== "boolean") return fail("'passed' is missing");
  const { name, passed, skipped, seen, index } = check;
  // documents of the original have no more than four fields
  return {
    name,
    passed,
    duration_ms: numberOf(check.duration_ms) ?? 0,
    message: textOf(check.message) ?? null,
    type: textOf(check.type) ?? "unknown",
    attempts: (Array.isArray(check.attempts) ? check.attempts : []).map(parseAttempt),
    ...(skipped === true && { skipped }),
    ...(typeof seen === "object" && seen !== null && { seen: parseSeen(seen) }),
    ...(Number.isSafeInteger(index) && { index }),
  } as CheckResult;
}

/** What is there and of the right type. */
function parseSeen(value: Partial<Record<keyof Seen, unknown>>): Seen {
  const { status, body, value: compared, latency_ms } = value;
  const seen = {
    status: numberOf(status),
    body: textOf(body),
    latency_ms: numberOf(latency_ms),
    value: textOf(compared),
  };
  const known = Object.entries(seen).filter(([, v]) => v !== undefined);
  return Object.fromEntries(known) as Seen;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return Number.isFinite(value) ? (value as number) : undefined;
}

function parseAttempt(value: unknown): Attempt {
  const { passed, duration_ms, message, started_ms } = (value ?? {}) as Partial<Attempt>;
  return {
    passed: passed === true,
    duration_ms: numberOf(duration_ms) ?? 0,
    message: textOf(message) ?? null,
    started_ms: numberOf(started_ms) ?? 0,
  };
}

function isShard(value: unknown): value is NonNullable<RunResult["shard"]> {
  if (typeof value !== "object" || value === null) return false;
  const { index, count } = value as Partial<NonNullable<RunResult["shard"]>>;
  return Number.isSafeInteger(index) && Number.isSafeInteger(count) && (count as number) <= 100_000;
}
