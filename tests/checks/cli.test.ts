/** The command line of check mode: whole processes. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { RunResult } from "../../src/checks/result";
import { assay, directory, environment, file, main, removeDirectory } from "./helpers";

afterAll(removeDirectory);

const names = (out: string) => (JSON.parse(out) as RunResult).checks.map((c) => c.name);

file("pass.lua", "");
file("fail.lua", 'error("no")');
file("busy.lua", "while true do end");
file("stuck.lua", 'string.find(("a"):rep(60), ("a*"):rep(40) .. "b")');
const check = (name: string, more = "") =>
  `  - {name: ${name}, type: script, file: ${name}.lua${more}}\n`;
file("ok.yaml", `checks:\n${check("pass", ", tags: t")}`);
file(
  "mixed.yml",
  `retries: 1\nbackoff: 1ms\nchecks:\n${check("pass", ", tags: t")}${check("fail")}`,
);

test("a script that waits for nothing fails at once, with the place; the next check runs", () => {
  file(
    "dead.lua",
    `local function wait()
  local c <close> = setmetatable({}, { __close = function() async.channel():recv() end })
  pcall(async.channel().recv, async.channel())
end
wait()`,
  );
  file("later.lua", "sleep(0.05)");
  const lines = ["dead", "dead", "later"].map((n) => check(n, ", retries: 1")).join("");
  file("dead.yaml", `timeout: 15s\nbackoff: 1ms\nchecks:\n${lines}`);
  for (const more of [[], ["--parallel", "3"]]) {
    const { code, out } = assay(["dead.yaml", "--quiet", ...more]);
    const result = JSON.parse(out) as RunResult;
    expect(code).toBe(1);
    expect(result.checks.map((c) => c.passed)).toEqual([false, false, true]);
    for (const c of result.checks.slice(0, 2)) {
      expect(c.attempts).toHaveLength(2);
      expect(c.message).toMatch(
        /^deadlock: the script waits for something .*\nstack traceback:\n[\s\S]*dead\.lua:3: in local 'wait'\n\tdead\.lua:5: in main chunk$/,
      );
    }
    expect(result.duration_ms).toBeLessThan(10_000);
  }
});

test("one document on standard output, log lines on standard error", () => {
  const { code, out, err } = assay(["mixed.yml"]);
  expect(code).toBe(1);
  expect(names(out)).toEqual(["pass", "fail"]);
  expect(out.endsWith("}\n")).toBe(true);
  expect(err.replace(/duration_ms=\d+/g, "duration_ms=N").split("\n")).toMatchObject([
    "INFO starting assay (check mode) config=mixed.yml",
    "INFO configuration loaded checks=2 timeout_secs=120 retries=1",
    'INFO check completed check="pass" result="PASS" duration_ms=N',
    expect.stringMatching(
      /^INFO check failed, retrying check="fail" attempt=1 max_attempts=2 backoff_secs=0\.001 message="fail\.lua:1: no\\n/,
    ),
    'INFO check completed check="fail" result="FAIL" duration_ms=N message="fail.lua:1: no"',
    "",
  ]);
  expect(assay(["ok.yaml"]).code).toBe(0);
  expect(assay(["run", "ok.yaml", "--quiet"])).toMatchObject({ code: 0, err: "" });
  // nor do scripts say anything but errors
  file("logs.lua", 'log.info("i") log.warn("w") log.error("e")');
  file("logs.yaml", `checks:\n${check("logs")}`);
  expect(assay(["logs.yaml", "--quiet"]).err).toBe("ERROR e\n");
});

test("standard output is the document's, whatever a script writes and starts", () => {
  file(
    "writes.lua",
    `print("a") io.write("b\\n") io.stdout:write("c\\n") io.stderr:write("d\\n")
    assert(os.execute("echo e")) local p = io.popen("cat", "w") p:write("f\\n") p:close()`,
  );
  file("writes.yaml", `checks:\n${check("writes", ", sandbox: false")}`);
  const { code, out, err } = assay(["writes.yaml", "--quiet"]);
  expect(names(out)).toEqual(["writes"]);
  expect({ code, err }).toEqual({ code: 0, err: "a\nb\nc\nd\ne\nf\n" });
});

test("options on both sides of the file", () => {
  expect(names(assay(["--only", "t", "mixed.yml"]).out)).toEqual(["pass"]);
  expect(names(assay(["mixed.yml", "--skip=t"]).out)).toEqual(["fail"]);
  expect(assay(["--output", "tap", "ok.yaml"]).out).toBe("TAP version 14\n1..1\nok 1 - pass\n");
  expect(assay(["ok.yaml", "--output-file", "out.json"])).toMatchObject({ code: 0, out: "" });
  expect(names(readFileSync(join(directory, "out.json"), "utf8"))).toEqual(["pass"]);
  expect(assay(["ok.yaml", "--output", "jsn"])).toMatchObject({ code: 2, out: "" });
  expect(assay(["ok.yaml", "--nope"]).code).toBe(2);
  // a mistyped tag must not make everything pass
  expect(assay(["mixed.yml", "--only", "t,tt"])).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringContaining('error: --only: no check has the tag or name "tt"\n'),
  });
  // a tag may be called like a command
  const { err } = assay(["--only", "test", "mixed.yml"]);
  expect(err).toContain('error: --only: no check has the tag or name "test"\n');
});

test("configuration mistakes: 2, or 1 as the original; nothing runs", () => {
  file("bad.yaml", "checks: [{name: a, type: nope}]");
  const { code, out, err } = assay(["bad.yaml"]);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(
    'error: loading config from bad.yaml: bad.yaml:1:26: checks[0].type: unknown check type: "nope"',
  );
  expect(assay(["bad.yaml", "--exit-compat"]).code).toBe(1);
  expect(assay(["none.yaml"]).err).toContain(
    "error: loading config from none.yaml: No such file or directory (os error 2)",
  );
  file("key.yaml", "chekcs: 1\nchecks: []");
  expect(assay(["key.yaml"]).code).toBe(0);
  expect(assay(["key.yaml", "--strict"]).code).toBe(2);
});

test("validate", () => {
  expect(assay(["validate", "ok.yaml"])).toEqual({
    code: 0,
    out: "ok.yaml: valid, 1 check\n",
    err: "",
  });
  file("bad2.yaml", "retries: x\nchecks: 1");
  expect(assay(["validate", "ok.yaml", "bad2.yaml"])).toEqual({
    code: 2,
    out: "ok.yaml: valid, 1 check\n",
    err: "bad2.yaml:1:10: retries: expected an integer from 0 to 4294967295, got x\nbad2.yaml:2:9: checks: expected a list, got 1\n",
  });
});

test("validate looks into files of certificates, too", () => {
  file("none.pem", "no certificate");
  const at = (ca: string) => `  - {name: c, type: tls, host: x, ca: ${ca}}\n`;
  file("cas.yaml", `checks:\n${at("absent.pem")}${at("none.pem")}`);
  expect(assay(["validate", "cas.yaml"])).toEqual({
    code: 2,
    out: "",
    err: `cas.yaml: reading ca file "absent.pem": No such file or directory (os error 2)
cas.yaml: ca file "none.pem": no certificate found in the PEM text
`,
  });
});

test("validate looks into scripts, too", () => {
  file("broken.lua", "#!/bin/x\nlocal x = = 1");
  file(
    "scripts.yaml",
    `checks:\n${check("pass")}${check("broken")}${check("broken")}${check("absent")}`,
  );
  expect(assay(["validate", "scripts.yaml"])).toEqual({
    code: 2,
    out: "",
    err: `scripts.yaml: syntax error: broken.lua:2: unexpected symbol near '='
scripts.yaml: failed to read Lua script "absent.lua": No such file or directory (os error 2)
`,
  });
});

test("the global timeout: 124, also for a loop and a call that never end", () => {
  for (const name of ["busy", "stuck"]) {
    file(
      `${name}.yaml`,
      `timeout: 1500ms\nchecks:\n${check("pass")}${check(name)}${check("fail")}`,
    );
    const { code, out } = assay([`${name}.yaml`]);
    expect(code).toBe(124);
    // neither has to wait for the watchdog
    expect((JSON.parse(out) as RunResult).duration_ms).toBeLessThan(3300);
    const { checks, interrupted } = JSON.parse(out) as RunResult;
    expect(interrupted).toBe("timeout");
    const message = "global timeout of 1.5s exceeded";
    expect(checks.map((c) => c.message)).toEqual([null, message, message]);
  }
  expect(assay(["busy.yaml", "--exit-compat"]).code).toBe(1);
});

test("a script whose native calls take too much memory: 1, with the result so far", () => {
  file(
    "rows.lua",
    `local d = db.connect("sqlite::memory:")
d:execute("create table t(a)")
for i = 1, 1000 do d:execute("insert into t values(randomblob(1000000))") end`,
  );
  file("rows.yaml", `timeout: 60s\nretries: 0\nchecks:\n${check("pass")}${check("rows")}`);
  const { code, out, err } = assay(["rows.yaml", "--quiet", "--output", "json=rows.json"]);
  expect(err).toBe("error: memory error: not enough memory, in a native function\n");
  const result = JSON.parse(out) as RunResult;
  expect(readFileSync(join(directory, "rows.json"), "utf8")).toBe(out);
  expect(code).toBe(1);
  expect(result.interrupted).toBe("memory");
  const message = "the run was ended: not enough memory, in a native function";
  expect(result.checks.map((c) => c.message)).toEqual([null, message]);
  expect(result.checks[1]?.attempts).toMatchObject([{ passed: false, message }]);
}, 60_000);

test("SIGTERM prints what there is and ends with 143", async () => {
  file("long.yaml", `checks:\n${check("pass")}${check("busy")}`);
  const child = spawn(process.execPath, [main, "long.yaml"], {
    cwd: directory,
    env: environment(),
  });
  let out = "";
  child.stdout.on("data", (d) => (out += d));
  await new Promise<void>((resolve) => {
    child.stderr.on("data", (d) => {
      // the second check is busy from here on
      if (String(d).includes('check="pass"')) setTimeout(resolve, 100);
    });
  });
  child.kill("SIGTERM");
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code).toBe(143);
  expect((JSON.parse(out) as RunResult).checks.map((c) => c.message)).toEqual([
    null,
    "interrupted by a signal",
  ]);
});

test("shards, each for every N-th check, and their results joined", () => {
  file(
    "all.yaml",
    `checks:\n${["a", "b", "c"].map((n) => `  - {name: ${n}, type: script, file: pass.lua}\n`).join("")}`,
  );
  const first = assay(["all.yaml", "--shard", "0/2"]);
  const second = assay(["all.yaml", "--shard", "/2"], { JOB_COMPLETION_INDEX: "1" });
  expect([names(first.out), names(second.out)]).toEqual([["a", "c"], ["b"]]);
  file("1.json", first.out);
  file("2.json", second.out);
  const merged = assay(["merge", "2.json", "1.json"]);
  expect([merged.code, names(merged.out)]).toEqual([0, ["a", "b", "c"]]);
  expect(assay(["merge", "ok.yaml"]).code).toBe(2);
  expect(assay(["all.yaml", "--shard", "2/2"]).code).toBe(2);
});

test("secrets don't show", () => {
  file("secret.lua", 'error("token " .. env.get("T"))');
  file(
    "secret.yaml",
    `retries: 0\nchecks: [{name: s, type: script, file: secret.lua, env: {T: "\${API_TOKEN}"}}]`,
  );
  const { out, err } = assay(["secret.yaml"], { API_TOKEN: "hunter2-hunter2" });
  expect(out).toContain("token [redacted]");
  expect(out + err).not.toContain("hunter2");
});

test("secrets show in no form: in JSON, in URLs, cut in two, or from a script's own variables", async () => {
  const { serve } = await import("./helpers");
  const server = await serve((req, res, body) => {
    const { authorization, "x-t": token } = req.headers;
    res.writeHead(500);
    // the token begins within the 200 characters that are shown, and ends behind them
    res.end(JSON.stringify({ authorization, url: req.url, token, body }).padEnd(190) + token);
  });
  file("own.lua", 'error("it was " .. env.get("DB_PASS") .. " and " .. env.get("MY_TOKEN"))');
  file(
    "forms.yaml",
    `retries: 0
vars: {their_secret: "said-in-the-file"}
checks:
  - name: "named \${API_TOKEN}"
    type: http
    url: "${server.url}/?t=\${API_TOKEN}"
    method: POST
    headers: {Authorization: "Bearer \${API_TOKEN}", X-T: "\${API_TOKEN}"}
    body: "\${their_secret} \${API_TOKEN}"
  - {name: body, type: http, url: "${server.url}", expect: {body: "\${API_TOKEN}"}}
  - {name: basic, type: http, url: "${server.url.replace("//", "//user:open%20sesame@")}"}
  - {name: script, type: script, file: own.lua, env: {DB_PASS: "hunter2-hunter2"}}
`,
  );
  const args = ["forms.yaml", "--output", "pretty=forms.txt", "--report", "forms.html"];
  const child = spawn(process.execPath, [main, ...args, "--termination-log", "forms.log"], {
    cwd: directory,
    env: environment({ API_TOKEN: 'p@ss"word/1 2', MY_TOKEN: "not-in-any-file" }),
  });
  let all = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (d) => {
      all += d;
    });
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
  await server.close();
  for (const name of ["forms.txt", "forms.html", "forms.log"])
    all += readFileSync(join(directory, name), "utf8");
  expect(all).toContain("named [redacted]");
  expect(all).not.toMatch(
    /word(\/|%2F|&#)|p(@|%40)ss|hunter2|said-in|open.{1,3}sesame|not-in-any|dXNlcjpv/,
  );
});
