/**
 * What `string.format` writes to the shared buffer byte by byte: short texts, int32 numbers, and doubles
 * with few digits.
 */
import { type FormatSpec, isTie, wholeDigits } from "../runtime/number-format";
import { buffer } from "./string-buffer";

/** What a conversion needs; everything that is seldom is `Other`. From `Octal` on: unsigned ones. */
export enum Kind {
  End,
  Other,
  /** `%s` without modifiers. */
  String,
  /** `%s` with a width or a precision. */
  PaddedString,
  /** `%q` without modifiers. */
  Quoted,
  /** `%c` without modifiers. */
  Char,
  /** `%d` and `%i` without precision. */
  Decimal,
  /** `%f` and `%g` with few digits. */
  Fixed,
  General,
  Octal,
  Hex,
  UpperHex,
}

/** Longer texts are not copied byte by byte. */
export const MAX_SHORT = 64;

const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const BACKSLASH = 92;

/** More digits behind the point are left to number-format.ts. */
const MAX_PLACES = 15;

/** The kind of a valid conversion. */
export function kindOf(conv: string, isPlain: boolean, spec: Readonly<FormatSpec>): Kind {
  const { precision } = spec;
  switch (conv) {
    case "s":
      return isPlain ? Kind.String : Kind.PaddedString;
    case "q":
      return isPlain ? Kind.Quoted : Kind.Other;
    case "c":
      return isPlain ? Kind.Char : Kind.Other;
    case "f":
      return precision <= MAX_PLACES && !spec.alt ? Kind.Fixed : Kind.Other;
    case "g":
      return precision <= MAX_PLACES && !spec.alt ? Kind.General : Kind.Other;
  }
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

/** `%s` of a short text with width and precision; -1 if it holds a zero byte, which is an error. */
export function putPadded(s: string, spec: Readonly<FormatSpec>, n: number): number {
  const { length } = s;
  for (let i = 0; i < length; i++) {
    const c = s.charCodeAt(i);
    if (c === 0) return -1;
    buffer[n + i] = c;
  }
  const { precision } = spec;
  return pad(n, n, n + (precision >= 0 && precision < length ? precision : length), spec);
}

/** `%q` of a short text. */
export function putQuoted(s: string, n: number): number {
  let at = n;
  buffer[at++] = QUOTE;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c === QUOTE || c === BACKSLASH || c === 10) buffer[at++] = BACKSLASH;
    else if (c < 32 || c === 127) {
      buffer[at++] = BACKSLASH;
      const next = s.charCodeAt(i + 1);
      // digits that follow must not be read as part of the number
      at = putDigits(c, next >= 48 && next <= 57 ? 3 : 1, at);
      continue;
    }
    buffer[at++] = c;
  }
  buffer[at] = QUOTE;
  return at + 1;
}

/** An int32 that is not negative, with at least so many digits. */
function putDigits(v: number, least: number, n: number): number {
  let digits = least;
  for (let power = POWERS_OF_TEN[least] as number; v >= power; power *= 10) digits++;
  let rest = v;
  let k = n + digits - 1;
  // by twos: each step waits for the one before
  for (; k > n; k -= 2) {
    // never wrong below 2^31, and faster than a division
    const hundredth = (rest * 0.01) | 0;
    const pair = rest - hundredth * 100;
    // a tenth of what is below 100
    const tens = (pair * 205) >> 11;
    buffer[k] = ZERO + pair - tens * 10;
    buffer[k - 1] = ZERO + tens;
    rest = hundredth;
  }
  if (k === n) buffer[k] = ZERO + rest;
  return n + digits;
}

function putSign(negative: boolean, spec: Readonly<FormatSpec>, n: number): number {
  const sign = negative ? MINUS : spec.plus ? PLUS : spec.space ? SPACE : 0;
  if (sign === 0) return n;
  buffer[n] = sign;
  return n + 1;
}

/** Brings what stands from `n` to `end` to its width; zeros go in at `first`. */
function pad(n: number, first: number, end: number, spec: Readonly<FormatSpec>): number {
  const padding = spec.width - (end - n);
  if (padding <= 0) return end;
  if (spec.left) return fill(SPACE, padding, end);
  const from = spec.zero ? first : n;
  for (let k = end - 1; k >= from; k--) buffer[k + padding] = buffer[k] as number;
  fill(spec.zero ? ZERO : SPACE, padding, from);
  return end + padding;
}

