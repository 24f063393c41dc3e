/**
 * Functions whose code is made when they are first called: those of modules compiled ahead
 * (compiler/ahead.ts). A script that requires a module calls few of its functions.
 */
import type { Proto } from "./proto";
import { spread } from "./spread";
import type { LuaFunction, LuaValue } from "./value";

/** Where the code of such functions comes from, by their number in the chunk. */
export interface DeferredCode {
  proto(id: number): Proto;
  /** Makes the function from its upvalues and the function that stands for it. */
  factory(id: number): (...parts: unknown[]) => LuaFunction;
}

type DeferredFunction = LuaFunction & { code?: DeferredCode; id?: number };

/** The function number `id` of a chunk, over these upvalues. */
export function deferred(code: DeferredCode, id: number, upvalues: unknown[]): LuaFunction {
  let made: LuaFunction | undefined;
  const f: DeferredFunction = (...args: LuaValue[]) => {
    made ??= code.factory(id)(...upvalues, f);
    return spread(made, args);
  };
  f.code = code;
  f.id = id;
  return f;
}

/** The prototype of a function made by `deferred`. */
export function deferredProto(f: LuaFunction): Proto | undefined {
  const { code, id } = f as DeferredFunction;
  return code?.proto(id as number);
}
