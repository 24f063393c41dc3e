/**
 * Which local variables always hold floats, and can therefore be kept as plain doubles.
 *
 * In general a float with an integral value is a box, so that it differs from an integer; a variable
 * like `local sum = 0.0` would change between box and number all the time, and what the JIT has seen
 * to be both is slow everywhere. Here those variables are found that are only ever assigned floats and
 * results of arithmetic with a float in it, or of divisions. The fast form keeps these *unboxed*: they
 * are boxed where they leave arithmetic, and where a frame is saved.
 *
 * Such arithmetic gives a float whenever all operands are numbers. If one is not (a table with
 * metamethods) the result may be anything: the function then moves over to its resumable form, which
 * makes no assumptions.
 */

import type { Block, Expr, FunctionBody, LocalVar, Statement } from "../parser/ast";
import { LuaInt64 } from "../runtime/int64";
import { all, any, each, mapped } from "./lists";
import { INTEGER_OPERATORS, isConstant, isFloatOperator } from "./operands";
import { findSums } from "./sums";
import { findWords } from "./wordvariables";

/** Functions of `math` that give a float whatever number they take, and constants. */
const FLOAT_FUNCTIONS = new Set([
  "acos",
  "asin",
  "atan",
  "cos",
  "exp",
  "log",
  "sin",
  "sqrt",
  "tan",
]);
const FLOAT_CONSTANTS = new Set(["huge", "pi"]);

/** What is known of variables, those of the functions around included. */
export interface Declarations {
  /** The function that a variable always holds. */
  readonly functionVariables: ReadonlyMap<LocalVar, FunctionBody>;
  /** Variables that are declared with one of `FLOAT_FUNCTIONS` and never assigned. */
  readonly floatFunctions: ReadonlySet<LocalVar>;
}

/** The name of a field of `math`, if the expression is one. */
function mathName(e: Expr): string | undefined {
  if (e.type !== "Index" || e.object.type !== "Global" || e.object.name !== "math")
    return undefined;
  return e.key.type === "String" ? e.key.value : undefined;
}

/** Is it likely one of those functions: `math.sqrt`, if nobody has replaced it? */
export function isFloatFunction(e: Expr): boolean {
  return FLOAT_FUNCTIONS.has(mathName(e) ?? "");
}

/** Certainly a float; a float if all operands are numbers; anything. */
export enum FloatKind {
  Certain,
  Likely,
  Unknown,
}

/** The float variables of one function. */
export class FloatVariables {
  private readonly variables = new Set<LocalVar>();
  /** Variables that may well hold 64-bit integers beyond ±2^53, for halves.ts. */
  private readonly large = new Set<LocalVar>();
  /** Those of them that are only ever assigned results of integer operators: kept as halves. */
  private readonly longs = new Set<LocalVar>();
  private readonly sums: Set<LocalVar> = this.longs;
  /** Those that hold 32-bit words. */
  private words: Set<LocalVar> = this.longs;

  /** `runsOnce`: there are none in a function that is not worth looking for them. */
  constructor(
    fn: FunctionBody,
    private readonly declared: Declarations,
    runsOnce: boolean,
  ) {
    if (!runsOnce) this.sums = this.find(fn);
  }

  /** Finds the variables; gives the sums among the others. */
  private find(fn: FunctionBody): Set<LocalVar> {
    const assignments = new Map<LocalVar, Expr[]>();
    // a parameter holds whatever it is given
    const excluded = new Set<LocalVar>(fn.params);
    const multiple = new Set<LocalVar>();
    const copies = new Set<LocalVar>();
    collect(fn.body, fn, assignments, { excluded, multiple, copies });
    const never = new Set([...excluded, ...multiple, ...copies]);
    for (let grew = true; grew; ) {
      grew = false;
      for (const [v, values] of assignments) {
        if (this.large.has(v) || !any(values, (e) => this.isLarge(e))) continue;
        this.large.add(v);
        grew = true;
      }
    }
    for (const v of this.large) if (!never.has(v)) this.longs.add(v);
    for (let shrank = true; shrank; ) {
      shrank = false;
      for (const v of this.longs) {
        const values = assignments.get(v);
        if (values !== undefined && all(values, (e) => this.isIntegral(e))) continue;
        this.longs.delete(v);
        shrank = true;
      }
    }
    // begin with variables that are assigned floats and let the others follow; whoever is
    // also assigned something else drops out, and then its followers are looked at again
    for (let again = true; again; ) {
      again = false;
      this.variables.clear();
      for (let grew = true; grew; ) {
        grew = false;
        for (const [v, values] of assignments) {
          if (excluded.has(v) || this.variables.has(v)) continue;
          const kinds = mapped(values, (e) => this.valueKind(e));
          if (
            kinds.includes(FloatKind.Certain) ||
            all(kinds, (kind) => kind === FloatKind.Likely)
          ) {
            this.variables.add(v);
            grew = true;
          }
        }
      }
      for (const v of this.variables) {
        const values = assignments.get(v) ?? [];
        if (any(values, (e) => this.valueKind(e) === FloatKind.Unknown)) {
          excluded.add(v);
          again = true;
        }
      }
    }
    const isOther = (v: LocalVar) => excluded.has(v) || this.variables.has(v) || this.longs.has(v);
    this.words = findWords(assignments, this.declared.functionVariables, isOther);
    return findSums(
      fn,
      assignments,
      (v) => isOther(v) || multiple.has(v) || copies.has(v) || this.words.has(v),
    );
  }

