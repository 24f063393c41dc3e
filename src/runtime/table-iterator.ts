/** Traversals of tables (§6.1, next): 1..n, 0, names, the rest. */
import { MARK } from "./fields";
import { fromMapKey, mapKey } from "./map-key";
import { EMPTY_ARRAY, fieldsOf, firstName, LuaTable, withoutZero } from "./table";
import { type Cursor, HAS_FIELDS, type MapKey, type TableMap } from "./tablemap";
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
  /** The map as it was when the names were asked for: its string keys may become fields meanwhile. */
  private map: TableMap | null = null;

  constructor(readonly table: LuaTable) {}

  step(): boolean {
    if (this.stage === 0) {
      const array = this.table.µarray;
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
    return this.stepRest();
  }

  private stepRest(): boolean {
    if (this.stage === 1) {
      if (this.names === null) this.takeNames();
      if (this.names !== null) {
        const fields = fieldsOf(this.table);
        while (this.index < this.names.length) {
          const key = this.names[this.index++] as string;
          // the table may have got a finaliser meanwhile: its fields are in its map then
          const v = fields[key] ?? (this.map === null ? this.table.µmap?.get(key) : undefined);
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
      if (this.map !== null) this.cursor = this.map.cursor();
    }
    const cursor = this.cursor;
    if (cursor !== null) {
      while (cursor.step()) {
        this.key = fromMapKey(cursor.key as MapKey);
        this.value = this.map === this.table.µmap ? cursor.value : this.table.µget(this.key);
        if (this.value !== undefined) return true;
      }
      this.cursor = null;
    }
    this.key = undefined;
    this.value = undefined;
    return false;
  }

  private takeNames(): void {
    const { table } = this;
    table.µmap?.makeAll();
    this.map = table.µmap;
    if ((table.µcode & HAS_FIELDS) === 0) return;
    this.names = Object.keys(table);
    this.index = firstName(this.names);
  }

  /** Moves so that the next `step` goes on behind `key`; false when there is no such key. */
  seek(key: LuaValue): boolean {
    if (typeof key === "number" && key > 0 && key < this.table.µarray.length) {
      if (!Number.isInteger(key)) return false;
      this.index = key + 1;
      return true;
    }
    if (typeof key === "string" && this.seekName(key)) return true;
    const wanted = mapKey(key);
    const { µmap: map } = this.table;
    this.map = map;
    if (map !== null && (this.seekCode(map, key) || this.seekKey(map, wanted))) return true;
    if (this.isCleared(key)) return true;
    while (this.step()) if (mapKey(this.key) === wanted) return true;
    return false;
  }

  /** An array that was cleared on the way no longer knows how long it was; it goes on behind `key`. */
  private isCleared(key: LuaValue): boolean {
    const { µarray: array } = this.table;
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
    if ((this.table.µcode & HAS_FIELDS) === 0 || key.charCodeAt(0) === MARK) return false;
    if (!(key in this.table)) return false;
    this.takeNames();
    this.index = (this.names as string[]).indexOf(key) + 1;
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
    if (!cursor.seek(isInteger, typeof key === "number" ? key : (key as LuaTable).µcode >> 1))
      return false;
    this.stage = 3;
    this.cursor = cursor;
    return true;
  }
}
