/**
 * The ceiling on what one value may take up, for scripts that run with a memory limit.
 */
import { LuaError } from "./error";

/** Bytes that one string or table may occupy. */
export let maxBytes = Number.POSITIVE_INFINITY;

/** Sets the ceiling; `Infinity` lifts it. */
export function setMaxBytes(n: number): void {
  maxBytes = n;
}

/** To be called before building a value of `bytes` bytes; raises "not enough memory". */
export function checkAllocation(bytes: number): void {
  if (bytes > maxBytes) throw new LuaError("not enough memory");
}
