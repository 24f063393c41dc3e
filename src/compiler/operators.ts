/**
 * Lowering of arithmetic, bitwise and logical operators, concatenation and length (§3.4.1-§3.4.7).
 * arith.ts holds the fast paths; halves.ts, words.ts and doubles.ts take expressions of several
 * operators.
 */
import type { BinaryExpr, Expr, LogicalExpr } from "../parser/ast";
import { fastPath, floatText, HELPERS, isInt32, rawCode } from "./arith";
import { concat } from "./concatenation";
import { comparison, isComparison } from "./conditions";
import { doublesOf } from "./doubles";
import { FloatKind } from "./floats";
import { halvesOf } from "./halves";
import { partOf } from "./indexing";
import { all, kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { isTemp, Kind, type Operand, truthTest } from "./operand";
import { isFloatOperator, type Plan } from "./operands";
import { remainderOf } from "./remainders";
import { wordsOf } from "./words";

/**
 * C Lua's code for `x - 0` adds the negative, so that it is 0.0 for -0.0: the operand is a negative zero here,
 * which only helpers see (arith.ts).
 */
export function binary(lo: Lowering, e: BinaryExpr, target: string, wanted: boolean): Kind {
  if (isComparison(e.op)) {
    const c = comparison(lo, e);
    if (c !== target) lo.emit(`${target}=${c};`);
    return Kind.Boolean;
  }
  if (e.op === "..") {
    concat(lo, e, target);
    return Kind.Any;
  }
  // a+b+c+… nests to the left: walk down without recursion
  const chain: BinaryExpr[] = [e];
  let left = e.left;
  while (left.type === "Binary" && !isComparison(left.op) && left.op !== "..") {
    chain.push(left);
    left = left.left;
  }
  let a = lo.number(left);
  let known = lo.floats.begin(left);
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i] as BinaryExpr;
    const isFloatNode = isFloatOperator(node.op);
    known = isFloatNode ? lo.floats.combine(known, node.op, node.right) : UNKNOWN;
    const isDouble =
      known.kind === FloatKind.Certain || (known.kind === FloatKind.Likely && wanted && i === 0);
    if (!isFloatNode) a = lo.general(a);
    const mark = lo.tempMark;
    let b = isFloatNode ? lo.number(node.right) : lo.operand(node.right);
    if (node.op === "-" && b.kind === Kind.Int && b.value === 0) b = { ...b, code: "(-0)" };
    let to = target;
    if (i > 0) {
      // an intermediate result may take the place of a temporary on its left
      to = isTemp(a.code) && a.code !== target ? a.code : lo.newTemp();
    }
    if (isDouble) doubleArithmetic(lo, node, a, b, to);
    else arithmetic(lo, node, a, b, to);
    if (i > 0 && to === a.code) lo.releaseTemps(mark);
    a = { code: to, kind: isDouble ? Kind.Double : Kind.Any };
    if (i > 0) {
      if (isDouble) lo.holdsDouble(to);
      else lo.holdsAny(to);
    }
  }
  return a.kind;
}

/** The text of an operand without effects, or of one that has been evaluated. */
export function textOfLeaf(lo: Lowering, leaf: Expr): string {
  const known = lo.evaluated.get(leaf);
  if (known !== undefined) return known.code;
  if (leaf.type !== "Local") throw new Error("not an operand without effects");
  return lo.slotValue(leaf.variable);
}

/** Evaluates an expression on 64-bit integers by their halves; false if it is no such expression. */
export function onHalves(lo: Lowering, e: BinaryExpr, target: string): boolean {
  const plan = halvesOf(lo, e, (leaf) => textOfLeaf(lo, leaf));
  if (plan === undefined) return false;
  const { first } = plan;
  if (first !== undefined) lo.evaluated.set(first, lo.operand(first));
  // the halves of the operands are read before the target is assigned
  const t = isTemp(target) ? target : lo.newTemp();
  lo.emitIf(
    // in hooked code each operator is a step of its own
    lo.isHooked ? "false" : plan.cond,
    () => lo.emit(plan.statements(t)),
    () => {
      lo.skipsHalves = true;
      binary(lo, e, t, false);
      lo.skipsHalves = false;
    },
  );
  if (first !== undefined) lo.evaluated.delete(first);
  if (t !== target) lo.emit(`${target}=${t};`);
  return true;
}

