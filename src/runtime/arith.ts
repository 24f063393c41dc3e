/**
 * Arithmetic and bitwise operators (§3.4.1-§3.4.3): the ways of plain numbers and of tables with metamethods. All else goes
 * to arith-general.ts.
 *
 * The small functions at the top are what generated code calls when its int32 fast path does not
 * apply; they are short so that the JIT inlines them. All may return `SUSPENDED` when a metamethod
 * suspends; the result is then handed on later.
 */
import { arith, firstResult, isInt, numberOp } from "./arith-general";
import { control } from "./control";
import { floatMod, power } from "./float-ops";
import {
  addInt,
  andInt,
  floorDivInt,
  LuaInt64,
  modInt,
  mulInt,
  orInt,
  shlInt,
  shrInt,
  subInt,
  toDouble,
  xorInt,
} from "./int64";
import { neverInline } from "./jit";
import { isDividend, roundedQuotient } from "./remainders";
import { LuaTable } from "./table";
import { isNumber, LuaFloat, type LuaValue, makeFloat, numberToDouble } from "./value";

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

// ------------------------------------------------ helpers of generated code

export function add(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = +a + +b;
    if (!Number.isInteger(r)) return r;
    // sums that are safe come from safe operands
    if (Number.isInteger(a) && Number.isInteger(b) && r <= MAX_SAFE && r >= -MAX_SAFE) return r;
  }
  return slowArith("+", a, b);
}

export function sub(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = +a - +b;
    if (!Number.isInteger(r)) return r;
    // sums that are safe come from safe operands
    if (Number.isInteger(a) && Number.isInteger(b) && r <= MAX_SAFE && r >= -MAX_SAFE) return r;
  }
  return slowArith("-", a, b);
}

export function mul(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = +a * +b;
    if (!Number.isInteger(r)) return r;
    if (Number.isInteger(a) && Number.isInteger(b) && r <= MAX_SAFE && r >= -MAX_SAFE) return r + 0;
  }
  return slowArith("*", a, b);
}

/**
 * What the helpers leave over: integers beyond int32, boxed floats, and everything that is no number.
 * The JIT must not inline this into every operation of the program, which would make the code of a loop
 * ten times as large and slow to compile.
 */
function slowArith(op: "+" | "-" | "*", a: LuaValue, b: LuaValue): LuaValue {
  let x: number;
  let y: number;
  // `+` tells the JIT that it is a number from here on
  if (typeof a === "number") x = +a;
  else if (a instanceof LuaFloat) x = a.n;
  else return byMetamethod(op, a, b);
  if (typeof b === "number") y = +b;
  else if (b instanceof LuaFloat) y = b.n;
  else return byMetamethod(op, a, b);
  const r = op === "+" ? x + y : op === "-" ? x - y : x * y;
  if (!Number.isInteger(r)) return r;
  if (
    typeof a === "number" &&
    typeof b === "number" &&
    Number.isInteger(x) &&
    Number.isInteger(y)
  ) {
    if (r <= MAX_SAFE && r >= -MAX_SAFE) return r + 0;
    return op === "+" ? addInt(x, y) : op === "-" ? subInt(x, y) : mulInt(x, y);
  }
  return new LuaFloat(r);
}

/**
 * The same where an operand is neither a plain number nor a boxed float: a table with a metamethod, mostly. Each operator
 * calls its metamethod at a place of its own, where the JIT finds the same one again and again, and may copy it in.
 */
function byMetamethod(op: "+" | "-" | "*", a: LuaValue, right: LuaValue): LuaValue {
  // the zero of `x - 0` is a negative one, so that it is C Lua's addition of the negative for floats
  const b = right === 0 ? 0 : right;
  const mt =
    a instanceof LuaTable
      ? a.µmetatable
      : b instanceof LuaTable && typeof a === "number" && control.types.number === undefined
        ? b.µmetatable
        : null;
  if (mt === null) return otherArith(op, a, b);
  if (op === "+") {
    const handler = mt.__add;
    if (typeof handler === "function") return firstResult(handler(a, b));
  } else if (op === "-") {
    const handler = mt.__sub;
    if (typeof handler === "function") return firstResult(handler(a, b));
  } else {
    const handler = mt.__mul;
    if (typeof handler === "function") return firstResult(handler(a, b));
  }
  return otherArith(op, a, b);
}

