/**
 * Lua tables (§2.1).
 *
 * A table has up to three parts, two of them created when first needed:
 * - fields: string keys that the program text names (`t.x`), as properties of the table itself:
 *   hidden classes and inline caches make `t.x` one load. A field assigned nil stays as `undefined`
 *   (a dead key, as in C Lua). The table's own properties and its methods have names that fields
 *   never have (fields.ts), and its prototype has none itself.
 * - `array`: keys 1..n at their own index, and key 0 in slot 0. Its length is n+1, and the last
 *   slot is never nil, so that n is a border (§3.4.7). Others may be; never holes in the JS sense.
 *   When most are nil as it doubles, as those behind a queue are, the rest move to `map` (`µshed`).
 * - `map`: all other keys, among them string keys that came in through computed keys (`t[k] = v`):
 *   with them as fields, each dictionary would be of a hidden class by itself. When the program
 *   text has named some of them often enough, and they are few, they become fields (`adopt`).
 *
 * Invariants: key n+1 is never in `map` (an append moves the keys that follow it over), so the
 * array's length alone answers `#t`. For a queue, which has its keys in `map`, that would be 0: `#t` looks there for a
 * border, then. A string key has a value in one place at most.
 *
 * Traversal order is promised: 1..n, 0, then string keys, fields first, then the rest. Fields are in order of insertion,
 * and so are the others.
 */
import { type Fields, isFieldName, MARK } from "./fields";
import { mapKey } from "./map-key";
import { type CodedKey, HAS_FIELDS, TableMap } from "./tablemap";
import { LuaFloat, type LuaValue } from "./value";

/** The array of all tables that don't have their own yet. Never written to. */
export const EMPTY_ARRAY: LuaValue[] = [undefined];

/** Tables with more fields do not get their computed keys as fields. */
const MAX_FIELDS = 40;
/** Shorter array parts are left as they are, however many of their slots are nil. A power of two. */
export const MIN_SHED = 256;
/** So many slots of an array part are looked at before all of them are counted. A power of two. */
const SAMPLES = 16;
/** `array`, `map`, `metatable` and `code`; subclasses may have more. */
const OWN_PROPERTIES = 4;
/** Tables that have had the key 0: `next` may go on from there. */
export const withoutZero = new WeakSet<LuaTable>();

/** A Lua table; raw access only, metatables are for index-ops.ts. */
export class LuaTable implements CodedKey {
  /** Fields with the names of metamethods. */
  [event: `__${string}`]: LuaValue;
  µarray: LuaValue[];
  µmap: TableMap | null = null;
  µmetatable: LuaTable | null = null;
  /** See `CodedKey`; `HAS_FIELDS` is added when there are, or have been, fields. */
  µcode = 0;

  /** The parts become the table's own; `array` has key 0 in slot 0. */
  constructor(array: LuaValue[] = EMPTY_ARRAY) {
    this.µarray = array;
  }

  /** Raw get with any key. */
  µget(key: LuaValue): LuaValue {
    if (typeof key === "number") return this.µgetInt(key);
    if (typeof key === "string") return this.µgetStr(key);
    return this.µmap === null ? this.µgetInArray(key) : this.µgetObject(this.µmap, key);
  }

  /** Raw get with a string key. */
  µgetStr(key: string): LuaValue {
    // the engine interns a name before it looks it up: a table without fields spares itself that
    if ((this.µcode & HAS_FIELDS) !== 0) {
      const v = (this as unknown as Fields)[key];
      if (v !== undefined && key.charCodeAt(0) !== MARK) return v;
    }
    return this.µmap === null ? undefined : this.µmap.get(key);
  }

  /** Raw get with a number key: a safe integer, or a fractional or infinite float. */
  µgetInt(key: number): LuaValue {
    const i = key | 0;
    if (i !== key) return this.µmap === null ? undefined : this.µmap.getOther(key);
    const array = this.µarray;
    if (i >= 0 && i < array.length) {
      const v = array[i];
      if (v !== undefined) return v;
    }
    return this.µmap === null ? undefined : this.µmap.getInt(i);
  }

