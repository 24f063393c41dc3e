/** The utf8 library (§6.5). Strings are bytes, so this decodes and encodes by itself. */
import { argumentError, runtimeError } from "../runtime/error";
import { library, native } from "../runtime/native";
import type { LuaTable } from "../runtime/table";
import { type LuaValue, pair, type Results } from "../runtime/value";
import { checkIndex, MAX_RESULTS, SLICE_TOO_LONG } from "./args";
import { isTrue } from "./resumable";
import { integer, size, text } from "./string-args";

const MAX_UNICODE = 0x10ffff;
/** The most that the original encoding with up to six bytes holds (lax mode). */
const MAX_UTF = 0x7fffffff;
/** The least code point that needs 1 + index bytes. */
const LEAST = [0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000];
/** A pattern for one character in a valid string. */
const CHAR_PATTERN = "[\0-\x7F\xC2-\xFD][\x80-\xBF]*";
const INVALID = "invalid UTF-8 code";

function isContinuation(s: string, at: number): boolean {
  return (s.charCodeAt(at) & 0xc0) === 0x80;
}

/** A position; negative ones count from the end, those before the beginning give 0. */
function position(i: number, length: number): number {
  if (i >= 0) return i;
  return -i > length ? 0 : length + i + 1;
}

/** Where the sequence ends that `decode` has read. */
let decodedEnd = 0;

/** The code point whose sequence begins at `at`, or -1 when it is invalid. */
function decode(s: string, at: number, strict: boolean): number {
  const lead = s.charCodeAt(at);
  if (lead < 0x80) {
    decodedEnd = at + 1;
    return lead;
  }
  // as many continuation bytes as there are ones behind the first bit
  let code = 0;
  let count = 0;
  for (let c = lead; c & 0x40; c <<= 1) {
    count++;
    const next = at + count < s.length ? s.charCodeAt(at + count) : 0;
    if ((next & 0xc0) !== 0x80) return -1;
    code = code * 64 + (next & 0x3f);
  }
  if (count === 0 || count > 5) return -1;
  code += (lead & (0x3f >> count)) * 64 ** count;
  if (code > MAX_UTF || code < (LEAST[count] as number)) return -1;
  if (strict && (code > MAX_UNICODE || (code >= 0xd800 && code <= 0xdfff))) return -1;
  decodedEnd = at + count + 1;
  return code;
}

function encode(code: number): string {
  if (code < 0x80) return String.fromCharCode(code);
  let rest = code;
  let tail = "";
  // the first byte has one bit less for every continuation byte
  let room = 0x3f;
  do {
    tail = String.fromCharCode(0x80 | (rest & 0x3f)) + tail;
    rest = Math.floor(rest / 64);
    room >>= 1;
  } while (rest > room);
  return String.fromCharCode(((~room << 1) & 0xff) | rest) + tail;
}

function char(code: LuaValue): Results {
  const count = arguments.length;
  if (count === 1) return encode(codePoint(code, 1, count));
  let out = "";
  for (let k = 0; k < count; k++) out += encode(codePoint(arguments[k], k + 1, count));
  return out;
}

function codePoint(v: LuaValue, n: number, count: number): number {
  const code = integer(v, n, count);
  if (typeof code !== "number" || code < 0 || code > MAX_UTF)
    throw argumentError(n, "value out of range");
  return code;
}

function codepoint(s: LuaValue, i?: LuaValue, j?: LuaValue, lax?: LuaValue): Results {
  const subject = text(s, 1, arguments.length);
  const length = subject.length;
  const from = position(i === undefined ? 1 : checkIndex(i, 2), length);
  const to = j === undefined ? from : position(checkIndex(j, 3), length);
  if (from < 1) throw argumentError(2, "out of bounds");
  if (to > length) throw argumentError(3, "out of bounds");
  if (to - from + 1 >= MAX_RESULTS) throw runtimeError(SLICE_TOO_LONG);
  const codes: LuaValue[] = [];
  for (let at = from - 1; at < to; at = decodedEnd) {
    const code = decode(subject, at, !isTrue(lax));
    if (code < 0) throw runtimeError(INVALID);
    codes.push(code);
  }
  return codes.length === 1 ? codes[0] : codes;
}

function len(s: LuaValue, i?: LuaValue, j?: LuaValue, lax?: LuaValue): Results {
  const subject = text(s, 1, arguments.length);
  const length = subject.length;
  const from = position(i === undefined ? 1 : checkIndex(i, 2), length);
  const to = position(j === undefined ? -1 : checkIndex(j, 3), length);
  if (from < 1 || from > length + 1) throw argumentError(2, "initial position out of bounds");
  if (to > length) throw argumentError(3, "final position out of bounds");
  let count = 0;
  for (let at = from - 1; at < to; at = decodedEnd) {
    if (decode(subject, at, !isTrue(lax)) < 0) return [undefined, at + 1];
    count++;
  }
  return count;
}

/** Where the `n`-th character from position `i` on begins and ends; nil when there is none. */
function offset(s: LuaValue, n: LuaValue, i?: LuaValue): Results {
  const subject = text(s, 1, arguments.length);
  const length = subject.length;
  let left = size(n, 2, arguments.length);
  const start = i === undefined ? (left >= 0 ? 1 : length + 1) : checkIndex(i, 3);
  let at = position(start, length) - 1;
  if (at < 0 || at > length) throw argumentError(3, "position out of bounds");
  if (left === 0) {
    while (at > 0 && isContinuation(subject, at)) at--;
  } else {
    if (isContinuation(subject, at)) throw runtimeError("initial position is a continuation byte");
    for (; left < 0 && at > 0; left++) {
      do at--;
      while (at > 0 && isContinuation(subject, at));
    }
    if (left > 0) {
      for (left--; left > 0 && at < length; left--) {
        do at++;
        while (isContinuation(subject, at));
      }
    }
    if (left !== 0) return undefined;
  }
  const begin = at + 1;
  if (subject.charCodeAt(at) >= 0x80) {
    if (isContinuation(subject, at)) throw runtimeError("initial position is a continuation byte");
    while (isContinuation(subject, at + 1)) at++;
  }
  return [begin, at + 1];
}

/** One step of the iterator of `utf8.codes`. */
function step(s: LuaValue, control: LuaValue, strict: boolean): Results {
  const subject = text(s, 1, 1);
  let at = typeof control === "number" ? control : 0;
  if (at < 0) return [];
  while (isContinuation(subject, at)) at++;
  if (at >= subject.length) return [];
  const code = decode(subject, at, strict);
  if (code < 0 || isContinuation(subject, decodedEnd)) throw runtimeError(INVALID);
  return pair(at + 1, code);
}

const stepStrict = native("for iterator", (s: LuaValue, control: LuaValue) =>
  step(s, control, true),
);
const stepLax = native("for iterator", (s: LuaValue, control: LuaValue) => step(s, control, false));

function codes(s: LuaValue, lax?: LuaValue): Results {
  const subject = text(s, 1, arguments.length);
  if (isContinuation(subject, 0)) throw argumentError(1, INVALID);
  return [isTrue(lax) ? stepLax : stepStrict, subject, 0];
}

/** The `utf8` table. */
export function utf8Library(): LuaTable {
  const lib = library("utf8", { char, codepoint, codes, len, offset });
  lib.µsetStr("charpattern", CHAR_PATTERN);
  return lib;
}
