/**
 * A hash table for many string keys.
 *
 * Of strings made on the spot, a JS Map of this size takes twice as long to find one and to take one
 * in; of strings that have been keys before, it finds the same object faster. So it is only used where
 * there are many (see keymap.ts). A key assigned nil stays as a dead entry, as in codetable.ts.
 */
import type { LuaValue } from "./value";

/** Longer strings are hashed by that many chars at both ends. */
const HASHED_END = 32;
/** So many keys in a row hardly ever have hashes close together, unless they were made to. */
const MAX_PROBES = 100;
const SEED = (Math.random() * 2 ** 32) | 0;

/** The upper bits depend on all chars. */
function hashOf(key: string): number {
  const { length } = key;
  let h = SEED ^ length;
  const end = length > 2 * HASHED_END ? HASHED_END : length;
  for (let i = 0; i < end; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  if (end < length)
    for (let i = length - HASHED_END; i < length; i++)
      h = Math.imul(h ^ key.charCodeAt(i), 0x01000193);
  return Math.imul(h ^ (h >>> 15), 0x9e3779b1 | 0);
}

export class StringTable {
  /** By hash: the number of an entry, 0 for none. At most half of them are in use. */
  private slots: Int32Array;
  private shift: number;
  /** By entry, which count from 1. */
  private hashes: Int32Array;
  /** Key and value of entry n at 2n and 2n + 1. */
  private pairs: LuaValue[] = [undefined, undefined];
  private dead = 0;
  /** The entries in front of this one are dead: a traversal that begins anew need not look at them. */
  private front = 1;
  /** The key that was looked up last, if none has been set since: `t[k] = (t[k] or 0) + 1` hashes once. */
  private lastKey: string | undefined;
  private lastHash = 0;
  /** Too many keys share a hash. */
  isClogged = false;

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.hashes = new Int32Array(capacity);
    this.slots = new Int32Array(2 * capacity);
    this.shift = Math.clz32(2 * capacity - 1);
  }

  get(key: string): LuaValue {
    const h = hashOf(key);
    this.lastKey = key;
    this.lastHash = h;
    // entry 0 has no value
    return this.pairs[2 * this.find(key, h) + 1];
  }

  /** The entry of a key, which may be dead; 0 when there is none. */
  private find(key: string, h: number): number {
    const { slots, hashes, pairs } = this;
    const mask = slots.length - 1;
    for (let i = h >>> this.shift; ; i = (i + 1) & mask) {
      const entry = slots[i] as number;
      if (entry === 0 || (hashes[entry] === h && pairs[2 * entry] === key)) return entry;
    }
  }

  set(key: string, value: LuaValue): void {
    const { slots, hashes, pairs } = this;
    const mask = slots.length - 1;
    const h = this.lastKey === key ? this.lastHash : hashOf(key);
    this.lastKey = undefined;
    let probes = 0;
    for (let i = h >>> this.shift; ; i = (i + 1) & mask) {
      const entry = slots[i] as number;
      if (entry === 0) {
        if (value === undefined) return;
        if (pairs.length === 2 * hashes.length) {
          this.grow();
          this.set(key, value);
          return;
        }
        if (probes > MAX_PROBES) this.isClogged = true;
        hashes[pairs.length >> 1] = h;
        slots[i] = pairs.length >> 1;
        pairs.push(key, value);
        return;
      }
      if (hashes[entry] === h && pairs[2 * entry] === key) {
        if (value === undefined || this.dead > 0) this.noteChange(entry, value);
        pairs[2 * entry + 1] = value;
        return;
      }
      probes++;
    }
  }

  private noteChange(entry: number, value: LuaValue): void {
    const wasDead = this.pairs[2 * entry + 1] === undefined;
    if (wasDead === (value === undefined)) return;
    this.dead += wasDead ? -1 : 1;
    if (wasDead && entry < this.front) this.front = entry;
  }

  /** Makes room: drops dead entries, and doubles the capacity unless that freed enough. */
  private grow(): void {
    const { pairs } = this;
    const old = this.hashes;
    const live = (pairs.length >> 1) - 1 - this.dead;
    const capacity = live > old.length >> 1 ? old.length * 2 : old.length;
    const hashes = new Int32Array(capacity);
    const slots = new Int32Array(2 * capacity);
    const mask = slots.length - 1;
    const shift = Math.clz32(mask);
    let n = 1;
    for (let entry = 1; entry < old.length; entry++) {
      const value = pairs[2 * entry + 1];
      if (value === undefined) continue;
      if (n !== entry) {
        pairs[2 * n] = pairs[2 * entry];
        pairs[2 * n + 1] = value;
      }
      const h = old[entry] as number;
      hashes[n] = h;
      let i = h >>> shift;
      while (slots[i] !== 0) i = (i + 1) & mask;
      slots[i] = n++;
    }
    pairs.length = 2 * n;
    this.dead = 0;
    this.front = 1;
    this.hashes = hashes;
    this.slots = slots;
    this.shift = shift;
  }

  /** The pairs from the first live one on, dead ones among them. */
  entries(): IterableIterator<[string, LuaValue]> {
    this.skipDead();
    return this.entriesFrom(this.front);
  }

  /** The pairs behind that of a key, which may be dead; undefined if there is no such key. */
  entriesAfter(key: string): IterableIterator<[string, LuaValue]> | undefined {
    const entry = this.find(key, hashOf(key));
    return entry === 0 ? undefined : this.entriesFrom(entry + 1);
  }

  private *entriesFrom(entry: number): IterableIterator<[string, LuaValue]> {
    // the array is the same as long as the table is
    const { pairs } = this;
    for (let i = 2 * entry; i < pairs.length; i += 2) yield [pairs[i] as string, pairs[i + 1]];
  }

  private skipDead(): void {
    const { pairs } = this;
    let n = this.front;
    while (2 * n < pairs.length && pairs[2 * n + 1] === undefined) n++;
    this.front = n;
  }
}
