/**
 * The operands of expressions that are computed on plain doubles in one piece (doubles.ts, sums.ts),
 * and the plans for that (words.ts, too).
 */
import type { BinaryExpr, Expr, LocalVar } from "../parser/ast";
import { isFieldName } from "../runtime/fields";

const MAX_OPERANDS = 8;

/** How to compute an expression in one piece. */
export interface Plan {
  /** JS condition that computes the result into the target; false if it could not. */
  cond(target: string): string;
  /** The same for a float variable, as a plain double. */
  raw?(target: string): string;
  /** A statement that does it, where nothing has to be tested. */
  sure?(target: string): string | undefined;
  /** Operands to be evaluated first, in this order, and only once. */
  first: Expr[];
}

export class Operands {
  readonly leaves: Expr[] = [];
  operators = 0;
  /** There has been a sign, which fails for what is no number as operators do. */
  private hasSign = false;
  isPossible = true;
  /** How many of the operands have to be evaluated beforehand: up to the last with effects. */
  first = 0;

  constructor(
    /** Does the variable's register hold something that is no Lua value? */
    private readonly isOpaque: (v: LocalVar) => boolean,
    /** Operands of all kinds are taken, if they can be evaluated beforehand. */
    private readonly takesAll = false,
  ) {}

  /** Collects the operands in the order of their evaluation. */
  scan(expr: Expr): void {
    const e = inner(expr);
    if (e.type === "Binary" && isFloatOperator(e.op)) {
      this.scan(e.left);
      this.scan(e.right);
      this.operators++;
      return;
    }
    if (e.type === "Unary" && e.op === "-" && !this.takesAll) {
      this.scan(e.operand);
      this.hasSign = true;
      return;
    }
    this.leaves.push(e);
    if (this.leaves.length > MAX_OPERANDS) this.isPossible = false;
    if (isConstant(e) || this.isReadable(e)) return;
    // one with effects must not come after an operator, which might fail before it
    const isCallOrField = e.type === "Call" || e.type === "MethodCall" || e.type === "Index";
    if (this.operators > 0 || this.hasSign || !(isCallOrField || this.takesAll))
      this.isPossible = false;
    this.first = this.leaves.length;
  }

  /** Can it be read without effects, if no metamethod comes in between? */
  private isReadable(e: Expr): boolean {
    if (e.type === "Local") return this.isVariable(e);
    if (e.type === "Global") return true;
    if (e.type !== "Index") return false;
    const key = inner(e.key);
    const beside = neighbour(key);
    const simple =
      this.isVariable(key) ||
      (key.type === "Integer" && typeof key.value === "number" && key.value >= 0) ||
      (key.type === "String" && isFieldName(key.value)) ||
      (beside !== undefined && this.isVariable(beside.base));
    return simple && this.isReadable(inner(e.object));
  }

  private isVariable(e: Expr): boolean {
    return e.type === "Local" && e.variable.constant === undefined && !this.isOpaque(e.variable);
  }
}

/** Operators that give integers if all operands are. */
export const INTEGER_OPERATORS: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "&",
  "|",
  "~",
  "<<",
  ">>",
]);

/** Operators that give a float if one operand is a float and the other a number. */
export function isFloatOperator(op: string): boolean {
  return op === "+" || op === "-" || op === "*" || op === "/" || op === "^";
}

/** The expression without the parentheses around it. */
export function inner(expr: Expr): Expr {
  let e = expr;
  while (e.type === "Paren") e = e.inner;
  if (e.type === "Local" && e.variable.constant !== undefined) return e.variable.constant;
  return e;
}

/** A numeral that is a plain JS number. */
export function isConstant(e: Expr): boolean {
  return (e.type === "Integer" || e.type === "Float") && typeof e.value === "number";
}

/** `a ^ 2` */
export function isSquared(e: BinaryExpr): boolean {
  const exponent = inner(e.right);
  return e.op === "^" && isConstant(exponent) && "value" in exponent && exponent.value === 2;
}

/** `a / (b * c)`, `a / -b`, `(a * b) ^ c`: the sign of an infinity depends on that of a zero below. */
export function hasProductBelow(expr: Expr): boolean {
  const e = inner(expr);
  if (e.type === "Unary") return hasProductBelow(e.operand);
  if (e.type !== "Binary" || !isFloatOperator(e.op)) return false;
  return (
    (e.op === "/" && hasProduct(e.right)) ||
    (e.op === "^" && !isSquared(e) && (hasProduct(e.left) || hasProduct(e.right))) ||
    hasProductBelow(e.left) ||
    hasProductBelow(e.right)
  );
}

function hasProduct(expr: Expr): boolean {
  const e = inner(expr);
  // the negative of the integer 0 is 0, not -0
  if (e.type === "Unary") return true;
  if (e.type !== "Binary" || !isFloatOperator(e.op)) return false;
  if (isSquared(e)) return false;
  return e.op === "*" || e.op === "/" || e.op === "^" || hasProduct(e.left) || hasProduct(e.right);
}

/** `i + 1`, `i - 1` and the like as a key: a variable, and what is added to it. */
export function neighbour(key: Expr): { base: Expr & { type: "Local" }; step: string } | undefined {
  if (key.type !== "Binary" || (key.op !== "+" && key.op !== "-")) return undefined;
  const { left, right } = key;
  if (left.type !== "Local" || left.variable.constant !== undefined) return undefined;
  if (right.type !== "Integer" || typeof right.value !== "number") return undefined;
  if (right.value < 0 || right.value > 1000) return undefined;
  return { base: left, step: `${key.op}${right.value}` };
}
