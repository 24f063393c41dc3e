/**
 * Lua values in Lua notation, for messages: `{1, 2, name = "x"}`. Reads raw (no metamethods), keeps
 * to the promised order, and bounds depth, number of items and length of strings.
 */
import { getMetatable } from "../runtime/metatable";
import { nativeName } from "../runtime/native";
import { LuaTable, TableIterator } from "../runtime/table";
import { plainText, tostring } from "../runtime/tostring";
import type { LuaValue } from "../runtime/value";
import { bytesToUtf8 } from "./bytes";

export interface InspectOptions {
  /** Nested tables beyond this show as `{…}`. */
  readonly depth?: number;
  /** Items per table. */
  readonly items?: number;
  /** Characters of a string. */
  readonly length?: number;
}

const DEFAULTS = { depth: 4, items: 20, length: 200 };

/** `v` as JS text. */
export function inspect(v: LuaValue, options: InspectOptions = {}): string {
  return show(v, { ...DEFAULTS, ...options }, []);
}

function show(v: LuaValue, o: Required<InspectOptions>, ancestors: LuaTable[]): string {
  if (typeof v === "string") return quote(v, o.length);
  if (!(v instanceof LuaTable)) return bytesToUtf8(plainText(v));
  if (ancestors.includes(v)) return "{cycle}";
  const it = new TableIterator(v);
  if (!it.step()) return "{}";
  if (ancestors.length >= o.depth) return "{…}";
  ancestors.push(v);
  const parts: string[] = [];
  let next = 1;
  do {
    if (parts.length >= o.items) {
      parts.push("…");
      break;
    }
    const value = show(it.value, o, ancestors);
    if (it.key === next) {
      next++;
      parts.push(value);
    } else parts.push(`${showKey(it.key)} = ${value}`);
  } while (it.step());
  ancestors.pop();
  return `{${parts.join(", ")}}`;
}

function showKey(key: LuaValue): string {
  if (typeof key === "string")
    return /^[A-Za-z_]\w*$/.test(key) ? key : `[${quote(key, DEFAULTS.length)}]`;
  return `[${bytesToUtf8(plainText(key))}]`;
}

/** A string with quotes and escapes, shortened. */
function quote(s: string, length: number): string {
  const text = bytesToUtf8(s.length > length ? s.slice(0, length) : s);
  return JSON.stringify(s.length > length ? `${text}…` : text);
}

/** `.name` or `["odd key"]` or `[1]`, to write a path into a table. */
export function pathSegment(key: LuaValue): string {
  if (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)) return `.${key}`;
  if (typeof key === "string") return `[${quote(key, DEFAULTS.length)}]`;
  return `[${bytesToUtf8(plainText(key))}]`;
}

/** As `Context.display`, but methods written in Lua are not called. */
export function displayPlain(v: LuaValue): string {
  const method = typeof v === "object" ? getMetatable(v)?.getStr("__tostring") : undefined;
  if (method === undefined && typeof v === "object") return inspect(v);
  if (typeof method === "function" && nativeName(method) === undefined)
    return bytesToUtf8(plainText(v));
  const s = tostring(v);
  return typeof s === "string" ? bytesToUtf8(s) : bytesToUtf8(plainText(v));
}
