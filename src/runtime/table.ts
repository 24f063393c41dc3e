/**
 * Lua tables (§2.1).
 *
 * A table has up to three parts, each created when first needed:
 * - `array`: keys 1..n at their own index, and key 0 in slot 0. Its length is n+1, and the last
 *   slot is never nil, so that n is a border (§3.4.7). Others may be; never holes in the JS sense.
 * - `hash`: string keys that don't begin with a digit, as properties of an object without
 *   prototype: hidden classes and inline caches make `t.hash.x` one load. A key assigned nil stays
 *   as `undefined` (a dead key, as in C Lua).
 * - `map`: all other keys; and all string keys once many different ones came in through computed
 *   keys (`t[k] = v`), because a JS Map is the faster dictionary.
 *
 * Invariant: key n+1 is never in `map` (an append moves the keys that follow it over), so the
 * array's length alone answers `#t`.
 *
 * Traversal order is promised: 1..n, 0, then string keys in order of insertion, then the rest.
 */
import { EMPTY_HASH, type Hash, HashObject, lazyHashes } from "./hash";
import { mapKey } from "./map-key";
import { type CodedKey, TableMap } from "./tablemap";
import { LuaFloat, type LuaValue } from "./value";

/** The array of all tables that don't have their own yet. Never written to. */
export const EMPTY_ARRAY: LuaValue[] = [undefined];

/** Computed string keys that may come into `hash` before the table becomes a dictionary. */
const MAX_DYNAMIC_KEYS = 16;
/** `dynamic` of a table whose string keys live in `map`. */
const DICTIONARY = -1;
/** `dynamic` of a weak table: all keys live in a `map` that is weak. */
const WEAK = -2;
/** `dynamic` of a table with a finaliser: its parts are shared with a stand-in and never replaced. */
const PINNED = -1e9;

/** Tables that have had the key 0: `next` may go on from there. */
export const withoutZero = new WeakSet<LuaTable>();

/** A Lua table; raw access only, metatables are for index-ops.ts. */
export class LuaTable implements CodedKey {
  hash: Hash;
  array: LuaValue[];
  map: TableMap | null = null;
  metatable: LuaTable | null = null;
  /** How many computed keys came into `hash`; negative values are modes, see above. */
  dynamic = 0;
  /** See `CodedKey`. */
  code = 0;

  /** The parts become the table's own; `array` has key 0 in slot 0. */
  constructor(hash: Hash = EMPTY_HASH, array: LuaValue[] = EMPTY_ARRAY) {
    this.hash = hash;
    this.array = array;
  }

  /** Raw get with any key. */
  get(key: LuaValue): LuaValue {
    if (typeof key === "number") return this.getInt(key);
    if (typeof key === "string") return this.getStr(key);
    return this.map === null ? this.getInArray(key) : this.getObject(this.map, key);
  }

  /** Raw get with a string key. */
  getStr(key: string): LuaValue {
    const hash = this.hash;
    // the engine interns a name before it looks it up: a dictionary spares itself that
    if (hash !== EMPTY_HASH) {
      const v = hash[key];
      if (v !== undefined) return v;
    }
    return this.map === null ? undefined : this.map.get(key);
  }

  /** Raw get with a number key: a safe integer, or a fractional or infinite float. */
  getInt(key: number): LuaValue {
    const i = key | 0;
    if (i !== key) return this.map === null ? undefined : this.map.getOther(key);
    const array = this.array;
    if (i >= 0 && i < array.length) {
      const v = array[i];
      if (v !== undefined) return v;
    }
    return this.map === null ? undefined : this.map.getInt(i);
  }

  /** Raw get with a key that is neither a plain number nor a string. */
  private getObject(map: TableMap, key: LuaValue): LuaValue {
    if (key instanceof LuaTable) return map.getCoded(key);
    if (key instanceof LuaFloat && Number.isSafeInteger(key.n)) return this.getInt(key.n + 0);
    return key === undefined ? undefined : map.getOther(mapKey(key));
  }

  private getInArray(key: LuaValue): LuaValue {
    return key instanceof LuaFloat && Number.isSafeInteger(key.n)
      ? this.array[key.n + 0]
      : undefined;
  }

