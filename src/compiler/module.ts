/** A chunk being compiled, function by function, as they are needed. */
import type { FunctionBody, LocalVar, LoopStatement, Statement } from "../parser/ast";
import { withAliases } from "../runtime/alias";
import { codegenApi } from "../runtime/codegen-api";
import { noteCode } from "../runtime/jit";
import type { DebugInfo, HookedForm, Proto, ProtoFacts, ResumableForm } from "../runtime/proto";
import type { ChunkContext } from "./chunk";
import type { ChunkCode } from "./chunkcode";
import { debugInfo } from "./debuginfo";
import { blocksOf } from "./interpretable";
import type { FunctionCode, LoopNode } from "./ir";
import { type LoopFunction, loopArguments } from "./loopcode";
import { loopOf } from "./outline";
import { lowerFunction } from "./statements";
import {
  compileResumable,
  entriesUnit,
  functionFacts,
  hookedForm,
  type Make,
  newModule,
  printUnit,
  strip,
  untyped,
} from "./unit";

export class ChunkModule {
  private readonly module = newModule();
  private readonly codes: FunctionCode[] = [];
  private readonly isCompiled: boolean[] = [];
  /** Names that have been defined in the module. */
  private readonly defined = new Set<string>();

  constructor(
    private readonly context: ChunkContext,
    private readonly source: string,
    /** Has the prototypes. */
    private readonly chunk: ChunkCode,
  ) {}

  /** An interpreted function has made others: its variables are what lowering it would make known of them. */
  note(fn: FunctionBody): void {
    noteDeclarations(this.context, fn.body.statements);
  }

  /** The lowered form of a function. */
  code(fn: FunctionBody): FunctionCode {
    let code = this.codes[fn.id];
    if (code === undefined) {
      code = lowerFunction(this.context, fn, true);
      if (this.context.isStripped) strip(code);
      this.codes[fn.id] = code;
    }
    return code;
  }

  facts(fn: FunctionBody): ProtoFacts {
    return functionFacts(this.context, this.code(fn));
  }

  debug(fn: FunctionBody): DebugInfo {
    return debugInfo(this.context, this.code(fn));
  }

  resumable(fn: FunctionBody): ResumableForm {
    this.define(fn);
    return compileResumable(untyped(this.context, this.code(fn)), this.module);
  }

  hooked(fn: FunctionBody, proto: Proto): HookedForm {
    this.define(fn);
    return hookedForm(this.context, this.code(fn), proto, this.module);
  }

  /** Makes a function of its upvalues, a main function of the cell of its environment; compiles it when called first. */
  factory(fn: FunctionBody): Make {
    const factories = this.module.m;
    factories[fn.id] ??= (...parts) => {
      this.compile(fn, "m");
      return (factories[fn.id] as Make)(...parts);
    };
    return factories[fn.id] as Make;
  }

  /** The same for a function that another one stands for in Lua, which comes behind the upvalues. */
  hiddenFactory(fn: FunctionBody): Make {
    if (this.module.h[fn.id] === undefined) this.compile(fn, "h");
    return this.module.h[fn.id] as Make;
  }

  /**
   * What `loops` takes for one of the loops of a function, of the values in the interpreter's frame; `code` is typed or
   * not. Undefined where the code does not take the values.
   */
  loopArguments(
    code: FunctionCode,
    s: LoopStatement,
    held: readonly unknown[],
  ): unknown[] | undefined {
    return loopArguments(code, loopOf(code, s), held);
  }

  /** Loops of a function as functions, by their statements, with the one that is wanted. */
  loops(code: FunctionCode, wanted: LoopStatement): Map<LoopStatement, LoopFunction> {
    this.prepare(code.body);
    const { loops, text } = entriesUnit(this.context, code, loopOf(code, wanted), this.defined);
    noteCode(text.length);
    const make = new Function("R", "P", "M", text);
    const functions: LoopFunction[] = make(codegenApi, this.chunk.protos, this.module);
    const found = new Map<LoopStatement, LoopFunction>();
    for (let i = 0; i < loops.length; i++) {
      const { scope } = loops[i] as LoopNode;
      if (scope !== undefined) found.set(scope.statement, functions[i] as LoopFunction);
    }
    return found;
  }

  /** The code of a function that takes no kinds of values for certain. */
  untyped(fn: FunctionBody): FunctionCode {
    return untyped(this.context, this.code(fn));
  }

  /** The forms of a function share what the text of the first one defines. */
  private define(fn: FunctionBody): void {
    if (!this.isCompiled[fn.id]) this.compile(fn, "h");
  }

  /** What the code of a function refers to. */
  private prepare(fn: FunctionBody): void {
    this.chunk.proto(fn);
    for (const child of fn.children) this.factory(child);
  }

  private compile(fn: FunctionBody, into: "m" | "h"): void {
    const { context, module } = this;
    this.isCompiled[fn.id] = true;
    this.prepare(fn);
    const text = printUnit(context, [this.code(fn)], this.defined, into);
    noteCode(text.length);
    new Function("R", "P", "M", text)(codegenApi, this.chunk.protos, module);
    // a main function makes the cell of its environment itself
    if (context.allCells && fn.parent !== undefined && this.source.includes("upvaluejoin"))
      module[into][fn.id] = withAliases(module[into][fn.id] as Make);
  }
}

/** Notes what lowering would note of the variables that the statements declare. */
function noteDeclarations(context: ChunkContext, statements: readonly Statement[]): void {
  for (const s of statements) {
    switch (s.type) {
      case "Local":
        for (let i = 0; i < s.vars.length; i++) {
          const v = s.vars[i] as LocalVar;
          if (!v.assigned && s.exprs[i]?.type === "Table") context.tableVariables.add(v);
          context.declares(v, s.exprs[i]);
        }
        break;
      case "LocalFunction":
        context.declaresFunction(s.variable, s.func.func);
        break;
      default:
        for (const { statements: inner } of blocksOf(s)) noteDeclarations(context, inner);
    }
  }
}
