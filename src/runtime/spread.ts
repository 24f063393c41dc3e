/**
 * Calls with arguments that come as an array.
 *
 * Where the engine's optimising compiler copies a function with rest parameters into a call with spread
 * arguments, it allows for as many as it has seen there, but sees none: every such call leaves the compiled
 * code, which is thrown away and made again without end. And without that, the call takes five times as long
 * as one with the arguments written out.
 */
import type { LuaFunction, LuaValue, Results } from "./value";

/** `f(...values)` */
export function spread(f: LuaFunction, values: LuaValue[]): Results {
  switch (values.length) {
    case 0:
      return f();
    case 1:
      return f(values[0]);
    case 2:
      return f(values[0], values[1]);
    case 3:
      return f(values[0], values[1], values[2]);
    case 4:
      return f(values[0], values[1], values[2], values[3]);
    case 5:
      return f(values[0], values[1], values[2], values[3], values[4]);
    default:
      return f(...values);
  }
}

/** `f(a, ...values)` */
export function spread1(f: LuaFunction, a: LuaValue, values: LuaValue[]): Results {
  switch (values.length) {
    case 0:
      return f(a);
    case 1:
      return f(a, values[0]);
    case 2:
      return f(a, values[0], values[1]);
    case 3:
      return f(a, values[0], values[1], values[2]);
    case 4:
      return f(a, values[0], values[1], values[2], values[3]);
    default:
      return f(a, ...values);
  }
}

/** `f(a, b, ...values)` */
export function spread2(f: LuaFunction, a: LuaValue, b: LuaValue, values: LuaValue[]): Results {
  switch (values.length) {
    case 0:
      return f(a, b);
    case 1:
      return f(a, b, values[0]);
    case 2:
      return f(a, b, values[0], values[1]);
    case 3:
      return f(a, b, values[0], values[1], values[2]);
    default:
      return f(a, b, ...values);
  }
}
