/**
 * Native functions: JS functions that Lua code calls.
 *
 * They take Lua values and return `Results`. The mark `native` holds the qualified name
 * (`string.rep`), used in tracebacks and to tell natives from compiled Lua functions, which carry
 * no mark.
 */
import { spread } from "./spread";
import { LuaTable } from "./table";
import type { LuaFunction, LuaValue } from "./value";

export type NativeFunction = LuaFunction & {
  native: string;
  captured?: LuaValue[];
  withoutObject?: LuaFunction;
};

/** Marks `fn` as the native function `name`. */
export function native(name: string, fn: LuaFunction): NativeFunction {
  (fn as NativeFunction).native = name;
  return fn as NativeFunction;
}

/** As `native`, for a function made for certain values, which debug.getupvalue shows. */
export function nativeClosure(name: string, captured: LuaValue[], fn: LuaFunction): NativeFunction {
  const f = native(name, fn);
  f.captured = captured;
  return f;
}

/**
 * A `__call` metamethod that has no use for the object in front of its arguments. Calls of the object
 * go straight to `fn` then, without an array for the arguments.
 */
export function callMethod(name: string, fn: LuaFunction): NativeFunction {
  const f = native(name, (_object: LuaValue, ...args: LuaValue[]) => spread(fn, args));
  f.withoutObject = fn;
  return f;
}

/** What a function made by `callMethod` calls. */
export function withoutObject(fn: LuaFunction): LuaFunction | undefined {
  return (fn as Partial<NativeFunction>).withoutObject;
}

/** What a native function has been made for: upvalue n is at index n - 1. */
export function capturedValues(fn: LuaFunction): LuaValue[] {
  return (fn as Partial<NativeFunction>).captured ?? [];
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
  const qualifier = prefix === "" ? "" : `${prefix}.`;
  for (const name of Object.keys(functions))
    into.µsetName(name, native(qualifier + name, functions[name] as LuaFunction));
  return into;
}