/** Evaluates an expression in one piece if its result has a fraction; false if it is no such one. */
export function onDoubles(lo: Lowering, e: BinaryExpr, target: string): boolean {
  return inOnePiece(lo, e, target, doublesOf(lo, e), "skipsDoubles");
}

/** The same for a float variable: a plain double in typed code. */
export function onRawDoubles(lo: Lowering, e: BinaryExpr, target: string): boolean {
  return inOnePiece(lo, e, target, doublesOf(lo, e), "skipsDoubles", true);
}

/** Evaluates an expression on 32-bit words in one piece; false if it is no such one. */
export function onWords(lo: Lowering, e: BinaryExpr, target: string): boolean {
  return inOnePiece(lo, e, target, wordsOf(lo, e), "skipsWords");
}

/** Evaluates the remainder of a product in one piece; false if it is no such expression. */
export function onRemainders(lo: Lowering, e: BinaryExpr, target: string): boolean {
  return inOnePiece(lo, e, target, remainderOf(lo, e), "skipsRemainders");
}

/** Evaluates an expression by a plan, or operator by operator if that fails. */
function inOnePiece(
  lo: Lowering,
  e: BinaryExpr,
  target: string,
  plan: Plan | undefined,
  skips: "skipsDoubles" | "skipsRemainders" | "skipsWords",
  isRaw = false,
): boolean {
  if (plan === undefined) return false;
  lo.evaluateFirst(plan.first);
  // the operands are read again if it fails
  const t = isRaw || isTemp(target) ? target : lo.newTemp();
  const oneByOne = () => {
    const wasSlow = lo.isSlow;
    // integers that are no words are rare, and short functions are copied into their callers
    if (skips === "skipsWords") lo.isSlow = true;
    lo[skips] = true;
    binary(lo, e, t, isRaw);
    lo[skips] = false;
    lo.isSlow = wasSlow;
  };
  const sure = lo.isTyped ? plan.sure?.(t) : undefined;
  const cond = (isRaw && lo.isTyped ? plan.raw : undefined) ?? plan.cond;
  if (sure === undefined) lo.emitIf(lo.isHooked ? "true" : `!(${cond(t)})`, oneByOne);
  else {
    lo.skip(oneByOne);
    lo.emit(sure);
  }
  for (const first of plan.first) lo.evaluated.delete(first);
  if (t !== target) lo.emit(`${target}=${t};`);
  return true;
}

const UNKNOWN = { kind: FloatKind.Unknown, isNumber: false };

function arithmetic(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand, target: string): void {
  // fast paths that assign the target before they know whether they hold need one of their own
  const shared = target === a.code || target === b.code;
  const t = shared ? lo.newTemp() : target;
  const helper = HELPERS[e.op] as string;
  const isSlow = lo.isPlain || lo.isSlow;
  const fast = isSlow ? undefined : fastPath(e.op, lo.untyped(a), lo.untyped(b), t);
  lo.useScratch(fast?.scratch ?? 0);
  const args = `${lo.argument(a)},${lo.argument(b)}`;
  const slow = (k: number) => `k=${k};${t}=${helper}(${args});if(${t}===null)break sus;`;
  const resume = `${t}=F(v)`;
  if (fast === undefined) lo.op(slow, resume, e.line, e);
  else if (fast.cond === "") lo.emit(`${fast.expr};`);
  else if (fast.expr === "") lo.op((k) => `if(!(${fast.cond})){${slow(k)}}`, resume, e.line, e);
  else lo.op((k) => `if(${fast.cond})${fast.expr};else{${slow(k)}}`, resume, e.line, e);
  if (shared) lo.emit(`${target}=${t};`);
}

