/** Pieces of text that several outputs share. */
import type { CheckResult, RunResult } from "../result";

/** `last seen: status 500, value 3, body "…"`; empty when nothing was. */
export function seenText({ seen }: CheckResult): string {
  if (seen === undefined) return "";
  const parts: string[] = [];
  if (seen.status !== undefined) parts.push(`status ${seen.status}`);
  if (seen.value !== undefined) parts.push(`value ${seen.value}`);
  if (seen.body !== undefined) parts.push(`body ${JSON.stringify(seen.body)}`);
  return parts.length === 0 ? "" : `last seen: ${parts.join(", ")}`;
}

/** `2 of 5 checks failed: api: expected 2xx, got 500; …` */
export function summaryLine(result: RunResult): string {
  const total = result.checks.length;
  const failed = result.checks.filter((c) => !c.passed);
  const time = `${(result.duration_ms / 1000).toFixed(1)}s`;
  const many = total === 1 ? "check" : "checks";
  if (failed.length === 0) return `all ${total} ${many} passed in ${time}`;
  const why = failed.map((c) => `${c.name}: ${(c.message ?? "failed").split("\n")[0]}`);
  return `${failed.length} of ${total} ${many} failed in ${time}: ${why.join("; ")}`;
}
