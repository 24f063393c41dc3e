/** Scripts of checks run in a sandbox; files and the command line say what they may touch. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadText } from "../../src/checks/load";
import { ConfigError } from "../../src/checks/problem";
import type { RunResult } from "../../src/checks/result";
import type { SandboxFlags } from "../../src/checks/sandbox";
import { directory, file, main, removeDirectory, runText, testServices } from "./helpers";

const server = createServer((_, res) => res.end('{"ok":true}'));
let port: number;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  removeDirectory();
});

/** What becomes of a script under some settings of its check and of the command line. */
async function attempt(
  lua: string,
  more = "",
  flags: SandboxFlags = {},
  env: Record<string, string> = {},
) {
  file("script.lua", lua);
  const text = `retries: 0\nchecks:\n  - { name: s, type: script, file: script.lua${more} }\n`;
  const services = { ...testServices(env), sandbox: flags };
  const [check] = (await runText(text, { services })).checks;
  return check?.passed ? "passed" : (check?.message ?? "").split("\nstack traceback")[0];
}

test("what checks need works without a word: http, db, files, environment, modules", async () => {
  file("helper.lua", "return { answer = 42 }");
  process.env.ASSAY_TEST_SEEN = "seen";
  const lua = `
    package.path = "${directory}/?.lua;" .. package.path
    assert.eq(require("helper").answer, 42)
    assert.eq(http.get("http://127.0.0.1:${port}/").status, 200)
    assert.eq(env.get("ASSAY_TEST_SEEN"), "seen")
    assert.eq(os.getenv("OWN"), "own")
    assert.contains(fs.read("${directory}/script.lua"), "package.path")
    local dir = fs.tempdir()
    fs.write(dir .. "/x", "y")
    assert.eq(fs.read(dir .. "/x"), "y")
    fs.remove(dir, { recursive = true })
    assert.eq(db.query(db.connect("sqlite::memory:"), "select 1 as a")[1].a, 1)
    print("fine")`;
  expect(await attempt(lua, ", env: { OWN: own }")).toBe("passed");
});

// checks may write to the directory for temporary files, in which the working directory may be, too
const outside = join(dirname(tmpdir()), "beside.txt");

test.each([
  ["io.write('x')", /global 'io'\)\nnote: 'io' is not there because the script runs in a sandbox/],
  ["shell.exec('true')", /global 'shell'\)\nnote: 'shell'/],
  ["process.list()", /global 'process'\)\nnote: 'process'/],
  ["os.execute('true')", /field 'execute'\)\nnote: 'execute'/],
  ["os.remove('x')", /field 'remove'\)\nnote/],
  [`fs.write('${outside}', 'x')`, /fs\.write: writing ".*beside\.txt" is not allowed/],
  ["debug.sethook()", /field 'sethook'\)\nnote: 'sethook'/],
  ["debug.getlocal(1, 1)", /field 'getlocal'\)\nnote: 'getlocal'/],
  ["load(string.dump(print))", /field 'dump'\)\nnote/],
  ["assert.eq(load('\\27Lua'), 1)", /assert\.eq failed/],
])("refused by default: %s", async (lua, message) => {
  expect(await attempt(lua)).toMatch(message);
  expect(existsSync(outside)).toBe(false);
});

test("sandbox: false is the original's way", async () => {
  expect(
    await attempt(
      "assert.eq(shell.exec('echo hi').stdout, 'hi\\n') io.write('')",
      ", sandbox: false",
    ),
  ).toBe("passed");
});

test("a file says what scripts may touch; folders are relative to it", async () => {
  const out = join(directory, "out");
  mkdirSync(out);
  const write = `fs.write("${out}/x", "y")`;
  // the test folder lies in the folder for temporary files
  const only = ", sandbox: { allow_write: out }";
  expect(await attempt(write, only)).toBe("passed");
  expect(await attempt(`fs.write("${directory}/x", "y")`, only)).toMatch(/not allowed/);
  const net = (rule: string) => `, sandbox: { allow_net: "${rule}" }`;
  const get = `http.get("http://127.0.0.1:${port}/")`;
  expect(await attempt(get, net(`127.0.0.1:${port}`))).toBe("passed");
  expect(await attempt(get, net("api.example"))).toMatch(/not allowed/);
  expect(await attempt(`fs.read("/etc/passwd")`, `, sandbox: { allow_read: [out] }`)).toMatch(
    /not allowed/,
  );
  const seen = "assert.eq(env.get('PATH'), nil) assert.eq(env.get('OWN'), 'own')";
  expect(await attempt(seen, ", env: { OWN: own }, sandbox: { allow_env: [NONE] }")).toBe("passed");
});

