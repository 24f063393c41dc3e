/** Statements that exercise one part of the language or its library each. */
import * as control from "./control";
import * as depth from "./depth";
import { code, type Feature, type Surroundings } from "./feature";
import * as messages from "./messages";
import * as numbers from "./numbers";
import type { Statement } from "./tree";

const SHIFTS = ["1", "7", "13", "17", "31", "32", "33", "47", "63", "64", "-3"];
const FACTORS = [
  "31",
  "33",
  "0x100000001b3",
  "6364136223846793005",
  "-7046029254386353131",
  "0x9e3779b97f4a7c15",
  "65599",
  "-1",
];
const NUMERIC = [
  '"10"',
  '"0x10"',
  '" 7 "',
  '"1e1"',
  '"-0"',
  '"0x.8p1"',
  '"9223372036854775807"',
  '"9223372036854775808"',
  '"-9223372036854775808"',
  '"1e400"',
  '"abc"',
  '""',
  '"5."',
  '".5"',
  '"0x"',
  '"1 2"',
  '"inf"',
  '"nan"',
  '"1_0"',
  '"\\t3\\n"',
];
const SUBJECTS = [
  '"hello world from Lua"',
  '"a1b22c333"',
  '"key = value, k2=v2"',
  '"(a(b)c)(d)"',
  '"THE (quick) fox"',
  '"\\0a\\0b"',
  '"aaa"',
  '""',
  '"x.y.z-1"',
  '"  two  words "',
  '"é€𐍈z"',
];
const PATTERNS = [
  '"%w+"',
  '"(%w)(%w*)"',
  '"^(%a+)"',
  '"%s*$"',
  '"()%d()"',
  '"%f[%a]%a+%f[%A]"',
  '"%b()"',
  '"[^%s]+"',
  '"(%w+)%s*=%s*(%w+)"',
  '"a-"',
  '"a*"',
  '"."',
  '"[%]-a]"',
  '"[a-]"',
  '"%z"',
  '"(a*(.)%w(%s*))"',
  '"%1"',
  '"("',
  '"[a"',
  '"%"',
  '"[%a%d]+[.]?"',
  '"^"',
  '"x?y?"',
  '"[\\x80-\\xff]+"',
];
const REPLACEMENTS = [
  '"<%1>"',
  '"%0%0"',
  '"%%"',
  '"%2"',
  '""',
  '"x"',
  "{ a = 1, hello = 'bye', b = false }",
  "function(...) return Y(select('#', ...) .. (...)) end",
  "function(a, b) if Y(b) then return b .. a end end",
  "function() return {} end",
  "O('r')",
];
const POSITIONS = ["1", "2", "-1", "0", "5", "-3", "100", "-100", "math.maxinteger", "nil"];
const UNPACKS = [
  '"<i4"',
  '">I2"',
  '"z"',
  '"s1"',
  '"<d"',
  '"!8i1i8"',
  '"<i3>i3"',
  '"c3"',
  '"j"',
  '"b"',
];

/** Arithmetic that wraps around, as in hash functions and generators of random numbers. */
const hashing: Feature = ({ random, e, name }) => {
  const h = name("h");
  const [a, b, c] = [random.pick(FACTORS), random.pick(SHIFTS), random.pick(SHIFTS)];
  const step = random.pick([
    `${h} = ${h} * ${a} + i`,
    `${h} = (${h} ~ (${h} >> ${b})) * ${a}`,
    `${h} = ${h} ~ (${h} << ${b}) ${h} = ${h} ~ (${h} >> ${c})`,
    `${h} = ((${h} << ${b}) | (${h} >> (64 - ${b}))) ~ i`,
    `${h} = (${h} * ${a}) % ${random.pick(["1000003", "0x7fffffff", "-97"])}`,
    `${h} = ${h} // ${random.pick(["3", "-3", "7"])} - i * ${a}`,
    `${h} = (${h} + ${a}) & ${random.pick(["0xffffffff", "math.maxinteger", "~0"])}`,
  ]);
  return code`local ${h} = ${e.of("int", 2)} for i = 1, ${3 + random.below(20)} do ${step} end E(${h}, ${h} % 256, ${h} >> 60)`;
};

