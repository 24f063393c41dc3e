/** Metatables and metamethods (§2.4). */
import { control } from "./control";
import { LuaTable } from "./table";
import { type LuaValue, Thread, Userdata } from "./value";

/** The metatable of any value, or null. */
export function getMetatable(v: LuaValue): LuaTable | null {
  if (v instanceof LuaTable || v instanceof Userdata) return v.µmetatable;
  switch (typeof v) {
    case "string":
      return control.strings;
    case "undefined":
      return control.types.nil ?? null;
    case "boolean":
      return control.types.boolean ?? null;
    case "function":
      return control.types.function ?? null;
    default:
      return (v instanceof Thread ? control.types.thread : control.types.number) ?? null;
  }
}

/** The metamethod `event` (`__index`) of a value; undefined when it has none. */
export function getMetamethod(v: LuaValue, event: string): LuaValue {
  const mt = getMetatable(v);
  return mt === null ? undefined : mt.µgetStr(event);
}

// A lookup by a name in the text has a cache of its own; getStr is shared by all names.

/** What `__index` of a metatable says. */
export function indexHandler(mt: LuaTable): LuaValue {
  const handler = mt.__index;
  return handler === undefined && mt.µmap !== null ? mt.µmap.named(mt, "__index") : handler;
}

/** What `__newindex` of a metatable says. */
export function newindexHandler(mt: LuaTable): LuaValue {
  const handler = mt.__newindex;
  return handler === undefined && mt.µmap !== null ? mt.µmap.named(mt, "__newindex") : handler;
}
