/** The string library (§6.4), apart from patterns, formats and binary packing. */
import { arith } from "../runtime/arith-general";
import { call } from "../runtime/call";
import { noteWork } from "../runtime/control";
import {
  argumentError,
  LuaError,
  performedByNative,
  runtimeError,
  typeName,
} from "../runtime/error";
import { toBigInt } from "../runtime/int64";
import { neverInline } from "../runtime/jit";
import { checkAllocation } from "../runtime/limits";
import { getMetamethod } from "../runtime/metatable";
import { library, native } from "../runtime/native";
import { toNumber } from "../runtime/number";
import { protoOf } from "../runtime/probe";
import { poll } from "../runtime/scheduler";
import { LuaTable } from "../runtime/table";
import type { LuaValue, Results } from "../runtime/value";
import { checkInteger, MAX_RESULTS, SLICE_TOO_LONG } from "./args";
import { format } from "./format";
import { pack, packsize, unpack } from "./pack";
import { endPosition, integer, place, size, startPosition, text } from "./string-args";
import { BUFFER_SIZE, buffer, bufferText } from "./string-buffer";
import { find, gmatch, gsub, match } from "./string-match";

/** Longer strings are beyond JavaScript. */
const MAX_LENGTH = 0x7fffffff;
/** Bytes from which on the time that it takes to go through them counts. */
const LONG = 1 << 16;
/** What C Lua can express at all. */
const MAX_SIZE = 2n ** 63n - 1n;

function len(s: LuaValue): Results {
  return typeof s === "string" ? s.length : text(s, 1, arguments.length).length;
}

function sub(s: LuaValue, i: LuaValue, j?: LuaValue): Results {
  // a single byte
  if (i === j && typeof i === "number" && (i | 0) === i && typeof s === "string") {
    const at = (i | 0) - 1;
    if (at >= 0 && at < s.length) return s[at];
  }
  return part(s, i, j, arguments.length);
}

/** `sub` of any arguments; apart, so that little is copied into compiled code. */
function part(s: LuaValue, i: LuaValue, j: LuaValue, count: number): Results {
  const subject = typeof s === "string" ? s : text(s, 1, count);
  const { length } = subject;
  const from = startPosition(place(i, 2, count), length) - 1;
  const end = j === undefined ? length : endPosition(place(j, 3, 3), length);
  if (from >= end) return "";
  return end - from === 1 ? (subject[from] as string) : subject.substring(from, end);
}

neverInline(part);

function byte(s: LuaValue, i?: LuaValue, j?: LuaValue): Results {
  if (typeof s === "string" && j === undefined && typeof i === "number" && (i | 0) === i) {
    const at = (i | 0) - 1;
    if (at >= 0 && at < s.length) return s.charCodeAt(at);
  }
  return bytes(text(s, 1, arguments.length), i, j);
}

function bytes(s: string, i: LuaValue, j: LuaValue): Results {
  const first = i === undefined ? 1 : place(i, 2, 2);
  const from = startPosition(first, s.length) - 1;
  const to = endPosition(j === undefined ? first : place(j, 3, 3), s.length);
  if (to - from === 1) return s.charCodeAt(from);
  if (to - from >= MAX_RESULTS) throw runtimeError(SLICE_TOO_LONG);
  const codes: LuaValue[] = [];
  for (let k = from; k < to; k++) codes.push(s.charCodeAt(k));
  return codes;
}

function char(code: LuaValue): Results {
  if (arguments.length === 1 && typeof code === "number" && (code & 255) === code)
    return String.fromCharCode(code);
  let out = "";
  let n = 0;
  for (let k = 0; k < arguments.length; k++) {
    const c = integer(arguments[k], k + 1, arguments.length);
    if (typeof c !== "number" || c < 0 || c > 255) throw argumentError(k + 1, "value out of range");
    if (n === BUFFER_SIZE) {
      out += bufferText(n);
      n = 0;
    }
    buffer[n++] = c;
  }
  return out + bufferText(n);
}

