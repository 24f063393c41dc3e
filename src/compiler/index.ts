/** The compiler: a chunk's syntax tree becomes JavaScript, then a callable main function. */
import type { Chunk, FunctionBody } from "../parser/ast";
import { codegenApi, codegenNames } from "../runtime/codegen-api";
import { type HookedForm, Proto, registerProto, type ResumableForm } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import { compileHooked, lowerHooked } from "./hooked";
import type { FunctionCode } from "./ir";
import { frameLayout, printFast, printResumable } from "./print";
import { lowerFunction } from "./statements";

let chunkCounter = 0;

/** Sources that use these names may look into or rebind upvalues: see ChunkContext.allCells. */
const UPVALUE_ACCESS = /\b(?:setupvalue|upvaluejoin|upvalueid)\b/;
/** Sources that use these names may look at extra arguments. */
const LOCAL_ACCESS = /\b[gs]etlocal\b/;

/** A compiled chunk: instantiate it with an environment. */
export interface CompiledChunk {
  /** Makes the main function; `env` is the cell of its upvalue `_ENV`. */
  instantiate(env: { v: LuaValue }): LuaFunction;
}

/** All functions of a chunk in lowered form, main first. */
export function lowerChunk(chunk: Chunk, source: string): { context: ChunkContext; functions: FunctionCode[] } {
  const context = new ChunkContext(
    chunk,
    ++chunkCounter,
    UPVALUE_ACCESS.test(source),
    LOCAL_ACCESS.test(source),
  );
  const functions: FunctionCode[] = [];
  const queue: FunctionBody[] = [chunk.main];
  for (let fn = queue.pop(); fn !== undefined; fn = queue.pop()) {
    const { code, inner } = lowerFunction(context, fn, true);
    functions.push(code);
    queue.push(...inner);
  }
  return { context, functions };
}

/** The JavaScript of a chunk: the body of a function of `R` (the runtime) and `P` (prototypes). */
export function printChunk(context: ChunkContext, functions: FunctionCode[]): string {
  const exported = [...context.definitions.keys()];
  let text = `"use strict";const {${codegenNames.join(",")}}=R;`;
  for (const f of functions) text += `const P${f.body.id}=P[${f.body.id}];`;
  for (const d of context.definitions.values()) text += `\n${d}`;
  for (const f of functions) {
    text += `\nconst m${f.body.id}=${printFast(f)};`;
    exported.push(`m${f.body.id}`);
  }
  return `${text}\nreturn {${exported.join(",")}};`;
}

type Module = Record<string, (...cells: unknown[]) => LuaFunction>;

/** Compiles a chunk. `source` is its text, for hints only. */
export function compileChunk(chunk: Chunk, source: string): CompiledChunk {
  const { context, functions } = lowerChunk(chunk, source);
  let module: Module | undefined;
  const protos: Proto[] = [];
  for (const code of functions) {
    const proto = makeProto(
      context,
      code,
      () => compileResumable(untyped(context, code), module as Module),
      () => hookedForm(context, code, proto, module as Module),
    );
    protos[code.body.id] = proto;
    registerProto(proto);
  }
  const text = printChunk(context, functions);
  module = new Function("R", "P", text)(codegenApi, protos) as Module;
  const { m0 } = module;
  return { instantiate: (env) => (m0 as (env: unknown) => LuaFunction)(env) };
}

/** The lowered form without assumptions about floats, for the resumable form. */
function untyped(context: ChunkContext, code: FunctionCode): FunctionCode {
  if (!code.usesDoubles) return code;
  const again = lowerFunction(context, code.body, false).code;
  if (again.ops.length !== code.ops.length) throw new Error("the untyped form differs");
  return again;
}

function compileResumable(code: FunctionCode, module: Module): ResumableForm {
  const names = [...code.uses];
  const text = `"use strict";const {${codegenNames.join(",")}}=R;const {${names.join(",")}}=M;return ${printResumable(code)}`;
  return new Function("R", "M", text)(codegenApi, module) as ResumableForm;
}

function hookedForm(
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
  const { body } = code;
  const layout = frameLayout(code, 0);
  const lines = new Uint32Array(code.ops.length);
  code.ops.forEach((op, i) => {
    lines[i] = op.line;
  });
  return new Proto(
    code.jsName,
    context.chunk.name,
    body.line,
    body.endLine,
    body.params.length,
    body.isVararg,
    body.upvalues.map((v) => v.name),
    code.upvalues.map((u) => layout.indexOf(u)),
    layout.indexOf(code.jsName),
    lines,
    debugInfo(context, code),
    resumable,
    body.upvalues.map((v) => context.isCell(v)),
    hooked,
  );
}
