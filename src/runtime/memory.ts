/**
 * `--max-memory`: JavaScriptCore enforces no heap limit of its own, so the size of the heap is
 * looked at now and then while Lua runs, and single large values are checked before they are made
 * (limits.ts).
 *
 * The engine's figure is cheap, but it includes garbage, and the text of strings only since the
 * last collection. So a heap that seems too large, or a process that has grown, is collected before
 * it is judged.
 */
import { LuaError } from "./error";
import { setMaxBytes } from "./limits";

/** How often the heap is looked at, in milliseconds. */
const INTERVAL_MS = 20;

let limit = Number.POSITIVE_INFINITY;
let nextCheck = 0;
let heapSize: () => number = () => 0;
/** Growth of the process, in bytes, that calls for a closer look. */
let growth = 0;
/** Memory of the process at the last collection. */
let residentBefore = 0;

/** Limits the growth of the heap from now on to `bytes`; Infinity lifts the limit. */
export function limitMemory(bytes: number): void {
  setMaxBytes(bytes, examine);
  limit = bytes;
  if (!Number.isFinite(bytes)) return;
  heapSize = (require("bun:jsc") as typeof import("bun:jsc")).heapSize;
  growth = bytes / 2;
  limit += collect();
}

/** The size of the heap without garbage. */
function collect(): number {
  Bun.gc(true);
  residentBefore = process.memoryUsage.rss();
  return heapSize();
}

/** Raises "not enough memory" when the heap has outgrown the limit even after a collection. */
export function checkMemory(now: number): void {
  if (limit === Number.POSITIVE_INFINITY || now < nextCheck) return;
  nextCheck = now + INTERVAL_MS;
  examine();
}

function examine(): void {
  if (heapSize() <= limit && process.memoryUsage.rss() - residentBefore <= growth) return;
  if (collect() > limit) throw new LuaError("not enough memory");
}
