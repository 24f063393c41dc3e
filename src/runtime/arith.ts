/**
 * Arithmetic, bitwise operators, concatenation and length with conversions and metamethods
 * (§3.4.1-§3.4.7).
 *
 * The small functions at the top are what generated code calls when its int32 fast path does not
 * apply; they are short so that the JIT inlines them. All may return `SUSPENDED` when a metamethod
 * suspends; the result is then handed on later.
 */
import { call } from "./call";
import { raise } from "./control";
import { IntegerFault, LuaError, OperandFault, operationError } from "./error";
import { SUSPENDED } from "./frame";
import {
  addInt,
  andInt,
  floorDivInt,
  LuaInt64,
  type LuaInteger,
  modInt,
  mulInt,
  negInt,
  notInt,
  orInt,
  shlInt,
  shrInt,
  subInt,
  xorInt,
} from "./int64";
import { getMetamethod, getMetatable } from "./metatable";
import { numberToString } from "./number";
import { powers } from "./powers";
import { LuaTable } from "./table";
import {
  first,
  isNumber,
  LuaFloat,
  type LuaNumber,
  type LuaValue,
  makeFloat,
  numberToDouble,
  numberToInteger,
} from "./value";

export type ArithOp =
  | "+"
  | "-"
  | "*"
  | "/"
  | "//"
  | "%"
  | "^"
  | "&"
  | "|"
  | "~"
  | "<<"
  | ">>"
  | "neg"
  | "not";

const EVENTS: Record<ArithOp, string> = {
  "+": "__add",
  "-": "__sub",
  "*": "__mul",
  "/": "__div",
  "//": "__idiv",
  "%": "__mod",
  "^": "__pow",
  "&": "__band",
  "|": "__bor",
  "~": "__bxor",
  "<<": "__shl",
  ">>": "__shr",
  neg: "__unm",
  not: "__bnot",
};

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

// ------------------------------------------------ helpers of generated code

export function add(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = a + b;
    if (Math.floor(r) !== r) return r;
    // sums that are safe come from safe operands, unless one is infinite
    if (Math.floor(a) === a && Math.floor(b) === b && r <= MAX_SAFE && r >= -MAX_SAFE) return r;
  }
  return slowArith("+", a, b);
}

export function sub(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = a - b;
    if (Math.floor(r) !== r) return r;
    // sums that are safe come from safe operands, unless one is infinite
    if (Math.floor(a) === a && Math.floor(b) === b && r <= MAX_SAFE && r >= -MAX_SAFE) return r;
  }
  return slowArith("-", a, b);
}

export function mul(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = a * b;
    if (Math.floor(r) !== r) return r;
    if (Math.floor(a) === a && Math.floor(b) === b && r <= MAX_SAFE && r >= -MAX_SAFE) return r + 0;
  }
  return slowArith("*", a, b);
}

/**
 * What the helpers leave over: integers beyond int32, boxed floats, and everything that is no number.
 * One large function on purpose: the JIT must not inline this into every operation of the program,
 * which would make the code of a loop ten times as large and slow to compile.
 */
function slowArith(op: "+" | "-" | "*", a: LuaValue, b: LuaValue): LuaValue {
  let x: number;
  let y: number;
  if (typeof a === "number") {
    if (typeof b === "number") {
      const r = op === "+" ? a + b : op === "-" ? a - b : a * b;
      if (Math.floor(a) === a && Math.floor(b) === b) {
        if (r <= MAX_SAFE && r >= -MAX_SAFE) return r + 0;
        if (Number.isInteger(a) && Number.isInteger(b))
          return op === "+" ? addInt(a, b) : op === "-" ? subInt(a, b) : mulInt(a, b);
      }
      return Number.isInteger(r) ? new LuaFloat(r) : r;
    }
    if (!(b instanceof LuaFloat)) return arith(op, a, b);
    x = a;
    y = b.n;
  } else if (a instanceof LuaFloat) {
    x = a.n;
    if (typeof b === "number") y = b;
    else if (b instanceof LuaFloat) y = b.n;
    else return arith(op, a, b);
  } else if (a instanceof LuaInt64 || b instanceof LuaInt64) {
    if (isInt(a) && isInt(b))
      return op === "+" ? addInt(a, b) : op === "-" ? subInt(a, b) : mulInt(a, b);
    if (!isNumber(a) || !isNumber(b)) return arith(op, a, b);
    x = numberToDouble(a);
    y = numberToDouble(b);
  } else return arith(op, a, b);
  const r = op === "+" ? x + y : op === "-" ? x - y : x * y;
  return Number.isInteger(r) ? new LuaFloat(r) : r;
}

