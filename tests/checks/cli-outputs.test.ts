/** Where the command line puts results, how signals end it, and how it watches: whole processes. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { RunResult } from "../../src/checks/result";
import { assay, directory, environment, file, main, removeDirectory } from "./helpers";

afterAll(removeDirectory);

const read = (name: string) => readFileSync(join(directory, name), "utf8");

file("pass.lua", "");
file("fail.lua", 'error("no\\nsecond line")');
file("busy.lua", "while true do end");
file(
  "mixed.yaml",
  `retries: 0
checks:
  - {name: pass, type: script, file: pass.lua}
  - {name: fail, type: script, file: fail.lua}
`,
);

test("several outputs at once; the document stays on standard output", () => {
  const { code, out } = assay([
    "mixed.yaml",
    ...["--output", "junit=j.xml", "--output", "prometheus=p.prom", "--report", "r.html"],
  ]);
  expect(code).toBe(1);
  expect((JSON.parse(out) as RunResult).checks.length).toBe(2);
  expect(read("j.xml")).toContain('<testcase name="pass"');
  expect(read("p.prom")).toContain('assay_check_passed{check="fail",type="script"} 0\n');
  expect(read("r.html")).toContain("1 of 2 checks failed");
  const tap = assay(["mixed.yaml", "--output", "tap", "--output-file", "t.tap"]);
  expect([tap.out, read("t.tap").split("\n")[2]]).toEqual(["", "ok 1 - pass"]);
});

test("a file is replaced in one step; links and devices stay what they are", () => {
  file("old.prom", "old\n");
  const before = statSync(join(directory, "old.prom")).ino;
  assay(["mixed.yaml", "--output", "prometheus=old.prom"]);
  expect(statSync(join(directory, "old.prom")).ino).not.toBe(before);
  expect(existsSync(join(directory, `old.prom.tmp`))).toBe(false);
  file("target.json", "");
  symlinkSync("target.json", join(directory, "link.json"));
  assay(["mixed.yaml", "--output-file", "link.json"]);
  expect((JSON.parse(read("target.json")) as RunResult).passed).toBe(false);
  expect(assay(["mixed.yaml", "--output-file", "/dev/null"])).toMatchObject({ code: 1, out: "" });
});

test("what can't be written is known before anything runs", () => {
  for (const [option, why] of [
    ["--output-file=", "the name of a file for the result is empty"],
    ["--report=", "the name of a file for the result is empty"],
    ["--output-file=none/x.json", "writing none/x.json: No such file or directory (os error 2)"],
    ["--report=none/x.html", "writing none/x.html: No such file"],
    ["--output=tap=.", "writing .: Is a directory"],
  ] as const) {
    const { code, out, err } = assay(["mixed.yaml", option]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(`error: ${why}`);
    expect(err).not.toContain("check completed");
  }
  expect(assay(["mixed.yaml", "--output", "junit="]).code).toBe(2);
});

/** Runs a line of the shell in which `$assay` is the program. */
function shell(line: string) {
  const r = spawnSync("sh", ["-c", line], {
    cwd: directory,
    env: environment({ assay: `${process.execPath} ${main}` }),
    timeout: 20_000,
  });
  return { code: r.status, out: r.stdout.toString(), err: r.stderr.toString() };
}

test("a full disk leaves the old file as it was", () => {
  file("old.json", "old\n");
  // a limit on the size of files stands in for it
  const { code, err } = shell(
    `trap '' XFSZ; ulimit -f 1; $assay mixed.yaml --quiet --output-file old.json`,
  );
  expect([code, err]).toEqual([3, expect.stringContaining("error: writing old.json: File too")]);
  expect(read("old.json")).toBe("old\n");
});

test("standard output that can't be written takes no other output along", () => {
  const many = Array.from(
    { length: 200 },
    (_, i) => `  - {name: ${"n".repeat(80)}${i}, type: script, file: pass.lua}\n`,
  );
  file("many.yaml", `checks:\n${many.join("")}`);
  const log = join(directory, "full.log");
  const { code, err } = shell(
    `$assay many.yaml --quiet --output tap=full.tap --termination-log ${log} >/dev/full`,
  );
  expect([code, err]).toEqual([3, "error: writing standard output: No space left on device\n"]);
  expect(read("full.tap")).toContain("ok 200 - ");
  expect(read("full.log")).toContain("all 200 checks passed");
});

