/**
 * Lua values as JSON text (a byte string).
 *
 * The fast pass carries no path and checks nothing but what it meets anyway; when something is
 * wrong, `explain` walks the value again and says what and where.
 */
import {
  bytesToUtf8,
  entries,
  fieldNames,
  HostError,
  hasFields,
  isInteger,
  isNull,
  isUtf8,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToString,
  recordOf,
  typeName,
} from "../../host";
import {
  begin,
  byte,
  comma,
  decimal,
  finish,
  integer,
  noteCodes,
  raw,
  rawBytes,
  replaceByte,
  string,
} from "./output";

export interface EncodeOptions {
  /** Spaces per level; everything on one line when left out. */
  readonly indent?: number | undefined;
}

/** Tables nested deeper are refused. */
const MAX_DEPTH = 1000;

/** Something can't be written; `explain` finds out what. */
class Unwritable {}

/** The JSON text of `v`; `name` begins the error message. */
export function encodeJson(v: LuaValue, options: EncodeOptions = {}, name = "json.encode"): string {
  try {
    begin();
    indent = options.indent ?? 0;
    // one look at the whole text for UTF-8 is cheaper than one at every string
    const text = finish(value(v, 0));
    if (text !== undefined) return text;
  } catch (e) {
    ancestors.length = 0;
    if (!(e instanceof Unwritable)) throw e;
  }
  throw new HostError(`${name}: ${explain(v, "", [])}`);
}

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

let indent = 0;
/** The tables around the one that is being written. */
const ancestors: LuaTable[] = [];

// All of these take the place to write at, and return the one behind what they wrote: see output.ts.

/** The common values, so few that the engine puts this function into the loops that call it. */
function value(v: LuaValue, at: number): number {
  if (typeof v === "string") return string(v, at);
  if (typeof v === "number") return v === (v | 0) && v >= 0 ? integer(v, at) : number(v, at);
  return v instanceof LuaTable ? table(v, at) : otherValue(v, at);
}

function number(v: number, at: number): number {
  if (Number.isInteger(v)) return integer(v, at);
  const end = decimal(v, at);
  return end < 0 ? raw(floatText(v), at) : end;
}

function otherValue(v: LuaValue, at: number): number {
  if (typeof v === "boolean") return raw(v ? "true" : "false", at);
  if (v === undefined || isNull(v)) return raw("null", at);
  if (v instanceof LuaFloat) return raw(floatText(v.n), at);
  if (v instanceof LuaInt64) return raw(numberToString(v), at);
  throw new Unwritable();
}

function table(t: LuaTable, at: number): number {
  const depth = ancestors.length;
  if (depth >= MAX_DEPTH) throw new Unwritable();
  for (let i = 0; i < depth; i++) if (ancestors[i] === t) throw new Unwritable();
  ancestors.push(t);
  const end = isSequence(t) ? array(t, at) : object(t, at);
  ancestors.pop();
  return end;
}

function array(t: LuaTable, from: number): number {
  const n = arrayLength(t);
  if (n === 0) return raw("[]", from);
  let at = from;
  for (let i = 1; i <= n; i++) {
    at = comma(at);
    if (indent > 0) at = line(0, at);
    at = value(t.µgetInt(i), at);
  }
  // the first comma
  replaceByte(OPEN_BRACKET, from);
  if (indent > 0) at = line(-1, at);
  return byte(CLOSE_BRACKET, at);
}

function object(t: LuaTable, from: number): number {
  const fields = indent === 0 ? recordOf(t) : null;
  const at = fields !== null ? record(fields, from) : anyObject(t, from);
  if (at === from) return raw("{}", from);
  // the first comma
  replaceByte(OPEN_BRACE, from);
  return byte(CLOSE_BRACE, indent > 0 ? line(-1, at) : at);
}

function anyObject(t: LuaTable, from: number): number {
  const fields = objectEntries(t);
  let at = from;
  for (const key of [...fields.keys()].sort()) {
    at = comma(at);
    if (indent > 0) at = line(0, at);
    at = rawBytes(`${JSON.stringify(key)}:`, at);
    if (indent > 0) at = byte(0x20, at);
    at = value(fields.get(key), at);
  }
  return at;
}

function record(fields: Readonly<Record<string, LuaValue>>, from: number): number {
  const { sorted, prefixes } = orderOf(fields);
  let at = from;
  for (let i = 0; i < sorted.length; i++) {
    const v = fields[sorted[i] as string];
    if (v !== undefined) at = value(v, raw(prefixes[i] as string, at));
  }
  return at;
}

