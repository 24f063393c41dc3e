/**
 * Numbers from text and to text, and the coercions between strings and numbers (§3.1, §3.4.3).
 */
import { fromHalves, intToString, LuaInt64, type LuaInteger, negInt } from "./int64";
import { formatG } from "./number-format";
import {
  isNumber,
  LuaFloat,
  type LuaNumber,
  type LuaValue,
  makeFloat,
  numberToInteger,
} from "./value";

const DECIMAL_INTEGER = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)[ \t\n\v\f\r]*$/;
const HEX_INTEGER = /^[ \t\n\v\f\r]*([+-]?)0[xX]([0-9a-fA-F]+)[ \t\n\v\f\r]*$/;
const DECIMAL_FLOAT =
  /^[ \t\n\v\f\r]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t\n\v\f\r]*$/;
const HEX_FLOAT =
  /^[ \t\n\v\f\r]*([+-]?)0[xX](?=\.?[0-9a-fA-F])([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?[0-9]+))?[ \t\n\v\f\r]*$/;

/**
 * The number that a text denotes, as the Lua lexer reads numerals, with an optional sign and
 * whitespace around it; undefined when it denotes none.
 */
export function parseNumber(s: string): LuaNumber | undefined {
  const length = s.length;
  if (length === 0) return undefined;
  if (length <= 15) {
    const n = parseShort(s);
    if (n !== undefined) return n;
  }
  let m = DECIMAL_INTEGER.exec(s);
  if (m !== null) {
    const i = decimalInteger(m[2] as string, m[1] === "-");
    return i !== undefined ? i : makeFloat(Number(s.trim()));
  }
  m = DECIMAL_FLOAT.exec(s);
  if (m !== null) return makeFloat(Number(m[1]));
  m = HEX_INTEGER.exec(s);
  if (m !== null) {
    const i = hexInteger(m[2] as string);
    return m[1] === "-" ? negInt(i) : i;
  }
  m = HEX_FLOAT.exec(s);
  if (m === null) return undefined;
  const x = hexFloat(m[2] as string, m[3] ?? "", Number(m[4] ?? 0));
  return makeFloat(m[1] === "-" ? -x : x);
}

/** Most numerals are short digits, perhaps with a point; undefined for all others. */
function parseShort(s: string): number | LuaFloat | undefined {
  let n = 0;
  let point = -1;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c >= 48 && c <= 57) n = n * 10 + (c - 48);
    else if (c === 46 && point < 0) point = i;
    else return i === 1 && (c | 32) === 120 && n === 0 ? parseShortHex(s) : undefined;
  }
  if (point < 0) return n;
  if (s.length === 1) return undefined;
  // both are exact, so the quotient is rounded only once
  const x = n / (POWERS_OF_TEN[s.length - point - 1] as number);
  return Math.floor(x) === x ? new LuaFloat(x) : x;
}

// biome-ignore format: a list
const POWERS_OF_TEN = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/** `0x` and up to 13 digits. */
function parseShortHex(s: string): number | undefined {
  let n = 0;
  for (let i = 2; i < s.length; i++) {
    const c = s.charCodeAt(i) | 32;
    if (c >= 48 && c <= 57 && s.charCodeAt(i) >= 48) n = n * 16 + (c - 48);
    else if (c >= 97 && c <= 102) n = n * 16 + (c - 87);
    else return undefined;
  }
  return s.length > 2 ? n : undefined;
}

/** Decimal digits as an integer; undefined when they denote none of 64 bits. */
function decimalInteger(digits: string, negative: boolean): LuaInteger | undefined {
  const n = Number(digits);
  if (n <= Number.MAX_SAFE_INTEGER) return negative ? 0 - n : n;
  if (n > 9223372036854775808) return undefined;
  const b = negative ? -BigInt(digits) : BigInt(digits);
  if (BigInt.asIntN(64, b) !== b) return undefined;
  return fromHalves(Number(b >> 32n), Number(BigInt.asIntN(32, b)));
}