test("standard error that can't be written changes no exit code", () => {
  file("wrong.yaml", "checks: [{name: x, typ: http}]\n");
  const codes = ["wrong.yaml", "validate wrong.yaml", "manifest wrong.yaml", "nope.yaml"].map(
    (args) => shell(`$assay ${args} 2>/dev/full`).code,
  );
  expect(codes).toEqual([2, 2, 2, 2]);
  expect(shell("$assay mixed.yaml 2>/dev/full").code).toBe(1);
});

test("the termination log: one line, with the reason", () => {
  const log = ["--termination-log", "end.log", "--quiet"];
  assay(["mixed.yaml", ...log]);
  expect(read("end.log")).toMatch(/^1 of 2 checks failed in \d+\.\ds: fail: fail\.lua:1: no$/);
  assay(["mixed.yaml", "--only", "pass", ...log]);
  expect(read("end.log")).toMatch(/^all 1 check passed in /);
  file("bad.yaml", "checks: [{name: a, type: nope}]");
  assay(["bad.yaml", ...log]);
  expect(read("end.log")).toMatch(
    /^loading config from bad\.yaml: bad\.yaml:1:26: checks\[0\]\.type/,
  );
  const lost = assay(["mixed.yaml", "--quiet", "--termination-log", "no/end.log"]);
  expect(lost.err).toBe(
    "warning: --termination-log: writing no/end.log: No such file or directory (os error 2)\n",
  );
  const long = `{name: ${"é".repeat(3000)}, type: script, file: fail.lua}`;
  file("long.yaml", `retries: 0\nchecks: [${long}, ${long}]`);
  assay(["long.yaml", ...log]);
  expect(Buffer.from(read("end.log")).length).toBeLessThanOrEqual(4096);
  expect(read("end.log")).not.toContain("\ufffd");
  // a run that hangs in one call leaves one, too
  file("stuck.lua", 'string.find(("a"):rep(60), ("a*"):rep(40) .. "b")');
  file("stuck.yaml", "timeout: 500ms\nchecks: [{name: s, type: script, file: stuck.lua}]");
  expect(assay(["stuck.yaml", ...log, "--output", "junit=s.xml"]).code).toBe(124);
  expect(read("end.log")).toContain("s: global timeout of 0.5s exceeded");
  expect(read("s.xml")).toContain("global timeout of 0.5s exceeded");
});

test("exit codes tell apart, and --exit-compat folds them", () => {
  file("late.yaml", "timeout: 300ms\nchecks: [{name: b, type: script, file: busy.lua}]");
  const codes = (...extra: string[]) =>
    [
      ["mixed.yaml", "--only", "pass"],
      ["mixed.yaml"],
      ["bad.yaml"],
      ["mixed.yaml", "--nope"],
      ["late.yaml"],
    ].map((args) => assay([...args, ...extra]).code);
  expect(codes()).toEqual([0, 1, 2, 2, 124]);
  // a wrong usage was 2 in the original, too
  expect(codes("--exit-compat")).toEqual([0, 1, 1, 2, 1]);
  // 3: the result could not be written
  expect(assay(["mixed.yaml", "--output-file", "/dev/full"]).code).toBe(3);
});

test("signals: 130 and 143, with the result so far", async () => {
  file(
    "signal.yaml",
    `checks:
  - {name: pass, type: script, file: pass.lua}
  - {name: busy, type: script, file: busy.lua}
`,
  );
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    const child = start(["signal.yaml", "--termination-log", "signal.log"]);
    await child.says('check="pass"');
    child.process.kill(signal);
    expect(await child.ended).toBe(code);
    const result = JSON.parse(child.out()) as RunResult;
    expect(result).toMatchObject({ passed: false, interrupted: "signal" });
    expect(result.checks.map((c) => c.passed)).toEqual([true, false]);
    expect(read("signal.log")).toContain("busy: interrupted by a signal");
  }
});