  /** Raw set. The key is neither nil nor NaN. */
  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === "string") this.setStr(key, value);
    else if (typeof key === "number") this.setInt((key | 0) === key ? key | 0 : key, value);
    else this.setObject(key, value);
  }

  private setObject(key: LuaValue, value: LuaValue): void {
    if (key instanceof LuaFloat && Number.isSafeInteger(key.n)) this.setInt(key.n + 0, value);
    else if (this.map !== null || value !== undefined) {
      this.map ??= new TableMap();
      if (key instanceof LuaTable) this.map.setCoded(key, value);
      else this.map.setOther(mapKey(key), value);
    }
  }

  setStr(key: string, value: LuaValue): void {
    if (this.dynamic === DICTIONARY && this.map !== null && this.hash === EMPTY_HASH)
      this.map.set(key, value);
    else this.setStrSlow(key, value);
  }

  private setStrSlow(key: string, value: LuaValue): void {
    if (this.dynamic === DICTIONARY || this.dynamic === WEAK || startsWithDigit(key)) {
      this.setMap(key, value);
      return;
    }
    let hash = this.hash;
    if (hash[key] !== undefined) {
      hash[key] = value;
      return;
    }
    if (value === undefined) return;
    if (hash === EMPTY_HASH) {
      hash = new HashObject();
      this.hash = hash;
    }
    if (++this.dynamic > MAX_DYNAMIC_KEYS) this.toDictionary().set(key, value);
    else hash[key] = value;
  }

  /**
   * Adds a key that the program text names (`t.x = v`): such keys are few, so they never turn the
   * table into a dictionary. The key does not begin with a digit.
   */
  setName(key: string, value: LuaValue): void {
    if (this.dynamic === DICTIONARY || this.dynamic === WEAK) this.setMap(key, value);
    else {
      if (this.hash === EMPTY_HASH) {
        if (value === undefined) return;
        this.hash = new HashObject();
      }
      this.hash[key] = value;
    }
  }

  /** Raw set with a number key: a safe integer, or a fractional or infinite float. */
  setInt(key: number, value: LuaValue): void {
    const i = key | 0;
    const array = this.array;
    if (i === key && i > 0 && i < array.length) {
      array[i] = value;
      if (value === undefined && i === array.length - 1) this.trim();
    } else if (i === key && i === array.length) {
      if (value !== undefined) this.append(value);
      // the elements of a weak table are in its map
      else if (this.dynamic === WEAK) this.setSparse(key, value);
    } else this.setSparse(key, value);
  }

  /** Sets a number key outside of 1..n+1. */
  private setSparse(key: number, value: LuaValue): void {
    if (key === 0 && this.dynamic !== WEAK) {
      if (value === undefined && this.array[0] !== undefined) withoutZero.add(this);
      if (this.array !== EMPTY_ARRAY) this.array[0] = value;
      else if (value !== undefined) this.array = [value];
      return;
    }
    if (this.map === null) {
      if (value === undefined) return;
      this.map = new TableMap();
    }
    const i = key | 0;
    if (i !== key) this.map.setOther(key, value);
    else {
      if (i > 0) this.map.hasIntegers = true;
      if (this.map.setInt(i, value) && this.dynamic !== WEAK) this.gather(this.map);
    }
  }

  /**
   * Moves integer keys into the array part if they fill more than half of it, as C Lua's rehash does:
   * tables that begin at 2, or are filled from their end.
   */
  private gather(map: TableMap): void {
    const size = map.denseSize(this.array.length - 1);
    if (size < this.array.length) return;
    if (this.array === EMPTY_ARRAY) this.array = [undefined];
    const { array } = this;
    for (let i = array.length; i <= size; i++) {
      const v = map.getInt(i);
      array.push(v);
      if (v !== undefined) map.setInt(i, undefined);
    }
    this.trim();
    this.migrate(map);
  }

  /** Sets key n+1 to a value that is not nil. */
  append(value: LuaValue): void {
    if (this.array === EMPTY_ARRAY) {
      if (this.dynamic === WEAK) {
        this.map ??= new TableMap();
        this.map.setInt(1, value);
        return;
      }
      this.array = [undefined, value];
      if (this.map?.hasIntegers) this.migrate(this.map);
    } else this.push(value);
  }

  /** `append` for a table that has an array part of its own. */
  push(value: LuaValue): void {
    this.array.push(value);
    if (this.map?.hasIntegers) this.migrate(this.map);
  }

  /** Moves the keys that follow the array part over from `map`. */
  private migrate(map: TableMap): void {
    const array = this.array;
    for (;;) {
      const v = map.getInt(array.length);
      if (v === undefined) return;
      map.setInt(array.length, undefined);
      array.push(v);
    }
  }

  /** Restores "the last slot is not nil". */
  trim(): void {
    const array = this.array;
    let n = array.length;
    while (n > 1 && array[n - 1] === undefined) n--;
    if (n !== array.length) array.length = n;
  }

  private setMap(key: string, value: LuaValue): void {
    if (this.hash !== EMPTY_HASH && key in this.hash) {
      this.hash[key] = value;
      return;
    }
    if (this.map === null) {
      if (value === undefined) return;
      this.map = new TableMap();
    }
    this.map.set(key, value);
  }

  private toDictionary(): TableMap {
    this.map ??= new TableMap();
    const { hash } = this;
    this.hash = EMPTY_HASH;
    if (lazyHashes.has(hash)) this.keepLazy(hash, this.map);
    else for (const key of Object.keys(hash)) this.map.set(key, hash[key]);
    this.dynamic = DICTIONARY;
    return this.map;
  }

  /** Fields that have not been read yet stay in `hash`: to read them would load what they stand for. */
  private keepLazy(hash: Hash, map: TableMap): void {
    this.hash = new HashObject();
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(hash)))
      if (descriptor.get === undefined) map.set(key, descriptor.value);
      else Object.defineProperty(this.hash, key, descriptor);
  }

  /** A border (§3.4.7). */
  length(): number {
    const n = this.array.length - 1;
    if (n === 0 && this.dynamic === WEAK && this.map !== null) {
      let i = 0;
      while (this.map.getInt(i + 1) !== undefined) i++;
      return i;
    }
    return n;
  }

  /** Gives the table parts of its own that are never replaced, for a stand-in that shares them. */
  pin(): void {
    if (this.dynamic < 0 && this.dynamic !== DICTIONARY) return;
    if (this.dynamic !== DICTIONARY) {
      this.dynamic = PINNED;
      if (this.hash === EMPTY_HASH) this.hash = new HashObject();
    }
    if (this.array === EMPTY_ARRAY) this.array = [undefined];
    this.map ??= new TableMap();
  }

  /** Keeps all content in `map`, which is weak and holds what the table has held, from now on. */
  weaken(map: TableMap): void {
    this.hash = EMPTY_HASH;
    this.array = EMPTY_ARRAY;
    this.map = map;
    this.dynamic = WEAK;
  }

  /** An ordinary table again, which is empty. */
  strengthen(): void {
    this.map = null;
    this.dynamic = 0;
  }
}

function startsWithDigit(key: string): boolean {
  const c = key.charCodeAt(0);
  return c <= 57 && c >= 48;
}
