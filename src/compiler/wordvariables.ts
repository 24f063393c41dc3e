/**
 * Variables that hold 32-bit words, such as the state of a CRC.
 *
 * From 2^31 up an integer is a double to the JIT, and a variable that is now the one and now the other is
 * slow. Those that are only ever assigned results of bitwise operators, with a constant among them that a word
 * needs all 32 bits for, or other such variables, are therefore kept as an int32 in typed code, `r1w`. They become Lua values where they
 * leave the expressions of words.ts, and where a frame is saved. If a value turns out to be no word, the
 * function moves over to its resumable form, which makes no assumptions.
 */
import type { Expr, LocalVar } from "../parser/ast";
import { all, any } from "./lists";
import type { Lowering } from "./lower";
import { inner } from "./operands";
import { MAX_INT32, MAX_WORD, wordsOf, wordToLow } from "./words";

/** The variables among those that are assigned these values. */
export function findWords(
  assignments: ReadonlyMap<LocalVar, readonly Expr[]>,
  isExcluded: (v: LocalVar) => boolean,
): Set<LocalVar> {
  const found = new Set<LocalVar>();
  const isCopy = (e: Expr) => e.type === "Local" && found.has(e.variable);
  for (const [v, values] of assignments)
    if (
      values.length > 1 &&
      !isExcluded(v) &&
      all(values, (e) => e.type === "Local" || isLikely(e))
    )
      found.add(v);
  if (found.size === 0) return found;
  // what is copied from a variable that drops out drops out, too
  for (let shrank = true; shrank; ) {
    shrank = false;
    const full = fullOf(found, assignments);
    for (const v of found) {
      const values = assignments.get(v) ?? [];
      if (full.has(v) && all(values, (e) => isLikely(e) || isCopy(e))) continue;
      found.delete(v);
      shrank = true;
    }
  }
  return found;
}

/** The variables with values that need all 32 bits, their own or those of one that they are a copy of. */
function fullOf(
  variables: ReadonlySet<LocalVar>,
  assignments: ReadonlyMap<LocalVar, readonly Expr[]>,
): Set<LocalVar> {
  const full = new Set<LocalVar>();
  const isFullValue = (e: Expr) => (e.type === "Local" ? full.has(e.variable) : isFull(e));
  for (let grew = true; grew; ) {
    grew = false;
    for (const v of variables) {
      if (full.has(v) || !any(assignments.get(v) ?? [], isFullValue)) continue;
      full.add(v);
      grew = true;
    }
  }
  return full;
}

/** A constant that needs all 32 bits, somewhere in it. */
function isFull(expr: Expr): boolean {
  let e = inner(expr);
  // what is long nests to the left: follow it without recursion
  for (; e.type === "Binary"; e = inner(e.left)) if (isFull(e.right)) return true;
  return isWordConstant(e) && (e.value as number) > MAX_INT32;
}

function isWordConstant(e: Expr): e is Expr & { type: "Integer" } {
  return e.type === "Integer" && typeof e.value === "number" && e.value >= 0 && e.value <= MAX_WORD;
}

/** Is the result a word if the operands are? */
function isLikely(expr: Expr): boolean {
  const e = inner(expr);
  if (e.type !== "Binary") return isWordConstant(e);
  switch (e.op) {
    case "&":
      return isWordConstant(inner(e.left)) || isWordConstant(inner(e.right));
    case "|":
    case "~":
      return isLikelyOperand(e.left) && isLikelyOperand(e.right);
    case ">>": {
      const by = inner(e.right);
      return isWordConstant(by) && (by.value as number) < 32 && isLikelyOperand(e.left);
    }
    default:
      return false;
  }
}

function isLikelyOperand(expr: Expr): boolean {
  const e = inner(expr);
  return (
    e.type === "Local" ||
    e.type === "Index" ||
    e.type === "Call" ||
    e.type === "MethodCall" ||
    isLikely(e)
  );
}

/**
 * Evaluates a value for such a variable: into `yw` in typed code, else into the temporary that is returned.
 */
export function wordValue(lo: Lowering, expr: Expr, line: number): string {
  const e = inner(expr);
  const t = lo.newTemp();
  if (e.type === "Integer") {
    const { code, value } = lo.operand(e);
    lo.emit(lo.isTyped ? `yw=${(value as number) | 0};` : `${t}=${code};`);
    return t;
  }
  if (e.type === "Local" && lo.isWord(e.variable)) {
    const slot = lo.slot(e.variable);
    lo.emit(lo.isTyped ? `yw=${slot}w;` : `${t}=${slot};`);
    return t;
  }
  const plan = e.type === "Binary" ? wordsOf(lo, e) : undefined;
  const first = plan?.first ?? [];
  for (const leaf of first) lo.evaluated.set(leaf, lo.operand(leaf));
  // in hooked code each operator is a step of its own
  const quick = lo.isHooked ? undefined : lo.isTyped ? plan?.low("yw") : plan?.cond(t);
  lo.emitIf(quick === undefined ? "true" : `!(${quick})`, () => {
    lo.skipsWords = true;
    lo.into(e, t);
    lo.skipsWords = false;
    lo.op(
      (k) =>
        lo.isTyped
          ? `if(typeof ${t}==="number"&&(${t}>>>0)===${t}){yw=${wordToLow(t)}}else{k=${k};deopt ${t}}`
          : "",
      `${t}=v`,
      line,
      e,
    );
  });
  for (const leaf of first) lo.evaluated.delete(leaf);
  return t;
}

/** Assigns what `wordValue` has evaluated. */
export function setWord(lo: Lowering, v: LocalVar, t: string): void {
  const slot = lo.slot(v);
  lo.emit(lo.isTyped ? `${slot}w=yw;` : `${slot}=${t};`);
}
