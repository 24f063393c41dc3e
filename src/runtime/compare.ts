/** Equality and order (§3.4.4). Each may return `SUSPENDED`; the metamethod's result comes later. */
import { call } from "./call";
import { argumentTypeName, operationError } from "./error";
import { SUSPENDED } from "./frame";
import { compareInt, fromDouble, int64Equals, LuaInt64 } from "./int64";
import { neverInline } from "./jit";
import { getMetamethod } from "./metatable";
import { LuaTable } from "./table";
import {
  first,
  isNumber,
  LuaFloat,
  type LuaNumber,
  type LuaValue,
  type Results,
  Userdata,
} from "./value";

type Answer = boolean | typeof SUSPENDED;

function truth(r: unknown): Answer {
  if (typeof r === "boolean") return r;
  if (r === SUSPENDED) return SUSPENDED;
  const v = first(r as LuaValue);
  return v !== undefined && v !== false;
}

/** Equality without metamethods. */
export function rawEquals(a: LuaValue, b: LuaValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" && typeof b !== "object") return false;
  if (a instanceof LuaFloat) {
    if (b instanceof LuaFloat) return a.n === b.n;
    if (typeof b === "number") return a.n === b;
    return b instanceof LuaInt64 && compareNumbers(a, b) === 0;
  }
  if (a instanceof LuaInt64) {
    if (b instanceof LuaInt64) return int64Equals(a, b);
    return b instanceof LuaFloat && compareNumbers(a, b) === 0;
  }
  return typeof a === "number" && b instanceof LuaFloat && a === b.n;
}

/** Is the boxed value `v` equal to the plain number `n`? */
export function equalsNumber(v: LuaValue, n: number): boolean {
  if (v instanceof LuaFloat) return v.n === n;
  return v instanceof LuaInt64 && compareBig(v, n) === 0;
}

export function equals(a: LuaValue, b: LuaValue): Answer {
  if (rawEquals(a, b)) return true;
  if (a instanceof LuaTable) {
    if (!(b instanceof LuaTable) || (a.µmetatable === null && b.µmetatable === null)) return false;
  } else if (!(a instanceof Userdata && b instanceof Userdata)) return false;
  const handler = equalityOf(a.µmetatable) ?? equalityOf(b.µmetatable);
  return handler === undefined ? false : truth(callHandler(handler, a, b));
}

function equalityOf(mt: LuaTable | null): LuaValue {
  if (mt === null) return undefined;
  return mt.__eq ?? mt.µmap?.get("__eq");
}

function callHandler(handler: LuaValue, a: LuaValue, b: LuaValue): Results {
  return typeof handler === "function" ? handler(a, b) : call(handler, a, b);
}

export function lessThan(a: LuaValue, b: LuaValue): Answer {
  if (typeof a === "number") {
    if (typeof b === "number") return a < b;
    if (b instanceof LuaFloat) return a < b.n;
  } else if (a instanceof LuaFloat) {
    if (typeof b === "number") return a.n < b;
    if (b instanceof LuaFloat) return a.n < b.n;
  } else if (typeof a === "string" && typeof b === "string") return a < b;
  if (a instanceof LuaInt64 && b instanceof LuaInt64) return compareInt(a, b) < 0;
  if (a instanceof LuaTable) {
    const handler = a.µmetatable === null ? undefined : a.µmetatable.__lt;
    return typeof handler === "function" ? truth(handler(a, b)) : orderMetamethod("__lt", a, b);
  }
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) < 0;
  return orderMetamethod("__lt", a, b);
}

export function lessEqual(a: LuaValue, b: LuaValue): Answer {
  if (typeof a === "number") {
    if (typeof b === "number") return a <= b;
    if (b instanceof LuaFloat) return a <= b.n;
  } else if (a instanceof LuaFloat) {
    if (typeof b === "number") return a.n <= b;
    if (b instanceof LuaFloat) return a.n <= b.n;
  } else if (typeof a === "string" && typeof b === "string") return a <= b;
  if (a instanceof LuaInt64 && b instanceof LuaInt64) return compareInt(a, b) <= 0;
  if (a instanceof LuaTable) {
    const handler = a.µmetatable === null ? undefined : a.µmetatable.__le;
    return typeof handler === "function" ? truth(handler(a, b)) : orderMetamethod("__le", a, b);
  }
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) <= 0;
  return orderMetamethod("__le", a, b);
}

function orderMetamethod(event: string, a: LuaValue, b: LuaValue): Answer {
  const handler = getMetamethod(a, event) ?? getMetamethod(b, event);
  if (handler !== undefined) return truth(callHandler(handler, a, b));
  const x = argumentTypeName(a);
  const y = argumentTypeName(b);
  throw operationError(
    x === y ? `attempt to compare two ${x} values` : `attempt to compare ${x} with ${y}`,
  );
}

/** Negative, zero or positive by exact value; NaN when either is NaN. */
function compareNumbers(a: LuaNumber, b: LuaNumber): number {
  const x = a instanceof LuaFloat ? a.n : a;
  const y = b instanceof LuaFloat ? b.n : b;
  if (typeof x === "number" && typeof y === "number")
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN;
  if (x instanceof LuaInt64 && y instanceof LuaInt64) return compareInt(x, y);
  if (x instanceof LuaInt64) return compareBig(x, y as number);
  return -compareBig(y as LuaInt64, x as number);
}

/** Integers of this kind lie beyond all that are plain numbers, so mostly their sign says it. */
function compareBig(a: LuaInt64, n: number): number {
  if (n <= Number.MAX_SAFE_INTEGER && n >= Number.MIN_SAFE_INTEGER) return a.hi;
  if (Number.isNaN(n)) return n;
  const other = fromDouble(n);
  return other === undefined ? -n : compareInt(a, other);
}

neverInline(equals, lessThan, lessEqual);
