/** Variables for templates: Lua values by the rules of `json.encode`. */
import {
  bytesToText,
  integerValue,
  isNull,
  isNumber,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
} from "../../host";
import { Unwritable } from "../data/rules";
import { Descent, encodeTree } from "../data/tree";

const MAX_DEPTH = 100;

/** Integers become bigint, floats numbers, tables arrays or objects without prototype. */
export function toTemplate(vars: LuaTable | undefined, name: string): unknown {
  if (vars === undefined) return {};
  const descent = new Descent(MAX_DEPTH);
  return encodeTree(name, vars, () => {
    const v = convert(vars, descent);
    return Array.isArray(v) ? {} : v;
  });
}

function convert(v: LuaValue, descent: Descent): unknown {
  switch (typeof v) {
    case "string":
      return text(v);
    case "boolean":
      return v;
    case "undefined":
      return null;
    default:
      if (v instanceof LuaTable) return table(v, descent);
      if (isNumber(v)) return number(v);
      if (isNull(v)) return null;
      throw new Unwritable();
  }
}

function number(v: number | LuaFloat | LuaInt64): bigint | number {
  if (v instanceof LuaFloat) return v.n;
  if (v instanceof LuaInt64) return BigInt(integerValue(v));
  if (Number.isInteger(v)) return BigInt(v);
  if (!Number.isFinite(v)) throw new Unwritable();
  return v;
}

function text(bytes: string): string {
  const s = bytesToText(bytes);
  if (s === undefined) throw new Unwritable();
  return s;
}

function table(t: LuaTable, descent: Descent): unknown {
  return descent.into(t, ({ list, fields }) => {
    if (list !== undefined) return list.map((v) => convert(v, descent));
    const object: Record<string, unknown> = Object.create(null);
    for (const [key, v] of fields) object[text(key)] = convert(v, descent);
    return object;
  });
}
