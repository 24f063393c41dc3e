/**
 * The hash table of a CodeMap: its keys are int32 codes.
 *
 * Pairs are entries in order of insertion; `slots` finds them by open addressing. A JS Map takes
 * several times as long for such keys and twice the memory. A key assigned nil stays as a dead entry,
 * so that a traversal that clears fields can go on from it; dead entries are dropped when the
 * entries have to grow anyway.
 */
import type { LuaValue } from "./value";

const MIN_CAPACITY = 4;

export class CodeTable<K> {
  /** By hash: the number of an entry, 0 for none. At most half of them are in use. */
  private slots = new Int32Array(2 * MIN_CAPACITY);
  /** 32 less the number of bits of a slot's index. */
  private shift = 29;
  /** By entry; entry 0 is never used. */
  private codes = new Int32Array(MIN_CAPACITY);
  private values: LuaValue[] = [undefined];
  private dead = 0;
  /** All codes lie between these. */
  lowest = 0x7fffffff;
  highest = -0x80000000;

  /** `keys` has the keys themselves by entry; null when they are the codes. */
  constructor(private readonly keys: K[] | null) {}

  get(code: number): LuaValue {
    // the loop of `find` once more: the JIT inlines only so many functions into each other
    const { slots, codes } = this;
    const mask = slots.length - 1;
    for (let i = Math.imul(code, GOLDEN) >>> this.shift; ; i = (i + 1) & mask) {
      const entry = slots[i] as number;
      if (entry === 0 || codes[entry] === code) return this.values[entry];
    }
  }

  /** The entry of a code, dead or alive; 0 when there is none. */
  find(code: number): number {
    const { slots, codes } = this;
    const mask = slots.length - 1;
    for (let i = Math.imul(code, GOLDEN) >>> this.shift; ; i = (i + 1) & mask) {
      const entry = slots[i] as number;
      if (entry === 0 || codes[entry] === code) return entry;
    }
  }

  /** Gives an entry a value. */
  replace(entry: number, value: LuaValue): void {
    const { values } = this;
    if ((values[entry] === undefined) !== (value === undefined))
      this.dead += value === undefined ? 1 : -1;
    values[entry] = value;
  }

  /** Adds a code that has no entry yet; `key` is what it stands for. */
  insert(code: number, key: K, value: LuaValue): void {
    if (this.values.length === this.codes.length) this.grow();
    const entry = this.values.length;
    this.codes[entry] = code;
    this.values.push(value);
    if (this.keys !== null) this.keys[entry] = key;
    if (code < this.lowest) this.lowest = code;
    if (code > this.highest) this.highest = code;
    this.place(code, entry);
  }

  private place(code: number, entry: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let i = Math.imul(code, GOLDEN) >>> this.shift;
    while (slots[i] !== 0) i = (i + 1) & mask;
    slots[i] = entry;
  }

  /** Makes room: drops dead entries, and doubles the capacity unless that freed enough. */
  private grow(): void {
    const { codes, values, keys } = this;
    const live = values.length - 1 - this.dead;
    const capacity = live > codes.length >> 1 ? codes.length * 2 : codes.length;
    const moved = new Int32Array(capacity);
    let n = 1;
    for (let entry = 1; entry < values.length; entry++) {
      if (values[entry] === undefined) continue;
      moved[n] = codes[entry] as number;
      values[n] = values[entry];
      if (keys !== null) keys[n] = keys[entry] as K;
      n++;
    }
    values.length = n;
    if (keys !== null) keys.length = n;
    this.dead = 0;
    this.codes = moved;
    this.slots = new Int32Array(2 * capacity);
    this.shift = Math.clz32(2 * capacity - 1);
    this.lowest = 0x7fffffff;
    this.highest = -0x80000000;
    for (let entry = 1; entry < n; entry++) {
      const code = moved[entry] as number;
      if (code < this.lowest) this.lowest = code;
      if (code > this.highest) this.highest = code;
      this.place(code, entry);
    }
  }

  /** How many codes have a value. */
  get size(): number {
    return this.values.length - 1 - this.dead;
  }

  /** Puts values and keys at the place of their code, less `low`. */
  copyTo(into: LuaValue[], intoKeys: (K | undefined)[] | null, low: number): void {
    const { codes, values, keys } = this;
    for (let entry = 1; entry < values.length; entry++) {
      const at = (codes[entry] as number) - low;
      into[at] = values[entry];
      if (intoKeys !== null) intoKeys[at] = keys?.[entry];
    }
  }

  /** Adds to `counts[i]` how many live codes there are in (2^(i-1), 2^i]; gives their sum. */
  countSlices(counts: Int32Array): number {
    const { codes, values } = this;
    let total = 0;
    for (let entry = 1; entry < values.length; entry++) {
      const code = codes[entry] as number;
      if (code <= 0 || values[entry] === undefined) continue;
      const slice = 32 - Math.clz32(code - 1);
      counts[slice] = (counts[slice] as number) + 1;
      total++;
    }
    return total;
  }

  /** The next new code makes the table drop dead entries or grow. */
  get isFull(): boolean {
    return this.values.length === this.codes.length;
  }

  /** The first entry from `entry` on that is not dead; 0 when there is none. */
  next(entry: number): number {
    const { values } = this;
    for (let i = entry; i < values.length; i++) if (values[i] !== undefined) return i;
    return 0;
  }

  code(entry: number): number {
    return this.codes[entry] as number;
  }

  key(entry: number): K {
    return (this.keys === null ? this.codes[entry] : this.keys[entry]) as K;
  }

  value(entry: number): LuaValue {
    return this.values[entry];
  }
}

/** 2^32 divided by the golden ratio: the product's upper bits depend on all bits of a code. */
const GOLDEN = 0x9e3779b1 | 0;
