/**
 * Native functions: JS functions that Lua code calls.
 *
 * They take Lua values and return `Results`. The mark `native` holds the qualified name
 * (`string.rep`), used in tracebacks and to tell natives from compiled Lua functions, which carry
 * no mark.
 */
import { LuaTable } from "./table";
import type { LuaFunction } from "./value";

export type NativeFunction = LuaFunction & { native: string };

/** Marks `fn` as the native function `name`. */
export function native(name: string, fn: LuaFunction): NativeFunction {
  (fn as NativeFunction).native = name;
  return fn as NativeFunction;
}

/** The qualified name of a native function; undefined for functions written in Lua. */
export function nativeName(fn: LuaFunction): string | undefined {
  return (fn as Partial<NativeFunction>).native;
}

/** A table of native functions; `prefix` (`string`) qualifies their names, "" for globals. */
export function library(
  prefix: string,
  functions: Record<string, LuaFunction>,
  into: LuaTable = new LuaTable(),
): LuaTable {
  for (const [name, fn] of Object.entries(functions))
    into.setName(name, native(prefix === "" ? name : `${prefix}.${name}`, fn));
  return into;
}
