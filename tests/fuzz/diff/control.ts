/** Features about control: closing, coroutines that end early, metamethods under the library. */
import { code, type Feature } from "./feature";
import { packing, pattern } from "./grammar";

/** A table that tells every access, with its content out of sight. */
const proxy = (size: number, length: string) =>
  `local real = {} for i = 1, ${size} do real[i] = i * 7 % 5 end local px = setmetatable({}, { __index = function(_, k) E("get", Y(k)) return real[k] end, __newindex = function(_, k, v) E("set", k, Y(v)) real[k] = v end, __len = function() E("len") return ${length} end })`;

export const proxies: Feature = ({ random }) => {
  const size = random.below(6);
  const at = () => random.pick(["1", "2", "0", "-1", "3", String(size), String(size + 1)]);
  const length = random.oneIn(10)
    ? random.pick(["'3'", "2.0", "2.5", "nil", "-1", "{}", "'x'"])
    : "Y(#real)";
  const use = random.pick([
    `table.insert, px, 9`,
    `table.insert, px, ${at()}, 9`,
    `table.remove, px`,
    `table.remove, px, ${at()}`,
    `table.move, px, ${at()}, ${at()}, ${at()}`,
    `table.move, px, 1, ${size}, ${at()}, {}`,
    `table.move, { 1, 2, 3 }, 1, 3, ${at()}, px`,
    `table.concat, px, "-"`,
    `table.concat, px, "-", ${at()}, ${at()}`,
    `table.unpack, px`,
    `table.unpack, px, ${at()}, ${at()}`,
    `function() local n = 0 for i, v in ipairs(px) do n = n + v end return n end`,
    `function() px[1], px[2] = px[2] or 0, px[1] or 0 return #px, px[3] end`,
    `next, px`,
    `rawlen, px`,
    `select, "#", table.unpack(px)`,
  ]);
  return code`do ${proxy(size, length)} E(pcall(${use})) E(real) end`;
};

const EVENTS = [
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "pow",
  "unm",
  "idiv",
  "band",
  "bor",
  "bxor",
  "shl",
  "shr",
  "bnot",
  "concat",
  "len",
  "eq",
  "lt",
  "le",
  "index",
  "newindex",
  "call",
];

/** Objects with a few metamethods each, in chains, of odd types, against each other. */
export const metamethods: Feature = ({ random, e, name }) => {
  const [a, b] = [name("a"), name("b")];
  const handler = (event: string) =>
    random.oneIn(8)
      ? random.pick(["{}", "1", "nil", "true", "O(1)", "M(1)", "'s'"])
      : `function(...) E("${event}", select("#", ...)) return ${random.pick(["Y(1, 2)", "...", "Y(nil)", "Y(true)", "(...)", "'r'", e.any(0).simple])} end`;
  const some = () => {
    const chosen = Array.from({ length: 1 + random.below(6) }, () => random.pick(EVENTS));
    return chosen.map((event) => `__${event} = ${handler(event)}`).join(", ");
  };
  const other = () => random.pick([b, a, "1", "'x'", "nil", "2.5", "{}"]);
  const binary = random.pick([
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "//",
    "&",
    "|",
    "~",
    "<<",
    ">>",
    "..",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "~=",
  ]);
  const use = random.pick([
    `${a} ${binary} ${other()}`,
    `${other()} ${binary} ${a}`,
    `${a} ${binary} ${b}`,
    `-${a}`,
    `~${a}`,
    `#${a}`,
    `${a}.x`,
    `${a}[1]`,
    `${a}.x.y`,
    `${a}:m(1)`,
    `${a}()`,
    `${a}(1, Y(2))`,
    `(function() ${a}.x = 1 end)()`,
    `(function() ${a}.x.y = 1 end)()`,
    `1 .. ${a} .. 2 .. ${b}`,
    `${a} .. ${a} .. "x"`,
    `not (${a} == ${b}), not (${a} < ${b})`,
    `(function() if ${a} <= ${b} then return 1 end return 2 end)()`,
    `(function() while ${a} ${binary} ${b} do return 1 end end)()`,
    `rawequal(${a}, ${b}), rawlen(${a})`,
  ]);
  const base = random.oneIn(3)
    ? `setmetatable(${a}, { __index = ${b}, __newindex = ${b}, __call = ${b} })`
    : "";
  return code`do local ${a}, ${b} = setmetatable({}, { ${some()} }), setmetatable({}, { ${some()} }) ${base} E(pcall(function() return ${use} end)) E(pcall(function() E(${use}) end)) end`;
};

