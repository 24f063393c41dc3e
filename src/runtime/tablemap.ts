/**
 * The part of a table for all keys that are neither in its array nor its fields. Strings, unless
 * they are few, and other keys (floats, booleans, large integers, functions) are in a JS Map each;
 * integers in the int32 range in a map by themselves (codemap.ts), and so are tables, by a number
 * that a table gets when it is first used as a key.
 */
import { CodeMap } from "./codemap";
import { type Fields, FieldsObject, isFieldName } from "./fields";
import { KeyMap, StringMap } from "./keymap";
import type { LuaValue } from "./value";

/** A Lua value as a Map key; 64-bit integers as bigint, so that equal ones are one key. */
export type MapKey = Exclude<LuaValue, undefined> | bigint;

/** What a table's `code` has beside the number. */
export const HAS_FIELDS = 1;

/** A key with a number of its own, times two; 0 as long as it has never been a key. */
export interface CodedKey {
  µcode: number;
}

const MAX_CODE = 0x3fffffff;
let lastCode = 0;

/** So many string keys at most are properties. */
const MAX_FEW = 16;

/** Uses by name until few string keys become fields, which takes as long as thirty of them. */
const ENOUGH_USES = 12;

export class TableMap {
  /** String keys as long as they are few. Set by this class only. */
  few: Fields | null = null;
  private fewCount = 0;
  private strings: StringMap | null = null;
  private integers: CodeMap<number> | null = null;
  private coded: CodeMap<CodedKey> | null = null;
  private others: KeyMap<MapKey | CodedKey> | null = null;
  /** True once a positive integer key came in: the array part may want to take it over. */
  hasIntegers = false;
  /** How often the program text has named one of few string keys. */
  private namedUses = 0;
  /** The string keys stay here, also when the program text names some of them. */
  isFixed = false;
  /** All keys of the table are here, also those that would be elements. */
  holdsAll = false;
  /** What `findBorder` has last found; negative as long as the table's array part answers that. */
  border = -1;

  /** All string keys of the table are to be here, for good. */
  pin(): void {
    this.isFixed = true;
  }

  /** Makes the values that are to be made when they are read (lazy.ts). */
  makeAll(): void {}

  /** Is there a value for the key? */
  holds(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Gets a key of `table` that the program text names. */
  named(table: { µadopt(): void }, key: string): LuaValue {
    const v = this.get(key);
    if (v !== undefined && this.few !== null) this.countUse(table);
    return v;
  }

  /** Is a key of `table` that the program text names, and that is no field, to be set here? */
  takesNamed(table: { µadopt(): void }): boolean {
    if (this.isFixed) return true;
    if (this.few === null) return this.strings !== null;
    return !this.countUse(table);
  }

  /** Counts that the text has named one of few string keys; true when they are fields of `table` now. */
  private countUse(table: { µadopt(): void }): boolean {
    if (this.isFixed || ++this.namedUses < ENOUGH_USES) return false;
    table.µadopt();
    return !this.isFixed;
  }

  /** The string keys, if they are few and there are no other keys; null otherwise. */
  onlyFew(): Readonly<Fields> | null {
    return this.integers === null && this.coded === null && this.others === null ? this.few : null;
  }

  /** The same keys but strings; null if there are none. */
  withoutStrings(): TableMap | null {
    if (this.integers === null && this.coded === null && this.others === null) return null;
    const map = new TableMap();
    map.integers = this.integers;
    map.coded = this.coded;
    map.others = this.others;
    map.hasIntegers = this.hasIntegers;
    map.border = this.border;
    return map;
  }

  get(key: string): LuaValue {
    const { few } = this;
    if (few !== null) return few[key];
    return this.strings === null ? undefined : this.strings.get(key);
  }

  set(key: string, value: LuaValue): void {
    if (this.strings !== null) this.strings.set(key, value);
    else this.setFew(key, value);
  }

  private setFew(key: string, value: LuaValue): void {
    const { few } = this;
    if (few !== null && few[key] !== undefined) few[key] = value;
    else if (value === undefined) return;
    else if (this.fewCount === MAX_FEW || !isFieldName(key)) this.toMany().set(key, value);
    else {
      this.fewCount++;
      this.few ??= new FieldsObject();
      this.few[key] = value;
    }
  }

  private toMany(): StringMap {
    const strings = new StringMap();
    const { few } = this;
    if (few !== null) for (const key in few) strings.set(key, few[key]);
    this.few = null;
    this.strings = strings;
    return strings;
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

  /** A border (§3.4.7), close to the one before if there is one: mostly just behind or in front of it. */
  findBorder(): number {
    let low = this.border;
    let high = low + 1;
    if (low === 0 || this.hasElement(low))
      for (let step = 1; this.hasElement(high); step *= 2) {
        low = high;
        high += step;
      }
    else
      for (let step = 1; low > 0 && !this.hasElement(low); step *= 2) {
        high = low;
        low = Math.max(low - step, 0);
      }
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.hasElement(middle)) low = middle;
      else high = middle;
    }
    this.border = low;
    return low;
  }

