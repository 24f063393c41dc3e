/**
 * A JS Map in which a key assigned nil stays as a dead key, so that a traversal that clears fields
 * can go on from it. Dead keys are dropped when a new key comes in and they make up more than half.
 */
import type { LuaValue } from "./value";

const MIN_DEAD = 32;

export class KeyMap<K> {
  private readonly map = new Map<K, LuaValue>();
  private dead = 0;

  get(key: K): LuaValue {
    return this.map.get(key);
  }

  set(key: K, value: LuaValue): void {
    if (this.dead === 0 && value !== undefined) this.map.set(key, value);
    else this.setCounting(key, value);
  }

  private setCounting(key: K, value: LuaValue): void {
    const map = this.map;
    if (map.get(key) !== undefined) {
      map.set(key, value);
      if (value === undefined) this.dead++;
      return;
    }
    if (value === undefined) return;
    if (map.has(key)) this.dead--;
    else if (this.dead > MIN_DEAD && this.dead > map.size >> 1) this.dropDead();
    map.set(key, value);
  }

  entries(): Iterator<[K, LuaValue]> {
    return this.map.entries();
  }

  private dropDead(): void {
    // deleting from a Map keeps its live iterators valid
    for (const [k, v] of this.map) if (v === undefined) this.map.delete(k);
    this.dead = 0;
  }
}
