/**
 * Lowering: a function of the syntax tree becomes structured code over registers and numbered
 * operations (ir.ts). This file holds what that pass knows of the function and its variables; the
 * code goes to the emitter that it extends (emit.ts); the rules are in statements.ts and
 * expressions.ts, and the files around them.
 *
 * A local that is never captured lives in its
 * register, and only statements assign it, so its register may stand as an operand while other
 * parts of an expression are evaluated. Everything else is read into a temporary first: operands
 * are evaluated left to right, once.
 */
import type { Expr, FunctionBody, LabelStatement, LocalVar } from "../parser/ast";
import type { ChunkContext } from "./chunk";
import { Emitter } from "./emit";
import type { FloatVariables } from "./floats";
import { isInterpretable, selfVariable } from "./interpretable";
import type { FunctionCode, LocalScope, TailCall, Unboxed } from "./ir";
import { boxed } from "./layout";
import { mapped } from "./lists";
import { anyOperand, Kind, type Operand } from "./operand";

/** How expressions are lowered (expressions.ts). */
export interface ExpressionRules {
  /** The value in the general form: floats boxed. */
  operand(lo: Lowering, e: Expr): Operand;
  /** The value for arithmetic and comparisons: may be a plain double. */
  numericOperand(lo: Lowering, e: Expr): Operand;
  /** A value for a float variable: a plain double in typed code. */
  doubleOperand(lo: Lowering, e: Expr): Operand;
  /** Evaluates `e`, cut to one value, into `target`; returns what is known of the value. */
  into(lo: Lowering, e: Expr, target: string): Kind;
  /** As `into`, but may give a plain double; `wanted` if it should, where that is likely. */
  numericInto(lo: Lowering, e: Expr, target: string, wanted: boolean): Kind;
  /** A JS condition that is true when `e` is neither nil nor false. */
  condition(lo: Lowering, e: Expr): string;
}

/**
 * From so many characters on, what stands outside of loops has no quick ways: the JIT's better tiers take no function
 * of that length, and reading the code takes longer than running it a few times.
 */
const LONG = 40_000;

/** Where a `goto` to a label goes, while the label's block is being lowered. */
interface LabelTarget {
  jump: string;
  closeLevel: number;
}

/** The state of lowering one function. */
export class Lowering extends Emitter {
  readonly locals: LocalScope[] = [];
  readonly dispatchVars: string[] = [];
  /** Where each local of this function lives. */
  readonly registerOf = new Map<LocalVar, string>();
  readonly kindOf = new Map<LocalVar, Kind>();
  private readonly upvalueText = new Map<LocalVar, string>();
  readonly floats: FloatVariables;
  private readonly parts = new Map<string, string>();
  readonly tailCalls: TailCall[] = [];
  /** Operands of an expression that have been evaluated before it. */
  readonly evaluated = new Map<Expr, Operand>();
  /** Inside the evaluation operator by operator of what could be computed on halves. */
  skipsHalves = false;
  /** The same for what could be computed on doubles. */
  skipsDoubles = false;
  /** The same for what could be computed on 32-bit words. */
  skipsWords = false;
  /** The same for remainders of products. */
  skipsRemainders = false;
  /** Operations have no quick ways of their own: one for all of them has been tried. */
  isSlow = false;
  private readonly isLongFunction: boolean;
  /** The expression about to be evaluated is an operand of arithmetic, or the like: its value is likely a number. */
  wantsNumber = false;
  callsItself = false;
  usesVarargArray = false;
  readonly targets = new Map<LabelStatement, LabelTarget>();
  /** The loop that `break` leaves. */
  loop: { label: string; closeLevel: number } | undefined;

  constructor(
    context: ChunkContext,
    readonly fn: FunctionBody,
    isTyped: boolean,
    isHooked: boolean,
    private readonly rules: ExpressionRules,
  ) {
    super(context, isTyped, isHooked);
    this.floats = context.floatVariables(fn);
    this.isInterpreted = isInterpretable(fn, context);
    this.isLongFunction = fn.length > LONG;
    this.skipsHalves = context.isCompact;
    this.skipsDoubles = context.isCompact;
    this.skipsWords = context.isCompact;
    this.skipsRemainders = context.isCompact;
    const self = selfVariable(fn, context);
    let n = 0;
    for (const v of fn.upvalues) {
      this.upvalueText.set(v, v === self ? context.jsName(fn) : `u${n}`);
      n++;
    }
  }

