import { expect, test } from "vitest";
import { MergeError, mergeResults, parseResult } from "../../src/checks/merge";
import { format, OUTPUTS } from "../../src/checks/output";
import { prometheusOutput } from "../../src/checks/output/prometheus";
import { reportPage } from "../../src/checks/output/report";
import { summaryLine } from "../../src/checks/output/text";
import type { CheckResult, RunResult } from "../../src/checks/result";

const result: RunResult = {
  passed: false,
  checks: [
    {
      name: "api & co",
      passed: true,
      duration_ms: 12,
      message: null,
      type: "http",
      attempts: [{ passed: true, duration_ms: 12, message: null, started_ms: 0 }],
    },
    {
      name: 'say "x" #1',
      passed: false,
      duration_ms: 1500,
      message: "line 1\nline <2>\x1b[31m",
      type: "script",
      attempts: [
        { passed: false, duration_ms: 7, message: "first", started_ms: 3 },
        { passed: false, duration_ms: 1500, message: "line 1\nline <2>\x1b[31m", started_ms: 15 },
      ],
      seen: { status: 500, body: "oops" },
    },
    {
      name: "later",
      passed: false,
      duration_ms: 0,
      message: "skipped: it needs x",
      type: "dns",
      attempts: [],
      skipped: true,
    },
  ],
  duration_ms: 3456,
};

test("json: the fields of the original come first, in its order", () => {
  const text = format(result, "json");
  expect(text.endsWith("\n}\n")).toBe(true);
  const document = JSON.parse(text) as RunResult;
  expect(Object.keys(document)).toEqual(["passed", "checks", "duration_ms"]);
  expect(Object.keys(document.checks[0] as object).slice(0, 4)).toEqual([
    "name",
    "passed",
    "duration_ms",
    "message",
  ]);
  expect(text).toContain('{\n  "passed": false,\n  "checks": [\n    {\n      "name": "api & co",');
});

