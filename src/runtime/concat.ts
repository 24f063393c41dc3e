/** Concatenation and length, with their metamethods (§3.4.6, §3.4.7). */
import { call } from "./call";
import { raise } from "./control";
import { operandError } from "./error";
import { SUSPENDED } from "./frame";
import { neverInline } from "./jit";
import { getMetamethod, getMetatable } from "./metatable";
import { numberToString } from "./number";
import { LuaTable } from "./table";
import { first, isNumber, type LuaValue } from "./value";

/** `a .. b` (§3.4.6). */
export function concat(a: LuaValue, b: LuaValue): LuaValue {
  const x = typeof a === "string" ? a : isNumber(a) ? numberToString(a) : undefined;
  const y = typeof b === "string" ? b : isNumber(b) ? numberToString(b) : undefined;
  if (x !== undefined && y !== undefined) return x + y;
  const handler = getMetamethod(a, "__concat") ?? getMetamethod(b, "__concat");
  if (handler === undefined) {
    const error = operandError("concatenate", x === undefined ? a : b, x === undefined ? 0 : 1);
    return raise(error) as unknown as LuaValue;
  }
  const r = call(handler, a, b);
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}

/** `#v` (§3.4.7). */
export function lengthOf(v: LuaValue): LuaValue {
  if (typeof v === "string") return v.length;
  const mt = v instanceof LuaTable ? v.µmetatable : getMetatable(v);
  const handler = mt === null ? undefined : (mt.__len ?? mt.µmap?.get("__len"));
  if (handler === undefined) {
    if (v instanceof LuaTable) return v.µlength();
    throw operandError("get length of", v, 0);
  }
  // unary operators pass their operand twice, as in C Lua
  const r = typeof handler === "function" ? handler(v, v) : call(handler, v, v);
  return r === SUSPENDED ? (r as unknown as LuaValue) : first(r);
}

neverInline(concat, lengthOf);
