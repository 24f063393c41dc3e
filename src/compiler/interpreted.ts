/** Functions that the interpreter runs at first (src/interpreter): what it needs of the compiler. */
import type { InterpretedCode, OperationNode, Part } from "../interpreter/code";
import { InterpretedFrame } from "../interpreter/frame";
import { environmentUpvalue } from "../interpreter/variables";
import type {
  FunctionBody,
  GenericForStatement,
  LocalVar,
  LoopStatement,
  Statement,
  TableItem,
} from "../parser/ast";
import { standsFor } from "../runtime/deferred";
import type { Cell, Proto } from "../runtime/proto";
import { spread } from "../runtime/spread";
import { type LuaFunction, type LuaValue, newList, type Results } from "../runtime/value";
import type { ChunkCode } from "./chunkcode";
import { hasStandIn, isInterpretable, selfVariable } from "./interpretable";
import type { FunctionCode, ImplicitOp, OpInfo } from "./ir";
import { mapped } from "./lists";
import type { LoopFunction } from "./loopcode";

/** When functions and loops are compiled; tests make that sooner. */
export const PATIENCE = {
  /** Runs of a function: to compile it takes as long as six to thirty of them. */
  runs: 10,
  /** Iterations of a loop in one run. */
  iterations: 24,
};

/** The iterations of several runs may be so many times those of a loop in one, which is known to run on. */
const ITERATIONS_IN_RUNS = 3;

/** A loop of so many milliseconds is long. */
const LONG_LOOP = 1;

/** Makes a function that stands for another one: what it does at first, and then. */
type StandInMaker = (begin: LuaFunction) => { f: LuaFunction; set(compiled: LuaFunction): void };

/**
 * A text of its own for each function: the JIT knows then what it calls, and copies that into its callers as if nothing
 * stood between them.
 */
function standInMaker({ params, isVararg }: FunctionBody): StandInMaker {
  const names = isVararg ? "...a" : mapped(params, (_, i) => `a${i}`).join(",");
  const text = `var c;return{f:function f(${names}){return c===void 0?b(${names}):c(${names})},set(v){c=v}}`;
  return new Function("b", text) as StandInMaker;
}

/** For a chunk's main function, which is mostly called once. */
function mainStandIn(begin: LuaFunction): ReturnType<StandInMaker> {
  let run = begin;
  return {
    f: (...args) => spread(run, args),
    set: (compiled) => {
      run = compiled;
    },
  };
}

/**
 * Stands in Lua for the function, interpreted or compiled. It is called with a main function's environment or with the
 * upvalues of another.
 */
function standIn(code: InterpretedFunction, upvalues: unknown[], environment?: Cell): LuaFunction {
  let compiled: LuaFunction | undefined;
  const compile = (): LuaFunction => {
    if (compiled === undefined) {
      compiled = code.compiled(environment === undefined ? upvalues : [environment], f);
      set(compiled);
    }
    return compiled;
  };
  const begin = (...args: LuaValue[]): Results => {
    if (code.runsLeft > 0) {
      code.runsLeft--;
      const taken = environment === undefined ? upvalues : [environmentUpvalue(code, environment)];
      return new InterpretedFrame(code, f, taken, args, environment).start();
    }
    return spread(compile(), args);
  };
  const made = environment === undefined ? code.makeStandIn(begin) : mainStandIn(begin);
  const { f, set }: ReturnType<StandInMaker> = made;
  return standsFor(f, code, code.fn.id, compile);
}

export class InterpretedFunction implements InterpretedCode {
  readonly slots = new Map<LocalVar, number>();
  private numbers: Map<OperationNode | Statement, number[]> | undefined;
  /** Functions inside that have stand-ins. */
  private readonly inner = new Map<FunctionBody, InterpretedFunction>();
  private readonly loops = new Map<LoopStatement, LoopFunction>();
  private readonly generalLoops = new Map<LoopStatement, LoopFunction>();
  /** The code that takes no kinds of values for certain. */
  private general: FunctionCode | undefined;
  private isNoted = false;
  readonly patience: number;
  /** An iteration in runs. */
  private readonly iterationCost: number;
  private standInMaker: StandInMaker | undefined;

  constructor(
    private readonly chunk: ChunkCode,
    readonly fn: FunctionBody,
    /** Runs that are left until it is compiled; iterations of loops count as parts of one. */
    public runsLeft = PATIENCE.runs,
    readonly self: LocalVar | undefined = undefined,
  ) {
    // the longer the function is, the longer it takes to compile
    this.patience = Math.floor(PATIENCE.iterations * (1 + fn.length / 1500));
    this.iterationCost = PATIENCE.runs / (ITERATIONS_IN_RUNS * this.patience);
  }

  /** The function as the main function of a chunk. */
  main(environment: Cell): LuaFunction {
    return standIn(this, [], environment);
  }