  /** Raw get with a key that is neither a plain number nor a string. */
  private µgetObject(map: TableMap, key: LuaValue): LuaValue {
    if (key instanceof LuaTable) return map.getCoded(key);
    if (key instanceof LuaFloat && Number.isSafeInteger(key.n)) return this.µgetInt(key.n + 0);
    return key === undefined ? undefined : map.getOther(mapKey(key));
  }

  private µgetInArray(key: LuaValue): LuaValue {
    return key instanceof LuaFloat && Number.isSafeInteger(key.n)
      ? this.µarray[key.n + 0]
      : undefined;
  }

  /** Raw set. The key is neither nil nor NaN. */
  µset(key: LuaValue, value: LuaValue): void {
    if (typeof key === "string") this.µsetKey(key, value);
    else if (typeof key === "number") this.µsetInt((key | 0) === key ? key | 0 : key, value);
    else this.µsetObject(key, value);
  }

  private µsetObject(key: LuaValue, value: LuaValue): void {
    if (key instanceof LuaFloat && Number.isSafeInteger(key.n)) this.µsetInt(key.n + 0, value);
    else if (this.µmap !== null || value !== undefined) {
      this.µmap ??= new TableMap();
      if (key instanceof LuaTable) this.µmap.setCoded(key, value);
      else this.µmap.setOther(mapKey(key), value);
    }
  }

  /** Raw set with a string key that the program computes. */
  µsetKey(key: string, value: LuaValue): void {
    if ((this.µcode & HAS_FIELDS) !== 0 && this.µsetField(key, value)) return;
    this.µsetMap(key, value);
  }

  /** Sets a field that exists, or has existed. */
  private µsetField(key: string, value: LuaValue): boolean {
    const fields = this as unknown as Fields;
    if (fields[key] === undefined) {
      if (this.µmap?.holds(key) || !(key in this)) return false;
    } else if (key.charCodeAt(0) === MARK) return false;
    fields[key] = value;
    return true;
  }

  /** Raw set with a string key of which the host knows that it is one of few, as those that program text names. */
  µsetStr(key: string, value: LuaValue): void {
    if (isFieldName(key)) this.µsetName(key, value);
    else this.µsetMap(key, value);
  }

  /**
   * Raw set with a key that the program text names (`t.x = v`), and that may be a field. Such keys are
   * few.
   */
  µsetName(key: string, value: LuaValue): void {
    const fields = this as unknown as Fields;
    const map = this.µmap;
    if (map !== null && fields[key] === undefined && map.takesNamed(this)) {
      map.set(key, value);
      return;
    }
    if (value === undefined && fields[key] === undefined) return;
    this.µcode |= HAS_FIELDS;
    fields[key] = value;
  }

  /**
   * Makes fields of the string keys in the map, if they are few: the program text names some of them.
   * Traversals go on with the map as it was (table-iterator.ts).
   */
  µadopt(): void {
    const map = this.µmap;
    const few = map === null || map.isFixed ? null : map.few;
    if (map === null || few === null) return;
    const names = Object.keys(few);
    // a field that is dead, of a table that was weak, keeps its place in the order: a traversal would miss it
    const isDead = (name: string) => name in this;
    if (names.length + namesOf(this).length > MAX_FIELDS || names.some(isDead)) map.isFixed = true;
    else {
      const fields = newFields(this);
      for (const name of names) fields[name] = few[name];
      this.µmap = map.withoutStrings();
    }
  }

  /** Raw set with a number key: a safe integer, or a fractional or infinite float. */
  µsetInt(key: number, value: LuaValue): void {
    const i = key | 0;
    const array = this.µarray;
    if (i === key && i > 0 && i < array.length) {
      array[i] = value;
      if (value === undefined && i === array.length - 1) this.µtrim();
    } else if (i === key && i === array.length) {
      if (value !== undefined) this.µappend(value);
      // the elements of a weak table are in its map
      else if (this.µmap?.holdsAll === true) this.µsetSparse(key, value);
    } else this.µsetSparse(key, value);
  }

