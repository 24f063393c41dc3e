/** Lowering of conditions and comparisons (§3.4.4). */
import type { BinaryExpr, Expr } from "../parser/ast";
import { rawCode } from "./arith";
import { comparisonOf } from "./doubles";
import { kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { Kind, type Operand, truthTest } from "./operand";

/** A JS condition that is true when `e` is neither nil nor false. */
export function condition(lo: Lowering, e: Expr): string {
  switch (e.type) {
    case "Paren":
      return lo.condition(e.inner);
    case "Unary":
      return e.op === "not" ? `!${lo.condition(e.operand)}` : truthTest(lo.operand(e));
    case "Binary":
      return isComparison(e.op) ? comparison(lo, e) : truthTest(lo.operand(e));
    case "Logical": {
      const left = lo.condition(e.left);
      let right = "";
      const before = lo.opCount;
      const nodes = lo.collect(() => {
        right = lo.condition(e.right);
      });
      if (nodes.length === 0) return `(${left}${e.op === "and" ? "&&" : "||"}${right})`;
      const t = lo.newTemp();
      lo.emit(`${t}=${left};`);
      nodes.push(`${t}=${right};`);
      const hi = lo.opCount;
      lo.emit({
        type: "if",
        cond: e.op === "and" ? t : `!${t}`,
        taken: nodes,
        orelse: [],
        lo: before,
        mid: hi,
        hi,
      });
      return t;
    }
    default:
      return truthTest(lo.operand(e));
  }
}

export function isComparison(op: string): boolean {
  return op === "==" || op === "~=" || op === "<" || op === "<=" || op === ">" || op === ">=";
}

/** Emits a comparison; returns JS text of its boolean result. */
export function comparison(lo: Lowering, e: BinaryExpr): string {
  if (e.op === "==" || e.op === "~=") return operandComparison(lo, e);
  const plan = comparisonOf(lo, e);
  if (plan === undefined) return operandComparison(lo, e);
  lo.evaluateFirst(plan.first);
  const t = lo.newTemp();
  lo.emitIf(`!(${plan.cond(t)})`, () => {
    lo.skipsDoubles = true;
    const mark = lo.tempMark;
    lo.emit(`${t}=${operandComparison(lo, e)};`);
    lo.releaseTemps(mark);
    lo.skipsDoubles = false;
  });
  for (const first of plan.first) lo.evaluated.delete(first);
  return t;
}

/** A comparison of operands that are evaluated one by one. */
function operandComparison(lo: Lowering, e: BinaryExpr): string {
  const isEquality = e.op === "==" || e.op === "~=";
  const side = (s: Expr) => lo.untyped(isEquality ? lo.numericOperand(s) : lo.number(s));
  const a = side(e.left);
  const b = side(e.right);
  if (isEquality) return equality(lo, e, a, b);
  const known = (o: Operand) =>
    o.kind === Kind.Int || o.kind === Kind.Float || o.kind === Kind.Double;
  const untypedKnown = (o: Operand) => known(o) && o.kind !== Kind.Double;
  const number = (o: Operand) => (known(o) ? rawCode(o) : `+${o.code}`);
  const direct = `${number(a)}${e.op}${number(b)}`;
  if (untypedKnown(a) && untypedKnown(b)) return `(${direct})`;
  const t = lo.newTemp();
  if (known(a) && known(b)) {
    lo.op(() => `${t}=${direct};`, `${t}=B(v)`, e.line, e);
    return t;
  }
  // a > b is b < a (§3.4.4)
  const swap = e.op === ">" || e.op === ">=";
  const helper = e.op === "<" || e.op === ">" ? "lt" : "le";
  const [x, y] = swap ? [b, a] : [a, b];
  // a metamethod wants its floats boxed
  const args = `${lo.argument(x)},${lo.argument(y)}`;
  const test = mapped(
    kept([a, b], (o) => !known(o)),
    (o) => (o.kind === Kind.Any ? `typeof ${o.code}==="number"` : "false"),
  ).join("&&");
  lo.op(
    (k) =>
      lo.quickly(
        test,
        `${t}=${direct};`,
        `k=${k};${t}=${helper}(${args});if(${t}===null)break sus;`,
      ),
    `${t}=B(v)`,
    e.line,
    e,
  );
  return t;
}

function equality(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand): string {
  const negate = e.op === "~=";
  const simple = (o: Operand) =>
    o.kind === Kind.Nil ||
    o.kind === Kind.Boolean ||
    o.kind === Kind.String ||
    o.kind === Kind.Function;
  const fraction = (o: Operand) => o.kind === Kind.Float && !Number.isInteger(o.value);
  if (simple(a) || simple(b) || fraction(a) || fraction(b))
    return `(${a.code}${negate ? "!==" : "==="}${b.code})`;
  if (typeof a.value === "number" || typeof b.value === "number") {
    const x = typeof a.value === "number" ? b : a;
    const n = typeof a.value === "number" ? a : b;
    const raw = rawCode(n);
    const test = `(${x.code}===${raw}||typeof ${x.code}==="object"&&EN(${x.code},${raw}))`;
    return negate ? `!${test}` : test;
  }
  const t = lo.newTemp();
  lo.op(
    (k) =>
      lo.quickly(
        `${a.code}===${b.code}`,
        `${t}=true;else if(typeof ${a.code}!=="object"&&typeof ${b.code}!=="object")${t}=false;`,
        `k=${k};${t}=eq(${lo.argument(a)},${lo.argument(b)});if(${t}===null)break sus;`,
      ),
    `${t}=B(v)`,
    e.line,
    e,
  );
  return negate ? `!${t}` : t;
}
