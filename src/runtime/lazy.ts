/**
 * Table fields whose values are made when they are first read: what a program does not use costs
 * it no time at start.
 *
 * Until then they are in the table's map, where whoever finds no field of a name looks for it.
 */
import { isFieldName } from "./fields";
import { type LuaTable, newFields } from "./table";
import { TableMap } from "./tablemap";
import type { LuaValue } from "./value";

type Make = (name: string) => LuaValue;

class LazyMap extends TableMap {
  private readonly makers = new Map<string, Make>();
  /** Fields that those still to be made take the place of. */
  private readonly replaced = new Map<string, LuaValue>();
  /** The table has no fields any more. */
  isPinned = false;

  constructor(private readonly table: LuaTable) {
    super();
    this.isFixed = true;
  }

  /** Without calls: this runs at every start, and what is called often enough would be compiled. */
  add(names: Iterable<string>, make: Make): void {
    const { makers } = this;
    const fields = newFields(this.table);
    for (const name of names) {
      if (fields[name] !== undefined) {
        this.replaced.set(name, fields[name]);
        fields[name] = undefined;
      }
      makers.set(name, make);
    }
  }

  override pin(): void {
    this.makeAll();
    this.isPinned = true;
  }

  override holds(name: string): boolean {
    return this.makers.has(name) || super.get(name) !== undefined;
  }

  override get(name: string): LuaValue {
    const make = this.makers.get(name);
    if (make === undefined) return super.get(name);
    // whoever makes the value may look at the one it replaces
    this.set(name, this.replaced.get(name));
    const value = make(name);
    this.set(name, value);
    return value;
  }

  /** Fields of the table that are new, or are assigned before they are made. */
  override set(name: string, value: LuaValue): void {
    this.makers.delete(name);
    if (this.isPinned || !isFieldName(name)) super.set(name, value);
    else if (value !== undefined || name in this.table) newFields(this.table)[name] = value;
  }

  override makeAll(): void {
    for (const name of [...this.makers.keys()]) this.get(name);
  }
}

/** The value of `table[name]` is what `make` gives, unless it is assigned first. */
export function lazyField(table: LuaTable, name: string, make: () => LuaValue): void {
  lazyFields(table, [name], make);
}

/** Makes several fields lazy in one go; those of a table that has a map for other reasons are made at once. */
export function lazyFields(table: LuaTable, names: Iterable<string>, make: Make): void {
  table.µmap ??= new LazyMap(table);
  const map = table.µmap;
  if (map instanceof LazyMap && !map.isPinned) map.add(names, make);
  else for (const name of names) table.µset(name, make(name));
}
