/**
 * Table fields whose values are made when they are first read: what a program does not use costs
 * it no time at start.
 *
 * Such a field is an accessor in the table's `hash`, so that no code that reads tables has to know.
 * As accessors would spoil the hidden class for inline caches, `hash` is replaced by a fresh object
 * as soon as one of them has turned into a plain value.
 */
import { EMPTY_HASH, type Hash, HashObject, type LuaTable } from "./table";
import type { LuaValue } from "./value";

/** The value of `table[name]` is what `make` gives, unless it is assigned first. */
export function lazyField(table: LuaTable, name: string, make: () => LuaValue): void {
  if (table.hash === EMPTY_HASH) table.hash = new HashObject();
  const before = table.hash[name];
  defineLazy(table.hash, name, {
    get() {
      // whoever makes the value may look at the one it replaces
      setPlain(table, name, before);
      const value = make();
      setPlain(table, name, value);
      return value;
    },
    set(value: LuaValue) {
      setPlain(table, name, value);
    },
  });
}

/** True while the field has neither been read nor assigned. */
export function isLazy(table: LuaTable, name: string): boolean {
  return Object.getOwnPropertyDescriptor(table.hash, name)?.get !== undefined;
}

function defineLazy(hash: Hash, name: string, accessors: PropertyDescriptor): void {
  Object.defineProperty(hash, name, { ...accessors, configurable: true, enumerable: true });
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
  for (const key of Object.keys(old)) {
    const descriptor = Object.getOwnPropertyDescriptor(old, key) as PropertyDescriptor;
    if (key === name) fresh[key] = value;
    else if (descriptor.get === undefined) fresh[key] = descriptor.value;
    else defineLazy(fresh, key, descriptor);
  }
  table.hash = fresh;
}
