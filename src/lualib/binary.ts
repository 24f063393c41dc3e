/**
 * What `string.dump` gives and `load` takes back (§6.4.2): C Lua's header, and behind it not
 * bytecode but the text of the chunk that the function is from, and which of its functions it is.
 */
import { compileFunction } from "../compiler/index";
import { LuaSyntaxError, parseChunk } from "../parser/index";
import type { Proto } from "../runtime/proto";
import type { LuaFunction, LuaValue } from "../runtime/value";

/** First byte of a binary chunk; no text begins with it. */
export const BINARY = "\x1b";

/** Name of chunks without debug information. */
const NO_NAME = "=?";

/**
 * Signature, version, format, bytes that transfers as text damage, and a sample of each kind of
 * number with its size: int, instruction, integer, float.
 */
const HEADER = [
  "\x1bLua\x55\x00\x19\x93\r\n\x1a\n",
  "\x04\x88\xa9\xff\xff",
  "\x04\x78\x56\x34\x12",
  "\x08\x88\xa9\xff\xff\xff\xff\xff\xff",
  "\x08\x00\x00\x00\x00\x00\x28\x77\xc0",
].join("");

function number32(n: number): string {
  return String.fromCharCode(n & 0xff, (n >> 8) & 0xff, (n >> 16) & 0xff, n >>> 24);
}

function sized(s: string): string {
  return number32(s.length) + s;
}

/** A function as a binary chunk; without names and lines if `strip`. */
export function dumpFunction(proto: Proto, strip: boolean): string | undefined {
  const { origin } = proto;
  if (origin === undefined) return undefined;
  const stripped = strip || proto.chunkName === NO_NAME;
  const name = stripped ? "" : proto.chunkName;
  const flags = String.fromCharCode(stripped ? 1 : 0);
  return HEADER + flags + number32(origin.id) + sized(name) + sized(origin.source);
}

/** The function in a binary chunk; its first upvalue is `env`, the others are nil. */
export function loadBinary(chunk: string, chunkName: string, env: LuaValue): LuaFunction {
  const fail = (why: string): never => {
    const shown = chunkName.startsWith(BINARY) ? "?" : chunkName.replace(/^[=@]/, "");
    throw new LuaSyntaxError(`${shown}: bad binary format (${why})`);
  };
  let at = HEADER.length;
  const take = (count: number): string => {
    if (at + count > chunk.length) fail("truncated chunk");
    at += count;
    return chunk.slice(at - count, at);
  };
  const takeNumber = () => [...take(4)].reduceRight((n, c) => n * 256 + c.charCodeAt(0), 0);

  const start = chunk.slice(0, HEADER.length);
  if (HEADER.startsWith(start) && start !== HEADER) fail("truncated chunk");
  if (start !== HEADER) fail("wrong header");
  const stripped = take(1) === "\x01";
  const id = takeNumber();
  const name = take(takeNumber());
  const source = take(takeNumber());
  return compileFunction(parseChunk(source, stripped ? NO_NAME : name), source, id, stripped)(env);
}
