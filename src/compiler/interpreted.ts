/** Functions that the interpreter runs at first (src/interpreter): what it needs of the compiler. */
import type { InterpretedCode, Part } from "../interpreter/code";
import { InterpretedFrame } from "../interpreter/frame";
import { environmentUpvalue } from "../interpreter/variables";
import type { Expr, FunctionBody, LocalVar, Statement, TableItem } from "../parser/ast";
import { standsFor } from "../runtime/deferred";
import type { Cell, Proto } from "../runtime/proto";
import { spread } from "../runtime/spread";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import { hasStandIn, isInterpretable, noteDeclarations } from "./interpretable";
import type { OpInfo } from "./ir";
import { kept, mapped } from "./lists";
import type { ChunkModule } from "./module";

/** Runs of a function until it is compiled, which takes as long as six to thirty of them. */
const INTERPRETED_RUNS = 10;

/**
 * Stands in Lua for the function, interpreted or compiled. It is called with a main function's environment or with the
 * upvalues of another.
 */
function standIn(code: InterpretedFunction, upvalues: unknown[], environment?: Cell): LuaFunction {
  let compiled: LuaFunction | undefined;
  const begin = (...args: LuaValue[]) => {
    if (code.runsLeft > 0) {
      code.runsLeft--;
      const taken = environment === undefined ? upvalues : [environmentUpvalue(code, environment)];
      return new InterpretedFrame(code, f, taken, args, environment).start();
    }
    compiled ??= code.compiled(environment === undefined ? upvalues : [environment], f);
    return spread(compiled, args);
  };
  // the arguments never become an array on the way to compiled code: it may be called in a loop
  function f(a?: LuaValue, b?: LuaValue, c?: LuaValue, d?: LuaValue): Results {
    if (compiled === undefined) return begin.apply(undefined, arguments as unknown as LuaValue[]);
    switch (arguments.length) {
      case 0:
        return compiled();
      case 1:
        return compiled(a);
      case 2:
        return compiled(a, b);
      case 3:
        return compiled(a, b, c);
      case 4:
        return compiled(a, b, c, d);
      default:
        return compiled.apply(undefined, arguments as unknown as LuaValue[]);
    }
  }
  return standsFor(f, code, code.fn.id);
}

export class InterpretedFunction implements InterpretedCode {
  readonly slots = new Map<LocalVar, number>();
  private numbers: Map<Expr, number[]> | undefined;
  /** Functions inside that have stand-ins. */
  private readonly inner = new Map<FunctionBody, InterpretedFunction>();
  private isNoted = false;

  constructor(
    private readonly module: ChunkModule,
    readonly fn: FunctionBody,
    /** Runs that are left until it is compiled. */
    public runsLeft = INTERPRETED_RUNS,
    readonly self: LocalVar | undefined = undefined,
  ) {}

  /** The function as the main function of a chunk. */
  main(environment: Cell): LuaFunction {
    return standIn(this, [], environment);
  }

  proto(): Proto {
    return this.module.proto(this.fn);
  }

  closure(fn: FunctionBody, captured: (v: LocalVar) => unknown): LuaFunction {
    const { context } = this.module;
    if (!this.isNoted) noteDeclarations(context, this.fn.body.statements);
    this.isNoted = true;
    const self = context.selfVariables.get(fn);
    const others = kept(fn.upvalues, (v) => v !== self);
    const upvalues = mapped(others, captured);
    if (!hasStandIn(fn, context)) return this.module.factory(fn)(...upvalues);
    let code = this.inner.get(fn);
    if (code === undefined) {
      const runs = isInterpretable(fn, context) ? INTERPRETED_RUNS : 0;
      code = new InterpretedFunction(this.module, fn, runs, self);
      this.inner.set(fn, code);
    }
    return standIn(code, upvalues);
  }

  /** The function compiled; `f` stands for it. */
  compiled(parts: unknown[], f: LuaFunction): LuaFunction {
    return this.module.hiddenFactory(this.fn)(...parts, f);
  }

  operation(e: Expr, part: Part, item?: TableItem): number | undefined {
    const { ops } = this.module.code(this.fn);
    this.numbers ??= numbersByExpression(ops);
    const numbers = this.numbers.get(item?.kind === "named" ? item.key : e) ?? [];
    for (const k of numbers) if (isPart(ops[k] as OpInfo, part)) return k;
    return undefined;
  }

  entry(s: Statement): number {
    const { ops } = this.module.code(this.fn);
    for (let k = 1; k < ops.length; k++) if (ops[k]?.statement === s) return k;
    throw new Error(`no entry of ${s.type}`);
  }
}

function isPart(op: OpInfo, part: Part): boolean {
  if (part === "store") return op.isStore === true;
  return op.isStore !== true && (part === "call") === (op.callee !== undefined);
}

/** The numbers of the operations of each expression, and of those that store an item of a table by its key. */
function numbersByExpression(ops: readonly OpInfo[]): Map<Expr, number[]> {
  const numbers = new Map<Expr, number[]>();
  const note = (e: Expr, k: number) => {
    const known = numbers.get(e);
    if (known === undefined) numbers.set(e, [k]);
    else known.push(k);
  };
  for (let k = 1; k < ops.length; k++) {
    const { expr, isStore } = ops[k] as OpInfo;
    if (typeof expr !== "object") continue;
    note(expr, k);
    if (isStore && expr.type === "Index") note(expr.key, k);
  }
  return numbers;
}
