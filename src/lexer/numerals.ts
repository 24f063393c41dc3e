/**
 * Numerals (§3.1).
 *
 * The scanner only finds where a numeral ends, and is liberal about it: digits, hexadecimal
 * digits, points, and exponents with their signs. What it collects is then a number or malformed
 * as a whole, by the same rules that `tonumber` follows.
 */
import { LuaInt64 } from "../runtime/int64";
import { parseNumber } from "../runtime/number";
import { LuaFloat } from "../runtime/value";
import { ALPHA, CLASS, HEX } from "./chars";
import type { Lexer } from "./lexer";
import { TK_FLOAT, TK_INTEGER } from "./token";

/** Longest run of decimal digits that surely is a safe integer. */
const SAFE_DIGITS = 15;

/**
 * Reads the numeral that starts at `lx.start` and has its first digit at `digit` (there may be a
 * point before it).
 */
export function readNumeral(lx: Lexer, digit: number): number {
  const src = lx.src;
  let pos = digit;
  let value = 0;
  let c = src.charCodeAt(pos);
  while (c >= 0x30 && c <= 0x39) {
    value = value * 10 + (c - 0x30);
    c = src.charCodeAt(++pos);
  }
  const plain = digit === lx.start && pos - digit <= SAFE_DIGITS;
  if (plain && c !== 0x2e && ((CLASS[c] as number) & ALPHA) === 0) {
    lx.pos = pos;
    lx.number = value;
    return TK_INTEGER;
  }
  pos = endOfNumeral(src, digit);
  // a letter that touches the numeral makes it malformed
  if (((CLASS[src.charCodeAt(pos)] as number) & ALPHA) !== 0) pos++;
  lx.pos = pos;
  const text = src.slice(lx.start, pos);
  const parsed = parseNumber(text);
  if (parsed === undefined) throw lx.error("malformed number", text);
  if (parsed instanceof LuaFloat) {
    lx.number = parsed.n;
    return TK_FLOAT;
  }
  lx.number = parsed;
  return parsed instanceof LuaInt64 || Number.isInteger(parsed) ? TK_INTEGER : TK_FLOAT;
}

function endOfNumeral(src: string, digit: number): number {
  let pos = digit + 1;
  let exponentMark = 0x65; // e
  if (src.charCodeAt(digit) === 0x30 && (src.charCodeAt(pos) | 0x20) === 0x78) {
    exponentMark = 0x70; // p
    pos++;
  }
  for (;;) {
    const c = src.charCodeAt(pos);
    if ((c | 0x20) === exponentMark) {
      pos++;
      const sign = src.charCodeAt(pos);
      if (sign === 0x2b || sign === 0x2d) pos++;
    } else if (((CLASS[c] as number) & HEX) !== 0 || c === 0x2e) pos++;
    else return pos;
  }
}
