/** TOML text to Lua tables, through smol-toml. */
import type { TomlError, TomlTable, TomlValue } from "smol-toml";
import { float, HostError, integer, LuaTable, type LuaValue, utf8ToBytes } from "../../host";
import { position, readText } from "../data/text";
import { markDates, noteDates, SKIPPED, WrongDate } from "./dates";

type Toml = typeof import("smol-toml");

const MAX_DEPTH = 128;
/** Begins the strings that dates are turned into; such a character can't be in a document. */
const MARK = "\\u0000date:";
const MARKED = "\u0000date:";

/** The document in `source`, a byte string. */
export function parseToml(
  toml: Toml,
  source: string,
  emptyArray: LuaTable,
  name: string,
): LuaTable {
  const text = readText(source, name);
  let document = read(toml, text, name);
  // what smol-toml makes of dates has lost their text, so they are read a second time as strings
  const marked = mark(text, name);
  if (marked !== text) document = read(toml, marked, name);
  try {
    return new Reader(toml, emptyArray, name).table(document, 1);
  } catch (e) {
    if (!(e instanceof OutOfRange)) throw e;
    const at = integerAt(text, e.value);
    throw new HostError(
      `${name}: integer out of range: ${e.value}${at < 0 ? "" : ` ${position(text, at)}`}`,
    );
  }
}

/** An integer beyond 64 bits; smol-toml does not say where it stood. */
class OutOfRange {
  constructor(readonly value: bigint) {}
}

const INTEGER = new RegExp(
  [
    ...SKIPPED,
    "(?<![\\w.+-])[+-]?(?:0x[\\dA-Fa-f_]+|0o[0-7_]+|0b[01_]+|\\d[\\d_]*)(?![\\w.:+-]|[ \\t]*=)",
  ].join("|"),
  "g",
);

/** Where an integer is written as a value in a valid document, -1 when it isn't found. */
function integerAt(text: string, value: bigint): number {
  for (const { 0: token, index } of text.matchAll(INTEGER))
    if (/^[+-]?\d/.test(token) && BigInt(token.replace(/^\+|_/g, "")) === value) return index;
  return -1;
}

function mark(text: string, name: string): string {
  try {
    return markDates(text, MARK);
  } catch (e) {
    if (!(e instanceof WrongDate)) throw e;
    throw new HostError(`${name}: invalid date ${position(text, e.at)}`);
  }
}

function read(toml: Toml, text: string, name: string): TomlTable {
  try {
    return toml.parse(text, { integersAsBigInt: true, maxDepth: MAX_DEPTH });
  } catch (e) {
    if (!(e instanceof toml.TomlError)) throw e;
    throw new HostError(`${name}: ${cause(e)} ${position(text, offset(text, e))}`);
  }
}

function cause(e: TomlError): string {
  const line = e.message.split("\n", 1)[0] as string;
  return line.replace(/^Invalid TOML document: /, "");
}

/** smol-toml counts UTF-16 units of a line. */
function offset(text: string, { line, column }: TomlError): number {
  let start = 0;
  for (let n = 1; n < line; n++) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
}

class Reader {
  constructor(
    private readonly toml: Toml,
    private readonly emptyArray: LuaTable,
    private readonly name: string,
  ) {}

  table(source: TomlTable, depth: number): LuaTable {
    this.check(depth);
    const t = new LuaTable();
    const dates: string[] = [];
    for (const key of Object.keys(source)) {
      const v = source[key] as TomlValue;
      const name = utf8ToBytes(key);
      if (isDate(v)) dates.push(name);
      t.µsetKey(name, this.value(v, depth));
    }
    noteDates(t, dates);
    return t;
  }

  private array(source: TomlValue[], depth: number): LuaTable {
    this.check(depth);
    const items: LuaValue[] = [undefined];
    const dates: number[] = [];
    for (const v of source) {
      if (isDate(v)) dates.push(items.length);
      items.push(this.value(v, depth));
    }
    const t = new LuaTable(items);
    t.µtrim();
    if (source.length === 0) t.µmetatable = this.emptyArray;
    noteDates(t, dates);
    return t;
  }

  private check(depth: number): void {
    if (depth > MAX_DEPTH)
      throw new HostError(`${this.name}: nesting deeper than ${MAX_DEPTH} levels`);
  }

  private value(v: TomlValue, depth: number): LuaValue {
    switch (typeof v) {
      case "bigint":
        if (BigInt.asIntN(64, v) !== v) throw new OutOfRange(v);
        return integer(v);
      case "number":
        // as in JSON and YAML there are no infinities and no NaN
        return Number.isFinite(v) ? float(v) : undefined;
      case "string":
        return utf8ToBytes(v.startsWith(MARKED) ? v.slice(MARKED.length) : v);
      case "object":
        if (Array.isArray(v)) return this.array(v, depth + 1);
        if (v instanceof this.toml.TomlDate) return v.toISOString();
        return this.table(v as TomlTable, depth + 1);
      default:
        return v;
    }
  }
}

function isDate(v: TomlValue): boolean {
  return (typeof v === "string" && v.startsWith(MARKED)) || v instanceof Date;
}
