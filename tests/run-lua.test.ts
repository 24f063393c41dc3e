/**
 * The conformance tests written in Lua: one vitest test for each file of tests/lua.
 *
 * Files run as child processes of the command line tool, as a user would run them. Those of
 * `forms/` are lists of cases that support/forms.lua runs with and without yields injected.
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

async function run(...args: string[]): Promise<void> {
  const child = Bun.spawn([process.execPath, main, ...args], {
    cwd: root,
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
    test(relative(directory, file), { timeout: 60_000 }, () =>
      run(join(suite, "support", "forms.lua"), file),
    );
});
