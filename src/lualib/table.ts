/**
 * The table library (§6.6).
 *
 * Every function has a direct path for tables whose elements are reached without metamethods, and
 * a resumable one (`Steps`) that goes through `index`, `setIndex` and `lengthOf`.
 */

import { lengthOf } from "../runtime/arith";
import { equals } from "../runtime/compare";
import { runtimeError, typeName } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { index, setIndex } from "../runtime/index-ops";
import {
  addInt,
  compareInt,
  intToString,
  type LuaInteger,
  subInt,
  toDouble,
} from "../runtime/int64";
import { checkAllocation, maxBytes, noteReserved } from "../runtime/limits";
import { getMetamethod } from "../runtime/metatable";
import { library } from "../runtime/native";
import { numberToString, parseNumber } from "../runtime/number";
import { poll } from "../runtime/scheduler";
import { EMPTY_ARRAY, EMPTY_HASH, HashObject, LuaTable } from "../runtime/table";
import { first, isNumber, type LuaValue, numberToInteger, type Results } from "../runtime/value";
import {
  argumentError,
  checkFunction,
  checkInteger,
  missingError,
  optString,
  typeError,
} from "./args";
import { asCallback } from "./callback";
import { runSteps, type Steps } from "./resumable";
import { sortArray } from "./sort";

const READ = 1;
const WRITE = 2;
const LENGTH = 4;

/** Results of a range that are still handed over; C Lua's stack has the same limit. */
const MAX_RESULTS = 999_999;
/** C Lua's limit for element counts, the largest C int. */
const MAX_COUNT = 0x7fffffff;
/** Below this many elements a plain loop beats copyWithin. */
const FEW = 16;
const NO_RESULTS: LuaValue[] = [];

/** True when raw access to the elements is what indexing would do. */
function isPlain(t: LuaValue): t is LuaTable {
  if (!(t instanceof LuaTable)) return false;
  const meta = t.metatable;
  return (
    meta === null ||
    (meta.getStr("__index") === undefined &&
      meta.getStr("__newindex") === undefined &&
      meta.getStr("__len") === undefined)
  );
}

/** A table, or a value with the metamethods that make it usable as one. */
function checkTableLike(v: LuaValue, n: number, what: number, count: number): void {
  if (v instanceof LuaTable) return;
  const usable =
    (!(what & READ) || getMetamethod(v, "__index") !== undefined) &&
    (!(what & WRITE) || getMetamethod(v, "__newindex") !== undefined) &&
    (!(what & LENGTH) || getMetamethod(v, "__len") !== undefined);
  if (usable) return;
  throw count < n ? missingError(n, "table") : typeError(n, "table", v);
}

function* lengthSteps(v: LuaValue): Steps<LuaInteger> {
  const r = lengthOf(v) as Results;
  const n = first(r === SUSPENDED ? yield : r);
  const x = typeof n === "string" ? parseNumber(n) : n;
  const i = isNumber(x) ? numberToInteger(x) : undefined;
  if (i === undefined) throw runtimeError("object length is not an integer");
  return i;
}

function* getSteps(t: LuaValue, i: LuaInteger): Steps<LuaValue> {
  const r = index(t, i) as Results;
  return first(r === SUSPENDED ? yield : r);
}

function* setSteps(t: LuaValue, i: LuaInteger, v: LuaValue): Steps<void> {
  if ((setIndex(t, i, v) as Results) === SUSPENDED) yield;
}

// ---- insert, remove ----

function insert(t: LuaValue, position: LuaValue, value: LuaValue): Results {
  const count = arguments.length;
  if (isPlain(t)) {
    if (count === 2) {
      // one assignment at #t + 1
      if (t.array !== EMPTY_ARRAY && t.map === null) {
        if (position !== undefined) t.array.push(position);
      } else t.setInt(t.length() + 1, position);
      return NO_RESULTS;
    }
    const last = t.array.length - 1;
    if (count === 3 && last > 0) {
      const at = checkInteger(position, 2);
      if (typeof at !== "number" || at < 1 || at > last + 1)
        throw argumentError(2, "position out of bounds");
      if (at > last) t.setInt(at, value);
      else insertAt(t, at, last, value);
      return NO_RESULTS;
    }
  }
  checkTableLike(t, 1, READ | WRITE | LENGTH, count);
  return runSteps(insertSteps(t, position, value, count));
}

