/** Features about numbers: borders of the formats, loops, comparisons, conversions. */
import { code, type Feature } from "./feature";
import { conversion, numeral } from "./grammar";
import type { Random } from "./random";

const NEAR = ["0", "1", "-1", "2", "-2", "3", "0.5"];
const BORDERS = [
  "2^31",
  "-2^31",
  "(1 << 31)",
  "(1 << 32)",
  "2^32",
  "2^52",
  "2^53",
  "-2^53",
  "(1 << 53)",
  "-(1 << 53)",
  "2^62",
  "2^63",
  "-2^63",
  "math.maxinteger",
  "math.mininteger",
  "(1 << 62)",
  "2^64",
  "1e308",
  "0",
  "0.0",
  "-0.0",
  "(1/0)",
  "-(1/0)",
  "(0/0)",
  "5e-324",
  "0x1p-1074",
  "1e15",
  "123456789012345678",
];

/** A number at or next to a border. */
function border(random: Random): string {
  const b = random.pick(BORDERS);
  if (random.oneIn(2)) return b;
  return `(${b} ${random.pick(["+", "-"])} ${random.pick(NEAR)})`;
}

const ARITHMETIC = ["+", "-", "*", "/", "//", "%"];
const BITWISE = ["&", "|", "~", "<<", ">>"];
const RELATIONS = ["<", "<=", ">", ">=", "==", "~="];

/** The same operation on constants, variables, arguments and a captured variable. */
export const operation: Feature = ({ random }) => {
  const op = random.pick([...ARITHMETIC, ...ARITHMETIC, ...BITWISE, ...RELATIONS]);
  const a = border(random);
  const b = random.oneIn(4) ? random.pick(NEAR) : border(random);
  return code`E(pcall(function() local a, b = ${a}, ${b} E(pcall(function() return a ${op} b end)) E(pcall(function(x, y) return x ${op} y end, a, b)) E(a ${op} ${b}) E(Y(a) ${op} b) return ${a} ${op} ${b} end))`;
};

export const comparison: Feature = ({ random }) => {
  const [a, b] = [border(random), border(random)];
  return code`do local a, b = ${a}, ${b} local n = 0 if a < b then n = n + 1 end if a <= b then n = n + 2 end if a == b then n = n + 4 end if not (a > b) then n = n + 8 end while a >= b do n = n + 16 break end if a ~= ${b} then n = n + 32 end if ${a} < b or a <= ${b} then n = n + 64 end E(n, a < b, b < a, math.max(a, b), math.min(a, b), math.type(a), a == math.tointeger(a), ({ [a == a and a or 1] = 1 })[b]) end`;
};

export const loop: Feature = ({ random, e }) => {
  const step = random.pick([
    "1",
    "-1",
    "2",
    "1.0",
    "0.5",
    "-0.25",
    "math.maxinteger",
    "math.mininteger",
    "0",
    "0.0",
    border(random),
  ]);
  const part = (v: string) => (random.oneIn(25) ? random.pick(['"1"', "nil", "{}", '"x"']) : v);
  const from = border(random);
  const to = random.pick([`${from} + 3`, `${from} - 3`, border(random), `${from}`]);
  const body = random.pick([
    "",
    "E(Y(i))",
    "local j = i E(i * 2) f = function() return j + i end",
    `E(i + ${e.int(1).simple})`,
  ]);
  return code`E(pcall(function() local n, f = 0 for i = ${part(from)}, ${part(to)}, ${part(step)} do E(i, math.type(i)) ${body} n = n + 1 if n > 5 then break end end return n, f and f() end))`;
};

export const shifting: Feature = ({ random }) => {
  const by = random.pick([
    "63",
    "64",
    "65",
    "-63",
    "-64",
    "31",
    "32",
    "33",
    "-1",
    "0",
    "math.maxinteger",
    "math.mininteger",
    "2^53",
    "1.5",
    '"3"',
  ]);
  return code`E(pcall(function() local a, n = ${border(random)} // 1 | 0, ${by} return a << n, a >> n, ~a << n, (a >> n) & 0xff, a << ${by}, 1 << n, -1 >> n end))`;
};

export const division: Feature = ({ random }) => {
  const small = () =>
    random.pick([
      "7",
      "-7",
      "3",
      "-3",
      "1",
      "-1",
      "5.5",
      "-5.5",
      "0.1",
      "0",
      "0.0",
      "-0.0",
      border(random),
    ]);
  return code`E(pcall(function() local a, b = ${small()}, ${small()} E(a / b) E(pcall(function() return a // b, a % b end)) E(pcall(math.fmod, a, b)) return (a // b) * b + a % b, -a // b, -a % b, a // -b end))`;
};

export const numerals: Feature = ({ random }) => {
  const [a, b] = [numeral(random), numeral(random)];
  const base = 2 + random.below(35);
  return code`do local s = "${a}" E(tonumber(s), math.tointeger(s), pcall(tonumber, s, ${base})) E(pcall(function() return s + 0, s * 1, s // 1, -s, s | 0 end)) E(load("return " .. s)) local f = load("return ${b.replaceAll("\\", "\\\\")}, " .. s) E(f and f()) E(tostring(tonumber(s)), (tonumber(s) or 0) .. "", s == tonumber(s), s .. "" == tostring(tonumber(s))) end`;
};

