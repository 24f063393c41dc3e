/** PostgreSQL's text format of values, read and written. */
import {
  bytesToBuffer,
  bytesToText,
  float,
  type Host,
  integer,
  isNull,
  LuaInt64,
  LuaTable,
  type LuaValue,
  list,
  nullOf,
  numberToString,
} from "../../host";
import { encodeJson } from "../json/encode";
import { DbFault } from "./errors";
import { Bytes, floatOf, lengthOf, type Parameter, toParameter } from "./params";
import { type ArrayTypes, BOOL, BYTEA, delimiterOf, kindOf } from "./pg-types";
import { isoTimestamp, jsonReader } from "./results";

/** Reads values of one database for one Lua state. */
export class ValueReader {
  private readonly readJson: (bytes: string) => LuaValue;
  private readonly null: LuaValue;

  constructor(
    private readonly host: Host,
    private readonly arrays: ArrayTypes,
  ) {
    this.readJson = jsonReader(host);
    this.null = nullOf(host);
  }

  /** A value from its text, as bytes. */
  read(text: string, oid: number): LuaValue {
    switch (kindOf(oid)) {
      case "bool":
        return text === "t";
      case "integer":
        return text.length < 16 ? Number(text) : integer(BigInt(text));
      case "float":
        return float(readFloat(text));
      case "bytes":
        return readBytea(text);
      case "json":
        return this.readJson(text);
      case "timestamp":
        return isoTimestamp(text);
      case "void":
        return undefined;
    }
    const element = this.arrays.elementOf(oid);
    return element === undefined ? text : this.readArray(text, element);
  }

  /** `{1,NULL,{"a b"}}`; NULL elements are `db.null`, so that the others keep their places. */
  private readArray(text: string, element: number): LuaValue {
    const delimiter = delimiterOf(element);
    // `[0:1]={…}`: other bounds than 1 are not kept
    let at = text.indexOf("{");
    const nested = (): LuaTable => {
      const values: LuaValue[] = [];
      at++; // the brace
      while (at < text.length && text[at] !== "}") {
        if (text[at] === "{") values.push(nested());
        else values.push(item());
        if (text[at] === delimiter) at++;
      }
      at++;
      return list(values, this.host);
    };
    const item = (): LuaValue => {
      if (text[at] !== '"') {
        const start = at;
        while (at < text.length && text[at] !== delimiter && text[at] !== "}") at++;
        const bare = text.slice(start, at);
        return bare === "NULL" ? this.null : (this.read(bare, element) ?? this.null);
      }
      let quoted = "";
      for (at++; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === "\\") at++;
        quoted += text[at];
      }
      at++;
      return this.read(quoted, element) ?? this.null;
    };
    return nested();
  }
}

function readFloat(text: string): number {
  return Number(text); // NaN, Infinity and -Infinity are written as in JS
}

/** `\x00ff`, or the escape format of old servers. */
function readBytea(text: string): string {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex").toString("latin1");
  return text.replace(/\\(\\|[0-7]{3})/g, (_, c: string) =>
    c === "\\" ? c : String.fromCharCode(Number.parseInt(c, 8)),
  );
}

/** Writes a parameter (not NULL) for a type that the server asked for; 0 and others: as text. */
export function writeValue(v: Exclude<Parameter, null>, oid: number, arrays: ArrayTypes): string {
  if (v instanceof LuaTable) return writeTable(v, oid, arrays);
  if (oid === BYTEA) {
    const bytes = v instanceof Bytes ? v.bytes : typeof v === "string" ? v : plain(v, oid);
    return `\\x${bytesToBuffer(bytes).toString("hex")}`;
  }
  if (v instanceof Bytes) return checkedText(v.bytes);
  return typeof v === "string" ? checkedText(v) : plain(v, oid);
}

function plain(v: boolean | Exclude<Parameter, null | string | boolean | LuaTable>, oid: number) {
  if (typeof v === "boolean") return oid === BOOL ? (v ? "t" : "f") : String(v);
  if (v instanceof Bytes) return checkedText(v.bytes);
  const f = floatOf(v);
  if (f === undefined) return v instanceof LuaInt64 ? numberToString(v) : String(v);
  // JS writes the shortest text that reads back, and an integral float without its point
  return Object.is(f, -0) ? "-0" : String(f);
}

function checkedText(bytes: string): string {
  const text = bytesToText(bytes);
  if (text === undefined)
    throw new DbFault("a text parameter is not valid UTF-8 (any bytes fit bytea columns only)");
  return text;
}

function writeTable(table: LuaTable, oid: number, arrays: ArrayTypes): string {
  const element = arrays.elementOf(oid);
  if (element !== undefined) return writeArray(table, element, arrays);
  return bytesToText(encodeJson(table, {}, "db: parameter")) ?? "";
}

/** One large key must not fill the memory with NULLs. */
const MAX_ELEMENTS = 10_000_000;

function writeArray(table: LuaTable, element: number, arrays: ArrayTypes): string {
  const items: string[] = [];
  const length = lengthOf(table);
  if (length === undefined) throw new DbFault("db: an array parameter has other keys than 1, 2, …");
  if (length > MAX_ELEMENTS)
    throw new DbFault(`db: an array parameter has more than ${MAX_ELEMENTS} elements`);
  for (let i = 1; i <= length; i++) {
    const v = table.µgetInt(i);
    if (v === undefined || isNull(v)) items.push("NULL");
    else if (v instanceof LuaTable && kindOf(element) !== "json")
      items.push(writeArray(v, element, arrays));
    else {
      const text = writeValue(toParameter(v) as Exclude<Parameter, null>, element, arrays);
      items.push(`"${text.replace(/["\\]/g, "\\$&")}"`);
    }
  }
  return `{${items.join(delimiterOf(element))}}`;
}
