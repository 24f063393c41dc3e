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
  const near = random.pick(NEAR);
  // C Lua subtracts a constant 0 by adding it: -0.0 - 0 is 0.0 there
  return `(${b} ${near === "0" ? "+" : random.pick(["+", "-"])} ${near})`;
}

const ARITHMETIC = ["+", "-", "*", "/", "//", "%"];
const BITWISE = ["&", "|", "~", "<<", ">>"];
const RELATIONS = ["<", "<=", ">", ">=", "==", "~="];

/** The same operation on constants, variables, arguments and a captured variable. */
export const operation: Feature = ({ random }) => {
  const op = random.pick([...ARITHMETIC, ...ARITHMETIC, ...BITWISE, ...RELATIONS]);
  const a = border(random);
  const right = random.oneIn(4) ? random.pick(NEAR) : border(random);
  const b = op === "-" && right === "0" ? "1" : right;
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
