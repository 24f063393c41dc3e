/** `assay build`: one executable of a script and its modules. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requiredModules } from "../src/cli/requires";
import { compiledAssay } from "./compiled";

const directory = mkdtempSync(join(tmpdir(), "assay-build-"));
const elsewhere = mkdtempSync(join(tmpdir(), "assay-elsewhere-"));
let assay = "";
beforeAll(() => {
  assay = compiledAssay();
}, 120_000);
afterAll(() => {
  for (const d of [directory, elsewhere]) rmSync(d, { recursive: true });
});

function run(program: string, args: string[], options: { cwd?: string; env?: object } = {}) {
  const r = spawnSync(program, args, {
    cwd: options.cwd ?? directory,
    env: { ...process.env, HOME: directory, RUST_LOG: "", ...options.env },
    encoding: "utf8",
    timeout: 20_000,
  });
  return { code: r.status, out: r.stdout, err: r.stderr.replace(/^\d{4}-\S+Z +/gm, "") };
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.from(text, "latin1"));
  return name;
}

const quiet = { code: 0, out: "", err: "" };

test("the tool carries the script and the modules it requires", () => {
  file("lib/greet.lua", 'local deep = require "lib.deep"\nreturn { hello = deep.hello }');
  file(
    "lib/deep.lua",
    'return { hello = function(n) if not n then error("who?") end return "hello " .. n end }',
  );
  file("modules/team.lua", "return { name = 'team' }");
  file(
    "tool.lua",
    `#!/usr/bin/env assay
local greet = require("lib.greet")
local team, vault = require "assay.team", require "assay.vault"
print(greet.hello(team.name), type(vault.client), #arg, ...)
if arg[1] == "fail" then
  greet.hello()
end`,
  );
  expect(run(assay, ["build", "tool.lua", "-o", join(elsewhere, "tool")])).toEqual(quiet);
  const tool = join(elsewhere, "tool");
  expect(statSync(tool).mode & 0o111).toBe(0o111);
  // all arguments are the script's, and nothing is read from the working directory
  expect(run(tool, ["--help", "-v", "--", "x.lua"], { cwd: elsewhere })).toEqual({
    ...quiet,
    out: "hello team\tfunction\t4\t--help\t-v\t--\tx.lua\n",
  });
  const failed = run(tool, ["fail"], { cwd: elsewhere });
  expect(failed).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^ERROR \.\/lib\/deep\.lua:1: who\?\nstack traceback:\n(?:\t.*\n)*\ttool\.lua:6: in main chunk\n/,
    ),
  });
});

test("arg[0] is the tool, and the script gets bytes", () => {
  file("raw.lua", 'io.write(arg[0], "\\n", "\xff\0", #arg[1])');
  run(assay, ["build", "raw.lua"]);
  const r = spawnSync(join(directory, "raw"), ["ä"], { encoding: "latin1" });
  expect(r.stdout).toBe(`${join(directory, "raw")}\n\xff\x002`);
});

test("limits given to build hold for the tool", () => {
  file("endless.lua", "while true do end");
  expect(run(assay, ["build", "--timeout", "300ms", "endless.lua", "-o", "endless"])).toEqual(
    quiet,
  );
  expect(run(join(directory, "endless"), [])).toMatchObject({ code: 124 });
});

test("modules named at run time: --include", () => {
  file("plug/one.lua", "return 'one'");
  file("dynamic.lua", "print((require('plug.' .. arg[1])))");
  expect(run(assay, ["build", "dynamic.lua", "--include", "plug.one", "-o", "d"])).toEqual(quiet);
  expect(run(join(directory, "d"), ["one"], { cwd: elsewhere }).out).toBe("one\n");
  expect(run(join(directory, "d"), ["two"], { cwd: elsewhere }).code).toBe(1);
});

test("the working directory of the tool is nobody's: no modules are taken from it", () => {
  file("modules/grafana.lua", "error('trapped')");
  file("trap.lua", "error('trapped')");
  file("trap/init.lua", "error('trapped')");
  file(
    "careful.lua",
    "print(select(2, pcall(require, 'tra' .. 'p')):match('trapped'), type(require('assay.' .. arg[1]).client))",
  );
  expect(run(assay, ["build", "careful.lua", "-o", "careful"])).toEqual(quiet);
  const tool = join(directory, "careful");
  expect(run(tool, ["grafana"])).toEqual({ ...quiet, out: "nil\tfunction\n" });
  expect(run(tool, ["grafana"], { env: { LUA_PATH: "./?.lua;;" } }).out).toBe(
    "trapped\tfunction\n",
  );
});

test("what can't be built says why", () => {
  file("bad.lua", "x = = 1");
  expect(run(assay, ["build", "bad.lua", "-o", "b"])).toEqual({
    code: 1,
    out: "",
    err: "error: build: syntax error: bad.lua:1: unexpected symbol near '='\n",
  });
  expect(run(assay, ["build", "no.lua"]).err).toBe(
    "error: reading no.lua: No such file or directory\n",
  );
  expect(run(assay, ["build", "x.yaml"]).err).toContain("expected a script (.lua)");
  file("ok.lua", "print(pcall(require, 'gone'))");
  const warned = run(assay, ["build", "ok.lua", "-o", "ok"]);
  expect(warned.err).toBe("warning: ok.lua:1: module 'gone' not found: it is left to the run\n");
  expect(run(assay, ["build", "ok.lua", "-o", "no/such/folder/ok"])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^error: build: writing no\/such\/folder\/ok: No such file/m),
  });
  // nothing but a file is replaced: in a container root would lose /dev/null
  spawnSync("mkfifo", [join(directory, "pipe")]);
  expect(run(assay, ["build", "ok.lua", "-o", "pipe"])).toMatchObject({
    code: 1,
    err: "error: build: writing pipe: not a regular file\n",
  });
  expect(statSync(join(directory, "pipe")).isFIFO()).toBe(true);
  chmodSync(join(directory, "ok.lua"), 0o644);
  expect(run(assay, ["build", "ok.lua", "-o", "./ok.lua"]).err).toBe(
    "error: build: ./ok.lua is the script itself\n",
  );
});

test("a tool that runs can be replaced", () => {
  file("v.lua", "print(1)");
  run(assay, ["build", "v.lua", "-o", "v"]);
  file("v.lua", "print(2)");
  expect(run(assay, ["build", "v.lua", "-o", "v"])).toEqual(quiet);
  expect(run(join(directory, "v"), []).out).toBe("2\n");
});

test("what the scanner takes for a module", () => {
  const source = `-- require "comment"
    local a = require "a" local b = require('b') local c = require[[c]]
    print("require 'text'", pcall(require, "d"), require(name), x.require)
    require("e." .. name)`;
  expect([...requiredModules(source, "=x").keys()]).toEqual(["a", "b", "c", "d"]);
});
