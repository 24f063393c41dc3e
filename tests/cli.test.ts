/** The command line: arguments, streams, exit codes, limits and signals of whole processes. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lazyBuiltinList } from "../scripts/generate-builtins";
import { RUNTIME_VERSION } from "../scripts/runtime";
import { compiledAssay } from "./compiled";

const root = dirname(import.meta.dirname);
// what people run; `ASSAY_BINARY` names another build
let program = "";
beforeAll(() => {
  program = compiledAssay();
}, 120_000);
const directory = mkdtempSync(join(tmpdir(), "assay-cli-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Options {
  input?: string;
  env?: Record<string, string>;
}

interface Result {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

function environment(extra: Record<string, string> = {}): Record<string, string> {
  const { RUST_LOG: _, ...env } = process.env as Record<string, string>;
  return { ...env, HOME: directory, ...extra };
}

/** Runs the tool; output as byte strings, times in log lines cut off. */
function assay(args: string[], { input = "", env }: Options = {}): Result {
  const r = spawnSync(program, args, {
    cwd: directory,
    input: Buffer.from(input, "latin1"),
    env: environment(env),
    timeout: 20_000,
  });
  const err = r.stderr.toString("latin1").replace(/^\d{4}-\S+Z +/gm, "");
  return { code: r.status, signal: r.signal, out: r.stdout.toString("latin1"), err };
}

function file(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, Buffer.from(text, "latin1"));
  return name;
}

/** Runs code; see `assay`. */
function run(code: string, ...options: string[]): Result {
  return assay(["exec", ...options, "-e", code]);
}

test("a script gets its arguments as ... and in arg", () => {
  file("args.lua", "print(arg[0], #arg, arg[1], arg[2], ...)");
  const expected = { code: 0, out: "args.lua\t2\ta\t-x\ta\t-x\n", err: "" };
  expect(assay(["args.lua", "a", "-x"])).toMatchObject(expected);
  expect(assay(["run", "args.lua", "--", "a", "-x"])).toMatchObject(expected);
  expect(assay(["-v", "args.lua", "a", "-x"])).toMatchObject({ out: expected.out });
});

test("arguments are bytes of UTF-8", () => {
  file("bytes.lua", "print(#arg[1], arg[1])");
  expect(assay(["bytes.lua", "ä€"]).out).toBe("5\t\xc3\xa4\xe2\x82\xac\n");
});

test("source and output are bytes", () => {
  expect(assay([file("raw.lua", 'io.write("\xff\0\x80")')]).out).toBe("\xff\0\x80");
});

test("a shebang line counts as line 1", () => {
  const r = assay([file("shebang.lua", "#!/usr/bin/env assay\nerror('here')")]);
  expect(r.code).toBe(1);
  expect(r.err).toContain("shebang.lua:2: here");
  expect(assay([file("only.lua", "#!/usr/bin/env assay")])).toMatchObject({ code: 0, err: "" });
});

test("exec runs code and files with any name", () => {
  expect(run("print(...)").out).toBe("\n");
  expect(assay(["exec", "-e", "local x = 1", "-e", "print(x, arg[0], ...)", "a"]).out).toBe(
    "1\t<eval>\ta\n",
  );
  expect(run("error('x')").err).toContain("ERROR <eval>:1: x\nstack traceback:\n");
  file("noext", "print(arg[0], ...)");
  expect(assay(["exec", "noext", "a"]).out).toBe("noext\ta\n");
});

test("-e runs code without a command", () => {
  expect(assay(["-e", "print(arg[0], ...)", "a"]).out).toBe("<eval>\ta\n");
  expect(assay(["-e", "os.exit(20, true)"]).code).toBe(20);
  expect(assay(["-e", " "])).toMatchObject({ code: 0, out: "", err: "" });
});

test("arg has what stands before the script at negative indices", () => {
  file(
    "before.lua",
    "local n = -1 while arg[n] do n = n - 1 end print(arg[n + 1], arg[-2], arg[-1])",
  );
  const { out } = assay(["--timeout", "9", "before.lua", "--timeout", "x"]);
  expect(out).toBe(`${program}\t--timeout\t9\n`);
});

