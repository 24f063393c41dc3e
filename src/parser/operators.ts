/** Operators (§3.4.8): how tight they bind, and the nodes that they make of their operands. */
import * as tk from "../lexer/token";
import type { BinaryOp, Expr } from "./ast";
import { foldBinary, isConstant, isTruthy } from "./fold";
import type { Parser } from "./state";

/** How tight unary operators hold their operand. */
export const UNARY_PRIORITY = 12;
/** Priorities by token, 0 for tokens that are no operators: how tight it holds its operands. */
export const LEFT = new Uint8Array(tk.TOKEN_LIMIT);
export const RIGHT = new Uint8Array(tk.TOKEN_LIMIT);
export const OPERATORS = new Array<BinaryOp | "and" | "or" | undefined>(tk.TOKEN_LIMIT).fill(
  undefined,
);

function operator(token: number, text: BinaryOp | "and" | "or", left: number, right = left) {
  LEFT[token] = left;
  RIGHT[token] = right;
  OPERATORS[token] = text;
}

operator(tk.TK_OR, "or", 1);
operator(tk.TK_AND, "and", 2);
operator(tk.CH_LT, "<", 3);
operator(tk.CH_GT, ">", 3);
operator(tk.TK_LE, "<=", 3);
operator(tk.TK_GE, ">=", 3);
operator(tk.TK_EQ, "==", 3);
operator(tk.TK_NE, "~=", 3);
operator(tk.CH_PIPE, "|", 4);
operator(tk.CH_TILDE, "~", 5);
operator(tk.CH_AMP, "&", 6);
operator(tk.TK_SHL, "<<", 7);
operator(tk.TK_SHR, ">>", 7);
operator(tk.TK_CONCAT, "..", 9, 8);
operator(tk.CH_PLUS, "+", 10);
operator(tk.CH_MINUS, "-", 10);
operator(tk.CH_STAR, "*", 11);
operator(tk.CH_SLASH, "/", 11);
operator(tk.TK_IDIV, "//", 11);
operator(tk.CH_PERCENT, "%", 11);
operator(tk.CH_CARET, "^", 14, 13);

/** `left op right`, computed if both are numerals. */
export function makeBinary(
  p: Parser,
  op: BinaryOp,
  left: Expr,
  right: Expr,
  line: number,
  endLine: number,
): Expr {
  switch (op) {
    case "..":
      // one instruction in C Lua, together with the chain to the right
      if (right.type === "Binary" && right.op === "..") {
        return { type: "Binary", line: right.line, op, left, right };
      }
      return { type: "Binary", line, op, left, right };
    case "==":
    case "~=":
      return { type: "Binary", line: endLine, op, left, right };
    case "<":
    case "<=":
    case ">":
    case ">=":
      noteNumber(left);
      noteNumber(right);
      return { type: "Binary", line: endLine, op, left, right };
    default:
      if (op === "/" || op === "^") p.chunk.hasFloats = true;
      noteNumber(left);
      noteNumber(right);
      return foldBinary(op, left, right, line) ?? { type: "Binary", line, op, left, right };
  }
}

function noteNumber(e: Expr): void {
  if (e.type === "Local") e.variable.isNumeric = true;
}

/** A constant to the left decides, as far as C Lua looks at it. */
export function makeLogical(
  p: Parser,
  op: "and" | "or",
  left: Expr,
  right: Expr,
  line: number,
): Expr {
  if (decides(left, op)) {
    p.sealed = single(right);
    return p.sealed;
  }
  return { type: "Logical", line, op, left, right };
}

/** True when the right operand of `left op …` is certainly its value, as far as C Lua looks. */
function decides(left: Expr, op: "and" | "or"): boolean {
  if (isConstant(left)) return isTruthy(left) === (op === "and");
  // `nil and nil or x`: the first operator could not decide, but leaves a constant
  return (
    left.type === "Logical" &&
    left.op !== op &&
    isConstant(left.left) &&
    isConstant(left.right) &&
    isTruthy(left.right) === (op === "and")
  );
}

type MultiExpr = Extract<Expr, { type: "Call" | "MethodCall" | "Vararg" }>;

/** Whether an expression may have any number of values. */
export function isMulti(e: Expr | undefined): e is MultiExpr {
  return e?.type === "Call" || e?.type === "MethodCall" || e?.type === "Vararg";
}

/** The expression with its results cut to one. */
export function single(e: Expr): Expr {
  if (!isMulti(e)) return e;
  return { type: "Paren", line: e.line, inner: e };
}
