/** Results for people, and as JUnit XML. */
import { readFileSync } from "node:fs";
import { escapeXml, failureXml, seconds, testcaseXml } from "../checks/output/xml";
import { escapeControls } from "../host/logger";
import type { TestResult } from "./result";

const INDENT = "      ";

/** One result: a line, and what there is to say about a failure. */
export function resultText(r: TestResult, { color = false, verbose = false } = {}): string {
  const paint = (code: number, text: string) => (color ? `\x1b[${code}m${text}\x1b[0m` : text);
  const label = r.passed ? paint(32, "ok  ") : paint(31, "FAIL");
  const time = r.name === "" ? "" : ` (${Math.round(r.ms)} ms)`;
  const name = escapeControls(r.name === "" ? r.file : `${r.file}: ${r.name}`);
  const head = `${label}  ${name}${time}\n`;
  if (r.passed) return verbose && r.output !== "" ? head + indent(r.output) : head;
  return head + indent(detailsText(r));
}

function detailsText(r: TestResult): string {
  const parts = [r.message ?? "failed", sourceLine(r), r.traceback ?? ""].map(escapeControls);
  if (r.output !== "") parts.push(`output:\n${indent(r.output, "  ").trimEnd()}`);
  return parts.filter((t) => t !== "").join("\n");
}

/** The line of the test file that the failure comes from. */
function sourceLine({ file, message = "", traceback = "" }: TestResult): string {
  const at = `${message}\n${traceback}`.indexOf(`${file}:`);
  if (at < 0) return "";
  const n = Number.parseInt(`${message}\n${traceback}`.slice(at + file.length + 1), 10);
  try {
    const line = readFileSync(file, "utf8").split("\n")[n - 1];
    return line === undefined ? "" : `  ${n} | ${line.trim()}`;
  } catch {
    return "";
  }
}

function indent(text: string, by = INDENT): string {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `${by}${line}\n`)
    .join("");
}

/** `3 passed, 1 failed in 0.4 s` */
export function summaryText(results: readonly TestResult[], ms: number): string {
  const passed = results.filter((r) => r.passed).length;
  return `${passed} passed, ${results.length - passed} failed in ${(ms / 1000).toFixed(1)} s\n`;
}

/** JUnit XML: a suite for each file. */
export function junitText(results: readonly TestResult[], ms: number): string {
  const files = [...new Set(results.map((r) => r.file))];
  const suites = files.map((file) => {
    const own = results.filter((r) => r.file === file);
    const total = own.reduce((sum, r) => sum + r.ms, 0);
    return `  <testsuite name="${escapeXml(file)}" ${counts(own, total)}>\n${own.map(testcase).join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(results, ms)}>\n${suites.join("")}</testsuites>\n`;
}

function counts(results: readonly TestResult[], ms: number): string {
  const failures = results.filter((r) => !r.passed).length;
  return `tests="${results.length}" failures="${failures}" errors="0" skipped="0" time="${seconds(ms)}"`;
}

function testcase(r: TestResult): string {
  const out = r.output === "" ? "" : `      <system-out>${escapeXml(r.output)}</system-out>\n`;
  const text = [r.message, r.traceback].filter(Boolean).join("\n");
  const failure = r.passed ? "" : failureXml(r.message ?? "failed", text);
  return testcaseXml(r.name || "(file)", r.file.replace(/\.lua$/, ""), r.ms, failure + out);
}
