/** Calls (§3.4.10). */
import { LuaError, OperandFault } from "./error";
import { getMetamethod } from "./metatable";
import type { LuaFunction, LuaValue, Results } from "./value";

/** Calls any value; one that is no function through its `__call` metamethods. */
export function call(f: LuaValue, ...args: LuaValue[]): Results {
  if (typeof f === "function") return f(...args);
  return resolveCall(f, args)(...args);
}

/** The function to call for `f`; each `__call` on the way puts its object in front of `args`. */
export function resolveCall(f: LuaValue, args: LuaValue[]): LuaFunction {
  let callee = f;
  // C Lua gives up after 255 objects too
  for (let i = 0; i < 255; i++) {
    if (typeof callee === "function") return callee;
    const handler = getMetamethod(callee, "__call");
    if (handler === undefined) break;
    args.unshift(callee);
    callee = handler;
  }
  throw new LuaError(undefined, new OperandFault("call", callee, 0));
}