test("--std is plain Lua: no toolbox, and yields only where C Lua allows them", () => {
  const std = (code: string) => assay(["--std", "-e", code]).out;
  expect(std("print(type(assert), json, http, log, string.split)")).toBe(
    "function\tnil\tnil\tnil\tnil\n",
  );
  expect(std("print(pcall(require, 'assay.prometheus'))")).toMatch(/^false\tmodule .* not found/);
  const yields = "local co = coroutine.wrap(function() return pcall(%s) end) print(co())";
  const boundary = "false\tattempt to yield across a C-call boundary\n";
  for (const f of [
    "table.sort, {1, 2, 3}, coroutine.yield",
    "string.gsub, 'x', 'x', coroutine.yield",
    "function() error(select(2, load(coroutine.yield)), 0) end",
    "tostring, setmetatable({}, {__tostring = coroutine.yield})",
    "table.concat, setmetatable({}, {__len = coroutine.yield})",
  ])
    expect([f, std(yields.replace("%s", f))]).toEqual([f, boundary]);
  // protected calls, metamethods, iterators and closing methods let yields through
  expect(std(yields.replace("%s", "xpcall, coroutine.yield, print, 7"))).toBe("7\n");
  expect(
    std(`local co = coroutine.wrap(function()
      local t = setmetatable({}, {__index = coroutine.yield, __close = coroutine.yield})
      print(pcall(function() local c <close> = t; return t.x end))
      for v in coroutine.yield, 1 do print(v) end
      print(coroutine.isyieldable(), (string.gsub("x", "x", function()
        return tostring(coroutine.isyieldable()) end)))
    end) co() co(5) co() co(8) co()`),
  ).toBe("true\t5\n8\ntrue\tfalse\n");
  // waiting for something outside is no yield
  expect(std("print(io.popen('echo a'):read())")).toBe("a\n");
});

test("- reads the script from standard input", () => {
  expect(assay(["-", "a"], { input: "#!x\nprint(arg[0], ...)" }).out).toBe("-\ta\n");
  const failed = assay(["-"], { input: "x = = 1" });
  expect(failed).toMatchObject({ code: 1, err: expect.stringContaining("stdin:1:") });
});

test("what a script returns does not matter", () => {
  expect(run("return false, 7").code).toBe(0);
});

test("the state of standard globals and builtins", () => {
  const code = `
    assert(require "json" == json and package.loaded.http == http and type(sleep) == "function")
    local names = {}
    for k, v in pairs(_G) do assert(v ~= nil) names[k] = true end
    for _, k in ipairs { "string", "os", "io", "http", "json", "assert", "log" } do
      assert(names[k], k)
    end
    assert.eq(getmetatable("").__index, string)
    print(("x"):rep(2), "10" + 1, -"2", "7" // 2)`;
  expect(run(code)).toMatchObject({ code: 0, out: "xx\t11\t-2\t3\n", err: "" });
});

test("a builtin that the script replaced stays replaced", () => {
  const code = `
    json = { mine = true }
    assert(require("json") ~= json and require("json").encode { 1 } == "[1]")
    assert(json.mine and json.encode == nil)
    package.loaded.env = "own"
    assert(env.get and require "env" == "own")
    string = nil
    print(("x"):upper())`;
  expect(run(code)).toMatchObject({ code: 0, out: "X\n", err: "" });
});

test("a module file of the script's own comes before the builtin of that name", () => {
  const dir = mkdtempSync(join(tmpdir(), "assay-"));
  writeFileSync(join(dir, "json.lua"), "return { mine = ... }");
  writeFileSync(
    join(dir, "main.lua"),
    `package.path = ${JSON.stringify(`${dir}/?.lua`)}
    assert(json.encode { 1 } == "[1]")
    assert(require("json").mine == "json" and require("json") ~= json)
    assert(require("http") == http and require("assert") == assert)
    package.preload.base64 = function() return "preloaded" end
    print((require("base64")))`,
  );
  expect(assay([join(dir, "main.lua")])).toMatchObject({ code: 0, out: "preloaded\n", err: "" });
});

test("an uncaught error is a log line with a traceback", () => {
  const r = run('local function f() error("boom") end\nf()\nreturn 1');
  expect(r.code).toBe(1);
  expect(r.out).toBe("");
  expect(r.err).toMatch(
    /^ERROR <eval>:1: boom\nstack traceback:\n(?:\t.*\n)*\t<eval>:2: in main chunk\n\t\[C\]: in \?\n$/,
  );
});

test("error values that are no strings", () => {
  expect(run("error({ code = 2 })").err).toContain("(error object is a table value: {code = 2})");
  expect(run("error(nil)").err).toContain("<no error object>");
  expect(run("error(print)").err).toContain("(error object is a function value)");
  expect(run("error(12)").err).toContain("ERROR 12\n");
  const method = '__tostring = function(e) sleep(0.01) return "code " .. e.code end';
  expect(run(`error(setmetatable({ code = 2 }, { ${method} }))`).err).toContain("ERROR code 2\n");
});

test("syntax errors", () => {
  const r = assay([file("bad.lua", "x = = 1")]);
  expect(r).toMatchObject({
    code: 1,
    err: "ERROR syntax error: bad.lua:1: unexpected symbol near '='\n",
  });
});

