/**
 * Constant folding.
 *
 * Operators on numerals are folded where C Lua folds them, because it can be observed: such an
 * expression makes a `<const>` local a compile-time constant, and chains of constant operators
 * need no depth. Not folded are operations that may raise an error, and float results that are NaN
 * or zero (whose sign a constant would lose in C Lua).
 */

import { power } from "../runtime/float-ops";
import { fromDouble, LuaInt64, type LuaInteger, negInt, notInt, toDouble } from "../runtime/int64";
import { floatOp, integerOp } from "../runtime/number-ops";
import type { BinaryOp, ConstantExpr, Expr, FloatExpr, IntegerExpr } from "./ast";

type Numeral = IntegerExpr | FloatExpr;

function isNumeral(e: Expr): e is Numeral {
  return e.type === "Integer" || e.type === "Float";
}

/** Whether an expression is a constant as it stands. */
export function isConstant(e: Expr): e is ConstantExpr {
  switch (e.type) {
    case "Nil":
    case "True":
    case "False":
    case "Integer":
    case "Float":
    case "String":
      return true;
    default:
      return false;
  }
}

/** Whether a constant counts as true. */
export function isTruthy(e: ConstantExpr): boolean {
  return e.type !== "Nil" && e.type !== "False";
}

/** `left op right` as one numeral; undefined when it is not to be folded. */
export function foldBinary(op: BinaryOp, left: Expr, right: Expr, line: number) {
  if (!isNumeral(left) || !isNumeral(right)) return undefined;
  switch (op) {
    case "&":
    case "|":
    case "~":
    case "<<":
    case ">>": {
      const a = asInteger(left);
      const b = asInteger(right);
      if (a === undefined || b === undefined) return undefined;
      return integer(integerOp(op, a, b), line);
    }
    case "+":
    case "-":
    case "*":
    case "//":
    case "%": {
      if ((op === "//" || op === "%") && right.value === 0) return undefined;
      if (left.type === "Integer" && right.type === "Integer") {
        return integer(integerOp(op, left.value, right.value), line);
      }
      return float(floatOp(op, asDouble(left), asDouble(right)), line);
    }
    case "/":
      return right.value === 0 ? undefined : float(asDouble(left) / asDouble(right), line);
    case "^": {
      const a = asDouble(left);
      const b = asDouble(right);
      // JavaScript and C differ on infinite powers of 1
      return Number.isFinite(b) || Math.abs(a) !== 1 ? float(power(a, b), line) : undefined;
    }
    default:
      return undefined;
  }
}

/** `-operand` or `~operand` as one numeral; undefined when it is not to be folded. */
export function foldUnary(op: "-" | "~", operand: Expr, line: number) {
  if (!isNumeral(operand)) return undefined;
  if (op === "~") {
    const a = asInteger(operand);
    return a === undefined ? undefined : integer(notInt(a), line);
  }
  if (operand.type === "Integer") return integer(negInt(operand.value), line);
  return float(-operand.value, line);
}

function integer(value: LuaInteger, line: number): IntegerExpr {
  return { type: "Integer", line, value };
}

function float(value: number, line: number): FloatExpr | undefined {
  return value !== value || value === 0 ? undefined : { type: "Float", line, value };
}

function asInteger(e: Numeral): LuaInteger | undefined {
  return e.type === "Integer" ? e.value : fromDouble(e.value);
}

function asDouble(e: Numeral): number {
  return e.value instanceof LuaInt64 ? toDouble(e.value) : e.value;
}
