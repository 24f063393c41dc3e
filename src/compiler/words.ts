/**
 * Expressions on 32-bit words in one piece, such as `((v << n) | (v >> (32 - n))) & 0xffffffff`.
 *
 * Integers from 2^31 up are doubles to the JIT, so that 32-bit hashes and checksums, operator by
 * operator, change between integers and doubles all the time. If all operands are integers from 0 to
 * 2^32-1, such an expression is computed on int32 values, and only its result becomes a number. What
 * is masked in the end needs only the lower 32 bits of what comes before. If an operand turns out to
 * be something else, the expression is evaluated operator by operator; nothing has happened until then.
 */
import type { BinaryExpr, Expr, LocalVar } from "../parser/ast";
import { kept, mapped } from "./lists";
import type { Lowering } from "./lower";
import { isAtom, Kind } from "./operand";
import { INTEGER_OPERATORS, inner, neighbour, type Plan } from "./operands";

export const MAX_WORD = 0xffffffff;
export const MAX_INT32 = 0x7fffffff;
/** More operators in one expression are not worth the code. */
const MAX_OPERATORS = 16;

/** A value, as JS text that stands in one place only. */
interface Word {
  /** A number that is the value modulo 2^32. */
  low: string;
  /** The exact value; undefined if it is the unsigned word of `low`. */
  exact?: string;
  /** Bounds of the exact value; undefined if only the lower bits are known. */
  range: [number, number] | undefined;
}

function isWord(w: Word): w is Word & { range: [number, number] } {
  return w.range !== undefined && w.range[0] >= 0 && w.range[1] <= MAX_WORD;
}

/** The exact value of a word that has a range. */
function exactText(w: Word): string {
  if (w.exact !== undefined) return w.exact;
  return w.range !== undefined && w.range[1] <= MAX_INT32 ? w.low : `(${w.low}>>>0)`;
}

/**
 * The lower 32 bits of a word. `| 0` of a double from 2^31 up is a call of the engine, and whether a word of a hash
 * is that large, nobody can foretell: so this has no branch. What is no word gives bits of no word equal to it.
 */
export function wordToLow(code: string): string {
  return `(${code}-2147483648|0)^-2147483648`;
}

/** The same for any integer; with the lowest ones the subtraction would not be exact. */
function toLow(code: string): string {
  return `${code}<0?${code}|0:${wordToLow(code)}`;
}

/** The same for one that is likely to be small, and an int32 to the JIT. */
function countToLow(code: string): string {
  return `${code}>${MAX_INT32}&&${code}<=${MAX_WORD}?${code}-4294967296|0:${code}|0`;
}

/**
 * The modulus of `x % 2^31` and the like. Of smaller ones the operand is likely to be small, too, or a float, and an
 * operator of its own is as quick.
 */
function modulusOf(e: BinaryExpr): number | undefined {
  if (e.op !== "%") return undefined;
  const { type, value } = inner(e.right) as { type: string; value?: unknown };
  if (type !== "Integer" || typeof value !== "number") return undefined;
  const isPower = Number.isInteger(Math.log2(value));
  return isPower && value > 0xffff && value <= MAX_WORD + 1 ? value : undefined;
}

function isComplement(expr: Expr): boolean {
  const e = inner(expr);
  return e.type === "Unary" && e.op === "~";
}

/** All bits up to the highest that is set. */
function bitsOf(max: number): number {
  let bits = 1;
  while (bits <= max) bits *= 2;
  return bits - 1;
}

class Planner {
  readonly leaves: Expr[] = [];
  first = 0;
  operators = 0;
  bitwise = 0;
  private isScan = true;
  private scratch = 0;
  private depth = 0;
  private tests: string[] = [];
  /** Variables that have to be words somewhere. */
  private readonly words = new Set<LocalVar>();
  /** Operands that have been read, by the text that reads them. */
  private readonly known = new Map<string, Word>();

  constructor(private readonly lo: Lowering) {}

  /** Looks whether it can be done, and collects the operands. */
  scan(e: BinaryExpr): boolean {
    const w = this.word(e, true);
    return w?.range !== undefined && this.operators <= MAX_OPERATORS;
  }

  print(e: BinaryExpr, target: string): Quick {
    return this.assign(target, exactText(this.result(e)));
  }

