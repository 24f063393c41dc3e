/** The compiler: a chunk's syntax tree becomes JavaScript, then a callable main function. */
import type { Chunk, FunctionBody, LocalVar } from "../parser/ast";
import { withAliases } from "../runtime/alias";
import { codegenApi, namesFromRuntime } from "../runtime/codegen-api";
import { noteCode } from "../runtime/jit";
import { type HookedForm, Proto, type ProtoFacts, type ResumableForm } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import { compileHooked, lowerHooked } from "./hooked";
import type { FunctionCode } from "./ir";
import { frameLayout } from "./layout";
import { mapped } from "./lists";
import { printResumable } from "./print";
import { printFast } from "./print-fast";
import { lowerFunction } from "./statements";

let chunkCounter = 0;

/** What debug.getlocal calls a value that no variable is known to hold. */
const UNNAMED = "(temporary)";
/** Sources that use these names may look into, set or rebind captured variables: see ChunkContext.allCells. */
const UPVALUE_ACCESS = /\b(?:setupvalue|upvaluejoin|upvalueid|setlocal)\b/;
/** Sources that use these names may look at extra arguments. */
const LOCAL_ACCESS = /\b[gs]etlocal\b/;

/** Sources up to this length are the ones that programs load by the thousand. */
const BRIEF = 200;

/** A compiled chunk: instantiate it with an environment. */
export interface CompiledChunk {
  /** Makes the main function; `env` is the cell of its upvalue `_ENV`. */
  instantiate(env: { v: LuaValue }): LuaFunction;
}

/** Makes a function of its upvalues. */
type Make = (...cells: unknown[]) => LuaFunction;

/**
 * What the functions of a chunk share at run time: helpers and constants by their names, and in `m` the factories of
 * functions by their numbers. In an array, because each property that comes to an object makes the JIT leave the code
 * that knew it without.
 */
export type Module = { m: Make[] } & Record<string, unknown>;

export function newModule(): Module {
  return { m: [] };
}

/** Brings the factories of functions into scope, if the text uses them. */
export function factoryNames(text: string): string {
  return text.includes("FM[") ? "var FM=M.m;" : "";
}

/** Lowers all functions of a chunk at once, main first. */
export function lowerChunk(
  chunk: Chunk,
  source: string,
): { context: ChunkContext; functions: FunctionCode[] } {
  const context = contextOf(chunk, source);
  return { context, functions: lowerAll(context) };
}

/** All functions of a chunk, main first. */
export function lowerAll(context: ChunkContext): FunctionCode[] {
  const functions: FunctionCode[] = [];
  const queue: FunctionBody[] = [context.chunk.main];
  for (let fn = queue.pop(); fn !== undefined; fn = queue.pop()) {
    const { code, inner } = lowerFunction(context, fn, !context.isCompact);
    functions.push(code);
    queue.push(...inner);
  }
  return functions;
}

/** What the functions of a chunk share while they are compiled; `id` is in their names. */
export function contextOf(chunk: Chunk, source: string, id = ++chunkCounter): ChunkContext {
  const context = new ChunkContext(
    chunk,
    id,
    // patterns take time to make, and hardly any source has such names
    (source.includes("upvalue") || source.includes("setlocal")) && UPVALUE_ACCESS.test(source),
    source.includes("etlocal") && LOCAL_ACCESS.test(source),
  );
  context.isBrief = source.length < BRIEF && !mayRepeat(source);
  return context;
}

/** False where no code can run more than once. */
function mayRepeat(source: string): boolean {
  return (
    source.includes("for") ||
    source.includes("while") ||
    source.includes("repeat") ||
    source.includes("goto")
  );
}

/**
 * The JavaScript of some functions of a chunk: the body of a function of `R` (the runtime), `P`
 * (prototypes) and `M` (the chunk's module), which puts a factory of each into the module,
 * and the helpers that come up for the first time.
 */
export function printUnit(
  context: ChunkContext,
  functions: FunctionCode[],
  defined = new Set<string>(),
): string {
  const uses = new Set<string>();
  for (const f of functions) for (const name of f.uses) uses.add(name);
  const known: string[] = [];
  for (const name of uses) if (defined.has(name)) known.push(name);
  let text = "";
  for (const f of functions) text += `var P${f.body.id}=P[${f.body.id}];`;
  for (const name of uses) {
    if (defined.has(name)) continue;
    defined.add(name);
    text += `\n${context.definitions.get(name)}M.${name}=${name};`;
  }
  for (const f of functions) {
    const { factory, loops } = printFast(f);
    text += `${loops}\nM.m[${f.body.id}]=${factory};`;
  }
  const before = known.length > 0 ? `var {${known.join(",")}}=M;` : "";
  return `"use strict";${runtimeNames(text)}${factoryNames(text)}${before}${text}`;
}

/**
 * Brings the names of the runtime into scope that the text uses; it may bring in a few more. With
 * `var`, because each use of a `const` from an inner function carries a check that it has its value.
 */
