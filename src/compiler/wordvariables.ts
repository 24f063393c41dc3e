/**
 * Variables that hold 32-bit words, such as the state of a CRC.
 *
 * From 2^31 up an integer is a double to the JIT, and a variable that is now the one and now the other is
 * slow. Those that are only ever assigned results of bitwise operators, with a constant among them that a word
 * needs all 32 bits for, or other such variables, are therefore kept as an int32 in typed code, `r1w`. They become Lua values where they
 * leave the expressions of words.ts, and where a frame is saved. If a value turns out to be no word, the
 * function moves over to its resumable form, which makes no assumptions.
 */
import type { CallExpr, Expr, FunctionBody, LocalVar } from "../parser/ast";
import { all, any } from "./lists";
import type { Lowering } from "./lower";
import { inner } from "./operands";
import { MAX_INT32, MAX_WORD, wordsOf, wordToLow } from "./words";

/** What is known of the variables of a function. */
interface Known {
  isWord(v: LocalVar): boolean;
  /** The function that a variable always holds. */
  readonly functions: ReadonlyMap<LocalVar, FunctionBody>;
}

/** The variables among those that are assigned these values. */
export function findWords(
  assignments: ReadonlyMap<LocalVar, readonly Expr[]>,
  functions: ReadonlyMap<LocalVar, FunctionBody>,
  isExcluded: (v: LocalVar) => boolean,
): Set<LocalVar> {
  const found = new Set<LocalVar>();
  const anyVariable: Known = { isWord: () => true, functions };
  for (const [v, values] of assignments)
    if (!isExcluded(v) && all(values, (e) => e.type === "Local" || isLikely(e, anyVariable)))
      found.add(v);
  const known: Known = { isWord: (v) => found.has(v), functions };
  // what is computed from a variable that drops out drops out, too
  for (let shrank = found.size > 0; shrank; ) {
    shrank = false;
    const full = fullOf(found, assignments, functions);
    for (const v of found) {
      const values = assignments.get(v) ?? [];
      const fits = values.length > 1 ? isAssigned : isComputed;
      if (full.has(v) && all(values, (e) => fits(e, known))) continue;
      found.delete(v);
      shrank = true;
    }
  }
  return found;
}

/** Is it a value for a word that is assigned again and again? */
function isAssigned(e: Expr, known: Known): boolean {
  return isCopy(e, known) || isLikely(e, known);
}

/** For one that is assigned once it must be worth it. */
function isComputed(e: Expr, known: Known): boolean {
  return inner(e).type === "Binary" && isCertain(e, known);
}

function isCopy(e: Expr, known: Known): boolean {
  return e.type === "Local" && known.isWord(e.variable);
}

/** The variables with values that need all 32 bits. */
function fullOf(
  variables: ReadonlySet<LocalVar>,
  assignments: ReadonlyMap<LocalVar, readonly Expr[]>,
  functions: ReadonlyMap<LocalVar, FunctionBody>,
): Set<LocalVar> {
  const full = new Set<LocalVar>();
  const known: Known = { isWord: (v) => full.has(v), functions };
  for (let grew = true; grew; ) {
    grew = false;
    for (const v of variables) {
      if (full.has(v) || !any(assignments.get(v) ?? [], (e) => isFull(e, known))) continue;
      full.add(v);
      grew = true;
    }
  }
  return full;
}

/** Does the result need all 32 bits: by a constant, or by a variable that `known` names? */
function isFull(expr: Expr, known: Known): boolean {
  let e = inner(expr);
  // what is long nests to the left: follow it without recursion
  while (e.type === "Binary" && (e.op === "|" || e.op === "~")) {
    if (isFull(e.right, known)) return true;
    e = inner(e.left);
  }
  if (e.type === "Local") return known.isWord(e.variable);
  if (e.type === "Call") return maskOfResult(e, known) > MAX_INT32;
  if (e.type !== "Binary") return constantOf(e) > MAX_INT32;
  if (e.op !== "&") return false;
  const mask = maskOf(e);
  return mask >= 0 ? mask > MAX_INT32 : isFull(e.left, known) || isFull(e.right, known);
}

/** A constant that is a word, else -1. */
function constantOf(expr: Expr): number {
  const e = inner(expr);
  if (e.type !== "Integer" || typeof e.value !== "number") return -1;
  return e.value <= MAX_WORD ? e.value : -1;
}