/** Checksums of 32 bits, whose variable may stop to be a word on the way, or is looked at before the end. */
const checksums: Feature = ({ random, e, name }) => {
  const c = name("c");
  const d = name("d");
  const mask = random.pick(["0xffffffff", "0xfffffff0", "0x80000000", "0xff"]);
  const [a, b] = [random.below(32), random.below(32)];
  const operand = () =>
    random.pick([
      "i",
      `(i << ${a})`,
      "t[i & 3]",
      `t[(${c} ~ i) & 3]`,
      `Y(${c})`,
      `(${e.of("int", 1)})`,
      e.any(1),
      `${mask}`,
    ]);
  const steps = Array.from({ length: 1 + random.below(3) }, () =>
    random.pick([
      code`${c} = ${operand()} ~ (${c} >> ${a})`,
      code`${c} = (${c} << ${a} | ${c} >> ${b}) & 0xffffffff`,
      code`${c} = ${c} ~ ${operand()}`,
      code`${c} = (${c} * 0x9e3779b1 + i) & ${mask}`,
      code`${c} = ${c} & ${operand()} & ${mask}`,
      code`${c} = ${c} | ${operand()}`,
      code`${d} = ${c} ${c} = (${c} + ${operand()}) & 0xffffffff`,
      code`${c} = ${d} ${d} = ${d} ~ ${operand()}`,
      code`do local p, q = ${c}, ${d} p = (p + i) & 0xffffffff q = p ~ q ${c} = q ${d} = p end`,
      code`${c} = (${c} + ${c}) & ${mask} >> ${b}`,
      code`if ${c} > 0x7fffffff then ${c} = ${c} >> 1 else E(${c}, -${c}, ${c} // 3) end`,
    ]),
  );
  const other = random.pick(["1 << 33", "-1", "2.0 ^ 31", "0.5", "'7'", "{}", "0x80000000"]);
  const body = steps.reduce((all, step) => code`${all} ${step}`);
  return code`local t = { [0] = ${mask}, 7, 0xedb88320, ${random.oneIn(3) ? other : "3"} } E(pcall(function() local ${c}, ${d} = ${random.pick(["0xffffffff", "0x9e3779b9", "1"])}, ${random.pick(["0x89abcdef", "0"])} for i = 1, ${2 + random.below(20)} do ${body} end E(${c} % 7, ${c} == t[0], math.type(${c}), ${c} .. "") return ${c}, ${d} end))`;
};

/** Loops over local numbers that may change from integers to floats on the way. */
const accumulation: Feature = ({ random, e, name }) => {
  const x = name("x");
  const y = name("y");
  const op = random.pick(["+", "-", "*", "/", "//", "%"]);
  return code`local ${x}, ${y} = ${e.number(1)}, ${e.number(1)} E(pcall(function() for i = 1, ${2 + random.below(30)} do ${x} = ${x} ${op} ${y} if i % ${2 + random.below(4)} == 0 then ${y} = ${random.pick([`${y} + 1`, `${y} * 0.5`, `-${y}`, `Y(${y})`, `${x} - ${y}`])} end end end)) E(${x}, ${y}, ${x} == ${y}, math.type(${x}))`;
};

const coercion: Feature = ({ random, e }) => {
  const s = random.pick(NUMERIC);
  // powers are left out: C's pow is not always rounded the right way
  const op = random.pick(["+", "-", "*", "/", "//", "%", "&", "|", "<<", "..", "<", "=="]);
  return random.oneIn(2)
    ? code`E(pcall(function() return ${s} ${op} ${e.any(1)} end)) E(pcall(function() return ${e.number(1)} ${op} ${s} end))`
    : code`E(tonumber(${s}), math.tointeger(${s}), pcall(tonumber, ${s}, ${random.pick(["10", "16", "2", "36", "1"])}), pcall(string.rep, "x", ${s}), pcall(math.floor, ${s}))`;
};

