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
import { HttpFault } from "./errors";

const UNRESERVED = /[^A-Za-z0-9\-._~]/g;

/** Percent-encodes a byte string (RFC 3986 §2.1). */
export function percentEncode(bytes: string): string {
  return bytes.replace(
    UNRESERVED,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** An address as text for the URL parser; where it is no UTF-8, its bytes are percent-encoded as they are. */
export function addressText(bytes: string): string {
  return isUtf8(bytes)
    ? bytesToUtf8(bytes)
    : bytes.replace(/[\x80-\xff]/g, (byte) => percentEncode(byte));
}

/** Undoes percent-encoding, and `+` for a blank; bytes that are no escapes stay. */
export function formDecode(text: string): string {
  return text
    .replaceAll("+", " ")
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

/** The text of a value in headers, queries and forms; undefined for what has none. */
export function plainText(v: LuaValue): string | undefined {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  return undefined;
}

/** The text of a field in a query or form, where booleans are welcome. */
function fieldText(v: LuaValue, what: string, key: string): string {
  const text = typeof v === "boolean" ? String(v) : plainText(v);
  if (text === undefined)
    throw new HttpFault(
      `${what} field '${key}' must be a string, number, boolean or list`,
      "request",
    );
  return text;
}

/** The fields of a table in its order; a list repeats its name. */
function* fields(table: LuaTable, what: string): Generator<[key: string, value: string]> {
  for (const [k, v] of entries(table)) {
    const key = fieldText(k, what, "?");
    if (v instanceof LuaTable && isList(v))
      for (const item of items(v)) yield [key, fieldText(item, what, key)];
    else yield [key, fieldText(v, what, key)];
  }
}

/** `a=1&b=x%20y`. */
export function encodeQuery(table: LuaTable): string {
  const parts: string[] = [];
  for (const [k, v] of fields(table, "query"))
    parts.push(`${percentEncode(k)}=${percentEncode(v)}`);
  return parts.join("&");
}

/** As HTML forms are sent: a blank is `+`. */
export function encodeForm(table: LuaTable): string {
  const parts: string[] = [];
  for (const [k, v] of fields(table, "form")) parts.push(`${percentEncode(k)}=${percentEncode(v)}`);
  return parts.join("&").replaceAll("%20", "+");
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