export function div(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = a / b;
    return Math.floor(r) !== r ? r : makeFloat(r);
  }
  return slowDiv(a, b);
}

function slowDiv(a: LuaValue, b: LuaValue): LuaValue {
  if (isDouble(a) && isDouble(b)) return makeFloat(plain(a) / plain(b));
  if (isNumber(a) && isNumber(b)) return makeFloat(numberToDouble(a) / numberToDouble(b));
  return arith("/", a, b);
}

export function mod(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b > 0) {
    const r = a % b;
    if (Math.floor(a) === a && Math.floor(b) === b && b <= MAX_SAFE) return r < 0 ? r + b : r + 0;
    // the sum of two fractions may have none
    const m = r < 0 ? r + b : r;
    if (Math.floor(m) !== m) return m;
  }
  return modSlow(a, b);
}

function modSlow(a: LuaValue, b: LuaValue): LuaValue {
  if (isDouble(a) && isDouble(b) && (a instanceof LuaFloat || b instanceof LuaFloat))
    return makeFloat(floatMod(plain(a), plain(b)));
  if (isNumber(a) && isNumber(b)) return numberOp("%", a, b);
  return arith("%", a, b);
}

export function idiv(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b > 0 && b <= MAX_SAFE) {
    if (Math.floor(a) === a && Math.floor(b) === b && a <= MAX_SAFE && a >= -MAX_SAFE) {
      // exact: the dividend less its remainder is a multiple of the divisor
      const r = a % b;
      return r < 0 ? (a - r) / b - 1 : (a - r) / b + 0;
    }
  }
  if (isNumber(a) && isNumber(b)) return numberOp("//", a, b);
  return arith("//", a, b);
}

/** A number that is no `LuaInt64`. */
function isDouble(v: LuaValue): v is number | LuaFloat {
  return typeof v === "number" || v instanceof LuaFloat;
}

function plain(v: number | LuaFloat): number {
  return typeof v === "number" ? v : v.n;
}

export function pow(a: LuaValue, b: LuaValue): LuaValue {
  if (isDouble(a) && isDouble(b)) return makeFloat(power(plain(a), plain(b)));
  return arith("^", a, b);
}

export function unm(a: LuaValue): LuaValue {
  if (typeof a === "number") return Number.isInteger(a) ? 0 - a : -a;
  if (a instanceof LuaFloat) return new LuaFloat(-a.n);
  return arith("neg", a, a);
}

export function band(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    // masks up to 32 bits leave only low bits
    if (b >= 0 && b <= 0xffffffff && Math.floor(b) === b && isSafe(a)) return (a & b) >>> 0;
    if (isSafe(a) && isSafe(b)) return andInt(a, b);
  }
  if (isInt(a) && isInt(b)) return andInt(a, b);
  return arith("&", a, b);
}

// Plain numbers with an integral value are integers, so a number that equals its lower 32 bits is one:
// those are the values of 32-bit algorithms.

export function bor(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && a >>> 0 === a && b >>> 0 === b)
    return (a | b) >>> 0;
  if (isInt(a) && isInt(b)) return orInt(a, b);
  return arith("|", a, b);
}

function isSafe(a: number): boolean {
  return Math.floor(a) === a && a <= MAX_SAFE && a >= -MAX_SAFE;
}

export function bxor(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && a >>> 0 === a && b >>> 0 === b)
    return (a ^ b) >>> 0;
  if (isInt(a) && isInt(b)) return xorInt(a, b);
  return arith("~", a, b);
}

const POWERS = powers(2, 53);

export function shl(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b >>> 0 === b && b < 53) {
    const r = a * (POWERS[b] as number);
    if (Math.floor(a) === a && r <= MAX_SAFE && r >= -MAX_SAFE) return r;
  }
  if (isInt(a) && isInt(b)) return shlInt(a, b);
  return arith("<<", a, b);
}

