/**
 * Chunks that were compiled when the program was built: the modules inside of it. What is made from
 * the text then is the JavaScript of both forms of every function, and what the runtime knows of
 * each (see proto.ts). The text itself is only read again for messages, the debug library and hooks.
 */
import { parseChunk } from "../parser/index";
import { codegenApi } from "../runtime/codegen-api";
import { type DebugInfo, Proto, type ResumableForm } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { packForm, unpackForm } from "./ahead-form";
import type { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import {
  type CompiledChunk,
  cellsOf,
  contextOf,
  functionFacts,
  hookedForm,
  lowerAll,
  type Module,
  printUnit,
  resumableText,
  untyped,
} from "./index";
import type { FunctionCode } from "./ir";

/** What `Proto` is made of, but for what is computed when asked. */
export type FunctionFacts = ReturnType<typeof functionFacts>;

export interface AheadFunction {
  readonly facts: FunctionFacts;
  readonly cells: boolean[];
  /** The resumable form, see `packForm`. */
  readonly resumable: string;
}

/** A chunk compiled ahead; plain data, for JSON. */
export interface AheadChunk {
  /** Part of the names of the functions; no chunk compiled at run time has it. */
  readonly id: number;
  /** The functions' fast forms, as `printUnit` has them. */
  readonly text: string;
  /** By number. */
  readonly functions: readonly AheadFunction[];
}

/** Numbers of chunks that are compiled at run time stay below. */
const FIRST_ID = 1e9;

/** Compiles the chunk number `n` of those compiled ahead. */
export function compileAhead(source: string, chunkName: string, n: number): AheadChunk {
  const id = FIRST_ID + n;
  const context = contextOf(parseChunk(source, chunkName), source, id);
  const codes = lowerAll(context);
  const functions: AheadFunction[] = [];
  const [main] = codes as [FunctionCode];
  for (const code of codes) {
    const plain = untyped(context, code);
    // both forms find their helpers in the module
    for (const name of plain.uses) main.uses.add(name);
    functions[code.body.id] = {
      facts: functionFacts(context, code),
      cells: cellsOf(context, code),
      resumable: packForm(resumableText(plain)),
    };
  }
  return { id, text: printUnit(context, codes), functions };
}

/** Makes the chunk ready to run; `source` is its text. */
export function loadAhead(ahead: AheadChunk, source: string, chunkName: string): CompiledChunk {
  const module: Module = {};
  const again = new Lowered(ahead.id, source, chunkName);
  const protos = ahead.functions.map(({ facts, cells, resumable }, i) => {
    const proto: Proto = new Proto(
      ...facts,
      lazyDebug(() => debugInfo(again.context, again.code(i))),
      () => new Function("R", "M", unpackForm(resumable))(codegenApi, module) as ResumableForm,
      cells,
      () => hookedForm(again.context, again.code(i), proto, module),
    );
    proto.origin = {
      source,
      get body() {
        return again.code(i).body;
      },
    };
    return proto;
  });
  new Function("R", "P", "M", ahead.text)(codegenApi, protos, module);
  const main = module.m0 as (env: { v: LuaValue }) => LuaFunction;
  return { instantiate: (env) => main(env) };
}

/** The chunk's functions, lowered once more when somebody asks for one of them. */
class Lowered {
  private codes: Map<number, FunctionCode> | undefined;
  private own: ChunkContext | undefined;

  constructor(
    private readonly id: number,
    private readonly source: string,
    private readonly chunkName: string,
  ) {}

  get context(): ChunkContext {
    this.own ??= contextOf(parseChunk(this.source, this.chunkName), this.source, this.id);
    return this.own;
  }

  code(i: number): FunctionCode {
    this.codes ??= new Map(lowerAll(this.context).map((c) => [c.body.id, c]));
    return this.codes.get(i) as FunctionCode;
  }
}

function lazyDebug(make: () => DebugInfo): DebugInfo {
  let made: DebugInfo | undefined;
  const debug = () => {
    made ??= make();
    return made;
  };
  return {
    calleeName: (k) => debug().calleeName(k),
    argumentCount: (k) => debug().argumentCount(k),
    isCall: (k) => debug().isCall(k),
    callee: (k, s) => debug().callee(k, s),
    calledBody: (k) => debug().calledBody(k),
    operandName: (k, operand) => debug().operandName(k, operand),
    get locals() {
      return debug().locals;
    },
    temporaries: (k) => debug().temporaries(k),
    get varargSlot() {
      return debug().varargSlot;
    },
    get tailSlot() {
      return debug().tailSlot;
    },
    get hasTailCalls() {
      return debug().hasTailCalls;
    },
    activeLines: () => debug().activeLines(),
  };
}
