/** JUnit XML, as CI systems read it. */
import type { CheckResult, RunResult } from "../result";
import { seenText } from "./text";

export function junitOutput(result: RunResult): string {
  const { checks } = result;
  const skipped = checks.filter((c) => c.skipped).length;
  const failures = checks.filter((c) => !c.passed && !c.skipped).length;
  const attributes = `tests="${checks.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds(result.duration_ms)}"`;
  const began =
    result.started_at === undefined ? "" : ` timestamp="${escapeXml(result.started_at)}"`;
  const cases = checks.map(testcase).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n  <testsuite name="assay" ${attributes}${began}>\n${cases}  </testsuite>\n</testsuites>\n`;
}

function testcase(check: CheckResult): string {
  const head = `    <testcase name="${escapeXml(check.name)}" classname="assay.${escapeXml(check.type)}" time="${seconds(check.duration_ms)}"`;
  if (check.passed) return `${head}/>\n`;
  const message = check.message ?? "failed";
  if (check.skipped)
    return `${head}>\n      <skipped message="${escapeXml(message)}"/>\n    </testcase>\n`;
  const first = message.split("\n")[0] as string;
  const attempts = check.attempts.map(
    (a, i) => `attempt ${i + 1} (${a.duration_ms} ms): ${a.message ?? "passed"}`,
  );
  const details = [message, seenText(check), ...attempts].filter((t) => t !== "").join("\n");
  return `${head}>\n      <failure message="${escapeXml(first)}">${escapeXml(details)}</failure>\n    </testcase>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** Text for an XML document. XML 1.0 §2.2 has no place for control characters, not even escaped. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"\n]/g, (c) => ENTITIES[c] as string);
}