test("a signal ends what hangs in one call, too, and the result so far is written", async () => {
  file("stuck.lua", 'string.find(("a"):rep(60), ("a*"):rep(40) .. "b")');
  file(
    "hangs.yaml",
    `checks:
  - {name: pass, type: script, file: pass.lua}
  - {name: stuck, type: script, file: stuck.lua}
`,
  );
  const args = [main, "hangs.yaml", "--output", "junit=hangs.xml"];
  const child = spawn(process.execPath, args, { cwd: directory, env: environment() });
  const out: Buffer[] = [];
  const log: string[] = [];
  child.stdout.on("data", (b: Buffer) => out.push(b));
  const begun = new Promise<void>((resolve) =>
    child.stderr.on("data", (b: Buffer) => {
      log.push(b.toString());
      if (log.join("").includes("check completed")) resolve();
    }),
  );
  await begun;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ended = new Promise((resolve) => child.on("close", resolve));
  const begin = performance.now();
  child.kill("SIGTERM");
  expect(await ended).toBe(143);
  // two seconds of grace
  expect(performance.now() - begin).toBeLessThan(6000);
  const { checks, interrupted } = JSON.parse(Buffer.concat(out).toString()) as RunResult;
  expect(interrupted).toBe("signal");
  expect(checks.map((c) => c.message)).toEqual([null, "interrupted by a signal"]);
  expect(checks.map((c) => c.attempts.length)).toEqual([1, 1]);
  expect(read("hangs.xml")).toContain("interrupted by a signal");
}, 20_000);

test("--watch runs again when the file, a script or a module is saved; Ctrl-C ends it", async () => {
  file("watched.lua", 'assert(require("watched_module") == 1)');
  file("watched_module.lua", "return 1");
  file("watched.yaml", "retries: 0\nchecks: [{name: w, type: script, file: watched.lua}]");
  const child = start(["watched.yaml", "--watch", "--output", "tap"]);
  await child.says("watching 3 files");
  await expect.poll(child.out).toContain("ok 1 - w");
  writeFileSync(join(directory, "watched_module.lua"), "return 22");
  await child.says("watched_module.lua changed");
  await child.says("watching 3 files");
  await expect.poll(child.out).toContain("not ok 1 - w");
  // a mistake is told, and mended
  file("watched.yaml", "checks: [{name: w, type: nothing}]");
  await child.says("unknown check type");
  file("watched.yaml", "checks: [{name: again, type: script, file: busy.lua}]");
  // what is under way is broken off
  await child.says("configuration loaded");
  file("watched.yaml", "checks: [{name: last, type: script, file: pass.lua}]");
  await child.says('check="last"');
  await child.says("watching 2 files");
  expect(child.out()).not.toContain("again");
  child.process.kill("SIGINT");
  expect(await child.ended).toBe(130);
});

test("merge writes what a run writes, and knows when a shard is missing", () => {
  for (const i of [0, 1])
    assay(["mixed.yaml", "--shard", `${i}/2`, "--output-file", `shard${i}.json`]);
  const files = ["shard1.json", "shard0.json"];
  const { code, out } = assay(["merge", ...files, "--report", "m.html", "--output", "junit=m.xml"]);
  expect(code).toBe(1);
  const merged = JSON.parse(out) as RunResult;
  expect(merged.checks.map((c) => c.name)).toEqual(["pass", "fail"]);
  // the second shard began later
  expect(merged.checks[1]?.attempts[0]?.started_ms).toBeGreaterThan(50);
  expect(read("m.html")).toContain("1 of 2 checks failed");
  expect(read("m.xml")).toContain('tests="2" failures="1"');
  const missing = assay(["merge", "shard0.json"]);
  expect([missing.code, missing.err]).toEqual([2, "error: of 2 shards, these are missing: 1\n"]);
  expect(assay(["merge", "shard0.json", "shard0.json"]).err).toContain(
    "shard 0 of 2 is given twice",
  );
  // a document of a whole run must not hide that, whatever the order
  file("whole.json", '{"passed":true,"checks":[],"duration_ms":1}');
  for (const mixed of [
    ["whole.json", "shard0.json"],
    ["shard0.json", "whole.json"],
  ])
    expect(assay(["merge", ...mixed])).toMatchObject({
      code: 2,
      err: "error: these are not the shards of one run\n",
    });
  expect(assay(["merge", ...files, "--output", "nope"]).code).toBe(2);
});

interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  out(): string;
  /** Resolves when this is said on standard error, behind what was waited for before. */
  says(text: string): Promise<void>;
}

function start(args: string[]): Child {
  const child = spawn(process.execPath, [main, ...args], { cwd: directory, env: environment() });
  let [out, err, at] = ["", "", 0];
  let look = () => {};
  child.stdout.on("data", (d) => {
    out += d;
  });
  child.stderr.on("data", (d) => {
    err += d;
    look();
  });
  return {
    process: child,
    ended: new Promise((resolve) => child.on("close", resolve)),
    out: () => out,
    says: (text) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${text} in:\n${err}`)), 15_000);
        look = () => {
          const found = err.indexOf(text, at);
          if (found < 0) return;
          at = found + text.length;
          clearTimeout(timer);
          resolve();
        };
        look();
      }),
  };
}