/** `%d` of an int32 without precision. */
export function putInteger(v: number, spec: Readonly<FormatSpec>, n: number): number {
  const first = putSign(v < 0, spec, n);
  // the negation of the least int32 is none
  return pad(n, first, putDigits(v < 0 ? 0 - v : v, 1, first), spec);
}

// biome-ignore format: a list
const POWERS_OF_TEN = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
const BILLION = 1e9;

/**
 * The nearest integer to `size` times 10 to the power of `places`, of two that are as near the even one; -1
 * if the rounding of the product may decide which one it is, or if it is too large.
 */
function nearest(size: number, places: number): number {
  const scaled = size * (POWERS_OF_TEN[places] as number);
  if (!(scaled < 1e15)) return -1;
  const whole = Math.floor(scaled);
  const rest = scaled - whole;
  const doubt = scaled * 2.3e-16;
  if (rest > 0.5 + doubt) return whole + 1;
  if (rest < 0.5 - doubt) return whole;
  return rest === 0.5 && isTie(size, places) ? whole + (whole % 2) : -1;
}

/** An integer up to 10^15 with a point before its last `places` digits. */
function putDecimal(v: number, places: number, n: number): number {
  const least = places + 1;
  let end: number;
  if (v < BILLION && least <= 9) end = putDigits(v | 0, least, n);
  else {
    const high = Math.floor(v / BILLION);
    end = putDigits(high | 0, least > 9 ? least - 9 : 1, n);
    end = putDigits((v - high * BILLION) | 0, 9, end);
  }
  if (places === 0) return end;
  for (let k = end - 1; k >= end - places; k--) buffer[k + 1] = buffer[k] as number;
  buffer[end - places] = POINT;
  return end + 1;
}

function isNegative(x: number): boolean {
  return x < 0 || (x === 0 && 1 / x < 0);
}

/** `%f` of a double; -1 if that takes more than a multiplication. */
export function putFixed(x: number, spec: Readonly<FormatSpec>, n: number): number {
  const places = spec.precision < 0 ? 6 : spec.precision;
  const digits = nearest(Math.abs(x), places);
  if (digits < 0) return -1;
  const first = putSign(isNegative(x), spec, n);
  return pad(n, first, putDecimal(digits, places, first), spec);
}

/** `%g` of a double without an exponent in its text; -1 if it has one, or takes more. */
export function putGeneral(x: number, spec: Readonly<FormatSpec>, n: number): number {
  const significant = spec.precision < 0 ? 6 : spec.precision === 0 ? 1 : spec.precision;
  const size = Math.abs(x);
  if (!(size >= 1e-4 && size < 1e15)) return -1;
  const places = significant - wholeDigits(size);
  if (places < 0) return -1;
  const digits = nearest(size, places);
  // rounded up to a power of ten, it has one digit too many
  if (digits < 0 || digits >= (POWERS_OF_TEN[significant] as number)) return -1;
  const first = putSign(x < 0, spec, n);
  let end = putDecimal(digits, places, first);
  if (places > 0) {
    while (buffer[end - 1] === ZERO) end--;
    if (buffer[end - 1] === POINT) end--;
  }
  return pad(n, first, end, spec);
}

/** `%o %x %X` of an int32 that is not negative, without precision. */
export function putUnsigned(v: number, kind: Kind, spec: Readonly<FormatSpec>, n: number): number {
  const bits = kind === Kind.Octal ? 3 : 4;
  const letters = kind === Kind.UpperHex ? 55 : 87;
  let first = n;
  // `#`: octal numbers begin with 0, hexadecimal ones with 0x, but for 0 itself
  if (spec.alt && v !== 0) {
    buffer[first++] = ZERO;
    if (bits === 4) buffer[first++] = letters + 33;
  }
  let end = first + 1;
  for (let rest = v >>> bits; rest !== 0; rest >>>= bits) end++;
  let rest = v;
  for (let k = end - 1; k >= first; k--) {
    const digit = rest & ((1 << bits) - 1);
    buffer[k] = (digit < 10 ? ZERO : letters) + digit;
    rest >>>= bits;
  }
  return pad(n, first, end, spec);
}

function fill(byte: number, count: number, n: number): number {
  for (let i = 0; i < count; i++) buffer[n + i] = byte;
  return n + count;
}