  /** The same for a target that is to hold the lower 32 bits; undefined if the result may be no word. */
  printLow(e: BinaryExpr, target: string): Quick | undefined {
    const w = this.result(e);
    return isWord(w) ? this.assign(target, `${w.low}|0`) : undefined;
  }

  private result(e: BinaryExpr): Word {
    this.isScan = false;
    this.tests = [];
    this.scratch = 0;
    this.known.clear();
    const w = this.word(e, true);
    if (w === undefined) throw new Error("not an expression on words");
    return w;
  }

  private assign(target: string, value: string): Quick {
    const statement = `${target}=${value}`;
    return {
      cond: [...this.tests, `((${statement}),true)`].join("&&"),
      sure: this.tests.length === 0 ? `${statement};` : undefined,
    };
  }

  /** `exact`: the whole value is wanted, not only its lower bits. */
  private word(e: Expr, exact: boolean): Word | undefined {
    // long sums nest deeply
    if (this.depth > MAX_OPERATORS) return undefined;
    this.depth++;
    const w = this.wordOf(inner(e), exact);
    this.depth--;
    return w;
  }

  private wordOf(e: Expr, exact: boolean): Word | undefined {
    if (e.type === "Integer") {
      const { value } = e;
      if (typeof value !== "number") return undefined;
      const low = value | 0;
      const text = (n: number) => (n < 0 ? `(${n})` : String(n));
      return { low: text(low), exact: text(value), range: [value, value] };
    }
    if (this.lo.evaluated.has(e)) return this.leaf(e, exact);
    if (e.type === "Unary" && e.op === "~" && !exact) {
      const a = this.word(e.operand, false);
      this.apply(true);
      return a && { low: `(~${a.low})`, range: undefined };
    }
    if (e.type !== "Binary") return this.leaf(e, exact);
    switch (e.op) {
      case "&":
        return this.and(e);
      case "|":
      case "~":
        return this.orXor(e, exact);
      case "%":
        return this.remainder(e);
      case "<<":
      case ">>":
        return this.shift(e, exact);
      case "+":
      case "-":
      case "*":
        return this.sum(e, exact);
      default:
        return undefined;
    }
  }

  private apply(isBitwise: boolean): void {
    this.operators++;
    if (isBitwise) this.bitwise++;
  }

  /** Only bits that both have are left: one exact operand will do, beside a constant or `~x`, which is no word. */
  private and(e: BinaryExpr): Word | undefined {
    const isMask = (x: Expr) => {
      const { type, value } = inner(x) as { type: string; value?: unknown };
      return type === "Integer" && typeof value === "number" && value >= 0 && value <= MAX_WORD;
    };
    const masks = [isMask(e.left), isMask(e.right)];
    const leftIsNot = isComplement(e.left);
    const rightIsNot = isComplement(e.right);
    const a = this.word(e.left, !(masks[1] || (leftIsNot && !rightIsNot)));
    const b = this.word(e.right, !(masks[0] || (rightIsNot && !leftIsNot)));
    this.apply(true);
    if (a === undefined || b === undefined) return undefined;
    const max = Math.min(...mapped(kept([a, b], isWord), (w) => w.range[1]));
    if (max === Number.POSITIVE_INFINITY) return undefined;
    // -1 as an int32: all bits of the other are left
    const whole = masks[1] && max === MAX_WORD;
    return { low: whole ? a.low : `(${a.low}&${b.low})`, range: [0, max] };
  }

  /** By a power of two: as `%` is floored (§3.4.1), the lower bits, also of what is negative or has wrapped around. */
  private remainder(e: BinaryExpr): Word | undefined {
    const modulus = modulusOf(e);
    if (modulus === undefined) return undefined;
    const a = this.word(e.left, false);
    this.apply(true);
    if (a === undefined) return undefined;
    const low = modulus > MAX_WORD ? a.low : `(${a.low}&${modulus - 1})`;
    return { low, range: [0, modulus - 1] };
  }

  private orXor(e: BinaryExpr, exact: boolean): Word | undefined {
    const a = this.word(e.left, exact);
    const b = this.word(e.right, exact);
    this.apply(true);
    if (a === undefined || b === undefined) return undefined;
    const low = `(${a.low}${e.op === "~" ? "^" : "|"}${b.low})`;
    if (!isWord(a) || !isWord(b)) return exact ? undefined : { low, range: undefined };
    return { low, range: [0, bitsOf(Math.max(a.range[1], b.range[1]))] };
  }

