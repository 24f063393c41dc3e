/**
 * `--max-memory`: JavaScriptCore enforces no heap limit of its own, so the size of the heap is
 * looked at now and then while Lua runs, and single large values are checked before they are made
 * (limits.ts).
 */
import { LuaError } from "./error";
import { setMaxBytes } from "./limits";

/** How often the heap is looked at, in milliseconds. */
const INTERVAL_MS = 20;

let limit = Number.POSITIVE_INFINITY;
let nextCheck = 0;
let heapSize: () => number = () => 0;

/** Limits the growth of the heap from now on to `bytes`; Infinity lifts the limit. */
export function limitMemory(bytes: number): void {
  setMaxBytes(bytes);
  if (!Number.isFinite(bytes)) {
    limit = bytes;
    return;
  }
  const jsc = require("bun:jsc") as typeof import("bun:jsc");
  heapSize = () => jsc.heapSize();
  Bun.gc(true);
  limit = heapSize() + bytes;
}

/** Raises "not enough memory" when the heap has outgrown the limit even after a collection. */
export function checkMemory(now: number): void {
  if (limit === Number.POSITIVE_INFINITY || now < nextCheck) return;
  nextCheck = now + INTERVAL_MS;
  if (heapSize() <= limit) return;
  Bun.gc(true);
  if (heapSize() > limit) throw new LuaError("not enough memory");
}