test("the command line has the last word", async () => {
  const get = `http.get("http://127.0.0.1:${port}/")`;
  expect(await attempt(get, "", { sandbox: true })).toMatch(/not allowed/);
  expect(await attempt(get, ", sandbox: false", { sandbox: true })).toMatch(/not allowed/);
  expect(await attempt(get, "", { sandbox: true, allowNet: ["127.0.0.1"] })).toBe("passed");
  expect(await attempt(get, "", { allowNet: ["api.example"] })).toMatch(/not allowed/);
  expect(await attempt(`fs.read("/etc/passwd")`, "", { sandbox: true })).toMatch(/not allowed/);
  expect(await attempt("shell.exec('true')", ", sandbox: false", { allowNet: ["*"] })).toMatch(
    /'shell'/,
  );
  expect(await attempt(`fs.mkdir("${directory}/new")`, "", { readonly: true })).toMatch(
    /^readonly: fs\.mkdir/,
  );
});

test("--allow-net holds for checks of all types", async () => {
  const allowed = `retries: 0
checks:
  - { name: http, type: http, url: "http://127.0.0.1:${port}/" }
  - { name: tcp, type: tcp, host: localhost, port: ${port} }
`;
  const text = `${allowed}  - { name: tls, type: tls, host: localhost, port: ${port} }
  - { name: sql, type: sql, url: "postgres://localhost:${port}/x", query: select 1 }
  - { name: dns, type: dns, host: x.example, server: "127.0.0.1:5353" }
  - { name: prometheus, type: prometheus, url: "http://localhost:${port}", query: up }
`;
  const refused = await runText(text, {
    services: { ...testServices(), sandbox: { allowNet: ["127.0.0.2"] } },
  });
  for (const check of refused.checks)
    expect(check.message, check.name).toMatch(/not allowed \(no network rule fits\)/);
  const services = { ...testServices(), sandbox: { allowNet: [`127.0.0.1:${port}`] } };
  const [http, tcp] = (await runText(allowed, { services })).checks;
  // a name is looked up, and its allowed address connected to
  expect([http?.passed, tcp?.passed]).toEqual([true, true]);
});

test("--sandbox keeps sql checks to the folders it names", async () => {
  const sql = async (name: string, flags: SandboxFlags) => {
    const text = `retries: 0\nchecks: [{name: s, type: sql, url: "sqlite:${join(directory, name)}?mode=rwc", query: create table t(a)}]`;
    const { checks } = await runText(text, { services: { ...testServices(), sandbox: flags } });
    return checks[0]?.passed ? "passed" : checks[0]?.message;
  };
  expect(await sql("own.db", {})).toBe("passed");
  expect(await sql("no.db", { sandbox: true })).toMatch(/not allowed/);
  expect(existsSync(join(directory, "no.db"))).toBe(false);
  const folders = { allowRead: [directory], allowWrite: [directory] };
  expect(await sql("yes.db", { sandbox: true, ...folders })).toBe("passed");
});

test("mistakes in sandbox settings are found with their places", () => {
  const problems = (more: string) => {
    try {
      loadText(
        `checks:\n  - { name: s, type: script, file: x.lua, ${more} }\n`,
        join(directory, "c.yaml"),
      );
      return [];
    } catch (e) {
      if (!(e instanceof ConfigError)) throw e;
      return e.problems.map((p) => `${p.path}: ${p.message}`);
    }
  };
  expect(problems("sandbox: { allow_net: 'a b' }")[0]).toMatch(
    /^checks\[0\]\.sandbox.*(invalid network rule|HOST)/,
  );
  expect(problems("sandbox: 5")[0]).toMatch(/^checks\[0\]\.sandbox: /);
});

test("as a process: flags, memory, exit codes", () => {
  file("shell.lua", "shell.exec('touch ' .. env.get('MARK'))");
  file("hungry.lua", "local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end");
  file(
    "p.yaml",
    `retries: 0
checks:
  - { name: shell, type: script, file: shell.lua }
  - { name: hungry, type: script, file: hungry.lua }
`,
  );
  const mark = join(tmpdir(), `assay-mark-${process.pid}`);
  const run = (...flags: string[]) => {
    const r = spawnSync(process.execPath, [main, ...flags, "p.yaml"], {
      cwd: directory,
      env: { ...process.env, MARK: mark },
      timeout: 25_000,
    });
    return { code: r.status, result: JSON.parse(r.stdout.toString()) as RunResult };
  };
  const { code, result } = run();
  expect(code).toBe(1);
  expect(result.checks[0]?.message).toMatch(
    /'shell' is not there because the script runs in a sandbox/,
  );
  expect(result.checks[1]?.message).toMatch(/^not enough memory/);
  expect(existsSync(mark)).toBe(false);
  expect(readFileSync(join(directory, "shell.lua"), "utf8")).toContain("touch");
  rmSync(mark, { force: true });
});
