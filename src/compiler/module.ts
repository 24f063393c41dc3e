/** A chunk being compiled, function by function, as they are needed. */
import type { FunctionBody, LoopStatement } from "../parser/ast";
import { withAliases } from "../runtime/alias";
import { codegenApi } from "../runtime/codegen-api";
import { noteCode } from "../runtime/jit";
import { Proto } from "../runtime/proto";
import type { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import type { FunctionCode, LoopNode } from "./ir";
import type { LoopFunction } from "./loopcode";
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
  /** These, by the numbers of functions. */
  private readonly protos: Proto[] = [];
  private readonly codes: FunctionCode[] = [];
  private readonly isCompiled: boolean[] = [];
  /** Names that have been defined in the module. */
  private readonly defined = new Set<string>();
  private knownContext: ChunkContext | undefined;

  /** `makeContext` is called when there is something to compile. */
  constructor(
    private readonly makeContext: () => ChunkContext,
    private readonly source: string,
  ) {}

  get context(): ChunkContext {
    this.knownContext ??= this.makeContext();
    return this.knownContext;
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

  proto(fn: FunctionBody): Proto {
    let proto = this.protos[fn.id];
    if (proto === undefined) {
      const made: Proto = new Proto(
        () => functionFacts(this.context, this.code(fn)),
        () => debugInfo(this.context, this.code(fn)),
        () => {
          this.define(fn);
          return compileResumable(untyped(this.context, this.code(fn)), this.module);
        },
        () => {
          this.define(fn);
          return hookedForm(this.context, this.code(fn), made, this.module);
        },
      );
      made.origin = { source: this.source, body: fn };
      this.protos[fn.id] = made;
      proto = made;
    }
    return proto;
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

  /** Loops of a function as functions, by their statements, with the one that is `wanted`; `code` is typed or not. */
  loops(code: FunctionCode, wanted: LoopNode): Map<LoopStatement, LoopFunction> {
    this.prepare(code.body);
    const { loops, text } = entriesUnit(this.context, code, wanted, this.defined);
    noteCode(text.length);
    const make = new Function("R", "P", "M", text);
    const functions: LoopFunction[] = make(codegenApi, this.protos, this.module);
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
    this.proto(fn);
    for (const child of fn.children) this.factory(child);
  }

  private compile(fn: FunctionBody, into: "m" | "h"): void {
    const { context, module } = this;
    this.isCompiled[fn.id] = true;
    this.prepare(fn);
    const text = printUnit(context, [this.code(fn)], this.defined, into);
    noteCode(text.length);
    new Function("R", "P", "M", text)(codegenApi, this.protos, module);
    // a main function makes the cell of its environment itself
    if (context.allCells && fn.parent !== undefined && this.source.includes("upvaluejoin"))
      module[into][fn.id] = withAliases(module[into][fn.id] as Make);
  }
}
