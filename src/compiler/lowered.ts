/** All functions of a chunk lowered, and single ones compiled with what they need of it. */
import type { Chunk, FunctionBody } from "../parser/ast";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { ChunkContext } from "./chunk";
import { ChunkCode } from "./chunkcode";
import type { FunctionCode } from "./ir";
import { mapped } from "./lists";
import { ChunkModule } from "./module";
import { lowerFunction } from "./statements";

let chunkCounter = 0;

/** Sources that use these names may look into, set or rebind captured variables: see ChunkContext.allCells. */
const UPVALUE_ACCESS = /\b(?:setupvalue|upvaluejoin|upvalueid|setlocal)\b/;
/** Sources that use these names may look at extra arguments. */
const LOCAL_ACCESS = /\b[gs]etlocal\b/;

/** Sources up to this length are the ones that programs load by the thousand. */
const BRIEF = 200;

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
    functions.push(lowerFunction(context, fn, !context.isCompact));
    queue.push(...fn.children);
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

/** What compiles the functions of a chunk. */
export function chunkModule(
  chunk: Chunk,
  source: string,
  interprets: boolean,
  code: ChunkCode,
): ChunkModule {
  const context = contextOf(chunk, source);
  context.interprets = interprets;
  return new ChunkModule(context, source, code);
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
  const code = new ChunkCode(source, (made) => new ChunkModule(context, source, made));
  const factory = code.module.factory(body);
  return (env) => {
    const cells = mapped(body.upvalues, (_, i) => ({ v: i === 0 ? env : undefined }));
    return factory(...cells);
  };
}
