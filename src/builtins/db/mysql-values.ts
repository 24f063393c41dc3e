/** MySQL's and MariaDB's values: from the bytes of the protocol, and to parameters. */
import {
  bytesToBuffer,
  bytesToText,
  float,
  integer,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
} from "../../host";
import { encodeJson } from "../json/encode";
import { Bytes, type Parameter } from "./params";

export interface MysqlColumn {
  readonly name: string;
  /** The type code of the protocol. */
  readonly type: number;
  readonly length: number;
  readonly flags: number;
}

const TINY = 1;
const SHORT = 2;
const LONG = 3;
const FLOAT = 4;
const DOUBLE = 5;
const TIMESTAMP = 7;
const LONGLONG = 8;
const INT24 = 9;
const TIME = 11;
const DATETIME = 12;
const YEAR = 13;
const BIT = 16;
export const JSON_TYPE = 245;

/** Reads values that came as text (statements without parameters). */
export function readText(
  bytes: Buffer,
  column: MysqlColumn,
  readJson: (bytes: string) => LuaValue,
): LuaValue {
  const text = bytes.toString("latin1");
  switch (column.type) {
    case TINY:
    case SHORT:
    case LONG:
    case INT24:
    case YEAR:
      return asBoolean(Number(text), column);
    case LONGLONG:
      return exact(BigInt(text));
    case FLOAT:
    case DOUBLE:
      return float(Number(text));
    case DATETIME:
      return text.replace(" ", "T");
    case TIMESTAMP:
      return `${text.replace(" ", "T")}Z`;
    default:
      return readOther(bytes, column, readJson);
  }
}

/** Reads values of the binary protocol as mysql2 hands them out: numbers, texts of dates, bytes. */
export function readBinary(
  v: Buffer | number | string,
  column: MysqlColumn,
  readJson: (bytes: string) => LuaValue,
): LuaValue {
  if (typeof v === "number") {
    if (column.type === FLOAT) return float(shortest(v));
    return column.type === DOUBLE ? float(v) : asBoolean(v, column);
  }
  if (typeof v !== "string") return readOther(v, column, readJson);
  switch (column.type) {
    case LONGLONG:
      return exact(BigInt(v));
    case TIME:
    case DATETIME:
    case TIMESTAMP: {
      const [clock = "", micros = ""] = v.split(".");
      const text = clock.replace(" ", "T") + fraction(Number(micros.padEnd(6, "0")), column);
      return column.type === TIMESTAMP ? `${text}Z` : text;
    }
    default:
      return v;
  }
}

function readOther(
  bytes: Buffer,
  column: MysqlColumn,
  readJson: (bytes: string) => LuaValue,
): LuaValue {
  if (column.type === JSON_TYPE) return readJson(bytes.toString("latin1"));
  if (column.type === BIT) return exact(BigInt(`0x${bytes.toString("hex") || "0"}`));
  return bytes.toString("latin1");
}

/** BOOLEAN is another name of TINYINT(1), which can hold other numbers all the same. */
function asBoolean(n: number, column: MysqlColumn): LuaValue {
  return column.type === TINY && column.length === 1 && (n === 0 || n === 1) ? n === 1 : n;
}

/** A 64-bit integer, or the text of one that is too large. */
function exact(n: bigint): LuaValue {
  return BigInt.asIntN(64, n) === n ? integer(n) : String(n);
}

/** The double that a 4-byte float is written as: 0.1, not 0.10000000149011612. */
function shortest(n: number): number {
  if (!Number.isFinite(n)) return n;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(n.toPrecision(digits));
    if (Math.fround(short) === n) return short;
  }
  return Number(n.toPrecision(9));
}

const pad = (n: number, width = 2) => String(n).padStart(width, "0");

/** As many digits as the column has; its length counts them. */
function fraction(micros: number, column: MysqlColumn): string {
  const whole = column.type === TIME ? 10 : 19;
  const digits = Math.min(Math.max(column.length - whole - 1, 0), 6);
  return digits === 0 ? "" : `.${pad(micros, 6).slice(0, digits)}`;
}

/** A parameter as `mysql2` takes it; integers are big ones. */
export function writeParameter(v: Parameter): unknown {
  if (typeof v === "string") return bytesToText(v) ?? bytesToBuffer(v);
  if (typeof v === "number" && Number.isInteger(v)) return BigInt(v);
  if (v instanceof LuaFloat) return v.n;
  if (v instanceof LuaInt64) return (BigInt(v.hi) << 32n) | BigInt(v.lo >>> 0);
  if (v instanceof Bytes) return bytesToBuffer(v.bytes);
  if (v instanceof LuaTable) return bytesToText(encodeJson(v, {}, "db: parameter")) ?? "";
  return v;
}