function otherArith(op: "+" | "-" | "*", a: LuaValue, b: LuaValue): LuaValue {
  if (a instanceof LuaInt64 || b instanceof LuaInt64) {
    if (isInt(a) && isInt(b))
      return op === "+" ? addInt(a, b) : op === "-" ? subInt(a, b) : mulInt(a, b);
    if (isNumber(a) && isNumber(b)) {
      const x = numberToDouble(a);
      const y = numberToDouble(b);
      return makeFloat(op === "+" ? x + y : op === "-" ? x - y : x * y);
    }
  }
  return arith(op, a, b);
}

export function div(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number") {
    const r = a / b;
    return Math.floor(r) !== r ? r : makeFloat(r);
  }
  return slowDiv(a, b);
}

function slowDiv(a: LuaValue, b: LuaValue): LuaValue {
  if (a instanceof LuaInt64 && typeof b === "number") return makeFloat(toDouble(a) / b);
  if (isDouble(a) && isDouble(b)) return makeFloat(plain(a) / plain(b));
  if (isNumber(a) && isNumber(b)) return makeFloat(numberToDouble(a) / numberToDouble(b));
  return arith("/", a, b);
}

// The quotient, which may have been rounded to a neighbour, is corrected. JavaScript's own `%` of doubles is a call.

export function mod(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b > 0 && isDividend(a) && isDividend(b)) {
    const r = a - roundedQuotient(a, b) * b;
    return r < -0.5 ? r + b : r;
  }
  return modSlow(a, b);
}

function modSlow(a: LuaValue, b: LuaValue): LuaValue {
  if (a instanceof LuaInt64 && typeof b === "number" && b > 0 && Math.floor(b) === b) {
    if (b <= MAX_SAFE) return modInt(a, b);
  }
  if (typeof a === "number" && typeof b === "number" && b > 0) {
    const r = a % b;
    if (Math.floor(a) === a && Math.floor(b) === b && b <= MAX_SAFE) return r < 0 ? r + b : r + 0;
    // the sum of two fractions may have none
    const m = r < 0 ? r + b : r;
    if (Math.floor(m) !== m) return m;
  }
  if (isDouble(a) && isDouble(b) && (a instanceof LuaFloat || b instanceof LuaFloat))
    return makeFloat(floatMod(plain(a), plain(b)));
  if (isNumber(a) && isNumber(b)) return numberOp("%", a, b);
  return arith("%", a, b);
}

export function idiv(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b > 0 && isDividend(a) && isDividend(b)) {
    const q = roundedQuotient(a, b);
    return a - q * b < -0.5 ? q - 1 : q;
  }
  return idivSlow(a, b);
}

function idivSlow(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof b === "number" && b !== 0) {
    if (a instanceof LuaInt64 && Math.floor(b) === b && b > 0 && b <= MAX_SAFE)
      return floorDivInt(a, b);
    if (typeof a === "number" && (Math.floor(a) !== a || Math.floor(b) !== b))
      return makeFloat(Math.floor(a / b));
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
  return a instanceof LuaTable ? negateTable(a) : arith("neg", a, a);
}

function negateTable(a: LuaTable): LuaValue {
  const handler = a.µmetatable === null ? undefined : a.µmetatable.__unm;
  return typeof handler === "function" ? firstResult(handler(a, a)) : arith("neg", a, a);
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

/** 2 to a power from 0 to 52. */
function powerOf2(n: number): number {
  return n < 31 ? 1 << n : (1 << (n - 31)) * 0x8000_0000;
}

export function shl(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b >>> 0 === b && b < 53) {
    const r = a * powerOf2(b);
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

neverInline(slowArith);
