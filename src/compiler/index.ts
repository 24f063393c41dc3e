/** The compiler: a chunk's syntax tree becomes JavaScript, then a callable main function. */
import type { Chunk, FunctionBody } from "../parser/ast";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { ChunkContext } from "./chunk";
import { InterpretedFunction } from "./interpreted";
import type { FunctionCode } from "./ir";
import { mapped } from "./lists";
import { ChunkModule } from "./module";
import { lowerFunction } from "./statements";

let chunkCounter = 0;

/** Sources that use these names may look into, set or rebind captured variables: see ChunkContext.allCells. */
const UPVALUE_ACCESS = /\b(?:setupvalue|upvaluejoin|upvalueid|setlocal)\b/;
/** Sources that use these names may look at extra arguments. */
const LOCAL_ACCESS = /\b[gs]etlocal\b/;

/** Does the source use what looks into variables and operations, which compiled code is made ready for? */
function isLookedInto(source: string): boolean {
  return source.includes("upvalue") || source.includes("etlocal") || source.includes("sethook");
}

/** Sources up to this length are the ones that programs load by the thousand. */
const BRIEF = 200;

/** A compiled chunk: instantiate it with an environment. */
export interface CompiledChunk {
  /** Makes the main function; `env` is the cell of its upvalue `_ENV`. */
  instantiate(env: { v: LuaValue }): LuaFunction;
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

/**
 * Compiles a chunk. Each function is compiled when it is first instantiated, so that a large chunk
 * costs no more than what is used of it. `source` is its text, for hints only.
 */
export function compileChunk(chunk: Chunk, source: string): CompiledChunk {
  const { main } = chunk;
  const interprets = !isLookedInto(source);
  const makeContext = () => {
    const context = contextOf(chunk, source);
    context.interprets = interprets;
    return context;
  };
  const module = new ChunkModule(makeContext, source);
  if (!interprets || !main.isStructured) {
    const factory = module.factory(main);
    return { instantiate: (env) => factory(env) };
  }
  const code = new InterpretedFunction(module, main);
  return { instantiate: (env) => code.main(env) };
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
  const factory = new ChunkModule(() => context, source).factory(body);
  return (env) => {
    const cells = mapped(body.upvalues, (_, i) => ({ v: i === 0 ? env : undefined }));
    return factory(...cells);
  };
}
