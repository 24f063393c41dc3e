/**
 * A map whose keys are int32 codes: integers, or the numbers of tables (see tablemap.ts).
 *
 * Codes that fill at least an eighth of a range stand in an array and need no hashing; others are in a
 * hash table. A key assigned nil keeps its place, so that a traversal that clears fields can go on
 * from it: codes only move between the parts when a new one comes in.
 */
import { CodeTable } from "./codetable";
import type { LuaValue } from "./value";

/** Places in the array for each code, at most; a hash table takes as much memory as three to five. */
const MAX_SPREAD = 8;
/** Up to this length the array is moved for a code in front of it. */
const MAX_MOVED = 32;
/** Bases and codes below this can be subtracted and wrapped around without meeting another code. */
const MAX_BASE = 2 ** 30;
/** A number of positions at which a table doubles. */
const FIRST_LIMIT = 4;

export class CodeMap<K> {
  /** The value of a code is at `code - base`. */
  private dense: LuaValue[] = emptyArray();
  private base = 0;
  /** How many values in `dense` are not nil. */
  private used = 0;
  /** Holds no code of the range of `dense`. */
  private hash: CodeTable<K> | null = null;
  private inserted = 0;
  private limit = FIRST_LIMIT;

  /** `keys` has the keys themselves, at the place of their value; null when they are the codes. */
  constructor(private keys: (K | undefined)[] | null) {}

  get(code: number): LuaValue {
    const { dense } = this;
    const at = (code - this.base) | 0;
    if (at >= 0 && at < dense.length) return dense[at];
    return this.hash === null ? undefined : this.hash.get(code);
  }

  /**
   * `key` is what the code stands for. True each time that the number of codes that came in has
   * doubled.
   */
  set(code: number, key: K, value: LuaValue): boolean {
    const { dense } = this;
    const at = (code - this.base) | 0;
    if (at >= 0 && at < dense.length) {
      const old = dense[at];
      dense[at] = value;
      if ((old === undefined) === (value === undefined)) return false;
      return this.noteChange(at, key, value);
    }
    return this.setOutside(code, key, value);
  }

  /** A value of `dense` came or went. */
  private noteChange(at: number, key: K, value: LuaValue): boolean {
    const isNew = value !== undefined;
    if (this.keys !== null) this.keys[at] = isNew ? key : undefined;
    this.used += isNew ? 1 : -1;
    return isNew && this.noteInsertion();
  }

  private noteInsertion(): boolean {
    if (++this.inserted < this.limit) return false;
    this.inserted = this.size;
    if (this.inserted > this.limit >> 1) this.limit *= 2;
    return true;
  }

  /** How many codes have a value. */
  private get size(): number {
    return this.used + (this.hash === null ? 0 : this.hash.size);
  }

  private setOutside(code: number, key: K, value: LuaValue): boolean {
    const { hash } = this;
    const entry = hash === null ? 0 : hash.find(code);
    if (entry !== 0) {
      hash?.replace(entry, value);
      return false;
    }
    if (value === undefined) return false;
    if (hash === null ? this.extend(code) : hash.isFull && this.absorb(hash, code))
      return this.set(code, key, value);
    this.hash ??= new CodeTable<K>(this.keys === null ? null : []);
    this.hash.insert(code, key, value);
    return this.noteInsertion();
  }

  /** Makes `dense` reach to a code, as long as there is no hash table; false if it would be too empty. */
  private extend(code: number): boolean {
    const { dense, keys } = this;
    const room = MAX_SPREAD * (this.used + 1);
    let at = code - this.base;
    if (dense.length === 0) {
      if (Math.abs(code) >= MAX_BASE) return false;
      this.base = code;
      at = 0;
    } else if (at < 0) {
      const length = dense.length - at;
      if (length > room || length > MAX_MOVED || Math.abs(code) >= MAX_BASE) return false;
      this.base = code;
      for (; at < 0; at++) {
        dense.unshift(undefined);
        keys?.unshift(undefined);
      }
    }
    if (at >= room) return this.dropFront() && this.extend(code);
    while (dense.length <= at) {
      dense.push(undefined);
      keys?.push(undefined);
    }
    return true;
  }

  /** Gives up the front of `dense` if more than half of it is unused, as that behind a queue. */
  private dropFront(): boolean {
    const { dense, keys } = this;
    const { length } = dense;
    let first = 0;
    while (first < length && dense[first] === undefined) first++;
    if (first <= length >> 1) return false;
    for (let i = first; i < length; i++) {
      dense[i - first] = dense[i];
      if (keys !== null) keys[i - first] = keys[i];
    }
    dense.length = length - first;
    if (keys !== null) keys.length = length - first;
    this.base += first;
    return true;
  }