  /** Is the variable one that is added to in loops? */
  isSum(v: LocalVar): boolean {
    return this.sums.has(v);
  }

  isWord(v: LocalVar): boolean {
    return this.words.has(v);
  }

  has(v: LocalVar): boolean {
    return this.variables.has(v);
  }

  /** Is the expression likely to be an integer beyond ±2^53: from such a constant, or a variable? */
  isLarge(expr: Expr): boolean {
    let e = expr;
    // long sums nest to the left: follow them without recursion
    for (;;) {
      if (e.type === "Paren") e = e.inner;
      else if (e.type === "Unary") e = e.operand;
      else if (e.type === "Binary" && INTEGER_OPERATORS.has(e.op)) {
        if (this.isLarge(e.right)) return true;
        e = e.left;
      } else break;
    }
    if (e.type === "Local") return this.large.has(e.variable);
    return e.type === "Integer" && e.value instanceof LuaInt64;
  }

  /** Is the variable one that is kept as halves? */
  isLong(v: LocalVar): boolean {
    return this.longs.has(v);
  }

  /** The result of an operator that gives integers if no float and no metamethod is in the way. */
  private isIntegral(e: Expr): boolean {
    if (e.type === "Integer") return true;
    if (e.type === "Local") return this.longs.has(e.variable);
    if (e.type === "Paren") return this.isIntegral(e.inner);
    if (e.type === "Unary") return e.op === "~" || (e.op === "-" && this.isIntegral(e.operand));
    return e.type === "Binary" && INTEGER_OPERATORS.has(e.op) && !hasFloat(e);
  }

  /** The kind of a value that is assigned to a variable: typed code looks whether it is a float. */
  private valueKind(e: Expr): FloatKind {
    return this.isFloatValue(e) ? FloatKind.Likely : this.kind(e);
  }

  /** `math.sqrt(x)`, `math.pi` and the like. */
  isFloatValue(e: Expr): boolean {
    if (e.type === "Paren") return this.isFloatValue(e.inner);
    if (e.type === "Index") return FLOAT_CONSTANTS.has(mathName(e) ?? "");
    if (e.type !== "Call") return false;
    const { func } = e;
    if (func.type === "Local") return this.declared.floatFunctions.has(func.variable);
    return isFloatFunction(func) || (mathName(func) === "random" && e.args.length === 0);
  }

  kind(e: Expr): FloatKind {
    switch (e.type) {
      case "Float":
        return FloatKind.Certain;
      case "Local":
        return this.variables.has(e.variable) ? FloatKind.Certain : FloatKind.Unknown;
      case "Paren":
        return this.kind(e.inner);
      case "Unary":
        return e.op === "-" ? this.kind(e.operand) : FloatKind.Unknown;
      case "Binary":
        return this.arithmetic(e.op, e.left, e.right);
      default:
        return FloatKind.Unknown;
    }
  }

  private arithmetic(op: string, left: Expr, right: Expr): FloatKind {
    if (!isFloatOperator(op)) return FloatKind.Unknown;
    // long sums nest to the left: follow them without recursion
    const steps = [{ op, right }];
    let first = left;
    while (first.type === "Binary" && isFloatOperator(first.op)) {
      steps.push(first);
      first = first.left;
    }
    let state = this.begin(first);
    for (const step of steps.reverse()) state = this.combine(state, step.op, step.right);
    return state.kind;
  }

