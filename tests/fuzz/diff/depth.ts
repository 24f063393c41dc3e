/** Features that look closer: order of evaluation, jumps, the library on objects, deep stacks. */
import { code, type Feature } from "./feature";
import type { Random } from "./random";

const INTEGERS = [
  "0",
  "1",
  "-1",
  "7",
  "-7",
  "255",
  "(1 << 31)",
  "-(1 << 31)",
  "(1 << 32)",
  "(1 << 53) - 1",
  "(1 << 53)",
  "(1 << 53) + 1",
  "-(1 << 53) - 1",
  "(1 << 62)",
  "math.maxinteger",
  "math.mininteger",
  "math.maxinteger - 1",
  "math.mininteger + 1",
];
const FLOATS = [
  "0.0",
  "-0.0",
  "0.5",
  "-1.5",
  "2^31",
  "-2^31",
  "2^53",
  "2^53 + 2",
  "-2^53",
  "2^63",
  "-2^63",
  "(1/0)",
  "-(1/0)",
  "1e300",
  "5e-324",
];
const number = (random: Random) => random.pick(random.oneIn(2) ? INTEGERS : FLOATS);
const several = (random: Random, n: number, make: () => string) =>
  Array.from({ length: 1 + random.below(n) }, make).join(", ");

/** A list of statements about numbers, with constants where other features have variables. */
export const constants: Feature = ({ random, name }) => {
  const x = name("x");
  const constant = () =>
    random.pick([
      "1",
      "2",
      "3",
      "-3",
      "7",
      "8",
      "10",
      "16",
      "-1",
      "60",
      "1000",
      "0x7fffffff",
      "2.0",
    ]);
  const step = () =>
    random.pick([
      `${x} // ${constant()}`,
      `${x} % ${constant()}`,
      `${x} * ${constant()}`,
      `${x} + ${constant()}`,
      `${constant()} - ${x}`,
      `${x} // ${constant()} * ${constant()} + ${x} % ${constant()}`,
      `(${x} * ${constant()} + ${constant()}) % ${constant()}`,
      `-${x} // ${constant()}`,
      `-(${x} % ${constant()})`,
      `(${x} // 1 | 0) >> ${random.below(65)}`,
      `(${x} // 1 | 0) << ${random.below(65)}`,
      `(${x} // 1 | 0) & ${constant()}`.replace("2.0", "3.0"),
      `(${x} // 1 | 0) ~ (${x} // 1 | 0) >> 33`,
      `${x} / ${constant()}`,
      `1 // ${x}, 5 % ${x}`,
    ]);
  const list = Array.from({ length: 4 }, step);
  return code`do local function f(${x}) E(pcall(function() return ${list.join(", ")} end)) local r = 0 for i = 1, 5 do r = r + ${(list[0] as string).split(",")[0] as string} end return r end for i = 1, ${1 + random.below(20)} do pcall(f, i) end E(pcall(f, ${number(random)})) E(pcall(f, ${number(random)})) E(pcall(f, Y(${number(random)}))) end`;
};

/** Numbers of both kinds against each other: as they are sorted, found, chosen, used as keys. */
export const order: Feature = ({ random }) => {
  const list = several(random, 8, () => number(random));
  const relation = random.pick(["a < b", "a > b", "b >= a and a ~= b", "not (a >= b)", "Y(a) < b"]);
  return code`do local t = { ${list} } E(pcall(table.sort, t)) E(t) local u = { ${list} } E(pcall(table.sort, u, function(a, b) return ${relation} end)) E(u) local k = {} for i, v in ipairs(t) do k[v] = i end for i, v in ipairs(u) do E(v, k[v], v <= t[1], t[#t] >= v, v == t[i], math.type(v)) end E(math.max(table.unpack(t)), math.min(table.unpack(t))) for i = 2, #t do E(t[i - 1] < t[i], t[i - 1] <= t[i], t[i - 1] == t[i], t[i - 1] // 1 == t[i] // 1) end end`;
};

