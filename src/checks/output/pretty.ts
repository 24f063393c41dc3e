/** For people: a line per check, then the failures explained. */
import { escapeControls } from "../../host/logger";
import type { CheckResult, RunResult } from "../result";
import { nameText, seenText } from "./text";

export function prettyOutput(result: RunResult, color = false): string {
  const paint = painter(color);
  const width = Math.min(60, Math.max(0, ...result.checks.map((c) => nameText(c.name).length)));
  const lines = result.checks.map((c) => {
    const mark = c.passed ? paint(32, "✓") : c.skipped ? paint(33, "○") : paint(31, "✗");
    const count = c.attempts.length > 1 ? `  ${c.attempts.length} attempts` : "";
    const note = c.passed && c.message !== null ? `  ${clean(c.message)}` : "";
    return `${mark} ${nameText(c.name).padEnd(width)}  ${paint(2, `${c.duration_ms} ms${count}`)}${note}`;
  });
  const failed = result.checks.filter((c) => !c.passed);
  for (const c of failed) lines.push("", ...explain(c, paint));
  const passed = result.checks.length - failed.length;
  const counts = `${passed} passed, ${failed.length} failed`;
  const ended = result.interrupted === undefined ? "" : ` (ended by ${result.interrupted})`;
  const time = `in ${(result.duration_ms / 1000).toFixed(1)} s${ended}`;
  lines.push("", `${paint(failed.length === 0 ? 32 : 31, counts)} ${time}`);
  return `${lines.join("\n")}\n`;
}

/** Why a check failed: what was last seen, and all attempts. */
export function failureText(check: CheckResult, color: boolean): string {
  return explain(check, painter(color)).join("\n");
}

function painter(color: boolean) {
  return (code: number, text: string) => (color ? `\x1b[${code}m${text}\x1b[0m` : text);
}

function explain(check: CheckResult, paint: (code: number, text: string) => string): string[] {
  const indent = (text: string) => clean(text).replaceAll("\n", "\n    ");
  const lines = [
    paint(31, `✗ ${nameText(check.name)}`),
    `    ${indent(check.message ?? "failed")}`,
  ];
  const seen = seenText(check);
  if (seen !== "") lines.push(`    ${indent(seen)}`);
  if (check.attempts.length > 1)
    for (const [i, a] of check.attempts.entries()) {
      const first = (a.message ?? "passed").split("\n")[0] as string;
      lines.push(`    attempt ${i + 1} (${a.duration_ms} ms): ${clean(first)}`);
    }
  return lines;
}

function clean(text: string): string {
  return escapeControls(text);
}