  private shift(e: BinaryExpr, exact: boolean): Word | undefined {
    const isLeft = e.op === "<<";
    const a = this.word(e.left, exact || !isLeft);
    const by = this.word(e.right, true);
    this.apply(true);
    if (a === undefined || by?.range === undefined) return undefined;
    const constant = by.range[0] === by.range[1] ? by.range[0] : undefined;
    if (constant !== undefined && (constant < 0 || constant > 31)) return undefined;
    let amount = exactText(by);
    if (constant === undefined) {
      // JavaScript takes shifts modulo 32
      this.tests.push(`${this.name(amount)}>=0&&${this.last()}<=31`);
      amount = this.last();
    }
    if (!isLeft) {
      if (!isWord(a)) return undefined;
      return {
        low: `(${a.low}>>>${amount})`,
        range: [0, Math.floor(a.range[1] / 2 ** (constant ?? 0))],
      };
    }
    const low = `(${a.low}<<${amount})`;
    if (!exact) return { low, range: undefined };
    if (constant === undefined || !isWord(a)) return undefined;
    const factor = 2 ** constant;
    const max = a.range[1] * factor;
    if (max > Number.MAX_SAFE_INTEGER) return undefined;
    return { low, exact: `(${exactText(a)}*${factor})`, range: [0, max] };
  }

  private sum(e: BinaryExpr, exact: boolean): Word | undefined {
    const a = this.word(e.left, exact);
    const b = this.word(e.right, exact);
    this.apply(false);
    if (a === undefined || b === undefined) return undefined;
    if (!exact) {
      const low = e.op === "*" ? `IM(${a.low},${b.low})` : `(${a.low}${e.op}${b.low}|0)`;
      return { low, range: undefined };
    }
    if (a.range === undefined || b.range === undefined) return undefined;
    const bounds: number[] = [];
    for (const x of a.range)
      for (const y of b.range) bounds.push(e.op === "+" ? x + y : e.op === "-" ? x - y : x * y);
    const range: [number, number] = [Math.min(...bounds), Math.max(...bounds)];
    if (range[0] < -Number.MAX_SAFE_INTEGER || range[1] > Number.MAX_SAFE_INTEGER) return undefined;
    // no integer is -0
    const text = `(${exactText(a)}${e.op}${exactText(b)}${e.op === "*" ? "+0" : ""})`;
    return { low: text, exact: text, range };
  }

  private leaf(e: Expr, exact: boolean): Word | undefined {
    const known = this.lo.evaluated.get(e);
    const variable = e.type === "Local" ? e.variable : undefined;
    if (known === undefined && variable !== undefined && this.lo.isWord(variable))
      return this.variable(variable, e);
    if (!this.isScan) {
      const isInt = known?.kind === Kind.Int || this.isInt(e);
      const whole = exact || (variable !== undefined && this.words.has(variable));
      return this.test32(known?.code ?? this.read(e), whole, isInt);
    }
    if (known === undefined && !this.isReadable(e)) return undefined;
    if (exact && variable !== undefined) this.words.add(variable);
    return { low: "0", range: exact ? [0, MAX_WORD] : undefined };
  }

  /** One that is kept as a word. */
  private variable(v: LocalVar, e: Expr): Word {
    if (this.isScan) {
      this.leaves.push(e);
      return { low: "0", range: [0, MAX_WORD] };
    }
    const slot = this.lo.slot(v);
    if (!this.lo.isTyped) return this.test32(slot, true, false);
    return { low: `${slot}w`, range: [0, MAX_WORD] };
  }

  /** Notes an operand; false if it can be read neither without effects nor before all others. */
  private isReadable(e: Expr): boolean {
    this.leaves.push(e);
    if (e.type === "Local")
      return e.variable.constant === undefined && !this.lo.isUnboxed(e.variable);
    if (this.isElement(e)) return true;
    // one with effects must not come after an operator, which might fail before it
    const isCallOrField = e.type === "Call" || e.type === "MethodCall" || e.type === "Index";
    this.first = this.leaves.length;
    return this.operators === 0 && isCallOrField;
  }

