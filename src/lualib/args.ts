/**
 * Argument checks of the standard library, with the conversions of §3.4.3 and the messages of
 * C Lua's auxiliary library (luaL_check…). `n` is the argument's number in the message.
 */
import { argumentError, missingError, typeError } from "../runtime/error";
import { type LuaInteger, toDouble } from "../runtime/int64";
import { numberToString, parseNumber } from "../runtime/number";
import { LuaTable } from "../runtime/table";
import {
  isNumber,
  type LuaFunction,
  type LuaNumber,
  type LuaValue,
  numberToDouble,
  numberToInteger,
} from "../runtime/value";

/** So many results can be handed over; C Lua's stack has the same limit. */
export const MAX_RESULTS = 999_999;
/** What C Lua says where there are more characters. */
export const SLICE_TOO_LONG = "stack overflow (string slice too long)";

/** Any value at all, even nil, as long as it was passed (`count` = `arguments.length`). */
export function checkAny(count: number, n: number): void {
  if (count < n) throw argumentError(n, "value expected");
}

export function checkTable(v: LuaValue, n: number): LuaTable {
  if (v instanceof LuaTable) return v;
  throw typeError(n, "table", v);
}

export function checkFunction(v: LuaValue, n: number): LuaFunction {
  if (typeof v === "function") return v;
  throw typeError(n, "function", v);
}

/** A string; numbers are converted. */
export function checkString(v: LuaValue, n: number): string {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  throw typeError(n, "string", v);
}

export function optString(v: LuaValue, n: number, fallback: string): string {
  return v === undefined ? fallback : checkString(v, n);
}

/** A number; numeric strings are converted. */
export function checkNumber(v: LuaValue, n: number): LuaNumber {
  if (isNumber(v)) return v;
  if (typeof v === "string") {
    const x = parseNumber(v);
    if (x !== undefined) return x;
  }
  throw typeError(n, "number", v);
}

/** A number as a double. */
export function checkDouble(v: LuaValue, n: number): number {
  return typeof v === "number" ? v : numberToDouble(checkNumber(v, n));
}

/** An integer; floats with an exact integer value and such strings are converted. */
export function checkInteger(v: LuaValue, n: number): LuaInteger {
  if (Number.isSafeInteger(v)) return v as number;
  const i = numberToInteger(checkNumber(v, n));
  if (i === undefined) throw argumentError(n, "number has no integer representation");
  return i;
}

/**
 * An integer for positions, counts and sizes: as `checkInteger`, but integers beyond ±2^53 come as
 * the nearest double, which compares rightly with every real length.
 */
export function checkIndex(v: LuaValue, n: number): number {
  const i = checkInteger(v, n);
  return typeof i === "number" ? i : toDouble(i);
}

export function optIndex(v: LuaValue, n: number, fallback: number): number {
  return v === undefined ? fallback : checkIndex(v, n);
}

/** One of `options`, as luaL_checkoption. */
export function checkOption<T extends string>(
  v: LuaValue,
  n: number,
  options: readonly T[],
  fallback?: T,
): T {
  const s = v === undefined && fallback !== undefined ? fallback : checkString(v, n);
  if ((options as readonly string[]).includes(s)) return s as T;
  throw argumentError(n, `invalid option '${s}'`);
}

export { argumentError, missingError, typeError };
