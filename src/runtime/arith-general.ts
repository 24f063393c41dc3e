/**
 * Arithmetic and bitwise operators in their general form (§3.4.1-§3.4.3, §2.4): all conversions and metamethods. What most
 * programs do most of the time is in arith.ts.
 */
import { call } from "./call";
import { raise } from "./control";
import { IntegerFault, LuaError, operandError } from "./error";
import { SUSPENDED } from "./frame";
import { LuaInt64, type LuaInteger } from "./int64";
import { getMetatable } from "./metatable";
import { floatOp, integerOp } from "./number-ops";
import { LuaTable } from "./table";
import {
  first,
  isNumber,
  type LuaNumber,
  type LuaValue,
  makeFloat,
  numberToDouble,
  numberToInteger,
  type Results,
} from "./value";

/** The metamethods of the operators; `neg` and `not` are the unary ones. */
const EVENTS = {
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
} as const;

export type ArithOp = keyof typeof EVENTS;

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
  const mt = v instanceof LuaTable ? v.µmetatable : getMetatable(v);
  if (mt === null) return undefined;
  if (mt.µmap !== null) return mt.µgetStr(EVENTS[op]);
  switch (op) {
    case "+":
      return mt.__add;
    case "-":
      return mt.__sub;
    case "*":
      return mt.__mul;
    case "/":
      return mt.__div;
    default:
      return op === "neg" ? mt.__unm : mt[EVENTS[op]];
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
  return makeFloat(floatOp(op, numberToDouble(a), numberToDouble(b)));
}

/** True for values of subtype integer. */
export function isInt(v: LuaValue): v is LuaInteger {
  return typeof v === "number" ? Number.isInteger(v) : v instanceof LuaInt64;
}

/** The first of a metamethod's results, or `SUSPENDED`. */
export function firstResult(r: Results): LuaValue {
  if (typeof r !== "object" || r instanceof LuaTable) return r;
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}
