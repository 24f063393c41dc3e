/** Query strings to and from tables. */
import {
  entries,
  type Host,
  isList,
  isNumber,
  items,
  LuaTable,
  type LuaValue,
  list,
  newTable,
  numberToString,
} from "../../host";
import { decodeQuery, percentEncode } from "../http/query";

/** The text of a name or value; `fail` gets what is wrong. */
function text(v: LuaValue, where: string, fail: (cause: string) => never): string {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  if (typeof v === "boolean") return String(v);
  return fail(`${where} must be a string, number or boolean`);
}

/**
 * `a=1&b=x%20y`. A list as a value repeats its name, a list of pairs keeps its own order; otherwise
 * names come in the table's order.
 */
export function buildQuery(t: LuaTable, fail: (cause: string) => never): string {
  const parts: string[] = [];
  const add = (name: string, v: LuaValue) =>
    parts.push(`${percentEncode(name)}=${percentEncode(text(v, `field '${name}'`, fail))}`);
  for (const [key, v] of entries(t)) {
    if (typeof key === "number" && v instanceof LuaTable) {
      add(text(v.µgetInt(1), `the name of pair ${key}`, fail), v.µgetInt(2) ?? "");
      continue;
    }
    const name = text(key, "a name", fail);
    if (v instanceof LuaTable && isList(v)) for (const item of items(v)) add(name, item);
    else add(name, v);
  }
  return parts.join("&");
}

/** Names to values: a string, or a list of strings for a name that comes more than once. */
export function parseQuery(query: string, host: Host): LuaTable {
  const fields = new Map<string, string[]>();
  for (const [name, value] of decodeQuery(query.startsWith("?") ? query.slice(1) : query)) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  const t = newTable();
  for (const [name, values] of fields)
    t.µsetKey(name, values.length > 1 ? list(values, host) : values[0]);
  return t;
}
