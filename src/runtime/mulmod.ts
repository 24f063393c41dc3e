/** `a * b % m` of integers (compiler/remainders.ts). */
import { productError } from "./float-ops";
import type { LuaValue } from "./value";

/** Up to here a number's rounded quotient by another is off by less than 1, and can be corrected. */
const MAX_DIVIDEND = 0x8000000000000; // 2^51
/** Added and taken away again, it leaves a number of up to 2^51 rounded to an integer. */
export const ROUND = 0x18000000000000; // 1.5 * 2^52
/** The product is below 2^63, whatever has been rounded away. */
const MAX_PRODUCT = 9223372036854774784;

/** Is it an integer of up to 2^51? */
export function isDividend(n: number): boolean {
  return Number.isInteger(n) && n <= MAX_DIVIDEND && n >= -MAX_DIVIDEND;
}

/** The remainder of a product; undefined if an operand is no integer, or the product is out of range. */
export function mulMod(a: LuaValue, b: LuaValue, m: LuaValue): number | undefined {
  if (typeof a !== "number" || typeof b !== "number" || typeof m !== "number") return undefined;
  if (!(m > 0 && isDividend(m) && Number.isInteger(a) && Number.isInteger(b))) return undefined;
  const p = a * b;
  if (p > MAX_DIVIDEND || p < -MAX_DIVIDEND) return largeMulMod(a, b, m, p);
  const r = p - (p * (1 / m) + ROUND - ROUND) * m;
  return r < 0 ? r + m : r + 0;
}

/** The product `p` is not exact: product and quotient are computed in numbers of twice the precision. */
function largeMulMod(a: number, b: number, m: number, p: number): number | undefined {
  const q = Math.floor(p / m);
  if (p > MAX_PRODUCT || p < -MAX_PRODUCT || q > MAX_DIVIDEND || q < -MAX_DIVIDEND)
    return undefined;
  const s = q * m;
  const r = p - s + (productError(a, b, p) - productError(q, m, s));
  return r < 0 ? r + m : r < m ? r : r - m;
}
