/** Main functions that the interpreter runs at first (src/interpreter): what it needs of the compiler. */
import type { InterpretedCode, Part } from "../interpreter/code";
import { InterpretedFrame } from "../interpreter/frame";
import type { Expr, FunctionBody, LocalVar, Statement, TableItem } from "../parser/ast";
import { type Prototypes, standsFor } from "../runtime/deferred";
import { type Cell, Proto } from "../runtime/proto";
import { spread } from "../runtime/spread";
import type { LuaFunction, LuaValue, Results } from "../runtime/value";
import type { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import type { FunctionCode, OpInfo } from "./ir";
import { kept, mapped } from "./lists";
import { ChunkModule } from "./module";
import { lowerFunction } from "./statements";
import { functionFacts } from "./unit";

/** Runs until a main function is compiled, which takes as long as six to thirty of them. */
const INTERPRETED_RUNS = 10;

/** Makes the main function of a chunk; `makeContext` is called when there is something to compile. */
export function interpretedMain(
  main: FunctionBody,
  makeContext: () => ChunkContext,
  source: string,
  environment: Cell,
): LuaFunction {
  const code = new MainCode(main, makeContext, source);
  let runs = 0;
  let compiled: LuaFunction | undefined;
  const begin = (...args: LuaValue[]) => {
    if (runs < INTERPRETED_RUNS) {
      runs++;
      return new InterpretedFrame(code, f, environment, args).start();
    }
    compiled ??= code.compiled(environment, f);
    return spread(compiled, args);
  };
  // the arguments never become an array on the way to compiled code: it may be called in a loop
  function f(a?: LuaValue, b?: LuaValue): Results {
    if (compiled === undefined) return begin.apply(undefined, arguments as unknown as LuaValue[]);
    switch (arguments.length) {
      case 0:
        return compiled();
      case 1:
        return compiled(a);
      case 2:
        return compiled(a, b);
      default:
        return compiled.apply(undefined, arguments as unknown as LuaValue[]);
    }
  }
  return standsFor(f, code, main.id);
}

class MainCode implements InterpretedCode, Prototypes {
  private knownModule: ChunkModule | undefined;
  private knownProto: Proto | undefined;
  private lowered: FunctionCode | undefined;
  private numbers: Map<Expr, number[]> | undefined;

  constructor(
    readonly main: FunctionBody,
    private readonly makeContext: () => ChunkContext,
    private readonly source: string,
  ) {}

  private get module(): ChunkModule {
    if (this.knownModule === undefined) {
      this.knownModule = new ChunkModule(this.makeContext(), this.source);
      this.knownModule.adopt(this.main, this.proto());
    }
    return this.knownModule;
  }

  private get functionCode(): FunctionCode {
    this.lowered ??= lowerFunction(this.module.context, this.main, true).code;
    return this.lowered;
  }

  proto(): Proto {
    if (this.knownProto === undefined) {
      const proto: Proto = new Proto(
        () => functionFacts(this.module.context, this.functionCode),
        () => debugInfo(this.module.context, this.functionCode),
        () => this.module.resumable(this.functionCode),
        () => this.module.hooked(this.functionCode, proto),
      );
      proto.origin = { source: this.source, body: this.main };
      this.knownProto = proto;
    }
    return this.knownProto;
  }

  closure(fn: FunctionBody, captured: (v: LocalVar) => unknown): LuaFunction {
    const { module } = this;
    const self = module.context.selfVariables.get(fn);
    const others = kept(fn.upvalues, (v) => v !== self);
    return module.factory(fn)(...mapped(others, captured));
  }

  compiled(environment: Cell, self: LuaFunction): LuaFunction {
    return this.module.factory(this.main)(environment, self);
  }

  declaresFunction(v: LocalVar, fn: FunctionBody): void {
    this.module.context.declaresFunction(v, fn);
  }

  declaresLocal(v: LocalVar, e: Expr): void {
    if (!v.assigned && e.type === "Table") this.module.context.tableVariables.add(v);
  }

  operation(e: Expr, part: Part, item?: TableItem): number | undefined {
    const { ops } = this.functionCode;
    this.numbers ??= numbersByExpression(ops);
    const numbers = this.numbers.get(item?.kind === "named" ? item.key : e) ?? [];
    for (const k of numbers) if (isPart(ops[k] as OpInfo, part)) return k;
    return undefined;
  }

  entry(s: Statement): number {
    const { ops } = this.functionCode;
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