const searching: Feature = ({ random }) => {
  const [s, p, init] = [random.pick(SUBJECTS), random.pick(PATTERNS), random.pick(POSITIONS)];
  switch (random.below(4)) {
    case 0:
      return code`E(pcall(string.find, ${s}, ${p}, ${init}, ${random.pick(["nil", "true"])}))`;
    case 1:
      return code`E(pcall(string.match, ${s}, ${p}, ${init}))`;
    case 2:
      return code`E(pcall(function() local n = 0 for a, b in string.gmatch(${s}, ${p}) do n = n + 1 E(n, a, Y(b)) if n > 8 then break end end end))`;
    default:
      return code`E(pcall(string.gsub, ${s}, ${p}, ${random.pick(REPLACEMENTS)}, ${random.pick(["nil", "1", "0", "2"])}))`;
  }
};

const bytes: Feature = ({ random, e }) => {
  const s = random.oneIn(2) ? random.pick(SUBJECTS) : e.of("string", 1);
  switch (random.below(7)) {
    case 0:
      return code`E(pcall(string.byte, ${s}, ${random.pick(POSITIONS)}, ${random.pick(POSITIONS)}))`;
    case 1:
      return code`E(pcall(string.unpack, ${random.pick(UNPACKS)}, ${s}, ${random.pick(POSITIONS)}))`;
    case 2:
      return code`E(pcall(utf8.len, ${s}, ${random.pick(POSITIONS)}, ${random.pick(POSITIONS)}, ${random.pick(["nil", "true"])}))`;
    case 3:
      return code`E(pcall(utf8.codepoint, ${s}, ${random.pick(POSITIONS)}, ${random.pick(POSITIONS)})) E(pcall(utf8.offset, ${s}, ${random.pick(["1", "-1", "0", "3"])}, ${random.pick(POSITIONS)}))`;
    case 4:
      return code`E(pcall(function() for p, c in utf8.codes(${s}) do E(p, Y(c)) end end))`;
    case 5:
      return code`E(pcall(utf8.char, ${e.of("int", 1)} & ${random.pick(["0x7f", "0x7ff", "0xffff", "0x1fffff", "0x7fffffff"])}))`;
    default:
      return code`E(pcall(string.format, ${random.pick(['"%q"', '"%s %s"', '"%5.1s|"', '"%c"', '"%-5d|%5s"', '"%.3q"', '"%y"', '"%10.4f"', '"%#x"', '"% d"'])}, ${e.any(1)}, ${e.any(1)}))`;
  }
};

const tables: Feature = ({ random, e, name }) => {
  const t = name("t");
  const size = random.below(6);
  const items = Array.from({ length: size }, (_, i) => `${(i * 3) % 7}`).join(", ");
  const at = () =>
    random.pick(["1", "2", "0", "-1", String(size), String(size + 1), "1.0", '"1"', "nil"]);
  const op = random.pick([
    code`table.insert, ${t}, ${e.of("int", 1)}`,
    code`table.insert, ${t}, ${at()}, ${e.of("int", 1)}`,
    code`table.remove, ${t}, ${at()}`,
    code`table.remove, ${t}`,
    code`table.move, ${t}, ${at()}, ${at()}, ${at()}`,
    code`table.move, ${t}, 1, ${size}, ${at()}, {}`,
    code`table.concat, ${t}, ${e.of("string", 1)}, ${at()}, ${at()}`,
    code`table.unpack, ${t}, ${at()}, ${at()}`,
    code`select, ${at()}, table.unpack(${t})`,
    code`table.sort, ${t}, function(a, b) return Y(a) > b end`,
    // float keys are no keys for C Lua's next
    code`next, ${t}, ${random.pick(["nil", "1", "0", String(size), '"1"'])}`,
    code`rawequal, ${t}, ${t}`,
    code`rawlen, ${t}`,
    code`table.pack, ${t}, ${e.any(1)}`,
  ]);
  return code`local ${t} = { ${items} } E(pcall(${op})) E(${t})`;
};

/** Keys that are equal in one way and different in another. */
const keys: Feature = ({ random, e, name }) => {
  const t = name("t");
  const key = () =>
    random.pick([
      "1",
      "1.0",
      '"1"',
      "2^53",
      "(1 << 53)",
      "0.5",
      "-0.0",
      "0",
      '"x"',
      "true",
      "math.mininteger",
      "-2^63",
      "1e300",
      '"a.b"',
      '"constructor"',
      '"__proto__"',
      "K",
      "3",
    ]);
  const sets = Array.from(
    { length: 3 + random.below(4) },
    (_, i) => `${t}[${key()}] = ${random.pick(["i", "nil", String(i), `"${i}"`])}`,
  );
  return code`local ${t} = {} for i = 1, 2 do ${sets.join(" ")} end E(${t}, ${t}[${key()}], ${t}[${key()}], pcall(rawset, ${t}, ${e.any(0)}, 1)) local n = 0 for k, v in next, ${t} do n = n + 1 ${t}[k] = ${random.pick(["nil", "1", "Y(v)"])} end E(n, ${t})`;
};