test("scripts that cannot be read", () => {
  const missing = { code: 1, out: "", err: "error: reading no.lua: No such file or directory\n" };
  expect(assay(["no.lua"])).toMatchObject(missing);
  expect(assay(["run", "no.lua"])).toMatchObject(missing);
  mkdirSync(join(directory, "folder.lua"));
  expect(assay(["folder.lua"])).toMatchObject({
    code: 1,
    err: "error: reading folder.lua: Is a directory\n",
  });
  expect(assay([file("empty.lua", "")])).toMatchObject({ code: 0, out: "", err: "" });
  expect(assay([file("compiled.lua", "\x1bLua\x55\0")])).toMatchObject({
    code: 1,
    err: "error: compiled.lua: a binary chunk, as luac makes it, can't be run: give the source text\n",
  });
  expect(assay(["folder.lua/x.lua"])).toMatchObject({ code: 1 });
  const nul = run("print(loadfile('a\\0b')) print(pcall(dofile, 'a\\0b')) print(io.open('a\\0b'))");
  expect(nul.out).toBe(
    "nil\tcannot open a\0b: path contains a NUL byte\n" +
      "false\tcannot open a\0b: path contains a NUL byte\nnil\ta\0b: Invalid argument\t22\n",
  );
});

test("a script that may not be read", { skip: process.getuid?.() !== 0 }, () => {
  file("secret.lua", "print(1)");
  chmodSync(join(directory, "secret.lua"), 0);
  chmodSync(directory, 0o755);
  const child = spawnSync(program, ["secret.lua"], {
    cwd: directory,
    uid: 65534,
    env: environment(),
  });
  expect([child.status, child.stderr.toString()]).toEqual([
    1,
    "error: reading secret.lua: Permission denied\n",
  ]);
});

test("a directory is no script, whatever its name", () => {
  for (const name of ["/", "/tmp", "/tmp/"])
    expect(assay([name])).toMatchObject({
      code: 1,
      err: `error: reading ${name}: Is a directory\n`,
    });
});

test("file names of no known kind", () => {
  for (const [name, extension] of [
    ["x.txt", "txt"],
    ["x", ""],
    ["X.LUA", "LUA"],
    ["a.lua/b", ""],
  ] as const)
    expect(assay([name])).toMatchObject({
      code: 1,
      out: "",
      err: `error: unsupported file extension "${extension}" (expected .yaml, .yml, or .lua): no such file or command\n`,
    });
  expect(assay(["vaildate", "x.yaml"]).err).toMatch(
    / no such file or command \(did you mean 'validate'\?\)\n$/,
  );
  writeFileSync(join(directory, "tool"), "print(1)");
  expect(assay(["tool"]).err).toMatch(/\(expected .*\): assay exec tool runs it\n$/);
});

test("a first line that names the interpreter stands for the extension", () => {
  for (const line of ["#!/usr/bin/env assay", "#!/usr/local/bin/assay", "#! /usr/bin/lua5.5"]) {
    writeFileSync(join(directory, "tool"), `${line}\nprint(arg[0], ...) error("here")`);
    expect(assay(["tool", "a"])).toMatchObject({ code: 1, out: "tool\ta\n" });
    expect(assay(["tool", "a"]).err).toContain("tool:2: here");
  }
  const others = ["#!/bin/sh", "#!/opt/evaluate/sh", "#!/opt/lua/bin/sh", "assay", ""];
  for (const line of others) {
    writeFileSync(join(directory, "tool"), `${line}\nprint(1)`);
    expect(assay(["tool"]).err).toContain('unsupported file extension ""');
  }
});

test("usage errors end with 2 and say so on standard error", () => {
  for (const args of [["--nope"], ["run"], ["exec"], ["--timeout", "x", "a.lua"], ["--timeout"]]) {
    const r = assay(args);
    expect(r).toMatchObject({ code: 2, out: "" });
    expect(r.err).toMatch(/^error: .*\n/);
  }
  expect(assay(["exec", "--max-memory", "0", "-e", ""]).code).toBe(2);
});

test("help and version", () => {
  for (const args of [["help"], ["--help"], ["-h"]]) {
    const r = assay(args);
    expect(r).toMatchObject({ code: 0, err: "" });
    expect(r.out).toContain("Usage: assay [options] <file> [arguments...]");
  }
  expect(assay([])).toMatchObject({ code: 2, out: "", err: assay(["help"]).out });
  expect(assay(["help", "exec"]).out).toContain("--eval");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const own = `assay ${version} (Lua 5.5, Bun ${RUNTIME_VERSION}`;
  for (const flag of ["-V", "--version"]) {
    const { out } = assay([flag]);
    expect(out.startsWith(own)).toBe(true);
    expect(out.slice(own.length)).toMatch(/^(?:, commit [0-9a-f]+(?:-dirty)?)?\)\n$/);
  }
});

