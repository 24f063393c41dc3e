/**
 * The table library (§6.6).
 *
 * Every function has a direct path for tables whose elements are reached without metamethods, and
 * a resumable one (`Steps`) that goes through `index`, `setIndex` and `lengthOf`.
 */
import { runtimeError, typeName } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { addInt, compareInt, intToString, type LuaInteger, toDouble } from "../runtime/int64";
import { checkAllocation, maxBytes, noteReserved } from "../runtime/limits";
import { library } from "../runtime/native";
import { numberToString } from "../runtime/number";
import { poll } from "../runtime/scheduler";
import { EMPTY_ARRAY, LuaTable } from "../runtime/table";
import { isNumber, type LuaValue, type Results } from "../runtime/value";
import {
  argumentError,
  checkFunction,
  checkInteger,
  MAX_RESULTS,
  missingError,
  optString,
} from "./args";
import { asCallback } from "./callback";
import { runSteps, type Steps } from "./resumable";
import { sortArray } from "./sort";
import {
  checkTableLike,
  getSteps,
  isPlain,
  LENGTH,
  lengthSteps,
  NO_RESULTS,
  POLL_MASK,
  READ,
  setSteps,
  WRITE,
} from "./table-access";
import { insert, remove } from "./table-insert";
import { move } from "./table-move";

/** C Lua's limit for element counts, the largest C int. */
const MAX_COUNT = 0x7fffffff;

// ---- concat ----

function concat(t: LuaValue, separator: LuaValue, from: LuaValue, to: LuaValue): Results {
  if (isPlain(t) && separator === undefined && from === undefined && to === undefined)
    return joinRaw(t, "", 1, t.µlength());
  checkTableLike(t, 1, READ | LENGTH, arguments.length);
  if (isPlain(t)) {
    const sep = optString(separator, 2, "");
    const i = from === undefined ? 1 : checkInteger(from, 3);
    const last = to === undefined ? t.µlength() : checkInteger(to, 4);
    if (typeof i === "number" && typeof last === "number") return joinRaw(t, sep, i, last);
  }
  return runSteps(concatSteps(t, separator, from, to));
}

function joinRaw(t: LuaTable, separator: string, from: number, to: number): string {
  const array = t.µarray;
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
    text += piece(t.µgetInt(i), i);
    if (i < to) text += separator;
    if ((i & POLL_MASK) === 0) poll();
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
  const n = args.length;
  args.unshift(undefined);
  const t = n === 0 ? new LuaTable() : new LuaTable(args);
  t.µsetName("n", n);
  if (args[args.length - 1] === undefined) t.µtrim();
  return t;
}

/** Elements `from..to` of `t` as results. */
function unpack(t: LuaValue, from: LuaValue, to: LuaValue): Results {
  if (isPlain(t)) {
    const i = from === undefined ? 1 : checkInteger(from, 2);
    const e = to === undefined ? t.µlength() : checkInteger(to, 3);
    if (typeof i === "number" && typeof e === "number") {
      if (i > e) return NO_RESULTS;
      if (i === e) return t.µgetInt(i);
      if (e - i >= MAX_RESULTS) throw runtimeError("too many results to unpack");
      if (i > 0 && e < t.µarray.length) return t.µarray.slice(i, e + 1);
      const out: LuaValue[] = [];
      for (let k = i; k <= e; k++) out.push(t.µgetInt(k));
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
  return new LuaTable(n > 0 ? reserved(n) : EMPTY_ARRAY);
}

// ---- sort ----

function sort(t: LuaValue, order: LuaValue): Results {
  if (isPlain(t) && t.µarray.length > 1) {
    const array = t.µarray;
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
  const array = t.µarray;
  const last = sorted.length - 1;
  if (array.length > last) for (let i = 1; i < last; i++) array[i] = sorted[i];
  else for (let i = 1; i < last; i++) t.µsetInt(i, sorted[i]);
  t.µsetInt(last, sorted[last]);
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
