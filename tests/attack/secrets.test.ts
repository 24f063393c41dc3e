/** Credentials show in no error and no log line, whichever way they came in. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "../builtins/folder";
import { harness } from "../builtins/harness";

const WORDS = /hunter|sesame|tok123|ftppass/;

test.each([
  `http.get("http://user:hunter%402@127.0.0.1:1/p?token=tok123#tok123")`,
  `http.get("http://user:hunter2@[bad/p?token=tok123")`,
  `http.get("ftp://user:hunter2@h/x?token=tok123")`,
  `http.get("https://user:hunter2@127.0.0.1:1/x?token=tok123")`,
  `http.get("http://127.0.0.1:1/", { query = { token = "tok123" }, headers = { authorization = "Bearer sesame" } })`,
  `http.client{ base_url = "http://u:hunter2@127.0.0.1:1" }:get("/x?token=tok123")`,
  `http.client{ proxy = "http://u:hunter2@:x" }`,
  `http.client{ proxy = "http://u:hunter2@127.0.0.1:1" }:get("http://127.0.0.1:2/?token=tok123")`,
  `http.download("http://u:hunter2@127.0.0.1:1/?token=tok123", "/tmp/never")`,
  `ws.connect("ws://user:hunter2@127.0.0.1:1/p?token=tok123")`,
  `ws.connect("wsx://user:hunter2@127.0.0.1:1/p?token=tok123")`,
  `db.connect("postgres://user:hunter2@127.0.0.1:1/p?sslmode=disable")`,
  `db.connect("mysql://user:hunter2@127.0.0.1:1/p")`,
  `db.connect("postgres://user:hunter2@127.0.0.1:1x/p")`,
  `db.connect("nope://user:hunter2@127.0.0.1:1/p")`,
  `db.connect("postgres://127.0.0.1:1/p?password=hunter2&nonsense=tok123")`,
  `error(tostring(http.client{ base_url = "http://u:hunter2@127.0.0.1:1/?token=tok123" }))`,
  `log.secret("open sesame") error("it is open sesame")`,
  `log.secret("open sesame") error({ code = "open sesame" })`,
  `log.secret("open sesame") error(setmetatable({}, { __tostring = function() return "open sesame" end }))`,
])("%s", async (code) => {
  const h = harness();
  const message = await h.failure(code);
  expect(message).not.toMatch(WORDS);
  expect(h.logged().join("\n")).not.toMatch(WORDS);
});

test("log lines: messages, fields, tables, escapes, tasks that fail", async () => {
  const h = harness();
  await h.run(`
    local secret = 'open "sesame" \\\\ now'
    log.secret(secret)
    log.info("it is " .. secret, { field = secret, table = { deep = { secret } }, [secret] = 1 })
    async.spawn(function() error(secret) end)
    sleep(0.01)
    pcall(http.get, "http://u:hunter%402@127.0.0.1:1/")
    log.info("hunter@2 hunter%402")`);
  await h.lua.close();
  const lines = h.logged();
  expect(lines.length).toBeGreaterThanOrEqual(2);
  expect(lines.join("\n")).not.toMatch(WORDS);
  expect(lines.join("\n")).toContain("[redacted]");
});

test("an error that belongs to nobody's call shows neither code nor fields, and costs no result", () => {
  const dir = testFolder();
  const main = join(dirname(dirname(import.meta.dirname)), "src", "cli", "main.ts");
  const stray = `setTimeout(() => { throw Object.assign(new Error("stray"), { token: "hunter2" }) }, 800)`;
  writeFileSync(join(dir, "stray.ts"), stray);
  writeFileSync(join(dir, "wait.lua"), "sleep(1.5)");
  writeFileSync(join(dir, "c.yaml"), "checks: [{ name: w, type: script, file: wait.lua }]");
  const run = (file: string) =>
    spawnSync(process.execPath, ["--preload", "./stray.ts", main, file], {
      cwd: dir,
      encoding: "utf8",
      timeout: 20_000,
    });
  const script = run("wait.lua");
  expect(script.stderr).toMatch(/^\S+Z ERROR internal error: stray\n$/);
  expect(script.status).toBe(1);
  const checks = run("c.yaml");
  expect(checks.stderr).toContain("internal error: stray");
  expect(checks.stderr).not.toMatch(WORDS);
  expect(JSON.parse(checks.stdout)).toMatchObject({ passed: true });
  expect(checks.status).toBe(0);
});
