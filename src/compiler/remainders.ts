/**
 * `a * b % m`, as in powers modulo a prime, in one piece.
 *
 * The product of two integers that fit in 32 bits is a box from 2^53 up, and only its remainder is wanted: one helper gives
 * that without the box. If the operands are no integers, or the product wraps around, the expression is
 * evaluated operator by operator; nothing has happened until then.
 */
import type { BinaryExpr, Expr } from "../parser/ast";
import type { Lowering } from "./lower";
import { inner, type Plan } from "./operands";

/** Below, the product is likely to be small, and operators of their own are as quick. */
const MIN_MODULUS = 0x10000;

/** How to compute `e`; undefined when it is no such expression. */
export function remainderOf(lo: Lowering, e: BinaryExpr): Plan | undefined {
  if (lo.skipsRemainders || e.op !== "%") return undefined;
  const product = inner(e.left);
  if (product.type !== "Binary" || product.op !== "*") return undefined;
  const { left, right } = product;
  // the operators of a chain are evaluated from its beginning
  if (left.type === "Binary" || isFloat(lo, left) || isFloat(lo, right)) return undefined;
  const modulus = modulusText(lo, inner(e.right));
  if (modulus === undefined) return undefined;
  const code = (operand: Expr) => lo.evaluated.get(operand)?.code;
  return {
    cond: (target) => `(${target}=MM(${code(left)},${code(right)},${modulus}))!==void 0`,
    first: [left, right],
  };
}

/** A constant, or a variable: what can be read before the product is there. */
function modulusText(lo: Lowering, e: Expr): string | undefined {
  if (e.type === "Integer")
    return typeof e.value === "number" && e.value >= MIN_MODULUS ? String(e.value) : undefined;
  if (e.type !== "Local" || lo.isUnboxed(e.variable)) return undefined;
  return lo.slotValue(e.variable);
}

/** Is it certainly a float, or kept as a plain double? */
function isFloat(lo: Lowering, expr: Expr): boolean {
  const e = inner(expr);
  return e.type === "Float" || (e.type === "Local" && lo.isUnboxed(e.variable));
}
