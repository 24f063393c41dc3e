/**
 * The content of a weak table (§2.5.4): keys or values that are objects are held by `WeakRef`, so
 * that their pairs vanish once nobody else refers to them. With weak keys and strong values it is an
 * ephemeron table: the value is kept only as long as the key, by a JS WeakMap.
 */
import { type CodedKey, type Cursor, type MapKey, TableMap } from "./tablemap";
import type { LuaValue } from "./value";

/** Values the collector may take away; strings and numbers are values, not objects. */
function isCollectable(v: unknown): v is object {
  return (typeof v === "object" || typeof v === "function") && v !== null;
}

interface Slot {
  /** The key itself, or a reference to it. */
  key: WeakRef<object> | MapKey;
  value: WeakRef<object> | LuaValue;
}

export class WeakTableMap extends TableMap {
  private readonly slots = new Map<MapKey, Slot>();
  private readonly byObject = new WeakMap<object, { slot: Slot; strong: LuaValue }>();
  private readonly objects = new Set<Slot>();
  private sweepAt = 64;

  constructor(
    readonly weakKeys: boolean,
    readonly weakValues: boolean,
  ) {
    super();
    this.isFixed = true;
    this.holdsAll = true;
    this.border = 0;
  }

  override get(key: string): LuaValue {
    return this.getOther(key);
  }
  override set(key: string, value: LuaValue): void {
    this.setOther(key, value);
  }
  override getInt(key: number): LuaValue {
    return this.getOther(key);
  }
  override setInt(key: number, value: LuaValue): boolean {
    this.setOther(key, value);
    return false;
  }
  override getCoded(key: CodedKey): LuaValue {
    return this.getOther(key as MapKey & CodedKey);
  }
  override setCoded(key: CodedKey, value: LuaValue): void {
    this.setOther(key as MapKey & CodedKey, value);
  }

  override getOther(key: MapKey): LuaValue {
    if (this.weakKeys && isCollectable(key)) {
      const entry = this.byObject.get(key);
      if (entry === undefined) return undefined;
      return this.weakValues ? this.deref(entry.slot.value) : entry.strong;
    }
    const slot = this.slots.get(key);
    return slot === undefined ? undefined : this.deref(slot.value);
  }

  private deref(v: WeakRef<object> | LuaValue): LuaValue {
    return v instanceof WeakRef ? (v.deref() as LuaValue) : v;
  }

  override setOther(key: MapKey, value: LuaValue): void {
    const stored = this.weakValues && isCollectable(value) ? new WeakRef(value as object) : value;
    if (this.weakKeys && isCollectable(key)) {
      const entry = this.byObject.get(key);
      if (entry !== undefined) {
        entry.slot.value = this.weakValues ? stored : value === undefined ? undefined : true;
        entry.strong = this.weakValues ? undefined : value;
        return;
      }
      if (value === undefined) return;
      const slot: Slot = { key: new WeakRef(key), value: this.weakValues ? stored : true };
      this.byObject.set(key, { slot, strong: this.weakValues ? undefined : value });
      this.objects.add(slot);
    } else {
      const slot = this.slots.get(key);
      if (slot !== undefined) {
        slot.value = stored;
        return;
      }
      if (value === undefined) return;
      this.slots.set(key, { key, value: stored });
    }
    if (this.slots.size + this.objects.size > this.sweepAt) this.sweep();
  }

  /** Drops pairs that are gone. */
  private sweep(): void {
    for (const [k, slot] of this.slots)
      if (this.deref(slot.value) === undefined) this.slots.delete(k);
    for (const slot of this.objects) {
      const key = (slot.key as WeakRef<object>).deref();
      if (key === undefined || this.getOther(key as MapKey) === undefined) {
        this.objects.delete(slot);
        if (key !== undefined) this.byObject.delete(key);
      }
    }
    this.sweepAt = 64 + 2 * (this.slots.size + this.objects.size);
  }

  override cursor(): Cursor {
    return new WeakCursor(this.entries());
  }

  private *entries(): IterableIterator<[MapKey, LuaValue]> {
    for (const [key, slot] of this.slots) yield [key, this.deref(slot.value)];
    for (const slot of this.objects) {
      const key = (slot.key as WeakRef<object>).deref() as MapKey | undefined;
      if (key !== undefined) yield [key, this.getOther(key)];
    }
  }
}

class WeakCursor implements Cursor {
  key: unknown = undefined;
  value: LuaValue = undefined;

  constructor(private readonly entries: Iterator<[MapKey, LuaValue]>) {}

  step(): boolean {
    for (;;) {
      const e = this.entries.next();
      if (e.done) return false;
      if (e.value[1] === undefined) continue;
      this.key = e.value[0];
      this.value = e.value[1];
      return true;
    }
  }

  seek(): boolean {
    return false;
  }

  seekKey(): boolean {
    return false;
  }
}
