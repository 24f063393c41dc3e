/** The math library (§6.7). */
import { lessThan } from "../runtime/compare";
import { runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import {
  compareInt,
  fromBigInt,
  fromDouble,
  fromHalves,
  LuaInt64,
  type LuaInteger,
  loOf,
  MAX_INTEGER,
  MIN_INTEGER,
  negInt,
  toBigInt,
  ultInt,
} from "../runtime/int64";
import { library } from "../runtime/native";
import { parseNumber } from "../runtime/number";
import type { LuaTable } from "../runtime/table";
import {
  isInteger,
  isNumber,
  LuaFloat,
  type LuaFunction,
  type LuaValue,
  makeFloat,
  numberToInteger,
  type Results,
} from "../runtime/value";
import { argumentError, checkDouble, checkInteger, checkNumber, missingError } from "./args";
import { RandomGenerator } from "./random";
import { isTrue, runSteps, type Steps } from "./resumable";

const DEGREES = 180 / Math.PI;
const RADIANS = Math.PI / 180;

/** A number argument; says "no value" when none was passed. */
function double(v: LuaValue, n: number, count: number): number {
  if (typeof v === "number") return v;
  if (v instanceof LuaFloat) return v.n;
  if (v === undefined && count < n) throw missingError(n, "number");
  return checkDouble(v, n);
}

// Functions of one double. Each has its own text, which the JIT copies into its callers; made by one function
// they would share it, and none of them would be known there.

function acos(v: LuaValue): Results {
  return makeFloat(Math.acos(double(v, 1, arguments.length)));
}

function asin(v: LuaValue): Results {
  return makeFloat(Math.asin(double(v, 1, arguments.length)));
}

function cos(v: LuaValue): Results {
  return makeFloat(Math.cos(double(v, 1, arguments.length)));
}

function exp(v: LuaValue): Results {
  return makeFloat(Math.exp(double(v, 1, arguments.length)));
}

function sin(v: LuaValue): Results {
  return makeFloat(Math.sin(double(v, 1, arguments.length)));
}

function sqrt(v: LuaValue): Results {
  return makeFloat(Math.sqrt(double(v, 1, arguments.length)));
}

function tan(v: LuaValue): Results {
  return makeFloat(Math.tan(double(v, 1, arguments.length)));
}

function deg(v: LuaValue): Results {
  return makeFloat(double(v, 1, arguments.length) * DEGREES);
}

function rad(v: LuaValue): Results {
  return makeFloat(double(v, 1, arguments.length) * RADIANS);
}

/** An integral double as an integer if it fits, else as a float. */
function integral(n: number): LuaValue {
  if (Number.isSafeInteger(n)) return n + 0;
  return fromDouble(n) ?? makeFloat(n);
}

function floor(v: LuaValue): Results {
  if (typeof v === "number") return integral(Math.floor(v));
  if (v instanceof LuaFloat) return integral(Math.floor(v.n));
  if (v instanceof LuaInt64) return v;
  const x = numberOf(v, arguments.length);
  return isInteger(x) ? x : integral(Math.floor(checkDouble(x, 1)));
}

function ceil(v: LuaValue): Results {
  if (typeof v === "number") return integral(Math.ceil(v));
  if (v instanceof LuaFloat) return integral(Math.ceil(v.n));
  if (v instanceof LuaInt64) return v;
  const x = numberOf(v, arguments.length);
  return isInteger(x) ? x : integral(Math.ceil(checkDouble(x, 1)));
}

/** Numeric strings count as floats where the subtype matters, as in C Lua. */
function numberOf(v: LuaValue, count: number): LuaValue {
  if (v === undefined && count === 0) throw missingError(1, "number");
  return typeof v === "string" ? makeFloat(checkDouble(v, 1)) : checkNumber(v, 1);
}

function abs(v: LuaValue): Results {
  if (typeof v === "number") return Math.abs(v);
  if (v instanceof LuaInt64) return compareInt(v, 0) < 0 ? negInt(v) : v;
  return makeFloat(Math.abs(double(v, 1, arguments.length)));
}

function fmod(a: LuaValue, b: LuaValue): Results {
  if (isInteger(a) && isInteger(b)) {
    if (b === 0) throw argumentError(2, "zero");
    if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
    return fromBigInt(toBigInt(a) % toBigInt(b));
  }
  const count = arguments.length;
  return makeFloat(double(a, 1, count) % double(b, 2, count));
}

function modf(v: LuaValue): Results {
  if (isInteger(v)) return [v, new LuaFloat(0)];
  const n = double(v, 1, arguments.length);
  const whole = n < 0 ? Math.ceil(n) : Math.floor(n);
  return [integral(whole), makeFloat(n === whole ? 0 : n - whole)];
}

function tointeger(v: LuaValue): Results {
  if (Number.isSafeInteger(v)) return v;
  if (arguments.length === 0) throw argumentError(1, "value expected");
  const x = typeof v === "string" ? parseNumber(v) : v;
  return isNumber(x) ? numberToInteger(x) : undefined;
}

function type(v: LuaValue): Results {
  if (arguments.length === 0) throw argumentError(1, "value expected");
  if (!isNumber(v)) return undefined;
  return isInteger(v) ? "integer" : "float";
}

function ult(a: LuaValue, b: LuaValue): Results {
  return ultInt(checkInteger(a, 1), checkInteger(b, 2));
}

function log(v: LuaValue, base: LuaValue): Results {
  const x = double(v, 1, arguments.length);
  if (base === undefined) return makeFloat(Math.log(x));
  const b = checkDouble(base, 2);
  if (b === 2) return makeFloat(Math.log2(x));
  if (b === 10) return makeFloat(Math.log10(x));
  return makeFloat(Math.log(x) / Math.log(b));
}

function atan(y: LuaValue, x: LuaValue): Results {
  const a = double(y, 1, arguments.length);
  return makeFloat(Math.atan2(a, x === undefined ? 1 : checkDouble(x, 2)));
}

/** x as m * 2^e with 0.5 <= |m| < 1. */
function split(x: number): [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  let shift = 0;
  if (((view.getUint16(0) >> 4) & 0x7ff) === 0) {
    // subnormal: scaled up, its exponent can be read
    view.setFloat64(0, x * 2 ** 54);
    shift = 54;
  }
  const top = view.getUint16(0);
  view.setUint16(0, (top & 0x800f) | (1022 << 4));
  return [view.getFloat64(0), ((top >> 4) & 0x7ff) - 1022 - shift];
}

function frexp(v: LuaValue): Results {
  const [m, e] = split(double(v, 1, arguments.length));
  return [makeFloat(m), e];
}

function ldexp(v: LuaValue, exponent: LuaValue): Results {
  const x = double(v, 1, arguments.length);
  const [m, e] = split(x);
  // as in C Lua, only the low 32 bits of the exponent count
  const sum = e + loOf(checkInteger(exponent, 2));
  // m times a power of two that is exact: only the product rounds
  if (sum > 1024 || m === 0) return makeFloat(m * (m === 0 ? 1 : Infinity));
  return makeFloat(sum > 0 ? m * 2 * 2 ** (sum - 1) : m * 2 ** Math.max(sum, -1100));
}

/** Shared by `max` and `min`, which order any values that `<` orders. */
function extreme(values: LuaValue[], largest: boolean): Results {
  if (values.length === 0) throw argumentError(1, "value expected");
  let best = values[0];
  let most = comparable(best);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    const x = comparable(v);
    if (x === undefined || most === undefined) return runSteps(extremeSteps(values, largest));
    if (largest ? most < x : x < most) {
      best = v;
      most = x;
    }
  }
  return best;
}

