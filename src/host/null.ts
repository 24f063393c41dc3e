/**
 * `json.null`: a value that stands for "null" where nil would mean "absent" (JSON, YAML, SQL
 * parameters). One per Lua state, and true in conditions like every userdata.
 */
import { native } from "../runtime/native";
import { LuaTable } from "../runtime/table";
import { type LuaValue, Userdata } from "../runtime/value";
import type { Host } from "./context";

const NULL = Symbol("null");

function makeNull(): Userdata {
  const meta = new LuaTable();
  meta.µsetName("__name", "null");
  meta.µsetName("__metatable", "null");
  meta.µsetName(
    "__tostring",
    native("null.__tostring", () => "null"),
  );
  return new Userdata(NULL, meta);
}

/** The null of this Lua state. */
export function nullOf(host: Host): Userdata {
  return host.store(makeNull);
}

/** Is it `json.null`? */
export function isNull(v: LuaValue): boolean {
  return v instanceof Userdata && v.value === NULL;
}