  /** The kind of the first operand of a chain of operators. */
  begin(e: Expr): ChainKind {
    const kind = this.kind(e);
    return { kind, isNumber: kind === FloatKind.Certain || isInteger(e) };
  }

  /** The kind of `a op right` for one of the float operators. */
  combine(a: ChainKind, op: string, right: Expr): ChainKind {
    const b = this.begin(right);
    const givesFloat = op === "/" || op === "^";
    const certain = givesFloat || a.kind === FloatKind.Certain || b.kind === FloatKind.Certain;
    if (a.isNumber && b.isNumber && certain) return { kind: FloatKind.Certain, isNumber: true };
    const known = certain || a.kind !== FloatKind.Unknown || b.kind !== FloatKind.Unknown;
    return { kind: known ? FloatKind.Likely : FloatKind.Unknown, isNumber: false };
  }
}

/** Is there certainly a float among the operands? */
function hasFloat(expr: Expr): boolean {
  let e = expr;
  while (e.type === "Binary" && INTEGER_OPERATORS.has(e.op)) {
    if (hasFloat(e.right)) return true;
    e = e.left;
  }
  return e.type === "Float" || (e.type === "Binary" && (e.op === "/" || e.op === "^"));
}

/** What is known of the part of a chain of operators that has been evaluated. */
interface ChainKind {
  kind: FloatKind;
  isNumber: boolean;
}

/** Integers known when the code is made: constants and variables of counting loops. */
function isInteger(e: Expr): boolean {
  return (
    (e.type === "Integer" && typeof e.value === "number") ||
    (e.type === "Local" && e.variable.integerLoop === true)
  );
}

/** Variables by what is in the way of keeping them in another form. */
interface Obstacles {
  /** They may be assigned anything. */
  excluded: Set<LocalVar>;
  /** They are assigned beside others. */
  multiple: Set<LocalVar>;
  /** They are declared beside others as copies of variables: `local a, b = x, y`. */
  copies: Set<LocalVar>;
}

/** Notes every assignment to the function's own variables, and which are assigned beside others. */
function collect(
  block: Block,
  fn: FunctionBody,
  assignments: Map<LocalVar, Expr[]>,
  obstacles: Obstacles,
): void {
  const { excluded, multiple, copies } = obstacles;
  const assign = (v: LocalVar, e: Expr | undefined) => {
    if (v.func !== fn || v.captured || e === undefined || v.constant !== undefined) excluded.add(v);
    else {
      const list = assignments.get(v);
      if (list === undefined) assignments.set(v, [e]);
      else list.push(e);
    }
  };
  const inner = (b: Block) => collect(b, fn, assignments, obstacles);
  for (const s of block.statements) {
    statement(s, assign, inner);
    if (s.type === "Local" && s.vars.length > 1)
      each(s.vars, (v, i) => {
        const e = s.exprs[i];
        if (e !== undefined && !isConstant(e)) (e.type === "Local" ? copies : multiple).add(v);
      });
    else if (s.type === "Assign" && s.targets.length > 1)
      for (const t of s.targets) if (t.type === "Local") multiple.add(t.variable);
  }
}

function statement(
  s: Statement,
  assign: (v: LocalVar, e: Expr | undefined) => void,
  inner: (b: Block) => void,
): void {
  switch (s.type) {
    case "Local":
      // only variables with a value of their own; a call at the end may give several
      each(s.vars, (v, i) => {
        assign(v, v.kind === "regular" || v.kind === "const" ? s.exprs[i] : undefined);
      });
      break;
    case "LocalFunction":
      assign(s.variable, undefined);
      break;
    case "Assign":
      each(s.targets, (t, i) => {
        if (t.type === "Local") assign(t.variable, s.exprs[i]);
      });
      break;
    case "Do":
    case "While":
    case "Repeat":
      inner(s.body);
      break;
    case "If":
      for (const c of s.clauses) inner(c.body);
      if (s.orelse !== undefined) inner(s.orelse);
      break;
    case "NumericFor":
      assign(s.variable, undefined);
      s.variable.integerLoop =
        s.start.type === "Integer" &&
        typeof s.start.value === "number" &&
        (s.step === undefined || s.step.type === "Integer");
      inner(s.body);
      break;
    case "GenericFor":
      for (const v of s.vars) assign(v, undefined);
      inner(s.body);
      break;
    default:
  }
}