  /** The function is interpreted at first. */
  readonly isInterpreted: boolean;

  override get isPlain(): boolean {
    return this.context.isCompact || (this.isLongFunction && this.loop === undefined);
  }

  // ---------------------------------------------------------- expressions

  operand(e: Expr): Operand {
    return this.rules.operand(this, e);
  }

  numericOperand(e: Expr): Operand {
    return this.rules.numericOperand(this, e);
  }

  /** An operand of arithmetic or of a comparison. */
  number(e: Expr): Operand {
    return this.expecting(true, () => this.rules.numericOperand(this, e));
  }

  /** Evaluates an expression whose value is likely a number, or not. */
  expecting<T>(isNumber: boolean, evaluate: () => T): T {
    this.wantsNumber = isNumber;
    const value = evaluate();
    this.wantsNumber = false;
    return value;
  }

  /** Operands of arithmetic that are evaluated before the operation that is planned for all of them. */
  evaluateFirst(operands: readonly Expr[]): void {
    for (const e of operands) this.evaluated.set(e, this.general(this.number(e)));
  }

  doubleOperand(e: Expr): Operand {
    return this.rules.doubleOperand(this, e);
  }

  into(e: Expr, target: string): Kind {
    return this.rules.into(this, e, target);
  }

  numericInto(e: Expr, target: string, wanted: boolean): Kind {
    return this.rules.numericInto(this, e, target, wanted);
  }

  condition(e: Expr): string {
    return this.rules.condition(this, e);
  }

  /** The operand in the general form: a plain double boxed. */
  general(o: Operand): Operand {
    if (o.kind !== Kind.Double) return o;
    const t = this.newTemp();
    this.emit(this.isTyped ? `${t}=BX(${o.code});` : `${t}=${o.code};`);
    return anyOperand(t);
  }

  /** The operand as an argument of a helper: boxed. */
  argument(o: Operand): string {
    return o.kind === Kind.Double && this.isTyped ? `BX(${o.code})` : o.code;
  }

  /** In untyped code a "double" is any value. */
  untyped(o: Operand): Operand {
    return o.kind === Kind.Double && !this.isTyped ? anyOperand(o.code) : o;
  }

  // ----------------------------------------------------------- variables

  /** Gives a local its register; it becomes visible with the next operation. */
  declare(v: LocalVar): string {
    const register = this.newRegister();
    this.registerOf.set(v, register);
    if (this.floats.has(v)) this.holdsDouble(register);
    if (this.isLong(v)) this.holdsParts(register, "halves", "hl");
    if (this.isSum(v)) this.holdsParts(register, "number", "df");
    if (this.isWord(v)) this.holdsParts(register, "word", "w");
    const local: LocalScope = {
      name: v.name,
      register,
      cell: this.context.isCell(v),
      from: this.opCount,
      to: Number.MAX_SAFE_INTEGER,
    };
    this.locals.push(local);
    this.openScopes.push(local);
    return register;
  }

  /** Shows a register as a local of that name to the debug library. */
  declareHidden(name: string, register: string): void {
    const from = this.opCount;
    const local: LocalScope = { name, register, cell: false, from, to: Number.MAX_SAFE_INTEGER };
    this.locals.push(local);
    this.openScopes.push(local);
  }

  /** Text that refers to the variable's register, cell or upvalue itself. */
  slot(v: LocalVar): string {
    if (v.func === this.fn) {
      const r = this.registerOf.get(v);
      if (r === undefined) throw new Error(`no register for ${v.name}`);
      return r;
    }
    const u = this.upvalueText.get(v);
    if (u === undefined) throw new Error(`no upvalue for ${v.name}`);
    return u;
  }

  /** Text of a variable's value, without effects. */
  slotValue(v: LocalVar): string {
    return this.context.isCell(v) ? `${this.slot(v)}.v` : this.slot(v);
  }

  isFloatVariable(v: LocalVar): boolean {
    return v.func === this.fn && this.floats.has(v);
  }

