/** Quotients and remainders of integers on doubles (§3.4.1): for `//` and `%`, and for `a * b % m` (compiler/remainders.ts). */
import { productError } from "./float-ops";
import type { LuaValue } from "./value";

/** The product is below 2^63, whatever has been rounded away. */
const MAX_PRODUCT = 9223372036854774784;

// Comparisons are with fractions, so that the JIT makes them on doubles: with integers on both sides it makes them on
// integers of 52 bits, to which it has to convert, and leaves the code for what is none.

/** Is it an integer of up to 2^51? Its rounded quotient by another is off by less than 1, and can be corrected. */
export function isDividend(n: number): boolean {
  return Number.isInteger(n) && n < 2251799813685248.5 && n > -2251799813685248.5;
}

/** `a / b` rounded to an integer, for such numbers: there is no fraction beside 1.5 * 2^52. */
export function roundedQuotient(a: number, b: number): number {
  return a * (1 / b) + 0x18000000000000 - 0x18000000000000;
}

/** The remainder of a product; undefined if an operand is no integer, or the product is out of range. */
export function mulMod(a: LuaValue, b: LuaValue, m: LuaValue): number | undefined {
  if (typeof a !== "number" || typeof b !== "number" || typeof m !== "number") return undefined;
  if (!(m > 0 && isDividend(m) && Number.isInteger(a) && Number.isInteger(b))) return undefined;
  const p = a * b;
  if (p > 2251799813685248.5 || p < -2251799813685248.5) return largeMulMod(a, b, m, p);
  const r = p - roundedQuotient(p, m) * m;
  return r < -0.5 ? r + m : r + 0;
}

/** The product `p` is not exact: product and quotient are computed in numbers of twice the precision. */
function largeMulMod(a: number, b: number, m: number, p: number): number | undefined {
  const q = Math.floor(p / m);
  if (!isDividend(q) || p > MAX_PRODUCT || p < -MAX_PRODUCT) return undefined;
  const s = q * m;
  const r = p - s + (productError(a, b, p) - productError(q, m, s));
  return r < -0.5 ? r + m : r < m ? r : r - m;
}