/** Fields of a table are changed, cleared and added again while it is traversed and afterwards. */
const traversal: Feature = ({ random, name }) => {
  const t = name("t");
  const fill = random.pick([
    `for i = 1, 20 do ${t}[i] = i end`,
    `for i = 1, 20 do ${t}["k" .. i] = i end`,
    `for i = 20, 1, -1 do ${t}[i] = i end`,
    `for i = 1, 40, 3 do ${t}[i] = i ${t}["k" .. i] = i end`,
    `for i = 1, 20 do ${t}[i * 0.5] = i end`,
  ]);
  const change = random.pick([
    `if v % 2 == 0 then ${t}[k] = nil end`,
    `${t}[k] = v + 1`,
    `${t}[k] = nil`,
    `if v > 10 then ${t}[k] = Y(-v) end`,
  ]);
  return code`local ${t}, n = {}, 0 ${fill} for k, v in pairs(${t}) do n = n + v ${change} end for k, v in next, ${t} do n = n + Y(v) end for i = 1, 5 do ${t}[i] = i * 10 end E(${random.pick(["0", "n * 0"])}, ${t}[1], ${t}[5], ${t}.k3, ${t}[10])`;
};

const objects: Feature = ({ random, e, name }) => {
  const o = name("o");
  const use = random.pick([
    code`${o}.field`,
    code`${o}[${e.any(1)}]`,
    code`${o}:method(${e.any(1)})`,
    code`${o}(${e.any(1)}, ${e.any(1)})`,
    code`#${o}`,
    code`-${o}, ~${o}`,
    code`${o} .. ${e.any(1)} .. ${o}`,
    code`${e.any(1)} ${random.pick(["+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", ".."])} ${o}`,
    code`${o} ${random.pick(["<", "<=", ">", ">=", "==", "~="])} ${random.oneIn(2) ? o : "O(2)"}`,
    code`tostring(${o}), #tostring(${o})`,
    code`string.format("%s|%10s", ${o}, ${o})`,
    code`table.concat(${o}, ",", 1, 3)`,
    code`table.unpack(${o}, 1, 3)`,
    code`rawget(${o}, "field"), rawequal(${o}, ${o})`,
    code`next(${o})`,
    code`getmetatable(${o}), pcall(setmetatable, ${o}, {})`,
    code`${o} < ${e.any(1)}`,
  ]);
  return code`local ${o} = O(${e.any(1)}) E(pcall(function() ${o}[${e.any(0)} or 1] = ${e.any(1)} for k, v in pairs(${o}) do E(k, v) end return ${use} end))`;
};

const inheritance: Feature = ({ random, e, name, body }) => {
  const c = name("C");
  return code`local ${c} = {} ${c}.__index = ${random.oneIn(3) ? `function(t, k) return Y(${c}[k]) end` : c} function ${c}.new(v) return setmetatable({ v = v, log = {} }, ${c}) end function ${c}:get(...) ${body()} return self.v, ... end function ${c}.sum(a, b) return Y(a.v) end ${c}.__add = ${c}.sum do local D = setmetatable({}, ${c}) D.__index = D local d = setmetatable(${c}.new(${e.any(1)}), D) E(pcall(d.get, d, ${e.any(1)})) E(pcall(function() return d:get(Y(1), 2), d:missing() end)) E(pcall(function() return ${c}.new(3) + d end)) end`;
};

