/** Features about errors: what a message calls the value that an operation cannot take. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputSource } from "../syntax";
import { code, type Feature } from "./feature";
import type { Random } from "./random";

/** Ways to reach a value: a prologue (the value is `V`) and the expression. */
const PATHS: readonly (readonly [string, string])[] = [
  ["local v = V", "v"],
  ["local v <const> = V", "v"],
  ["local u = V local function up(x) u = x end", "u"],
  ["GV = V", "GV"],
  ["local t = { f = V }", "t.f"],
  ["local t = { f = V } local k = 'f'", "t[k]"],
  ["local t = { V }", "t[1]"],
  ["local t = { V } local i = 1", "t[i]"],
  ["local t = { a = { b = V } }", "t.a.b"],
  ["GT = { f = V }", "GT.f"],
  ["local t = setmetatable({}, { __index = function() return Y(V) end })", "t.f"],
  ["local function g() return V end", "g()"],
  ["", "(V)"],
  ["local _ENV = { V = V, Y = Y, pcall = pcall, E = E }", "V"],
  ["local t = { [true] = V, [1.5] = V }", "t[1.5]"],
  ["local a, b, c = 1, V", "b"],
  ["local t = { ['not a name'] = V }", 't["not a name"]'],
  ["local t = {} t.x = V t = t", "t.x"],
];

/** Uses of an expression `X` that can fail; statements. */
const USES: readonly string[] = [
  ..."+ - * / // % ^ & | ~ << >> .."
    .split(" ")
    .flatMap((op) => [`return X ${op} 1`, `return 2 ${op} X`]),
  ..."+ .. & //"
    .split(" ")
    .flatMap((op) => [`local r = X ${op} X return r`, `return X ${op} {}`, `return "x" ${op} X`]),
  "return X < 1",
  "return 1 <= X",
  "return X > X",
  "if X >= 'a' then return 1 end",
  "while X < {} do end",
  "return X()",
  "local r = X(1) return r",
  "X(1, 2)",
  "return (X(1))",
  "return X.y",
  "return X[1]",
  "return X.y.z",
  "return X:m()",
  "X:m(1)",
  "X.y = 1",
  "X[1] = Y(2)",
  "X.y.z = 1",
  "X[nil] = 1",
  "X[0/0] = 1",
  "return #X",
  "return -X",
  "return ~X",
  "return - - X",
  "for i = X, 2 do end",
  "for i = 1, X do break end",
  "for i = 1, 2, X do break end",
  "for i = 1.5, X do break end",
  "for k in X do break end",
  "for k in Y, 1, X do break end",
  "for k in pairs(X) do break end",
  "local a <close> = X",
  "local t = {} t[X] = 1 return t",
  "return rawset({}, X, 1)",
  "return 1 + X * 2",
  "return X .. 1 .. X",
  "return 'a' .. 1 .. X",
  "local a, b = X, X + 1 return a",
  "return Y(X) + 1",
  "return { X + 1, X.y }",
  "return X and X.y",
  "return (X or 1).y.z",
  "return math.floor(X)",
  "return ('x'):rep(X)",
  "return setmetatable(X, nil)",
  "return string.rep(X)",
  "return table.concat({ X })",
  "return table.concat({ 1 }, X)",
  "return ipairs(X)",
  "return select(X, 1)",
  "return tostring(X) .. nil",
  "error(X)",
  "error(X, 2)",
  "return load(X)",
];

const VALUES = [
  "nil",
  "true",
  "{}",
  '"abc"',
  '"10"',
  '"0x7p1"',
  "1",
  "1.5",
  "2^53",
  "-0.0",
  "(1/0)",
  "math.mininteger",
  "2^63",
  "Y",
  "M(1)",
  "O(1)",
  "coroutine.create(Y)",
  "io.stdout",
  "setmetatable({}, { __name = 'My.Type' })",
  "setmetatable({}, { __index = 1 })",
];

/** One failing use of a value that is reached in one of many ways. */
export const naming: Feature = ({ random }) => {
  const [prologue, expression] = random.pick(PATHS);
  const use = random.pick(USES).replaceAll("X", expression);
  const upvalue = random.oneIn(4);
  const body = upvalue ? `local function inner() ${use} end return inner()` : use;
  const value = random.pick(VALUES);
  const text = `${prologue}\n${body}`.replaceAll(/\bV\b/g, expression === "V" ? "V" : value);
  const wrapped = random.pick(["E(pcall(function()\n", "E(R(coroutine.create(function(...)\n"]);
  return code`do local V = ${expression === "V" ? value : "nil"} ${wrapped}${text}\nend${wrapped.includes("R(") ? ")))" : "))"} GV, GT = nil end`;
};

