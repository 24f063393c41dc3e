/** Several scripts in one process: what one does to the language itself stays with it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { RunResult } from "../../src/checks/result";
import { createLua } from "../../src/index";
import { testFolder } from "../builtins/folder";

const quiet = { stdout: () => undefined, stderr: () => undefined };

test("the metatable of strings, while both take turns", async () => {
  const [a, b] = [createLua(quiet), createLua(quiet)];
  const attack = a.run(`
    getmetatable("").__index = function() return "stolen" end
    getmetatable("").__add = function() return "stolen" end
    for _ = 1, 10 do sleep(0.002) end
    return ("x").y`);
  const victim = b.run(`
    local seen = {}
    for i = 1, 10 do sleep(0.002) seen[i] = tostring(("x").y) end
    return table.concat(seen, " "), pcall(function() return "a" + "b" end)`);
  expect(await attack).toEqual(["stolen"]);
  const [seen, added] = await victim;
  expect([seen, added]).toEqual(["nil nil nil nil nil nil nil nil nil nil", false]);
  await a.close();
  await b.close();
});

test("a finaliser that runs while another state collects sees its own state", async () => {
  const [a, b] = [createLua(quiet), createLua(quiet)];
  await a.run(`
    hits = 0
    for _ = 1, 50 do
      setmetatable({}, { __gc = function()
        hits = hits + 1
        getmetatable("").__index = function() return "stolen" end
      end })
    end`);
  const collect = "for _ = 1, 5 do collectgarbage() sleep(0.005) end";
  expect(await b.run(`${collect} return ("x").y, hits`)).toEqual([undefined, undefined]);
  expect(await a.run(`${collect} return hits > 0, ("x").y`)).toEqual([true, "stolen"]);
  expect(await b.run(`return ("x").y, ("ab"):upper()`)).toEqual([undefined, "AB"]);
  await a.close();
  await b.close();
});

test.each([
  ["loops", "while true do end"],
  ["loops and catches errors", "while true do pcall(function() while true do end end) end"],
  ["raises errors", "error('x')"],
  ["ends the program", "os.exit(0)"],
  ["waits", "sleep(100)"],
  ["recurses", "local function f() return 1 + f() end f()"],
])("a finaliser that %s does no harm to another state", async (_, body) => {
  const [a, b] = [createLua(quiet), createLua(quiet)];
  await a.run(`for _ = 1, 3 do setmetatable({}, { __gc = function() ${body} end }) end`);
  const begin = performance.now();
  expect(await b.run(`for _ = 1, 3 do collectgarbage() sleep(0.005) end return "fine"`)).toEqual([
    "fine",
  ]);
  await a.close();
  expect(await b.run("return 1")).toEqual([1]);
  await b.close();
  expect(performance.now() - begin).toBeLessThan(8000);
});

test("closing a state runs its finalisers, with a limit", async () => {
  const a = createLua(quiet);
  const seen: unknown[] = [];
  a.register("seen", (x: number) => void seen.push(x));
  await a.run("kept = setmetatable({}, { __gc = function() seen(1) end })");
  await a.close();
  expect(seen).toEqual([1]);
});

test("closing methods that loop end with the state", async () => {
  const a = createLua(quiet);
  const running = a
    .run(
      "local x <close> = setmetatable({}, { __close = function() while true do end end }) sleep(100)",
    )
    .catch(() => "ended");
  await new Promise((done) => setTimeout(done, 50));
  await a.close();
  expect(await running).toBe("ended");
});

test("one script of a check file can't take the result of the others", () => {
  const dir = testFolder();
  mkdirSync(dir, { recursive: true });
  const scripts: Record<string, string> = {
    exit: "for _ = 1, 20 do setmetatable({}, { __gc = function() os.exit(0) end }) end",
    loop: "for _ = 1, 5 do setmetatable({}, { __gc = function() while true do end end }) end",
    string: `getmetatable("").__index = function() return "stolen" end log.info = nil assert = nil`,
    last: "for _ = 1, 5 do collectgarbage() sleep(0.01) end assert.eq(('x').y, nil) error('fails')",
  };
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(dir, `${name}.lua`), text);
  const checks = Object.keys(scripts).map(
    (n) => `  - { name: ${n}, type: script, file: ${n}.lua }\n`,
  );
  writeFileSync(join(dir, "c.yaml"), `retries: 0\nchecks:\n${checks.join("")}`);
  const main = join(dirname(dirname(import.meta.dirname)), "src", "cli", "main.ts");
  const r = spawnSync(process.execPath, [main, "c.yaml"], { cwd: dir, timeout: 25_000 });
  const result = JSON.parse(r.stdout.toString()) as RunResult;
  expect(result.checks.map((c) => [c.name, c.passed])).toEqual([
    ["exit", true],
    ["loop", true],
    ["string", true],
    ["last", false],
  ]);
  expect(result.checks[3]?.message).toMatch(/fails/);
  expect(r.status).toBe(1);
});
