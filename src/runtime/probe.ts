/**
 * Looking into a closure. A closure keeps its prototype and its upvalues in JavaScript variables that
 * nobody outside can reach. But every compiled function begins with a preemption point, where it
 * saves all it has in a frame when it is told to suspend: a *probe* calls the function, lets it
 * suspend there, and reads the frame.
 */
import { control } from "./control";
import { deferredProto } from "./deferred";
import { SUSPENDED, takeSuspended } from "./frame";
import type { LuaFrame } from "./luaframe";
import { nativeName } from "./native";
import type { Proto } from "./proto";
import type { LuaFunction } from "./value";

/** The frame of a compiled function that has been called and has done nothing yet. */
export function probe(f: LuaFunction): LuaFrame {
  const { n, onTick } = control;
  control.n = 0;
  control.onTick = () => SUSPENDED;
  try {
    if (f() !== SUSPENDED) throw new Error("a function ran without a preemption point");
    return takeSuspended(null) as LuaFrame;
  } finally {
    control.n = n;
    control.onTick = onTick;
  }
}

/** The prototype of a compiled Lua function; undefined for others. */
export function protoOf(f: LuaFunction): Proto | undefined {
  const proto = deferredProto(f);
  if (proto !== undefined) return proto;
  // the compiler's names for functions, see ChunkContext.jsName
  if (nativeName(f) !== undefined || !/^L\d+_\d+$/.test(f.name)) return undefined;
  return probe(f).proto;
}

/** Is it a function of the prototype? A compiled one has its prototype's name in the process. */
export function isOf(f: LuaFunction, proto: Proto): boolean {
  return f.name === proto.facts.jsName || deferredProto(f) === proto;
}