test("junit", () => {
  expect(format(result, "junit")).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1" time="3.456">
  <testsuite name="assay" tests="3" failures="1" errors="0" skipped="1" time="3.456">
    <testcase name="api &amp; co" classname="assay.http" time="0.012"/>
    <testcase name="say &quot;x&quot; #1" classname="assay.script" time="1.500">
      <failure message="line 1">line 1&#10;line &lt;2&gt;\ufffd[31m&#10;last seen: status 500, body &quot;oops&quot;&#10;attempt 1 (7 ms): first&#10;attempt 2 (1500 ms): line 1&#10;line &lt;2&gt;\ufffd[31m</failure>
    </testcase>
    <testcase name="later" classname="assay.dns" time="0.000">
      <skipped message="skipped: it needs x"/>
    </testcase>
  </testsuite>
</testsuites>
`);
});

test("tap", () => {
  expect(format(result, "tap")).toBe(`TAP version 14
1..3
ok 1 - api & co
not ok 2 - say "x" \\#1
  ---
  message: "line 1\\nline <2>\\u001b[31m"
  seen: "status 500, body \\"oops\\""
  duration_ms: 1500
  attempts: 2
  ...
not ok 3 - later
  ---
  message: "skipped: it needs x"
  duration_ms: 0
  attempts: 0
  ...
`);
});

test("pretty: control characters can't reach the terminal", () => {
  expect(format(result, "pretty")).toBe(`✓ api & co    12 ms
✗ say "x" #1  1500 ms  2 attempts
○ later       0 ms

✗ say "x" #1
    line 1
    line <2>\\x1b[31m
    last seen: status 500, body "oops"
    attempt 1 (7 ms): first
    attempt 2 (1500 ms): line 1

✗ later
    skipped: it needs x

1 passed, 2 failed in 3.5 s
`);
});

test("a name of several lines or with control characters stays in its line", () => {
  const [first] = result.checks;
  const odd = { ...first, name: "a\n  b\x07", passed: false, message: "no" } as CheckResult;
  const run: RunResult = { passed: false, checks: [odd], duration_ms: 1 };
  expect(format(run, "pretty").split("\n")[0]).toBe("✗ a b\\x07  12 ms");
  expect(format(run, "tap").split("\n")[2]).toBe("not ok 1 - a b\\\\x07");
  expect(summaryLine(run)).toBe("1 of 1 check failed in 0.0s: a b\\x07: no");
});

test("prometheus", () => {
  const twice = { ...result, checks: [...result.checks.slice(0, 1), ...result.checks.slice(0, 2)] };
  const text = prometheusOutput(twice, 1_700_000_000_000);
  expect(text.split("\n").slice(0, 5)).toEqual([
    "# HELP assay_check_passed Whether the check passed.",
    "# TYPE assay_check_passed gauge",
    'assay_check_passed{check="api & co",type="http"} 1',
    'assay_check_passed{check="api & co",type="http",instance_number="2"} 1',
    'assay_check_passed{check="say \\"x\\" #1",type="script"} 0',
  ]);
  expect(text).toContain("\nassay_run_passed 0\n");
  expect(text).toContain("\nassay_run_timestamp_seconds 1700000000\n");
});

test("the summary of one line", () => {
  expect(summaryLine(result)).toBe(
    '2 of 3 checks failed in 3.5s: say "x" #1: line 1 (last seen: status 500, body "oops"); later: skipped: it needs x',
  );
  const [first] = result.checks;
  expect(summaryLine({ passed: true, checks: first ? [first] : [], duration_ms: 40 })).toBe(
    "all 1 check passed in 0.0s",
  );
});

test("merge: checks get back to their places; the longest run counts", () => {
  const [a, b, c] = result.checks as [
    RunResult["checks"][0],
    RunResult["checks"][0],
    RunResult["checks"][0],
  ];
  const even: RunResult = {
    passed: false,
    checks: [
      { ...a, index: 0 },
      { ...c, index: 2 },
    ],
    duration_ms: 10,
  };
  const odd: RunResult = { passed: false, checks: [{ ...b, index: 1 }], duration_ms: 30 };
  const merged = mergeResults([odd, even]);
  expect(merged.checks.map((x) => x.name)).toEqual([a.name, b.name, c.name]);
  expect(merged).toMatchObject({ passed: false, duration_ms: 30 });
  const timeout = mergeResults([{ ...odd, interrupted: "timeout" }, even]);
  expect(timeout.interrupted).toBe("timeout");
});

test("merge leaves out what is of no use in a document", () => {
  const text = `{"passed": false, "duration_ms": 1, "started_at": "garbage", "checks": [{"name": "a", "passed": false,
    "message": 5, "seen": {"body": 5, "status": {"a": 1}, "value": "v"}, "attempts": [null, {"duration_ms": "x"}], "index": 1.5}]}`;
  const merged = mergeResults([parseResult(text, "x")]);
  expect(merged.checks[0]).toEqual({
    name: "a",
    passed: false,
    duration_ms: 0,
    message: null,
    type: "unknown",
    attempts: Array(2).fill({ passed: false, duration_ms: 0, message: null, started_ms: 0 }),
    seen: { value: "v" },
  });
  for (const output of OUTPUTS) expect(format(merged, output)).not.toContain("undefined");
  expect(reportPage(merged, "x")).toContain("<dd>v</dd>");
  expect(() => parseResult('{"passed":true,"checks":[],"duration_ms":1e999}', "x")).toThrow(
    "'duration_ms' is missing",
  );
});

test("merge reads documents of the original, and refuses what is none", () => {
  const old =
    '{"passed":true,"checks":[{"name":"a","passed":true,"duration_ms":1,"message":null}],"duration_ms":2}';
  expect(mergeResults([parseResult(old, "a.json")])).toMatchObject({ passed: true });
  for (const text of [
    "",
    "[]",
    "1",
    "null",
    '{"passed":true}',
    '{"passed":true,"duration_ms":1,"checks":[{}]}',
  ])
    expect(() => parseResult(text, "x.json")).toThrow(MergeError);
});
