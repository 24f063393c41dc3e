/** How the table library reaches elements: raw, or step by step through metamethods. */
import { lengthOf } from "../runtime/concat";
import { runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { index, setIndex } from "../runtime/index-ops";
import type { LuaInteger } from "../runtime/int64";
import { getMetamethod } from "../runtime/metatable";
import { parseNumber } from "../runtime/number";
import { poll } from "../runtime/scheduler";
import { LuaTable } from "../runtime/table";
import { first, isNumber, type LuaValue, numberToInteger, type Results } from "../runtime/value";
import { missingError, typeError } from "./args";
import type { Steps } from "./resumable";

/** What a function does to its table: the metamethods that stand for it if it is none. */
export const READ = 1;
export const WRITE = 2;
export const LENGTH = 4;

/** A look at the time after so many elements. */
export const POLL_MASK = 0xffff;
let reads = 0;

/** Of a function without results. */
export const NO_RESULTS: LuaValue[] = [];

/** True when raw access to the elements is what indexing would do. */
export function isPlain(t: LuaValue): t is LuaTable {
  if (!(t instanceof LuaTable)) return false;
  const meta = t.µmetatable;
  return (
    meta === null ||
    (meta.µgetStr("__index") === undefined &&
      meta.µgetStr("__newindex") === undefined &&
      meta.µgetStr("__len") === undefined)
  );
}

/** A table, or a value with the metamethods that make it usable as one. */
export function checkTableLike(v: LuaValue, n: number, what: number, count: number): void {
  if (v instanceof LuaTable) return;
  const usable =
    (!(what & READ) || getMetamethod(v, "__index") !== undefined) &&
    (!(what & WRITE) || getMetamethod(v, "__newindex") !== undefined) &&
    (!(what & LENGTH) || getMetamethod(v, "__len") !== undefined);
  if (usable) return;
  throw count < n ? missingError(n, "table") : typeError(n, "table", v);
}

/** `#v` as an integer. */
export function* lengthSteps(v: LuaValue): Steps<LuaInteger> {
  const r = lengthOf(v) as Results;
  const n = first(r === SUSPENDED ? yield : r);
  const x = typeof n === "string" ? parseNumber(n) : n;
  const i = isNumber(x) ? numberToInteger(x) : undefined;
  if (i === undefined) throw runtimeError("object length is not an integer");
  return i;
}

/** `t[i]`. All loops come by here, and a range may have 2^63 elements. */
export function* getSteps(t: LuaValue, i: LuaInteger): Steps<LuaValue> {
  if ((++reads & POLL_MASK) === 0) poll();
  const r = index(t, i) as Results;
  return first(r === SUSPENDED ? yield : r);
}

/** `t[i] = v`. */
export function* setSteps(t: LuaValue, i: LuaInteger, v: LuaValue): Steps<void> {
  if ((setIndex(t, i, v) as Results) === SUSPENDED) yield;
}