const varargs: Feature = ({ random, e, name }) => {
  const f = name("f");
  const use = random.pick([
    "select('#', ...), select(-1, ...)",
    "(...)",
    "..., ...",
    "table.pack(...)",
    "{ ... }, { (...), ... }, { ..., 1 }",
    "pcall(select, 2, ...)",
    "#{ n = 1, (...) }",
  ]);
  const named = random.pick([
    "args.n, args[1], args[2]",
    "args",
    "select('#', table.unpack(args, 1, args.n))",
  ]);
  return random.oneIn(2)
    ? code`local function ${f}(...) local a, b = ... E(a, Y(b)) if a == nil then return end return ${use} end E(${f}(${e.any(1)}, Y(nil, 3)), (${f}(${e.any(1)}))) E(pcall(${f}, ${e.any(1)}, nil, nil))`
    : code`local function ${f}(x, ...args) E(x, Y(args.n)) ${random.pick(["args[1] = 9", "args.n = 1", "local g = function() return args[2] end E(g())", ""])} return ${named} end E(${f}()) E(${f}(${e.any(1)}, ${e.any(1)}, nil)) E(pcall(${f}, Y(1, 2, 3)))`;
};

const globals: Feature = ({ random, e, name }) => {
  const g = name("G");
  return random.pick([
    code`do global ${g} = ${e.any(1)} global E E(${g}) end ${g} = nil`,
    code`E(load("global none x = 1")) E(load("global y y = 1 z = 2")) E(load("global <const> q q = 2"))`,
    code`do global * ${g} = ${e.any(1)} E(${g}) ${g} = nil end`,
    code`do global<const> * E(load("global <const> * ${g} = 1")) end`,
    code`do global function ${g}(x) return x and Y(x) end E(${g}(${e.any(1)})) end ${g} = nil`,
    code`${g} = 5 E(pcall(load("global ${g} = 6"))) ${g} = nil`,
    code`do local _ENV = { E = E, Y = Y } ${g} = Y(${e.any(0)}) E(${g}, _ENV.${g}) end`,
  ]);
};

const coroutines: Feature = ({ random, e, name, body }) => {
  const co = name("co");
  switch (random.below(6)) {
    case 0:
      return code`local ${co} = W(function(...) local x = Y(...) while true do ${body()} x = coroutine.yield(x) if not x then error(${random.pick(['"end"', "{}", '"end", 2', "nil", "42"])}) end end end) E(pcall(${co}, 1)) E(pcall(${co}, ${e.any(1)})) E(pcall(${co}, false)) E(pcall(${co}))`;
    case 1:
      return code`for a, b in W(function() for i = 1, 3 do coroutine.yield(i, Y(i * ${e.number(1)})) end end) do E(a, b) end`;
    case 2:
      return code`local ${co} = coroutine.create(function(a) local inner = coroutine.create(function(b) local c <close> = closer("in") coroutine.yield(Y(b)) ${body()} error(b) end) E(R(inner, a)) E(coroutine.status(inner), coroutine.isyieldable()) a = coroutine.yield(a) E(R(inner, a)) E(coroutine.status(inner)) return R(inner) end) E(R(${co}, ${e.any(1)})) E(R(${co}, 2)) E(R(${co}))`;
    case 3:
      return code`local ${co} = coroutine.create(function() local a <close> = closer("a") local ok, m = pcall(function() local b <close> = closer("b") coroutine.yield(Y(1)) error(${e.any(1)}) end) E(ok, m) local c <close> = closer("c") coroutine.yield(2) ${body()} end) E(R(${co})) E(${random.pick([`R(${co})`, `C(${co})`, "nil"])}) E(C(${co})) E(R(${co}))`;
    case 4:
      return code`local ${co} co = coroutine.create(function(...) E(select("#", ...), coroutine.running() == co) return pcall(pcall, Y, coroutine.yield(...)) end) ${co} = co E(R(co, nil, ${e.any(1)})) E(R(co, nil, nil)) E(R(co)) co = nil`;
    default:
      return code`local ${co} = W(function(n) local function walk(i) if i > 0 then walk(i - 1) coroutine.yield(Y(i)) walk(i - 2) end end walk(n) return "done" end) for i = 1, 9 do local v = ${co}(${1 + random.below(4)}) E(v) if v == "done" then break end end`;
  }
};

