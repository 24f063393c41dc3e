/**
 * Arithmetic and bitwise operators with conversions and metamethods (§3.4.1-§3.4.3).
 *
 * The small functions at the top are what generated code calls when its int32 fast path does not
 * apply; they are short so that the JIT inlines them. All may return `SUSPENDED` when a metamethod
 * suspends; the result is then handed on later.
 */
import { call } from "./call";
import { control, raise } from "./control";
import { IntegerFault, LuaError, operandError, operationError } from "./error";
import { floatMod, power } from "./float-ops";
import { SUSPENDED } from "./frame";
import { neverInline } from "./inlining";
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
  toDouble,
  xorInt,
} from "./int64";
import { getMetatable } from "./metatable";
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
  type Results,
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
      ? a.metatable
      : b instanceof LuaTable && typeof a === "number" && control.types.number === undefined
        ? b.metatable
        : null;
  if (mt === null) return otherArith(op, a, b);
  if (op === "+") {
    const handler = mt.hash.__add;
    if (typeof handler === "function") return firstResult(handler(a, b));
  } else if (op === "-") {
    const handler = mt.hash.__sub;
    if (typeof handler === "function") return firstResult(handler(a, b));
  } else {
    const handler = mt.hash.__mul;
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

/** The first of a metamethod's results, or `SUSPENDED`. */
function firstResult(r: Results): LuaValue {
  if (typeof r !== "object" || r instanceof LuaTable) return r;
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
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

export function mod(a: LuaValue, b: LuaValue): LuaValue {
  if (typeof a === "number" && typeof b === "number" && b > 0 && isHalfSafe(a) && isHalfSafe(b)) {
    const r = a - Math.floor(a / b) * b;
    return r < 0 ? r + b : r;
  }
  return modSlow(a, b);
}

/**
 * Is it an integer so small that a multiple of another such one next to it is safe? Their quotient, which
 * may have been rounded up to the next integer, can then be corrected. `%` itself is a call.
 */
function isHalfSafe(n: number): boolean {
  return Number.isInteger(n) && n <= 0x10000000000000 && n >= -0x10000000000000;
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
  if (typeof a === "number" && typeof b === "number" && b > 0 && isHalfSafe(a) && isHalfSafe(b)) {
    const q = Math.floor(a / b) + 0;
    return q * b > a ? q - 1 : q;
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
  const handler = a.metatable === null ? undefined : a.metatable.hash.__unm;
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
    return raise(notOperands(a, b, bitwise)) as unknown as LuaValue;
  }
  return firstResult(typeof handler === "function" ? handler(a, b) : call(handler, a, b));
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
function notOperands(a: LuaValue, b: LuaValue, bitwise: boolean): LuaError {
  const second = isNumber(a);
  const what = bitwise ? "perform bitwise operation on" : "perform arithmetic on";
  return operandError(what, second ? b : a, second ? 1 : 0);
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

neverInline(slowArith);
