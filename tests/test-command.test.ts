/** `assay test`: discovery, parallel runs, isolation, reports. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const main = join(dirname(import.meta.dirname), "src", "cli", "main.ts");
const root = mkdtempSync(join(tmpdir(), "assay-test-command-"));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;

/** A folder with files of tests. */
function folder(files: Record<string, string>): string {
  const path = join(root, String(folders++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

function assayTest(cwd: string, ...args: string[]) {
  const started = performance.now();
  const r = spawnSync(process.execPath, [main, "test", ...args], {
    cwd,
    env: { ...process.env, HOME: root, RUST_LOG: "", ASSAY_STUB: "" },
    encoding: "utf8",
    timeout: 25_000,
  });
  const out = r.stdout.replace(/\d+ ms\)/g, "N ms)").replace(/in [\d.]+ s\n$/, "in N s\n");
  return { code: r.status, out, err: r.stderr, ms: performance.now() - started };
}

test("test_* functions of *_test.lua files, in folders below, too", () => {
  const cwd = folder({
    "a_test.lua": "function test_one() end\nfunction helper() error 'no' end",
    "deep/er/b_test.lua": "return { test_two = function() end, other = function() error 'no' end }",
    "not.lua": "function test_three() error 'no' end",
    ".hidden/c_test.lua": "error 'no'",
  });
  const r = assayTest(cwd);
  expect(r).toMatchObject({ code: 0, err: "" });
  const lines = r.out.trimEnd().split("\n");
  expect(lines.slice(0, -1).sort()).toEqual([
    "ok    a_test.lua: test_one (N ms)",
    "ok    deep/er/b_test.lua: test_two (N ms)",
  ]);
  expect(lines.at(-1)).toBe("2 passed, 0 failed in N s");
  expect(assayTest(cwd, "deep").out).toContain("1 passed");
  expect(assayTest(cwd, "a_test.lua").out).toContain("1 passed");
});

test("what a failure says does not steer the terminal", () => {
  const cwd = folder({ "esc_test.lua": 'function test_e() error("\\27[31m\\0red\\n\\tx", 0) end' });
  expect(assayTest(cwd).out).toContain("      \\x1b[31m\\x00red\n      \tx\n");
});

test("a test that waits for nothing fails at once", () => {
  const cwd = folder({
    "dead_test.lua": `function test_dead()
  async.channel():recv()
end
function test_late()
  sleep(0.05)
end
return nil`,
  });
  const r = assayTest(cwd, "--parallel", "1");
  expect(r.code).toBe(1);
  expect(r.ms).toBeLessThan(15_000);
  expect(r.out).toContain("FAIL  dead_test.lua: test_dead (N ms)\n      deadlock: ");
  expect(r.out).toContain("dead_test.lua:2: in function");
  expect(r.out).toContain("ok    dead_test.lua: test_late");
});

test("failures are readable", () => {
  const cwd = folder({
    "f_test.lua": `function test_tables()
  print("before")
  assert.eq({ a = { b = 1 } }, { a = { b = 2 } }, "the same")
end`,
  });
  const r = assayTest(cwd);
  expect(r.code).toBe(1);
  expect(r.out).toBe(`FAIL  f_test.lua: test_tables (N ms)
      assert.eq failed: tables differ - the same
        .a.b: 1 != 2
        3 | assert.eq({ a = { b = 1 } }, { a = { b = 2 } }, "the same")
      stack traceback:
      \t[C]: in field 'eq'
      \tf_test.lua:3: in function <f_test.lua:1>
      output:
        before
0 passed, 1 failed in N s
`);
});

test("files that can't be loaded, os.exit, endless loops and dead processes are failures", () => {
  const cwd = folder({
    "a_test.lua": "x = = 1",
    "b_test.lua": "function test_exit() os.exit(0) end",
    "c_test.lua": "function test_endless() while true do end end function test_fine() end",
    "d_test.lua":
      'function test_killed() process.kill(tonumber(fs.read("/proc/self/stat"):match("%d+")), 9) sleep(5) end',
  });
  const r = assayTest(cwd, "--timeout", "1s");
  expect(r.code).toBe(1);
  expect(r.out).toContain("a_test.lua:1: unexpected symbol near '='");
  expect(r.out).toContain("the test called os.exit (code 0)");
  expect(r.out).toContain("timeout: ran longer than 1000 ms");
  expect(r.out).toContain("ok    c_test.lua: test_fine");
  expect(r.out).toContain("FAIL  d_test.lua\n      the process ended with SIGKILL");
  expect(r.out).toContain("1 passed, 4 failed");
});

test("tests run at the same time and share nothing", () => {
  const slow =
    "sleep(1.5) assert.is_nil(seen) seen = true assert.is_nil(env.get 'SEEN') env.set('SEEN', '1')";
  const text = `function test_a() ${slow} end function test_b() ${slow} end function test_c() ${slow} end`;
  const cwd = folder({ "a_test.lua": text, "b_test.lua": text });
  const r = assayTest(cwd, "--parallel", "2");
  expect(r).toMatchObject({ code: 0, err: "" });
  // nine seconds one after the other
  expect(r.ms).toBeLessThan(6000);
});

test("setup and teardown surround each test", () => {
  const cwd = folder({
    "s_test.lua": `
      function setup() state = { "setup" } end
      function teardown() print(table.concat(state, " ")) end
      function test_a() state[2] = "a" end
      function test_b() state[2] = "b" error "x" end`,
  });
  const { out } = assayTest(cwd, "-v");
  expect(out).toContain("      setup a\n");
  expect(out).toContain("setup b\n");
});

test("the test's own failure is shown, not that of the teardown after it", () => {
  const cwd = folder({
    "t_test.lua": `
      function teardown() error("from teardown") end
      function test_a() error("from the test") end
      function test_b() end`,
  });
  const { out } = assayTest(cwd, "--parallel", "1");
  expect(out).toMatch(/test_a .*\n +t_test.lua:3: from the test\n/);
  expect(out).toMatch(/test_b .*\n +t_test.lua:2: from teardown\n/);
});

test("what tests write in any way is theirs, not the report's", () => {
  const cwd = folder({
    "w_test.lua": `function test_a()
      io.write("one\\n") io.stderr:write("two\\n") os.execute("echo three")
    end`,
  });
  expect(assayTest(cwd)).toMatchObject({
    code: 0,
    err: "",
    out: expect.not.stringContaining("one"),
  });
  expect(assayTest(cwd, "-v").out).toContain("      one\n      two\n      three\n");
});

test("--filter chooses by file and name", () => {
  const cwd = folder({
    "x_test.lua": "function test_login() end function test_logout() end",
    "y_test.lua": "function test_login() end",
  });
  expect(assayTest(cwd, "--filter", "test_login").out).toContain("2 passed");
  expect(assayTest(cwd, "--filter", "x_test.lua: test_log").out).toContain("2 passed");
  expect(assayTest(cwd, "--filter", "logout", "--filter", "y_").out).toContain("2 passed");
  expect(assayTest(cwd, "--filter", "nothing")).toMatchObject({
    code: 1,
    err: "error: test: no tests found that fit\n",
  });
});

test("--junit writes a report", () => {
  const cwd = folder({
    "j_test.lua": "function test_good() end\nfunction test_bad() print('<&>') error('a < b') end",
  });
  expect(assayTest(cwd, "--junit", "out.xml").code).toBe(1);
  const xml = readFileSync(join(cwd, "out.xml"), "utf8").replace(/time="[\d.]+"/g, 'time="T"');
  expect(xml).toContain(
    '<testsuite name="j_test.lua" tests="2" failures="1" errors="0" skipped="0" time="T">',
  );
  expect(xml).toContain('<testcase name="test_good" classname="j_test" time="T"/>');
  expect(xml).toContain('<failure message="j_test.lua:2: a &lt; b">');
  expect(xml).toContain("<system-out>&lt;&amp;&gt;&#10;</system-out>");
  // known before anything runs
  expect(assayTest(cwd, "--junit", "no/folder/out.xml")).toMatchObject({
    code: 1,
    out: "",
    err: "error: test: writing no/folder/out.xml: No such file or directory (os error 2)\n",
  });
  const full = assayTest(cwd, "--filter", "good", "--junit", "/dev/full");
  expect(full.code).toBe(1);
  expect(full.out).toContain("1 passed, 0 failed");
  expect(full.err).toContain("error: test: writing /dev/full: No space left on device");
});

test("--timeout 0 is no limit, and no timer is too long", () => {
  const cwd = folder({ "t_test.lua": "function test_one() sleep(0.05) end" });
  for (const timeout of ["0", "99999999"])
    expect(assayTest(cwd, "--timeout", timeout)).toMatchObject({ code: 0, err: "" });
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;

test.skipIf(!hasPython)("JUnit reports are XML whatever texts hold", () => {
  const cwd = folder({
    "odd <&\"'>/j_test.lua": `
      local odd = "<a b='c'> & \\"d\\" ]]> \\0\\1\\x1b[31m\\x7f\\xff\\xc3 é€😀\\u{fffe}\\u{ffff}\\u{d800}\\r\\n\\t."
      _G["test_" .. odd] = function() print(odd) error(odd, 0) end
      _G["test_\\xff"] = function() print(odd) end`,
  });
  expect(assayTest(cwd, "--junit", "out.xml").code).toBe(1);
  const parse = `
import sys, json, xml.etree.ElementTree as tree
cases = tree.parse(sys.argv[1]).getroot().iter("testcase")
print(json.dumps([[c.get("name"), c.findtext("failure"), c.findtext("system-out")] for c in cases]))`;
  const r = spawnSync("python3", ["-c", parse, join(cwd, "out.xml")], { encoding: "utf8" });
  expect(r.stderr).toBe("");
  const cases = (JSON.parse(r.stdout) as [string, string | null, string][]).sort();
  expect(cases.length).toBe(2);
  for (const [name, failure, output] of cases) {
    expect(name).toMatch(/^test_/);
    expect(output).toContain(`<a b='c'> & "d" ]]> `);
    expect(output).toContain("é€😀");
    if (failure !== null) expect(failure).toContain("[31m");
  }
});

test("a script is tested offline with a stub", () => {
  const cwd = folder({
    "job.lua": `
      local url = assert(env.get "API_URL")
      local total = 0
      for _, item in ipairs(http.get(url .. "/items"):json()) do total = total + item.price end
      http.post(url .. "/totals", { total = total })
      return total`,
    "job_test.lua": `
      function test_totals()
        local stub <close> = http.stub { file = "fixtures/items.json" }
        env.set("API_URL", stub.url)
        assert.eq(dofile("job.lua"), 30)
        stub:verify()
      end`,
    "fixtures/items.json": JSON.stringify({
      version: 1,
      exchanges: [
        {
          request: { method: "GET", path: "/items" },
          response: { status: 200, json: [{ price: 10 }, { price: 20 }] },
        },
        {
          request: { method: "POST", path: "/totals", json: { total: 30 } },
          response: { status: 201 },
        },
      ],
    }),
  });
  expect(assayTest(cwd)).toMatchObject({ code: 0, out: expect.stringContaining("1 passed") });
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
] as const)
  test(`${signal} ends the tests along with the command`, async () => {
    const cwd = folder({
      "a_test.lua": `
        function test_busy()
          fs.write("pid", (fs.read("/proc/self/stat"):match("%d+")))
          while true do end
        end`,
    });
    const child = spawn(process.execPath, [main, "test"], { cwd, stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    const pid = await eventually(() => Number(readFileSync(join(cwd, "pid"), "utf8")) || undefined);
    child.kill(signal);
    expect(await ended).toBe(code);
    await eventually(() => (isAlive(pid) ? undefined : true));
  });

/** What `look` gives once it gives something. */
async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 500; i++) {
    try {
      const found = look();
      if (found !== undefined) return found;
    } catch {
      // not yet
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not happen within 10 seconds");
}

/** A process that has ended but that nobody has asked about is not. */
function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

test("usage", () => {
  const cwd = folder({ "readme.txt": "" });
  expect(assayTest(cwd)).toMatchObject({ code: 1, err: "error: test: no tests found\n" });
  expect(assayTest(cwd, "nowhere").err).toContain("error: test: reading nowhere: No such file");
  expect(assayTest(cwd, "--parallel", "0").code).toBe(2);
  const confined = spawnSync(process.execPath, [main, "--sandbox", "test"], {
    cwd,
    encoding: "utf8",
  });
  expect(confined).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("can't be confined"),
  });
});
