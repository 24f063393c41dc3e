/**
 * The metatables that mark a table as JSON's array or object, per Lua state. It matters for empty
 * tables: what builtins give as a list is written as `[]` again.
 */
import { LuaTable } from "../runtime/table";
import type { Host } from "./context";

export interface JsonTypes {
  readonly array: LuaTable;
  readonly object: LuaTable;
}

function makeTypes(): JsonTypes {
  const make = (type: string) => {
    const t = new LuaTable();
    t.µsetStr("__jsontype", type);
    return t;
  };
  return { array: make("array"), object: make("object") };
}

export function jsonTypes(host: Host): JsonTypes {
  return host.store(makeTypes);
}

/** The metatable of empty arrays that were read, so that they are written as `[]` again. */
export function arrayMarker(host: Host): LuaTable {
  return jsonTypes(host).array;
}
