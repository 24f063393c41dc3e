/** Arguments as the string library takes them. */

import { type LuaInteger, toDouble } from "../runtime/int64";
import type { LuaValue } from "../runtime/value";
import { checkDouble, checkInteger, checkString, missingError } from "./args";

const MAX_INT32 = 0x7fffffff;

/** A string; numbers are converted. `count` is the number of arguments that were passed. */
export function text(v: LuaValue, n: number, count: number): string {
  if (typeof v === "string") return v;
  if (v === undefined && count < n) throw missingError(n, "string");
  return checkString(v, n);
}

/** An integer; says "no value" when none was passed. */
export function integer(v: LuaValue, n: number, count: number): LuaInteger {
  if (v === undefined && count < n) throw missingError(n, "number");
  return checkInteger(v, n);
}

/** As `integer`, but integers beyond ±2^53 come as the nearest double. */
export function size(v: LuaValue, n: number, count: number): number {
  if (typeof v === "number" && (v | 0) === v) return v;
  const i = integer(v, n, count);
  return typeof i === "number" ? i : toDouble(i);
}

/**
 * A position as an int32; integers beyond that come as the nearest one, which is as far outside of
 * every string. The engine may hold an integer as a double (in a mixed array of results, say), and
 * such a number must not get into the string functions' loops: their code would be compiled for
 * doubles, and the engine's own `substring` leaves compiled code for each.
 */
export function place(v: LuaValue, n: number, count: number): number {
  if (typeof v === "number" && (v | 0) === v) return v | 0;
  const i = size(v, n, count);
  return i > MAX_INT32 ? MAX_INT32 : i < -MAX_INT32 ? -MAX_INT32 : i | 0;
}

/** The position of a first byte: negative ones count from the end; at least 1. */
export function startPosition(i: number, length: number): number {
  if (i > 0) return i;
  if (i === 0 || i < -length) return 1;
  return length + i + 1;
}

/** The position of a last byte: negative ones count from the end; from 0 to `length`. */
export function endPosition(j: number, length: number): number {
  if (j > length) return length;
  if (j >= 0) return j;
  return j < -length ? 0 : length + j + 1;
}

/** A number as a double; says "no value" when none was passed. */
export function double(v: LuaValue, n: number, count: number): number {
  if (v === undefined && count < n) throw missingError(n, "number");
  return checkDouble(v, n);
}
