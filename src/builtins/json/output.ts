/**
 * The bytes of a JSON text while it is written: writing bytes is twice as fast as joining pieces of
 * strings. Functions take the place to write at and return the one behind, which so stays in a
 * register; the buffer is in a module variable (encoding never waits, so there is only one text at a
 * time).
 */
import { isUtf8 } from "node:buffer";

const KEEP = 1 << 16;
/** Strings up to this length are copied byte by byte, which beats a native call. */
const SHORT = 48;
const UNSAFE = /["\\\x00-\x1f]/;
const nonAscii = /[^\x00-\x7f]/;

const COMMA = 0x2c;
const QUOTE = 0x22;

let buffer = Buffer.allocUnsafeSlow(KEEP);
let size = KEEP;
/** Ones in all places where a written byte has one: tells whether all of them are ASCII. */
let codes = 0;

/** Begins a text. */
export function begin(): void {
  codes = 0;
}

/** Ends the text, which reaches to `end`: a byte string, undefined when it is not valid UTF-8. */
export function finish(end: number): string | undefined {
  const isText = codes < 0x80 || isUtf8(buffer.subarray(0, end));
  const text = isText ? buffer.toString("latin1", 0, end) : undefined;
  if (size > KEEP) {
    buffer = Buffer.allocUnsafeSlow(KEEP);
    size = KEEP;
  }
  return text;
}

function grow(at: number, by: number): void {
  const bigger = Buffer.allocUnsafeSlow(Math.max(size * 2, at + by));
  bigger.set(buffer.subarray(0, at));
  buffer = bigger;
  size = bigger.length;
}

/** Writes one byte. */
export function byte(code: number, at: number): number {
  if (at >= size) grow(at, 1);
  buffer[at] = code;
  return at + 1;
}

/** Says that `raw` is given text with such bytes: 0x80 when they are not all ASCII. */
export function noteCodes(some: number): void {
  codes |= some;
}

/** Writes a comma. */
export function comma(at: number): number {
  return byte(COMMA, at);
}

/** Changes a byte that is written already. */
export function replaceByte(code: number, at: number): void {
  buffer[at] = code;
}

/** Text that needs no escapes; ASCII, unless `noteCodes` said otherwise. */
export function raw(text: string, at: number): number {
  const n = text.length;
  if (at + n > size) grow(at, n);
  if (n > SHORT) {
    buffer.write(text, at, n, "latin1");
    return at + n;
  }
  const to = buffer;
  let i = at;
  for (let k = 0; k < n; k++) to[i++] = text.charCodeAt(k);
  return i;
}

/** As `raw`, for text that may have bytes beyond ASCII. */
export function rawBytes(text: string, at: number): number {
  if (nonAscii.test(text)) codes |= 0x80;
  return raw(text, at);
}

/** A JSON string. The chars are bytes; those beyond ASCII stay as they are. */
export function string(text: string, at: number): number {
  const n = text.length;
  if (n > SHORT) return longString(text, at);
  if (at + n + 2 > size) grow(at, n + 2);
  const to = buffer;
  let i = at;
  let all = 0;
  to[i++] = QUOTE;
  for (let k = 0; k < n; k++) {
    const c = text.charCodeAt(k);
    // what was written so far is written over
    if (c < 0x20 || c === QUOTE || c === 0x5c) return rawBytes(JSON.stringify(text), at);
    all |= c;
    to[i++] = c;
  }
  codes |= all;
  to[i++] = QUOTE;
  return i;
}

function longString(text: string, at: number): number {
  if (UNSAFE.test(text)) return rawBytes(JSON.stringify(text), at);
  return byte(QUOTE, rawBytes(text, byte(QUOTE, at)));
}

/** A safe integer. */
export function integer(n: number, at: number): number {
  if (n < 0 || n > 999_999_999) return raw(String(n), at);
  if (at + 9 > size) grow(at, 9);
  let digits = 1;
  for (let p = 10; p <= n; p *= 10) digits++;
  const to = buffer;
  let i = at + digits;
  let rest = n;
  do {
    const q = (rest / 10) | 0;
    to[--i] = 0x30 + rest - q * 10;
    rest = q;
  } while (rest > 0);
  return at + digits;
}

/**
 * A number that is a decimal fraction of up to four places, as most are; -1 for others. It has 13
 * digits at most, and every decimal of up to 15 has a double of its own: so these digits are the
 * shortest that read back as the same number.
 */
export function decimal(n: number, at: number): number {
  const abs = n < 0 ? -n : n;
  const scaled = Math.floor(abs * 10_000 + 0.5);
  if (abs >= 1e9 || scaled === 0 || scaled / 10_000 !== abs) return -1;
  if (at + 16 > size) grow(at, 16);
  const whole = Math.floor(scaled / 10_000);
  if (n < 0) buffer[at] = 0x2d;
  let i = integer(whole, n < 0 ? at + 1 : at);
  const to = buffer;
  to[i++] = 0x2e;
  let rest = (scaled - whole * 10_000) | 0;
  for (let unit = 1000; rest > 0; unit = (unit / 10) | 0) {
    const digit = (rest / unit) | 0;
    rest -= digit * unit;
    to[i++] = 0x30 + digit;
  }
  return i;
}
