/** A chunk being compiled, function by function, as they are needed. */
import type { FunctionBody } from "../parser/ast";
import { withAliases } from "../runtime/alias";
import { codegenApi } from "../runtime/codegen-api";
import { noteCode } from "../runtime/jit";
import { type HookedForm, Proto, type ResumableForm } from "../runtime/proto";
import type { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import type { FunctionCode } from "./ir";
import { lowerFunction } from "./statements";
import {
  compileResumable,
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
  private readonly protos: Proto[] = [];
  /** Names that have been defined in the module. */
  private readonly defined = new Set<string>();
  /** By the numbers of functions. */
  private readonly isCompiled: boolean[] = [];
  private readonly joins: boolean;

  constructor(
    readonly context: ChunkContext,
    private readonly source: string,
  ) {
    this.joins = source.includes("upvaluejoin");
  }

  /** The factory of a function, which compiles it when it is called first. */
  factory(fn: FunctionBody): Make {
    const factories = this.module.m;
    factories[fn.id] ??= (...parts) => {
      this.compile(fn);
      return (factories[fn.id] as Make)(...parts);
    };
    return factories[fn.id] as Make;
  }

  /** The function is known by this prototype already. */
  adopt(fn: FunctionBody, proto: Proto): void {
    this.protos[fn.id] = proto;
  }

  /** Forms of a function that has been adopted. */
  resumable(code: FunctionCode): ResumableForm {
    this.define(code.body);
    return compileResumable(untyped(this.context, code), this.module);
  }

  hooked(code: FunctionCode, proto: Proto): HookedForm {
    this.define(code.body);
    return hookedForm(this.context, code, proto, this.module);
  }

  /** All forms of a function use what the text of the first one defines. */
  private define(fn: FunctionBody): void {
    if (!this.isCompiled[fn.id]) this.compile(fn);
  }

  private compile(fn: FunctionBody): void {
    const { context, module, protos } = this;
    this.isCompiled[fn.id] = true;
    const { code, inner } = lowerFunction(context, fn, true);
    if (context.isStripped) strip(code);
    if (protos[fn.id] === undefined) {
      const proto: Proto = new Proto(
        () => functionFacts(context, code),
        () => debugInfo(context, code),
        () => compileResumable(untyped(context, code), module),
        () => hookedForm(context, code, proto, module),
      );
      proto.origin = { source: this.source, body: fn };
      protos[fn.id] = proto;
    }
    for (const f of inner) this.factory(f);
    const text = printUnit(context, [code], this.defined);
    noteCode(text.length);
    new Function("R", "P", "M", text)(codegenApi, protos, module);
    // a main function makes the cell of its environment itself
    if (this.joins && fn.id !== 0) module.m[fn.id] = withAliases(module.m[fn.id] as Make);
  }
}
