/**
 * Literal strings and long brackets (§3.1).
 *
 * A string without escapes is a slice of the source. The first backslash switches to collecting
 * pieces; what has been collected so far, quote included, is also what messages show, followed by
 * the escape as far as it was read.
 */
import { CLASS, DIGIT, HEX, hexValue, isClass, NEWLINE, SPACE, STRING_STOP } from "./chars";
import type { Lexer } from "./lexer";
import { TK_EOS } from "./token";

/** Reads the quoted string at `lx.start` into `lx.text`. */
export function readString(lx: Lexer, quote: number): void {
  const src = lx.src;
  let from = lx.start + 1;
  let pos = from;
  let text = "";
  for (;;) {
    const c = src.charCodeAt(pos);
    if (((CLASS[c] as number) & STRING_STOP) === 0) {
      pos++;
      continue;
    }
    if (c === quote) {
      lx.pos = pos + 1;
      lx.text = from === lx.start + 1 ? src.slice(from, pos) : text + src.slice(from, pos);
      return;
    }
    if (c === 0x5c) {
      text += src.slice(from, pos);
      text += readEscape(lx, pos, text);
      from = pos = lx.pos;
    } else if (c === 0x0a || c === 0x0d) {
      throw lx.error("unfinished string", src[lx.start] + text + src.slice(from, pos));
    } else if (c === 0 && pos === lx.end) {
      throw lx.error("unfinished string", TK_EOS);
    } else pos++; // the other quote, or a NUL
  }
}

/** What the escape whose backslash is at `at` stands for; leaves `lx.pos` behind it. */
function readEscape(lx: Lexer, at: number, before: string): string {
  const src = lx.src;
  const c = src.charCodeAt(at + 1);
  lx.pos = at + 2;
  switch (c) {
    case 0x61: // a
      return "\x07";
    case 0x62: // b
      return "\b";
    case 0x66: // f
      return "\f";
    case 0x6e: // n
      return "\n";
    case 0x72: // r
      return "\r";
    case 0x74: // t
      return "\t";
    case 0x76: // v
      return "\v";
    case 0x5c: // \
    case 0x22: // "
    case 0x27: // '
      return src[at + 1] as string;
    case 0x0a:
    case 0x0d:
      lx.pos = lx.skipNewline(at + 1);
      return "\n";
    case 0x78: // x
      return readHexEscape(lx, at, before);
    case 0x75: // u
      return readUtf8Escape(lx, at, before);
    case 0x7a: // z
      skipSpace(lx);
      return "";
    default:
      if (isClass(c, DIGIT)) return readDecimalEscape(lx, at, before);
      if (at + 1 === lx.end) throw lx.error("unfinished string", TK_EOS);
      throw escapeError(lx, "invalid escape sequence", at, before, at + 1);
  }
}

/** An error in the escape at `at`, seen at the character at `pos`. */
function escapeError(lx: Lexer, message: string, at: number, before: string, pos: number) {
  const read = lx.src.slice(at, pos === lx.end ? pos : pos + 1);
  return lx.error(message, lx.src[lx.start] + before + read);
}

function hexDigit(lx: Lexer, at: number, before: string, pos: number): number {
  const c = lx.src.charCodeAt(pos);
  if (isClass(c, HEX)) return hexValue(c);
  throw escapeError(lx, "hexadecimal digit expected", at, before, pos);
}

function readHexEscape(lx: Lexer, at: number, before: string): string {
  const high = hexDigit(lx, at, before, at + 2);
  const low = hexDigit(lx, at, before, at + 3);
  lx.pos = at + 4;
  return String.fromCharCode(high * 16 + low);
}

function readDecimalEscape(lx: Lexer, at: number, before: string): string {
  const src = lx.src;
  let pos = at + 1;
  let value = 0;
  while (pos < at + 4 && isClass(src.charCodeAt(pos), DIGIT)) {
    value = value * 10 + (src.charCodeAt(pos) - 0x30);
    pos++;
  }
  if (value > 255) throw escapeError(lx, "decimal escape too large", at, before, pos);
  lx.pos = pos;
  return String.fromCharCode(value);
}

