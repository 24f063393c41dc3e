/**
 * Lowering: a function of the syntax tree becomes structured code over registers and numbered
 * operations (ir.ts). This file holds the state of that pass; the rules are in statements.ts and
 * expressions.ts, and the files around them.
 *
 * Registers and temporaries are allocated like a stack. A local that is never captured lives in its
 * register, and only statements assign it, so its register may stand as an operand while other
 * parts of an expression are evaluated. Everything else is read into a temporary first: operands
 * are evaluated left to right, once.
 */
import type { Expr, FunctionBody, LocalVar } from "../parser/ast";
import type { ChunkContext } from "./chunk";
import type { FloatVariables } from "./floats";
import type {
  FunctionCode,
  ImplicitOp,
  LocalScope,
  Node,
  OpInfo,
  OpNode,
  TailCall,
  Unboxed,
} from "./ir";
import { anyOperand, Kind, type Operand } from "./operand";

/**
 * Iterations of a loop between two preemption checks: few enough that a loop comes by before the
 * JIT compiles it; a path never taken would later make it throw its code away.
 */
export const LOOP_TICKS = 500;

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

/** The state of lowering one function. */
export class Lowering {
  nodes: Node[] = [];
  readonly ops: OpInfo[] = [{ line: 0, registers: 0, temporaries: 0, expr: undefined }];
  readonly locals: LocalScope[] = [];
  readonly uses = new Set<string>();
  readonly inner: FunctionBody[] = [];
  readonly dispatchVars: string[] = [];
  /** Where each local of this function lives. */
  readonly registerOf = new Map<LocalVar, string>();
  readonly kindOf = new Map<LocalVar, Kind>();
  private readonly upvalueText = new Map<LocalVar, string>();
  private openScopes: LocalScope[] = [];
  private registerTop = 0;
  private registerMax = 0;
  private tempTop = 0;
  private tempMax = 0;
  private labels = 0;
  readonly floats: FloatVariables;
  /** Registers and temporaries that hold no Lua values at this point of typed code. */
  private readonly unboxed = new Map<string, Unboxed>();
  private readonly parts = new Map<string, string>();
  /** By number: has no code assigned the temporary since it was allocated? */
  private readonly unset: boolean[] = [];
  /** Temporaries below this number are needed after the expression that is being evaluated. */
  liveBase = 0;
  /** Number of to-be-closed slots in scope. */
  closeLevel = 0;
  hasClose = false;
  readonly tailCalls: TailCall[] = [];
  /** Operands of an expression that have been evaluated before it. */
  readonly evaluated = new Map<Expr, Operand>();
  /** Inside the evaluation operator by operator of what could be computed on halves. */
  skipsHalves = false;
  /** The same for what could be computed on doubles. */
  skipsDoubles = false;
  /** The same for what could be computed on 32-bit words. */
  skipsWords = false;
  private scratch = 0;
  usesCounter = false;
  usesDoubles = false;
  callsItself = false;
  usesVarargArray = false;
  /** The loop that `break` leaves. */
  loop: { label: string; closeLevel: number } | undefined;

  constructor(
    readonly context: ChunkContext,
    readonly fn: FunctionBody,
    /** Float variables are kept unboxed: the fast form. */
    readonly isTyped: boolean,
    /** Markers are set, for debug hooks. */
    readonly isHooked: boolean,
    private readonly rules: ExpressionRules,
  ) {
    this.floats = context.floatVariables(fn);
    this.skipsHalves = context.isCompact;
    this.skipsDoubles = context.isCompact;
    this.skipsWords = context.isCompact;
    const self = context.selfVariables.get(fn);
    fn.upvalues.forEach((v, i) => {
      this.upvalueText.set(v, v === self ? context.jsName(fn) : `u${i}`);
    });
  }

  // ---------------------------------------------------------- expressions

  operand(e: Expr): Operand {
    return this.rules.operand(this, e);
  }

