/** Tables of many that have the same fields, made in one go. */
import { EMPTY_ARRAY, LuaTable } from "./table";
import type { LuaValue } from "./value";

/** What a constructor of tables assigns first, as that of LuaTable does; `a` is the array part. There are fields. */
export const OWN_ASSIGNMENTS = "this.µarray=a;this.µmap=null;this.µmetatable=null;this.µcode=1;";

/** Gives a constructor the prototype of all tables. */
export function tableClass<T>(constructor: T): T {
  (constructor as { prototype: unknown }).prototype = LuaTable.prototype;
  return constructor;
}

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
