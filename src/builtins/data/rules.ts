/**
 * What Lua values are to every format of data, by the rules of `json.encode`: which tables are lists,
 * the texts of keys and floats.
 */
import {
  entries,
  hasFields,
  isInteger,
  LuaFloat,
  type LuaTable,
  type LuaValue,
  numberToString,
} from "../../host";

/** Something can't be written; explain.ts finds out what and where. */
export class Unwritable {}

/** A float with `.0` or an exponent, the shortest text that reads back the same. */
export function floatText(n: number): string {
  const abs = Math.abs(n);
  if (abs >= 1e-5 && abs < 1e16) return Number.isInteger(n) ? `${n}.0` : String(n);
  if (n === 0) return Object.is(n, -0) ? "-0.0" : "0.0";
  if (!Number.isFinite(n)) throw new Unwritable();
  return n.toExponential().replace("e+", "e");
}

/** `"array"` or `"object"` when the table is marked as such. */
function marker(t: LuaTable): LuaValue {
  return t.µmetatable === null ? undefined : t.µmetatable.µgetStr("__jsontype");
}

/** True when the table is written as an array. */
export function isSequence(t: LuaTable): boolean {
  const mark = marker(t);
  if (mark === "object") return false;
  const { µarray: array, µmap: map } = t;
  const n = array.length - 1;
  if (mark === "array") return holeyLength(t) >= 0;
  if (n === 0 || array[0] !== undefined || hasFields(t)) return false;
  for (let i = 1; i <= n; i++) if (array[i] === undefined) return false;
  return map === null || !hasLive(t);
}

/** True when there is a key outside of the array part. */
function hasLive(t: LuaTable): boolean {
  const n = t.µarray.length - 1;
  for (const [key] of entries(t))
    if (!(typeof key === "number" && Number.isInteger(key) && key >= 1 && key <= n)) return true;
  return false;
}

/** Holes that a marked array may have in front of a value before it is taken for an object. */
const MAX_HOLES = 1000;

/** The largest key when all are positive integers and holes are few, else -1. */
function holeyLength(t: LuaTable): number {
  let max = 0;
  let count = 0;
  for (const [key] of entries(t)) {
    if (typeof key !== "number" || !Number.isInteger(key) || key < 1) return -1;
    if (key > max) max = key;
    count++;
  }
  return max - count > MAX_HOLES ? -1 : max;
}

/** How many elements a table has as a JSON array; one that is marked as such may have holes. */
export function arrayLength(t: LuaTable): number {
  return marker(t) === "array" ? holeyLength(t) : t.µlength();
}

/** All pairs with their keys as text; two keys of one text (`1` and `"1"`) can't be written. */
export function objectEntries(t: LuaTable): Map<string, LuaValue> {
  const out = new Map<string, LuaValue>();
  let count = 0;
  for (const [key, v] of entries(t)) {
    out.set(keyText(key), v);
    if (out.size !== ++count) throw new Unwritable();
  }
  return out;
}

/** The text of a key; a table, say, has none. */
export function keyText(key: LuaValue): string {
  if (typeof key === "string") return key;
  if (isInteger(key)) return numberToString(key);
  if (typeof key === "number") return floatText(key);
  if (key instanceof LuaFloat) return floatText(key.n);
  throw new Unwritable();
}