test("os.exit passes everything and takes the output along", () => {
  expect(run("io.write('out') pcall(os.exit, 3)")).toMatchObject({ code: 3, out: "out" });
  expect(run("xpcall(os.exit, print, false)").code).toBe(1);
  expect(run("coroutine.wrap(function() os.exit(4) end)()").code).toBe(4);
  expect(run("table.sort({ 1, 2 }, function() os.exit(5) end)").code).toBe(5);
  expect(run("string.gsub('x', '.', function() sleep(0.01) os.exit(6) end)").code).toBe(6);
  expect(run("setmetatable({}, { __gc = function() print 'gc' end }) os.exit(0, true)").out).toBe(
    "gc\n",
  );
  expect(run("setmetatable({}, { __gc = function() print 'gc' end }) os.exit(0)").out).toBe("");
});

test("finalisers run at the end, also after an error", () => {
  const object = "setmetatable({}, { __gc = function() print 'gc' end })";
  expect(run(object)).toMatchObject({ code: 0, out: "gc\n" });
  expect(run(`${object} error("x")`)).toMatchObject({ code: 1, out: "gc\n" });
});

test("the process ends with the main chunk; tasks are dropped", () => {
  const r = run("async.spawn(function() sleep(30) print 'late' end) print 'end'");
  expect(r).toMatchObject({ code: 0, out: "end\n", err: "" });
});

test("the failure of a task that nobody awaits is logged", () => {
  // one that has not begun when the main chunk ends, too
  for (const wait of ["sleep(0.01)", ""]) {
    const r = run(`async.spawn(function() error('lost') end) ${wait}`);
    expect(r.code).toBe(0);
    expect(r.err).toContain("lost");
  }
});

test("a script that waits for nothing fails instead of hanging or succeeding", () => {
  const r = run("async.channel():recv() print 'no'");
  expect(r).toMatchObject({ code: 1, out: "" });
  expect(r.err).toMatch(/ERROR deadlock: [\s\S]*\n\t<eval>:1: in main chunk/);
  // closing methods run, and may be stuck, too
  const closing = run(
    "local c <close> = setmetatable({}, { __close = function() print 'closing' async.channel():recv() print 'no' end }) async.channel():recv()",
  );
  expect(closing).toMatchObject({ code: 1, out: "closing\n" });
  expect(closing.err).toContain("ERROR deadlock: ");
});

test("--timeout stops loops, waits and what pcall would catch", () => {
  for (const code of [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "sleep(30)",
    "local c <close> = setmetatable({}, { __close = function() sleep(30) end }) sleep(30)",
  ]) {
    const r = run(code, "--timeout", "0.3");
    expect(r.code).toBe(124);
    expect(r.err).toMatch(/^ERROR timeout after 0.3s\nstack traceback:\n\t<eval>:1: in /);
  }
  expect(run("print 'in time'", "--timeout", "10")).toMatchObject({ code: 0, out: "in time\n" });
});

test("what tasks hold is closed when the main chunk ends, and not for ever", () => {
  const guard = (body: string) =>
    `async.spawn(function() local g <close> = setmetatable({}, { __close = function() ${body} end }) sleep(30) end) sleep(0.01)`;
  expect(run(`${guard("sleep(0.01) print 'closed'")} print "end"`)).toMatchObject({
    code: 0,
    out: "end\nclosed\n",
    err: "",
  });
  expect(run(`${guard("print 'closed'")} os.exit(3)`)).toMatchObject({ code: 3, out: "" });
  expect(run(`${guard("print 'closed'")} os.exit(3, true)`).out).toBe("closed\n");
  expect(run(guard("while true do end"))).toMatchObject({ code: 0, err: "" });
  const server = `local s = http.server({ host = "127.0.0.1" }, { ["/"] = function() sleep(30) end })
    async.spawn(http.get, s.url) async.spawn_interval(0.01, function() sleep(30) end) sleep(0.1)`;
  expect(run(server).err).toMatch(/^INFO http.serve: listening on .*\n$/);
});

test("os.exit ends the program from wherever it is called", () => {
  for (const call of [
    "async.spawn(function() os.exit(4) end)",
    "async.spawn(function() sleep(0.01) os.exit(4, true) end)",
    "async.spawn_interval(0.01, function() os.exit(4) end)",
    "async.all { function() os.exit(4, true) end }",
    `local s = http.server({ host = "127.0.0.1" }, { ["/"] = function() os.exit(4) end }) http.get(s.url)`,
    "coroutine.wrap(function() pcall(os.exit, 4) end)()",
  ]) {
    const r = run(`${call} sleep(20) print "not reached"`);
    expect([r.code, r.out, r.err.replace(/^INFO .*\n/, "")], call).toEqual([4, "", ""]);
  }
});

test("--timeout closes variables, and holds for finalisers", () => {
  const closed = "local c <close> = setmetatable({}, { __close = function() print 'closed' end })";
  expect(run(`${closed} sleep(30)`, "--timeout", "300ms").out).toBe("closed\n");
  const endless = "setmetatable({}, { __gc = function() while true do end end })";
  expect(run(endless, "--timeout", "0.2").signal).toBe(null);
});

