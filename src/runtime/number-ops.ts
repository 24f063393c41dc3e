/** Operators by their signs on two integers or two doubles (§3.4.1, §3.4.2), at run time and for constant folding. */
import type { ArithOp } from "./arith-general";
import { operationError } from "./error";
import { floatMod, power } from "./float-ops";
import {
  addInt,
  andInt,
  floorDivInt,
  type LuaInteger,
  modInt,
  mulInt,
  negInt,
  notInt,
  orInt,
  shlInt,
  shrInt,
  subInt,
  xorInt,
} from "./int64";

/** Any operator but `/` and `^`; throws where the divisor is zero. Unary ones ignore `b`. */
export function integerOp(op: ArithOp, a: LuaInteger, b: LuaInteger): LuaInteger {
  switch (op) {
    case "+":
      return addInt(a, b);
    case "-":
      return subInt(a, b);
    case "*":
      return mulInt(a, b);
    case "//":
      if (b === 0) throw operationError("attempt to divide by zero");
      return floorDivInt(a, b);
    case "%":
      if (b === 0) throw operationError("attempt to perform 'n%0'");
      return modInt(a, b);
    case "&":
      return andInt(a, b);
    case "|":
      return orInt(a, b);
    case "~":
      return xorInt(a, b);
    case "<<":
      return shlInt(a, b);
    case ">>":
      return shrInt(a, b);
    case "not":
      return notInt(a);
    default:
      return negInt(a);
  }
}

/** Any operator but the bitwise ones. */
export function floatOp(op: ArithOp, x: number, y: number): number {
  switch (op) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / y;
    case "//":
      return Math.floor(x / y);
    case "%":
      return floatMod(x, y);
    case "^":
      return power(x, y);
    default:
      return -x;
  }
}
