/**
 * The generator behind math.random (§6.7): xoshiro256** by Blackman and Vigna, public domain, with
 * C Lua's seeding and projection, so that a given seed yields the same numbers as there.
 *
 * The four 64-bit words are pairs of int32 halves in plain fields; the last output is in
 * `high`/`low`.
 */
import { fromHalves, hiOf, type LuaInteger, loOf, subInt } from "../runtime/int64";

const TWO_32 = 4294967296;

export class RandomGenerator {
  private h0 = 0;
  private l0 = 0;
  private h1 = 0;
  private l1 = 0;
  private h2 = 0;
  private l2 = 0;
  private h3 = 0;
  private l3 = 0;
  /** Halves of the last output, as int32. */
  high = 0;
  low = 0;

  /** Starts the sequence that belongs to two seeds. */
  seed(a: LuaInteger, b: LuaInteger): void {
    this.h0 = hiOf(a);
    this.l0 = loOf(a);
    this.h1 = 0;
    this.l1 = 0xff; // keeps the state from being all zero
    this.h2 = hiOf(b);
    this.l2 = loOf(b);
    this.h3 = 0;
    this.l3 = 0;
    for (let i = 0; i < 16; i++) this.step();
  }

  /** Computes the next 64 random bits into `high` and `low`. */
  step(): void {
    const { h1, l1 } = this;
    // output: rotl(s1 * 5, 7) * 9, the products as shift and add with carry, all in int32
    let l = ((l1 << 2) + l1) | 0;
    let h = (((h1 << 2) | (l1 >>> 30)) + h1 + (l >>> 0 < l1 >>> 0 ? 1 : 0)) | 0;
    const rh = (h << 7) | (l >>> 25);
    const rl = (l << 7) | (h >>> 25);
    l = ((rl << 3) + rl) | 0;
    this.low = l;
    this.high = (((rh << 3) | (rl >>> 29)) + rh + (l >>> 0 < rl >>> 0 ? 1 : 0)) | 0;
    // state
    const h2 = this.h2 ^ this.h0;
    const l2 = this.l2 ^ this.l0;
    h = this.h3 ^ h1;
    l = this.l3 ^ l1;
    this.h1 = h1 ^ h2;
    this.l1 = l1 ^ l2;
    this.h0 ^= h;
    this.l0 ^= l;
    this.h2 = h2 ^ ((h1 << 17) | (l1 >>> 15));
    this.l2 = l2 ^ (l1 << 17);
    // rotl 45 = rotr 19
    this.h3 = (h >>> 19) | (l << 13);
    this.l3 = (l >>> 19) | (h << 13);
  }

  /** A float in [0, 1) from the upper 53 bits of the last output. */
  float(): number {
    return ((this.high >>> 0) * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }

  /**
   * The last output projected into [low, up], with further outputs where it falls outside: the
   * bits are cut to the smallest Mersenne number that holds the range, so all are equally likely.
   */
  between(low: LuaInteger, up: LuaInteger): LuaInteger {
    if (typeof low === "number" && typeof up === "number") {
      const range = up - low;
      if (range < TWO_32) {
        const mask = range === 0 ? 0 : -1 >>> Math.clz32(range);
        let n = (this.low & mask) >>> 0;
        while (n > range) {
          this.step();
          n = (this.low & mask) >>> 0;
        }
        return low + n;
      }
    }
    return this.betweenWide(low, up);
  }

  private betweenWide(low: LuaInteger, up: LuaInteger): LuaInteger {
    const range = subInt(up, low);
    if (range === 0) return low;
    const rangeHigh = hiOf(range) >>> 0;
    const rangeLow = loOf(range) >>> 0;
    const maskHigh = rangeHigh === 0 ? 0 : -1 >>> Math.clz32(rangeHigh);
    const maskLow = rangeHigh === 0 ? -1 >>> Math.clz32(rangeLow) : -1;
    for (;;) {
      const h = (this.high & maskHigh) >>> 0;
      const l = (this.low & maskLow) >>> 0;
      if (h < rangeHigh || (h === rangeHigh && l <= rangeLow)) {
        const sum = (loOf(low) >>> 0) + l;
        return fromHalves((hiOf(low) + h + (sum >= TWO_32 ? 1 : 0)) | 0, sum | 0);
      }
      this.step();
    }
  }
}