  proto(): Proto {
    return this.chunk.proto(this.fn);
  }

  closure(fn: FunctionBody, captured: (v: LocalVar) => unknown): LuaFunction {
    const { chunk } = this;
    if (!this.isNoted) chunk.note(this.fn);
    this.isNoted = true;
    const self = selfVariable(fn, chunk);
    const upvalues: unknown[] = newList();
    for (const v of fn.upvalues) if (v !== self) upvalues.push(captured(v));
    if (!hasStandIn(fn, chunk)) return chunk.module.factory(fn)(...upvalues);
    let code = this.inner.get(fn);
    if (code === undefined) {
      const runs = isInterpretable(fn, chunk) ? PATIENCE.runs : 0;
      code = new InterpretedFunction(chunk, fn, runs, self);
      this.inner.set(fn, code);
    }
    return standIn(code, upvalues);
  }

  makeStandIn(begin: LuaFunction): ReturnType<StandInMaker> {
    this.standInMaker ??= standInMaker(this.fn);
    return this.standInMaker(begin);
  }

  /** The function compiled; `f` stands for it. */
  compiled(parts: unknown[], f: LuaFunction): LuaFunction {
    return this.chunk.module.hiddenFactory(this.fn)(...parts, f);
  }

  operation(node: OperationNode, part: Part, item?: TableItem): number | undefined {
    const { ops } = this.chunk.module.code(this.fn);
    this.numbers ??= numbersByNode(ops);
    const numbers = this.numbers.get(item?.kind === "named" ? item.key : node) ?? [];
    for (const k of numbers) if (isPart(ops[k] as OpInfo, part)) return k;
    return undefined;
  }

  entry(s: Statement): number {
    return this.find(s, "entry");
  }

  closing(s: GenericForStatement): { k: number; registers: number; temporaries: number } {
    const k = this.find(s, "for closing");
    const { registers, temporaries } = this.chunk.module.code(this.fn).ops[k] as OpInfo;
    return { k, registers, temporaries };
  }

  /** The operation of that kind that belongs to a statement. */
  private find(s: Statement, kind: ImplicitOp): number {
    const { ops } = this.chunk.module.code(this.fn);
    for (let k = 1; k < ops.length; k++)
      if (ops[k]?.statement === s && ops[k]?.expr === kind) return k;
    throw new Error(`no ${kind} of ${s.type}`);
  }

  noteIteration(): void {
    this.runsLeft -= this.iterationCost;
  }

  isCompiled(s: LoopStatement): boolean {
    return this.loops.has(s);
  }

  finishLoop(s: LoopStatement, held: unknown[]): ReturnType<LoopFunction> {
    const started = performance.now();
    const code = this.chunk.module.code(this.fn);
    let r = this.finishIn(code, this.loops, s, held);
    if (r === undefined) {
      // some variable holds another kind of value than its code expects
      this.general ??= this.chunk.module.untyped(this.fn);
      r = this.finishIn(this.general, this.generalLoops, s, held) as ReturnType<LoopFunction>;
    }
    // beside a long loop it counts little that the rest is interpreted; to compile it would be to compile the loop again
    if (performance.now() - started > LONG_LOOP) this.runsLeft = Math.max(this.runsLeft, 1);
    return r;
  }

  /** Undefined where the code does not take the values. */
  private finishIn(
    code: FunctionCode,
    loops: Map<LoopStatement, LoopFunction>,
    s: LoopStatement,
    held: unknown[],
  ): ReturnType<LoopFunction> | undefined {
    const { module } = this.chunk;
    const args = module.loopArguments(code, s, held);
    if (args === undefined) return undefined;
    if (!loops.has(s))
      for (const [other, f] of module.loops(code, s)) if (!loops.has(other)) loops.set(other, f);
    return (loops.get(s) as LoopFunction)(...args);
  }
}

function isPart(op: OpInfo, part: Part): boolean {
  if (typeof op.expr === "string") return op.expr === part;
  if (part === "store") return op.isStore === true;
  return op.isStore !== true && (part === "call") === (op.callee !== undefined);
}

/** The numbers of the operations of each node, and of those that store an item of a table by its key. */
function numbersByNode(ops: readonly OpInfo[]): Map<OperationNode | Statement, number[]> {
  const numbers = new Map<OperationNode | Statement, number[]>();
  const note = (node: OperationNode | Statement, k: number) => {
    const known = numbers.get(node);
    if (known === undefined) numbers.set(node, [k]);
    else known.push(k);
  };
  for (let k = 1; k < ops.length; k++) {
    const { expr, isStore, statement } = ops[k] as OpInfo;
    if (statement !== undefined) note(statement, k);
    if (typeof expr !== "object") continue;
    note(expr, k);
    if (isStore && expr.type === "Index") note(expr.key, k);
  }
  return numbers;
}
