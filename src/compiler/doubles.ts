/**
 * Expressions with several arithmetic operators, such as `sum + a[i] * b[i]`, in one piece.
 *
 * Operator by operator, each result has to be looked at: a float with an integral value is a box. But
 * if all operands are plain numbers and the result of the whole has a fraction, then it is that float,
 * whatever the intermediate results were; only these must not have left the range where integers are
 * exact. So the whole is computed on doubles first. If anything is in the way (a box, a metamethod, an
 * integral result), the expression is evaluated operator by operator; nothing has happened until then.
 *
 * The same for integers: if all operands are int32 and no product is too large, the result is exact.
 */
import type { BinaryExpr, Expr } from "../parser/ast";
import { FloatKind } from "./floats";
import { elementKey } from "./indexing";
import { all, any, kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { isAtom, isIdentifier, Kind, property } from "./operand";
import {
  hasProductBelow,
  inner,
  isConstant,
  isFloatOperator,
  isSquared,
  neighbour,
  Operands,
  type Plan,
} from "./operands";

export const MAX_SAFE = "9007199254740991";
/** If a sum and one of its operands are no larger than that, the other is a safe integer. */
const MAX_ADDEND = "4503599627370495";
/** Sums of as many such products as an expression may have are exact. */
const MAX_PRODUCT = "562949953421312";

export class Planner extends Operands {
  private scratch = 0;
  protected tests: string[] = [];
  /** Parts of tables that have been read, and the scratch variables that hold them. */
  private readonly parts = new Map<string, string>();
  /** Values that have been made plain doubles, and the scratch variables that hold these. */
  private readonly plain = new Map<string, string>();
  /** Tests that the result is an exact integer; undefined if it is none. */
  private integers: string[] | undefined = [];
  /** Tests that sums inside, which may be of integers, are exact; needed for other results. */
  private sums: string[] = [];
  /** The scratch variable that is 1 when a boxed float has been among the operands, if there may be one. */
  private boxed: string | undefined;
  /** Tests that products, which may be of integers, are exact; needed if the result is a float without a fraction. */
  private products: string[] = [];

  constructor(
    protected readonly lo: Lowering,
    /** The result is a float if all operands are numbers; boxed floats are taken, too. */
    private readonly givesFloat = false,
    /** It is added to a sum (accumulate.ts). */
    isSum = false,
  ) {
    super((v) => lo.isLong(v) || lo.isWord(v) || (lo.isSum(v) && !isSum), isSum);
  }

  /** A condition that holds if both sides are plain numbers; `target` is then how they compare. */
  printComparison(e: BinaryExpr, target: string): string {
    this.tests = [];
    const [left, right] = mapped([e.left, e.right], (side) => {
      const text = this.leaf(inner(side));
      // see comparison() in conditions.ts
      return isIdentifier(text) ? `+${text}` : text;
    });
    return [...this.tests, `((${target}=${left}${e.op}${right}),true)`].join("&&");
  }

  print(e: Expr, target: string): string {
    if (this.givesFloat) return this.printFloat(e, target, false);
    this.tests = [];
    let text = this.value(inner(e));
    // no integer is -0
    if (e.type !== "Binary") text = `${text}+0`;
    const { integers } = this;
    const fraction = [`!ni(${target}=${text})`, ...this.sums].join("&&");
    const result =
      integers === undefined ? fraction : `(${[fraction, integers.join("&&")].join("||")})`;
    const { boxed } = this;
    const either =
      boxed === undefined
        ? result
        : `(${boxed}===0?${result}:${this.floatResult(e, text, target)})`;
    return [...this.tests, either].join("&&");
  }

  /** The same for what is a float; as a plain double if it is `raw`. */
  printFloat(e: Expr, target: string, raw: boolean): string {
    this.tests = [];
    const text = this.value(inner(e));
    const result = this.floatResult(e, text, target, raw);
    return [...this.tests, result].join("&&");
  }

  /** Computes the result as a float: boxed if it has no fraction, or as a plain double. */
  private floatResult(e: Expr, text: string, target: string, raw = false): string {
    // a variable of its own, which is a double to the JIT even where the target has been a box
    const x = this.fresh();
    const sums = ["true", ...this.sums, ...this.products].join("&&");
    // zero and infinity depend on the signs of zeros inside, which are not kept
    const kept = `${x}!==0&&${x}-${x}===0`;
    const assign = (value: string) => `((${target}=${value}),true)`;
    // so does the difference of two infinities
    const finite = hasProductBelow(e) ? `${x}-${x}===0&&` : "";
    const result = raw
      ? `${kept}&&${assign(x)}`
      : `${finite}(ni(${x})?${kept}&&${assign(`new FL(${x})`)}:${assign(x)})`;
    return `(${x}=${text},${sums})&&${result}`;
  }

  /** A scratch variable of its own. */
  protected fresh(): string {
    const x = `x${this.scratch++}`;
    this.lo.useScratch(this.scratch);
    return x;
  }

  /** An assignment to the next scratch variable, which is then `last()`. */
  protected name(value: string): string {
    return `(${this.fresh()}=${value})`;
  }

  protected last(): string {
    return `x${this.scratch - 1}`;
  }

  /** `isInner`: it is an operand of another operator. */
  private value(e: Expr, isInner = false): string {
    if (e.type === "Binary" && isFloatOperator(e.op)) {
      const ranged = e.op !== "+" && e.op !== "-";
      const left = this.operandOf(e.left, ranged, isInner);
      if (isSquared(e)) {
        this.integers = undefined;
        return `(${left}*${left})`;
      }
      const right = this.operandOf(e.right, ranged, isInner && !isTested(e.left));
      if (e.op === "^") {
        this.integers = undefined;
        return `PW(${left},${right})`;
      }
      // + 0 tells the JIT, too, that it need not tell 0 from -0
      const text = e.op === "*" ? `(${left}*${right}+0)` : `(${left}${e.op}${right})`;
      if (e.op === "/") this.integers = undefined;
      if (e.op !== "*" || this.integers === undefined) return text;
      const assign = this.name(text);
      const x = this.last();
      this.integers.push(`ab(${x})<=${MAX_PRODUCT}`);
      return assign;
    }
    if (e.type === "Unary") return this.negative(this.operandOf(e.operand, false, true));
    return this.leaf(e);
  }

  /**
   * An operand; the intermediate results that are multiplied or divided are tested. `isOpen`: what it is
   * added to may cancel it.
   */
  private operandOf(expr: Expr, ranged: boolean, isOpen: boolean): string {
    const e = inner(expr);
    if (e.type === "Unary") return this.negative(this.operandOf(e.operand, ranged, isOpen));
    const text = this.value(e, true);
    if (e.type !== "Binary") return text;
    const max = this.givesFloat ? MAX_SAFE : MAX_ADDEND;
    if (ranged) {
      this.integers = undefined;
      const assign = this.name(text);
      const x = this.last();
      this.tests.push(`ab(${assign})<=${max}`);
      return x;
    }
    // A product of integers beyond the safe ones wraps around. In a sum it leaves no fraction behind it, unless
    // that sum is an operand itself. Of two products one is tested, and their sum.
    const mayWrap = e.op === "*" && (this.givesFloat ? !this.isFloat(e) : isOpen);
    const isSum = e.op === "+" || e.op === "-";
    // beside a boxed float the result has no fraction to tell that by
    const mayHide = e.op === "*" && !this.givesFloat && any(this.leaves, isField);
    if (!isSum && !mayWrap && !mayHide) return text;
    const assign = this.name(text);
    const x = this.last();
    const tests = isSum || mayWrap ? this.sums : this.products;
    tests.push(isSquare(e) ? `${x}<=${max}` : `ab(${x})<=${max}`);
    return assign;
  }

  /** No integer is -0; where the result may be one, floats that are zero have been ruled out. */
  private negative(text: string): string {
    return this.givesFloat ? `(-${text})` : `(0-${text})`;
  }

  /** Certainly a float if it can be computed at all: nothing in it can wrap around. */
  private isFloat(e: Expr): boolean {
    return this.lo.isTyped && this.lo.floats.kind(e) === FloatKind.Certain;
  }

  /** The text of an operand, after the tests that it is a plain number. */
  private leaf(e: Expr): string {
    const known = this.lo.evaluated.get(e);
    if (known !== undefined)
      return known.kind === Kind.Int ? this.integer(known.code) : this.number(known.code);
    if (e.type === "Integer" || e.type === "Float") {
      const v = e.value as number;
      if (e.type === "Float" || (v | 0) !== v) this.integers = undefined;
      return v < 0 || Object.is(v, -0) ? `(${Object.is(v, -0) ? "-0" : v})` : String(v);
    }
    if (e.type === "Local" && !this.lo.context.isCell(e.variable)) {
      const slot = this.lo.slot(e.variable);
      const isFloat = this.lo.isTyped && this.lo.isFloatVariable(e.variable);
      if (isFloat) this.integers = undefined;
      const plain = isFloat || this.lo.kindOf.get(e.variable) === Kind.Int;
      return plain ? this.integer(slot) : this.number(slot);
    }
    // Tested in one place and read again in another: the JIT's profile of the second sees numbers only.
    // It joins the two reads, but not what it expects of their values.
    const read = this.read(e);
    if (this.givesFloat) return this.double(read, read);
    if (!isField(e)) {
      this.tests.push(`typeof ${read}==="number"`);
      const assign = this.name(read);
      this.integer(this.last());
      return assign;
    }
    // Coordinates and the like have no fraction at times. Elements are integers more often, and the JIT knows them better
    // without this.
    if (this.boxed === undefined) {
      this.boxed = this.fresh();
      this.tests.push(`((${this.boxed}=0),true)`);
    }
    const x = this.fresh();
    const isBox = `${read} instanceof FL&&((${x}=${read}.n),(${this.boxed}=1),true)`;
    this.tests.push(`(typeof ${read}==="number"?((${x}=${read}),true):${isBox})`);
    return this.integer(x);
  }

  /** The text of a variable, after the test that it is a plain number. */
  private number(code: string): string {
    if (this.givesFloat) return this.double(code, `+${code}`);
    const test = `typeof ${code}==="number"`;
    if (!this.tests.includes(test)) this.tests.push(test);
    return this.integer(code);
  }

  /** A value that may be a boxed float as a plain double; `plain` reads it when it is a number. */
  private double(value: string, plain: string): string {
    const known = this.plain.get(value);
    if (known !== undefined) return known;
    const x = this.fresh();
    this.plain.set(value, x);
    this.tests.push(
      `(typeof ${value}==="number"?((${x}=${plain}),true):${value} instanceof FL&&((${x}=${value}.n),true))`,
    );
    return x;
  }

  private integer(code: string): string {
    const test = `(${code}|0)===${code}`;
    if (this.integers?.includes(test) === false) this.integers.push(test);
    return code;
  }

  /** Reads a variable or field without metamethods. */
  protected read(e: Expr): string {
    switch (e.type) {
      case "Local": {
        const slot = this.lo.slot(e.variable);
        return this.lo.context.isCell(e.variable) ? `${slot}.v` : slot;
      }
      case "Global":
        return this.partOf(this.lo.slotValue(e.env), "fields", false) + property(e.name);
      case "Index": {
        const table = inner(e.object);
        const isTable = table.type === "Local" && this.lo.isTable(table.variable);
        const object = this.read(table);
        const key = inner(e.key);
        if (key.type === "String")
          return this.partOf(object, "fields", isTable) + property(key.value);
        const index = this.index(key);
        return `${this.partOf(object, "array", isTable)}[${index}]`;
      }
      default:
        throw new Error("not readable");
    }
  }

  private index(key: Expr): string {
    if (key.type === "Integer") return String(key.value);
    const beside = neighbour(key);
    return beside === undefined
      ? this.numberKey(key)
      : `${this.numberKey(beside.base)}${beside.step}`;
  }

  /** A key that is a number, or the test fails. */
  private numberKey(key: Expr): string {
    const read = this.read(key);
    const isInt = key.type === "Local" && this.lo.kindOf.get(key.variable) === Kind.Int;
    const first = isAtom(read) ? read : this.name(read);
    const { tests, code } = elementKey(isAtom(read) ? read : this.last(), isInt, first);
    this.tests.push(...tests);
    return code;
  }

  /**
   * The part of a table that holds its elements, or the table itself, which holds its fields; read once for all of them, after
   * the tests that there is one. `isTable`: there is.
   */
  private partOf(object: string, name: "array" | "fields", isTable: boolean): string {
    const isFields = name === "fields";
    if (isTable) return isFields ? object : `${object}.µarray`;
    const wanted = `${object}.${name}`;
    let part = this.parts.get(wanted);
    if (part === undefined) {
      const first = isAtom(object) ? object : this.name(object);
      const known = isAtom(object) ? object : this.last();
      const isThere = `${first}!==void 0`;
      if (!this.tests.includes(isThere)) this.tests.push(isThere);
      const array = isFields ? `${known}.µarray` : this.name(`${known}.µarray`);
      this.tests.push(`${array}!==void 0`);
      part = isFields ? known : this.last();
      this.parts.set(wanted, part);
    }
    return part;
  }
}

/**
 * How to compare numbers of which one is read from a table; undefined for other comparisons. As the
 * plan of `doublesOf`, with the result of the comparison in the target.
 */
export function comparisonOf(lo: Lowering, e: BinaryExpr): Plan | undefined {
  if (lo.skipsDoubles || lo.isHooked) return undefined;
  const sides = [inner(e.left), inner(e.right)];
  const isSimple = (s: Expr) => s.type === "Local" || s.type === "Index" || isConstant(s);
  if (!all(sides, isSimple) || !any(sides, (s) => s.type === "Index")) return undefined;
  const planner = new Planner(lo);
  for (const side of sides) planner.scan(side);
  if (!planner.isPossible) return undefined;
  return {
    cond: (target) => planner.printComparison(e, target),
    first: kept(planner.leaves.slice(0, planner.first), (l) => !isConstant(l)),
  };
}

/** How to compute `e` on doubles; undefined when it is no such expression. */
export function doublesOf(lo: Lowering, e: BinaryExpr): Plan | undefined {
  if (lo.skipsDoubles || !isFloatOperator(e.op)) return undefined;
  // what is known to be a float stays unboxed
  const kind = lo.floats.kind(e);
  if (kind === FloatKind.Certain) return undefined;
  const planner = new Planner(lo, kind === FloatKind.Likely);
  planner.scan(e);
  const variables = kept(planner.leaves, (l) => !isConstant(l));
  if (!planner.isPossible || planner.operators < 2 || variables.length === 0) return undefined;
  if (onlyIntegers(e)) return undefined;
  return {
    cond: (target) => planner.print(e, target),
    raw: (target) => planner.printFloat(e, target, true),
    first: kept(planner.leaves.slice(0, planner.first), (l) => !isConstant(l)),
  };
}

function isField(e: Expr): boolean {
  return e.type === "Index" && inner(e.key).type === "String";
}

/** Is there a test of this operand of a sum, if the sum is an operand itself? */
function isTested(expr: Expr): boolean {
  const e = inner(expr);
  return e.type === "Binary" && (e.op === "+" || e.op === "-" || e.op === "*");
}

function isSquare(e: BinaryExpr): boolean {
  const [a, b] = [inner(e.left), inner(e.right)];
  return e.op === "*" && a.type === "Local" && b.type === "Local" && a.variable === b.variable;
}

/** Additions and multiplications with integer constants only, as for an index: no float is likely. */
function onlyIntegers(e: BinaryExpr): boolean {
  let hasDivision = false;
  let variables = 0;
  const visit = (expr: Expr) => {
    const x = inner(expr);
    if (x.type === "Binary" && isFloatOperator(x.op)) {
      if (x.op === "/" || x.op === "^") hasDivision = true;
      visit(x.left);
      visit(x.right);
    } else if (x.type === "Float") hasDivision = true;
    else if (x.type !== "Integer") variables++;
  };
  visit(e);
  return !hasDivision && variables < 2;
}