export function shr(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && a >>> 0 === a && b >>> 0 === b)
    return b < 32 ? a >>> b : 0;
  if (isInt(a) && isInt(b)) return shrInt(a, b);
  return arith(">>", a, b);
}

export function bnot(a: LuaValue): LuaValue {
  return arith("not", a, a);
}

/** True for values of subtype integer. */
export function isInt(v: LuaValue): v is LuaInteger {
  return typeof v === "number" ? Number.isInteger(v) : v instanceof LuaInt64;
}

// ------------------------------------------------------------ general forms

/** `a op b` with all conversions and metamethods; unary operators pass their operand twice. */
export function arith(op: ArithOp, a: LuaValue, b: LuaValue): LuaValue {
  if (!(a instanceof LuaTable) && isNumber(a) && isNumber(b)) {
    if (!isBitwise(op)) return numberOp(op, a, b);
    const x = numberToInteger(a);
    const y = numberToInteger(b);
    if (x !== undefined && y !== undefined) return integerOp(op, x, y);
  }
  const handler = handlerOf(op, a) ?? handlerOf(op, b);
  if (handler === undefined) {
    const bitwise = isBitwise(op);
    if (bitwise && isNumber(a) && isNumber(b)) return noInteger(a, b);
    return raise(operandError(a, b, bitwise)) as unknown as LuaValue;
  }
  const r = typeof handler === "function" ? handler(a, b) : call(handler, a, b);
  if (typeof r !== "object") return r;
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}

/** The metamethod for an operator. Lookups by a name in the text have caches of their own. */
function handlerOf(op: ArithOp, v: LuaValue): LuaValue {
  const mt = v instanceof LuaTable ? v.metatable : getMetatable(v);
  if (mt === null) return undefined;
  if (mt.map !== null) return mt.getStr(EVENTS[op]);
  const { hash } = mt;
  switch (op) {
    case "+":
      return hash.__add;
    case "-":
      return hash.__sub;
    case "*":
      return hash.__mul;
    case "/":
      return hash.__div;
    default:
      return op === "neg" ? hash.__unm : hash[EVENTS[op]];
  }
}

/** Strings get here too: only the metamethods of strings convert them to numbers (§3.4.3). */
function operandError(a: LuaValue, b: LuaValue, bitwise: boolean): LuaError {
  const second = isNumber(a);
  const what = bitwise ? "perform bitwise operation on" : "perform arithmetic on";
  return fault(what, second ? b : a, second ? 1 : 0);
}

function fault(what: string, culprit: LuaValue, operand: 0 | 1): LuaError {
  return new LuaError(undefined, new OperandFault(what, culprit, operand));
}

function noInteger(a: LuaNumber, b: LuaNumber): never {
  const second = numberToInteger(a) !== undefined;
  throw new LuaError(undefined, new IntegerFault("", second ? b : a, second ? 1 : 0));
}

function isBitwise(op: ArithOp): boolean {
  return op === "&" || op === "|" || op === "~" || op === "<<" || op === ">>" || op === "not";
}

/** Arithmetic on two numbers (§3.4.1): integers if both are, else floats. */
export function numberOp(op: ArithOp, a: LuaNumber, b: LuaNumber): LuaValue {
  if (op !== "/" && op !== "^" && isInt(a) && isInt(b)) return integerOp(op, a, b);
  const x = numberToDouble(a);
  const y = numberToDouble(b);
  switch (op) {
    case "+":
      return makeFloat(x + y);
    case "-":
      return makeFloat(x - y);
    case "*":
      return makeFloat(x * y);
    case "/":
      return makeFloat(x / y);
    case "//":
      return makeFloat(Math.floor(x / y));
    case "%":
      return makeFloat(floatMod(x, y));
    case "^":
      return makeFloat(power(x, y));
    default:
      return makeFloat(-x);
  }
}