/** Arithmetic whose result is a plain double in typed code (floats.ts). */
function doubleArithmetic(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand, t: string): void {
  lo.usesDoubles = true;
  if (!lo.isTyped) {
    arithmetic(lo, e, a, b, t);
    return;
  }
  // the same temporaries as in untyped code
  if (t === a.code || t === b.code) lo.newTemp();
  const open = mapped(
    kept([a, b], (o) => o.kind === Kind.Any),
    (o) => `typeof ${o.code}==="number"`,
  );
  if (e.op === "^") lo.useScratch(1);
  const expr = `${t}=${floatText(e.op, rawCode(a), rawCode(b), b)};`;
  const args = `${lo.argument(a)},${lo.argument(b)}`;
  const slow = (k: number) =>
    `k=${k};h=${HELPERS[e.op]}(${args});if(h===null)break sus;if((${t}=DB(h))===void 0){deopt h}`;
  const number = (o: Operand) =>
    o.kind === Kind.Double || o.kind === Kind.Float || o.kind === Kind.Int;
  const simple = !all([a, b], (o) => number(o) || o.kind === Kind.Any);
  lo.op(
    (k) =>
      simple ? slow(k) : open.length === 0 ? expr : `if(${open.join("&&")})${expr}else{${slow(k)}}`,
    `${t}=F(v)`,
    e.line,
    e,
  );
}

/** `wanted`: the value is one for a float variable. */
export function unary(
  lo: Lowering,
  e: Expr & { type: "Unary" },
  target: string,
  wanted: boolean,
): Kind {
  if (e.op === "not") {
    const c = lo.condition(e.operand);
    lo.emit(`${target}=!${c};`);
    return Kind.Boolean;
  }
  const a =
    e.op !== "-"
      ? lo.operand(e.operand)
      : wanted
        ? lo.doubleOperand(e.operand)
        : lo.number(e.operand);
  const isConstant = e.op === "-" && a.kind === Kind.Float && a.value !== undefined;
  const isDouble = a.kind === Kind.Double || isConstant;
  if (isDouble && lo.isTyped) {
    lo.usesDoubles = true;
    if (target === a.code) lo.newTemp();
    lo.op(() => `${target}=-${rawCode(a)};`, `${target}=F(v)`, e.line, e);
    return Kind.Double;
  }
  const helper = e.op === "-" ? "unm" : e.op === "~" ? "bnot" : "len";
  const x = a.code;
  const shared = target === x;
  const t = shared ? lo.newTemp() : target;
  const slow = (k: number) => `k=${k};${t}=${helper}(${x});if(${t}===null)break sus;`;
  let fast = "";
  if (lo.isPlain || lo.isSlow) fast = "";
  else if (e.op === "#") {
    const { tests, code } = partOf(a, "array");
    // a queue has its elements elsewhere (`µshed` of tables)
    const isThere = `(${code}.length>1||${x}.µmap===null)`;
    const all = [...tests, `${x}.µmetatable===null`, isThere].join("&&");
    const length = `if(${all})${t}=${code}.length-1;else `;
    if (a.kind === Kind.Any) fast = `if(typeof ${x}==="string")${t}=${x}.length;else ${length}`;
    else if (a.kind === Kind.Table) fast = length;
  } else if (a.kind === Kind.Any || a.kind === Kind.Int) {
    // what is no box has no sign of zero to be kept, whether it has a fraction or not
    const test = e.op === "-" && a.kind === Kind.Any ? `typeof ${x}==="number"` : isInt32(a);
    if (test === "" || test !== "false")
      fast = `if(${test === "" ? "true" : test})${t}=${e.op === "-" ? `0-${x}` : `~${x}`};else `;
  }
  lo.op((k) => `${fast}{${slow(k)}}`, `${t}=F(v)`, e.line, e);
  if (shared) lo.emit(`${target}=${t};`);
  return isDouble ? Kind.Double : Kind.Any;
}

export function logical(lo: Lowering, e: LogicalExpr, target: string): void {
  // the left value may be an operand of the right side: keep it apart until it is decided
  const t = isTemp(target) ? target : lo.newTemp();
  const kind = lo.into(e.left, t);
  const test = truthTest({ code: t, kind });
  lo.emitIf(e.op === "and" ? test : `!${test}`, () => {
    const mark = lo.tempMark;
    lo.into(e.right, t);
    lo.releaseTemps(mark);
  });
  if (t !== target) lo.emit(`${target}=${t};`);
}
