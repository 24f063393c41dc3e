/**
 * Table fields whose values are made when they are first read: what a program does not use costs
 * it no time at start.
 *
 * Such a field is an accessor in the table's `hash`, so that no code that reads tables has to know.
 * As accessors would spoil the hidden class for inline caches, `hash` is replaced by a fresh object
 * as soon as one of them has turned into a plain value.
 */
import { EMPTY_HASH, HashObject, lazyHashes } from "./hash";
import type { LuaTable } from "./table";
import type { LuaValue } from "./value";

/** The value of `table[name]` is what `make` gives, unless it is assigned first. */
export function lazyField(table: LuaTable, name: string, make: () => LuaValue): void {
  lazyFields(table, [name], make);
}

/** Makes several fields lazy in one go: this runs at every start. */
export function lazyFields(
  table: LuaTable,
  names: Iterable<string>,
  make: (name: string) => LuaValue,
): void {
  if (table.hash === EMPTY_HASH) table.hash = new HashObject();
  const { hash } = table;
  lazyHashes.add(hash);
  for (const name of names) {
    const before = hash[name];
    Object.defineProperty(hash, name, {
      get() {
        // whoever makes the value may look at the one it replaces
        setPlain(table, name, before);
        const value = make(name);
        setPlain(table, name, value);
        return value;
      },
      set(value: LuaValue) {
        setPlain(table, name, value);
      },
      configurable: true,
      enumerable: true,
    });
  }
}

/** Makes a field plain, in its old place in the order. */
function setPlain(table: LuaTable, name: string, value: LuaValue): void {
  const old = table.hash;
  if (Object.getOwnPropertyDescriptor(old, name)?.get === undefined) {
    table.setName(name, value);
    return;
  }
  // its parts may be shared, see LuaTable.pin
  if (table.dynamic < 0) {
    const enumerable = true;
    Object.defineProperty(old, name, { configurable: true, writable: true, enumerable, value });
    return;
  }
  const fresh = new HashObject();
  lazyHashes.add(fresh);
  for (const key of Object.keys(old)) {
    const descriptor = Object.getOwnPropertyDescriptor(old, key) as PropertyDescriptor;
    if (key === name) fresh[key] = value;
    else if (descriptor.get === undefined) fresh[key] = descriptor.value;
    else Object.defineProperty(fresh, key, descriptor);
  }
  table.hash = fresh;
}