/** C's fmod with the sign of the divisor. */
function floatMod(x: number, y: number): number {
  // integral values that are exact need no division with remainder, which is slow for doubles
  const isSafePair = x > 0 && y > 0 && x <= MAX_SAFE && y <= MAX_SAFE;
  if (isSafePair && Math.floor(x) === x && Math.floor(y) === y) {
    const m = x - Math.floor(x / y) * y;
    return m < 0 ? m + y : m < y ? m : m - y;
  }
  const r = x % y;
  return r !== 0 && r < 0 !== y < 0 && Number.isFinite(r) ? (Number.isFinite(y) ? r + y : y) : r;
}

/** C's pow: differs from JS where the base is ±1 or NaN. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1;
  if (y === 2) return x * x;
  return y > 2 && y <= MAX_REPEATED && Math.floor(y) === y ? integerPower(x, y) : x ** y;
}

/** Up to here JavaScriptCore multiplies repeatedly, and rounds each time; C's pow rounds once. */
const MAX_REPEATED = 1000;

/** `x ** n` by squaring, in numbers of twice the precision: each is the sum of two doubles. */
function integerPower(x: number, n: number): number {
  const rough = x ** n;
  if (rough === 0 || !Number.isFinite(rough)) return rough;
  // a base near 1, so that no part leaves the range of doubles; the rest is a power of 2
  const scale = Math.round(Math.log2(Math.abs(x)));
  let high = 1;
  let low = 0;
  let square = x * 2 ** -scale;
  let squareLow = 0;
  for (let k = n; ; ) {
    if (k % 2 === 1) {
      const p = high * square;
      const e = productError(high, square, p) + high * squareLow + low * square;
      high = p + e;
      low = e - (high - p);
    }
    k = Math.floor(k / 2);
    if (k === 0) {
      const half = Math.trunc((scale * n) / 2);
      return (high + low) * 2 ** half * 2 ** (scale * n - half);
    }
    const p = square * square;
    const e = productError(square, square, p) + 2 * square * squareLow;
    square = p + e;
    squareLow = e - (square - p);
  }
}

/** What rounding has taken away from the product `p` of `a` and `b` (Dekker). */
function productError(a: number, b: number, p: number): number {
  const [ah, bh] = [upperHalf(a), upperHalf(b)];
  const [al, bl] = [a - ah, b - bh];
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

function upperHalf(a: number): number {
  const c = 134217729 * a; // 2^27 + 1
  return c - (c - a);
}

export function integerOp(op: ArithOp, a: LuaInteger, b: LuaInteger): LuaValue {
  switch (op) {
    case "+":
      return addInt(a, b);
    case "-":
      return subInt(a, b);
    case "*":
      return mulInt(a, b);
    case "//":
      if (b === 0) throw operationError("attempt to divide by zero");
      return floorDivInt(a, b);
    case "%":
      if (b === 0) throw operationError("attempt to perform 'n%0'");
      return modInt(a, b);
    case "&":
      return andInt(a, b);
    case "|":
      return orInt(a, b);
    case "~":
      return xorInt(a, b);
    case "<<":
      return shlInt(a, b);
    case ">>":
      return shrInt(a, b);
    case "not":
      return notInt(a);
    default:
      return negInt(a);
  }
}

/** `a .. b` (§3.4.6). */
export function concat(a: LuaValue, b: LuaValue): LuaValue {
  const x = typeof a === "string" ? a : isNumber(a) ? numberToString(a) : undefined;
  const y = typeof b === "string" ? b : isNumber(b) ? numberToString(b) : undefined;
  if (x !== undefined && y !== undefined) return x + y;
  const handler = getMetamethod(a, "__concat") ?? getMetamethod(b, "__concat");
  if (handler === undefined) {
    const error = fault("concatenate", x === undefined ? a : b, x === undefined ? 0 : 1);
    return raise(error) as unknown as LuaValue;
  }
  const r = call(handler, a, b);
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}

/** `#v` (§3.4.7). */
export function lengthOf(v: LuaValue): LuaValue {
  if (typeof v === "string") return v.length;
  const mt = v instanceof LuaTable ? v.metatable : getMetatable(v);
  const handler = mt === null ? undefined : (mt.hash.__len ?? mt.map?.get("__len"));
  if (handler === undefined) {
    if (v instanceof LuaTable) return v.length();
    throw fault("get length of", v, 0);
  }
  // unary operators pass their operand twice, as in C Lua
  const r = typeof handler === "function" ? handler(v, v) : call(handler, v, v);
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}