export const formats: Feature = ({ random, e }) => {
  const c = conversion(random);
  return code`E(pcall(string.format, "${c}|${random.oneIn(2) ? conversion(random) : ""}", ${random.pick([border(random), numeral(random).replace(/.*/, '"$&"'), '"some text"', e.any(1), "nil"])}, ${random.oneIn(2) ? border(random) : e.any(1)}))`;
};

export const mathematics: Feature = ({ random }) => {
  const f = random.pick([
    "abs",
    "ceil",
    "floor",
    "sqrt",
    "modf",
    "tointeger",
    "type",
    "ult",
    "fmod",
    "max",
    "min",
    "deg",
    "rad",
  ]);
  return code`E(pcall(math.${f}, ${border(random)}, ${random.oneIn(2) ? border(random) : random.pick(NEAR)}))`;
};

export const randoms: Feature = ({ random }) =>
  code`math.randomseed(${border(random)} // 1) E(pcall(function() return math.random(), math.random(0), math.random(${random.pick(["6", "1", "100", "math.maxinteger", "2^53"])}), math.random(${random.pick(["1, 3", "-5, 5", "math.mininteger, math.maxinteger", "0, math.maxinteger", "3, 1", "7, 7", "1, 2, 3"])}) end))`;

/** Integers and floats that meet in one variable, in code that runs long enough to be specialised. */
export const mixing: Feature = ({ random }) => {
  const op = () => random.pick(["+", "-", "*", "//", "%"]);
  const n = () => random.pick([...NEAR.slice(1), "0.1", "7", "100", "1e10", "-3", "2^31"]);
  return code`do local function f(a, b) local x = a ${op()} b local y = x ${op()} ${n()} if x < y then x = y ${op()} a end return x ${op()} y, -x end for i = 1, ${2 + random.below(40)} do f(i, ${n()}) end E(pcall(f, ${border(random)}, ${n()})) E(pcall(f, ${n()}, ${border(random)})) E(pcall(f, "3", ${n()})) E(pcall(f, ${n()}, nil)) end`;
};

/** Values whose products and sums cancel, or wrap around on the way to a result that looks harmless. */
const CANCELLING: readonly (readonly string[])[] = [
  ["3", "3002399751580331", "1 << 26", "1 << 27", "0.5"],
  ["94906267", "94906266", "-94906267", "0.5", "3"],
  ["4294967297", "-4294967297", "2^-40", "0.25"],
  ["9007199254740991", "-9007199254740991", "1", "2", "0.5"],
  ["4503599627370496", "4503599627370497", "0.5", "3"],
  ["2147483647", "2147483649", "-2147483649", "0.5", "2^-10"],
  ["0", "0.0", "-0.0", "1", "-1", "1/0", "0.5"],
  ["1 << 53", "2^53", "(1 << 53) + 1", "2^53 + 2", "0.5", "1"],
  ["1 << 40", "(1 << 40) + 1", "3037000500", "-3037000500", "1.0", "2.0", "-1.0"],
  ["9007199254740991", "4503599627370497", "-94906267", "1.0", "-3.0", "2^52"],
];

/** Arithmetic of several operators over such values: it may be computed in one piece (compiler/doubles.ts). */
export const cancelling: Feature = ({ random }) => {
  const leaf = () =>
    random.pick(["a", "b", "c", "d", "a", "b", "o.y", "t[1]", "o.x", "i", "2", "0.5"]);
  const term = (depth: number): string => {
    if (depth === 0 || random.oneIn(8)) return leaf();
    if (random.oneIn(8)) return `-(${term(depth - 1)})`;
    // to other powers, the last digit of a few results is another than that of a C library
    if (random.oneIn(8))
      return `(${term(depth - 1)}) ^ ${random.pick(["2", "2", "2.0", "-1", "-2.0", "1"])}`;
    const op = random.pick(["+", "-", "*", "*", "+", "-", "/"]);
    return `(${term(depth - 1)} ${op} ${term(depth - 1)})`;
  };
  const value = term(2 + random.below(3));
  const body = random.pick([
    `return ${value}`,
    `local s = ${random.pick(["0", "0.0", "1", "9007199254740990"])} for i = 1, 3 do s = s ${random.pick(["+", "-"])} ${value} end return s`,
    `local x = 0.5 for i = 1, 3 do x = x ${random.pick(["+", "-", "*"])} ${value} end return x`,
    `local x = ${value} a, d = d, a return x, x ${random.pick(["+", "-", "*"])} ${term(1)}`,
    `if ${value} ${random.pick(RELATIONS)} ${leaf()} then return 1 end return ${value}`,
  ]);
  return code`do local i, seed, vs = 1, ${random.below(1000)}, { ${random.pick(CANCELLING).join(", ")} } local function v() seed = seed * 1103515245 + 12345 & 0x7fffffff return vs[(seed >> 12) % #vs + 1] end local t, o = {}, {} local function f(a, b, c, d) ${body} end for _ = 1, 6 do local r = {} for n = 1, 30 do t[1], o.x, o.y = v(), v(), v() local _, x = pcall(f, v(), v(), v(), v()) r[n] = x == x and math.type(x) and ("%q"):format(x) or math.type(x) or tostring(x) end E(table.concat(r, " ")) end end`;
};