/** The same loop with bounds of all kinds, in a function that has run before. */
export const bounds: Feature = ({ random }) => {
  const body = random.pick([
    "r[#r + 1] = i",
    "r[#r + 1] = i * 2",
    "local j <const> = i r[#r + 1] = function() return j end",
    "r[#r + 1] = Y(i)",
    "if i == 2 then goto continue end r[#r + 1] = i",
    "r[#r + 1] = i // 2 + i % 3",
  ]);
  const call = () =>
    `${number(random)}, ${number(random)}, ${random.oneIn(3) ? "nil" : number(random)}`;
  return code`do local function f(from, to, step) local r = {} for i = from, to, step or ${random.pick(["1", "-1", "2"])} do ${body} ::continue:: if #r > 4 then break end if from ~= from or step == 0 then break end end for k, v in ipairs(r) do if type(v) == "function" then r[k] = v() end end return #r, r end for i = 1, ${random.below(30)} do f(1, i) end E(pcall(f, ${call()})) E(pcall(f, ${call()})) E(pcall(f, 1, 3)) E(pcall(f, math.maxinteger - 2, math.maxinteger)) E(pcall(f, math.mininteger + 2, math.mininteger, -1)) E(pcall(f, 3, ${number(random)}, -1)) end`;
};

/** What is evaluated when, in assignments, calls and constructors: each part tells. */
export const evaluation: Feature = ({ random, e }) => {
  let n = 0;
  const value = (): string => {
    const at = ++n;
    return random.pick([
      `v(${at})`,
      `v(${at})`,
      `t.f${random.below(3)}`,
      `t[v(${at})]`,
      `(v(${at}))`,
      `a`,
      `b`,
      `v(${at}) + a`,
      `t.f1 .. v(${at})`,
      `-b`,
      `{ v(${at}) }`,
      `(function() a = ${at} return v(${at}) end)()`,
    ]);
  };
  const target = () =>
    random.pick([
      "a",
      "b",
      `t.f${random.below(3)}`,
      `t[v(${++n})]`,
      `t[a]`,
      "g1",
      `u[v(${++n})].x`,
    ]);
  const list = (make: () => string) => several(random, 4, make);
  const act = random.pick([
    `${list(target)} = ${list(value)}`,
    `${list(target)} = ${list(value)}, ...`,
    `local x, y, z = ${list(value)} E(x, y, z)`,
    `E(v(${list(value)}))`,
    `E({ ${list(value)}, [v(90)] = v(91), x = v(92), ${value()} })`,
    `t:m(${list(value)})`,
    `return ${list(value)}`,
    `return ${value()} < ${value()}, ${value()} == ${value()}`,
    `return v(1) and ${value()} or ${value()}, not v(2), ${value()} and nil`,
    `for i = v(1), v(2), v(3) do E(i) break end`,
  ]);
  return code`do local a, b, u = ${e.any(0)}, 2, setmetatable({}, { __index = function(s, k) E("u", k) return s end, __newindex = function(s, k, x) E("set u", k, x) end }) local function v(...) E("v", ...) return Y(...) end local t = setmetatable({ m = v }, { __index = function(_, k) E("get", k) return Y(k == "f1" and 1 or k) end, __newindex = function(_, k, x) E("set", k, x) end }) E(pcall(function(...) ${act} end, 7, 8)) E(a, b, g1) g1 = nil end`;
};

/** Jumps of all shapes between blocks with captured variables and variables to be closed. */
export const gotos: Feature = ({ random, e }) => {
  const capture = () =>
    random.pick([
      "",
      "fs[#fs + 1] = function() x = x + 1 return x end",
      "local y = x fs[#fs + 1] = function() return y end",
    ]);
  const close = () => random.pick(["", "", 'local c <close> = closer("g" .. n)']);
  const condition = () =>
    random.pick([
      `n % ${2 + random.below(3)} == ${random.below(2)}`,
      `Y(n) > ${random.below(6)}`,
      "x == n",
      e.boolean(0).simple,
    ]);
  const block = (depth: number): string => {
    const inner = depth > 0 ? block(depth - 1) : "n = n + 1";
    return random.pick([
      `for i = 1, 3 do local x = i ${close()} ${capture()} if ${condition()} then goto continue end ${inner} if n > 20 then goto out end ::continue:: end`,
      `do local i = 0 ::top:: i = i + 1 local x = i ${capture()} do ${close()} ${inner} if n > 20 then goto out end if i < 3 then goto top end end end`,
      `do local i = 0 repeat local x = Y(i) i = i + 1 ${capture()} if ${condition()} then goto skip end ${inner} do break end ::skip:: until i > 2 end`,
      `do local i = 0 while true do i = i + 1 local x = i ${close()} ${capture()} if i > 3 then break end if ${condition()} then goto continue end ${inner} ::continue:: end end`,
      `do local x = n ${capture()} if ${condition()} then goto a elseif ${condition()} then goto b end ${inner} goto done ::a:: n = n + 1 if n > 20 then goto out end goto b ::b:: E("b", n) ::done:: end`,
      `for k, x in pairs({ 4, 5 }) do ${close()} ${capture()} if ${condition()} then break end ${inner} end`,
    ]);
  };
  return code`E(pcall(function() local n, x, fs = 0, 0, {} ${block(2)} ${block(1)} ::out:: E(n, #fs) for i = 1, #fs do E(i, fs[i](), fs[i]()) end end))`;
};

