/** Help for calling library functions without any compiled Lua code around them. */
import { ArgumentFault, LuaError } from "../../src/runtime/error";
import { Frame, SUSPENDED, suspend, takeSuspended } from "../../src/runtime/frame";
import { LuaTable } from "../../src/runtime/table";
import type { LuaFunction, LuaValue, Results } from "../../src/runtime/value";

/** A library's function by name. */
export function functionOf(library: LuaTable, name: string): LuaFunction {
  return library.µgetStr(name) as LuaFunction;
}

/** A table with elements 1..n. */
export function list(...values: LuaValue[]): LuaTable {
  const t = new LuaTable();
  values.forEach((v, i) => {
    t.µsetInt(i + 1, v);
  });
  return t;
}

/** Elements 1..#t. */
export function elements(t: LuaTable): LuaValue[] {
  return Array.from({ length: t.µlength() }, (_, i) => t.µgetInt(i + 1));
}

/** A metatable, or any table with string keys. */
export function record(fields: Record<string, LuaValue>): LuaTable {
  const t = new LuaTable();
  for (const [k, v] of Object.entries(fields)) t.µsetStr(k, v);
  return t;
}

/** The message of the Lua error that `f` raises; `#n text` for a bad argument. */
export function errorOf(f: () => unknown): string {
  try {
    f();
  } catch (e) {
    if (!(e instanceof LuaError)) throw e;
    if (e.pending instanceof ArgumentFault) return `#${e.pending.index} ${e.pending.text}`;
    return String(e.value);
  }
  throw new Error("no error was raised");
}

/** The outermost point of a suspension: waits for `value`, which may be a promise. */
export class Waiting extends Frame {
  constructor(readonly value: Results | Promise<Results>) {
    super();
  }

  override resume(value: Results): Results {
    return value;
  }
}

/** A function that suspends and, when resumed, gives what `f` gives. */
export function suspending(f: (...args: LuaValue[]) => Results): LuaFunction {
  return (...args: LuaValue[]) => suspend(new Waiting(f(...args)));
}

/** Runs a suspended call to its end, as a coroutine's driver would. */
export function finish(result: Results): Results {
  let r = result;
  let top: Frame | null = null;
  for (;;) {
    if (r === SUSPENDED) {
      top = takeSuspended(top);
      r = (top as Waiting).value as Results;
    }
    if (top === null) return r;
    const frame: Frame = top;
    top = frame.up;
    r = frame.resume(r);
  }
}

/** As `finish`, for calls that wait for promises. */
export async function settle(result: Results): Promise<Results> {
  let r = result;
  let top: Frame | null = null;
  for (;;) {
    if (r === SUSPENDED) {
      top = takeSuspended(top);
      r = await (top as Waiting).value;
    }
    if (top === null) return r;
    const frame: Frame = top;
    top = frame.up;
    r = frame.resume(r);
  }
}