function rep(s: LuaValue, n: LuaValue, separator?: LuaValue): Results {
  const unit = typeof s === "string" ? s : text(s, 1, arguments.length);
  const count = size(n, 2, arguments.length);
  const sep = separator === undefined ? "" : text(separator, 3, 3);
  if (count <= 0) return "";
  const length = unit.length * count + sep.length * (count - 1);
  if (length === 0) return "";
  if (length > MAX_LENGTH) {
    const total = BigInt(unit.length + sep.length) * toBigInt(checkInteger(n, 2));
    if (total >= MAX_SIZE) throw runtimeError("resulting string too large");
    throw new LuaError("not enough memory");
  }
  checkAllocation(length);
  if (length > LONG) {
    poll();
    noteWork(length);
  }
  try {
    return sep === "" ? unit.repeat(count) : (unit + sep).repeat(count - 1) + unit;
  } catch {
    throw new LuaError("not enough memory");
  }
}

function reverse(s: LuaValue): Results {
  const subject = text(s, 1, arguments.length);
  if (subject.length > LONG) noteWork(subject.length);
  const { length } = subject;
  if (length > BUFFER_SIZE) return Buffer.from(subject, "latin1").reverse().toString("latin1");
  for (let i = 0; i < length; i++) buffer[length - 1 - i] = subject.charCodeAt(i);
  return bufferText(length);
}

// only ASCII letters have two cases (the C locale); JavaScript knows more of them
const BEYOND_ASCII = /[\x80-\xff]/;

function lower(s: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  if (subject.length > LONG) noteWork(subject.length);
  if (!BEYOND_ASCII.test(subject)) return subject.toLowerCase();
  return subject.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function upper(s: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  if (subject.length > LONG) noteWork(subject.length);
  if (!BEYOND_ASCII.test(subject)) return subject.toUpperCase();
  return subject.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** A function as a binary chunk, see binary.ts. */
function dump(f: LuaValue, strip: LuaValue): Results {
  const proto = typeof f === "function" ? protoOf(f) : undefined;
  if (proto === undefined) throw argumentError(1, "Lua function expected");
  const { dumpFunction } = require("./binary") as typeof import("./binary");
  const chunk = dumpFunction(proto, strip !== undefined && strip !== false);
  if (chunk === undefined) throw runtimeError("unable to dump given function");
  return chunk;
}

/** The `string` table. */
export function stringLibrary(): LuaTable {
  return library("string", {
    byte,
    char,
    dump,
    find,
    format,
    gmatch,
    gsub,
    len,
    lower,
    match,
    pack,
    packsize,
    rep,
    reverse,
    sub,
    unpack,
    upper,
  });
}

/** What the arithmetic metamethods compute. */
const OPERATORS = {
  __add: "+",
  __sub: "-",
  __mul: "*",
  __mod: "%",
  __pow: "^",
  __div: "/",
  __idiv: "//",
  __unm: "neg",
} as const;

/**
 * The metatable that all strings share: methods come from `lib`, and arithmetic converts numeric
 * strings (§3.4.3).
 */
export function stringMetatable(lib: LuaTable): LuaTable {
  const meta = new LuaTable();
  meta.µsetStr("__index", lib);
  for (const [event, op] of Object.entries(OPERATORS)) {
    const compute = (a: LuaValue, b: LuaValue) => {
      const x = toNumber(a);
      const y = toNumber(b);
      if (x === undefined || y === undefined) return otherOperand(event, a, b);
      try {
        return arith(op, x, y);
      } catch (e) {
        throw inMetamethod(performedByNative(e));
      }
    };
    meta.µsetStr(event, native(`metamethod '${event.slice(2)}'`, compute));
  }
  return meta;
}

/** One operand is no number: it is the turn of the second operand's metamethod, if it has one. */
function otherOperand(event: string, a: LuaValue, b: LuaValue): Results {
  const handler = typeof b === "string" ? undefined : getMetamethod(b, event);
  if (handler !== undefined) return call(handler, a, b);
  const names = `a '${typeName(a)}' with a '${typeName(b)}'`;
  throw inMetamethod(runtimeError(`attempt to ${event.slice(2)} ${names}`));
}

/** In tracebacks the metamethod is a level, unlike an operator that failed without one. */
function inMetamethod(error: unknown): unknown {
  if (error instanceof LuaError && error.traceback.length === 0)
    error.traceback.push({ native: undefined });
  return error;
}
