/**
 * What `read` in parse.ts leaves to others: numbers that are no short integers, strings with escapes,
 * words, and everything that is wrong. Each function is told where to begin, and leaves `pos` behind
 * what it read. (A text is read without a wait, so there is only one at a time.)
 */
import { integer, LuaFloat, type LuaValue } from "../../host";

/** Digits of a number that is exact in a double whatever they are. */
const EXACT_DIGITS = 15;
/** A loop: the callbacks of `Array.from` cost every program that uses JSON 0.2 ms. */
const POWERS: number[] = [];
for (let n = 0; n < 23; n++) POWERS.push(10 ** n);

let text = "";
export let pos = 0;

/** Sets the text to read. */
export function begin(source: string): void {
  text = source;
  pos = 0;
}

/** Where the next function begins to read. */
export function setPosition(at: number): void {
  pos = at;
}

/** What is wrong at `pos`. */
export class Fault {
  constructor(readonly cause: string) {}
}

/** Fails at `at` with `cause`, or with another one when the text is at its end there. */
export function fail(at: number, cause: string, atEnd = cause): never {
  pos = at;
  throw new Fault(at >= text.length ? atEnd : cause);
}

/** `at line L column C` of the offending byte; of the last one when the text ends too early. */
export function position(): string {
  const at = Math.min(pos, text.length);
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf("\n") + 1;
  const line = before.split("\n").length;
  return `at line ${line} column ${at - lineStart + (pos < text.length ? 1 : 0)}`;
}

export const VALUE_END = "EOF while parsing a value";

/** `v`, when `expected` is what comes at `start`, where its first letter is. */
export function word<T>(start: number, expected: string, v: T): T {
  pos = start;
  if (text.startsWith(expected, pos)) {
    pos += expected.length;
    return v;
  }
  let i = 0;
  while (i < expected.length && text[pos] === expected[i]) {
    i++;
    pos++;
  }
  return fail(pos, "expected ident", VALUE_END);
}

/** The number that begins at `start`. */
export function number(start: number): LuaValue {
  let i = start;
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

/** A string, with escapes or something wrong in it, whose bytes begin at `start`. */
export function escapedString(start: number): string {
  let out = "";
  let i = start;
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
