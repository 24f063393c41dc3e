/**
 * The dictionary part of a table: a JS Map in which a key assigned nil stays as a dead key, so that
 * a traversal that clears fields can go on from it. Dead keys are dropped when a new key comes in
 * and they make up more than half.
 */
import type { LuaValue } from "./value";

/** A Lua value as a Map key; 64-bit integers as bigint, so that equal ones are one key. */
export type MapKey = Exclude<LuaValue, undefined> | bigint;

const MIN_DEAD = 32;

export class TableMap {
  protected readonly map = new Map<MapKey, LuaValue>();
  private dead = 0;
  /** True once a positive integer key came in: the array part may want to take it over. */
  hasIntegers = false;

  get(key: MapKey): LuaValue {
    return this.map.get(key);
  }

  set(key: MapKey, value: LuaValue): void {
    const map = this.map;
    if (map.get(key) !== undefined) {
      map.set(key, value);
      if (value === undefined) this.dead++;
      return;
    }
    if (value === undefined) return;
    if (this.dead > 0) {
      if (map.has(key)) this.dead--;
      else if (this.dead > MIN_DEAD && this.dead > map.size >> 1) this.dropDead();
    }
    map.set(key, value);
  }

  entries(): Iterator<[MapKey, LuaValue]> {
    return this.map.entries();
  }

  private dropDead(): void {
    // deleting from a Map keeps its live iterators valid
    for (const [k, v] of this.map) if (v === undefined) this.map.delete(k);
    this.dead = 0;
  }
}