function* extremeSteps(values: LuaValue[], largest: boolean): Steps {
  let best = values[0];
  for (let i = 1; i < values.length; i++) {
    const v = values[i];
    const r: Results = largest ? lessThan(best, v) : lessThan(v, best);
    if (isTrue(r === SUSPENDED ? yield : r)) best = v;
  }
  return best;
}

// `arguments` must not be passed on: the object would have to be made at each call
function max(a: LuaValue, b: LuaValue): Results {
  if (arguments.length === 2) {
    if (typeof a === "number" && typeof b === "number") return a < b ? b : a;
    const x = comparable(a);
    const y = comparable(b);
    if (x !== undefined && y !== undefined) return x < y ? b : a;
  }
  const values: LuaValue[] = [];
  for (let i = 0; i < arguments.length; i++) values.push(arguments[i]);
  return extreme(values, true);
}

function min(a: LuaValue, b: LuaValue): Results {
  if (arguments.length === 2) {
    if (typeof a === "number" && typeof b === "number") return b < a ? b : a;
    const x = comparable(a);
    const y = comparable(b);
    if (x !== undefined && y !== undefined) return y < x ? b : a;
  }
  const values: LuaValue[] = [];
  for (let i = 0; i < arguments.length; i++) values.push(arguments[i]);
  return extreme(values, false);
}

