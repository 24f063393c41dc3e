/**
 * The part of a table for all keys that are neither in its array nor in its hidden class. Strings
 * and other keys (floats, booleans, large integers, functions) are in a JS Map each; integers in the
 * int32 range in a map by themselves (codemap.ts), and so are tables, by a number that a table gets
 * when it is first used as a key.
 */
import { CodeMap } from "./codemap";
import { KeyMap, StringMap } from "./keymap";
import type { LuaValue } from "./value";

/** A Lua value as a Map key; 64-bit integers as bigint, so that equal ones are one key. */
export type MapKey = Exclude<LuaValue, undefined> | bigint;

/** A key with a number of its own; 0 as long as it has never been a key. */
export interface CodedKey {
  code: number;
}

const MAX_CODE = 0x7fffffff;
let lastCode = 0;

export class TableMap {
  private strings: StringMap | null = null;
  private integers: CodeMap<number> | null = null;
  private coded: CodeMap<CodedKey> | null = null;
  private others: KeyMap<MapKey | CodedKey> | null = null;
  /** True once a positive integer key came in: the array part may want to take it over. */
  hasIntegers = false;

  get(key: string): LuaValue {
    return this.strings === null ? undefined : this.strings.get(key);
  }

  set(key: string, value: LuaValue): void {
    this.strings ??= new StringMap();
    this.strings.set(key, value);
  }

  /** The key is an int32. */
  getInt(key: number): LuaValue {
    return this.integers === null ? undefined : this.integers.get(key);
  }

  /** The key is an int32. True when as many keys came in as there were before. */
  setInt(key: number, value: LuaValue): boolean {
    this.integers ??= new CodeMap<number>(null);
    return this.integers.set(key, key, value);
  }

  /**
   * The largest n, a power of two, of which more than half of the keys 1..n are in use, when there
   * are `present` in the array part, all from 1 on; 0 when there is none.
   */
  denseSize(present: number): number {
    const counts = new Int32Array(32);
    const total = present + (this.integers?.countSlices(counts) ?? 0);
    let size = 0;
    let below = 0;
    for (let slice = 0; slice < 31 && total > 2 ** slice / 2; slice++) {
      below += counts[slice] as number;
      const inArray = Math.min(present, 2 ** slice);
      if (below + inArray > 2 ** slice / 2) size = 2 ** slice;
    }
    return size;
  }

  getCoded(key: CodedKey): LuaValue {
    const { code } = key;
    if (code !== 0) return this.coded === null ? undefined : this.coded.get(code);
    return lastCode === MAX_CODE && this.others !== null ? this.others.get(key) : undefined;
  }

  setCoded(key: CodedKey, value: LuaValue): void {
    if (key.code === 0) {
      // all numbers are given away: a Map does it more slowly
      if (lastCode === MAX_CODE) {
        this.others ??= new KeyMap<MapKey | CodedKey>();
        this.others.set(key, value);
        return;
      }
      key.code = ++lastCode;
    }
    this.coded ??= new CodeMap<CodedKey>([]);
    this.coded.set(key.code, key, value);
  }

  /** Any key but strings, int32 and coded ones. */
  getOther(key: MapKey): LuaValue {
    return this.others === null ? undefined : this.others.get(key);
  }

  setOther(key: MapKey, value: LuaValue): void {
    this.others ??= new KeyMap<MapKey | CodedKey>();
    this.others.set(key, value);
  }

  /** A traversal: strings, integers, coded keys, others, each in order of insertion. */
  cursor(): Cursor {
    return new PartsCursor(this.strings, this.integers, this.coded, this.others);
  }
}

/** A place in a traversal. */
export interface Cursor {
  key: unknown;
  value: LuaValue;
  /** Moves to the next pair that is not dead; false when there is none. */
  step(): boolean;
  /** Moves to the pair of an integer or coded key with this code, dead or alive, if there is one. */
  seek(isInteger: boolean, code: number): boolean;
  /** Moves to the pair of any other key, dead or alive, if there is one. For a new cursor. */
  seekKey(key: MapKey): boolean;
}

class PartsCursor implements Cursor {
  key: unknown = undefined;
  value: LuaValue = undefined;
  private strings: Iterator<[unknown, LuaValue]> | null;
  private others: Iterator<[unknown, LuaValue]> | null = null;
  private position = 0;

  constructor(
    strings: StringMap | null,
    private integers: CodeMap<number> | null,
    private coded: CodeMap<CodedKey> | null,
    private rest: KeyMap<MapKey | CodedKey> | null,
  ) {
    this.strings = strings === null ? null : strings.entries();
  }

  step(): boolean {
    if (this.strings !== null) {
      if (this.stepMap(this.strings)) return true;
      this.strings = null;
    }
    if (this.integers !== null) {
      if (this.stepCodes(this.integers)) return true;
      this.integers = null;
      this.position = 0;
    }
    if (this.coded !== null) {
      if (this.stepCodes(this.coded)) return true;
      this.coded = null;
    }
    if (this.rest !== null) {
      this.others = this.rest.entries();
      this.rest = null;
    }
    return this.others !== null && this.stepMap(this.others);
  }

  private stepMap(entries: Iterator<[unknown, LuaValue]>): boolean {
    for (;;) {
      const e = entries.next();
      if (e.done) return false;
      if (e.value[1] === undefined) continue;
      this.key = e.value[0];
      this.value = e.value[1];
      return true;
    }
  }

  private stepCodes(part: CodeMap<number> | CodeMap<CodedKey>): boolean {
    const position = part.next(this.position + 1);
    if (position === 0) return false;
    this.position = position;
    this.key = part.key(position);
    this.value = part.value(position);
    return true;
  }

  seek(isInteger: boolean, code: number): boolean {
    const position = (isInteger ? this.integers : this.coded)?.find(code) ?? 0;
    if (position === 0) return false;
    this.strings = null;
    if (!isInteger) this.integers = null;
    this.position = position;
    return true;
  }

  seekKey(key: MapKey): boolean {
    if (typeof key === "string") return this.strings !== null && seekEntry(this.strings, key);
    this.strings = null;
    this.integers = null;
    this.coded = null;
    this.others = this.rest === null ? null : this.rest.entries();
    this.rest = null;
    return this.others !== null && seekEntry(this.others, key);
  }
}

function seekEntry(entries: Iterator<[unknown, LuaValue]>, key: MapKey): boolean {
  for (;;) {
    const e = entries.next();
    if (e.done) return false;
    if (e.value[0] === key) return true;
  }
}
