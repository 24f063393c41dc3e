/**
 * Which local variables are sums: set to a constant, then only ever added to in loops.
 *
 * The values of `sum = sum + a[i] * b[i]` change between integers, plain floats and boxed floats. Typed
 * code keeps such a variable as a double and a flag that says whether it is a float (accumulate.ts). That
 * pays only where nothing else uses the variable as often as it is added to.
 */
import type { Block, Expr, FunctionBody, LocalVar, Statement } from "../parser/ast";
import { all } from "./lists";
import { hasProductBelow, inner, isConstant, isFloatOperator, Operands } from "./operands";

/** Finds them among variables with their assignments. */
export function findSums(
  fn: FunctionBody,
  assignments: ReadonlyMap<LocalVar, readonly Expr[]>,
  isExcluded: (v: LocalVar) => boolean,
): Set<LocalVar> {
  const found = new Set<LocalVar>();
  for (const [v, values] of assignments) {
    if (values.length < 2 || isExcluded(v)) continue;
    if (all(values, (e) => isStart(e) || isAddition(v, e))) found.add(v);
  }
  if (found.size === 0) return found;
  const uses = new Uses(found);
  uses.block(fn.body, []);
  for (const v of found) if (!uses.pays(v)) found.delete(v);
  return found;
}

/** -0.0 is left out: without it, no sum is ever -0. */
function isStart(e: Expr): boolean {
  return isConstant(e) && "value" in e && !Object.is(e.value, -0);
}

/** `v + a - b…`, with operands that can be read or evaluated beforehand. */
function isAddition(v: LocalVar, expr: Expr): boolean {
  let isConstantStep = true;
  let e = expr;
  while (e.type === "Binary" && (e.op === "+" || e.op === "-")) {
    if (inner(e.right).type !== "Integer") isConstantStep = false;
    e = e.left;
  }
  if (e.type !== "Local" || e.variable !== v || isConstantStep) return false;
  const operands = new Operands(() => false, true);
  operands.scan(expr);
  return operands.isPossible && !hasProductBelow(expr);
}

const COMPARISONS: ReadonlySet<string> = new Set(["<", ">", "<=", ">=", "==", "~="]);

type Loop = Statement;

/** Where variables are added to, and where else they are used. */
class Uses {
  private readonly declared = new Map<LocalVar, number>();
  private readonly additions = new Map<LocalVar, Set<Loop>>();
  private readonly others = new Map<LocalVar, Set<Loop>>();

  constructor(private readonly variables: ReadonlySet<LocalVar>) {}

  /** Is it added to in loops in which it is not used otherwise? */
  pays(v: LocalVar): boolean {
    const additions = this.additions.get(v);
    if (additions === undefined) return false;
    const others = this.others.get(v);
    if (others === undefined) return true;
    for (const loop of additions) if (others.has(loop)) return false;
    return true;
  }

  block(block: Block, loops: readonly Loop[]): void {
    for (const s of block.statements) this.statement(s, loops);
  }

  private statement(s: Statement, loops: readonly Loop[]): void {
    const all = (exprs: readonly Expr[]) => {
      for (const e of exprs) this.expr(e, loops, false);
    };
    switch (s.type) {
      case "Local":
        for (const v of s.vars) this.declared.set(v, loops.length);
        all(s.exprs);
        break;
      case "Assign":
        this.assignment(s, loops);
        break;
      case "Global":
      case "Return":
        all(s.exprs);
        break;
      case "Call":
        all([s.call]);
        break;
      case "Do":
        this.block(s.body, loops);
        break;
      case "While":
      case "Repeat": {
        const inside = [...loops, s];
        this.expr(s.condition, inside, true);
        this.block(s.body, inside);
        break;
      }
      case "If":
        for (const c of s.clauses) {
          this.expr(c.condition, loops, true);
          this.block(c.body, loops);
        }
        if (s.orelse !== undefined) this.block(s.orelse, loops);
        break;
      case "NumericFor":
        all([s.start, s.limit]);
        if (s.step !== undefined) all([s.step]);
        this.block(s.body, [...loops, s]);
        break;
      case "GenericFor":
        all(s.exprs);
        this.block(s.body, [...loops, s]);
        break;
      default:
    }
  }

  private assignment(s: Statement & { type: "Assign" }, loops: readonly Loop[]): void {
    const [target] = s.targets;
    if (target?.type === "Local" && this.variables.has(target.variable)) {
      const v = target.variable;
      const loop = loops[loops.length - 1];
      // within the block of its declaration nothing is added up
      if (loop !== undefined && loops.length > (this.declared.get(v) ?? 0)) {
        const additions = this.additions.get(v) ?? new Set();
        this.additions.set(v, additions.add(loop));
      }
    }
    for (const t of s.targets) {
      if (t.type !== "Index") continue;
      this.expr(t.object, loops, false);
      this.expr(t.key, loops, false);
    }
    for (const e of s.exprs) this.expr(e, loops, false);
  }

  /** `isNumeric`: the value is an operand of arithmetic, or is compared. */
  private expr(expr: Expr, loops: readonly Loop[], isNumeric: boolean): void {
    let e = expr;
    let numeric = isNumeric;
    // long sums nest to the left: follow them without recursion
    while (e.type === "Binary") {
      numeric = isFloatOperator(e.op) || COMPARISONS.has(e.op);
      this.expr(e.right, loops, numeric);
      e = e.left;
    }
    switch (e.type) {
      case "Local":
        if (!numeric) this.other(e.variable, loops);
        break;
      case "Paren":
        this.expr(e.inner, loops, numeric);
        break;
      case "Unary":
        this.expr(e.operand, loops, false);
        break;
      case "Logical":
        this.expr(e.left, loops, false);
        this.expr(e.right, loops, false);
        break;
      case "Index":
        this.expr(e.object, loops, false);
        this.expr(e.key, loops, false);
        break;
      case "Call":
        this.expr(e.func, loops, false);
        for (const a of e.args) this.expr(a, loops, false);
        break;
      case "MethodCall":
        this.expr(e.object, loops, false);
        for (const a of e.args) this.expr(a, loops, false);
        break;
      case "Table":
        for (const item of e.items) {
          if (item.kind === "named") this.expr(item.key, loops, false);
          this.expr(item.value, loops, false);
        }
        break;
      default:
    }
  }

  private other(v: LocalVar, loops: readonly Loop[]): void {
    if (!this.variables.has(v)) return;
    const others = this.others.get(v) ?? new Set();
    for (const loop of loops) others.add(loop);
    this.others.set(v, others);
  }
}