export function runtimeNames(text: string): string {
  // names in a long text are not worth looking for
  return namesFromRuntime(text.length > 20_000 ? undefined : text);
}

/**
 * Compiles a chunk. Each function is compiled when it is first instantiated, so that a large chunk
 * costs no more than what is used of it. `source` is its text, for hints only.
 */
export function compileChunk(chunk: Chunk, source: string): CompiledChunk {
  const main = startModule(contextOf(chunk, source), source, chunk.main).m[0] as Make;
  return { instantiate: (env) => main(env) };
}

/**
 * Compiles one function of a chunk, with upvalues of its own: the first is the environment. `id` is
 * the number of the function in the chunk.
 */
export function compileFunction(
  chunk: Chunk,
  source: string,
  id: number,
  isStripped: boolean,
): (env: LuaValue) => LuaFunction {
  const body = lowerChunk(chunk, source).functions.find((f) => f.body.id === id)?.body;
  if (body === undefined) throw new Error(`no function ${id}`);
  const context = new ChunkContext(chunk, ++chunkCounter, true, LOCAL_ACCESS.test(source));
  context.isStripped = isStripped;
  const factory = startModule(context, source, body).m[id] as Make;
  return (env) => {
    const cells = mapped(body.upvalues, (_, i) => ({ v: i === 0 ? env : undefined }));
    return factory(...cells);
  };
}

/** Compiles a function of the chunk; those inside it follow when they are needed. */
function startModule(context: ChunkContext, source: string, start: FunctionBody): Module {
  const module = newModule();
  const factories = module.m;
  const protos: Proto[] = [];
  const defined = new Set<string>();
  const joins = source.includes("upvaluejoin");

  const compile = (fn: FunctionBody) => {
    const { code, inner } = lowerFunction(context, fn, true);
    const proto = makeProto(
      context,
      code,
      () => compileResumable(untyped(context, code), module),
      () => hookedForm(context, code, proto, module),
    );
    proto.origin = { source, body: fn };
    protos[fn.id] = proto;
    for (const f of inner) {
      factories[f.id] ??= (...cells: unknown[]) => {
        compile(f);
        return (factories[f.id] as Make)(...cells);
      };
    }
    const text = printUnit(context, [code], defined);
    noteCode(text.length);
    new Function("R", "P", "M", text)(codegenApi, protos, module);
    // a main function makes the cell of its environment itself
    if (joins && fn.id !== 0) factories[fn.id] = withAliases(factories[fn.id] as Make);
  };

  compile(start);
  return module;
}

/** The lowered form without assumptions about floats, for the resumable form. */
export function untyped(context: ChunkContext, code: FunctionCode): FunctionCode {
  if (!code.usesDoubles) return code;
  const again = lowerFunction(context, code.body, false).code;
  if (again.ops.length !== code.ops.length) throw new Error("the untyped form differs");
  return again;
}

function compileResumable(code: FunctionCode, module: Module): ResumableForm {
  return new Function("R", "M", resumableText(code))(codegenApi, module) as ResumableForm;
}

/** The JavaScript of a resumable form: the body of a function of `R` and `M`. */
export function resumableText(code: FunctionCode): string {
  const names = [...code.uses];
  const body = printResumable(code);
  return `"use strict";${runtimeNames(body)}${factoryNames(body)}var {${names.join(",")}}=M;return ${body}`;
}

export function hookedForm(
  context: ChunkContext,
  code: FunctionCode,
  proto: Proto,
  module: Module,
): HookedForm {
  const twinCode = lowerHooked(context, code);
  const twin = makeProto(context, twinCode, () => compileResumable(twinCode, module), undefined);
  twin.twinOf = proto;
  return compileHooked(code, twinCode, twin, module);
}

function makeProto(
  context: ChunkContext,
  code: FunctionCode,
  resumable: () => ResumableForm,
  hooked: (() => HookedForm) | undefined,
): Proto {
  if (context.isStripped) {
    for (const op of code.ops) op.line = 0;
    for (const local of code.locals) local.name = UNNAMED;
  }
  return new Proto(
    () => functionFacts(context, code),
    () => debugInfo(context, code),
    resumable,
    hooked,
  );
}

/** What is known of a function: all that can be written down. */
export function functionFacts(context: ChunkContext, code: FunctionCode): ProtoFacts {
  const { body } = code;
  const layout = frameLayout(code, 0);
  const name = (v: LocalVar) => (context.isStripped ? "(no name)" : v.name);
  return {
    jsName: code.jsName,
    chunkName: context.chunk.name,
    line: body.line,
    endLine: body.endLine,
    parameterNames: mapped(body.params, name),
    isVararg: body.isVararg,
    upvalueNames: mapped(body.upvalues, name),
    upvalueSlots: mapped(code.upvalues, (u) => layout.indexOf(u)),
    upvalueIsCell: mapped(body.upvalues, (v) => context.isCell(v)),
    selfSlot: layout.indexOf(code.jsName),
    lines: mapped(code.ops, (op) => op.line),
  };
}
