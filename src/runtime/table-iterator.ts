/** Traversals of tables (§6.1, next): 1..n, 0, names, the rest. */
import { EMPTY_HASH } from "./hash";
import { fromMapKey, mapKey } from "./map-key";
import { EMPTY_ARRAY, LuaTable, withoutZero } from "./table";
import type { Cursor, MapKey, TableMap } from "./tablemap";
import type { LuaValue } from "./value";

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
    if (typeof key === "string" && this.seekName(key)) return true;
    const wanted = mapKey(key);
    const { map } = this.table;
    if (map !== null && (this.seekCode(map, key) || this.seekKey(map, wanted))) return true;
    if (this.isCleared(key)) return true;
    while (this.step()) if (mapKey(this.key) === wanted) return true;
    return false;
  }

  /** An array that was cleared on the way no longer knows how long it was; it goes on behind `key`. */
  private isCleared(key: LuaValue): boolean {
    const { array } = this.table;
    if (array === EMPTY_ARRAY || typeof key !== "number") return false;
    if (key === 0) {
      if (!withoutZero.has(this.table)) return false;
      this.stage = 1;
    } else if (array.length > 1 || key < 0 || !Number.isInteger(key)) return false;
    else this.index = array.length;
    return true;
  }

  /** A name, dead or alive: the field may have been cleared since. */
  private seekName(key: string): boolean {
    const { hash } = this.table;
    if (hash === EMPTY_HASH || !(key in hash)) return false;
    this.names = Object.keys(hash);
    this.index = this.names.indexOf(key) + 1;
    this.stage = 1;
    return true;
  }

  private seekKey(map: TableMap, key: MapKey): boolean {
    const cursor = map.cursor();
    if (!cursor.seekKey(key)) return false;
    this.stage = 3;
    this.cursor = cursor;
    return true;
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
