/**
 * The interpreter: runs functions from the syntax tree. Most run a few times only, and to compile one takes as long as
 * to run it many times. A loop that runs on and on is finished by compiled code.
 *
 * The frame of an interpreted function is like any other to those who look at it: its operations have the numbers that
 * they have in compiled code, which are looked up when somebody asks (`k`).
 */
import type {
  AssignStatement,
  Expr,
  GenericForStatement,
  GlobalExpr,
  GlobalStatement,
  IfStatement,
  LocalStatement,
  LocalVar,
  LoopStatement,
  NumericForStatement,
  ReturnStatement,
  Statement,
} from "../parser/ast";
import { call } from "../runtime/call";
import { runsLuaFunction } from "../runtime/compact";
import { control } from "../runtime/control";
import { running } from "../runtime/coroutine";
import { globalDefined } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { LoopExit, LuaFrame, leaveFrame } from "../runtime/luaframe";
import type { Cell } from "../runtime/proto";
import { spread } from "../runtime/spread";
import { unwind } from "../runtime/unwind";
import {
  type LuaFunction,
  type LuaValue,
  newList,
  type Results,
  type ThreadHook,
} from "../runtime/value";
import { Blocks, type OpenBlock, type OpenLoop } from "./blocks";
import type { InterpretedCode } from "./code";
import { Evaluator, isTruthy, WAITING } from "./evaluator";
import { advance, beginGeneric, beginNumeric, countOf, Turn, turn } from "./loops";
import { Variables } from "./variables";

/** The operation at which every function begins. */
const ENTRY = 1;
const NO_RESULTS: LuaValue[] = [];

/** What becomes of the function after a statement. */
enum Outcome {
  /** The statement has ended. */
  Done,
  /** An operation in it is suspended. */
  Waiting,
  /** The function returns `result`. */
  Return,
  /** The function returns what a call in its place gives (§3.4.10). */
  TailCall,
  /** A frame of compiled code has taken the place of this one. */
  Gone,
}

export class InterpretedFrame extends LuaFrame {
  private readonly variables: Variables;
  private readonly evaluator: Evaluator;
  private readonly blocks: Blocks;
  private result: Results = NO_RESULTS;
  private tailCall: { f: LuaValue; args: LuaValue[] } | undefined;
  /** False until the first statement is about to begin. */
  private hasBegun = false;
  /** The function goes on in the resumable form. */
  private isHandedOver = false;
  /** Number of the operation, where that is not the one of the evaluator. */
  private number: number | undefined = ENTRY;

  constructor(
    private readonly code: InterpretedCode,
    f: LuaFunction,
    upvalues: unknown[],
    args: LuaValue[],
    environment?: Cell,
  ) {
    const variables = new Variables(code, f, upvalues, args, environment);
    super(code.proto(), ENTRY, variables.s);
    this.variables = variables;
    this.blocks = new Blocks(variables);
    this.evaluator = new Evaluator(code, variables);
    Object.defineProperty(this, "k", {
      get: () => this.number ?? this.evaluator.operation ?? this.entry,
      set: (k: number) => {
        this.number = k;
      },
    });
  }

  /** Calls the function. */
  start(): Results {
    if (--control.n < 0 && control.tick() === SUSPENDED) return leaveFrame(this);
    return this.begin();
  }

  override get mayConvert(): boolean {
    return this.number !== undefined;
  }

  override resume(value: Results): Results {
    if (this.hooked !== null) this.isHandedOver = true;
    if (this.isHandedOver) return this.goOn(value);
    if (!this.hasBegun) return this.begin();
    this.evaluator.resume(value);
    return this.run();
  }

  private begin(): Results {
    this.hasBegun = true;
    this.number = undefined;
    this.blocks.open(this.code.fn.body);
    return this.run();
  }

  private run(): Results {
    let outcome: Outcome;
    try {
      outcome = this.statements();
    } catch (e) {
      throw unwind(this.proto, this.k, e);
    }
    if (outcome === Outcome.Waiting) return leaveFrame(this);
    if (outcome === Outcome.Gone) return SUSPENDED;
    if (this.isHandedOver) return this.deopt(undefined);
    const { tailCall } = this;
    if (tailCall === undefined) return this.result;
    // outside of the `try`: a proper tail call
    const { f, args } = tailCall;
    return typeof f === "function" ? spread(f, args) : call(f, ...args);
  }

  /** Runs statements until the function ends, or waits, or a hook is set. */
  private statements(): Outcome {
    for (;;) {
      const block = this.blocks.innermost;
      if (block === undefined) return Outcome.Return;
      let outcome: Outcome;
      if ("loop" in block) outcome = this.iteration(block);
      else {
        const s = block.statements[block.next];
        if (s === undefined) outcome = this.endOfBlock(block);
        // a statement that was suspended is brought to its end
        else if (running.hook?.isActive && this.evaluator.isFresh) {
          this.handOver(running.hook, s, block.statements[block.next - 1]?.line);
          return Outcome.Return;
        } else outcome = this.statement(s);
      }
      if (outcome !== Outcome.Done) return outcome;
      this.evaluator.finish();
      if ("next" in block) block.next++;
    }
  }