  private hasElement(key: number): boolean {
    return ((key | 0) === key ? this.getInt(key) : this.getOther(key)) !== undefined;
  }

  /**
   * The largest n, a power of two, of which more than half of the keys 1..n are in use, when there
   * are `present` in the array part, all from 1 on; 0 when there is none.
   */
  denseSize(present: number): number {
    // the keys of a queue come in fast, and there are few at a time
    if (this.integers?.isFar(present)) return 0;
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
    const code = key.µcode >> 1;
    if (code !== 0) return this.coded === null ? undefined : this.coded.get(code);
    return lastCode === MAX_CODE && this.others !== null ? this.others.get(key) : undefined;
  }

  setCoded(key: CodedKey, value: LuaValue): void {
    if (key.µcode >> 1 === 0) {
      // all numbers are given away: a Map does it more slowly
      if (lastCode === MAX_CODE) {
        this.others ??= new KeyMap<MapKey | CodedKey>();
        this.others.set(key, value);
        return;
      }
      key.µcode |= ++lastCode << 1;
    }
    this.coded ??= new CodeMap<CodedKey>([]);
    this.coded.set(key.µcode >> 1, key, value);
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
    return new PartsCursor(this.few, this.strings, this.integers, this.coded, this.others);
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
  private names: string[] | null;
  /** Of `strings`, then of `others`. */
  private entries: Iterator<[unknown, LuaValue]> | null = null;
  private position = 0;

  constructor(
    private few: Fields | null,
    private strings: StringMap | null,
    private integers: CodeMap<number> | null,
    private coded: CodeMap<CodedKey> | null,
    private others: KeyMap<MapKey | CodedKey> | null,
  ) {
    this.names = few === null ? null : Object.keys(few);
  }

  step(): boolean {
    if (this.names !== null) {
      if (this.stepNames(this.names)) return true;
      this.names = null;
      this.position = 0;
    }
    if (this.strings !== null) {
      if (this.stepMap(this.strings)) return true;
      this.strings = null;
      this.entries = null;
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
    return this.others !== null && this.stepMap(this.others);
  }

  private stepNames(names: string[]): boolean {
    const few = this.few as Fields;
    while (this.position < names.length) {
      const key = names[this.position++] as string;
      const value = few[key];
      if (value === undefined) continue;
      this.key = key;
      this.value = value;
      return true;
    }
    return false;
  }

  private stepMap(map: StringMap | KeyMap<MapKey | CodedKey>): boolean {
    const entries = (this.entries ??= map.entries());
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
    this.names = null;
    this.strings = null;
    if (!isInteger) this.integers = null;
    this.position = position;
    return true;
  }

  seekKey(key: MapKey): boolean {
    if (typeof key === "string") {
      if (this.names !== null) this.position = this.names.indexOf(key) + 1;
      else return this.seekEntry(this.strings, key);
      return this.position > 0;
    }
    this.names = null;
    this.strings = null;
    this.integers = null;
    this.coded = null;
    return this.seekEntry(this.others, key);
  }

  private seekEntry<K>(map: KeyMap<K> | null, key: K): boolean {
    this.entries = map?.entriesAfter(key) ?? null;
    return this.entries !== null;
  }
}
