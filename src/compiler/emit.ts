/**
 * What lowering writes to: the list of nodes, the numbered operations, and the registers and
 * temporaries, which are allocated like a stack. It knows nothing of the syntax tree but the names
 * that operations carry for messages.
 */
import type { Expr, LoopStatement, Statement } from "../parser/ast";
import type { ChunkContext } from "./chunk";
import type { ImplicitOp, LocalScope, Node, OpInfo, OpNode, Unboxed } from "./ir";
import { UNNAMED } from "./names";
import { quote } from "./operand";

/**
 * Iterations of a loop between two preemption checks: few enough that a loop comes by before the
 * JIT compiles it; a path never taken would later make it throw its code away.
 */
export const LOOP_TICKS = 500;

/** Where the code of one function is put together. */
export class Emitter {
  nodes: Node[] = [];
  readonly ops: OpInfo[] = [{ line: 0, registers: 0, temporaries: 0, expr: undefined }];
  readonly uses = new Set<string>();
  protected readonly openScopes: LocalScope[] = [];
  private registerTop = 0;
  protected registerMax = 0;
  private tempTop = 0;
  protected tempMax = 0;
  private labels = 0;
  /** Registers and temporaries that hold no Lua values at this point of typed code. */
  protected readonly unboxed = new Map<string, Unboxed>();
  /** By number: has no code assigned the temporary since it was allocated? */
  private readonly unset: boolean[] = [];
  /** Temporaries below this number are needed after the expression that is being evaluated. */
  liveBase = 0;
  /** Number of to-be-closed slots in scope. */
  closeLevel = 0;
  hasClose = false;
  protected scratch = 0;
  usesCounter = false;
  usesDoubles = false;

  constructor(
    readonly context: ChunkContext,
    /** Float variables are kept unboxed: the fast form. */
    readonly isTyped: boolean,
    /** Markers are set, for debug hooks. */
    readonly isHooked: boolean,
  ) {}

  // -------------------------------------------------- nodes and operations

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

  /** Notes that the temporary has a value, in whatever variable. */
  protected isSet(t: string): void {
    this.unset[Number(t.slice(1))] = false;
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
    if (expr !== "hook" && expr !== "marker" && expr !== "entry") this.marker(line);
    const k = this.ops.length;
    this.ops.push(this.info(line, expr, callee, live));
    const node: OpNode = { type: "op", k, text: text(k), resume };
    // what an operation assigns is also assigned when it is resumed
    this.noteAssigned(resume);
    this.nodes.push(node);
  }

  /** The last operation belongs to the statement: the interpreter looks for it. */
  noteStatement(s: Statement): void {
    (this.ops[this.opCount] as OpInfo).statement = s;
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

  /** Operations are calls of helpers, without quick ways. */
  get isPlain(): boolean {
    return this.context.isCompact;
  }

  /** The text of an operation with a fast path, which compact code goes without. */
  quickly(cond: string, quick: string, slow: string): string {
    if (this.isPlain) return slow;
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

  /**
   * Runs `body` for the numbers of its operations only: typed code does without what it emits, and the other forms
   * number alike.
   */
  skip(body: () => void): void {
    this.collect(body);
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

  /**
   * The loop of a loop statement; registers from `outliving` up are not used after it, the last `fresh` ones no longer
   * than an iteration.
   */
  emitLoopStatement(
    label: string,
    statement: LoopStatement,
    { outliving, fresh, isFor }: { outliving: number; fresh: number; isFor: boolean },
    body: () => void,
  ): void {
    const lo = this.opCount;
    const registers = this.registerTop;
    const temporaries: string[] = [];
    for (let i = 0; i < this.tempTop; i++) if (!this.unset[i]) temporaries.push(`t${i}`);
    const unboxed = new Map(this.unboxed);
    const nodes = this.collect(body);
    const scope = { statement, registers, outliving, fresh, temporaries, isFor, unboxed };
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
      const check = (k: number) => `k=${k};n=${LOOP_TICKS};if(X.tick()===null)break sus;`;
      this.op((k) => `if(--n<0){${check(k)}}`, "", line, "hook");
      const node = this.nodes[this.nodes.length - 1] as OpNode;
      node.tick = check(node.k);
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

  emitClose(level: number, line: number): void {
    this.marker(line);
    const k = this.ops.length;
    this.ops.push(this.info(line, "close"));
    this.nodes.push({ type: "close", k, level, value: "", name: "" });
  }

  /** Registers `value` as to be closed at the next level (§3.3.8). */
  emitMark(value: string, name: string, line: number, expr?: ImplicitOp): void {
    const k = this.ops.length;
    this.ops.push(this.info(line, expr));
    this.hasClose = true;
    const shown = this.context.isStripped ? quote(UNNAMED) : name;
    this.nodes.push({ type: "mark", k, level: this.closeLevel++, value, name: shown });
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

  /** The text uses the scratch variables `x0`, … up to that count; they don't outlive an operation. */
  useScratch(count: number): void {
    if (count > this.scratch) this.scratch = count;
  }

  /** From now on the register or temporary holds a plain double, if this is typed code. */
  holdsDouble(name: string): void {
    this.usesDoubles = true;
    if (this.isTyped) this.unboxed.set(name, "double");
  }

  holdsAny(name: string): void {
    this.unboxed.delete(name);
  }
}

/** Is there an assignment to the temporary in the text? */
function assigns(text: string, t: string): boolean {
  for (let at = text.indexOf(`${t}=`); at >= 0; at = text.indexOf(`${t}=`, at + 1))
    if (text[at + t.length + 1] !== "=") return true;
  return false;
}
