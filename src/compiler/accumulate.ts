/**
 * Sums (sums.ts): typed code keeps the register `r1` of such a variable as a double `r1d` and a flag
 * `r1f` that is 1 when it is a float, 0 when it is an integer, which is then a safe one.
 *
 * As long as the sum is an integer, each operand is looked at; once it is a float, nothing that is added
 * changes that. If a value turns out to be neither (a 64-bit integer, a metamethod's result), the function
 * moves over to its resumable form.
 */
import type { BinaryExpr, Expr, LocalVar } from "../parser/ast";
import { MAX_SAFE, Planner } from "./doubles";
import { kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { Kind } from "./operand";
import { inner, isConstant, isFloatOperator, isSquared } from "./operands";

class SumPlanner extends Planner {
  /** Operands that may be integers or floats with a fraction. */
  private readonly open: string[] = [];
  /** Tests that what is inside is exact, if all is integers. */
  private readonly exact: string[] = [];
  /** The result is certainly a float. */
  private isCertain = false;

  constructor(lo: Lowering) {
    super(lo, true, true);
  }

  /** A condition that computes the result into `yd` and `yf`. */
  printSum(v: LocalVar, e: Expr): string {
    const register = this.lo.slot(v);
    const steps: { op: string; part: Expr }[] = [];
    let first = e;
    for (; first.type === "Binary"; first = first.left)
      steps.push({ op: first.op, part: inner(first.right) });
    this.tests = [`((yf=${register}f),true)`];
    let text = `${register}d`;
    for (const [i, { op, part }] of steps.reverse().entries()) {
      text = `${text}${op}${this.part(part)}`;
      if (i === steps.length - 1) continue;
      text = this.name(text);
      this.exact.push(inRange(this.last()));
    }
    const tests = [...this.tests, `((yd=${text}),true)`];
    if (this.isCertain) tests.push("((yf=1),true)");
    else {
      const range = [inRange("yd"), ...this.exact].join("&&");
      // All operands are looked at, and the range first: a sum of fractions then takes the same branches as one
      // of integers, and what is compiled for the one need not be thrown away for the other.
      const integers = mapped(this.open, (x) => `ni(${x})`).join("&");
      if (integers !== "") tests.push(`(yf===1||((yf=+!(${integers})),true))`);
      tests.push(`(${range}||yf===1)`);
    }
    return tests.join("&&");
  }

  private part(e: Expr): string {
    if (e.type === "Binary" && isFloatOperator(e.op) && !this.lo.evaluated.has(e)) {
      const left = this.part(inner(e.left));
      if (isSquared(e)) {
        this.isCertain = true;
        this.tests.push(`(${this.name(left)},true)`);
        return `(${this.last()}*${this.last()})`;
      }
      const right = this.part(inner(e.right));
      if (e.op === "/") {
        this.isCertain = true;
        return `(${left}/${right})`;
      }
      if (e.op === "^") {
        this.isCertain = true;
        return `PW(${left},${right})`;
      }
      // no integer is -0; the sign of a zero does not matter to a sum, and products below a division are left out
      const zero = e.op === "*" ? "+0" : "";
      this.tests.push(inRange(this.name(`${left}${e.op}${right}${zero}`), this.last()));
      return this.last();
    }
    return this.operand(e);
  }

  private operand(e: Expr): string {
    const known = this.lo.evaluated.get(e);
    if (known !== undefined)
      return known.kind === Kind.Int ? known.code : this.variable(known.code);
    if (isConstant(e) && "value" in e) {
      if (e.type === "Float") this.isCertain = true;
      return (e.value as number) < 0 ? `(${e.value})` : String(e.value);
    }
    if (e.type === "Local" && !this.lo.context.isCell(e.variable)) {
      const slot = this.lo.slot(e.variable);
      if (this.lo.isSum(e.variable)) {
        this.tests.push(`((yf|=${slot}f),true)`);
        // see `sumValue`: what is divided by zero takes its sign
        return `(${slot}d+0)`;
      }
      if (this.lo.kindOf.get(e.variable) === Kind.Int) return slot;
      if (this.lo.isFloatVariable(e.variable)) {
        this.isCertain = true;
        return slot;
      }
      return this.variable(slot);
    }
    const read = this.read(e);
    return this.tested(read, read);
  }

  private variable(code: string): string {
    return this.tested(code, `+${code}`);
  }

  /** A value as a plain double, after the test that it is a number; `plain` reads it. */
  private tested(value: string, plain: string): string {
    const x = this.fresh();
    this.open.push(x);
    this.tests.push(
      `(typeof ${value}==="number"?((${x}=${plain}),true):${value} instanceof FL&&((${x}=${value}.n),(yf=1),true))`,
    );
    return x;
  }
}

function inRange(value: string, again = value): string {
  return `${value}<=${MAX_SAFE}&&${again}>=-${MAX_SAFE}`;
}

/**
 * Evaluates a value for a sum: into `yd` and `yf` in typed code, else into the temporary that is
 * returned.
 */
export function sumValue(lo: Lowering, v: LocalVar, e: Expr, line: number): string {
  const t = lo.newTemp();
  if (isConstant(e)) {
    // a boxed constant of the module, for the resumable form
    const { code, value } = lo.operand(e);
    // -0 is a double to the JIT from the start: of 0, it expects that the sum stays within 32 bits
    const start = value === 0 ? "-0" : value;
    lo.emit(lo.isTyped ? `yd=${start};yf=${e.type === "Float" ? 1 : 0};` : `${t}=${code};`);
    return t;
  }
  const planner = new SumPlanner(lo);
  planner.scan(e);
  const first = kept(
    planner.leaves.slice(0, planner.first),
    (l) => !isConstant(l) && !(l.type === "Local" && lo.isSum(l.variable)),
  );
  lo.evaluateFirst(first);
  const isPlanned = lo.isTyped && !lo.isHooked && planner.isPossible;
  lo.emitIf(isPlanned ? `!(${planner.printSum(v, e)})` : "true", () => {
    lo.skipsDoubles = true;
    if (isRead(e, v)) addRead(lo, v, e, t, line);
    else anySum(lo, e, t, line);
    lo.skipsDoubles = false;
  });
  for (const leaf of first) lo.evaluated.delete(leaf);
  return t;
}

/** The sum of any operands into `t`, from there into `yd` and `yf`. */
function anySum(lo: Lowering, e: Expr, t: string, line: number): void {
  lo.into(e, t);
  lo.op(
    (k) =>
      lo.isTyped
        ? `if(typeof ${t}==="number"){yd=${t};yf=+!ni(${t})}` +
          `else if(${t} instanceof FL){yd=${t}.n;yf=1}else{k=${k};deopt ${t}}`
        : "",
    `${t}=v`,
    line,
    e,
  );
}

/** Is it the sum and one thing read from a table? */
function isRead(e: Expr, v: LocalVar): e is BinaryExpr {
  if (e.type !== "Binary" || (e.op !== "+" && e.op !== "-")) return false;
  return e.left.type === "Local" && e.left.variable === v && inner(e.right).type === "Index";
}

/** What a table has not, and its metatable gives, is mostly a number, too. */
function addRead(lo: Lowering, v: LocalVar, e: BinaryExpr, t: string, line: number): void {
  const slot = lo.slot(v);
  lo.evaluated.set(e.left, lo.operand(e.left));
  const { code } = lo.operand(e.right);
  lo.evaluated.set(e.right, { code, kind: Kind.Any });
  const sum = `((yf=${slot}f)===1||((yf=+!ni(${code})),true))&&((yd=${slot}d${e.op} +${code}),true)`;
  const isSum = `typeof ${code}==="number"&&${sum}&&(yf===1||${inRange("yd")})`;
  lo.emitIf(lo.isTyped ? `!(${isSum})` : "true", () => anySum(lo, e, t, line));
  lo.evaluated.delete(e.left);
  lo.evaluated.delete(e.right);
}

/** Assigns what `sumValue` has evaluated. */
export function setSum(lo: Lowering, v: LocalVar, t: string): void {
  const slot = lo.slot(v);
  lo.emit(lo.isTyped ? `${slot}d=yd;${slot}f=yf;` : `${slot}=${t};`);
}
