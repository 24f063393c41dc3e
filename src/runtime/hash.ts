/** The part of a table for string keys, as properties of an object (table.ts). */
import type { LuaValue } from "./value";

/** String keys as properties; the prototype chain holds nothing. */
export interface Hash {
  [key: string]: LuaValue;
}

const hashPrototype = Object.create(null);
/** Gives the constructors of record shapes in generated code the same empty prototype. */
export function hashClass<T>(constructor: T): T {
  (constructor as { prototype: unknown }).prototype = hashPrototype;
  return constructor;
}
// a plain function, because the prototype of a class can't be replaced
export const HashObject = hashClass(function (this: Hash) {}) as unknown as new () => Hash;

/** The hash of all tables that don't have their own yet. */
export const EMPTY_HASH: Hash = Object.freeze(new HashObject());

/** Those with fields that are made when they are read (lazy.ts). */
export const lazyHashes = new WeakSet<Hash>();