  numericOperand(e: Expr): Operand {
    return this.rules.numericOperand(this, e);
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

  // ------------------------------------------------------------- emitting

  emit(node: Node): void {
    if (typeof node === "string") this.noteAssigned(node);
    const last = this.nodes.length - 1;
    if (typeof node === "string" && typeof this.nodes[last] === "string") this.nodes[last] += node;
    else this.nodes.push(node);
  }

  private info(line: number, expr: OpInfo["expr"], callee?: string, live = this.tempTop): OpInfo {
    const info: OpInfo = { line, registers: this.registerTop, temporaries: live, expr };
    if (callee !== undefined) info.callee = callee;
    if (this.unboxed.size > 0) info.unboxed = new Map(this.unboxed);
    for (let i = 0; i < live; i++) if (this.unset[i]) (info.unset ??= new Set()).add(`t${i}`);
    return info;
  }

  /**
   * Notes which temporaries the text assigns. Those without a value must not be saved: as they are
   * assigned later in the same loop, that would keep their last value alive, in a box, all round it.
   */
  private noteAssigned(text: string): void {
    for (let i = 0; i < this.tempTop; i++)
      if (this.unset[i] && assigns(text, `t${i}`)) this.unset[i] = false;
  }

  /**
   * Emits an operation; `text` gets its number. Only the first `live` temporaries are needed
   * afterwards, by default those of the expressions around the one that is being evaluated.
   */
  op(
    text: (k: number) => string,
    resume: string,
    line: number,
    expr: Expr | ImplicitOp | undefined,
    callee?: string,
    live = this.liveBase,
  ): void {
    if (expr !== "hook" && expr !== "marker") this.marker(line);
    const k = this.ops.length;
    this.ops.push(this.info(line, expr, callee, live));
    const node: OpNode = { type: "op", k, text: text(k), resume };
    // what an operation assigns is also assigned when it is resumed
    this.noteAssigned(resume);
    this.nodes.push(node);
  }

  /** In hooked code, a point where the hook may be told of a new line (hooked.ts). */
  marker(line: number, isReturn = false): void {
    if (!this.isHooked) return;
    // line 0: not known
    const shown = this.context.isStripped ? 0 : line;
    this.op(
      (k) => `k=${k};if(H.at(fr,${shown},${isReturn}))break sus;`,
      "",
      line,
      "marker",
      undefined,
      this.tempTop,
    );
  }

  /** Text for hooked code only. */
  hooked(text: string): void {
    if (this.isHooked) this.emit(text);
  }

  /** The text of an operation with a fast path, which compact code goes without. */
  quickly(cond: string, quick: string, slow: string): string {
    if (this.context.isCompact) return slow;
    return `if(${cond})${quick}else{${slow}}`;
  }

  get opCount(): number {
    return this.ops.length - 1;
  }

  /** Runs `body` with an own node list and returns that. */
  collect(body: () => void): Node[] {
    const saved = this.nodes;
    this.nodes = [];
    body();
    const nodes = this.nodes;
    this.nodes = saved;
    return nodes;
  }

  emitIf(cond: string, then: () => void, orelse?: () => void): void {
    const lo = this.opCount;
    const thenNodes = this.collect(then);
    const mid = this.opCount;
    const elseNodes = orelse === undefined ? [] : this.collect(orelse);
    this.emit({ type: "if", cond, taken: thenNodes, orelse: elseNodes, lo, mid, hi: this.opCount });
  }

  emitBlock(label: string, body: () => void): void {
    const lo = this.opCount;
    const nodes = this.collect(body);
    this.emit({ type: "block", label, body: nodes, lo, hi: this.opCount });
  }

  emitLoop(label: string, body: () => void): void {
    const lo = this.opCount;
    const nodes = this.collect(body);
    this.emit({ type: "loop", label, body: nodes, lo, hi: this.opCount });
  }

  /** The loop of a loop statement; registers from `outliving` up are not used after it. */
  emitLoopStatement(label: string, outliving: number, body: () => void): void {
    const lo = this.opCount;
    const registers = this.registerTop;
    const temporaries: string[] = [];
    for (let i = 0; i < this.tempTop; i++) if (!this.unset[i]) temporaries.push(`t${i}`);
    const nodes = this.collect(body);
    const scope = { registers, outliving, temporaries };
    this.emit({ type: "loop", label, body: nodes, scope, lo, hi: this.opCount });
  }

  get registerMark(): number {
    return this.registerTop;
  }

  /**
   * Preemption point: a counter that runs out. Function entries count in `X.n`, which debugging and
   * cancellation set to zero; loops count in a local variable, which is cheaper.
   */
  tick(line: number, isEntry = false): void {
    if (this.isHooked) this.op((k) => `k=${k};if(H.tick())break sus;`, "", line, "hook");
    else if (this.context.isCompact)
      this.op((k) => `k=${k};if(TK()===null)break sus;`, "", line, "hook");
    else if (isEntry)
      this.op((k) => `if(--X.n<0){k=${k};if(X.tick()===null)break sus}`, "", line, "hook");
    else {
      this.usesCounter = true;
      this.op(
        (k) => `if(--n<0){k=${k};n=${LOOP_TICKS};if(X.tick()===null)break sus}`,
        "",
        line,
        "hook",
      );
    }
  }

  label(): string {
    return `b${this.labels++}`;
  }

  /** Notes that the text uses a module-level name. */
  use(name: string): string {
    this.uses.add(name);
    return name;
  }

  // ------------------------------------------- registers and temporaries

  newRegister(): string {
    const n = this.registerTop++;
    if (this.registerTop > this.registerMax) this.registerMax = this.registerTop;
    this.nodes.push({ type: "region", registers: this.registerTop });
    this.unboxed.delete(`r${n}`);
    return `r${n}`;
  }

  newTemp(): string {
    const n = this.tempTop++;
    if (this.tempTop > this.tempMax) this.tempMax = this.tempTop;
    this.unboxed.delete(`t${n}`);
    this.unset[n] = true;
    return `t${n}`;
  }

  /** A temporary for the result of `body`; what lies below stays alive meanwhile. */
  intoTemp(body: (t: string) => void, count = 1): string {
    const outer = this.liveBase;
    this.liveBase = this.tempTop;
    const t = this.newTemp();
    for (let i = 1; i < count; i++) this.newTemp();
    const mark = this.tempTop;
    body(t);
    this.tempTop = mark;
    this.liveBase = outer;
    return t;
  }

  get tempMark(): number {
    return this.tempTop;
  }

  releaseTemps(mark: number): void {
    this.tempTop = mark;
  }

  /** A scope of locals: its registers are free again afterwards. */
  scope(body: () => void): void {
    const registers = this.registerTop;
    const open = this.openScopes.length;
    const level = this.closeLevel;
    body();
    if (this.closeLevel > level) this.emitClose(level, this.lastLine);
    this.closeLevel = level;
    for (const local of this.openScopes.splice(open)) local.to = this.opCount;
    if (this.registerTop > registers) this.nodes.push({ type: "endRegions", registers });
    this.registerTop = registers;
  }

  /** Line for operations that end a scope. */
  lastLine = 0;

  /** Gives a local its register; it becomes visible with the next operation. */
  declare(v: LocalVar): string {
    const register = this.newRegister();
    this.registerOf.set(v, register);
    if (this.floats.has(v)) this.holdsDouble(register);
    if (this.isLong(v)) this.holdsParts(register, "halves", "hl");
    if (this.isSum(v)) this.holdsParts(register, "number", "df");
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

  // ----------------------------------------------------------- variables

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

  /** Its register holds no Lua value in typed code. */
  isUnboxed(v: LocalVar): boolean {
    return this.isFloatVariable(v) || this.isLong(v) || this.isSum(v);
  }

  /** The text uses the scratch variables `x0`, … up to that count; they don't outlive an operation. */
  useScratch(count: number): void {
    if (count > this.scratch) this.scratch = count;
  }

  /** From now on the register or temporary holds a plain double, if this is typed code. */
  holdsDouble(name: string): void {
    this.usesDoubles = true;
    if (this.isTyped) this.unboxed.set(name, "double");
  }

  private holdsParts(register: string, kind: Unboxed, letters: string): void {
    this.usesDoubles = true;
    if (!this.isTyped) return;
    this.unboxed.set(register, kind);
    const others = this.parts.get(register) ?? "";
    if (!others.includes(letters)) this.parts.set(register, others + letters);
  }

  holdsAny(name: string): void {
    this.unboxed.delete(name);
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
    if (this.isLong(v) || this.isSum(v)) {
      const t = this.newTemp();
      const value = this.isLong(v) ? `FH(${slot}h,${slot}l)` : `BN(${slot}d,${slot}f)`;
      this.emit(this.isTyped ? `${t}=${value};` : `${t}=${slot};`);
      return anyOperand(t);
    }
    if (this.context.functionVariables.has(v)) return { code: slot, kind: Kind.Function };
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

  emitClose(level: number, line: number): void {
    this.marker(line);
    const k = this.ops.length;
    this.ops.push(this.info(line, "close"));
    this.nodes.push({ type: "close", k, level, value: "", name: "" });
  }

  /** Registers `value` as to be closed at the next level (§3.3.8). */
  emitMark(value: string, name: string, line: number): void {
    const k = this.ops.length;
    this.ops.push(this.info(line, undefined));
    this.hasClose = true;
    this.nodes.push({ type: "mark", k, level: this.closeLevel++, value, name });
  }

  private tailNote(): string | undefined {
    if (!this.context.allCells) return this.callsItself ? "false" : undefined;
    return `(h=X.tailCalled,X.tailCalled=undefined,h===${this.context.jsName(this.fn)})`;
  }

  finish(): FunctionCode {
    return {
      body: this.fn,
      jsName: this.context.jsName(this.fn),
      nodes: this.nodes,
      registers: this.registerMax,
      temporaries: this.tempMax,
      parts: this.parts,
      ops: this.ops,
      locals: this.locals,
      upvalues: this.fn.upvalues.map((v) => this.upvalueText.get(v) as string),
      environmentIsCell: this.fn.upvalues.some((v) => this.context.isCell(v)),
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

/** Is there an assignment to the temporary in the text? */
function assigns(text: string, t: string): boolean {
  for (let at = text.indexOf(`${t}=`); at >= 0; at = text.indexOf(`${t}=`, at + 1))
    if (text[at + t.length + 1] !== "=") return true;
  return false;
}
