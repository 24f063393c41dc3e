/** Calls (§3.4.10). */
import { ArgumentFault, LuaError, operandError, runtimeError } from "./error";
import { getMetamethod } from "./metatable";
import { nativeName, withoutObject } from "./native";
import { spread } from "./spread";
import type { LuaFunction, LuaValue, Results } from "./value";

/** Calls any value; one that is no function through its `__call` metamethods. */
export function call(f: LuaValue, ...args: LuaValue[]): Results {
  if (typeof f === "function") return spread(f, args);
  const given = args.length;
  const callee = resolveCall(f, args);
  if (nativeName(callee) === undefined) return spread(callee, args);
  return callNative(callee, args, args.length - given);
}

/** Calls a native function behind `extra` objects with `__call`, which its errors don't count (luaL_argerror). */
export function callNative(callee: LuaFunction, args: LuaValue[], extra: number): Results {
  try {
    return spread(callee, args);
  } catch (e) {
    // one that has no use for the object doesn't count it itself
    if (e instanceof LuaError && e.pending instanceof ArgumentFault)
      e.pending.extra = withoutObject(callee) === undefined ? extra : extra - 1;
    throw e;
  }
}

/** Objects with `__call` that may stand between a call and its function, as in C Lua. */
const MAX_CALL_CHAIN = 15;

/** The function to call for `f`; each `__call` on the way puts its object in front of `args`. */
export function resolveCall(f: LuaValue, args: LuaValue[]): LuaFunction {
  let callee = f;
  for (let i = 0; ; i++) {
    if (typeof callee === "function") return callee;
    const handler = getMetamethod(callee, "__call");
    if (handler === undefined) throw operandError("call", callee, 0);
    if (i >= MAX_CALL_CHAIN) throw runtimeError("'__call' chain too long");
    args.unshift(callee);
    callee = handler;
  }
}