function insertAt(t: LuaTable, at: number, last: number, value: LuaValue): void {
  const array = t.array;
  t.append(array[last]);
  if (last - at < FEW) for (let i = last; i > at; i--) array[i] = array[i - 1];
  else array.copyWithin(at + 1, at, last);
  array[at] = value;
}

function* insertSteps(t: LuaValue, position: LuaValue, value: LuaValue, count: number): Steps {
  const end = addInt(yield* lengthSteps(t), 1);
  if (count === 2) {
    yield* setSteps(t, end, position);
    return NO_RESULTS;
  }
  if (count !== 3) throw runtimeError("wrong number of arguments to 'insert'");
  const at = checkInteger(position, 2);
  // the length may be any integer: compare unsigned, as C Lua does
  if (!unsignedLess(subInt(at, 1), end)) throw argumentError(2, "position out of bounds");
  for (let i = end; compareInt(i, at) > 0; ) {
    const below = subInt(i, 1);
    yield* setSteps(t, i, yield* getSteps(t, below));
    i = below;
  }
  yield* setSteps(t, at, value);
  return NO_RESULTS;
}

function unsignedLess(a: LuaInteger, b: LuaInteger): boolean {
  const negativeA = compareInt(a, 0) < 0;
  const negativeB = compareInt(b, 0) < 0;
  return negativeA === negativeB ? compareInt(a, b) < 0 : negativeB;
}

function remove(t: LuaValue, position: LuaValue): Results {
  if (isPlain(t)) {
    const array = t.array;
    const size = array.length - 1;
    if (size > 0) {
      const at = position === undefined ? size : checkInteger(position, 2);
      if (at === size) {
        const v = array.pop();
        if (size > 1 && array[size - 1] === undefined) t.trim();
        return v;
      }
      if (typeof at !== "number" || at < 1 || at > size + 1)
        throw argumentError(2, "position out of bounds");
      if (at > size) return undefined;
      const v = array[at];
      if (size - at < FEW) for (let i = at; i < size; i++) array[i] = array[i + 1];
      else array.copyWithin(at, at + 1, size + 1);
      // the element now at the end was the last one, so it is not nil
      array.length = size;
      return v;
    }
  }
  checkTableLike(t, 1, READ | WRITE | LENGTH, arguments.length);
  return runSteps(removeSteps(t, position));
}

function* removeSteps(t: LuaValue, position: LuaValue): Steps {
  const size = yield* lengthSteps(t);
  let at = position === undefined ? size : checkInteger(position, 2);
  if (compareInt(at, size) !== 0 && unsignedLess(size, subInt(at, 1)))
    throw argumentError(2, "position out of bounds");
  const removed = yield* getSteps(t, at);
  while (compareInt(at, size) < 0) {
    const above = addInt(at, 1);
    yield* setSteps(t, at, yield* getSteps(t, above));
    at = above;
  }
  yield* setSteps(t, at, undefined);
  return removed;
}

// ---- move ----

/** A look at the time after so many elements: a range may have 2^63. */
const POLL_MASK = 0xffff;

function move(
  source: LuaValue,
  from: LuaValue,
  end: LuaValue,
  to: LuaValue,
  into: LuaValue,
): Results {
  const f = checkInteger(from, 2);
  const e = checkInteger(end, 3);
  const t = checkInteger(to, 4);
  const target = into === undefined ? source : into;
  checkTableLike(source, 1, READ, 1);
  checkTableLike(target, into === undefined ? 1 : 5, WRITE, 5);
  if (compareInt(e, f) < 0) return target;
  const maximum = 9223372036854775807n;
  if (compareInt(f, 0) <= 0 && big(e) >= maximum + big(f))
    throw argumentError(3, "too many elements to move");
  const count = subInt(e, f); // less one
  if (big(t) > maximum - big(count)) throw argumentError(4, "destination wrap around");
  if (
    typeof f === "number" &&
    typeof e === "number" &&
    typeof t === "number" &&
    Number.isSafeInteger(t + e - f) &&
    isPlain(source) &&
    isPlain(target)
  ) {
    moveRaw(source, f, e, t, target);
    return target;
  }
  return runSteps(moveSteps(source, f, e, t, target, into !== undefined));
}

function big(i: LuaInteger): bigint {
  return typeof i === "number" ? BigInt(i) : (BigInt(i.hi) << 32n) | BigInt(i.lo >>> 0);
}