const LIBRARY: Record<string, string> = {
  string: "byte char find format gmatch gsub len lower match packsize rep reverse sub unpack upper",
  table: "concat insert pack remove unpack",
  math: "abs ceil floor log max min modf sqrt tointeger type ult exp",
  utf8: "char codepoint codes len offset",
  coroutine: "create status isyieldable close",
  "": "error ipairs next pairs pcall rawequal rawget rawlen rawset select setmetatable tonumber tostring type xpcall load",
  os: "time getenv difftime",
  debug: "getupvalue upvalueid setmetatable getinfo",
};
const FUNCTIONS = Object.entries(LIBRARY).flatMap(([library, names]) =>
  names.split(" ").map((n) => (library === "" ? n : `${library}.${n}`)),
);
const ARGUMENTS = [
  ...VALUES,
  '""',
  '"%d"',
  '"*a"',
  '"%d+"',
  '"<i4"',
  "0",
  "-1",
  "2",
  "3",
  "255",
  "1e300",
  "{ 1, 2, 3 }",
  '{ "a", "b" }',
  '{ a = "x" }',
  "function(...) return Y(...) end",
  "{ year = 2020 }",
];

const argumentList = (random: Random) =>
  Array.from({ length: random.below(4) }, () => random.pick(ARGUMENTS)).join(", ");

/** A function of the library with any arguments, called in one of several ways. */
export const argumentErrors: Feature = ({ random }) => {
  const f = random.pick(FUNCTIONS);
  const list = argumentList(random);
  const args = f === "string.rep" && list.includes(",") ? `SMALL(${list})` : list;
  // nothing about the state of the process, nor a change of the metatable of all values of a type
  if (f === "debug.setmetatable" || f === "os.getenv") return code`E(pcall(${f}))`;
  if (f === "debug.getinfo" || f === "os.time")
    return code`E(pcall(os.time, { year = 2000 + ${random.below(90)}, month = ${random.below(30)}, day = ${random.pick(["1", "40", '"3"', "1.0", "1.5", "nil", "-400", "2^40"])}, hour = ${random.pick(["nil", "0", "25"])} }))`;
  const direct = random.pick([
    `${f}(${args})`,
    `(${f})(${args})`,
    `pcall(${f}${args === "" ? "" : `, ${args}`})`,
    `(function(...) return ${f}(...) end)(${args})`,
    `R(coroutine.create(${f})${args === "" ? "" : `, ${args}`})`,
  ]);
  if (f.startsWith("string.") && random.oneIn(4))
    return code`E(pcall(function() local s = ${random.pick(['"abc"', '"%5d"', '"3"', "{}", "nil", "O(1)"])} return s:${f.slice(7)}(${f === "string.rep" ? random.pick(["2", "-1", "{}", ""]) : args}) end))`;
  return random.oneIn(3)
    ? code`E(pcall(function() local f = ${f} local r = f(${args}) return r end))`
    : code`E(pcall(function() return ${direct} end))`;
};

const handlers = [
  "debug.traceback",
  // C Lua calls a handler by the name of the operation that failed: it is left out
  "function(m) return Y(debug.traceback(m, 2)) end",
  "function(m) return debug.traceback('t: ' .. tostring(m), 2) end",
];

/** In coroutines of their own, because tail calls further out leave no trace (docs/conformance.md). */
export const tracebacks: Feature = ({ random, e, name }) => {
  const f = name("f");
  const fail = random.pick([
    "error('x')",
    "error('x', 2)",
    "local y = nil + 1",
    "T.a.b()",
    `return ${f}.z.w`,
    "string.rep()",
    "('x'):bad()",
    "assert(false, 'm')",
    "error({})",
    "error()",
  ]);
  const call = random.pick([
    `${f}(1)`,
    `local r = ${f}(1) return r`,
    `T.m = ${f} T.m(1) T.m = nil`,
    `local o = { m = ${f} } o:m()`,
    `pcall(${f}) ${f}()`,
    `return (${f}(2))`,
    `string.gsub("a", ".", ${f})`,
    `table.sort({ 1, 2 }, ${f})`,
    `local t = setmetatable({}, { __index = ${f} }) return t.x`,
    `return setmetatable({}, { __add = ${f} }) + 1`,
    `for k in ${f} do end`,
    `E(R(coroutine.create(${f}))) ${f}()`,
  ]);
  return code`do local function ${f}(x)\n${random.oneIn(3) ? code`E(${e.any(1)})` : ""}\n${fail}\nend E(R(coroutine.create(function() local ok, m = xpcall(function()\n${call}\nend, ${random.pick(handlers)}) return ok, m end))) end`;
};

const corpus = () => {
  const folder = join(import.meta.dirname, "..", "..", "lua");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) =>
    f.endsWith(".lua"),
  );
  return files.sort().map((f) => readFileSync(join(folder, f), "latin1"));
};
let loaded: string[] | undefined;

/** A string literal of any bytes. */
const literal = (text: string) =>
  `"${text.replaceAll(/[^ !#-[\]-~]/g, (c) => `\\${String(c.charCodeAt(0)).padStart(3, "0")}`)}"`;

/** What the parser says of wrong programs. */
export const syntaxErrors: Feature = ({ random }) => {
  loaded ??= corpus();
  const text = new InputSource(random.below(1 << 30), loaded).next();
  return code`E(load(${literal(text.slice(0, 400))}, "=s"))`;
};
