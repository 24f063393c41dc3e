/**
 * Arithmetic and bitwise operators in their general form (§3.4.1-§3.4.3, §2.4): all conversions and metamethods. What most
 * programs do most of the time is in arith.ts.
 */
import { call } from "./call";
import { raise } from "./control";
import { IntegerFault, LuaError, operandError, operationError } from "./error";
import { floatMod, power } from "./float-ops";
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
import { getMetatable } from "./metatable";
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

/** True for values of subtype integer. */
export function isInt(v: LuaValue): v is LuaInteger {
  return typeof v === "number" ? Number.isInteger(v) : v instanceof LuaInt64;
}

/** The first of a metamethod's results, or `SUSPENDED`. */
export function firstResult(r: Results): LuaValue {
  if (typeof r !== "object" || r instanceof LuaTable) return r;
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}