test("the traceback of a timeout has each function once, native ones too", () => {
  const close = "local c <close> = setmetatable({}, { __close = function() end })";
  const rows = (code: string) => run(code, "--timeout", "0.3").err.split("\n").slice(2);
  expect(rows(`local function f() ${close} while true do end end f()`)).toEqual([
    "\t<eval>:1: in local 'f'",
    "\t<eval>:1: in main chunk",
    "\t[C]: in ?",
    "",
  ]);
  expect(rows("string.gsub('a', '.', function() while true do end end)")).toEqual([
    "\t<eval>:1: in function <<eval>:1>",
    "\t[C]: in field 'gsub'",
    "\t<eval>:1: in main chunk",
    "\t[C]: in ?",
    "",
  ]);
});

test.each(["insert", "remove"])(
  "--timeout holds in table.%s of a table of great length",
  (name) => {
    const closed =
      "local c <close> = setmetatable({}, { __close = function() print 'closed' end })";
    const long = "setmetatable({}, { __len = function() return 2^40 | 0 end })";
    const last = name === "insert" ? ", 1" : "";
    const r = run(`${closed} table.${name}(${long}, 1${last})`, "--timeout", "300ms");
    expect(r).toMatchObject({ code: 124, out: "closed\n" });
  },
);

test("--timeout ends a native function that goes on for ever", () => {
  const sql = `with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n`;
  const r = run(`db.query(db.connect("sqlite::memory:"), "${sql}")`, "--timeout", "0.2");
  expect(r).toMatchObject({ code: 124, err: "error: timeout after 0.2s, in a native function\n" });
});

test("--timeout ends a pattern that backtracks for ever, and says where", () => {
  const r = run('print(("a"):rep(300):find(".-.-.-.-.-.-.-b"))', "--timeout", "0.2");
  expect(r.code).toBe(124);
  expect(r.err).toMatch(
    /^ERROR timeout after 0\.2s\nstack traceback:[\s\S]*<eval>:1: in main chunk/,
  );
});

test("long formats and patterns are not kept", () => {
  const code = `
    local function rest(f)
      for i = 1, 60 do pcall(f, i) end
      collectgarbage() collectgarbage()
      return collectgarbage("count") < 100000
    end
    print(rest(function(i) string.format(("%d,"):rep(20000) .. i) end),
      rest(function(i) string.find("x", ("ab"):rep(20000) .. "." .. i) end),
      rest(function(i) string.unpack(("i4"):rep(20000) .. i, "x") end))`;
  expect(run(code)).toMatchObject({ out: "true\ttrue\ttrue\n" });
});

/** Runs code whose standard input comes from a shell's `feed`. */
function fed(feed: string, code: string, ...options: string[]): Result {
  const command = `(${feed}) | "$0" "$@"`;
  const r = spawnSync("/bin/sh", ["-c", command, program, ...options, "-e", code], {
    env: environment(),
    timeout: 20_000,
  });
  const err = r.stderr.toString("latin1").replace(/^\d{4}-\S+Z +/gm, "");
  return { code: r.status, signal: r.signal, out: r.stdout.toString("latin1"), err };
}

test("reading standard input makes only its task wait", () => {
  const code = `
    print(pcall(async.timeout, 0.1, io.read, "l"))
    local n = 0
    async.spawn(function() while true do n = n + 1 sleep(0.01) end end)
    local a, b = async.spawn(io.read), async.spawn(io.read)
    print(a:await()[1], b:await()[1], n > 5)
    print(io.read("n", "l", "a"))`;
  expect(
    fed("sleep 1; echo one; sleep 0.1; echo two; sleep 0.1; printf '3x\\n4'", code),
  ).toMatchObject({
    code: 0,
    out: "false\tasync.timeout: timed out after 0.1 s\none\ttwo\ttrue\n3\tx\t4\n",
  });
  // a number at the end of the input asks for more than once
  const atEnd = 'print(io.read("n")) print(io.read("n", "n", "l")) print(io.read(0), io.read("n"))';
  expect(fed("true", atEnd)).toMatchObject({ code: 0, out: "nil\nnil\nnil\tnil\n" });
  expect(fed("printf '1'; sleep 0.1; printf '2 '", atEnd)).toMatchObject({
    code: 0,
    out: "12\nnil\nnil\tnil\n",
  });
  expect(fed("sleep 2", "io.read()", "--timeout", "0.2")).toMatchObject({
    code: 124,
    err: expect.stringContaining("ERROR timeout after 0.2s"),
  });
});

const hasPython = spawnSync("python3", ["--version"]).status === 0;
test.skipIf(!hasPython)("a question is shown on a terminal before its answer is read", () => {
  const code = 'io.write("name? ") print("hello " .. io.read())';
  const terminal = join(import.meta.dirname, "terminal.py");
  const r = spawnSync("python3", [terminal, program, "-e", code], {
    input: JSON.stringify([
      ["", "name? "],
      ["Ada\r", "hello Ada"],
    ]),
    env: environment(),
    timeout: 30_000,
  });
  expect(r.status).toBe(0);
});