function moveRaw(source: LuaTable, f: number, e: number, t: number, target: LuaTable): void {
  const upward = t > e || t <= f || source !== target;
  for (let n = 0; n <= e - f; n++) {
    const k = upward ? n : e - f - n;
    target.setInt(t + k, source.getInt(f + k));
    if ((n & POLL_MASK) === POLL_MASK) poll();
  }
}

function* moveSteps(
  source: LuaValue,
  f: LuaInteger,
  e: LuaInteger,
  t: LuaInteger,
  target: LuaValue,
  other: boolean,
): Steps {
  let upward = compareInt(t, e) > 0 || compareInt(t, f) <= 0;
  if (!upward && other) {
    const r = equals(source, target);
    upward = first(r === SUSPENDED ? yield : r) !== true;
  }
  const step = upward ? 1 : -1;
  let n = 0;
  let i = upward ? f : e;
  let j = upward ? t : addInt(t, subInt(e, f));
  const last = upward ? e : f;
  for (;;) {
    yield* setSteps(target, j, yield* getSteps(source, i));
    if ((++n & POLL_MASK) === 0) poll();
    if (compareInt(i, last) === 0) return target;
    i = addInt(i, step);
    j = addInt(j, step);
  }
}

// ---- concat ----

function concat(t: LuaValue, separator: LuaValue, from: LuaValue, to: LuaValue): Results {
  if (isPlain(t) && separator === undefined && from === undefined && to === undefined)
    return joinRaw(t, "", 1, t.length());
  checkTableLike(t, 1, READ | LENGTH, arguments.length);
  if (isPlain(t)) {
    const sep = optString(separator, 2, "");
    const i = from === undefined ? 1 : checkInteger(from, 3);
    const last = to === undefined ? t.length() : checkInteger(to, 4);
    if (typeof i === "number" && typeof last === "number") return joinRaw(t, sep, i, last);
  }
  return runSteps(concatSteps(t, separator, from, to));
}

function joinRaw(t: LuaTable, separator: string, from: number, to: number): string {
  const array = t.array;
  if (from > 0 && to < array.length) {
    let i = from;
    while (i <= to && typeof array[i] === "string") i++;
    if (maxBytes !== Number.POSITIVE_INFINITY)
      checkAllocation(joinedLength(array, separator, from, i));
    // two or three strings are left to the engine's ropes, which copy nothing yet
    if (i > to && to - from > 2) return array.slice(from, to + 1).join(separator);
  }
  let text = "";
  for (let i = from; i <= to; i++) {
    text += piece(t.getInt(i), i);
    if (i < to) text += separator;
  }
  return text;
}

/** Bytes of the strings in `array` from `from` on, before `to`. */
function joinedLength(array: LuaValue[], separator: string, from: number, to: number): number {
  let length = 0;
  for (let i = from; i < to; i++) length += (array[i] as string).length + separator.length;
  return length;
}

function piece(v: LuaValue, i: LuaInteger): string {
  if (typeof v === "string") return v;
  if (isNumber(v)) return Number.isSafeInteger(v) ? String(v) : numberToString(v);
  throw runtimeError(
    `invalid value (${typeName(v)}) at index ${intToString(i)} in table for 'concat'`,
  );
}

function* concatSteps(t: LuaValue, separator: LuaValue, from: LuaValue, to: LuaValue): Steps {
  const length = yield* lengthSteps(t);
  const sep = optString(separator, 2, "");
  let i = from === undefined ? 1 : checkInteger(from, 3);
  const last = to === undefined ? length : checkInteger(to, 4);
  if (compareInt(i, last) > 0) return "";
  let text = "";
  for (;;) {
    text += piece(yield* getSteps(t, i), i);
    if (compareInt(i, last) === 0) return text;
    text += sep;
    i = addInt(i, 1);
  }
}

// ---- pack, unpack, create ----

function pack(...args: LuaValue[]): Results {
  const hash = new HashObject();
  hash.n = args.length;
  if (args.length === 0) return new LuaTable(hash);
  args.unshift(undefined);
  const t = new LuaTable(hash, args);
  if (args[args.length - 1] === undefined) t.trim();
  return t;
}

