/**
 * `t[#t + 1] = v`, the usual way to append to a list. Length, sum and store are three operations with
 * metamethods each (§3.3.3, §3.4.7); for a plain table they are one step together.
 */
import type { AssignStatement, Expr, IndexExpr } from "../parser/ast";
import { assignIndex } from "./indexing";
import type { Lowering } from "./lower";

/** Lowers the statement if it appends to a variable; false if it is another assignment. */
export function append(lo: Lowering, s: AssignStatement): boolean {
  const target = s.targets[0] as Expr;
  const value = s.exprs[0] as Expr;
  if (lo.isHooked || lo.isPlain) return false;
  if (target.type !== "Index" || !isNext(lo, target)) return false;
  const object = lo.operand(target.object);
  // the length is taken before the value is computed: that may append, too
  const key = hasNoEffect(value) ? undefined : lo.operand(target.key);
  const v = lo.operand(value);
  const quick =
    key === undefined ? `AP(${object.code},${v.code})` : `AT(${object.code},${key.code},${v.code})`;
  lo.emitIf(`!${quick}`, () => {
    lo.isSlow = true;
    assignIndex(lo, object, key ?? lo.operand(target.key), v, target, lo.liveBase);
    lo.isSlow = false;
  });
  return true;
}

/** Is the key one more than the length of the object, which is a variable? */
function isNext(lo: Lowering, { object, key }: IndexExpr): boolean {
  if (object.type !== "Local" || lo.isUnboxed(object.variable)) return false;
  if (key.type !== "Binary" || key.op !== "+") return false;
  const { left, right } = key;
  return (
    left.type === "Unary" &&
    left.op === "#" &&
    left.operand.type === "Local" &&
    left.operand.variable === object.variable &&
    right.type === "Integer" &&
    right.value === 1
  );
}

function hasNoEffect(e: Expr): boolean {
  switch (e.type) {
    case "Integer":
    case "Float":
    case "String":
    case "True":
    case "False":
    case "Local":
    case "Function":
      return true;
    default:
      return false;
  }
}
