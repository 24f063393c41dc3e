/** Functions that native functions call back. */
import { nativeName } from "../runtime/native";
import { nameFault } from "../runtime/unwind";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";

/**
 * `f` as native functions call it. When `f` is native too, no code gives it a name, so that the
 * message of an argument error has its qualified one: `bad argument #1 to 'table.sort'`.
 */
export function asCallback(f: LuaFunction): LuaFunction {
  if (nativeName(f) === undefined) return f;
  return (...args: LuaValue[]): Results => {
    try {
      return f(...args);
    } catch (e) {
      throw nameFault(e, f);
    }
  };
}
