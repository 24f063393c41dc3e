/** `assay repl`: reading, showing, completing; and the whole in a terminal. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { complete } from "../src/repl/complete";
import { historyFile } from "../src/repl/history";
import { readChunk } from "../src/repl/read";
import { showResult } from "../src/repl/show";
import { harness } from "./builtins/harness";

const main = join(dirname(import.meta.dirname), "src", "cli", "main.ts");
const home = mkdtempSync(join(tmpdir(), "assay-repl-"));
afterAll(() => rmSync(home, { recursive: true }));

const { lua } = harness();

describe("reading", () => {
  const kind = (text: string) => readChunk(text, (s) => lua.state.load(s, "=stdin")).kind;

  test("expressions and statements", () => {
    for (const text of [
      "1 + 1",
      "= 1 + 1",
      "=x, y",
      "x = 1",
      "f()",
      "local x = 1",
      "",
      "=",
      "return 1",
    ])
      expect([text, kind(text)]).toEqual([text, "chunk"]);
  });

  test("what goes on in the next line", () => {
    for (const text of [
      "function f()",
      "1 +",
      "f(",
      "x =",
      "if a then\n b()",
      "for",
      "[[long",
      "{ 1,",
    ])
      expect([text, kind(text)]).toEqual([text, "incomplete"]);
  });

  test("mistakes", () => {
    for (const text of ["x = = 1", ")", "end", "goto nowhere"])
      expect([text, kind(text)]).toEqual([text, "error"]);
  });
});

describe("results", () => {
  const show = async (code: string) => {
    await lua.run(`result = ${code}`);
    return showResult(lua.state.globals.µgetStr("result"));
  };

  test("short tables on one line, long ones on several", async () => {
    expect(await show("{ 1, 'two', x = { true } }")).toBe('{1, "two", x = {true}}');
    const long = await show("{ name = ('n'):rep(60), list = { ('a'):rep(50), ('b'):rep(50) } }");
    expect(long.split("\n")).toEqual([
      "{",
      `  name = "${"n".repeat(60)}",`,
      "  list = {",
      `    "${"a".repeat(50)}",`,
      `    "${"b".repeat(50)}",`,
      "  },",
      "}",
    ]);
  });

  test("strings and numbers as print shows them; __tostring counts", async () => {
    expect(await show("'a b'")).toBe("a b");
    expect(await show("10 / 4")).toBe("2.5");
    expect(await show("setmetatable({}, { __tostring = function() return 'me' end })")).toBe("me");
  });

  test("a table whose metatable hides its fields", async () => {
    const client = `setmetatable({ token = "t0ken", text = ("x"):rep(100) }, { __opaque = true, __name = "client" })`;
    expect(await show(client)).toBe("client");
    expect(await show(`{ ("x"):rep(80), ${client} }`)).toContain("\n  client,\n");
  });

  test("bytes in tables are readable, and no character is cut in two", async () => {
    expect(await show(`{ "\\xff\\0\\n€\\xe2\\x82\\"", ["\\xfe"] = 1 }`)).toBe(
      Buffer.from('{"\\xff\\x00\\n€\\xe2\\x82\\"", ["\\xfe"] = 1}').toString("latin1"),
    );
    const cut = Buffer.from(await show("{ ('€'):rep(400) }"), "latin1").toString("utf8");
    expect(cut).toBe(`{\n  "${"€".repeat(333)}…",\n}`);
  });

  test("a table that holds itself", async () => {
    await lua.run(`t = { name = ("x"):rep(100) } t.self = t`);
    expect(showResult(lua.state.globals.µgetStr("t"))).toContain("self = {cycle}");
  });
});

describe("completion", () => {
  const names = (line: string) => complete(line, lua.state.globals)[0];

  test("globals and keywords", () => {
    expect(names("htt")).toEqual(["http"]);
    expect(names("x = func")).toEqual(["function"]);
    expect(names("")).toContain("json");
  });

  test("fields, along a path", async () => {
    await lua.run("deep = { er = { one = 1, two = print } }");
    expect(names("print(deep.er.")).toEqual(["deep.er.one", "deep.er.two"]);
    expect(names("a .. deep.er.o")).toEqual(["deep.er.one"]);
    expect(names("deep.er:")).toEqual(["deep.er:two"]);
    expect(names("http.cl")).toEqual(["http.client"]);
  });

  test("methods of strings, objects and handles", async () => {
    await lua.run(`
      s = "text"
      local C = { greet = function() end }
      C.__index = C
      object = setmetatable({ own = 1 }, C)
      channel = async.channel()`);
    expect(names("s:upp")).toEqual(["s:upper"]);
    expect(names("object.")).toContain("object.greet");
    expect(names("object.")).toContain("object.own");
    expect(names("channel:")).toContain("channel:recv");
    expect(names("channel:")).not.toContain("channel:size");
    expect(names("channel.si")).toEqual(["channel.size"]);
  });

  test("nothing behind a call, and nothing is called", async () => {
    await lua.run("trap = setmetatable({}, { __index = function() error 'called' end })");
    expect(names("f().")).toEqual([]);
    expect(names("trap.x")).toEqual([]);
    expect(names("12e")).toEqual([]);
  });
});

test("where the history is", () => {
  expect(historyFile({ HOME: "/h" })).toBe("/h/.local/state/assay/history");
  expect(historyFile({ HOME: "/h", XDG_STATE_HOME: "/s" })).toBe("/s/assay/history");
  expect(historyFile({ HOME: "/h", XDG_STATE_HOME: "rel" })).toBe("/h/.local/state/assay/history");
  expect(historyFile({})).toBe(undefined);
});

function environment(extra: Record<string, string>) {
  return { ...process.env, HOME: home, XDG_STATE_HOME: "", RUST_LOG: "", ...extra };
}

test("without a terminal: no prompts, no history", () => {
  const r = spawnSync(process.execPath, [main, "repl"], {
    input: "x = 20\nx + 1\nfor i = 1, 2 do\nprint(i)\nend\nerror('e')\nsleep(0.01) return 'last'",
    env: environment({}),
    encoding: "utf8",
  });
  expect(r.stdout).toBe("21\n1\n2\nlast\n");
  expect(r.stderr).toMatch(/^stdin:1: e\nstack traceback:\n/);
  expect(r.status).toBe(0);
  expect(existsSync(join(home, ".local"))).toBe(false);
  const open = spawnSync(process.execPath, [main, "repl"], {
    input: "if true then",
    env: environment({}),
    encoding: "utf8",
  });
  expect(open).toMatchObject({ status: 1, stderr: "stdin: the input ends within a statement\n" });
});

test("what is piped in is bytes", () => {
  const r = spawnSync(process.execPath, [main, "repl"], {
    input: Buffer.from('#"\xff\xfe"\n#"a\xe2\x80\xa8b"\n"\xff"\n', "latin1"),
    env: environment({}),
    encoding: "latin1",
  });
  expect(r).toMatchObject({ stdout: "2\n5\n\xff\n", stderr: "", status: 0 });
});

test("a sandbox holds at the prompt, too, and so does a limit of memory", () => {
  const r = spawnSync(process.execPath, [main, "--sandbox", "repl"], {
    input:
      'io.popen\npcall(fs.read, "/etc/passwd")\nos.execute\n(pcall(string.rep, "x", 1 << 30))\n',
    env: environment({}),
    encoding: "utf8",
  });
  const [first, second, third, fourth] = r.stdout.split("\n");
  expect(r.stderr).toContain("io");
  expect([first, second, third, fourth]).toEqual([
    'false\tfs.read: reading "/etc/passwd" is not allowed',
    "nil",
    "false",
    "",
  ]);
});

test("--timeout limits each line", () => {
  const r = spawnSync(process.execPath, [main, "repl", "--timeout", "200ms"], {
    input:
      "sleep(5)\nwhile true do pcall(function() while true do end end) end\nsleep(0.1) return 7\nsleep(0.15) return 8",
    env: environment({}),
    encoding: "utf8",
    timeout: 20_000,
  });
  const over = "timeout after 0.2s\n";
  expect(r).toMatchObject({ stdout: "7\n8\n", stderr: over + over, status: 0 });
});

const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0;

/** A session in a terminal: what to type, and what to wait for. */
function session(steps: [send: string, expected: string][], env: Record<string, string> = {}) {
  const r = spawnSync(
    "python3",
    [join(import.meta.dirname, "terminal.py"), process.execPath, main, "repl"],
    {
      input: JSON.stringify(steps),
      env: environment(env),
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  return { code: r.status, err: r.stderr, out: r.stdout };
}

const READY: [string, string] = ["", "> "];

describe.skipIf(!hasPython)("in a terminal", () => {
  test("expressions, several lines, waiting, errors, os.exit", () => {
    const r = session([
      READY,
      ["1 + 1\r", "\n2\r\n"],
      ["={ a = { 1, 'x' } }\r", '{a = {1, "x"}}'],
      ["function f(n)\r", ">> "],
      ["return n * 2\r", ">> "],
      ["end\r", "> "],
      ["f(21), 'and'\r", "42\tand\r\n"],
      ["sleep(0.1) return 'slept'\r", "slept\r\n"],
      ["io.write('no newline') return\r", "no newline\r\n"],
      ["error('boom')\r", "stdin:1: boom\r\nstack traceback:"],
      ["async.spawn(function() sleep(0.1) print('from a task') end)\r", "from a task\r\n"],
      ["os.exit(7)\r", ""],
    ]);
    expect(r).toMatchObject({ code: 7, err: "" });
  });

  test("Ctrl-C interrupts loops and waits, and throws lines away; Ctrl-D ends", () => {
    const r = session([
      READY,
      ["while true do end\r", "\r\n"],
      ["\x03", "interrupted!\r\n"],
      ["while true do pcall(function() while true do end end) end\r", "\r\n"],
      ["\x03", "interrupted!\r\n"],
      ["sleep(100)\r", "\r\n"],
      ["\x03", "interrupted!\r\n"],
      ["garbage(", "garbage("],
      ["\x03", "> "],
      ["if true then\r", ">> "],
      ["\x03", "> "],
      ["'still ' .. 'here'\r", "still here\r\n"],
      ["\x04", ""],
    ]);
    expect(r).toMatchObject({ code: 0, err: "" });
  });

  test("what tasks write goes above the line that is being typed", () => {
    const r = session([
      READY,
      ["async.spawn(function() sleep(0.5) print('from a task') end)\r", "> "],
      ["'half", "\x1b[0Jfrom a task\r\n\x1b[1G\x1b[0J> 'half"],
      [" typed'\r", "half typed\r\n"],
      ["\x04", ""],
    ]);
    expect(r).toMatchObject({ code: 0, err: "" });
  });

  test("Ctrl-C ends a server that a line waits for, and only that", () => {
    const r = session([
      READY,
      [
        "http.serve({ host = '127.0.0.1', on_listen = function() print('up') end }, {})\r",
        "\nup\r\n",
      ],
      ["\x03", "interrupted!\r\n"],
      ["port = _SERVER_PORT return 'still ' .. 'here'\r", "still here\r\n"],
      ["(pcall(http.get, 'http://127.0.0.1:' .. port))\r", "false\r\n"],
      ["\x04", ""],
    ]);
    expect(r).toMatchObject({ code: 0, err: "" });
  });

  test("Tab completes", () => {
    const r = session([
      READY,
      ["base64.enc", "enc"],
      ["\t", "ode"],
      ["('hi')\r", "aGk=\r\n"],
      ["\x04", ""],
    ]);
    expect(r).toMatchObject({ code: 0, err: "" });
  });

  test("history lasts from one session to the next", () => {
    const env = { XDG_STATE_HOME: join(home, "state") };
    session(
      [
        READY,
        ["'kept ' .. 'line'\r", "kept line\r\n"],
        [" 'not kept'\r", "not kept\r\n"],
        ["\x04", ""],
      ],
      env,
    );
    const file = join(home, "state", "assay", "history");
    expect(readFileSync(file, "utf8")).toBe("'kept ' .. 'line'\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const r = session([READY, ["\x1b[A", "'kept '"], ["\r", "kept line\r\n"], ["\x04", ""]], env);
    expect(r).toMatchObject({ code: 0, err: "" });
  });
});
