/**
 * A JS Map in which a key assigned nil stays as a dead key, so that a traversal that clears fields
 * can go on from it. Dead keys are dropped when a new key comes in and they make up more than half.
 */
import { StringTable } from "./stringtable";
import type { LuaValue } from "./value";

const MIN_DEAD = 32;

export class KeyMap<K> {
  protected map = new Map<K, LuaValue>();
  private dead = 0;
  /** Dead keys that stood in front of all others and are no longer in the map. */
  private front: Set<K> | null = null;

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
    if (map.has(key) || this.front?.delete(key)) this.dead--;
    else if (this.dead > MIN_DEAD && this.dead > map.size >> 1) this.dropDead();
    map.set(key, value);
  }

  /** The pairs from the first live one on, dead ones among them. */
  entries(): IterableIterator<[K, LuaValue]> {
    if (this.dead > MIN_DEAD) this.shedFront();
    return this.map.entries();
  }

  /** The pairs behind that of a key, which may be dead; undefined if there is no such key. */
  entriesAfter(key: K): IterableIterator<[K, LuaValue]> | undefined {
    const entries = this.map.entries();
    if (this.front?.has(key)) return entries;
    for (;;) {
      const e = entries.next();
      if (e.done) return undefined;
      if (e.value[0] === key) return entries;
    }
  }

  /** Whoever takes out the first key again and again would walk past all that were in front of it. */
  private shedFront(): void {
    for (const [k, v] of this.map) {
      if (v !== undefined) return;
      this.front ??= new Set();
      this.front.add(k);
      this.map.delete(k);
    }
  }

  private dropDead(): void {
    // deleting from a Map keeps its live iterators valid
    for (const [k, v] of this.map) if (v === undefined) this.map.delete(k);
    this.dead = 0;
    this.front = null;
  }
}

/** String keys from this many on are in a table of our own. */
const MANY = 16_384;

/** A map for string keys. */
export class StringMap extends KeyMap<string> {
  private table: StringTable | null = null;
  private many = MANY;

  override get(key: string): LuaValue {
    return this.table === null ? this.map.get(key) : this.table.get(key);
  }

  override set(key: string, value: LuaValue): void {
    const { table } = this;
    if (table === null) {
      super.set(key, value);
      if (this.map.size >= this.many) this.toTable();
    } else {
      table.set(key, value);
      if (table.isClogged) this.toMap(table);
    }
  }

  override entries(): IterableIterator<[string, LuaValue]> {
    return this.table === null ? super.entries() : this.table.entries();
  }

  override entriesAfter(key: string): IterableIterator<[string, LuaValue]> | undefined {
    return this.table === null ? super.entriesAfter(key) : this.table.entriesAfter(key);
  }

  private toTable(): void {
    const table = new StringTable(2 * MANY);
    for (const [k, v] of this.map) {
      table.set(k, v);
      if (table.isClogged) {
        this.many = Number.POSITIVE_INFINITY;
        return;
      }
    }
    this.table = table;
    this.map = new Map();
  }

  /** For good: the keys have been chosen so that their hashes are the same. */
  private toMap(table: StringTable): void {
    this.many = Number.POSITIVE_INFINITY;
    this.table = null;
    for (const [k, v] of table.entries()) super.set(k, v);
  }
}
