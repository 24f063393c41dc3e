/**
 * JSON text straight into Lua tables.
 *
 * Works on the byte string itself: bytes of strings pass through, and only `\u` escapes are turned
 * into UTF-8. Integers that fit 64 bits stay integers; `1.0`, `1e3` and larger ones are floats. The
 * reader's state is in module variables (a parse never waits, so there is only one at a time): they
 * are what JavaScriptCore makes the fastest code of.
 */
import { checkAllocation, HostError, integer, LuaFloat, LuaTable, type LuaValue } from "../../host";

export interface ParseOptions {
  /** What `null` becomes; nil by default: absent fields, holes in arrays. */
  readonly null?: LuaValue;
  /** Metatable for empty arrays, so that they are written as `[]` again. */
  readonly emptyArray?: LuaTable;
}

/** Nested arrays and objects beyond this are refused. */
const MAX_DEPTH = 128;
/** Digits of a number that is exact in a double whatever they are. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: 23 }, (_, n) => 10 ** n);

let text = "";
let pos = 0;
let depth = 0;
let nullValue: LuaValue;
let emptyArray: LuaTable | null = null;

/** The value that `source` (a byte string) holds; throws a `HostError` with line and column. */
export function parseJson(source: string, options: ParseOptions = {}, name = "json.parse") {
  text = source;
  pos = 0;
  depth = 0;
  nullValue = options.null;
  emptyArray = options.emptyArray ?? null;
  try {
    const v = value();
    skipBlank();
    if (pos < text.length) throw new Fault("trailing characters");
    return v;
  } catch (e) {
    if (e instanceof Fault) throw new HostError(`${name}: ${e.cause} ${position()}`);
    throw e;
  } finally {
    text = "";
    nullValue = undefined;
  }
}

/** What is wrong at `pos`. */
class Fault {
  constructor(readonly cause: string) {}
}

/** `at line L column C` of the offending byte; of the last one when the text ends too early. */
function position(): string {
  const at = Math.min(pos, text.length);
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  const line = before.split("\n").length;
  return `at line ${line} column ${at - lineStart + (pos < text.length ? 1 : 0)}`;
}

/** Moves over blanks; gives the code of the next byte, NaN at the end. */
function skipBlank(): number {
  let c = text.charCodeAt(pos);
  while (c <= 32 && (c === 32 || c === 10 || c === 13 || c === 9)) c = text.charCodeAt(++pos);
  return c;
}

function value(): LuaValue {
  const c = skipBlank();
  switch (c) {
    case 0x22:
      return string();
    case 0x7b:
      return object();
    case 0x5b:
      return array();
    case 0x74:
      return word("true", true);
    case 0x66:
      return word("false", false);
    case 0x6e:
      return word("null", nullValue);
    default:
      if (c === 0x2d || (c >= 0x30 && c <= 0x39)) return number();
      throw new Fault(pos >= text.length ? "EOF while parsing a value" : "expected value");
  }
}

function word(expected: string, v: LuaValue): LuaValue {
  if (text.startsWith(expected, pos)) {
    pos += expected.length;
    return v;
  }
  let i = 0;
  while (i < expected.length && text[pos] === expected[i]) {
    i++;
    pos++;
  }
  throw new Fault(pos >= text.length ? "EOF while parsing a value" : "expected ident");
}

function enter(): void {
  if (++depth > MAX_DEPTH) throw new Fault(`nesting deeper than ${MAX_DEPTH} levels`);
}

/** What a table takes at least, and how many elements of an array are counted together. */
const TABLE_BYTES = 96;
const CHUNK = 0x10000;

