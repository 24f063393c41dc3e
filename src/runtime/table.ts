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
import { fromBigInt, fromDouble, LuaInt64, toBigInt } from "./int64";
import { type CodedKey, type Cursor, type MapKey, TableMap } from "./tablemap";
import type { LuaValue } from "./value";
import { LuaFloat } from "./value";

/** String keys as properties; the prototype chain holds nothing. */
export interface Hash {
  [key: string]: LuaValue;
}

const hashPrototype = Object.create(null);
/** Gives the constructors of record shapes in generated code the same empty prototype. */
export function hashClass<T>(constructor: T): T {
  (constructor as { prototype: unknown }).prototype = hashPrototype;
  return constructor;
}
// a plain function, because the prototype of a class can't be replaced
export const HashObject = hashClass(function (this: Hash) {}) as unknown as new () => Hash;

/** The parts of all tables that don't have their own yet. Never written to. */
export const EMPTY_HASH: Hash = Object.freeze(new HashObject());
export const EMPTY_ARRAY: LuaValue[] = [undefined];

/** Those with fields that are made when they are read (lazy.ts). */
export const lazyHashes = new WeakSet<Hash>();

/** Computed string keys that may come into `hash` before the table becomes a dictionary. */
const MAX_DYNAMIC_KEYS = 16;
/** `dynamic` of a table whose string keys live in `map`. */
const DICTIONARY = -1;
/** `dynamic` of a weak table: all keys live in a `map` that is weak. */
const WEAK = -2;
/** `dynamic` of a table with a finaliser: its parts are shared with a stand-in and never replaced. */
const PINNED = -1e9;

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
    } else this.array.push(value);
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

  /** Moves all content into `map`, which is weak and empty, and keeps it there. */
  weaken(map: TableMap): void {
    const iter = new TableIterator(this);
    while (iter.step()) map.setOther(mapKey(iter.key), iter.value);
    this.hash = EMPTY_HASH;
    this.array = EMPTY_ARRAY;
    this.map = map;
    this.dynamic = WEAK;
  }

  /** Takes all content out of the weak map again. */
  strengthen(): void {
    const pairs: [LuaValue, LuaValue][] = [];
    const iter = new TableIterator(this);
    while (iter.step()) pairs.push([iter.key, iter.value]);
    this.map = null;
    this.dynamic = 0;
    for (const [key, value] of pairs) this.set(key, value);
  }

  /** True while the table holds no key at all. */
  isEmpty(): boolean {
    return !new TableIterator(this).step();
  }
}

/**
 * A traversal. `step` moves to the next pair and says whether there is one. Fields may be changed
 * or cleared between steps (§6.1, next).
 */
export class TableIterator {
  key: LuaValue = undefined;
  value: LuaValue = undefined;
  /** The next index in the array, then in `names`. */
  private index = 1;
  private stage: 0 | 1 | 2 | 3 = 0;
  private names: string[] | null = null;
  private cursor: Cursor | null = null;

  constructor(readonly table: LuaTable) {}

  step(): boolean {
    if (this.stage === 0) {
      const array = this.table.array;
      while (this.index < array.length) {
        const v = array[this.index++];
        if (v !== undefined) {
          this.key = this.index - 1;
          this.value = v;
          return true;
        }
      }
      this.stage = 1;
      if (array[0] !== undefined) {
        this.key = 0;
        this.value = array[0];
        return true;
      }
    }
    return this.stepHash();
  }

  private stepHash(): boolean {
    if (this.stage === 1) {
      const hash = this.table.hash;
      if (hash !== EMPTY_HASH) {
        if (this.names === null) {
          this.names = Object.keys(hash);
          this.index = 0;
        }
        while (this.index < this.names.length) {
          const key = this.names[this.index++] as string;
          const v = hash[key];
          if (v !== undefined) {
            this.key = key;
            this.value = v;
            return true;
          }
        }
      }
      this.stage = 2;
    }
    if (this.stage === 2) {
      this.stage = 3;
      if (this.table.map !== null) this.cursor = this.table.map.cursor();
    }
    const cursor = this.cursor;
    if (cursor !== null) {
      if (cursor.step()) {
        this.key = fromMapKey(cursor.key as MapKey);
        this.value = cursor.value;
        return true;
      }
      this.cursor = null;
    }
    this.key = undefined;
    this.value = undefined;
    return false;
  }

  /** Moves so that the next `step` goes on behind `key`; false when there is no such key. */
  seek(key: LuaValue): boolean {
    if (typeof key === "number" && key > 0 && key < this.table.array.length) {
      if (!Number.isInteger(key)) return false;
      this.index = key + 1;
      return true;
    }
    if (this.table.map !== null && this.seekCode(this.table.map, key)) return true;
    const wanted = mapKey(key);
    while (this.step()) if (mapKey(this.key) === wanted) return true;
    return false;
  }

  /** Integers and tables are found without a search. */
  private seekCode(map: TableMap, key: LuaValue): boolean {
    const isInteger = typeof key === "number" && (key | 0) === key;
    if (!isInteger && !(key instanceof LuaTable)) return false;
    const cursor = map.cursor();
    if (!cursor.seek(isInteger, typeof key === "number" ? key : (key as LuaTable).code))
      return false;
    this.stage = 3;
    this.cursor = cursor;
    return true;
  }
}

function startsWithDigit(key: string): boolean {
  const c = key.charCodeAt(0);
  return c <= 57 && c >= 48;
}

/**
 * A key as a Map compares it: floats with an integer value become that integer, 64-bit integers
 * bigint, floats outside int64 the plain double.
 */
export function mapKey(key: LuaValue): MapKey {
  if (typeof key === "object") {
    if (key instanceof LuaFloat) {
      const i = fromDouble(key.n);
      if (i === undefined) return key.n;
      return typeof i === "number" ? i : toBigInt(i);
    }
    if (key instanceof LuaInt64) return toBigInt(key);
  }
  return key as MapKey;
}

export function fromMapKey(key: MapKey): LuaValue {
  if (typeof key === "bigint") return fromBigInt(key);
  if (typeof key === "number" && Number.isInteger(key) && !Number.isSafeInteger(key))
    return new LuaFloat(key);
  return key as LuaValue;
}