/** A number that compares as a double. */
function comparable(v: LuaValue): number | undefined {
  return typeof v === "number" ? v : v instanceof LuaFloat ? v.n : undefined;
}

/** `random` and `randomseed` over one generator, which is seeded when it is first used. */
function randomFunctions(): Record<string, LuaFunction> {
  const generator = new RandomGenerator();
  let seeded = false;

  function seedRandomly(): void {
    const bits = crypto.getRandomValues(new Int32Array(2)) as Int32Array;
    generator.seed(fromHalves(bits[0] as number, bits[1] as number), 0);
    seeded = true;
  }

  function random(low: LuaValue, up: LuaValue): Results {
    if (!seeded) seedRandomly();
    generator.step();
    const count = arguments.length;
    if (count === 0) {
      const n = generator.float();
      return n === 0 ? new LuaFloat(0) : n;
    }
    if (count > 2) throw runtimeError("wrong number of arguments");
    const first = checkInteger(low, 1);
    if (count === 2) return between(first, checkInteger(up, 2));
    if (first === 0) return fromHalves(generator.high, generator.low);
    return between(1, first);
  }

  function between(low: LuaInteger, up: LuaInteger): LuaInteger {
    if (compareInt(low, up) > 0) throw argumentError(1, "interval is empty");
    return generator.between(low, up);
  }

  function randomseed(a: LuaValue, b: LuaValue): Results {
    let first: LuaInteger;
    let second: LuaInteger;
    if (arguments.length === 0) {
      const bits = crypto.getRandomValues(new Int32Array(4)) as Int32Array;
      first = fromHalves(bits[0] as number, bits[1] as number);
      second = fromHalves(bits[2] as number, bits[3] as number);
    } else {
      first = checkInteger(a, 1);
      second = b === undefined ? 0 : checkInteger(b, 2);
    }
    generator.seed(first, second);
    seeded = true;
    return [first, second];
  }

  return { random, randomseed };
}

/** The table `math`. */
export function mathLibrary(): LuaTable {
  const t = library("math", {
    abs,
    acos,
    asin,
    atan,
    ceil,
    cos,
    deg,
    exp,
    floor,
    fmod,
    frexp,
    ldexp,
    log,
    max,
    min,
    modf,
    rad,
    sin,
    sqrt,
    tan,
    tointeger,
    type,
    ult,
    ...randomFunctions(),
  });
  t.µsetName("pi", Math.PI);
  t.µsetName("huge", Infinity);
  t.µsetName("maxinteger", MAX_INTEGER);
  t.µsetName("mininteger", MIN_INTEGER);
  return t;
}