/** Variables to be closed in every place, and errors on the way. */
export const closing: Feature = ({ random, e, body }) => {
  const bad = `setmetatable({}, { __close = function(_, m) E("bad", m) ${random.pick(["error('in close')", "error({})", "local x = nil + 1", "return Y(1)"])} end })`;
  const end = random.pick([
    "return Y(1, 2)",
    "return ...",
    "error('x')",
    "break",
    "goto out",
    "local y = nil .. 'x'",
    "coroutine.yield(4)",
    `return (function() local z <close> = closer("z") return Y(7) end)()`,
    "",
  ]);
  const second = random.pick([bad, 'closer("second")', "nil", "false", "{}"]);
  const place = random.oneIn(2)
    ? code`for i = 1, 2 do local a <close> = closer("a" .. i) local b <close> = ${second} ${body()} ${end === "" ? "" : `do ${end} end`} end ::out::`
    : code`for v in function(s, c) if c < 3 then return Y(c + 1) end end, 1, 0, ${random.pick(['closer("iter")', second])} do E(v) ${end === "" ? "" : `if v == 2 then ${end} end`} end ::out:: E("after")`;
  return random.oneIn(2)
    ? code`E(pcall(function(...) local o <close> = closer("outer") ${place} end, 1, 2))`
    : code`do local co = coroutine.create(function(...) local o <close> = ${second === "{}" ? 'closer("o")' : second} ${place} end) E(R(co, ${e.any(1)})) E(coroutine.status(co)) ${random.pick(["E(C(co))", "E(R(co)) E(C(co))", "E(R(co)) E(R(co))"])} E(coroutine.status(co)) end`;
};

export const wrapping: Feature = ({ random, e }) => {
  const act = random.pick([
    "coroutine.yield(Y(a))",
    "error(a)",
    "error('e')",
    "return a",
    "local x <close> = closer('w') coroutine.yield(1)",
    "coroutine.close(coroutine.running())",
    "return coroutine.resume(coroutine.running())",
    "return coroutine.isyieldable(), coroutine.status(coroutine.running())",
    "return pcall(coroutine.yield, a)",
    "return select(2, pcall(error, a))",
  ]);
  return code`do local w w = W(function(a, ...) E(select("#", ...)) ${random.oneIn(2) ? `if a then pcall(function() ${act} end) end` : ""} ${act.startsWith("return") ? `do ${act} end` : act} return Y(a) end) for i = 1, 3 do E(pcall(w, ${e.any(1)}, nil)) end end`;
};

export const patterns: Feature = ({ random, e }) => {
  const p = pattern(random);
  const s = random.oneIn(3)
    ? e.of("string", 1)
    : random.pick([
        '"hello world, foo=bar-1 (x)"',
        '"aaa bbb abc"',
        '"[1,2] {3}"',
        '"a\\0b\\xffc"',
        '"  x1 y22  "',
        '""',
        '"((a)(b))"',
        '"foo.bar.baz=%d"',
      ]);
  const init = random.pick(["1", "1", "1", "2", "-2", "0", "20"]);
  const replacement = random.pick([
    '"<%0>"',
    '"%1"',
    '"%2-%1"',
    "Y",
    "{ a = 1, foo = 'F' }",
    "function(...) return select('#', ...) .. '' end",
    '"%"',
    '"%9"',
    "nil",
    "1",
  ]);
  return random.pick([
    code`E(pcall(string.find, ${s}, ${p}, ${init}))`,
    code`E(pcall(string.match, ${s}, ${p}, ${init}))`,
    code`E(pcall(string.gsub, ${s}, ${p}, ${replacement}, ${random.pick(["nil", "nil", "2", "-1"])}))`,
    code`E(pcall(function() local n = 0 for a, b, c in string.gmatch(${s}, ${p}${random.oneIn(3) ? `, ${init}` : ""}) do n = n + 1 E(a, b, Y(c)) if n > 12 then break end end end))`,
  ]);
};

