/**
 * Chunks that were compiled when the program was built: the modules inside of it. The functions that a
 * `require` runs become part of the program's own JavaScript, so that it finds them in the bytecode cache.
 * Most others are text in a file, compiled one by one when they are first called: bytecode is three times
 * as large. The Lua text itself is only read again for messages, the debug library and hooks.
 */
import { parseChunk } from "../parser/index";
import { codegenApi } from "../runtime/codegen-api";
import { runAgain } from "../runtime/compact";
import { type DeferredCode, deferred } from "../runtime/deferred";
import { Proto, type ProtoFacts } from "../runtime/proto";
import type { LuaFunction } from "../runtime/value";
import type { ChunkContext } from "./chunk";
import { printCompact } from "./compact";
import { debugInfo } from "./debuginfo";
import type { CompiledChunk } from "./index";
import type { FunctionCode } from "./ir";
import { contextOf, lowerAll } from "./lowered";
import {
  factoryNames,
  functionFacts,
  hookedForm,
  type Module,
  newModule,
  runtimeNames,
} from "./unit";

/** Makes the functions of one prototype; what `printCompact` prints. */
type Factory = (...parts: unknown[]) => LuaFunction;
/** A unit of code: a function of the runtime, the chunk's module, and its prototype. */
export type Unit = (R: unknown, M: Module, P: () => Proto) => Factory;

/** A chunk compiled ahead, as the build writes it down. */
export interface AheadChunk {
  readonly count: number;
  /** Bodies of `Unit`s by number: those that become part of the program's JavaScript. */
  readonly units: Readonly<Record<number, string>>;
  /** Two lines of each function: what `Proto` is made of as JSON, and the body of its unit. */
  readonly functions: string;
}

/** A chunk compiled ahead, inside of the program. */
export interface AheadModule {
  /** One number for each such chunk. */
  readonly id: number;
  readonly count: number;
  readonly units: Readonly<Record<number, Unit>>;
  /** Reads `AheadChunk.functions`. */
  functions(): string;
}

/** Numbers of chunks that are compiled at run time stay below. */
const FIRST_ID = 1e9;

/** The facts of a function that are written down, in this order. */
const WRITTEN = [
  "line",
  "endLine",
  "parameterNames",
  "isVararg",
  "upvalueNames",
  "upvalueSlots",
  "upvalueIsCell",
  "selfSlot",
  "lines",
] as const;

/**
 * Compiles a chunk. The functions that `isUnit` names by number, the main function (0) at any rate, become
 * part of the program's JavaScript.
 */
export function compileAhead(
  source: string,
  chunkName: string,
  isUnit: (id: number) => boolean = () => false,
): AheadChunk {
  const context = compactContext(source, chunkName, 0);
  const units: Record<number, string> = {};
  const lines: string[] = [];
  const codes = lowerAll(context);
  for (const code of codes) {
    const { id } = code.body;
    const isPart = id === 0 || isUnit(id);
    const text = unitText(context, code);
    if (isPart) units[id] = text;
    const facts = functionFacts(context, code);
    lines[2 * id] = JSON.stringify(WRITTEN.map((key) => facts[key]));
    lines[2 * id + 1] = isPart ? "" : text;
  }
  return { count: codes.length, units, functions: lines.join("\n") };
}

function compactContext(source: string, chunkName: string, id: number): ChunkContext {
  const context = contextOf(parseChunk(source, chunkName), source, id);
  context.isCompact = true;
  return context;
}

/** The body of a unit. */
function unitText(context: ChunkContext, code: FunctionCode): string {
  // in compact code these are record shapes and constants
  const definitions = [...code.uses].map((name) => context.definitions.get(name)).join("");
  const text = `${definitions}return ${printCompact(code)}`;
  return `"use strict";${runtimeNames(text)}${factoryNames(text)}${text}`;
}

/** Makes the chunk ready to run; `source` gives its text. */
export function loadAhead(
  ahead: AheadModule,
  source: () => string,
  chunkName: string,
): CompiledChunk {
  const code = new AheadCode(ahead, source, chunkName);
  return { instantiate: (env) => deferred(code, 0, [env]) };
}

class AheadCode implements DeferredCode {
  private readonly module = newModule();
  private readonly protos: Proto[] = [];
  private readonly factories: Factory[] = [];
  private read: string[] | undefined;
  private lowered: Lowered | undefined;

  constructor(
    private readonly ahead: AheadModule,
    private readonly source: () => string,
    private readonly chunkName: string,
  ) {
    for (let id = 1; id < ahead.count; id++)
      this.module.m[id] = (...upvalues) => deferred(this, id, upvalues);
  }

  proto(id: number): Proto {
    this.protos[id] ??= this.makeProto(id);
    return this.protos[id];
  }

  factory(id: number): Factory {
    this.factories[id] ??= this.unit(id)(codegenApi, this.module, () => this.proto(id));
    return this.factories[id];
  }

  private unit(id: number): Unit {
    const compiled = () => new Function("R", "M", "P", this.line(2 * id + 1)) as Unit;
    return this.ahead.units[id] ?? compiled();
  }

  private line(n: number): string {
    this.read ??= this.ahead.functions().split("\n");
    return this.read[n] as string;
  }

  private makeProto(id: number): Proto {
    const proto: Proto = new Proto(
      () => this.facts(id),
      () => debugInfo(this.again.context, this.again.code(id)),
      () => runAgain,
      () => hookedForm(this.again.context, this.again.code(id), proto, this.hookedModule()),
    );
    const code = this;
    proto.origin = {
      get source() {
        return code.source();
      },
      get body() {
        return code.again.code(id).body;
      },
    };
    return proto;
  }

  private facts(id: number): ProtoFacts {
    const written = JSON.parse(this.line(2 * id)) as unknown[];
    return {
      jsName: `L${FIRST_ID + this.ahead.id}_${id}`,
      chunkName: this.chunkName,
      ...Object.fromEntries(WRITTEN.map((key, i) => [key, written[i]])),
    } as ProtoFacts;
  }

  /** Hooked code finds shapes and constants in the module. */
  private hookedModule(): Module {
    let text = "";
    for (const [name, definition] of this.again.context.definitions)
      text += `${definition}M.${name}=${name};`;
    new Function("R", "M", `"use strict";${runtimeNames(text)}${text}`)(codegenApi, this.module);
    return this.module;
  }

  private get again(): Lowered {
    this.lowered ??= new Lowered(
      compactContext(this.source(), this.chunkName, FIRST_ID + this.ahead.id),
    );
    return this.lowered;
  }
}

/** The chunk's functions, lowered once more when somebody asks for one of them. */
class Lowered {
  private readonly codes: Map<number, FunctionCode>;

  constructor(readonly context: ChunkContext) {
    this.codes = new Map(lowerAll(context).map((c) => [c.body.id, c]));
  }

  code(id: number): FunctionCode {
    return this.codes.get(id) as FunctionCode;
  }
}
