/**
 * Chains of 64-bit integer operations inside one expression, such as `(h ~ b) * 0x100000001b3`.
 *
 * An integer beyond ±(2^53-1) is an object of two int32 halves. An expression of several operators in
 * which a constant of that size occurs, or a variable that comes from one, is computed on halves in
 * registers, and only its result becomes an object. `halvesOf` finds such expressions; if an operand
 * turns out to be no integer, or all of them are small, they are evaluated operator by operator.
 */
import type { BinaryExpr, Expr } from "../parser/ast";
import { LuaInt64 } from "../runtime/int64";
import { any, kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { Kind } from "./operand";

/** An expression that can be computed on halves. */
interface HalvesPlan {
  /** JS condition: the operands are integers, and there is a large one. */
  cond: string;
  /** JS statements that compute the result into the target; without one into `yh` and `yl`. */
  statements(target?: string): string;
  /** An operand that has to be evaluated first, and only once. */
  first: Expr | undefined;
}

/** More operators in one expression are not worth the code. */
const MAX_OPERATORS = 12;

type Tree =
  | { kind: "leaf"; e: Expr }
  | { kind: "op"; op: string; left: Tree; right: Tree }
  | { kind: "shift"; op: "<<" | ">>"; left: Tree; by: number }
  | { kind: "not"; left: Tree };

class Finder {
  operators = 0;
  bitwise = 0;
  /** Operands read without effects: constants and variables. */
  readonly leaves: Expr[] = [];
  /** An operand of another kind; there may be one, before any operator is applied. */
  first: Expr | undefined;
  isPossible = true;

  constructor(private readonly lo: Lowering) {}

  tree(expr: Expr): Tree {
    let e = expr;
    while (e.type === "Paren") e = e.inner;
    if (e.type === "Unary" && e.op === "~") {
      const left = this.tree(e.operand);
      this.apply(true);
      return { kind: "not", left };
    }
    if (e.type === "Binary") {
      const tree = this.binary(e);
      if (tree !== undefined) return tree;
    }
    this.leaf(e);
    return { kind: "leaf", e };
  }

  private binary(e: BinaryExpr): Tree | undefined {
    const { op } = e;
    if (op === "<<" || op === ">>") {
      const by = smallConstant(e.right);
      if (by === undefined) return undefined;
      const left = this.tree(e.left);
      this.apply(true);
      return { kind: "shift", op, left, by };
    }
    const bitwise = op === "&" || op === "|" || op === "~";
    if (!bitwise && op !== "+" && op !== "-" && op !== "*") return undefined;
    if (this.operators > MAX_OPERATORS) this.isPossible = false;
    if (!this.isPossible) return undefined;
    const left = this.tree(e.left);
    const right = this.tree(e.right);
    this.apply(bitwise);
    return { kind: "op", op, left, right };
  }

  private apply(bitwise: boolean): void {
    this.operators++;
    if (bitwise) this.bitwise++;
  }

  private leaf(e: Expr): void {
    if (isPure(this.lo, e)) {
      this.leaves.push(e);
      return;
    }
    const isCallOrField = e.type === "Call" || e.type === "MethodCall" || e.type === "Index";
    if (this.first !== undefined || this.operators > 0 || !isCallOrField) this.isPossible = false;
    // what has been read before must not change meanwhile
    else if (any(this.leaves, (l) => l.type === "Local" && isCell(this.lo, l)))
      this.isPossible = false;
    this.first = e;
  }
}

function isCell(lo: Lowering, e: Expr): boolean {
  return e.type === "Local" && lo.context.isCell(e.variable);
}

function isPure(lo: Lowering, e: Expr): boolean {
  if (e.type === "Integer") return true;
  return (
    e.type === "Local" &&
    e.variable.constant === undefined &&
    !lo.isFloatVariable(e.variable) &&
    !lo.isSum(e.variable) &&
    !lo.isWord(e.variable)
  );
}

/** Does the operand stand in `r1h` and `r1l`? */
function isUnboxed(lo: Lowering, e: Expr): e is Expr & { type: "Local" } {
  return lo.isTyped && isLong(lo, e);
}

function isLong(lo: Lowering, e: Expr): boolean {
  return e.type === "Local" && lo.isLong(e.variable);
}

/** A loop variable, or a constant. */
function isInt(lo: Lowering, e: Expr): boolean {
  return e.type === "Local" && lo.kindOf.get(e.variable) === Kind.Int;
}

function smallConstant(e: Expr): number | undefined {
  return e.type === "Integer" && typeof e.value === "number" && e.value >= 0 && e.value < 64
    ? e.value
    : undefined;
}

/**
 * How to compute `e` on halves; undefined when it is no such expression. `leaf` gives the text of an
 * operand that has no effects; `first` is the text of the one that has been evaluated.
 */
export function halvesOf(
  lo: Lowering,
  e: Expr,
  textOf: (e: Expr) => string,
  /** The result is wanted as halves. */
  isWanted = false,
): HalvesPlan | undefined {
  // elsewhere integers are small, and the code would only be in the way
  if (lo.skipsHalves || !lo.floats.isLarge(e)) return undefined;
  const finder = new Finder(lo);
  const tree = finder.tree(e);
  const large = any(finder.leaves, (l) => l.type === "Integer" && l.value instanceof LuaInt64);
  const hasLong = any(finder.leaves, (l) => isLong(lo, l));
  if (!finder.isPossible) return undefined;
  if (!isWanted && !hasLong && (finder.operators < 2 || (finder.bitwise === 0 && !large)))
    return undefined;
  const variables: Expr[] = kept(finder.leaves, (l) => l.type !== "Integer");
  const operands = kept(variables, (l) => !isUnboxed(lo, l) && !isInt(lo, l));
  if (finder.first !== undefined) operands.push(finder.first);
  if (variables.length === 0 && finder.first === undefined) return undefined;
  const texts = () => [...new Set(mapped(operands, textOf))];
  return {
    get cond() {
      const names = texts();
      if (names.length === 0) return "true";
      const isLarge = mapped(names, (t) => `${t} instanceof I64`).join("||");
      const areIntegers = mapped(names, (t) => `II(${t})`).join("&&");
      if (large || ((hasLong || isWanted) && lo.isTyped)) return areIntegers;
      return names.length === 1 ? isLarge : `(${isLarge})&&${areIntegers}`;
    },
    statements: (target) => print(lo, tree, textOf, target),
    first: finder.first,
  };
}

/** The halves of a subexpression: two JS expressions that may be repeated. */
interface Halves {
  hi: string;
  lo: string;
}

function print(lo: Lowering, tree: Tree, textOf: (e: Expr) => string, target?: string): string {
  let text = "";
  let used = 0;
  const known = new Map<string, Halves>();
  const name = (value: string): string => {
    const scratch = `x${used++}`;
    lo.useScratch(used);
    text += `${scratch}=${value};`;
    return scratch;
  };
  const halves = (t: Tree): Halves => {
    switch (t.kind) {
      case "leaf": {
        if (t.e.type === "Integer") return constantHalves(t.e.value);
        if (isUnboxed(lo, t.e)) {
          const slot = lo.slot(t.e.variable);
          return { hi: `${slot}h`, lo: `${slot}l` };
        }
        const code = textOf(t.e);
        let h = known.get(code);
        if (h === undefined) {
          // calls only for what is rare: there is a limit to what the JIT inlines into one function
          h = isInt(lo, t.e)
            ? { hi: name(`(${code}|0)===${code}?${code}>>31:HI(${code})`), lo: name(`${code}|0`) }
            : {
                hi: name(`typeof ${code}==="number"?HI(${code}):${code}.hi`),
                lo: name(`typeof ${code}==="number"?LO(${code}):${code}.lo`),
              };
          known.set(code, h);
        }
        return h;
      }
      case "not": {
        const a = halves(t.left);
        return { hi: `(~${a.hi})`, lo: `(~${a.lo})` };
      }
      case "shift":
        return shifted(t.op, halves(t.left), t.by, name);
      default:
        return combined(t.op, halves(t.left), halves(t.right), name);
    }
  };
  const result = halves(tree);
  const hi = name(result.hi);
  if (target === undefined) return `${text}yl=${result.lo};yh=${hi};`;
  // as `fromHalves`: up to ±2^53 a plain number
  return `${text}${target}=${hi}>=-2097152&&${hi}<2097152?FH(${hi},${result.lo}):new I64(${hi},${result.lo});`;
}

export function constantHalves(v: number | LuaInt64): Halves {
  const hi = typeof v === "number" ? Math.floor(v / 4294967296) | 0 : v.hi;
  const lo = typeof v === "number" ? v | 0 : v.lo;
  return { hi: `(${hi})`, lo: `(${lo})` };
}

function shifted(op: "<<" | ">>", a: Halves, by: number, name: (value: string) => string): Halves {
  if (by === 0) return a;
  if (op === "<<") {
    if (by >= 32) return { hi: name(`${a.lo}<<${by - 32}`), lo: "0" };
    return { hi: name(`${a.hi}<<${by}|${a.lo}>>>${32 - by}`), lo: name(`${a.lo}<<${by}`) };
  }
  if (by >= 32) return { hi: "0", lo: name(`${a.hi}>>>${by - 32}|0`) };
  return { hi: name(`${a.hi}>>>${by}|0`), lo: name(`${a.lo}>>>${by}|${a.hi}<<${32 - by}`) };
}

function combined(op: string, a: Halves, b: Halves, name: (value: string) => string): Halves {
  switch (op) {
    case "&":
    case "|":
    case "~": {
      const js = op === "~" ? "^" : op;
      return { hi: name(`${a.hi}${js}${b.hi}`), lo: name(`${a.lo}${js}${b.lo}`) };
    }
    case "+": {
      const lo = name(`${a.lo}+${b.lo}|0`);
      // the carry out of bit 31
      const carry = `((${a.lo}&${b.lo}|(${a.lo}|${b.lo})&~${lo})>>>31)`;
      return { hi: name(`${a.hi}+${b.hi}+${carry}|0`), lo };
    }
    case "-": {
      const lo = name(`${a.lo}-${b.lo}|0`);
      const borrow = `((~${a.lo}&${b.lo}|(~${a.lo}|${b.lo})&${lo})>>>31)`;
      return { hi: name(`${a.hi}-${b.hi}-${borrow}|0`), lo };
    }
    default:
      return {
        hi: name(`MH(${a.hi},${a.lo},${b.hi},${b.lo})`),
        lo: name(`IM(${a.lo},${b.lo})`),
      };
  }
}
