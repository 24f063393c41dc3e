/**
 * The ceiling on what one value may take up, for scripts that run with a memory limit.
 */
import { LuaError } from "./error";

/** Bytes that one string or table may occupy. */
export let maxBytes = Number.POSITIVE_INFINITY;

/**
 * Bytes that tables were made with room for since the last collection on demand. The engine's own
 * figure shows neither large arrays nor less than a block of its heap.
 */
export let reservedBytes = 0;

/** Notes memory that a value has been given in advance. */
export function noteReserved(bytes: number): void {
  reservedBytes += bytes;
}

/** A collection has been: what is still in use counts as any other table. */
export function forgetReserved(): void {
  reservedBytes = 0;
}

/** Looks at the whole heap, and raises an error when it is too large. */
let examine = () => {};
/** Bytes in large values since the last look, and how many call for the next one. */
let pressure = 0;
let step = Number.POSITIVE_INFINITY;

/** Sets the ceiling; `Infinity` lifts it. `look` is called when many large values were made. */
export function setMaxBytes(n: number, look = () => {}): void {
  maxBytes = n;
  step = n / 4;
  pressure = 0;
  examine = look;
}

/** To be called before building a value of `bytes` bytes; raises "not enough memory". */
export function checkAllocation(bytes: number): void {
  if (bytes > maxBytes) throw new LuaError("not enough memory");
  if (step === Number.POSITIVE_INFINITY) return;
  pressure += bytes;
  // a few of these are more than all that happens between two regular looks
  if (pressure > step) {
    pressure = 0;
    examine();
  }
}
