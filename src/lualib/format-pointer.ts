/** The addresses that `%p` of `string.format` shows (§6.4). */
import { isShared, stringAddress } from "../runtime/heapgraph";
import { addressOf } from "../runtime/tostring";
import { isNumber, type LuaValue } from "../runtime/value";

/** Up to this length C Lua keeps one string of each content (LUAI_MAXSHORTLEN). */
const MAX_SHARED = 40;
const SHARED_STRINGS = 0x7e00_0000_0000;
const OWN_STRINGS = 0x7f00_0000_0000;
/** Addresses are 16 bytes apart, and within these. */
const PLACES = (1n << 36n) - 1n;
/** What lies where in the process is nobody's business. */
let secret: bigint | undefined;

/**
 * An address for `%p`. Equal strings have the same when they are short or come from the text of a
 * program; a longer one that has been computed has its own.
 */
export function pointer(v: LuaValue): string {
  if (v === undefined || typeof v === "boolean" || isNumber(v)) return "(null)";
  if (typeof v !== "string") return addressOf(v);
  if (v.length <= MAX_SHARED || isShared(v)) return place(SHARED_STRINGS, v);
  return place(OWN_STRINGS, stringAddress(v) ?? v);
}

function place(from: number, text: string): string {
  secret ??= BigInt(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
  const n = BigInt(Bun.hash(text, secret)) & PLACES;
  return `0x${(from + 16 * Number(n)).toString(16)}`;
}
