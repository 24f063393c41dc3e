/** The debug library (§6.10) on compiled Lua code. */
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import type { LuaValue } from "../../src/runtime/value";

// The libraries are loaded with `require` at their first use; what the test loads must come from
// the same module graph, not from the test runner's.
const require = createRequire(import.meta.url);
const { createState } =
  require("../../src/lualib/index") as typeof import("../../src/lualib/index");
const { LuaError } = require("../../src/runtime/error") as typeof import("../../src/runtime/error");
const { startTask } =
  require("../../src/runtime/scheduler") as typeof import("../../src/runtime/scheduler");
const { formatTraceback, levelsOfRows } =
  require("../../src/runtime/traceback") as typeof import("../../src/runtime/traceback");

/** Runs a chunk named `t.lua`; gives its results. */
async function run(source: string): Promise<LuaValue[]> {
  const state = createState({});
  return startTask(state, state.load(source, "@t.lua"), []).promise;
}

/** Lines on which the hook is called while `source` runs. */
async function traced(source: string): Promise<string> {
  const [lines] = await run(`
    local f, lines = load(${JSON.stringify(source)}), {}
    debug.sethook(function(_, l) lines[#lines + 1] = l end, "l"); f(); debug.sethook()
    return table.concat(lines, " ")`);
  return lines as string;
}

test("getinfo describes levels and functions", async () => {
  const result = await run(`
    local function f(a, b, ...)
      local t = debug.getinfo(1, "nSlutf")
      return t.name, t.namewhat, t.currentline, t.linedefined, t.lastlinedefined, t.what,
        t.short_src, t.nparams, t.isvararg, t.func == f
    end
    local a, b, c, d, e, g, h, i, j, k = f(1)
    return a, b, c, d, e, g, h, i, j, k`);
  expect(result).toEqual(["f", "local", 3, 2, 6, "Lua", "t.lua", 2, true, true]);
  expect(await run("return debug.getinfo(print, 'S').what, debug.getinfo(1, 'S').what")).toEqual([
    "C",
    "main",
  ]);
  expect(await run("return debug.getinfo(0, 'n').name, debug.getinfo(100)")).toEqual([
    "getinfo",
    undefined,
  ]);
});

test("getinfo names functions as their callers do", async () => {
  const result = await run(`
    local names = {}
    local function note() local t = debug.getinfo(2, "n"); names[#names + 1] = t.namewhat .. " " .. t.name end
    local function l() note() end
    function g() note() end
    local o = { f = function() note() end, m = function() note() end }
    local mt = setmetatable({}, { __add = function() note() end, __index = function() note() end,
      __newindex = function() note() end })
    l() g() o.f() o:m()
    local _ = mt + 1, mt.x
    mt.y = 1
    for _ in function() note() end do end
    return table.concat(names, ", ")`);
  expect(result).toEqual([
    "local l, global g, field f, method m, metamethod add, metamethod index, " +
      "metamethod newindex, for iterator for iterator",
  ]);
});

test("getinfo refuses bad options", async () => {
  const result = await run(`
    local _, a = pcall(debug.getinfo, 1, "X")
    local _, b = pcall(debug.getinfo, 1, ">S")
    return a, b`);
  expect(result[0]).toBe("bad argument #2 to 'debug.getinfo' (invalid option)");
  expect(result[1]).toBe("bad argument #2 to 'debug.getinfo' (invalid option '>')");
});

test("locals are read and changed by level", async () => {
  const result = await run(`
    local function set() return debug.setlocal(2, 2, "new") end
    local function f(a, ...)
      local b = a
      local name = set()
      return name, b, debug.getlocal(1, 1)
    end
    return f(7, 8)`);
  // the hidden vararg table is the second variable
  expect(result.slice(0, 2)).toEqual(["(vararg table)", 7]);
  expect(result.slice(2)).toEqual(["a", 7]);
  const second = await run(`
    local function set() return debug.setlocal(2, 2, "new") end
    local function f(a) local b = a; local name = set(); return name, b end
    return f(7)`);
  expect(second).toEqual(["b", "new"]);
});

