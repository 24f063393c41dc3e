/** Query strings and forms from Lua tables. */
import {
  bytesToUtf8,
  entries,
  isList,
  isNumber,
  isUtf8,
  items,
  LuaTable,
  type LuaValue,
  numberToString,
} from "../../host";
import { formDecode, percentEncode, percentEscape } from "../data/percent";

/** An address as text for the URL parser; where it is no UTF-8, its bytes are percent-encoded as they are. */
export function addressText(bytes: string): string {
  return isUtf8(bytes) ? bytesToUtf8(bytes) : bytes.replace(/[\x80-\xff]/g, percentEscape);
}

/** The text of a value in headers, queries and forms; undefined for what has none. */
export function plainText(v: LuaValue): string | undefined {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  return undefined;
}

/** Raises what is wrong with a table of fields. */
type Fail = (cause: string) => never;

/** The text of a name or value, where booleans are welcome. */
function fieldText(v: LuaValue, what: string, fail: Fail, isListFine = false): string {
  const text = typeof v === "boolean" ? String(v) : plainText(v);
  const wanted = isListFine ? "string, number, boolean or list" : "string, number or boolean";
  return text ?? fail(`${what} must be a ${wanted}`);
}

/** The fields of a table in its order: a list as a value repeats its name, a list may hold pairs. */
function* fields(table: LuaTable, fail: Fail): Generator<[key: string, value: string]> {
  for (const [k, v] of entries(table)) {
    if (typeof k === "number" && v instanceof LuaTable) {
      const name = fieldText(v.µgetInt(1), `name of pair ${k}`, fail);
      yield [name, fieldText(v.µgetInt(2) ?? "", `field '${name}'`, fail)];
      continue;
    }
    const key = fieldText(k, "name", fail);
    const isMore = v instanceof LuaTable && isList(v);
    for (const value of isMore ? items(v) : [v])
      yield [key, fieldText(value, `field '${key}'`, fail, !isMore)];
  }
}

/** `a=1&b=x%20y`. */
export function encodeQuery(table: LuaTable, fail: Fail): string {
  const parts: string[] = [];
  for (const [k, v] of fields(table, fail)) parts.push(`${percentEncode(k)}=${percentEncode(v)}`);
  return parts.join("&");
}

/** As HTML forms are sent: a blank is `+`. */
export function encodeForm(table: LuaTable, fail: Fail): string {
  return encodeQuery(table, fail).replaceAll("%20", "+");
}

/** Name-value pairs of a query string, decoded, in order. */
export function decodeQuery(query: string): [key: string, value: string][] {
  const out: [string, string][] = [];
  for (const part of query.split("&")) {
    if (part === "") continue;
    const eq = part.indexOf("=");
    const key = eq < 0 ? part : part.slice(0, eq);
    out.push([formDecode(key), eq < 0 ? "" : formDecode(part.slice(eq + 1))]);
  }
  return out;
}