/** The constant that an `&` masks its other operand with; negative if there is none. */
function maskOf(e: Expr): number {
  if (e.type !== "Binary" || e.op !== "&") return -1;
  return Math.max(constantOf(e.left), constantOf(e.right));
}

/** What a call of a local function that ends with `return … & 0xffffffff` masks its result with. */
function maskOfResult(e: CallExpr, { functions }: Known): number {
  const fn = e.func.type === "Local" ? functions.get(e.func.variable) : undefined;
  const last = fn?.body.statements.at(-1);
  return last?.type === "Return" && last.exprs.length === 1
    ? maskOf(inner(last.exprs[0] as Expr))
    : -1;
}

/** Is the result a word if the operands are? */
function isLikely(expr: Expr, known: Known): boolean {
  return isResult(expr, known, (e) => isLikelyOperand(e, known));
}

/** Is the result a word if the operands are integers? */
function isCertain(expr: Expr, known: Known): boolean {
  return isResult(expr, known, (e) => isCopy(inner(e), known) || isCertain(e, known));
}

/** `isOperand`: an operand of what gives a word if it is given words. */
function isResult(expr: Expr, known: Known, isOperand: (e: Expr) => boolean): boolean {
  const e = inner(expr);
  if (e.type === "Call") return maskOfResult(e, known) >= 0;
  if (e.type !== "Binary") return constantOf(e) >= 0;
  switch (e.op) {
    case "&":
      return maskOf(e) >= 0 || isCopy(inner(e.left), known) || isCopy(inner(e.right), known);
    case "|":
    case "~":
      return isOperand(e.left) && isOperand(e.right);
    case ">>": {
      const by = constantOf(e.right);
      return by >= 0 && by < 32 && isOperand(e.left);
    }
    default:
      return false;
  }
}

function isLikelyOperand(expr: Expr, known: Known): boolean {
  const e = inner(expr);
  return (
    e.type === "Local" ||
    e.type === "Index" ||
    e.type === "Call" ||
    e.type === "MethodCall" ||
    isLikely(e, known)
  );
}

/**
 * Evaluates a value for such a variable: into `yw` in typed code, else into the temporary that is returned.
 */
export function wordValue(lo: Lowering, expr: Expr, line: number): string {
  const t = lo.newTemp();
  wordInto(lo, expr, t, line);
  return t;
}

/** One of several values that are assigned together: into `t0w` in typed code. */
export function wordPart(lo: Lowering, expr: Expr, line: number): string {
  const t = lo.intoTemp((temp) => wordInto(lo, expr, temp, line));
  if (lo.isTyped) lo.emit(`${t}w=yw;`);
  lo.holdsWord(t);
  return t;
}

function wordInto(lo: Lowering, expr: Expr, t: string, line: number): void {
  const e = inner(expr);
  if (e.type === "Integer") {
    const { code, value } = lo.operand(e);
    lo.emit(lo.isTyped ? `yw=${(value as number) | 0};` : `${t}=${code};`);
    return;
  }
  if (e.type === "Local" && lo.isWord(e.variable)) {
    const slot = lo.slot(e.variable);
    lo.emit(lo.isTyped ? `yw=${slot}w;` : `${t}=${slot};`);
    return;
  }
  const plan = e.type === "Binary" ? wordsOf(lo, e) : undefined;
  const first = plan?.first ?? [];
  for (const leaf of first) lo.evaluated.set(leaf, lo.operand(leaf));
  // in hooked code each operator is a step of its own
  const low = lo.isTyped ? plan?.low("yw") : undefined;
  const quick = lo.isHooked ? undefined : lo.isTyped ? low?.cond : plan?.cond(t);
  const oneByOne = () => {
    lo.skipsWords = true;
    // hardly ever does it come here if there is a quick way
    const wasSlow = lo.isSlow;
    lo.isSlow ||= quick !== undefined;
    lo.into(e, t);
    lo.isSlow = wasSlow;
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
  };
  if (low?.sure === undefined) lo.emitIf(quick === undefined ? "true" : `!(${quick})`, oneByOne);
  else {
    lo.skip(oneByOne);
    lo.emit(low.sure);
  }
  for (const leaf of first) lo.evaluated.delete(leaf);
}

/** Assigns what `wordValue` has evaluated; what `wordPart` has, if it is `from` there. */
export function setWord(lo: Lowering, v: LocalVar, t: string, from = "yw"): void {
  const slot = lo.slot(v);
  lo.emit(lo.isTyped ? `${slot}w=${from};` : `${slot}=${t};`);
}