const errors: Feature = ({ random, e, name }) => {
  const f = name("f");
  return random.pick([
    code`local function ${f}(x) error(${e.any(1)}, ${random.pick(["0", "1", "2", "3"])}) end E(pcall(function() ${f}(1) end)) E(pcall(${f}))`,
    code`E(xpcall(function(...) E(...) return Y(nil) .. "x" end, function(m) return Y("h:" .. tostring(m)) end, ${e.any(1)}))`,
    code`E(pcall(function() local a <close> = closer("a") local b <close> = setmetatable({}, { __close = function(_, m) E("b", m) error(${e.any(1)}, 0) end }) return ${e.faulty(1)} end))`,
    code`E(pcall(function() for i = 1, 3 do local c <close> = closer("l" .. i) if i == ${random.below(4)} then ${random.pick(["break", "return Y(i)", "error('x')", "goto done"])} end end ::done:: E("after") end))`,
    code`E(select(2, pcall(error, setmetatable({}, { __tostring = function() return "obj" end }))) ~= nil, pcall(error))`,
    code`local ${f} <const> = ${e.any(1)} E(pcall(function() return ${f}.x.y end)) E(pcall(function() local u = ${f} return u() end)) E(pcall(function() return T.a.b.c end)) E(pcall(function() return T.x + 1, #T.y end))`,
    code`E(pcall(function() local t = setmetatable({}, { __index = function(_, k) error(k, 2) end }) return t.key end))`,
    code`E(pcall(function() return ("x"):bad() end)) E(pcall(function() return (1).x end)) E(pcall(function() return math.nothing(1) end)) E(pcall(string.rep)) E(pcall(("x").rep, "x", {}))`,
  ]);
};

const jumps: Feature = ({ random, e, name, body }) => {
  const fs = name("fs");
  const l = name("l");
  return code`do local ${fs}, n = {}, 0 for i = 1, 4 do local x = Y(i) if x % ${1 + random.below(3)} == 0 then goto ${l} end for j = 1, 3 do if j == x then goto ${l} end ${fs}[#${fs} + 1] = function() x = x + ${e.of("int", 1)} return x, j end if j > 1 then break end ${body([{ name: "j", type: "int" }])} end ::${l}:: end for i = 1, #${fs} do E(${fs}[i](), ${fs}[i]()) end ::top:: n = n + 1 do local k = n ${fs}[n] = function() k = k + 1 return Y(k) end if n < 3 then goto top end end E(${fs}[1](), ${fs}[1](), ${fs}[2]()) end`;
};

const assignment: Feature = ({ random, e, name }) => {
  const t = name("t");
  return random.pick([
    code`do local i, ${t} = 1, { 1, 2, 3 } i, ${t}[i] = i + 1, Y(${e.any(1)}) E(i, ${t}) end`,
    code`do local ${t} = { x = { 1 } } ${t}.x, ${t}.x[1] = Y(${e.any(1)}), 2 E(${t}) end`,
    code`do local a, b, c = (function() return 1, Y(2, 3) end)() a, b, c = c, a, b E(a, b, c) end`,
    code`do local ${t} = {} ${t}[1], ${t}[2], ${t}[3] = Y(1, 2) ${t}.a, ${t}.b = 1 E(${t}, #${t} > 1) end`,
    code`do local function f(...) return ... end local ${t} = { f(1, 2), f(3, 4), x = f(5, 6), [f(7)] = 8, f(Y(9, 10)) } E(${t}) end`,
    code`do local a <const>, b = ${e.any(1)}, ${e.any(1)} local function g() b = a return b end E(g(), a == b) end`,
  ]);
};

const FEATURES: readonly Feature[] = [
  hashing,
  hashing,
  checksums,
  checksums,
  accumulation,
  accumulation,
  coercion,
  searching,
  bytes,
  tables,
  tables,
  keys,
  traversal,
  objects,
  objects,
  inheritance,
  varargs,
  globals,
  coroutines,
  coroutines,
  errors,
  errors,
  jumps,
  assignment,
  ...Object.values(numbers),
  ...Object.values(messages),
  messages.naming,
  messages.argumentErrors,
  ...Object.values(control),
  ...Object.values(depth),
];

/** One of all features, or the one called `only` in the files beside this one. */
export function feature(s: Surroundings, only?: string): Statement {
  if (only === undefined) return s.random.pick(FEATURES)(s);
  const all: Record<string, Feature> = { ...numbers, ...messages, ...control, ...depth };
  const one = all[only];
  if (one === undefined) throw new Error(`no feature ${only}: ${Object.keys(all).join(", ")}`);
  return one(s);
}