export const packs: Feature = ({ random }) => {
  const f = packing(random);
  const value = () =>
    random.pick([
      "1",
      "-1",
      "255",
      "256",
      "-129",
      "65535",
      "1 << 31",
      "1 << 40",
      "math.mininteger",
      "1.5",
      "2.0",
      '"ab"',
      '"a\\0b"',
      '""',
      "nil",
      "1e300",
      '"7"',
    ]);
  const bytes = random.pick([
    '"\\1\\2\\3\\4\\5\\6\\7\\8\\9\\10\\11\\12\\13\\14\\15\\16\\17"',
    '"\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff"',
    '"abc\\0def\\0"',
    '"\\0\\0\\0\\0\\0\\0\\x80\\x3f"',
  ]);
  return random.oneIn(2)
    ? code`E(pcall(string.packsize, ${f})) E(pcall(function() local s = string.pack(${f}, ${value()}, ${value()}, ${value()}, ${value()}) return s, string.unpack(${f}, s) end))`
    : code`E(pcall(string.unpack, ${f}, ${bytes}, ${random.pick(["1", "2", "-3", "0", "18", "nil"])}))`;
};

/** Chunks that arrive in pieces, with environments, modes and names. */
export const loading: Feature = ({ random, e }) => {
  const source = random.pick([
    "return x, ...",
    "x = 1 return x",
    "local a <const> = 1 return a + Y(2)",
    "return +",
    "error('l')",
    "return _ENV == nil",
    "f(",
    "",
    "-- c",
    "return function() return x end",
    "goto l",
    "x = x + 1",
    "\\27Lua",
    "#!x\\nreturn 1",
  ]);
  // C Lua finds a syntax error before it asks for the next piece
  const isWrong = ["return +", "f(", "goto l", "#!x\\nreturn 1"].includes(source);
  const piece = random.pick(['" "', "nil", "''", "1", isWrong ? "nil" : "{}"]);
  const name = random.pick([
    "nil",
    '"=n"',
    '"@file.lua"',
    '"text\\nmore"',
    '"return 1"',
    `"${"long".repeat(30)}"`,
  ]);
  const env = random.pick([
    "",
    ', "t"',
    ', "t", { x = 5, Y = Y }',
    ', "b"',
    ', "bt", nil',
    ', "t", setmetatable({}, { __index = function(_, k) return Y(k) end })',
  ]);
  return code`do local pieces, i = { "${source}", ${piece} }, 0 local f, m = load(${random.oneIn(2) ? `"${source}"` : "function() i = i + 1 return Y(pieces[i]) end"}, ${name}${env}) E(f, m) if f then E(pcall(f, ${e.any(1)})) end x = nil end`;
};

/** Long expressions of one operator, where the compiler puts steps together. */
export const chains: Feature = ({ random, e }) => {
  const op = random.pick(["..", "..", "+", "*", "and", "or", "-", "//", "|", "<<", "^"]);
  const parts = Array.from({ length: 3 + random.below(6) }, () =>
    random.pick(["a", "b", "c", "Y(a)", "1", "'2'", "2.5", "o", "t.x", "f()", "nil", "(a)", "''"]),
  );
  return code`do local a, b, c, o, t = ${e.any(1)}, ${e.any(1)}, 3, ${random.pick(["O(1)", "M(1)", "5"])}, { x = ${e.any(0)} } local function f() return Y(b, 1) end E(pcall(function() return ${parts.join(` ${op} `)} end)) end`;
};

