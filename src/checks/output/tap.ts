/** The Test Anything Protocol, version 14. */
import type { CheckResult, RunResult } from "../result";
import { nameText, seenFacts } from "./text";

export function tapOutput({ checks }: RunResult): string {
  const lines = ["TAP version 14", `1..${checks.length}`];
  for (const [i, check] of checks.entries()) lines.push(...point(check, i + 1));
  return `${lines.join("\n")}\n`;
}

function point(check: CheckResult, n: number): string[] {
  const name = nameText(check.name).replace(/[\\#]/g, "\\$&");
  // a check that could not be run is no success
  const status = check.passed ? "ok" : "not ok";
  const lines = [`${status} ${n} - ${name}`];
  if (check.message === null && check.passed) return lines;
  lines.push("  ---");
  // JSON strings are YAML strings
  lines.push(`  message: ${JSON.stringify(check.message)}`);
  const seen = seenFacts(check);
  if (seen !== "") lines.push(`  seen: ${JSON.stringify(seen)}`);
  lines.push(`  duration_ms: ${check.duration_ms}`);
  lines.push(`  attempts: ${check.attempts.length}`);
  lines.push("  ...");
  return lines;
}
