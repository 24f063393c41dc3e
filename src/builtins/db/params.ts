/** The parameters of a statement, from Lua. */
import {
  defineHandle,
  entries,
  isNull,
  isNumber,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToDouble,
  typeName,
  Userdata,
} from "../../host";
import { DbFault } from "./errors";

/** A byte string that is sent as binary data, whatever it holds: `db.bytes(s)`. */
export class Bytes {
  constructor(readonly bytes: string) {}
}

export const BytesClass = defineHandle<Bytes>({
  name: "db.bytes",
  needs: [],
  doc: "Binary data as a parameter",
  tostring: (self) => self.bytes,
});

/**
 * One parameter: NULL, a boolean, a byte string, an integer (number or `LuaInt64`), a float (number
 * with a fraction, NaN, infinity, or `LuaFloat`), binary data, or a table (JSON or an array).
 */
export type Parameter = null | boolean | string | number | LuaInt64 | LuaFloat | Bytes | LuaTable;

/** More than any database takes; a mistaken `n` must not fill the memory. */
const MAX_PARAMS = 65_535;

/** The table of parameters as a list: as long as its `n` says, else up to its last value. */
export function readParams(params: LuaValue): Parameter[] {
  if (params === undefined) return [];
  if (!(params instanceof LuaTable)) throw new DbFault("db: params must be a table (array) or nil");
  const count = countOf(params);
  if (count > MAX_PARAMS)
    throw new DbFault(`db: ${count} parameters are more than the ${MAX_PARAMS} that are possible`);
  const list: Parameter[] = [];
  for (let i = 1; i <= count; i++) list.push(toParameter(params.µgetInt(i)));
  return list;
}

function countOf(params: LuaTable): number {
  const count = lengthOf(params);
  if (count === undefined)
    throw new DbFault("db: params must be a table (array) or nil: it has other keys than 1, 2, …");
  return count;
}

/** How many elements a list has: as its `n` says, else up to the last; undefined for no list. */
export function lengthOf(list: LuaTable): number | undefined {
  const n = list.µgetStr("n");
  if (n !== undefined) {
    const count = isNumber(n) ? numberToDouble(n) : Number.NaN;
    if (Number.isInteger(count) && count >= 0) return count;
    throw new DbFault("db: params.n must be a count");
  }
  let last = 0;
  for (const [key] of entries(list)) {
    if (typeof key !== "number" || !Number.isInteger(key) || key < 1) return undefined;
    last = Math.max(last, key);
  }
  return last;
}

/** A Lua value as a parameter; fails for what no database can take. */
export function toParameter(v: LuaValue): Parameter {
  switch (typeof v) {
    case "undefined":
      return null;
    case "boolean":
    case "number":
    case "string":
      return v;
    case "object":
      if (v instanceof LuaInt64 || v instanceof LuaFloat || v instanceof LuaTable) return v;
      if (isNull(v)) return null;
      if (v instanceof Userdata) {
        const bytes = BytesClass.unwrap(v);
        if (bytes !== undefined) return bytes;
      }
  }
  throw new DbFault(`db: unsupported parameter type: ${typeName(v)}`);
}

/** A parameter that is a float in Lua, as a double. */
export function floatOf(v: Parameter): number | undefined {
  if (v instanceof LuaFloat) return v.n;
  return typeof v === "number" && !Number.isInteger(v) ? v : undefined;
}
