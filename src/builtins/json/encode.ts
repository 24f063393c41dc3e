/**
 * Lua values as JSON text (a byte string).
 *
 * The fast pass carries no path and checks nothing but what it meets anyway; when something is
 * wrong, `explain` walks the value again and says what and where.
 */
import {
  bytesToUtf8,
  entries,
  HostError,
  isInteger,
  isNull,
  isUtf8,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToString,
  typeName,
} from "../../host";
import { Output } from "./output";

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
    // one look at the whole text for UTF-8 is cheaper than one at every string
    const text = new Encoder(options.indent ?? 0).run(v);
    if (text !== undefined) return text;
  } catch (e) {
    if (!(e instanceof Unwritable)) throw e;
  }
  throw new HostError(`${name}: ${explain(v, "", [])}`);
}

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Keys as they are written, with their colon: programs use the same few again and again. */
const quotedKeys = new Map<string, string>();
const MAX_QUOTED = 2000;

/** The names of the table written last at a depth, and the same sorted. */
interface Names {
  keys: string[];
  sorted: string[];
}

const lastNames: (Names | undefined)[] = [];
/** Larger records are not kept, nor longer keys. */
const MAX_NAMES = 64;

class Encoder {
  private readonly out = new Output();
  private readonly ancestors: LuaTable[] = [];

  constructor(private readonly indent: number) {}

  /** The text; undefined when some string in it is not UTF-8. */
  run(v: LuaValue): string | undefined {
    this.value(v);
    return this.out.finish();
  }

  private value(v: LuaValue): void {
    switch (typeof v) {
      case "string":
        this.out.string(v);
        break;
      case "number":
        if (Number.isInteger(v)) this.out.integer(v);
        else this.out.raw(floatText(v));
        break;
      case "boolean":
        this.out.raw(v ? "true" : "false");
        break;
      case "undefined":
        this.out.raw("null");
        break;
      default:
        if (v instanceof LuaTable) this.table(v);
        else if (v instanceof LuaFloat) this.out.raw(floatText(v.n));
        else if (v instanceof LuaInt64) this.out.raw(numberToString(v));
        else if (isNull(v)) this.out.raw("null");
        else throw new Unwritable();
    }
  }

  private table(t: LuaTable): void {
    const { ancestors } = this;
    const depth = ancestors.length;
    if (depth >= MAX_DEPTH) throw new Unwritable();
    for (let i = 0; i < depth; i++) if (ancestors[i] === t) throw new Unwritable();
    ancestors.push(t);
    if (isSequence(t)) this.array(t);
    else this.object(t);
    ancestors.pop();
  }

  private array(t: LuaTable): void {
    const n = arrayLength(t);
    if (n === 0) {
      this.out.raw("[]");
      return;
    }
    const { indent } = this;
    this.out.byte(OPEN_BRACKET);
    for (let i = 1; i <= n; i++) {
      if (i > 1) this.out.byte(COMMA);
      if (indent > 0) this.line();
      this.value(t.getInt(i));
    }
    if (indent > 0) this.line(-1);
    this.out.byte(CLOSE_BRACKET);
  }

  private object(t: LuaTable): void {
    let keys: string[];
    let values: Map<string, LuaValue> | undefined;
    if (t.map === null && t.array.length <= 1 && t.array[0] === undefined)
      keys = this.sortedNames(t);
    else {
      values = objectEntries(t);
      keys = [...values.keys()].sort();
    }
    const { indent } = this;
    let open = OPEN_BRACE;
    for (const key of keys) {
      const v = values === undefined ? t.hash[key] : values.get(key);
      if (v === undefined) continue;
      this.out.byte(open);
      open = COMMA;
      if (indent > 0) this.line();
      this.out.raw(this.key(key));
      this.value(v);
    }
    if (open === OPEN_BRACE) this.out.raw("{}");
    else {
      if (indent > 0) this.line(-1);
      this.out.byte(CLOSE_BRACE);
    }
  }

  /** The names of a record, sorted; records at one depth mostly have the same ones. */
  private sortedNames(t: LuaTable): string[] {
    const keys = Object.keys(t.hash);
    const { length } = keys;
    if (length < 2) return keys;
    const last = lastNames[this.ancestors.length];
    if (last !== undefined) {
      const known = last.keys;
      let same = length === known.length;
      for (let i = 0; same && i < length; i++) same = keys[i] === known[i];
      if (same) return last.sorted;
    }
    const sorted = keys.slice().sort();
    if (length <= MAX_NAMES) lastNames[this.ancestors.length] = { keys, sorted };
    return sorted;
  }

  private key(key: string): string {
    let q = quotedKeys.get(key);
    if (q === undefined) {
      q = `${JSON.stringify(key)}:`;
      if (quotedKeys.size < MAX_QUOTED && key.length <= MAX_NAMES) quotedKeys.set(key, q);
    }
    return this.indent > 0 ? `${q} ` : q;
  }

  private line(change = 0): void {
    this.out.raw(`\n${" ".repeat(this.indent * (this.ancestors.length + change))}`);
  }
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
  return t.metatable === null ? undefined : t.metatable.getStr("__jsontype");
}

/** True when the table is written as an array. */
export function isSequence(t: LuaTable): boolean {
  const mark = marker(t);
  if (mark === "object") return false;
  const { array, map } = t;
  const n = array.length - 1;
  if (mark === "array") return holeyLength(t) >= 0;
  if (n === 0 || array[0] !== undefined || hasNames(t)) return false;
  for (let i = 1; i <= n; i++) if (array[i] === undefined) return false;
  return map === null || !hasLive(t);
}

function hasNames(t: LuaTable): boolean {
  for (const key in t.hash) if (t.hash[key] !== undefined) return true;
  return false;
}

/** True when there is a key outside of the array part. */
function hasLive(t: LuaTable): boolean {
  const n = t.array.length - 1;
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

export function arrayLength(t: LuaTable): number {
  return marker(t) === "array" ? holeyLength(t) : t.length();
}

/** All pairs with their keys as text. */
export function objectEntries(t: LuaTable): Map<string, LuaValue> {
  const out = new Map<string, LuaValue>();
  for (const [key, v] of entries(t)) out.set(keyText(key), v);
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
      const cause = explain(v, `${path}${segment(key)}`, ancestors);
      if (cause !== undefined) return cause;
    }
  } finally {
    ancestors.pop();
  }
  return undefined;
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
