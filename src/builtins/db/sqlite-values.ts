/** SQLite's values, read and bound. */
import {
  bufferToBytes,
  bytesToBuffer,
  bytesToText,
  float,
  integer,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  utf8ToBytes,
} from "../../host";
import { encodeJson } from "../json/encode";
import { DbFault } from "./errors";
import { Bytes, type Parameter } from "./params";
import { rewrite, type ScannedStatement } from "./scan";

export type Value = null | number | bigint | string | Uint8Array;

/** What a column's declared type makes of text (`json`) or of an integer (`boolean`). */
export type Converter = ((v: string) => LuaValue) | undefined;

export const toBoolean = (v: string) => v;

/** A column's value. */
export function toLua(v: Value, type: Converter): LuaValue {
  switch (typeof v) {
    case "bigint":
      if (type === toBoolean && (v === 0n || v === 1n)) return v === 1n;
      return integer(v);
    case "number":
      return float(v);
    case "string": {
      const bytes = utf8ToBytes(v);
      return type === undefined ? bytes : type(bytes);
    }
    default:
      return v === null || v === undefined ? undefined : bufferToBytes(v);
  }
}

export interface BoundStatement {
  readonly sql: string;
  readonly values: (null | number | bigint | string | boolean | Uint8Array)[];
}

/**
 * Puts the parameters in. Each place gets a number of its own (`?3`); those for floats that look
 * like integers say what they are, because the driver would send 2.0 as 2.
 */
export function bind(
  sql: string,
  scanned: ScannedStatement,
  params: readonly Parameter[],
): BoundStatement {
  const values: BoundStatement["values"] = [];
  let last = 0;
  const text = rewrite(sql, scanned, ({ text: place }) => {
    const named = /^[?$](\d*)$/.exec(place);
    if (named === null || place === "$")
      throw new DbFault(`parameter ${place}: only ?, ?1 and $1 are possible, not names`);
    const n = named[1] === "" ? last + 1 : Number(named[1]);
    if (n < 1 || n > 32_766) throw new DbFault(`parameter ${place}: number out of range`);
    last = Math.max(last, n);
    const v = params[n - 1];
    while (values.length < n) values.push(toSqlite(params[values.length] ?? null));
    return v instanceof LuaFloat ? `CAST(?${n} AS REAL)` : `?${n}`;
  });
  if (params.length > last)
    throw new DbFault(`the statement takes ${last} parameters, and ${params.length} were given`);
  return { sql: text, values };
}

function toSqlite(v: Parameter): BoundStatement["values"][number] {
  if (typeof v === "string") return bytesToText(v) ?? bytesToBuffer(v);
  if (v instanceof LuaFloat) return v.n;
  if (v instanceof LuaInt64) return integerBig(v);
  if (v instanceof Bytes) return bytesToBuffer(v.bytes);
  if (v instanceof LuaTable) return bytesToText(encodeJson(v, {}, "db: parameter")) ?? "";
  return v;
}

function integerBig(v: LuaInt64): bigint {
  return (BigInt(v.hi) << 32n) | BigInt(v.lo >>> 0);
}