/** Loops inside loops with closures, continue and break. */
export const nesting: Feature = ({ random, e, body }) => {
  const leave = () =>
    random.pick([
      "goto continue",
      "break",
      "goto done",
      "return Y(i, j)",
      "i = i",
      "local k = j goto continue",
    ]);
  return code`E(pcall(function() local fs = {} for a = 1, 3 do local i = a for j = 3, 1, -1 do local x = i * j if x == ${random.below(9)} then ${leave().replace("i = i", "x = Y(x)")} end do local c <close> = ${random.pick(["nil", 'closer("n")'])} fs[#fs + 1] = function(d) x = x + (d or 0) i = i + 1 return x, i, j end end ${body([{ name: "j", type: "int" }])} if Y(x) > ${random.below(9)} then do ${leave()} end end ::continue:: end repeat local z = i i = i + 1 local q = function() return z end fs[#fs + 1] = q until q() > 2 end ::done:: for n = 1, #fs do E(n, fs[n](${e.int(0)})) end return #fs end))`;
};

/** Where parameters, extra arguments and results meet. */
export const adjusting: Feature = ({ random, e, name }) => {
  const f = name("f");
  const list = () =>
    Array.from({ length: random.below(5) }, () =>
      random.pick(["1", "nil", "Y(2)", "Y(3, 4)", "Y()", "(Y(5, 6))", "...", "t"]),
    ).join(", ");
  const l = list();
  return code`E(pcall(function(...) local t = { ... } local function ${f}(a, b, ...${random.pick(["", "rest"])}) local n = select("#", ...) local x, y, z = a, ... E(n) return ${random.pick(["...", "a, ...", "..., a", "(...)", "n, x, y, z", "b and ... or a", "{ ... }", "select(2, ...)", `a and ${f}(...)`, "table.unpack({ ... }, 1, 3)"])} end E(${f}(${l})) E((${f}(${l}))) local u, v = ${f}(${list()}) E(u, v, { ${f}(${l}), ${f}(${list()}) }) return ${f}(${list()}) end, ${e.any(1)}, nil, 3))`;
};

/** Loops of a main function, beside and inside each other: each may be compiled as a function of its own. */
export const topLoops: Feature = ({ random, e, name }) => {
  const s = name("s");
  const done = name("done");
  const leave = () =>
    random.pick([
      "",
      "",
      "break",
      `goto ${done}`,
      `E(pcall(error, ${s}))`,
      `${s} = Y(${s}) + 0.5`,
      "coroutine.isyieldable()",
      `local c <close> = closer("t")`,
      `fs[#fs + 1] = function() ${s} = ${s} + 1 return ${s} end`,
      `E(pcall(function() return ${s} .. nil end))`,
    ]);
  const inner = () =>
    random.pick([
      `for j = ${random.pick(["1, 3", "3, 1, -1", "1.0, 2", "Y(1), 2"])} do ${s} = ${s} + Y(j) if ${s} > ${random.below(20)} then ${leave()} end end`,
      `for k, v in pairs({ 5, a = 6 }) do ${s} = ${s} + Y(v) if ${s} > ${random.below(20)} then ${leave()} end end`,
      `for k, v in ipairs({ 5, 6 }) do ${s} = ${s} + v * Y(k) ${leave()} end`,
      `local w = 0 while w < 3 do w = w + 1 ${s} = ${s} + w if w == 2 then ${leave()} end end`,
      `local r = 0 repeat local z = Y(r) r = r + 1 if z == 1 then ${leave()} end until z > 1`,
      `for a, b in W(function() for i = 1, 2 do coroutine.yield(i, Y(i)) end end) do ${s} = ${s} + a * b ${leave()} end`,
    ]);
  const outer = random.pick([
    "for i = 1, 3 do",
    "for i = 2.5, 0, -1 do",
    "for i, q in ipairs({ 7, 8 }) do",
  ]);
  return code`do local ${s}, fs = ${e.of("int", 0)} & 15, {} ${inner()} ${outer} ${s} = ${s} + i ${inner()} ${random.oneIn(2) ? inner() : ""} ${random.oneIn(3) ? leave() : ""} end ::${done}:: E(${s}, #fs, fs[1] and fs[1](), ${s}) end`;
};