test("a process that does not read what popen writes", () => {
  const r = run(`
    local f = io.popen("exec true", "w")
    for i = 1, 300 do f:write(("y"):rep(10000)) sleep(0) end
    print(f:close())`);
  expect(r).toMatchObject({ code: 0, out: "true\texit\t0\n", err: "" });
});

test("os.exit in a finaliser of the end decides the exit code", () => {
  const code = "setmetatable({}, { __gc = function() os.exit(9) end })";
  expect(run(code).code).toBe(9);
});

test("--timeout ends a pattern that runs through a long text again and again", () => {
  for (const [unit, pattern] of [
    ["x", ".-.-b"],
    ["x", "[a-x]+[a-x]+%d"],
    ["(", "%b()"],
  ]) {
    const r = run(`print(("${unit}"):rep(1000000):find("${pattern}"))`, "--timeout", "0.2");
    expect(r.code).toBe(124);
    expect(r.err).toMatch(/^ERROR timeout after 0\.2s\nstack traceback:/);
  }
});

test("closing methods have time of their own when that of the script is over", () => {
  for (const use of ["while true do end", "sleep(30)"]) {
    const close = "for i = 1, 1000000 do n = n + 1 end sleep(0.05) print('closed', n)";
    const code = `local n = 0
      local c <close> = setmetatable({}, { __close = function() ${close} end }) ${use}`;
    expect(run(code, "--timeout", "0.2")).toMatchObject({ code: 124, out: "closed\t1000000\n" });
  }
});

test("errors of closing methods are logged when the program ends around them", () => {
  const guard = (word: string) =>
    `local g <close> = setmetatable({}, { __close = function() error("lost ${word}", 0) end })`;
  const r = run(
    `${guard("main")} async.spawn(function() ${guard("task")} os.exit(3, true) end) sleep(9)`,
  );
  expect(r.code).toBe(3);
  expect(r.err.match(/^ERROR .*/gm)).toEqual([
    "ERROR closing method failed: lost task",
    "ERROR closing method failed: lost main",
  ]);
  const late = run(`${guard("main")} while true do end`, "--timeout", "0.2");
  expect(late.code).toBe(124);
  expect(late.err.match(/^ERROR .*/gm)).toEqual([
    "ERROR closing method failed: lost main",
    "ERROR timeout after 0.2s",
  ]);
});

test("--max-memory: what is too large to be read is an error that can be caught", () => {
  file("large.txt", "x".repeat(1000).repeat(100_000));
  const r = run(
    `print(pcall(fs.read, "large.txt"))
     print(pcall(function() return io.open("large.txt"):read("a") end))
     print(pcall(function() return io.open("large.txt"):read("l") end))
     print(pcall(function() return io.popen("cat large.txt"):read("a") end))`,
    "--max-memory",
    "40M",
  );
  expect(r).toMatchObject({ code: 0, out: "false\tnot enough memory\n".repeat(4) });
});

test("--max-memory ends a native function that takes all there is", () => {
  const r = run('yaml.parse(("- [a, b, c]\\n"):rep(2000000))', "--max-memory", "32M");
  expect(r).toMatchObject({
    code: 1,
    out: "",
    err: "error: memory error: not enough memory, in a native function\n",
  });
});

test("--max-memory raises 'not enough memory', which pcall catches", () => {
  for (const code of [
    "local t = {} while true do t[#t + 1] = {} end",
    "local t = {} while true do t[#t + 1] = function() return t end end",
    "local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end",
    "local t = {} while true do t[#t + 1] = ('x'):rep(3e7) .. #t end",
    "local t = {} for i = 1, 1e9 do t['k' .. i] = i end",
    "string.rep('x', 1e8)",
    "local s = 'x' while true do s = s .. s end",
    "local t, s = {}, ('x'):rep(1e7) for i = 1, 100 do t[i] = s end table.concat(t)",
  ]) {
    const caught = `print(pcall(function() ${code} end)) local t = {} for i = 1, 1e5 do t[i] = {} end`;
    const r = run(caught, "--max-memory", "64M");
    expect([code, r.code, r.out]).toEqual([code, 0, "false\tnot enough memory\n"]);
  }
  expect(run("string.rep('x', 1e8)", "--max-memory", "64M")).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^ERROR memory error: not enough memory\nstack traceback:\n\t\[C\]: in .*'rep'\n\t.*:1: in main chunk\n/,
    ),
  });
  const garbage = "for i = 1, 3e6 do local t = { i } end print 'ok'";
  expect(run(garbage, "--max-memory", "64M")).toMatchObject({ code: 0, out: "ok\n" });
});

