/**
 * 64-bit integers beyond ±(2^53-1).
 *
 * A Lua integer is a plain JS number while it is a safe integer (never -0) and a `LuaInt64`, two
 * int32 halves in two's complement, otherwise. Every function here takes either form and returns
 * the canonical one, so two equal integers within ±(2^53-1) are always the same JS number. Two
 * equal `LuaInt64` are different objects: compare with `int64Equals`.
 *
 * Halves rather than bigint: a 64-bit multiply-add costs 17 ns against 113 ns (bench/README.md).
 */

/** An integer beyond ±(2^53-1): its upper and lower 32 bits, both signed. */
export class LuaInt64 {
  constructor(
    /** Upper 32 bits, signed. */
    readonly hi: number,
    /** Lower 32 bits, as a signed int32. */
    readonly lo: number,
  ) {}
}

/** A Lua integer in canonical form. */
export type LuaInteger = number | LuaInt64;

const TWO_32 = 4294967296;

/** Joins two int32 halves into the canonical form. */
export function fromHalves(hi: number, lo: number): LuaInteger {
  if (hi >= -0x200000 && hi < 0x200000) {
    const n = hi * TWO_32 + (lo >>> 0);
    // -2^53 itself is no safe integer
    if (n !== -9007199254740992) return n;
  }
  return new LuaInt64(hi, lo);
}

/** The upper half of an integer of either form. */
export function hiOf(a: LuaInteger): number {
  return typeof a === "number" ? Math.floor(+a / TWO_32) | 0 : a.hi;
}

/** The lower half of an integer of either form. */
export function loOf(a: LuaInteger): number {
  return typeof a === "number" ? +a | 0 : a.lo;
}

/** Wraps a bigint to 64 bits (§3.4.1). */
export function fromBigInt(b: bigint): LuaInteger {
  const w = BigInt.asIntN(64, b);
  if (w >= -9007199254740991n && w <= 9007199254740991n) return Number(w);
  return new LuaInt64(Number(w >> 32n), Number(BigInt.asIntN(32, w)));
}

export function toBigInt(a: LuaInteger): bigint {
  if (typeof a === "number") return BigInt(a);
  return (BigInt(a.hi) << 32n) | BigInt(a.lo >>> 0);
}

/** Nearest double (exact for canonical numbers). */
export function toDouble(a: LuaInteger): number {
  // one rounding only: hi*2^32 is exact, the addition rounds
  return typeof a === "number" ? a : a.hi * TWO_32 + (a.lo >>> 0);
}

/** An integral double as an integer, or undefined when it is outside int64. */
export function fromDouble(n: number): LuaInteger | undefined {
  if (Number.isSafeInteger(n)) return n === 0 ? 0 : n;
  if (!(n >= -9223372036854775808 && n < 9223372036854775808)) return undefined;
  const hi = Math.floor(n / TWO_32);
  if (Math.floor(n) !== n) return undefined;
  return fromHalves(hi | 0, (n - hi * TWO_32) | 0);
}

export const MAX_INTEGER = new LuaInt64(0x7fffffff, -1);
export const MIN_INTEGER = new LuaInt64(-0x80000000, 0);

export function addInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  if (typeof a === "number" && typeof b === "number") {
    const n = a + b;
    if (Number.isSafeInteger(n)) return n;
  }
  const lo = (loOf(a) >>> 0) + (loOf(b) >>> 0);
  return fromHalves((hiOf(a) + hiOf(b) + (lo >= TWO_32 ? 1 : 0)) | 0, lo | 0);
}

export function subInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  if (typeof a === "number" && typeof b === "number") {
    const n = a - b;
    if (Number.isSafeInteger(n)) return n;
  }
  const lo = (loOf(a) >>> 0) - (loOf(b) >>> 0);
  return fromHalves((hiOf(a) - hiOf(b) - (lo < 0 ? 1 : 0)) | 0, lo | 0);
}

export function mulInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  if (typeof a === "number" && typeof b === "number") {
    const n = a * b;
    if (Number.isSafeInteger(n)) return n + 0; // + 0 turns -0 into 0
  }
  const al = loOf(a);
  const bl = loOf(b);
  return fromHalves(mulHigh(hiOf(a), al, hiOf(b), bl), Math.imul(al, bl));
}

/** The upper half of a product modulo 2^64; `Math.imul` of the lower halves is the lower one. */
export function mulHigh(ah: number, al: number, bh: number, bl: number): number {
  const a0 = al & 0xffff;
  const a1 = al >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const p01 = Math.imul(a0, b1);
  const p10 = Math.imul(a1, b0);
  const mid = (Math.imul(a0, b0) >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
  const carried = (p01 >>> 16) + (p10 >>> 16) + (mid >>> 16);
  return (Math.imul(a1, b1) + carried + Math.imul(ah, bl) + Math.imul(al, bh)) | 0;
}

export function negInt(a: LuaInteger): LuaInteger {
  return typeof a === "number" ? 0 - a : subInt(0, a);
}

/** Signed comparison: negative, zero or positive. */
export function compareInt(a: LuaInteger, b: LuaInteger): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const high = hiOf(a) - hiOf(b);
  return high !== 0 ? high : (loOf(a) >>> 0) - (loOf(b) >>> 0);
}