  /** Sets a number key outside of 1..n+1. */
  private µsetSparse(key: number, value: LuaValue): void {
    if (key === 0 && this.µmap?.holdsAll !== true) {
      if (value === undefined && this.µarray[0] !== undefined) withoutZero.add(this);
      if (this.µarray !== EMPTY_ARRAY) this.µarray[0] = value;
      else if (value !== undefined) this.µarray = [value];
      return;
    }
    if (this.µmap === null) {
      if (value === undefined) return;
      this.µmap = new TableMap();
    }
    const i = key | 0;
    if (i !== key) this.µmap.setOther(key, value);
    else {
      if (i > 0) this.µmap.hasIntegers = true;
      if (this.µmap.setInt(i, value) && !this.µmap.holdsAll) this.µgather(this.µmap);
    }
  }

  /**
   * Moves integer keys into the array part if they fill more than half of it, as C Lua's rehash does:
   * tables that begin at 2, or are filled from their end.
   */
  private µgather(map: TableMap): void {
    const size = map.denseSize(this.µarray.length - 1);
    if (size < this.µarray.length) return;
    if (this.µarray === EMPTY_ARRAY) this.µarray = [undefined];
    const { µarray: array } = this;
    for (let i = array.length; i <= size; i++) {
      const v = map.getInt(i);
      array.push(v);
      if (v !== undefined) map.setInt(i, undefined);
    }
    this.µtrim();
    this.µmigrate(map);
  }

  /** Sets key n+1 to a value that is not nil. */
  µappend(value: LuaValue): void {
    if (this.µarray === EMPTY_ARRAY) {
      if (this.µmap?.holdsAll === true) {
        this.µmap.setInt(1, value);
        return;
      }
      this.µarray = [undefined, value];
      if (this.µmap?.hasIntegers) this.µmigrate(this.µmap);
    } else this.µpush(value);
  }

  /** `append` for a table that has an array part of its own. */
  µpush(value: LuaValue): void {
    const n = this.µarray.push(value);
    if (this.µmap?.hasIntegers) this.µmigrate(this.µmap);
    if ((n & (MIN_SHED - 1)) === 0) this.µshed();
  }

  /** `push` that leaves all other elements where they are. */
  µextend(value: LuaValue): void {
    this.µarray.push(value);
    if (this.µmap?.hasIntegers) this.µmigrate(this.µmap);
  }

  /**
   * Called at each multiple of `MIN_SHED`. When the length has doubled and less than a quarter of the slots are in use,
   * moves the elements behind the first nil into the map: those of a queue, whose array part would grow for ever.
   * `µgather` moves them back when they fill more than half.
   */
  µshed(): void {
    const { µarray: array } = this;
    const n = array.length;
    if ((n & (n - 1)) !== 0 || !isSparse(array)) return;
    this.µmap ??= new TableMap();
    const { µmap: map } = this;
    let end = 1;
    while (array[end] !== undefined) end++;
    for (let i = end + 1; i < n; i++) {
      const v = array[i];
      if (v !== undefined) map.setInt(i, v);
    }
    map.hasIntegers = true;
    map.border = n - 1;
    // the same array: a stand-in may share it
    array.length = end;
  }

  /** Moves the keys that follow the array part over from `map`. */
  private µmigrate(map: TableMap): void {
    const array = this.µarray;
    for (;;) {
      const v = map.getInt(array.length);
      if (v === undefined) return;
      map.setInt(array.length, undefined);
      array.push(v);
    }
  }

  /** Restores "the last slot is not nil". */
  µtrim(): void {
    const array = this.µarray;
    let n = array.length;
    while (n > 1 && array[n - 1] === undefined) n--;
    if (n !== array.length) array.length = n;
  }

