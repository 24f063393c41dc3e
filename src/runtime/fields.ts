/** String keys as properties of JavaScript objects (table.ts, tablemap.ts). */
import type { LuaValue } from "./value";

export interface Fields {
  [name: string]: LuaValue;
}

/**
 * What the names of a table's own properties and methods begin with, µ. As a byte it does not begin any text in
 * UTF-8, so hardly a program has such a key; those that have one find it in the table's map.
 */
export const MARK = 0xb5;

/** Can a key be a property? Those that begin with a digit could be indices, for which JavaScript has an order of its own. */
export function isFieldName(key: string): boolean {
  const c = key.charCodeAt(0);
  return !((c <= 57 && c >= 48) || c === MARK);
}

// a plain function, because the prototype of a class can't be replaced
function Plain(this: Fields) {}
Plain.prototype = Object.create(null);
/** An object whose prototype chain holds nothing. */
export const FieldsObject = Plain as unknown as new () => Fields;
