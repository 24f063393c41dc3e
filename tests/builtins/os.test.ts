import { execFileSync } from "node:child_process";
import { arch, hostname, platform } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { functionNames } from "../../scripts/generate-builtins";
import osBuiltin from "../../src/builtins/os";
import stringBuiltin from "../../src/builtins/string";
import { harness } from "./harness";

const { run, failure } = harness();

test("os says what machine this is", async () => {
  const names: Record<string, string> = { x64: "x86_64", arm64: "aarch64", darwin: "macos" };
  expect(await run("return os.hostname(), os.arch(), os.platform(), os.pid()")).toEqual([
    hostname(),
    names[arch()] ?? arch(),
    names[platform()] ?? platform(),
    process.pid,
  ]);
  expect(await run("return os.signals().SIGTERM, os.signals().SIGKILL")).toEqual([15, 9]);
});

test("the standard library's functions are still there", async () => {
  expect(
    await run(`return type(os.time()), os.getenv("PATH") ~= nil, require("os") == os`),
  ).toEqual(["number", true, true]);
});

test("string.split at white space and at separators", async () => {
  const split = async (args: string) => (await run(`return string.split(${args})`))[0];
  expect(await split(`" a  b\\tc\\n"`)).toEqual(["a", "b", "c"]);
  expect(await split(`"a,b,,c,", ","`)).toEqual(["a", "b", "", "c", ""]);
  expect(await split(`"a.b", "."`)).toEqual(["a", "b"]);
  expect(await split(`"one::two", "::"`)).toEqual(["one", "two"]);
  expect(await split(`"", ","`)).toEqual([""]);
  expect(await run(`return #string.split("   "), #(""):split(), ("a-b"):split("-")[2]`)).toEqual([
    0,
    0,
    "b",
  ]);
  expect(await run(`return ("\\xff\\0\\xfe"):split("\\0")[2] == "\\xfe"`)).toEqual([true]);
  expect(await failure(`string.split("a", "")`)).toBe("string.split: separator must not be empty");
  expect(await failure("string.split()")).toContain("bad argument #1 to 'split'");
});

test("the command line adds them without loading them first", () => {
  const cli = join(import.meta.dirname, "../../src/cli/main.ts");
  const source = `
    local s = ("x,y"):split(",")
    print(s[2], os.hostname(), type(os.time()), require("string").split == string.split)
    print(os.arch(), select(2, pcall(string.split, "a", "")))
    for k in pairs(string) do if k == "split" then print(k) end end`;
  const out = execFileSync(process.execPath, [cli, "exec", "-e", source], { encoding: "utf8" });
  const names: Record<string, string> = { x64: "x86_64", arm64: "aarch64" };
  expect(out).toBe(
    `y\t${hostname()}\tnumber\ttrue\n${names[arch()] ?? arch()}\tstring.split: separator must not be empty\nsplit\n`,
  );
});

test("the generated list of additions names all functions of these builtins", () => {
  expect(functionNames("os")).toEqual(Object.keys(osBuiltin.functions ?? {}));
  expect(functionNames("string")).toEqual(Object.keys(stringBuiltin.functions ?? {}));
});