  private µsetMap(key: string, value: LuaValue): void {
    if (this.µmap === null) {
      if (value === undefined) return;
      this.µmap = new TableMap();
    }
    this.µmap.set(key, value);
  }

  /** A border (§3.4.7). */
  µlength(): number {
    const n = this.µarray.length - 1;
    return n === 0 && this.µmap !== null && this.µmap.border >= 0 ? this.µmap.findBorder() : n;
  }

  /** Gives the table parts of its own that are never replaced, for a stand-in that shares them. */
  µpin(): void {
    if (this.µmap?.holdsAll) return;
    this.µmap ??= new TableMap();
    this.µmap.pin();
    const fields = this as unknown as Fields;
    for (const key of namesOf(this)) {
      const v = fields[key];
      if (v === undefined) continue;
      this.µmap.set(key, v);
      fields[key] = undefined;
    }
    this.µcode &= ~HAS_FIELDS;
    if (this.µarray === EMPTY_ARRAY) this.µarray = [undefined];
  }

  /** Keeps all content in `map`, which is weak and holds what the table has held, from now on. */
  µweaken(map: TableMap): void {
    for (const key of namesOf(this)) (this as unknown as Fields)[key] = undefined;
    this.µcode &= ~HAS_FIELDS;
    this.µarray = EMPTY_ARRAY;
    this.µmap = map;
  }

  /** An ordinary table again, which is empty. */
  µstrengthen(): void {
    this.µmap = null;
  }
}

// so that no field is found but those that are set
delete (LuaTable.prototype as { constructor?: unknown }).constructor;
Object.setPrototypeOf(LuaTable.prototype, null);

/** Are less than a quarter of the slots of a long array part in use? */
function isSparse(array: LuaValue[]): boolean {
  const n = array.length;
  // a stack may come by the same length again and again: most are told by a few slots
  const step = Math.floor(n / SAMPLES);
  let left = SAMPLES >> 2;
  for (let i = step; i < n; i += step) if (array[i] !== undefined && --left < 0) return false;
  left = n >> 2;
  for (let i = 1; i < n; i++) if (array[i] !== undefined && --left < 0) return false;
  return true;
}

/** The fields of a table, which are its properties. */
export function fieldsOf(t: LuaTable): Readonly<Fields> {
  return t as unknown as Fields;
}

/** The fields of a table, to be set (fields.ts says which names are possible). */
export function newFields(t: LuaTable): Fields {
  t.µcode |= HAS_FIELDS;
  return t as unknown as Fields;
}

/**
 * The string keys of a table that has no others, as properties of an object, unless there are too many; null if it has
 * others. Among them may be properties of the table's own (`fieldNames`).
 */
export function recordOf(t: LuaTable): Readonly<Fields> | null {
  if (t.µarray.length > 1 || t.µarray[0] !== undefined) return null;
  if (t.µmap === null) return fieldsOf(t);
  return (t.µcode & HAS_FIELDS) === 0 ? t.µmap.onlyFew() : null;
}

/** The names of fields among those of properties. */
export function fieldNames(properties: readonly string[]): string[] {
  return properties.filter((name) => name.charCodeAt(0) !== MARK);
}

/** Is there a field that is not nil? */
export function hasFields(t: LuaTable): boolean {
  const fields = fieldsOf(t);
  return namesOf(t).some((name) => fields[name] !== undefined);
}

/** The names of fields, dead ones, too, in order. */
function namesOf(t: LuaTable): string[] {
  if ((t.µcode & HAS_FIELDS) === 0) return [];
  const names = Object.keys(t);
  return names.slice(firstName(names));
}

/** Where the names of fields begin among the names of a table's properties: its own come first. */
export function firstName(names: readonly string[]): number {
  let i = OWN_PROPERTIES;
  while (i < names.length && (names[i] as string).charCodeAt(0) === MARK) i++;
  return i;
}
