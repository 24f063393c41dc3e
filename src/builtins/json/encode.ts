/**
 * Lua values as JSON text (a byte string).
 *
 * The fast pass carries no path and checks nothing but what it meets anyway; when something is
 * wrong, `explain` walks the value again and says what and where.
 */
import {
  fieldNames,
  HostError,
  isNull,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToString,
  recordOf,
} from "../../host";
import { explain, MAX_DEPTH } from "../data/explain";
import { arrayLength, floatText, isSequence, objectEntries, Unwritable } from "../data/rules";
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
  throw new HostError(`${name}: ${explain(v)}`);
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