test("extra arguments have negative numbers", async () => {
  const result = await run(`
    local function f(...)
      local n1, v1 = debug.getlocal(1, -1)
      debug.setlocal(1, -2, "z")
      return n1, v1, debug.getlocal(1, -3), (select(2, ...))
    end
    return f("x", "y")`);
  expect(result).toEqual(["(vararg)", "x", undefined, "z"]);
});

test("locals of a suspended coroutine, and parameter names", async () => {
  const result = await run(`
    local co = coroutine.create(function(x) local y = coroutine.yield(x); return x, y end)
    coroutine.resume(co, 10)
    local n, v = debug.getlocal(co, 1, 1)
    debug.setlocal(co, 1, 1, 30)
    local _, a, b = coroutine.resume(co, 5)
    return n, v, a, b, debug.getlocal(function(p, q) end, 2)`);
  expect(result).toEqual(["x", 10, 30, 5, "q"]);
});

test("upvalues: get, set, id, join", async () => {
  const result = await run(`
    local a, b = 1, 2
    local function f() return a + b end
    local function g() return a end
    assert(debug.upvalueid(f, 1) == debug.upvalueid(g, 1))
    assert(debug.upvalueid(f, 1) ~= debug.upvalueid(f, 2))
    local n, v = debug.getupvalue(f, 2)
    debug.setupvalue(f, 2, 40)
    local sum = f()
    local c = 100
    local function h() return c end
    debug.upvaluejoin(f, 2, h, 1)
    assert(debug.upvalueid(f, 2) == debug.upvalueid(h, 1))
    c = 200
    return n, v, sum, f(), debug.getupvalue(f, 3)`);
  expect(result).toEqual(["b", 2, 41, 201]);
});

test("the environment of a chunk is its first upvalue", async () => {
  const result = await run(`
    local f = load("x = 1; return x")
    local env = {}
    local name = debug.setupvalue(f, 1, env)
    return name, f(), env.x, x`);
  expect(result).toEqual(["_ENV", 1, 1, undefined]);
});

test("traceback of the running and of other coroutines", async () => {
  const [text] = await run(`
local function f() return (debug.traceback("msg")) end
return (f())`);
  expect(text).toBe(
    "msg\nstack traceback:\n\tt.lua:2: in local 'f'\n\tt.lua:3: in main chunk\n\t[C]: in ?",
  );
  const [suspended, dead] = await run(`
local co = coroutine.create(function() coroutine.yield() error("x") end)
coroutine.resume(co)
local s = debug.traceback(co)
coroutine.resume(co)
return s, debug.traceback(co)`);
  expect(suspended).toBe(
    "stack traceback:\n\t[C]: in field 'yield'\n\tt.lua:2: in function <t.lua:2>",
  );
  expect(dead).toBe("stack traceback:\n\t[C]: in global 'error'\n\tt.lua:2: in function <t.lua:2>");
});

test("a message handler sees the stack of the error", async () => {
  const [, text] = await run(`
local function f() error("deep") end
return xpcall(function() f() end, debug.traceback)`);
  expect(text).toBe(
    "t.lua:2: deep\nstack traceback:\n\t[C]: in global 'error'\n\tt.lua:2: in upvalue 'f'\n" +
      "\tt.lua:3: in function <t.lua:3>\n\t[C]: in global 'xpcall'\n\tt.lua:3: in main chunk\n\t[C]: in ?",
  );
});

test("an uncaught error has a traceback", async () => {
  const error = await run("local function f() nosuch() end\nf()").catch((e: unknown) => e);
  expect(error).toBeInstanceOf(LuaError);
  const { value, traceback } = error as InstanceType<typeof LuaError>;
  expect(value).toBe("t.lua:1: attempt to call a nil value (global 'nosuch')");
  expect(formatTraceback(levelsOfRows(traceback))).toBe(
    "stack traceback:\n\tt.lua:1: in local 'f'\n\tt.lua:2: in main chunk",
  );
});