/** The table library on objects, and at the limits of positions. */
export const library: Feature = ({ random, e }) => {
  const size = random.below(7);
  const length = random.pick([
    "Y(#real)",
    "#real",
    "2",
    "'2'",
    "math.maxinteger",
    "0",
    "-1",
    "2.5",
  ]);
  const edge = () =>
    random.pick([
      "1",
      "2",
      "0",
      String(size),
      "-1",
      "math.maxinteger",
      "math.mininteger",
      "math.maxinteger - 1",
      "2.0",
      "'2'",
      "nil",
    ]);
  const call = random.pick([
    "table.sort, px",
    "table.sort, px, function(a, b) return Y(a) > b end",
    "function() table.sort({ 3, 1, 2 }, function(a, b) error('s') end) end",
    "table.sort, { 3, 'x', 1 }",
    "table.sort, { O(1), O(2), O(3) }",
    "table.sort, { M(3), M(1), M(2) }",
    `table.unpack, real, ${edge()}, ${edge()}`,
    `table.unpack, {}, math.maxinteger - 2, ${edge()}`,
    `table.move, px, ${edge()}, ${edge()}, ${edge()}`,
    `table.move, real, 1, 3, ${edge()}, px`,
    `table.move, px, 2, ${size}, 1`,
    `table.concat, px, ", "`,
    `table.concat, px, ", ", ${edge()}, ${edge()}`,
    `table.concat, { 1, 2.5, "x", ${random.pick(["-0.0", "2^63", "{}", "1e15", "nil", "Y"])} }, ${random.pick(["1", "''", "nil", "2.0"])}`,
    `table.insert, px, ${edge()}, 5`,
    `table.insert, px, 5, 6, 7`,
    `table.remove, px, ${edge()}`,
    `ipairs, px`,
    `next, real, ${random.pick(["1", "'x'", "nil", String(size)])}`,
    `table.pack, ${e.any(0).simple}, nil, nil`,
    `string.format, "%s %s", px, setmetatable({}, { __tostring = function() return Y("ts") end })`,
    `string.rep, ${random.pick(["'ab'", "''", "'x'"])}, ${random.pick(["3", "0", "-1", "2.0", "'2'"])}, ${random.pick(["nil", "','", "1"])}`,
  ]);
  // which elements sort writes is nobody's business
  const tell = call.startsWith("table.sort") ? "" : 'E("set", k)';
  // unpack of too many values is an error; of some thousands, a row too long to print
  return code`do local real, gets = {}, 0 for i = 1, ${size} do real[i] = i * 5 % 7 end local px = setmetatable({}, { __index = function(_, k) gets = gets + 1 if gets > 100 then error("enough", 0) end return Y(real[k]) end, __newindex = function(_, k, v) gets = gets + 1 if gets > 100 then error("enough", 0) end ${tell} real[k] = Y(v) end, __len = function() return ${length} end }) E(pcall(${call})) E(gets < 100 and real) end`;
};