export function int64Equals(a: LuaInt64, b: LuaInt64): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

export function andInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  return fromHalves(hiOf(a) & hiOf(b), loOf(a) & loOf(b));
}

export function orInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  return fromHalves(hiOf(a) | hiOf(b), loOf(a) | loOf(b));
}

export function xorInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  return fromHalves(hiOf(a) ^ hiOf(b), loOf(a) ^ loOf(b));
}

export function notInt(a: LuaInteger): LuaInteger {
  return typeof a === "number" ? subInt(-1, a) : fromHalves(~a.hi, ~a.lo);
}

/** `a << n`; shifts of 64 and more give 0, negative ones shift right (§3.4.2). */
export function shlInt(a: LuaInteger, by: LuaInteger): LuaInteger {
  const n = typeof by === "number" ? by : by.hi < 0 ? -64 : 64;
  if (n < 0) return shrLogical(a, -n);
  return shlLogical(a, n);
}

export function shrInt(a: LuaInteger, by: LuaInteger): LuaInteger {
  const n = typeof by === "number" ? by : by.hi < 0 ? -64 : 64;
  if (n < 0) return shlLogical(a, -n);
  return shrLogical(a, n);
}

function shlLogical(a: LuaInteger, n: number): LuaInteger {
  if (n >= 64) return 0;
  const hi = hiOf(a);
  const lo = loOf(a);
  if (n >= 32) return fromHalves(lo << (n - 32), 0);
  return n === 0 ? a : fromHalves((hi << n) | (lo >>> (32 - n)), lo << n);
}

function shrLogical(a: LuaInteger, n: number): LuaInteger {
  if (n >= 64) return 0;
  const hi = hiOf(a);
  const lo = loOf(a);
  if (n >= 32) return fromHalves(0, hi >>> (n - 32));
  return n === 0 ? a : fromHalves(hi >>> n, (lo >>> n) | (hi << (32 - n)));
}

/** Larger divisors are left to BigInt: a remainder and 16 bits must be a safe integer. */
const MAX_DIVISOR = 2 ** 36;
/** The remainder of the last step of a long division. */
let rest = 0;

/** The quotient of a safe integer by a positive one, rounded down. */
function step(n: number, b: number): number {
  let q = Math.floor(n / b);
  rest = n - q * b;
  if (rest < 0) {
    rest += b;
    q--;
  }
  return q;
}

/** Floor division; the divisor is not zero (§3.4.1). */
export function floorDivInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  if (typeof a === "number" && typeof b === "number") {
    // the quotient of two safe integers is off by less than one from a/b; correct it exactly
    const r = a % b;
    const q = (a - r) / b;
    return (r !== 0 && r < 0 !== b < 0 ? q - 1 : q) + 0;
  }
  if (typeof b === "number" && b > 0 && b <= MAX_DIVISOR) {
    const high = step(hiOf(a), b);
    const middle = step(rest * 0x10000 + (loOf(a) >>> 16), b);
    const low = step(rest * 0x10000 + (loOf(a) & 0xffff), b);
    return fromHalves(high, (middle << 16) | low);
  }
  const x = toBigInt(a);
  const y = toBigInt(b);
  const q = x / y;
  return fromBigInt(x % y !== 0n && x < 0n !== y < 0n ? q - 1n : q);
}

/** Modulo with the divisor's sign; the divisor is not zero (§3.4.1). */
export function modInt(a: LuaInteger, b: LuaInteger): LuaInteger {
  if (typeof a === "number" && typeof b === "number") {
    const r = a % b;
    return (r !== 0 && r < 0 !== b < 0 ? r + b : r) + 0;
  }
  if (typeof b === "number" && b > 0 && b <= MAX_DIVISOR) {
    step(hiOf(a), b);
    step(rest * 0x10000 + (loOf(a) >>> 16), b);
    step(rest * 0x10000 + (loOf(a) & 0xffff), b);
    return rest;
  }
  const x = toBigInt(a);
  const y = toBigInt(b);
  const r = x % y;
  return fromBigInt(r !== 0n && r < 0n !== y < 0n ? r + y : r);
}

/** Unsigned comparison, as `math.ult`. */
export function ultInt(a: LuaInteger, b: LuaInteger): boolean {
  const x = hiOf(a) >>> 0;
  const y = hiOf(b) >>> 0;
  return x !== y ? x < y : loOf(a) >>> 0 < loOf(b) >>> 0;
}

/** Decimal text. */
export function intToString(a: LuaInteger): string {
  return typeof a === "number" ? String(a) : toBigInt(a).toString();
}