  /** A value read from a variable or table, after the test that it is a word, or a safe integer. */
  private test32(read: string, exact: boolean, isInt: boolean): Word {
    const found = this.known.get(read);
    if (found !== undefined && (!exact || isWord(found))) return found;
    let mention = read;
    let code = read;
    if (!isAtom(read)) {
      mention = this.name(read);
      code = this.last();
    }
    const typed = isInt ? "" : `typeof ${mention}==="number"&&`;
    const low = this.name(isInt ? countToLow(code) : exact ? wordToLow(code) : toLow(code));
    const x = this.last();
    if (exact) this.tests.push(`${typed}(${low}>>>0)===${code}`);
    else {
      const integral = isInt ? "" : `fl(${code})===${code}&&${code}-${code}===0&&`;
      this.tests.push(`${typed}${integral}(${low},true)`);
    }
    const w: Word = exact
      ? { low: x, exact: code, range: [0, MAX_WORD] }
      : { low: x, range: undefined };
    this.known.set(read, w);
    return w;
  }

  private isInt(e: Expr): boolean {
    return e.type === "Local" && this.lo.kindOf.get(e.variable) === Kind.Int;
  }

  /** `t[i & 0xff]`, `t[i - 1]`: an element that can be read without effects, if no metamethod comes in between. */
  private isElement(e: Expr): boolean {
    if (e.type !== "Index") return false;
    const object = inner(e.object);
    if (object.type !== "Local" || object.variable.constant !== undefined) return false;
    const before = this.leaves.length;
    const { operators, bitwise } = this;
    const key = this.word(e.key, true);
    const isKey = key !== undefined && (isWord(key) || neighbour(inner(e.key)) !== undefined);
    // what is evaluated first must not be a part of the key
    if (!isKey || this.first > before) {
      this.leaves.length = before;
      this.operators = operators;
      this.bitwise = bitwise;
      return false;
    }
    return true;
  }

  private read(e: Expr): string {
    if (e.type === "Local") return this.lo.slotValue(e.variable);
    if (e.type !== "Index") throw new Error("not readable");
    const key = this.word(e.key, true) as Word;
    const { variable } = inner(e.object) as Expr & { type: "Local" };
    const object = this.lo.slotValue(variable);
    let array = `${object}.µarray`;
    if (!this.lo.isTable(variable)) {
      const first = isAtom(object) ? object : this.name(object);
      const known = isAtom(object) ? object : this.last();
      this.tests.push(`${first}!==void 0`, `${this.name(`${known}.µarray`)}!==void 0`);
      array = this.last();
    }
    // from 2^31 up there is no element, nor is there one with a negative key
    return `${array}[${isWord(key) ? key.low : exactText(key)}]`;
  }

  private name(value: string): string {
    const x = `x${this.scratch++}`;
    this.lo.useScratch(this.scratch);
    return `(${x}=${value})`;
  }

  private last(): string {
    return `x${this.scratch - 1}`;
  }
}

/** How to assign a target: see `Plan`. */
interface Quick {
  cond: string;
  sure: string | undefined;
}

interface WordPlan extends Plan {
  /** Computes the lower 32 bits as an int32; undefined if the result may be no word. */
  low(target: string): Quick | undefined;
}

/** How to compute `e` on words; undefined when it is no such expression. */
export function wordsOf(lo: Lowering, e: BinaryExpr): WordPlan | undefined {
  if (lo.skipsWords || !(INTEGER_OPERATORS.has(e.op) || modulusOf(e) !== undefined))
    return undefined;
  const planner = new Planner(lo);
  if (!planner.scan(e) || planner.bitwise === 0) return undefined;
  const operands = planner.leaves.length;
  // a single operator by a constant has a fast path of its own
  if (operands === 0 || (planner.operators === 1 && operands === 1 && e.op !== "<<"))
    return undefined;
  return {
    cond: (target) => planner.print(e, target).cond,
    sure: (target) => planner.print(e, target).sure,
    low: (target) => planner.printLow(e, target),
    // nothing that comes in between can change a variable of the function's own
    first: kept(
      planner.leaves.slice(0, planner.first),
      (l) => !(l.type === "Local" && lo.isWord(l.variable)),
    ),
  };
}