  /**
   * Moves the codes of the hash table into `dense` if they and the new code are close enough together
   * and not much fewer than those already there, whose move they have to pay for.
   */
  private absorb(hash: CodeTable<K>, code: number): boolean {
    if (this.dense.length > 2 * MAX_SPREAD * (this.used + 1)) this.evacuate(hash);
    if (hash.size < this.used >> 1) return false;
    const { dense, base, keys } = this;
    let low = Math.min(code, hash.lowest);
    let high = Math.max(code, hash.highest);
    if (this.used > 0) {
      low = Math.min(low, base);
      high = Math.max(high, base + dense.length - 1);
    }
    const length = high - low + 1;
    if (length > MAX_SPREAD * (this.size + 1) || Math.abs(low) >= MAX_BASE) return false;
    const values: LuaValue[] = new Array(length).fill(undefined);
    const moved: (K | undefined)[] | null =
      keys === null ? null : new Array(length).fill(undefined);
    hash.copyTo(values, moved, low);
    if (this.used > 0)
      for (let i = 0; i < dense.length; i++) {
        values[i + base - low] = dense[i];
        if (moved !== null) moved[i + base - low] = keys?.[i];
      }
    this.used += hash.size;
    this.dense = values;
    this.keys = moved;
    this.base = low;
    this.hash = null;
    return true;
  }

  /** Moves the last codes of an array that has become nearly empty into the hash table. */
  private evacuate(hash: CodeTable<K>): void {
    const { dense } = this;
    for (let p = this.next(1); p !== 0 && p <= dense.length; p = this.next(p + 1))
      hash.insert(this.code(p), this.key(p), dense[p - 1]);
    this.dense = emptyArray();
    if (this.keys !== null) this.keys = [];
    this.used = 0;
  }

  /** Are all codes known to be greater than twice their number, with that of others? */
  isFar(others: number): boolean {
    return this.hash === null && this.base > 2 * (this.used + others);
  }

  /** Adds to `counts[i]` how many codes with a value there are in (2^(i-1), 2^i]; gives their sum. */
  countSlices(counts: Int32Array): number {
    let total = this.hash === null ? 0 : this.hash.countSlices(counts);
    const { dense, base } = this;
    for (let slice = 0; slice < 31; slice++) {
      const end = Math.min(2 ** slice - base + 1, dense.length);
      let n = 0;
      for (let i = Math.max((slice === 0 ? 1 : 2 ** (slice - 1) + 1) - base, 0); i < end; i++)
        if (dense[i] !== undefined) n++;
      counts[slice] = (counts[slice] as number) + n;
      total += n;
    }
    return total;
  }

  // ---- traversal: positions from 1 on are those of `dense`, then those of the hash table

  /** The first position from `position` on that has a value; 0 when there is none. */
  next(position: number): number {
    const { dense, hash } = this;
    let p = position;
    for (; p <= dense.length; p++) if (dense[p - 1] !== undefined) return p;
    const entry = hash === null ? 0 : hash.next(p - dense.length);
    return entry === 0 ? 0 : dense.length + entry;
  }

  /** The position of a code, whether or not it has a value; 0 when there is none. */
  find(code: number): number {
    const { dense, hash } = this;
    const at = (code - this.base) | 0;
    if (at >= 0 && at < dense.length) return at + 1;
    const entry = hash === null ? 0 : hash.find(code);
    return entry === 0 ? 0 : dense.length + entry;
  }

  private code(position: number): number {
    const { length } = this.dense;
    if (position <= length) return this.base + position - 1;
    return (this.hash as CodeTable<K>).code(position - length);
  }

  key(position: number): K {
    const { length } = this.dense;
    if (position > length) return (this.hash as CodeTable<K>).key(position - length);
    return (this.keys === null ? this.base + position - 1 : this.keys[position - 1]) as K;
  }

  value(position: number): LuaValue {
    const { length } = this.dense;
    if (position > length) return (this.hash as CodeTable<K>).value(position - length);
    return this.dense[position - 1];
  }
}

/** An array of the mode that all arrays of Lua values have, so that the JIT meets only that one. */
function emptyArray(): LuaValue[] {
  const array = [undefined];
  array.length = 0;
  return array;
}
