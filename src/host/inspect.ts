/**
 * Lua values in Lua notation, for messages: `{1, 2, name = "x"}`. Reads raw (no metamethods), keeps
 * to the promised order, and bounds depth, number of items and length of strings. Of tables that say
 * so (`opaqueText`) the fields stay hidden.
 */
import { getMetatable } from "../runtime/metatable";
import { nativeName } from "../runtime/native";
import { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
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
  const opaque = opaqueText(v);
  if (opaque !== undefined) return opaque;
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

/**
 * What stands for a table whose fields are not for people, undefined for all others: the metatables of
 * the embedded modules' clients have `__opaque`, as credentials are among the fields. Such as
 * `assay.vault client (https://vault:8200)`.
 */
export function opaqueText(t: LuaTable): string | undefined {
  const mt = getMetatable(t);
  if (mt?.µgetStr("__opaque") !== true) return undefined;
  const name = bytesToUtf8(plainText(mt.µgetStr("__name") ?? "table"));
  const url = t.µgetStr("url");
  // no path: what stands in front of an @ may be a password, even behind a slash
  const origin = typeof url === "string" && /^([A-Za-z][\w+.-]*:\/\/)(?:.*@)?([^/?#@]*)/s.exec(url);
  return origin ? `${name} (${bytesToUtf8(`${origin[1]}${origin[2]}`)})` : name;
}

/** Whether such a table is among the values in a table, at any depth. */
export function holdsOpaque(t: LuaTable, seen = new Set<LuaTable>()): boolean {
  if (seen.has(t)) return false;
  seen.add(t);
  if (opaqueText(t) !== undefined) return true;
  const it = new TableIterator(t);
  while (it.step()) if (it.value instanceof LuaTable && holdsOpaque(it.value, seen)) return true;
  return false;
}

function showKey(key: LuaValue): string {
  if (typeof key === "string")
    return /^[A-Za-z_]\w*$/.test(key) ? key : `[${quote(key, DEFAULTS.length)}]`;
  return `[${bytesToUtf8(plainText(key))}]`;
}

/** Escapes with a letter of their own (§3.1). */
const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};
/** What a string of bytes can't show as it is, and the characters of UTF-8 that it can. */
const PIECES =
  /[\x00-\x1f"\\\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

/** A string as Lua writes it, shortened to about `length` bytes: bytes that are no UTF-8 as `\xff`. */
function quote(s: string, length: number): string {
  let end = Math.min(length, s.length);
  // no character is cut in two
  for (let i = 0; end < s.length && i < 3 && isContinuation(s.charCodeAt(end)); i++) end--;
  const text = s.slice(0, end).replace(PIECES, (piece) => {
    if (piece.length > 1) return bytesToUtf8(piece);
    return ESCAPES[piece] ?? `\\x${piece.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${text}${end < s.length ? "…" : ""}"`;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** `.name` or `["odd key"]` or `[1]`, to write a path into a table. */
export function pathSegment(key: LuaValue): string {
  if (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)) return `.${key}`;
  if (typeof key === "string") return `[${quote(key, DEFAULTS.length)}]`;
  return `[${bytesToUtf8(plainText(key))}]`;
}

/** As `Context.display`, but methods written in Lua are not called. */
export function displayPlain(v: LuaValue): string {
  const method = typeof v === "object" ? getMetatable(v)?.µgetStr("__tostring") : undefined;
  if (method === undefined && typeof v === "object") return inspect(v);
  if (typeof method === "function" && nativeName(method) === undefined)
    return bytesToUtf8(plainText(v));
  const s = tostring(v);
  return typeof s === "string" ? bytesToUtf8(s) : bytesToUtf8(plainText(v));
}