/** Elements `from..to` of `t` as results. */
function unpack(t: LuaValue, from: LuaValue, to: LuaValue): Results {
  if (isPlain(t)) {
    const i = from === undefined ? 1 : checkInteger(from, 2);
    const e = to === undefined ? t.length() : checkInteger(to, 3);
    if (typeof i === "number" && typeof e === "number") {
      if (i > e) return NO_RESULTS;
      if (i === e) return t.getInt(i);
      if (e - i >= MAX_RESULTS) throw runtimeError("too many results to unpack");
      if (i > 0 && e < t.array.length) return t.array.slice(i, e + 1);
      const out: LuaValue[] = [];
      for (let k = i; k <= e; k++) out.push(t.getInt(k));
      return out;
    }
  }
  return runSteps(unpackSteps(t, from, to));
}

function* unpackSteps(t: LuaValue, from: LuaValue, to: LuaValue): Steps {
  let i = from === undefined ? 1 : checkInteger(from, 2);
  const e = to === undefined ? yield* lengthSteps(t) : checkInteger(to, 3);
  if (compareInt(i, e) > 0) return NO_RESULTS;
  if (toDouble(e) - toDouble(i) >= MAX_RESULTS) throw runtimeError("too many results to unpack");
  const out: LuaValue[] = [];
  for (;;) {
    out.push(yield* getSteps(t, i));
    if (compareInt(i, e) === 0) return out;
    i = addInt(i, 1);
  }
}

/** Longer arrays would be sparse ones for the JavaScript engine. */
const MAX_RESERVED = 50_000;

/** About what an element and a field take up. Room for fields can't be had before they come. */
const ELEMENT_BYTES = 8;
const FIELD_BYTES = 24;

/** The array part of an empty table that has room for `n` elements. */
function reserved(n: number): LuaValue[] {
  const array: LuaValue[] = new Array(Math.min(n, MAX_RESERVED) + 1);
  array[0] = undefined;
  array.length = 1;
  return array;
}

function create(sequence: LuaValue, rest: LuaValue): Results {
  const n = arguments.length === 0 ? undefined : checkInteger(sequence, 1);
  if (n === undefined) throw missingError(1, "number");
  const m = rest === undefined ? 0 : checkInteger(rest, 2);
  if (typeof n !== "number" || n < 0 || n > MAX_COUNT) throw argumentError(1, "out of range");
  if (typeof m !== "number" || m < 0 || m > MAX_COUNT) throw argumentError(2, "out of range");
  if (m > 2 ** 30) throw runtimeError("table overflow");
  noteReserved(n * ELEMENT_BYTES + m * FIELD_BYTES);
  return new LuaTable(EMPTY_HASH, n > 0 ? reserved(n) : EMPTY_ARRAY);
}

// ---- sort ----

function sort(t: LuaValue, order: LuaValue): Results {
  if (isPlain(t) && t.array.length > 1) {
    const array = t.array;
    if (array.length === 2) return NO_RESULTS;
    const less = order === undefined ? undefined : asCallback(checkFunction(order, 2));
    return sortArray(array.slice(), less, (sorted) => {
      storeSorted(t, sorted);
      return NO_RESULTS;
    });
  }
  checkTableLike(t, 1, READ | WRITE | LENGTH, arguments.length);
  return runSteps(sortSteps(t, order));
}

/** The comparison function may have changed the table meanwhile. */
function storeSorted(t: LuaTable, sorted: LuaValue[]): void {
  const array = t.array;
  const last = sorted.length - 1;
  if (array.length > last) for (let i = 1; i < last; i++) array[i] = sorted[i];
  else for (let i = 1; i < last; i++) t.setInt(i, sorted[i]);
  t.setInt(last, sorted[last]);
}

function* sortSteps(t: LuaValue, order: LuaValue): Steps {
  const n = yield* lengthSteps(t);
  if (compareInt(n, 1) <= 0) return NO_RESULTS;
  if (typeof n !== "number" || n >= MAX_COUNT) throw argumentError(1, "array too big");
  const less = order === undefined ? undefined : asCallback(checkFunction(order, 2));
  const values: LuaValue[] = [undefined];
  for (let i = 1; i <= n; i++) values.push(yield* getSteps(t, i));
  let sorted = values;
  const r = sortArray(values, less, (out) => {
    sorted = out;
    return NO_RESULTS;
  });
  if (r === SUSPENDED) yield;
  for (let i = 1; i <= n; i++) yield* setSteps(t, i, sorted[i]);
  return NO_RESULTS;
}

/** The table `table`. */
export function tableLibrary(): LuaTable {
  return library("table", { concat, create, insert, move, pack, remove, sort, unpack });
}