/** Hexadecimal integers wrap around modulo 2^64 (§3.1). */
function hexInteger(digits: string): LuaInteger {
  const last = digits.slice(-16);
  const lo = Number.parseInt(last.slice(-8), 16) | 0;
  return last.length > 8
    ? fromHalves(Number.parseInt(last.slice(0, -8), 16) | 0, lo)
    : fromHalves(0, lo);
}

/** `0x<whole>.<fraction>p<exponent>` rounded to the nearest double, ties to even. */
function hexFloat(whole: string, fraction: string, exponent: number): number {
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0;
  // 20 digits decide the rounding, apart from whether there is anything at all behind them
  const kept = digits.slice(0, 20);
  const sticky = /[^0]/.test(digits.slice(20));
  let mantissa = (BigInt(`0x${kept}`) << 1n) | (sticky ? 1n : 0n);
  let scale = exponent + 4 * (digits.length - kept.length - fraction.length) - 1;
  const bits = mantissa.toString(2).length;
  const top = bits + scale;
  if (top > 1024) return Number.POSITIVE_INFINITY;
  // subnormal numbers have fewer bits than 53
  const room = Math.min(53, top + 1074);
  if (room < 0) return 0;
  const drop = bits - room;
  if (drop > 0) {
    const shift = BigInt(drop);
    const rest = mantissa & ((1n << shift) - 1n);
    const half = 1n << (shift - 1n);
    mantissa >>= shift;
    if (rest > half || (rest === half && mantissa & 1n)) mantissa++;
    scale += drop;
  }
  // in two steps, since 2^scale alone may lie outside of the doubles; both are exact
  const step = Math.trunc(scale / 2);
  return Number(mantissa) * 2 ** step * 2 ** (scale - step);
}

/** `tostring` of a number: a float always looks like one, and reads back as the same float. */
export function numberToString(v: LuaNumber): string {
  if (typeof v === "number") {
    if (Number.isInteger(v)) return String(v);
    return v === v && v !== Infinity && v !== -Infinity ? fractionToString(v) : nonFinite(v);
  }
  return v instanceof LuaInt64 ? intToString(v) : integralToString(v.n);
}

function nonFinite(n: number): string {
  if (n === Infinity) return "inf";
  return n === -Infinity ? "-inf" : "-nan";
}

/** A double that has a fraction. */
function fractionToString(n: number): string {
  const x = n < 0 ? -n : n;
  if (x >= 1e-4) {
    // JavaScript's shortest text is that of %.15g as long as it has no more than 15 digits
    const s = String(n);
    if (s.length <= 16) return s;
    const digits = significantDigits(s);
    // with 17 digits it is that of %.17g
    return digits <= 15 || digits === 17 ? s : formatG(n, 17);
  }
  return readableG(n);
}

/** A double without a fraction. */
function integralToString(n: number): string {
  if (n < 1e15 && n > -1e15) return Object.is(n, -0) ? "-0.0" : `${n}.0`;
  const s = readableG(n);
  return s.includes("e") ? s : `${s}.0`;
}

/** `%.15g`, or `%.17g` when that does not read back as the same number. */
function readableG(n: number): string {
  const s = formatG(n, 15);
  return Number(s) === n ? s : formatG(n, 17);
}

/** Digits from the first that is not 0 on; `s` has a point, no exponent, no zeros at its end. */
function significantDigits(s: string): number {
  let i = 0;
  for (; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c >= 49 && c <= 57) break;
  }
  return s.length - i - (s.indexOf(".") > i ? 1 : 0);
}

/** A number, or the number that a string denotes; undefined for everything else (§3.4.3). */
export function toNumber(v: LuaValue): LuaNumber | undefined {
  if (typeof v === "string") return parseNumber(v);
  return isNumber(v) ? v : undefined;
}

/** A number or string as an integer, when it has an exact integer representation (§3.4.3). */
export function toInteger(v: LuaValue): LuaInteger | undefined {
  const n = toNumber(v);
  return n === undefined ? undefined : numberToInteger(n);
}
