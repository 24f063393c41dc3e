/**
 * Variables that hold integers beyond ±2^53, such as the state of a 64-bit hash (floats.ts finds them).
 *
 * Typed code keeps them as two int32 halves, `r1h` and `r1l`, so that a loop makes no objects; they
 * become Lua values where they leave the expressions of halves.ts, and where a frame is saved. If a
 * value turns out to be no integer (a metamethod's result), the function moves over to its resumable
 * form, which makes no assumptions.
 */
import type { Expr, LocalVar } from "../parser/ast";
import { constantHalves, halvesOf } from "./halves";
import type { Lowering } from "./lower";
import { textOfLeaf } from "./operators";

/**
 * Evaluates a value for such a variable: into `yh` and `yl` in typed code, else into the temporary
 * that is returned.
 */
export function longValue(lo: Lowering, expr: Expr, line: number): string {
  let e = expr;
  while (e.type === "Paren") e = e.inner;
  const t = lo.newTemp();
  if (e.type === "Integer") {
    // a constant of the module, for the resumable form
    const { code } = lo.operand(e);
    const { hi, lo: low } = constantHalves(e.value);
    lo.emit(lo.isTyped ? `yh=${hi};yl=${low};` : `${t}=${code};`);
  } else if (e.type === "Local") {
    // another of these variables: no other value is assigned to them directly
    const slot = lo.slot(e.variable);
    lo.emit(lo.isTyped ? `yh=${slot}h;yl=${slot}l;` : `${t}=${slot};`);
  } else computed(lo, e, t, line);
  return t;
}

function computed(lo: Lowering, e: Expr, t: string, line: number): void {
  const plan = halvesOf(lo, e, (leaf) => textOfLeaf(lo, leaf), true);
  const general = () => {
    lo.skipsHalves = true;
    lo.into(e, t);
    lo.skipsHalves = false;
    unbox(lo, e, t, line);
  };
  if (plan === undefined) {
    general();
    return;
  }
  const { first } = plan;
  if (first !== undefined) lo.evaluated.set(first, lo.operand(first));
  // in hooked code each operator is a step of its own
  const cond = lo.isHooked ? "false" : plan.cond;
  lo.emitIf(cond, () => lo.emit(plan.statements(lo.isTyped ? undefined : t)), general);
  if (first !== undefined) lo.evaluated.delete(first);
}

function unbox(lo: Lowering, e: Expr, t: string, line: number): void {
  lo.op(
    (k) => (lo.isTyped ? `if(II(${t})){yh=HI(${t});yl=LO(${t})}else{k=${k};deopt ${t}}` : ""),
    `${t}=v`,
    line,
    e,
  );
}

/** Assigns what `longValue` has evaluated. */
export function setLong(lo: Lowering, v: LocalVar, t: string): void {
  const slot = lo.slot(v);
  lo.emit(lo.isTyped ? `${slot}h=yh;${slot}l=yl;` : `${slot}=${t};`);
}