test.each([
  ["if\nmath.sin(1)\nthen\n  a=1\nelse\n  a=2\nend\n", "2 4 7"],
  ["local function foo()\nend\nfoo()\nA = 1\nA = 2\n", "2 3 2 4 5"],
  ["a=1\nrepeat\n  a=a+1\nuntil a==3\n", "1 3 4 3 4"],
  ["local a\na=1\nwhile a<=3 do\n  a=a+1\nend\n", "1 2 3 4 3 4 3 4 3 5"],
  ["for i=1,3 do\n  a=i\nend\n", "1 2 1 2 1 2 1 3"],
  ["for i,v in pairs{'a','b'} do\n  a=tostring(i) .. v\nend\n", "1 2 1 2 1 3"],
  ["for i=1,4 do a=1 end", "1 1 1 1"],
  ["local i = 1\n::top::\ni = i + 1\nif i < 4 then goto top end\n", "1 3 4 3 4 3 4"],
])("line hook: %j", async (source, lines) => {
  expect(await traced(source)).toBe(lines);
});

test("call and return hooks, with tail calls and native functions", async () => {
  const [events] = await run(`
    local events = {}
    local function g(x) return x end
    local function f(x) return g(x) end
    debug.sethook(function(e) events[#events + 1] = e .. " " .. (debug.getinfo(2, "n").name or "?") end, "cr")
    f(1)
    math.sin(1)
    debug.sethook()
    return table.concat(events, ", ")`);
  expect(events).toBe(
    "return sethook, call f, tail call ?, return ?, call sin, return sin, call sethook",
  );
});

test("hooks tell what is passed and returned", async () => {
  const [text] = await run(`
    local out = {}
    local function f(a, ...) return ... end
    debug.sethook(function(e)
      local t = debug.getinfo(2, "rn")
      if t.name ~= "f" then return end
      for i = t.ftransfer, t.ftransfer + t.ntransfer - 1 do
        out[#out + 1] = e .. "=" .. tostring(select(2, debug.getlocal(2, i)))
      end
    end, "cr")
    f(20, 10, 0)
    debug.sethook()
    return table.concat(out, " ")`);
  expect(text).toBe("call=20 return=10 return=0");
});

test("a count hook ends an endless loop", async () => {
  const [ok, message] = await run(`
    debug.sethook(function() error("too long", 0) end, "", 1000)
    local ok, message = pcall(function() while true do end end)
    debug.sethook()
    return ok, message`);
  expect([ok, message]).toEqual([false, "too long"]);
});

test("gethook tells what is set, per coroutine", async () => {
  const result = await run(`
    local f = function() end
    local co = coroutine.create(function() end)
    debug.sethook(co, f, "lcr", 5)
    local g, mask, count = debug.gethook(co)
    return g == f, mask, count, debug.gethook()`);
  expect(result).toEqual([true, "crl", 5, undefined]);
});

test("a hook that yields control to others keeps the stack", async () => {
  const [sum] = await run(`
    debug.sethook(function() collectgarbage() end, "l")
    local sum = 0
    for i = 1, 3 do
      sum = sum + i
    end
    debug.sethook()
    return sum`);
  expect(sum).toBe(6);
});

test("active lines are the lines with code", async () => {
  const [text] = await run(`
    local f = function(...)

      local a = 20

      local b = 30
    end
    local lines = {}
    for l in pairs(debug.getinfo(f, "L").activelines) do lines[#lines + 1] = l end
    table.sort(lines)
    return table.concat(lines, " ")`);
  expect(text).toBe("4 6 7");
});

test.each([
  ["local a = {}; local k = 'z'; a[k].x = 1", "field '?'"],
  ["local a = {}; a[5].x = 1", "field 'integer index'"],
  ["local up; (function() up.x = 1 end)()", "upvalue 'up'"],
  ["local _ENV = {}; x.y = 1", "global 'x'"],
  ["return ('abc')()", "constant 'abc'"],
  ["local o = {}; o:m()", "method 'm'"],
  ["local t = setmetatable({}, { __add = 1 }); return t + 1", "metamethod 'add'"],
  ["for i in nil do end", "for iterator 'for iterator'"],
])("names in messages: %s", async (source, name) => {
  const error = await run(source).catch((e: unknown) => e);
  expect((error as InstanceType<typeof LuaError>).value).toContain(`(${name})`);
});
