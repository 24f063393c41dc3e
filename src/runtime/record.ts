/** Tables that are made or filled in one go. */
import { maxBytes } from "./limits";
import { EMPTY_ARRAY, LuaTable, newFields } from "./table";
import type { LuaValue } from "./value";

/** What a constructor of tables assigns first, as that of LuaTable does; `a` is the array part. There are fields. */
export const OWN_ASSIGNMENTS = "this.µarray=a;this.µmap=null;this.µmetatable=null;this.µcode=1;";

/** A new table whose last positional value may be nil. */
export function makeTable(t: LuaTable): LuaTable {
  const { µarray: array } = t;
  if (array[array.length - 1] === undefined) t.µtrim();
  return t;
}

/** Elements that are filled in without a look at the time: 16 million take 60 ms. */
const MAX_FILLED = 2 ** 24;

/** Gives the keys `from` to `to` of a table the same value if it is a new one; the first key that is left. */
export function fillArray(t: LuaValue, from: number, to: number, value: LuaValue): number {
  const isNew = t instanceof LuaTable && t.µarray === EMPTY_ARRAY && t.µmap === null;
  // a table with a finaliser or a weak one has a map
  if (!isNew || from !== 1 || !(to >= 1) || t.µmetatable !== null) return from;
  if (maxBytes !== Number.POSITIVE_INFINITY) return from;
  const n = Math.min(Math.floor(to), MAX_FILLED);
  const array: LuaValue[] = new Array(n + 1);
  array[0] = undefined;
  t.µarray = array.fill(value, 1);
  return n + 1;
}

/** Gives a constructor the prototype of all tables. */
export function tableClass<T>(constructor: T): T {
  (constructor as { prototype: unknown }).prototype = LuaTable.prototype;
  return constructor;
}

/** A table with this array part and these fields, of the kind that a constructor in compiled code makes. */
export function newTable(
  array: LuaValue[],
  names: readonly string[],
  values: readonly LuaValue[],
): LuaTable {
  // one without fields must not be looked up as if it had some
  if (names.length === 0) return new LuaTable(array);
  const t = new (tableWithRoom(names.length))(array);
  const fields = newFields(t);
  for (let i = 0; i < names.length; i++) fields[names[i] as string] = values[i];
  return t;
}

/**
 * A constructor of tables with room for so many fields. JavaScriptCore makes an object as large as the assignments in
 * its constructor say, and takes all that have the same size, and the same names in the same order, to be of one kind.
 */
function tableWithRoom(fields: number): new (array: LuaValue[]) => LuaTable {
  let known = rooms[fields];
  if (known === undefined) {
    let assign = "";
    for (let i = 0; i < fields; i++) assign += `this.f${i}=a;`;
    known = tableClass(new Function("a", `${OWN_ASSIGNMENTS}if(a===void 0){${assign}}`));
    rooms[fields] = known;
  }
  return known as new (
    array: LuaValue[],
  ) => LuaTable;
}

const rooms: unknown[] = [];

/** A constructor of tables with these fields (fields.ts says which names are possible); their values stand from `base` on. */
export function recordClass(
  names: readonly string[],
): new (
  values: readonly LuaValue[],
  base: number,
) => LuaTable {
  const assign = names.map((name, i) => `this[${JSON.stringify(name)}]=v[b+${i}]`).join(";");
  const make = new Function("a", `return function(v,b){${OWN_ASSIGNMENTS}${assign}}`);
  return tableClass(make(EMPTY_ARRAY));
}