/** Stacks as deep as they go: what counts is that the error can be caught, and the state after it. */
export const recursion: Feature = ({ random }) => {
  const [setup, f] = random.pick([
    ["local function f() return 1 + f() end", "f"],
    [
      "local t = {} setmetatable(t, { __index = function(t, k) return t[k .. ''] end })",
      "function() return t.x end",
    ],
    [
      "local t t = setmetatable({}, { __add = function(a, b) return a + b end })",
      "function() return t + 1 end",
    ],
    ["local function f(s) return (string.gsub('a', '.', f)) .. s end", "f, 'a'"],
    ["local function f() local ok, m = pcall(f) if not ok then error(m, 0) end return 1 end", "f"],
    [
      "local t = setmetatable({}, { __tostring = function(t) return 'x' .. tostring(t) end })",
      "tostring, t",
    ],
    ["local function f() return coroutine.wrap(f)() + 1 end", "f"],
    [
      "local t = setmetatable({}, {}) getmetatable(t).__eq = function(a, b) return a == setmetatable({}, getmetatable(t)) end",
      "function() return t == setmetatable({}, getmetatable(t)) end",
    ],
    ["local t = {} t.__call = t setmetatable(t, t)", "t"],
    ["local function f(n) if n == 0 then return 0 end return f(n - 1) end", "f, 100000"],
    [
      "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end",
      `f, ${random.pick(["100", "10000"])}`,
    ],
    [
      "local t = {} for i = 1, 20000 do t = { t } end",
      "function() local n = 0 while t do t = t[1] n = n + 1 end return n end",
    ],
    [
      "local t = setmetatable({}, { __index = function() error('deep', 2) end }) for i = 1, 100 do t = setmetatable({}, { __index = t }) end",
      "function() return t.x end",
    ],
    [
      "local s = string.rep('(', 300) .. '1' .. string.rep(')', 300)",
      "function() local f, m = load('return ' .. s) return f, m end",
    ],
    [
      "local s = string.rep('a.', 5000) .. 'b'",
      "function() local f, m = load('return ' .. s) return f ~= nil, m end",
    ],
  ] as [string, string][]);
  return code`do ${setup} local ok, m = pcall(${f}) E(ok, type(m) == "string" and (m:match("stack overflow") or m:match("too long") or m:match("deep")) or m) E(select(2, pcall(error, "still", 0))) end`;
};

/** Strings as objects, and as numbers. */
export const strings: Feature = ({ random, e }) => {
  const s = () =>
    random.pick([
      '"abc"',
      '"10"',
      '"0x10"',
      '" 5 "',
      '"1e1"',
      '"a\\0b"',
      '"\\xff"',
      '""',
      '"5."',
      '".5"',
      '"inf"',
      '"0x"',
      '"1 2"',
      '"9223372036854775808"',
      '"-9223372036854775808"',
    ]);
  const chain = random.pick([
    `(${s()}):upper():lower():rep(2, "-")`,
    `(${s()}):byte(1, -1)`,
    `#(${s()}):sub(2), (${s()}):len()`,
    `(${s()}).len, (${s()}).x, (${s()})[1]`,
    `(${s()}):x()`,
    `(${s()}).x.y`,
    `("%5s|%-5s|%.1s"):format(${s()}, ${s()}, ${s()})`,
    `(${s()}):find(${s()}, 1, true)`,
    `(${s()}):gsub(".", { a = 1, b = false })`,
    `(${s()}):reverse() .. ${s()}`,
    `${s()} < ${s()}, ${s()} <= ${s()}, ${s()} == ${s()}`,
    `${s()} < 1`,
    `${s()} ${random.pick(["+", "-", "*", "/", "//", "%"])} ${random.pick([s(), "2", "2.5"])}`,
    `${random.pick(["2", "2.5"])} ${random.pick(["+", "-", "*", "//", "%", "&", "|", "<<"])} ${s()}`,
    `-${s()}, ~${s()}`,
    `${s()} | ${random.pick(["0", s(), "1.5"])}`,
    `${s()} .. 1 .. 2.0 .. -0.0 .. 2^63`,
    `math.floor(${s()}), math.max(${s()}, 1)`,
    `tostring(${s()}):rep(2), tonumber(${s()}), tonumber(${s()}, ${2 + random.below(35)})`,
    `("x"):rep(${s()})`,
    `string.char(${random.pick(["0, 255", "256", "-1", '"65"', "65.0", "65.5", ""])})`,
    `utf8.char(${random.pick(["0x10FFFF", "0x7fffffff", "-1", "0xd800", "233, 8364"])}):byte(1, -1)`,
    `utf8.len(${s()}), utf8.offset(${s()}, ${random.pick(["1", "-1", "2", "0"])})`,
    `#tostring(${number(random)}), ${number(random)} .. ""`,
    `string.format("%d %s %q %g", ${number(random)}, ${number(random)}, ${number(random)}, ${number(random)})`,
  ]);
  return code`E(pcall(function() local s <const> = ${s()} E(s, #s) return ${chain} end)) E(pcall(function(s) for i = 1, #s do if s:sub(i, i) == "a" then return i, s:byte(i) end end return s + 1 end, ${random.oneIn(3) ? e.of("string", 1) : s()}))`;
};