/** The names of what a record is kept in, and what is written in front of their values. */
interface Order {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
  /** `,"name":` each. */
  readonly prefixes: readonly string[];
  /** For `noteCodes`. */
  readonly codes: number;
}

/** The order of the record that was written last at a depth: mostly it fits the next one there. */
const orders: (Order | undefined)[] = [];
/** Larger records are not kept. */
const MAX_NAMES = 64;

function orderOf(fields: Readonly<Record<string, LuaValue>>): Order {
  const last = orders[ancestors.length];
  if (last === undefined) return newOrder(Object.keys(fields));
  const { names } = last;
  let i = 0;
  for (const name in fields) if (name !== names[i++]) return newOrder(Object.keys(fields));
  if (i !== names.length) return newOrder(Object.keys(fields));
  noteCodes(last.codes);
  return last;
}

function newOrder(names: string[]): Order {
  const sorted = fieldNames(names).sort();
  const prefixes = sorted.map((name) => `,${JSON.stringify(name)}:`);
  const codes = sorted.some((name) => /[^\x00-\x7f]/.test(name)) ? 0x80 : 0;
  noteCodes(codes);
  const order = { names, sorted, prefixes, codes };
  if (names.length <= MAX_NAMES) orders[ancestors.length] = order;
  return order;
}

function line(change: number, at: number): number {
  return raw(`\n${" ".repeat(indent * (ancestors.length + change))}`, at);
}

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

function keyText(key: LuaValue): string {
  if (typeof key === "string") return key;
  if (isInteger(key)) return numberToString(key);
  if (typeof key === "number") return floatText(key);
  if (key instanceof LuaFloat) return floatText(key.n);
  throw new Unwritable();
}

/** What can't be written, and where. */
export function explain(v: LuaValue, path: string, ancestors: LuaTable[]): string | undefined {
  const at = path === "" ? "" : ` at ${path}`;
  if (typeof v === "string") return isUtf8(v) ? undefined : `string is not valid UTF-8${at}`;
  if (typeof v === "number" && !Number.isFinite(v))
    return `cannot encode ${Number.isNaN(v) ? "NaN" : v > 0 ? "inf" : "-inf"} as JSON number${at}`;
  if (v instanceof LuaTable) return explainTable(v, path, ancestors);
  if (typeof v === "object" && !(v instanceof LuaFloat || v instanceof LuaInt64 || isNull(v)))
    return `unsupported Lua type for JSON: ${typeName(v)}${at}`;
  return typeof v === "function" ? `unsupported Lua type for JSON: function${at}` : undefined;
}

function explainTable(t: LuaTable, path: string, ancestors: LuaTable[]): string | undefined {
  const here = path === "" ? "the value" : path;
  const seen = ancestors.indexOf(t);
  if (seen >= 0) return `cycle: ${here} is the table ${ancestorPath(path, seen)} again`;
  if (ancestors.length >= MAX_DEPTH) return `nesting deeper than ${MAX_DEPTH} levels`;
  ancestors.push(t);
  const texts = new Set<string>();
  try {
    for (const [key, v] of entries(t)) {
      if (typeof key !== "string" && typeof key !== "number" && typeof key !== "object")
        return `unsupported table key type: ${typeName(key)}${path === "" ? "" : ` at ${path}`}`;
      if (typeof key === "object" && !(key instanceof LuaFloat || key instanceof LuaInt64))
        return `unsupported table key type: ${typeName(key)}${path === "" ? "" : ` at ${path}`}`;
      if (typeof key === "number" && !Number.isFinite(key))
        return `cannot encode ${key > 0 ? "inf" : "-inf"} as JSON number (a table key)`;
      if (typeof key === "string" && !isUtf8(key))
        return `table key is not valid UTF-8${path === "" ? "" : ` at ${path}`}`;
      const text = keyText(key);
      if (texts.has(text)) return twice(text, path);
      texts.add(text);
      const cause = explain(v, `${path}${segment(key)}`, ancestors);
      if (cause !== undefined) return cause;
    }
  } finally {
    ancestors.pop();
  }
  return undefined;
}

function twice(text: string, path: string): string {
  const quoted = JSON.stringify(bytesToUtf8(text));
  return `two keys are both ${quoted} as text, a number and a string${path === "" ? "" : ` at ${path}`}`;
}

function segment(key: LuaValue): string {
  if (typeof key !== "string") return `[${numberToString(key as number)}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(bytesToUtf8(key))}]`;
}

/** The path of the ancestor at `level`, which is a prefix of `path`. */
function ancestorPath(path: string, level: number): string {
  if (level === 0) return "at the top";
  const parts = path.match(/\.\w+|\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]/g) ?? [];
  return `at ${parts.slice(0, level).join("")}`;
}
