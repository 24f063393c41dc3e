/** Memory that native calls take, which the limit of the heap does not see. */
import type { Bounds } from "./watchdog";

/** How much more than the limit the process may occupy: garbage, buffers, the engine's own. */
const FACTOR = 3;
const REST = 128 * 1024 * 1024;

/** What the process may occupy when the heap may grow by `limit`, and `more` is taken by others. */
export function nativeMemory(limit: number, more = 0): Bounds["memory"] {
  if (!Number.isFinite(limit)) return undefined;
  const bytes = process.memoryUsage.rss() + limit * FACTOR + REST + more;
  const message = "error: memory error: not enough memory, in a native function\n";
  return { bytes, message, code: 1 };
}