/** Handlers that fail themselves, errors of odd types, and what is closed on the way. */
export const handlers: Feature = ({ random, e }) => {
  const value = () =>
    random.pick([
      "'m'",
      "{}",
      "nil",
      "42",
      "O(1)",
      "setmetatable({}, { __tostring = function() return Y('ts') end })",
      "true",
    ]);
  const handler = random.pick([
    "function(m) return m end",
    "function(m) error(m, 0) end",
    "function(m) error('again') end",
    "function(m) return Y(m, 2) end",
    "function(m) local x = m.x.y end",
    "function(m) return #tostring(m) > 0 end",
    "function(m) return pcall(error, m) end",
    "function() end",
    "nil",
    "1",
    "O(1)",
    "print == nil",
    "coroutine.isyieldable",
  ]);
  const fail = random.pick([
    `error(${value()})`,
    `error(${value()}, 0)`,
    `error(${value()}, 2)`,
    "error()",
    "local x = nil + 1",
    "return #nil",
    `assert(false, ${value()})`,
    "assert(nil)",
    `assert(1 == 1, ${value()}) error("a")`,
    `pcall(error, ${value()}) error("b")`,
    "string.rep()",
    "setmetatable({}, { __gc = 1, __mode = 3 }).x.y = 1",
    `coroutine.wrap(function() error(${value()}) end)()`,
    `coroutine.wrap(error)(${value()})`,
    `return select(2, load("error(${value().replaceAll("'", "")})"))()`,
  ]);
  return code`E(xpcall(function(...) local c <close> = closer("h") E(...) ${fail} end, ${handler}, ${e.any(0)}, nil)) E(pcall(pcall)) E(pcall(xpcall)) E(pcall(xpcall, Y)) E(select("#", pcall(Y, nil, nil)))`;
};

/** Coroutines that end in other ways than by returning. */
export const endings: Feature = ({ random, e, body }) => {
  const inside = () =>
    random.pick([
      "coroutine.yield(Y(1))",
      "error('inside')",
      "error({})",
      "coroutine.close(co)",
      "coroutine.close(coroutine.running())",
      "return Y(1, 2)",
      "coroutine.wrap(function() coroutine.close(co) end)()",
      "coroutine.resume(co)",
      "coroutine.yield(coroutine.running() == co, coroutine.isyieldable(co))",
      "pcall(coroutine.yield, 3) error('late')",
      "for v in coroutine.wrap(function() coroutine.yield(5) end) do coroutine.yield(v) end",
      "table.sort({ 3, 2, 1 }, function(a, b) return Y(a) < b end)",
      "select(2, pcall(error))()",
    ]);
  const close = () =>
    random.pick([
      'closer("x")',
      "nil",
      "setmetatable({}, { __close = function(_, m) E('cl', m) error('from close', 0) end })",
      "setmetatable({}, { __close = function(_, m) E('cl', m, coroutine.status(co)) end })",
    ]);
  const act = () =>
    random.pick([
      "E(R(co, 7))",
      "E(C(co))",
      "E(coroutine.status(co))",

      "E(coroutine.isyieldable(co))",
    ]);
  const acts = Array.from({ length: 4 }, act).join(" ");
  return code`do local co co = coroutine.create(function(...) local a <close> = ${close()} local b <close> = ${close()} ${random.oneIn(2) ? inside() : ""} E(pcall(function() local c <close> = ${close()} ${inside()} end)) ${body()} do ${inside()} end end) E(coroutine.status(co)) E(R(co, ${e.any(1)})) ${acts} E(coroutine.status(co)) end`;
};