  /** Is the variable kept as halves in typed code? */
  isLong(v: LocalVar): boolean {
    return v.func === this.fn && this.floats.isLong(v) && !this.context.isCell(v);
  }

  /** Is the variable kept as a double and a flag in typed code? */
  isSum(v: LocalVar): boolean {
    return v.func === this.fn && this.floats.isSum(v) && !this.context.isCell(v);
  }

  /** Is the variable kept as an int32 in typed code? */
  isWord(v: LocalVar): boolean {
    return v.func === this.fn && this.floats.isWord(v) && !this.context.isCell(v);
  }

  /** Does the variable always hold the table it was declared with? */
  isTable(v: LocalVar): boolean {
    return this.context.tableVariables.has(v) && !this.context.isCell(v);
  }

  /** Its register holds no Lua value in typed code. */
  isUnboxed(v: LocalVar): boolean {
    return this.isFloatVariable(v) || this.isInParts(v);
  }

  /** Is it kept in other variables than its register? Such ones are assigned one by one. */
  isInParts(v: LocalVar): boolean {
    return this.isLong(v) || this.isSum(v) || this.isWord(v);
  }

  /** From now on the temporary's value is kept as an int32, if this is typed code. */
  holdsWord(t: string): void {
    this.holdsParts(t, "word", "w");
    this.isSet(t);
  }

  private holdsParts(register: string, kind: Unboxed, letters: string): void {
    this.usesDoubles = true;
    if (!this.isTyped) return;
    this.unboxed.set(register, kind);
    const others = this.parts.get(register) ?? "";
    if (!others.includes(letters)) this.parts.set(register, others + letters);
  }

  /** The variable's value as an operand. */
  variable(v: LocalVar): Operand {
    const slot = this.slot(v);
    if (this.context.isCell(v)) {
      const t = this.newTemp();
      this.emit(`${t}=${slot}.v;`);
      return anyOperand(t);
    }
    if (v.func === this.fn && this.floats.has(v)) return { code: slot, kind: Kind.Double };
    if (this.isInParts(v)) {
      const t = this.newTemp();
      const kind = this.isLong(v) ? "halves" : this.isSum(v) ? "number" : "word";
      this.emit(this.isTyped ? `${t}=${boxed(slot, kind)};` : `${t}=${slot};`);
      return anyOperand(t);
    }
    if (this.context.functionVariables.has(v)) return { code: slot, kind: Kind.Function };
    if (this.isTable(v)) return { code: slot, kind: Kind.Table };
    return { code: slot, kind: this.kindOf.get(v) ?? Kind.Any };
  }

  assignVariable(v: LocalVar, value: string): void {
    this.emit(`${this.slot(v)}${this.context.isCell(v) ? ".v" : ""}=${value};`);
  }

  /** Sets a fresh local to its first value; a new cell each time it is declared (§3.5). */
  initialise(v: LocalVar, value: string): void {
    const slot = this.slot(v);
    if (!this.context.isCell(v)) {
      if (slot !== value) this.emit(`${slot}=${value};`);
    } else this.emit(`${slot}={v:${value}};`);
  }

  private tailNote(): string | undefined {
    if (!this.context.allCells) return this.callsItself ? "false" : undefined;
    return `(h=X.tailCalled,X.tailCalled=void 0,h===${this.context.jsName(this.fn)})`;
  }

  finish(): FunctionCode {
    const [environment] = this.fn.upvalues;
    return {
      body: this.fn,
      jsName: this.context.jsName(this.fn),
      nodes: this.nodes,
      registers: this.registerMax,
      temporaries: this.tempMax,
      parts: this.parts,
      ops: this.ops,
      locals: this.locals,
      upvalues: mapped(this.fn.upvalues, (v) => this.upvalueText.get(v) as string),
      environmentIsCell: environment !== undefined && this.context.isCell(environment),
      uses: this.uses,
      tailCalls: this.tailCalls,
      usesCounter: this.usesCounter,
      usesDoubles: this.usesDoubles,
      hasClose: this.hasClose,
      scratch: this.scratch,
      usesVarargArray: this.usesVarargArray,
      tailNote: this.tailNote(),
      dispatchVars: this.dispatchVars,
      isCompact: this.context.isCompact,
    };
  }
}
