/**
 * Functions whose code is made when they are first called: those of modules compiled ahead
 * (compiler/ahead.ts). A script that requires a module calls few of its functions.
 */
import type { Proto } from "./proto";
import { spread } from "./spread";
import type { LuaFunction, LuaValue } from "./value";

/** Knows the prototypes of such functions, by their number in the chunk. */
interface Prototypes {
  proto(id: number): Proto;
}

/** Where their code comes from. */
export interface DeferredCode extends Prototypes {
  /** Makes the function from its upvalues and the function that stands for it. */
  factory(id: number): (...parts: unknown[]) => LuaFunction;
}

type DeferredFunction = LuaFunction & {
  code?: Prototypes;
  id?: number;
  direct?: () => LuaFunction;
};

/** The function number `id` of a chunk, over these upvalues. */
export function deferred(code: DeferredCode, id: number, upvalues: unknown[]): LuaFunction {
  let made: LuaFunction | undefined;
  const f = (...args: LuaValue[]) => {
    made ??= code.factory(id)(...upvalues, f);
    return spread(made, args);
  };
  return standsFor(f, code, id);
}

/** Notes that the function stands for the one of that number in its chunk; `direct` gives that one. */
export function standsFor(
  f: LuaFunction,
  code: Prototypes,
  id: number,
  direct?: () => LuaFunction,
): LuaFunction {
  const noted = f as DeferredFunction;
  noted.code = code;
  noted.id = id;
  if (direct !== undefined) noted.direct = direct;
  return f;
}

/** The function that another one stands for, if it does. */
export function directly(f: LuaFunction): LuaFunction {
  const { direct } = f as DeferredFunction;
  return direct === undefined ? f : direct();
}

/** The prototype of a function made by `deferred`. */
export function deferredProto(f: LuaFunction): Proto | undefined {
  const { code, id } = f as DeferredFunction;
  return code?.proto(id as number);
}