test("log lines: level, filter, no colours in a pipe", () => {
  const code = "log.debug 'd' log.info 'i' log.warn 'w'";
  expect(run(code).err).toBe("INFO i\nWARN w\n");
  expect(run(code, "-v").err).toBe("DEBUG d\nINFO i\nWARN w\n");
  const env = { RUST_LOG: "warn" };
  expect(assay(["exec", "-e", code], { env }).err).toBe("WARN w\n");
});

test("--log-format json, also by ASSAY_LOG_FORMAT", () => {
  const code = "log.info('hello', { n = 1 }) error('bad')";
  const lines = (r: Result) =>
    r.err
      .trimEnd()
      .split("\n")
      .map((l) => JSON.parse(l));
  const flagged = lines(run(code, "--log-format", "json"));
  expect(flagged).toMatchObject([
    { level: "INFO", target: "lua", message: "hello", fields: { n: 1 } },
    { level: "ERROR", target: "assay", message: expect.stringContaining("<eval>:1: bad\nstack") },
  ]);
  const env = { ASSAY_LOG_FORMAT: "json" };
  expect(lines(assay(["exec", "-e", code], { env }))).toHaveLength(2);
  expect(assay(["exec", "--log-format", "text", "-e", code], { env }).err).toContain(
    "INFO hello n=1",
  );
  file("log.yaml", "checks:\n  - { name: n, type: script, file: log.lua }\n");
  file("log.lua", "log.warn('from a check')");
  const checks = assay(["--log-format", "json", "log.yaml"]);
  expect(lines(checks).map((l) => l.message)).toContain("from a check");
  expect(run(code, "--log-format", "xml").code).toBe(2);
});

test("assay.* modules come from ./modules, $ASSAY_MODULES_PATH and $ASSAY_LIB_PATH", () => {
  file("modules/one.lua", "return { from = 'modules' }");
  file("user/two/init.lua", "return { from = ... }");
  file("user/one.lua", "return { from = 'user' }");
  file("lib/three.x.lua", "return { from = 'lib' }");
  file("assay/one.lua", "return { from = 'shadow' }");
  const env = { ASSAY_MODULES_PATH: join(directory, "user"), ASSAY_LIB_PATH: "lib" };
  const load = (name: string) => assay(["exec", "-e", `print(require("${name}").from)`], { env });
  expect(load("assay.one").out).toBe("modules\n");
  expect(load("assay.two").out).toBe("assay.two\n");
  expect(load("assay.three.x").out).toBe("lib\n");
  const missing = load("assay.four").err;
  expect(missing).toContain("module 'assay.four' not found:");
  expect(missing).toContain("no file at './modules/four.lua'");
  file("secret.lua", "return { from = 'outside' }");
  expect(load("assay.../secret").err).toContain("invalid module name 'assay.../secret'");
  file("modules/broken.lua", "\nx = = 1");
  expect(load("assay.broken").err).toContain("./modules/broken.lua:2: unexpected symbol");
});