  /** The operation in front of the statement under way. */
  private get entry(): number {
    const s = this.blocks.statement;
    return s === undefined ? ENTRY : this.code.entry(s);
  }

  /**
   * Hooks want to see each operation: the function goes on in a form that shows them, from a statement on; `last`: the
   * line of the one before it.
   */
  private handOver(hook: ThreadHook, s: Statement, last = -1): void {
    this.isHandedOver = true;
    this.number = this.code.entry(s);
    hook.convert(this);
    if (this.hooked !== null) this.hooked.line = last;
  }

  private statement(s: Statement): Outcome {
    switch (s.type) {
      case "Local":
        return this.local(s);
      case "LocalFunction": {
        const v = s.variable;
        // the function may refer to its own variable
        this.variables.declare(v, undefined);
        this.variables.assign(v, this.evaluator.closure(s.func.func));
        return Outcome.Done;
      }
      case "Global":
        return this.global(s);
      case "GlobalFunction":
        if (!this.checkUndefined(s.target)) return Outcome.Waiting;
        return this.assignTo(s.target, this.evaluator.closure(s.func.func));
      case "Assign":
        return this.assign(s);
      case "Call":
        return this.evaluator.call(s.call) === SUSPENDED ? Outcome.Waiting : Outcome.Done;
      case "Do":
        this.blocks.open(s.body);
        return Outcome.Done;
      case "If":
        return this.ifStatement(s);
      case "Return":
        return this.returnStatement(s);
      case "While":
      case "Repeat":
        this.openLoop(s, this.variables.top);
        return Outcome.Done;
      case "NumericFor":
        return this.numericFor(s);
      case "GenericFor":
        return this.genericFor(s);
      case "Break":
        this.blocks.leaveLoop();
        return Outcome.Done;
      case "Goto":
        this.blocks.jump(s.label);
        return Outcome.Done;
      case "Label":
        return Outcome.Done;
    }
  }

  /** A block has come to its end. */
  private endOfBlock({ until }: OpenBlock): Outcome {
    const v = until === undefined ? false : this.evaluator.value(until.condition);
    if (v === WAITING) return Outcome.Waiting;
    this.blocks.leave();
    const outer = this.blocks.innermost;
    if (isTruthy(v)) this.blocks.leave();
    else if (outer !== undefined && "loop" in outer) advance(outer, this.variables);
    return Outcome.Done;
  }

  // ---------------------------------------------------------------- loops

  /** A loop begins; `top`: the registers in use outside of it. */
  private openLoop(loop: LoopStatement, top: number): void {
    const { code, variables } = this;
    const open = { loop, top, runs: 0 };
    // it need not show that it runs for long if that is known
    if (code.isCompiled(loop) || countOf(open, variables) > code.patience)
      open.runs = code.patience;
    this.blocks.openLoop(open);
  }

  private numericFor(s: NumericForStatement): Outcome {
    const { top } = this.variables;
    const values = newList();
    for (const e of [s.start, s.limit, s.step]) {
      const v = e === undefined ? 1 : this.evaluator.value(e);
      if (v === WAITING) return Outcome.Waiting;
      values.push(v);
    }
    beginNumeric(s, values, this.variables, this.evaluator);
    this.openLoop(s, top);
    return Outcome.Done;
  }

  private genericFor(s: GenericForStatement): Outcome {
    const { top } = this.variables;
    const values = this.valuesOf(s.exprs, 4);
    if (values === undefined) return Outcome.Waiting;
    beginGeneric(values, this.variables);
    if (isTruthy(values[3])) {
      this.handOverClosing(s, values[3]);
      return Outcome.Return;
    }
    this.openLoop(s, top);
    return Outcome.Done;
  }

  /** Variables to be closed are left to the resumable form: it goes on where it takes the value. */
  private handOverClosing(s: GenericForStatement, value: LuaValue): void {
    const { k, registers, temporaries } = this.code.closing(s);
    const { s: held, base } = this.variables;
    for (let i = 0; i < temporaries; i++) held[base + registers + i] = value;
    this.number = k;
    this.isHandedOver = true;
  }

  /** Begins an iteration, or ends the loop. */
  private iteration(open: OpenLoop): Outcome {
    const { evaluator, variables } = this;
    if (open.runs >= this.code.patience && evaluator.isFresh && !running.hook?.isActive)
      return this.finishLoop(open);
    if (!evaluator.tick()) return Outcome.Waiting;
    const { top } = variables;
    const turned = turn(open, variables, evaluator);
    if (turned === Turn.Waiting) return Outcome.Waiting;
    if (turned === Turn.End) this.blocks.leave();
    else {
      open.runs++;
      this.code.noteIteration();
      const { loop } = open;
      this.blocks.open(loop.body, loop.type === "Repeat" ? loop : undefined, top);
    }
    return Outcome.Done;
  }