/** `\u{XXX}`: up to 2^31 - 1, in the original UTF-8 of up to six bytes. */
function readUtf8Escape(lx: Lexer, at: number, before: string): string {
  const src = lx.src;
  let pos = at + 2;
  if (src.charCodeAt(pos) !== 0x7b) throw escapeError(lx, "missing '{'", at, before, pos);
  let value = hexDigit(lx, at, before, ++pos);
  for (pos++; isClass(src.charCodeAt(pos), HEX); pos++) {
    if (value > 0x7ffffff) throw escapeError(lx, "UTF-8 value too large", at, before, pos);
    value = value * 16 + hexValue(src.charCodeAt(pos));
  }
  if (src.charCodeAt(pos) !== 0x7d) throw escapeError(lx, "missing '}'", at, before, pos);
  lx.pos = pos + 1;
  return encodeUtf8(value);
}

function encodeUtf8(value: number): string {
  if (value < 0x80) return String.fromCharCode(value);
  let length = 2;
  // n bytes hold 5n + 1 bits
  while (value >= 2 ** (5 * length + 1)) length++;
  let shift = 6 * (length - 1);
  let out = String.fromCharCode(((0xff00 >> length) & 0xff) | (value >>> shift));
  while (shift > 0) {
    shift -= 6;
    out += String.fromCharCode(0x80 | ((value >>> shift) & 0x3f));
  }
  return out;
}

function skipSpace(lx: Lexer): void {
  for (;;) {
    const c = lx.src.charCodeAt(lx.pos);
    if (isClass(c, NEWLINE)) lx.pos = lx.skipNewline(lx.pos);
    else if (isClass(c, SPACE)) lx.pos++;
    else return;
  }
}

/** The number of `=` in the opening long bracket at `pos`; -1 when there is none. */
export function longBracketLevel(src: string, pos: number): number {
  let p = pos + 1;
  while (src.charCodeAt(p) === 0x3d) p++;
  return src.charCodeAt(p) === 0x5b ? p - pos - 1 : -1;
}

/** Reads the long string at `lx.start` into `lx.text`. */
export function readLongString(lx: Lexer, level: number): void {
  const open = lx.start + level + 2;
  const close = findClose(lx, open, level, "string");
  const from = isClass(lx.src.charCodeAt(open), NEWLINE) ? lx.skipNewline(open) : open;
  const content = lx.src.slice(from, close);
  lx.text = content.includes("\r") ? normaliseNewlines(content) : content;
  countNewlines(lx, lx.text, lx.text.length);
  lx.pos = close + level + 2;
}

/** Skips the long comment whose bracket opens at `pos`; returns the position behind it. */
export function skipLongComment(lx: Lexer, pos: number, level: number): number {
  const open = pos + level + 2;
  const close = findClose(lx, open, level, "comment");
  const content = lx.src.slice(open, close);
  const plain = content.includes("\r") ? normaliseNewlines(content) : content;
  countNewlines(lx, plain, plain.length);
  return close + level + 2;
}

function findClose(lx: Lexer, open: number, level: number, what: string): number {
  const close = lx.src.indexOf(`]${"=".repeat(level)}]`, open);
  if (close >= 0) return close;
  const start = lx.line;
  const rest = normaliseNewlines(lx.src.slice(open));
  countNewlines(lx, rest, rest.length);
  throw lx.error(`unfinished long ${what} (starting at line ${start})`, TK_EOS);
}

function normaliseNewlines(s: string): string {
  return s.replace(/\r\n|\n\r|\r/g, "\n");
}

function countNewlines(lx: Lexer, s: string, end: number): void {
  for (let i = s.indexOf("\n"); i >= 0 && i < end; i = s.indexOf("\n", i + 1)) lx.line++;
}
