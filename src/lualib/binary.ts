/**
 * What `string.dump` gives and `load` takes back (§6.5): C Lua's header, and behind it not
 * bytecode but the function's text. Around it stand declarations of what it uses of the functions
 * that enclose it, so that the text can be compiled alone.
 */
import { compileFunction } from "../compiler/lowered";
import type { FunctionBody, LocalVar } from "../parser/ast";
import { parseChunk } from "../parser/index";
import type { Proto } from "../runtime/proto";
import { LuaSyntaxError } from "../runtime/syntax-error";
import { type LuaFunction, type LuaValue, makeFloat } from "../runtime/value";
import { BINARY } from "./bytes";
import { format } from "./format";

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

/** More upvalues than a function may have local variables can't be declared together. */
const MAX_UPVALUES = 200;

/** A function as a binary chunk, without names and lines if `strip`; undefined if it can't be one. */
export function dumpFunction(proto: Proto, strip: boolean): string | undefined {
  const { origin } = proto;
  if (origin === undefined || origin.body.upvalues.length > MAX_UPVALUES) return undefined;
  const { body, source } = origin;
  const stripped = strip || proto.facts.chunkName === NO_NAME;
  const name = stripped ? "" : proto.facts.chunkName;
  const text = body.parent === undefined ? source : aloneText(body, source);
  const flags = String.fromCharCode(stripped ? 1 : 0);
  return HEADER + flags + number32(body.line) + sized(name) + sized(text);
}

/** `local a <const> = 1 local b,c return function(x) … end` */
function aloneText(body: FunctionBody, source: string): string {
  const constants = body.constants
    .map((v) => `local ${v.name} <const> = ${constantText(v)} `)
    .join("");
  const names = body.upvalues.map((v) => v.name);
  const upvalues = names.length === 0 ? "" : `local ${names.join(",")} `;
  let text = source.slice(body.from, body.to);
  if (body.isMethod) {
    const others = body.params.length > 1 || body.isVararg;
    text = `(self${others ? "," : ""}${text.slice(1)}`;
  }
  return `${constants}${upvalues}return function${text}`;
}

function constantText({ constant }: LocalVar): string {
  switch (constant?.type) {
    case "True":
      return "true";
    case "False":
      return "false";
    case "Integer":
      return format("%q", constant.value) as string;
    case "Float":
      return format("%q", makeFloat(constant.value)) as string;
    case "String":
      return format("%q", constant.value) as string;
    default:
      return "nil";
  }
}

/** `\x1bLua`, before the version. */
const SIGNATURE_LENGTH = 4;

/** What is wrong with the header `start`, in the order in which C Lua looks. */
function headerFault(start: string): string {
  for (let i = 0; i < start.length; i++) {
    if (start[i] === HEADER[i]) continue;
    if (i <= SIGNATURE_LENGTH) return "version mismatch";
    return i === SIGNATURE_LENGTH + 1 ? "format mismatch" : "corrupted chunk";
  }
  return "truncated chunk";
}

/** The function in a binary chunk; its first upvalue is `env`, the others are nil. */
export function loadBinary(chunk: string, chunkName: string, env: LuaValue): LuaFunction {
  const fail = (why: string): never => {
    const shown = chunkName.startsWith(BINARY) ? "binary string" : chunkName.replace(/^[=@]/, "");
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
  if (start !== HEADER) fail(headerFault(start));
  const stripped = take(1) === "\x01";
  const line = takeNumber();
  const name = take(takeNumber());
  const text = take(takeNumber());
  // a function is the first and only one of its text, and stands on its line
  const source = line === 0 ? text : "\n".repeat(line - 1) + text;
  const parsed = parseChunk(source, stripped ? NO_NAME : name);
  return compileFunction(parsed, source, line === 0 ? 0 : 1, stripped)(env);
}