  /** What is left of the loop runs compiled. */
  private finishLoop(open: OpenLoop): Outcome {
    const { s, base } = this.variables;
    // an error has got its position when it comes out of compiled code
    this.number = ~this.code.entry(open.loop);
    const r = this.code.finishLoop(open.loop, s);
    this.number = undefined;
    if (r === SUSPENDED) return Outcome.Gone;
    if (r instanceof LoopExit) {
      this.result = r.results;
      return Outcome.Return;
    }
    for (let i = 1; i < r.length; i++) s[base + i - 1] = r[i];
    // the loop around it may go on, as what takes long in it is compiled now
    open.runs = 0;
    this.blocks.leave();
    return Outcome.Done;
  }

  /** Evaluates a list to `count` values (§3.3.3). */
  private valuesOf(exprs: Expr[], count: number): LuaValue[] | undefined {
    const values = newList();
    if (!this.evaluator.list(exprs, values)) return undefined;
    while (values.length < count) values.push(undefined);
    return values;
  }

  private local({ vars, exprs }: LocalStatement): Outcome {
    const values = this.valuesOf(exprs, vars.length);
    if (values === undefined) return Outcome.Waiting;
    for (let i = 0; i < vars.length; i++) {
      const v = vars[i] as LocalVar;
      // compile-time constants need no register
      if (v.constant !== undefined) continue;
      this.variables.declare(v, values[i]);
    }
    return Outcome.Done;
  }

  private global({ targets, exprs }: GlobalStatement): Outcome {
    const values = this.valuesOf(exprs, targets.length);
    if (values === undefined) return Outcome.Waiting;
    for (let i = targets.length - 1; i >= 0; i--) {
      const target = targets[i] as GlobalExpr;
      if (!this.checkUndefined(target)) return Outcome.Waiting;
      if (this.assignTo(target, values[i]) !== Outcome.Done) return Outcome.Waiting;
    }
    return Outcome.Done;
  }

  /** `global x = …` must not meet an x that is defined already (§3.3.7). */
  private checkUndefined(target: GlobalExpr): boolean {
    const { evaluator } = this;
    const v = evaluator.field(target, evaluator.variable(target.env), target.name);
    if (v !== undefined && v !== WAITING) throw globalDefined(target.name);
    return v !== WAITING;
  }

  private assignTo(target: GlobalExpr, value: LuaValue): Outcome {
    const env = this.evaluator.variable(target.env);
    return this.evaluator.store(target, env, target.name, value) ? Outcome.Done : Outcome.Waiting;
  }

  /** Objects and keys first, then the values, then the assignments from right to left (§3.3.3). */
  private assign({ targets, exprs }: AssignStatement): Outcome {
    const { evaluator } = this;
    const places = newList();
    for (const t of targets) {
      if (t.type !== "Index") continue;
      const object = evaluator.value(t.object);
      if (object === WAITING) return Outcome.Waiting;
      const key = evaluator.value(t.key);
      if (key === WAITING) return Outcome.Waiting;
      places.push(object, key);
    }
    const values = this.valuesOf(exprs, targets.length);
    if (values === undefined) return Outcome.Waiting;
    for (let i = targets.length - 1; i >= 0; i--) {
      const t = targets[i] as AssignStatement["targets"][number];
      if (t.type === "Local") {
        if (evaluator.isNew()) this.variables.assign(t.variable, values[i]);
      } else if (t.type === "Global") {
        if (this.assignTo(t, values[i]) !== Outcome.Done) return Outcome.Waiting;
      } else {
        const key = places.pop();
        if (!evaluator.store(t, places.pop(), key, values[i])) return Outcome.Waiting;
      }
    }
    return Outcome.Done;
  }

  private ifStatement({ clauses, orelse }: IfStatement): Outcome {
    for (const { condition, body } of clauses) {
      const v = this.evaluator.value(condition);
      if (v === WAITING) return Outcome.Waiting;
      if (!isTruthy(v)) continue;
      this.blocks.open(body);
      return Outcome.Done;
    }
    if (orelse !== undefined) this.blocks.open(orelse);
    return Outcome.Done;
  }

  private returnStatement({ exprs }: ReturnStatement): Outcome {
    const [only] = exprs;
    if (exprs.length !== 1 || only === undefined) {
      const values = this.valuesOf(exprs, 0);
      if (values === undefined) return Outcome.Waiting;
      this.result = values;
      return Outcome.Return;
    }
    if (only.type === "Call" || only.type === "MethodCall") {
      const args = newList();
      const f = this.evaluator.callee(only, args);
      if (f === WAITING) return Outcome.Waiting;
      if (runsLuaFunction(f)) {
        this.tailCall = { f, args };
        return Outcome.TailCall;
      }
      // a native function is called inside, so that its errors get this line
      this.result = this.evaluator.apply(only, f, args);
    } else this.result = this.evaluator.values(only);
    return this.result === SUSPENDED ? Outcome.Waiting : Outcome.Return;
  }
}