function array(): LuaTable {
  enter();
  checkAllocation(TABLE_BYTES);
  const items: LuaValue[] = [undefined];
  pos++;
  if (skipBlank() === 0x5d) {
    pos++;
    depth--;
    const t = new LuaTable();
    t.metatable = emptyArray;
    return t;
  }
  let holes = false;
  for (;;) {
    const v = value();
    if (v === undefined) holes = true;
    items.push(v);
    if (items.length % CHUNK === 0) checkAllocation(CHUNK * 8);
    const c = skipBlank();
    if (c === 0x2c) {
      pos++;
      if (skipBlank() === 0x5d) throw new Fault("trailing comma");
    } else if (c === 0x5d) {
      pos++;
      break;
    } else throw new Fault(pos >= text.length ? "EOF while parsing a list" : "expected `,` or `]`");
  }
  depth--;
  const t = new LuaTable(undefined, items);
  if (holes) t.trim();
  return t;
}

function object(): LuaTable {
  enter();
  checkAllocation(TABLE_BYTES);
  const t = new LuaTable();
  pos++;
  if (skipBlank() === 0x7d) {
    pos++;
    depth--;
    return t;
  }
  for (;;) {
    if (skipBlank() !== 0x22)
      throw new Fault(pos >= text.length ? "EOF while parsing an object" : "key must be a string");
    const key = name();
    if (skipBlank() !== 0x3a)
      throw new Fault(pos >= text.length ? "EOF while parsing an object" : "expected `:`");
    pos++;
    t.setStr(key, value());
    const c = skipBlank();
    if (c === 0x2c) {
      pos++;
      if (skipBlank() === 0x7d) throw new Fault("trailing comma");
    } else if (c === 0x7d) {
      pos++;
      depth--;
      return t;
    } else
      throw new Fault(pos >= text.length ? "EOF while parsing an object" : "expected `,` or `}`");
  }
}

function number(): LuaValue {
  const start = pos;
  let i = pos;
  let c = text.charCodeAt(i);
  const negative = c === 0x2d;
  if (negative) c = text.charCodeAt(++i);
  const firstDigit = i;
  let n = 0;
  while (c >= 0x30 && c <= 0x39) {
    n = n * 10 + (c - 0x30);
    c = text.charCodeAt(++i);
  }
  const digits = i - firstDigit;
  if (digits === 0 || (digits > 1 && text.charCodeAt(firstDigit) === 0x30)) {
    pos = digits === 0 ? i : firstDigit + 1;
    throw new Fault(pos >= text.length ? "EOF while parsing a value" : "invalid number");
  }
  if (c !== 0x2e && c !== 0x65 && c !== 0x45) {
    pos = i;
    if (digits <= EXACT_DIGITS) return negative ? 0 - n : n;
    return integer(BigInt(text.slice(start, i)));
  }
  return float(start, i, negative, n, digits);
}

/** The rest of a number from its `.` or `e` at `i` on. */
function float(start: number, from: number, negative: boolean, whole: number, digits: number) {
  let i = from;
  let n = whole;
  let c = text.charCodeAt(i);
  if (c === 0x2e) {
    c = text.charCodeAt(++i);
    while (c >= 0x30 && c <= 0x39) {
      n = n * 10 + (c - 0x30);
      c = text.charCodeAt(++i);
    }
    if (i === from + 1) return badNumber(i);
  }
  const fraction = i === from ? 0 : i - from - 1;
  let exact = digits + fraction <= EXACT_DIGITS;
  if (c === 0x65 || c === 0x45) {
    exact = false;
    c = text.charCodeAt(++i);
    if (c === 0x2b || c === 0x2d) c = text.charCodeAt(++i);
    const expStart = i;
    while (c >= 0x30 && c <= 0x39) c = text.charCodeAt(++i);
    if (i === expStart) return badNumber(i);
  }
  pos = i;
  // up to 15 digits and 10^22 both are exact, so that one division rounds rightly
  const x = exact
    ? (negative ? -n : n) / (POWERS[fraction] as number)
    : Number(text.slice(start, i));
  if (!Number.isFinite(x)) throw new Fault("number out of range");
  return Number.isInteger(x) ? new LuaFloat(x) : x;
}