/** Remainders of products, and masks of words: they may be computed in one piece (compiler/remainders.ts, words.ts). */
export const modular: Feature = ({ random }) => {
  const pick = (...texts: string[]) => random.pick(texts);
  const n = () =>
    pick("a", "b", "c", "a", "b", "i", "t[1]", "o.x", "7", "1103515245", "0xffffffff", "v()");
  const m = () =>
    pick(
      "m",
      "m",
      "1000000007",
      "1000003",
      "65536",
      "2147483648",
      "4294967296",
      "8589934592",
      "-7",
      "1e9",
    );
  const word = () =>
    pick(
      `~${n()} & ${n()}`,
      `(${n()} & ${n()}) | (~${n()} & ${n()})`,
      `${n()} & ~${n()}`,
      `~${n()} & ~${n()}`,
    );
  const value = () =>
    pick(
      `${n()} * ${n()} % ${m()}`,
      `${n()} * ${n()} % ${m()}`,
      `(${n()} * ${n()} ${pick("+", "-")} ${n()}) % ${m()}`,
      `${n()} ${pick("%", "//")} ${m()}`,
      word(),
      `(${word()}) % ${m()}`,
    );
  const body = pick(
    `return ${value()}`,
    `for i = 1, 3 do a = ${value()} b = ${value()} end return a, b`,
    `local x = ${value()} return x, ${value().replaceAll("a", "x")}`,
  );
  const values = Array.from({ length: 4 }, () => border(random)).join(", ");
  return code`do local i, k, vs = 1, ${random.below(100)}, { ${values}, 3, 1 << 31, 0x7fffffff, 123456789, 1 << 40 } local function v() k = k + 7 return vs[k * k % #vs + 1] end local t, o = {}, {} local function f(a, b, c, m) ${body} end for _ = 1, 40 do t[1], o.x = v(), v() E(pcall(f, v(), v(), v(), v())) end end`;
};

/** Variables that hold 32-bit words, assigned one by one and together (compiler/wordvariables.ts). */
export const hashes: Feature = ({ random }) => {
  const pick = (...texts: string[]) => random.pick(texts);
  const state = ["a", "b", "c", "d"];
  const name = () => random.pick(state);
  const leaf = () =>
    pick(
      name(),
      name(),
      name(),
      name(),
      "w[i]",
      "w[i - 1]",
      "w[i + 1]",
      "v()",
      "r(a, i)",
      "7",
      "i",
    );
  const by = () => pick("1", "5", "13", "31", "i", "(32 - i)");
  const inner = () =>
    pick(
      `(${leaf()} ${pick("~", "|", "&", "+", "*", "-")} ${leaf()})`,
      `(${leaf()} ${pick("<<", ">>")} ${by()})`,
      `(~${leaf()} & ${leaf()})`,
      leaf(),
    );
  const masked = () =>
    `(${inner()} ${pick("~", "|", "+", "*")} ${inner()}) & ${pick("0xffffffff", "0xffffffff", "0xf0ff", name())}`;
  const value = () =>
    pick(masked(), masked(), name(), `${name()} ~ ${inner()}`, `${name()} >> ${pick("0", "7")}`);
  const statement = () => {
    const count = 1 + random.below(4);
    const targets = Array.from({ length: count }, () => pick(name(), name(), name(), "w[i]"));
    const values = Array.from({ length: count + random.below(2) }, value);
    return pick(
      `${targets.join(", ")} = ${values.join(", ")}`,
      `local x, y = ${value()}, ${value()} ${name()} = (x ~ y) & 0xffffffff`,
      `if ${name()} ${pick("<", "==", ">=")} ${name()} then ${name()}, ${name()} = ${value()}, ${value()} end`,
    );
  };
  const body = Array.from({ length: 2 + random.below(4) }, statement).join(" ");
  const values = Array.from({ length: 4 }, () => border(random)).join(", ");
  return code`do local k, vs = 1, { ${values}, 0, 3, 1 << 31, 0xffffffff } local function v() k = k + 7 return vs[k * k % #vs + 1] end local function r(x, n) return (x << n | x >> 32 - n) & 0xffffffff end local function f(w, n) local a, b, c, d = 0x6a09e667, 0xbb67ae85, v() & 0xffffffff, 0xffffffff for i = 2, n do ${body} end return a, b, c, d end for _ = 1, 20 do E(pcall(f, { v(), v(), v(), v(), v(), 6 }, 1 + k % 5)) end E(pcall(f, setmetatable({}, { __index = function(_, i) return i * 0x9e3779b1 end }), 40)) end`;
};
