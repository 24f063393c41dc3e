/** Modulo and exponentiation of doubles as C does them (§3.4.1), where JavaScript differs. */
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** C's fmod with the sign of the divisor. */
export function floatMod(x: number, y: number): number {
  // integral values that are exact need no division with remainder, which is slow for doubles
  const isSafePair = x > 0 && y > 0 && x <= MAX_SAFE && y <= MAX_SAFE;
  if (isSafePair && Math.floor(x) === x && Math.floor(y) === y) {
    const m = x - Math.floor(x / y) * y;
    return m < 0 ? m + y : m < y ? m : m - y;
  }
  if (y === 1 && Math.floor(x) !== x && x - x === 0) return x - Math.floor(x);
  const r = x % y;
  return r !== 0 && r < 0 !== y < 0 && Number.isFinite(r) ? (Number.isFinite(y) ? r + y : y) : r;
}

/** C's pow: differs from JS where the base is ±1 or NaN. */
export function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1;
  if (y === 2) return x * x;
  if (!(y > 2 && y <= MAX_REPEATED && Math.floor(y) === y)) return x ** y;
  const r = x ** y;
  // nothing was rounded on the way
  const isExact = x === 2 || (r <= MAX_SAFE && r >= -MAX_SAFE && Math.floor(x) === x);
  return isExact ? r : integerPower(x, y);
}

/** Up to here JavaScriptCore multiplies repeatedly, and rounds each time; C's pow rounds once. */
const MAX_REPEATED = 1000;

/** Between these no part of a power's computation leaves the range of doubles, as all parts lie between 1 and it. */
const LEAST_UNSCALED = 1e-200;
const LARGEST_UNSCALED = 1e200;

/** `x ** n` by squaring, in numbers of twice the precision: each is the sum of two doubles. */
function integerPower(x: number, n: number): number {
  const rough = x ** n;
  if (rough === 0 || !Number.isFinite(rough)) return rough;
  const size = Math.abs(rough);
  // else a base near 1, so that no part leaves the range of doubles; the rest is a power of 2
  const isUnscaled = size > LEAST_UNSCALED && size < LARGEST_UNSCALED;
  const scale = isUnscaled ? 0 : Math.round(Math.log2(Math.abs(x)));
  let high = 1;
  let low = 0;
  let square = isUnscaled ? x : x * 2 ** -scale;
  let squareLow = 0;
  for (let k = n; ; ) {
    if (k % 2 === 1) {
      const p = high * square;
      const e = productError(high, square, p) + high * squareLow + low * square;
      high = p + e;
      low = e - (high - p);
    }
    k = Math.floor(k / 2);
    if (k === 0) {
      if (isUnscaled) return high + low;
      const half = Math.trunc((scale * n) / 2);
      return (high + low) * 2 ** half * 2 ** (scale * n - half);
    }
    const p = square * square;
    const e = productError(square, square, p) + 2 * square * squareLow;
    square = p + e;
    squareLow = e - (square - p);
  }
}

/** What rounding has taken away from the product `p` of `a` and `b` (Dekker). */
export function productError(a: number, b: number, p: number): number {
  const ah = upperHalf(a);
  const bh = upperHalf(b);
  const al = a - ah;
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

function upperHalf(a: number): number {
  const c = 134217729 * a; // 2^27 + 1
  return c - (c - a);
}
