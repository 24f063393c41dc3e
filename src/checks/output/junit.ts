/** JUnit XML, as CI systems read it. */
import type { CheckResult, RunResult } from "../result";
import { seenText } from "./text";
import { escapeXml, failureXml, seconds, testcaseXml } from "./xml";

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
  const element = (content = "") =>
    testcaseXml(check.name, `assay.${check.type}`, check.duration_ms, content);
  if (check.passed) return element();
  const message = check.message ?? "failed";
  if (check.skipped) return element(`      <skipped message="${escapeXml(message)}"/>\n`);
  const attempts = check.attempts.map(
    (a, i) => `attempt ${i + 1} (${a.duration_ms} ms): ${a.message ?? "passed"}`,
  );
  const details = [message, seenText(check), ...attempts].filter((t) => t !== "").join("\n");
  return element(failureXml(message, details));
}
