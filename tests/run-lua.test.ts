/**
 * The conformance tests written in Lua: one vitest test for each file of tests/lua.
 *
 * Files run as child processes of the command line tool, as a user would run them. Those of
 * `forms/` are lists of cases that support/forms.lua runs with and without yields injected, also with loops that
 * go over from the interpreter to compiled code before their first, second or third iteration.
 */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const main = join(root, "src", "cli", "main.ts");
const suite = join(import.meta.dirname, "lua");

function luaFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".lua"))
    .map((name) => join(directory, name))
    .sort();
}

const impatient = join(suite, "support", "impatient.ts");

async function run(...args: string[]): Promise<void> {
  await runWith([], {}, ...args);
}

async function runWith(
  options: string[],
  env: Record<string, string>,
  ...args: string[]
): Promise<void> {
  const child = Bun.spawn([process.execPath, ...options, main, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: "",
  });
}

describe.each(["02-basics", "03-language", "06-libs", "beyond"])("tests/lua/%s", (part) => {
  const directory = join(suite, part);
  for (const file of luaFiles(directory))
    test(relative(directory, file), { timeout: 60_000 }, () => run(file));
});

describe("tests/lua/forms", () => {
  const directory = join(suite, "forms");
  for (const file of luaFiles(directory))
    test(relative(directory, file), { timeout: 60_000 }, async () => {
      const cases = [join(suite, "support", "forms.lua"), file] as const;
      const sooner = (RUNS: string, ITERATIONS: string) =>
        runWith(["--preload", impatient], { RUNS, ITERATIONS }, ...cases);
      await Promise.all([run(...cases), sooner("10", "1")]);
      await Promise.all([sooner("10", "2"), sooner("0", "0")]);
    });
});
