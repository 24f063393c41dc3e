/** Calls (§3.4.10). */
import { operandError, runtimeError } from "./error";
import { getMetamethod } from "./metatable";
import type { LuaFunction, LuaValue, Results } from "./value";

/** Calls any value; one that is no function through its `__call` metamethods. */
export function call(f: LuaValue, ...args: LuaValue[]): Results {
  if (typeof f === "function") return f(...args);
  return resolveCall(f, args)(...args);
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
