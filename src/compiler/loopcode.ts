/** Loops of interpreted functions that are compiled on their own: how they get the values that a frame holds. */
import { isInt } from "../runtime/arith-general";
import { hiOf, loOf } from "../runtime/int64";
import type { LoopExit } from "../runtime/luaframe";
import { LuaFloat, type LuaValue } from "../runtime/value";
import type { FunctionCode, LoopNode, Unboxed } from "./ir";
import { partsOf, registerBase } from "./layout";

/** A loop as a function: see `EntryPrinter` in print-fast.ts. */
export type LoopFunction = (...held: unknown[]) => LuaValue[] | LoopExit;

/**
 * The arguments for the function of a loop. Undefined where a variable holds no value of the kind that the code takes
 * for certain; compiled code would have left its typed form by now.
 */
export function loopArguments(
  code: FunctionCode,
  { scope }: LoopNode,
  held: readonly unknown[],
): unknown[] | undefined {
  const base = registerBase(code);
  const args = held.slice(1, base);
  for (let i = 0; i < (scope?.registers ?? 0); i++) {
    const name = `r${i}`;
    const value = held[base + i];
    const kind = scope?.unboxed.get(name);
    const parts = kind === undefined ? { "": value } : unboxed(value as LuaValue, kind);
    if (parts === undefined) return undefined;
    for (const part of partsOf(code, name)) args.push(parts[part.slice(name.length)]);
  }
  return args;
}

/** A value in the form that typed code keeps it in, by the letters of its parts. */
function unboxed(v: LuaValue, kind: Unboxed): Record<string, unknown> | undefined {
  switch (kind) {
    case "double":
      if (v instanceof LuaFloat) return { "": v.n };
      return typeof v === "number" && !Number.isInteger(v) ? { "": v } : undefined;
    case "halves":
      return isInt(v) ? { h: hiOf(v), l: loOf(v) } : undefined;
    case "number":
      if (v instanceof LuaFloat) return { d: v.n, f: 1 };
      // see `sumValue` for the zero
      return typeof v === "number" ? { d: v === 0 ? -0 : v, f: +!Number.isInteger(v) } : undefined;
    case "word":
      return typeof v === "number" && v >>> 0 === v ? { w: v | 0 } : undefined;
  }
}
