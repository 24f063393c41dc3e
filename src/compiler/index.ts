/**
 * The compiler: a chunk's syntax tree becomes JavaScript, then a callable main function. Its functions are interpreted
 * at first, so nothing that compiles is loaded here.
 */
import type { Chunk } from "../parser/ast";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { ChunkCode } from "./chunkcode";
import { InterpretedFunction } from "./interpreted";
import type { chunkModule } from "./lowered";

/** A compiled chunk: instantiate it with an environment. */
export interface CompiledChunk {
  /** Makes the main function; `env` is the cell of its upvalue `_ENV`. */
  instantiate(env: { v: LuaValue }): LuaFunction;
}

/** Gives what compiles functions, when there is one to compile. */
export type CompilerLoader = () => { chunkModule: typeof chunkModule };

/** Does the source use what looks into variables and operations, which compiled code is made ready for? */
function isLookedInto(source: string): boolean {
  return source.includes("upvalue") || source.includes("etlocal") || source.includes("sethook");
}

/**
 * Compiles a chunk. Each function is compiled when it is first instantiated, so that a large chunk
 * costs no more than what is used of it. `source` is its text, for hints only.
 */
export function compileChunk(chunk: Chunk, source: string, load: CompilerLoader): CompiledChunk {
  const { main } = chunk;
  const interprets = !isLookedInto(source);
  const code = new ChunkCode(source, (made) => load().chunkModule(chunk, source, interprets, made));
  if (!interprets || !main.isStructured) {
    const factory = code.module.factory(main);
    return { instantiate: (env) => factory(env) };
  }
  const interpreted = new InterpretedFunction(code, main);
  return { instantiate: (env) => interpreted.main(env) };
}