function badNumber(at: number): never {
  pos = at;
  throw new Fault(pos >= text.length ? "EOF while parsing a value" : "invalid number");
}

function string(): string {
  const start = pos + 1;
  let i = start;
  let c = text.charCodeAt(i);
  // NaN, the end of the text, fails every comparison
  while (c >= 0x20 && c !== 0x22 && c !== 0x5c) c = text.charCodeAt(++i);
  if (c === 0x22) {
    pos = i + 1;
    return text.slice(start, i);
  }
  return escapedString(start, i);
}

/**
 * Keys seen before, by a hash of their bytes. A string cut from the text has to be looked up in the
 * engine's table of names each time it becomes a key; one that was a key already need not be.
 */
const names: string[] = new Array(1024).fill("");
const MAX_NAME = 32;

/** A string that will be a key. */
function name(): string {
  const start = pos + 1;
  let i = start;
  let hash = 0;
  let c = text.charCodeAt(i);
  while (c >= 0x20 && c !== 0x22 && c !== 0x5c) {
    hash = (Math.imul(hash, 31) + c) | 0;
    c = text.charCodeAt(++i);
  }
  const length = i - start;
  if (c !== 0x22 || length > MAX_NAME) return string();
  pos = i + 1;
  const slot = (hash ^ (hash >>> 10)) & 1023;
  const known = names[slot] as string;
  if (known.length === length && sameBytes(known, start)) return known;
  const fresh = text.slice(start, i);
  void probe[fresh];
  names[slot] = fresh;
  return fresh;
}

/** Becoming a name, a string gets its own bytes; before, it holds on to the whole text. */
const probe: Readonly<Record<string, undefined>> = Object.create(null);

function sameBytes(known: string, at: number): boolean {
  for (let i = 0; i < known.length; i++)
    if (known.charCodeAt(i) !== text.charCodeAt(at + i)) return false;
  return true;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** The rest of a string whose bytes from `start` to `at` are plain. */
function escapedString(start: number, at: number): string {
  let out = text.slice(start, at);
  let i = at;
  for (;;) {
    const from = i;
    let c = text.charCodeAt(i);
    while (c >= 0x20 && c !== 0x22 && c !== 0x5c) c = text.charCodeAt(++i);
    if (i > from) out += text.slice(from, i);
    pos = i;
    if (c === 0x22) {
      pos = i + 1;
      return out;
    }
    if (i >= text.length) throw new Fault("EOF while parsing a string");
    if (c !== 0x5c)
      throw new Fault("control character (\\u0000-\\u001F) found while parsing a string");
    const e = text.charAt(i + 1);
    if (e === "u") {
      pos = i + 2;
      out += unicode();
      i = pos;
      continue;
    }
    const plain = ESCAPES[e];
    if (plain === undefined) {
      pos = i + 1;
      throw new Fault(e === "" ? "EOF while parsing a string" : "invalid escape");
    }
    out += plain;
    i += 2;
  }
}

/** One or two `\u` escapes as UTF-8; `pos` is at the first digit. */
function unicode(): string {
  let code = hex4();
  if (code >= 0xdc00 && code < 0xe000) throw new Fault("lone surrogate in hex escape");
  if (code >= 0xd800 && code < 0xdc00) {
    if (text.charAt(pos) !== "\\" || text.charAt(pos + 1) !== "u")
      throw new Fault("lone surrogate in hex escape");
    pos += 2;
    const low = hex4();
    if (low < 0xdc00 || low >= 0xe000) throw new Fault("lone surrogate in hex escape");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), tail(code));
  if (code < 0x10000) return String.fromCharCode(0xe0 | (code >> 12), tail(code >> 6), tail(code));
  return String.fromCharCode(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

function hex4(): number {
  const digits = text.slice(pos, pos + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
    if (pos + 4 > text.length) {
      pos = text.length;
      throw new Fault("EOF while parsing a string");
    }
    throw new Fault("invalid escape");
  }
  pos += 4;
  return Number.parseInt(digits, 16);
}
