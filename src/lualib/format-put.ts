/** What `string.format` writes to the shared buffer byte by byte: short texts and int32 numbers. */
import type { FormatSpec } from "../runtime/number-format";
import { buffer } from "./string-buffer";

/** What a conversion needs; everything that is seldom is `Other`. From `Octal` on: unsigned ones. */
export enum Kind {
  End,
  Other,
  /** `%s` without modifiers. */
  String,
  /** `%c` without modifiers. */
  Char,
  /** `%d` and `%i` without precision. */
  Decimal,
  Octal,
  Hex,
  UpperHex,
}

/** Longer texts are not copied byte by byte. */
export const MAX_SHORT = 64;

const SPACE = 32;
const PLUS = 43;
const MINUS = 45;
const ZERO = 48;

/** The kind of a valid conversion. */
export function kindOf(conv: string, isPlain: boolean, precision: number): Kind {
  if (conv === "s") return isPlain ? Kind.String : Kind.Other;
  if (conv === "c") return isPlain ? Kind.Char : Kind.Other;
  if (precision >= 0) return Kind.Other;
  if (conv === "d" || conv === "i") return Kind.Decimal;
  if (conv === "o") return Kind.Octal;
  if (conv === "x") return Kind.Hex;
  return conv === "X" ? Kind.UpperHex : Kind.Other;
}

/** Copies a text to the buffer from `n` on; gives the place behind it. */
export function putText(s: string, n: number): number {
  for (let i = 0; i < s.length; i++) buffer[n + i] = s.charCodeAt(i);
  return n + s.length;
}

/** `%d` of an int32 without precision. */
export function putInteger(v: number, spec: Readonly<FormatSpec>, n: number): number {
  // a double's negation has room for the least int32
  const negative = v < 0;
  const x = negative ? -v : v;
  const sign = negative ? MINUS : spec.plus ? PLUS : spec.space ? SPACE : 0;
  let digits = 1;
  for (let power = 10; x >= power; power *= 10) digits++;
  let at = n;
  const padding = spec.width - digits - (sign === 0 ? 0 : 1);
  if (padding > 0 && !spec.left && !spec.zero) at = fill(SPACE, padding, at);
  if (sign !== 0) buffer[at++] = sign;
  if (padding > 0 && !spec.left && spec.zero) at = fill(ZERO, padding, at);
  const end = at + digits;
  let rest = x;
  for (let k = end - 1; k >= at; k--) {
    const tenth = (rest / 10) | 0;
    buffer[k] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return padding > 0 && spec.left ? fill(SPACE, padding, end) : end;
}

/** `%o %x %X` of an int32 that is not negative, without precision. */
export function putUnsigned(v: number, kind: Kind, spec: Readonly<FormatSpec>, n: number): number {
  const bits = kind === Kind.Octal ? 3 : 4;
  const letters = kind === Kind.UpperHex ? 55 : 87;
  // `#`: octal numbers begin with 0, hexadecimal ones with 0x, but for 0 itself
  const prefix = spec.alt && v !== 0 ? bits - 2 : 0;
  let digits = 1;
  for (let rest = v >>> bits; rest !== 0; rest >>>= bits) digits++;
  let at = n;
  const padding = spec.width - digits - prefix;
  if (padding > 0 && !spec.left && !spec.zero) at = fill(SPACE, padding, at);
  if (prefix > 0) buffer[at++] = ZERO;
  if (prefix > 1) buffer[at++] = letters + 33;
  if (padding > 0 && !spec.left && spec.zero) at = fill(ZERO, padding, at);
  const end = at + digits;
  let rest = v;
  for (let k = end - 1; k >= at; k--) {
    const digit = rest & ((1 << bits) - 1);
    buffer[k] = (digit < 10 ? ZERO : letters) + digit;
    rest >>>= bits;
  }
  return padding > 0 && spec.left ? fill(SPACE, padding, end) : end;
}

function fill(byte: number, count: number, n: number): number {
  for (let i = 0; i < count; i++) buffer[n + i] = byte;
  return n + count;
}
