/**
 * The names of JSON objects. Most objects of a document have the names of others, in the same order:
 * a tree of the names that followed each other says which name probably comes next, and for those
 * met often there is a constructor that makes all fields at once.
 */
import { LuaTable, type LuaValue, recordClass } from "../../host";

/** Longer names are not kept, nor objects with more fields, which tables don't keep as fields. */
const MAX_NAME = 32;
const MAX_FIELDS = 16;
/** With more shapes than this all are forgotten: objects whose names are data have no end of them. */
const MAX_SHAPES = 2000;
/** Objects of a shape before its constructor is made, which takes as long as a hundred objects. */
const ENOUGH = 32;

/** `isNameAt` compares names with the text as it is. */
const NEEDS_ESCAPES = /["\\\x00-\x1f]/;

/** Becoming a name, a string gets its own bytes; before, it holds on to the whole text. */
const probe: Readonly<Record<string, undefined>> = Object.create(null);

let count = 0;

/** The names of an object so far. */
export class Shape {
  /** The name that followed last, and the shape with it. */
  usualName = "";
  usualNext: Shape | null = null;
  private readonly following = new Map<string, Shape>();
  private met = 0;
  private record: ReturnType<typeof recordClass> | null = null;

  constructor(readonly names: readonly string[]) {}

  /** The shape with one more name; null where tables are not that simple. */
  and(name: string): Shape | null {
    const next = this.following.get(name) ?? this.add(name);
    if (next === null) return null;
    this.usualName = name;
    this.usualNext = next;
    return next;
  }

  private add(name: string): Shape | null {
    const { names } = this;
    const first = name.charCodeAt(0);
    const isSimple =
      name.length <= MAX_NAME && !(first >= 0x30 && first <= 0x39) && !NEEDS_ESCAPES.test(name);
    if (!isSimple || names.length === MAX_FIELDS || names.includes(name)) return null;
    void probe[name];
    const next = new Shape([...names, name]);
    this.following.set(name, next);
    count++;
    return next;
  }

  /** An object with the values from `base` on. */
  table(values: readonly LuaValue[], base: number): LuaTable {
    const { record } = this;
    return record === null ? this.newTable(values, base) : new record(values, base);
  }

  private newTable(values: readonly LuaValue[], base: number): LuaTable {
    if (++this.met === ENOUGH && this.names.length > 0) this.record = recordClass(this.names);
    return slowTable(this, values, base);
  }
}

let first = new Shape([]);

/** The shape of objects without names. */
export function firstShape(): Shape {
  if (count > MAX_SHAPES) {
    count = 0;
    first = new Shape([]);
  }
  return first;
}

/** An object with the values from `base` on, field by field. */
export function slowTable({ names }: Shape, values: readonly LuaValue[], base: number): LuaTable {
  const t = new LuaTable();
  for (let i = 0; i < names.length; i++) t.µsetKey(names[i] as string, values[base + i]);
  return t;
}

/** Whether `name` and a quote come at `at`. */
export function isNameAt(s: string, name: string, at: number): boolean {
  const n = name.length;
  if (s.length - at <= n) return false;
  let i = 0;
  while (i < n && s.charCodeAt(at + i) === name.charCodeAt(i)) i++;
  return i === n && s.charCodeAt(at + n) === 0x22;
}

/**
 * Names seen before, by a hash of their bytes. A string cut from the text has to be looked up in the
 * engine's table of names each time it becomes a key; one that was a key already need not be.
 */
const known: string[] = new Array(1024).fill("");
/** The name whose bytes begin at `start`; undefined when it has escapes or does not end. */
export function nameAt(s: string, start: number): string | undefined {
  let hash = 0;
  let i = start;
  for (; ; i++) {
    if (i >= s.length) return undefined;
    const c = s.charCodeAt(i);
    if (c === 0x22) break;
    if (c < 0x20 || c === 0x5c) return undefined;
    hash = (Math.imul(hash, 31) + c) | 0;
  }
  const length = i - start;
  if (length > MAX_NAME) return s.slice(start, i);
  const slot = (hash ^ (hash >>> 10)) & 1023;
  const name = known[slot] as string;
  if (name.length === length && isNameAt(s, name, start)) return name;
  const fresh = s.slice(start, i);
  void probe[fresh];
  known[slot] = fresh;
  return fresh;
}