/** A running process, whose output is collected. */
function start(args: string[], command = program) {
  const child = spawn(command, args, { cwd: directory, env: environment() });
  const state = { child, out: "", err: "" };
  child.stdout.on("data", (d) => {
    state.out += d;
  });
  child.stderr.on("data", (d) => {
    state.err += d;
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  return { state, child, ended };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; !condition(); i++) {
    if (i > 500) throw new Error("it did not happen within 10 seconds");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("output reaches a pipe while the script waits", async () => {
  const { state, child, ended } = start(["exec", "-e", "print 'now' sleep(30)"]);
  await until(() => state.out === "now\n");
  child.kill("SIGTERM");
  await ended;
});

test("a closed pipe ends the script quietly", async () => {
  const { state, child, ended } = start(["exec", "-e", "while true do print 'x' end"]);
  await until(() => state.out !== "");
  child.stdout.destroy();
  expect(await ended).toEqual({ code: 141, signal: null });
  expect(state.err).toBe("");
});

for (const code of [
  "print(1)",
  "for i = 1, 1e5 do print(i) end",
  // lost while the program waits, and nothing is written afterwards
  "print(1) sleep(0.05)",
  "pcall(print, ('x'):rep(1e5))",
])
  test(`output that cannot be written is an error: ${code}`, async () => {
    const { state, ended } = start(["-c", `"$0" exec -e "${code}" >/dev/full`, program], "sh");
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(state.err).toBe("error: writing standard output: No space left on device\n");
  });

const FULL = "error: writing standard output: No space left on device\n";
for (const [command, code] of [
  ["--version", 1],
  ["--help", 1],
  ["modules --json", 1],
  ["validate some.yaml", 3],
  ["manifest some.yaml", 3],
] as const)
  test(`output that cannot be written is an error: assay ${command}`, async () => {
    file("some.yaml", "checks: [{name: a, type: tcp, host: h, port: 1}]");
    const full = start(["-c", `"$0" ${command} >/dev/full`, program], "sh");
    expect(await full.ended).toEqual({ code, signal: null });
    expect(full.state.err).toBe(FULL);
    const gone = start(["-c", `("$0" ${command}; echo $? >&2) | true`, program], "sh");
    await gone.ended;
    // a short text may be gone before its reader is
    expect(gone.state.err).toMatch(/^(141|0)\n$/);
  });

test("output of the prompt that cannot be written is an error", async () => {
  const { state, ended } = start(
    ["-c", `printf 'print(1)\\n2\\nnope()\\n' | "$0" repl >/dev/full`, program],
    "sh",
  );
  expect(await ended).toEqual({ code: 1, signal: null });
  expect(state.err).toMatch(/^stdin:1: attempt to call a nil value/);
  expect(state.err.endsWith(FULL)).toBe(true);
});

test("assay test finishes, and writes its report, when nobody reads on", async () => {
  file("gone_test.lua", "function test_a() sleep(0.2) end function test_b() end");
  const { state, ended } = start(
    ["-c", `("$0" test gone_test.lua --junit gone.xml; echo $? >&2) | true`, program],
    "sh",
  );
  await ended;
  expect(state.err).toBe("error: writing standard output: Broken pipe\n1\n");
  expect(readFileSync(join(directory, "gone.xml"), "utf8")).toContain('tests="2"');
});

test("a name that is empty, as of a variable of the shell that is not set", () => {
  const err = "error: the script's name is empty\n";
  for (const args of [[""], ["run", ""], ["exec", ""]])
    expect(assay(args)).toMatchObject({ code: 2, err, out: "" });
});

test("an empty folder allows nothing: it is a mistake", () => {
  for (const option of ["--allow-read", "--allow-write"])
    expect(assay([option, "", "-e", "print(pcall(fs.list, '.'))"])).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("argument '' is invalid. Expected a folder."),
    });
});

test("a file of checks whose name begins with a dash", () => {
  file("-dash.yaml", "checks: []");
  for (const args of [["--"], ["run", "--"]])
    expect(assay([...args, "-dash.yaml", "--quiet", "--output", "tap"])).toMatchObject({
      code: 0,
      out: "TAP version 14\n1..0\n",
      err: "",
    });
});

test("what an option takes is no file of checks, and neither is an argument of code", () => {
  file("data.yaml", "a: 1\n");
  file("reads.lua", "print(yaml.parse(fs.read('data.yaml')).a, ...)");
  expect(assay(["--allow-read", "data.yaml", "reads.lua", "x"]).out).toBe("1\tx\n");
  expect(assay(["-eprint(...)", "data.yaml"]).out).toBe("data.yaml\n");
  expect(assay(["--eval=print(...)", "data.yaml"]).out).toBe("data.yaml\n");
});

for (const signal of ["SIGINT", "SIGTERM"] as const)
  test(`${signal} ends a busy script at once`, async () => {
    const code = "io.stderr:write('go') while true do pcall(function() while true do end end) end";
    const { state, child, ended } = start(["exec", "-e", code]);
    await until(() => state.err === "go");
    child.kill(signal);
    expect(await ended).toEqual({ code: null, signal });
  });

test("a server finishes its requests on SIGTERM", async () => {
  const code = `
    async.spawn(function() while true do end end)
    http.serve({ port = 0, host = "127.0.0.1" }, { GET = { ["/"] = function()
      io.stderr:write "in request\\n" sleep(0.3) return { status = 200, body = "done" }
    end } })`;
  const { state, child, ended } = start(["exec", "-e", code]);
  await until(() => state.err.includes("listening on"));
  const url = /http:\/\/[\d.]+:\d+/.exec(state.err)?.[0] as string;
  const answer = new Promise<string>((resolve, reject) => {
    get(url, (response) => {
      let body = "";
      response.on("data", (d) => {
        body += d;
      });
      response.on("end", () => resolve(body));
    }).on("error", reject);
  });
  await until(() => state.err.includes("in request"));
  child.kill("SIGTERM");
  expect(await answer).toBe("done");
  expect(await ended).toEqual({ code: 143, signal: null });
});

const unshare = ["--user", "--map-root-user", "--pid", "--fork"];
const hasUnshare = spawnSync("unshare", [...unshare, "true"]).status === 0;

test.skipIf(!hasUnshare)("as process 1 it ends on signals, and closes variables", async () => {
  const code = `
    local c <close> = setmetatable({}, { __close = function() print "closed" end })
    print "go" io.stdout:flush()
    while true do end`;
  const { state, child, ended } = start([...unshare, program, "exec", "-e", code], "unshare");
  await until(() => state.out === "go\n");
  const inner = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
  process.kill(Number(inner), "SIGTERM");
  expect(await ended).toMatchObject({ code: 143 });
  expect(state.out).toBe("go\nclosed\n");
});

test("the list of builtins by name is current", () => {
  const committed = join(root, "src", "builtins", "lazy.generated.ts");
  expect(readFileSync(committed, "utf8")).toBe(lazyBuiltinList());
});
