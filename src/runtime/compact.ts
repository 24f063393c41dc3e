/** What compact code (compiler/compact.ts) calls in place of code in line. */
import { call } from "./call";
import { control } from "./control";
import { LuaFrame, leaveFrame } from "./luaframe";
import { getMetamethod } from "./metatable";
import type { Proto, ResumableForm } from "./proto";
import { unwind } from "./unwind";
import type { LuaFunction, LuaValue, Results } from "./value";

/** A preemption point. Returns `SUSPENDED` or undefined. */
export function tick(): LuaValue[] | undefined {
  return --control.n < 0 ? control.tick() : undefined;
}

/** The first result of a call, or `SUSPENDED`. */
export function callFirst(f: LuaValue, ...args: LuaValue[]): LuaValue {
  const r = call(f, ...args);
  return Array.isArray(r) ? r[0] : r;
}

/** Does a call of it run a function written in Lua, be it by a `__call` metamethod? */
export function runsLuaFunction(f: LuaValue): boolean {
  const callee = typeof f === "function" ? f : getMetamethod(f, "__call");
  return typeof callee === "function" && (callee as { native?: string }).native === undefined;
}

/** Leaves a function at operation `k`. It runs in `frame` if it has been resumed before. */
export function leaveCompact(frame: LuaFrame | null, k: number, ...values: unknown[]): LuaValue[] {
  if (frame === null) return leaveFrame(new LuaFrame(values[0] as Proto, k, values));
  frame.k = k;
  frame.s = values;
  return leaveFrame(frame);
}

/** What is handed to the function that runs a frame on. */
let awaited: Results;

/** The resumable form of compact functions: they look for `control.again` as they are entered. */
export const runAgain: ResumableForm = (frame, value) => {
  const f = frame.s[frame.proto.facts.selfSlot] as LuaFunction;
  control.again = frame;
  awaited = value as Results;
  try {
    return f();
  } finally {
    // there may have been no room on the stack to enter it
    control.again = null;
  }
};

/** The function has found its frame: the awaited value. */
export function awaitedValue(): Results {
  control.again = null;
  const value = awaited;
  awaited = undefined;
  return value;
}

/** A variable to be closed comes into scope (§3.3.8); it lives in the frame, which is made for it. */
export function markCompact(
  frame: LuaFrame | null,
  proto: Proto,
  level: number,
  value: LuaValue,
  name: string,
): LuaFrame {
  const marked = frame ?? new LuaFrame(proto, 0, []);
  marked.mark(level, value, name);
  return marked;
}

/** An error passes a function that may have variables to be closed. */
export function failCompact(
  frame: LuaFrame | null,
  proto: Proto,
  k: number,
  error: unknown,
): Results {
  const e = unwind(proto, k, error);
  if (frame === null || frame.tbc === null) throw e;
  return frame.closeOnError(e);
}
