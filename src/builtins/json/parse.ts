/**
 * JSON text straight into Lua tables.
 *
 * Works on the byte string itself: bytes of strings pass through, and only `\u` escapes are turned
 * into UTF-8. Integers that fit 64 bits stay integers; `1.0`, `1e3` and larger ones are floats.
 *
 * One loop without recursion reads everything that is common, with its state in local variables:
 * that takes half the time of functions that call each other. The rest is in scalars.ts.
 */
import { checkAllocation, HostError, LuaTable, type LuaValue } from "../../host";
import {
  begin,
  escapedString,
  Fault,
  fail,
  number,
  pos,
  position,
  setPosition,
  VALUE_END,
  word,
} from "./scalars";
import { firstShape, isNameAt, nameAt, type Shape, slowTable } from "./shapes";

export interface ParseOptions {
  /** What `null` becomes; nil by default: absent fields, holes in arrays. */
  readonly null?: LuaValue;
  /** Metatable for empty arrays, so that they are written as `[]` again. */
  readonly emptyArray?: LuaTable;
}

/** Nested arrays and objects beyond this are refused. */
const MAX_DEPTH = 128;
/** Digits of a number that is read as an int32. */
const SHORT_DIGITS = 9;
/** What some editors put in front of a text (RFC 8259, §8.1: a parser may ignore it). */
const BYTE_ORDER_MARK = "\xef\xbb\xbf";

/** The value that `source` (a byte string) holds; throws a `HostError` with line and column. */
export function parseJson(source: string, options: ParseOptions = {}, name = "json.parse") {
  const text = source.startsWith(BYTE_ORDER_MARK) ? source.slice(3) : source;
  begin(text);
  try {
    return read(text, options.null, options.emptyArray ?? null);
  } catch (e) {
    for (const level of levels) level.forget();
    if (e instanceof Fault) throw new HostError(`${name}: ${e.cause} ${position()}`);
    throw e;
  } finally {
    begin("");
    clearStack();
  }
}

const OBJECT_END = "EOF while parsing an object";
const LIST_END = "EOF while parsing a list";

/** Values of the containers that are being read, those of an inner one above those of the outer. */
let stack: LuaValue[] = [undefined];
/** The values up to here may be left over. */
let high = 0;
/** A stack that has grown larger is not kept. */
const MAX_STACK = 1024;

function clearStack(): void {
  if (stack.length > MAX_STACK) stack = [undefined];
  else for (let i = 0; i < high; i++) stack[i] = undefined;
  high = 0;
}

/** What `read` has to know of a container while it reads one inside. */
class Level {
  base = 0;
  shape: Shape | null = null;
  next: Shape | null = null;
  table: LuaTable | null = null;
  key = "";

  /** Keeps nothing alive. */
  forget(): void {
    this.table = null;
    this.key = "";
  }
}

const levels: Level[] = [];
for (let i = 0; i < MAX_DEPTH; i++) levels.push(new Level());

/** What a table takes at least, and how many elements of an array are counted together. */
const TABLE_BYTES = 96;
const CHUNK = 0x10000;

/** The index of the first byte from `from` on that is no blank. */
function skipBlanks(s: string, from: number): number {
  let i = from;
  while (i < s.length) {
    const c = s.charCodeAt(i);
    if (c > 32 || (c !== 32 && c !== 10 && c !== 13 && c !== 9)) break;
    i++;
  }
  return i;
}

/** The name that begins at `start`, which is not the usual one. */
function otherName(s: string, start: number): string {
  const plain = nameAt(s, start);
  if (plain === undefined) return escapedString(start);
  setPosition(start + plain.length + 1);
  return plain;
}

function read(s: string, nullValue: LuaValue, emptyArray: LuaTable | null): LuaValue {
  const n = s.length;
  let i = 0;
  /** The byte at `i`, or -1: reading beyond the end would throw this function out of the JIT's code. */
  let c = 0;
  let depth = 0;
  /** Where the next value goes in the stack, and where those of the container begin. */
  let top = 0;
  let base = 0;
  /** Some element may be nil. */
  let holes = false;
  /** The names of the object so far, null in an array; and with that of the coming value. */
  let shape: Shape | null = null;
  let next: Shape | null = null;
  /** An object that has no shape, and the name of its coming value. */
  let table: LuaTable | null = null;
  let key = "";
  let v: LuaValue;
  for (;;) {
    if (shape !== null) {
      // a name begins, at `c`
      if (c !== 0x22) fail(i, "key must be a string", OBJECT_END);
      i++;
      next = table === null ? shape.usualNext : null;
      if (next !== null && isNameAt(s, shape.usualName, i)) i += shape.usualName.length + 1;
      else {
        key = otherName(s, i);
        i = pos;
        next = table === null ? shape.and(key) : null;
        if (table === null && next === null) table = slowTable(shape, stack, base);
      }
      c = i < n ? s.charCodeAt(i) : -1;
      if (c !== 0x3a) {
        i = skipBlanks(s, i);
        if (i >= n || s.charCodeAt(i) !== 0x3a) fail(i, "expected `:`", OBJECT_END);
      }
      i++;
    }
    // a value begins
    c = i < n ? s.charCodeAt(i) : -1;
    if (c <= 32) {
      i = skipBlanks(s, i);
      c = i < n ? s.charCodeAt(i) : -1;
    }
    if (c === 0x22) {
      const start = ++i;
      while (i < n) {
        c = s.charCodeAt(i);
        if (c < 0x20 || c === 0x22 || c === 0x5c) break;
        i++;
      }
      if (i < n && c === 0x22) v = s.slice(start, i++);
      else {
        v = escapedString(start);
        i = pos;
      }
    } else if (c >= 0x31 && c <= 0x39) {
      const start = i;
      const end = n - i > SHORT_DIGITS ? i + SHORT_DIGITS : n;
      let x = 0;
      do {
        x = (Math.imul(x, 10) + (c - 0x30)) | 0;
        c = ++i < end ? s.charCodeAt(i) : -1;
      } while (c >= 0x30 && c <= 0x39);
      if ((c === -1 && i < n) || c === 0x2e || c === 0x65 || c === 0x45) {
        v = number(start);
        i = pos;
      } else v = x;
    } else if (c === 0x7b || c === 0x5b) {
      if (depth >= MAX_DEPTH) fail(i, `nesting deeper than ${MAX_DEPTH} levels`);
      checkAllocation(TABLE_BYTES);
      const isArray = c === 0x5b;
      c = ++i < n ? s.charCodeAt(i) : -1;
      if (c <= 32) {
        i = skipBlanks(s, i);
        c = i < n ? s.charCodeAt(i) : -1;
      }
      if (c === (isArray ? 0x5d : 0x7d)) {
        i++;
        const t = new LuaTable();
        if (isArray) t.µmetatable = emptyArray;
        v = t;
      } else {
        const level = levels[depth++] as Level;
        level.base = base;
        level.shape = shape;
        level.next = next;
        level.table = table;
        level.key = key;
        base = top;
        table = null;
        if (isArray) {
          shape = null;
          // an array's place 0
          stack[top++] = undefined;
          continue;
        }
        shape = firstShape();
        continue;
      }
    } else {
      if (c === 0x30 || c === 0x2d) v = number(i);
      else if (c === 0x74) v = word(i, "true", true);
      else if (c === 0x66) v = word(i, "false", false);
      else if (c === 0x6e) {
        v = word(i, "null", nullValue);
        holes ||= v === undefined;
      } else fail(i, "expected value", VALUE_END);
      i = pos;
    }
    // a value has been read, perhaps the last one of its container, or of several
    for (;;) {
      if (depth === 0) {
        i = skipBlanks(s, i);
        if (i < n) fail(i, "trailing characters");
        return v;
      }
      c = i < n ? s.charCodeAt(i) : -1;
      if (c <= 32) {
        i = skipBlanks(s, i);
        c = i < n ? s.charCodeAt(i) : -1;
      }
      if (shape === null) {
        stack[top++] = v;
        if (((top - base) & (CHUNK - 1)) === 0) checkAllocation(CHUNK * 8);
        if (c === 0x2c) {
          c = ++i < n ? s.charCodeAt(i) : -1;
          if (c <= 32) {
            i = skipBlanks(s, i);
            c = i < n ? s.charCodeAt(i) : -1;
          }
          if (c === 0x5d) fail(i, "trailing comma");
          break;
        }
        if (c !== 0x5d) fail(i, "expected `,` or `]`", LIST_END);
        v = new LuaTable(stack.slice(base, top));
        if (holes) v.µtrim();
      } else {
        if (table !== null) table.µsetKey(key, v);
        else if (v !== undefined) {
          stack[top++] = v;
          shape = next as Shape;
        }
        if (c === 0x2c) {
          c = ++i < n ? s.charCodeAt(i) : -1;
          if (c <= 32) {
            i = skipBlanks(s, i);
            c = i < n ? s.charCodeAt(i) : -1;
          }
          if (c === 0x7d) fail(i, "trailing comma");
          break;
        }
        if (c !== 0x7d) fail(i, "expected `,` or `}`", OBJECT_END);
        v = table ?? shape.table(stack, base);
      }
      i++;
      if (top > high) high = top;
      top = base;
      const level = levels[--depth] as Level;
      ({ base, shape, next, table, key } = level);
      level.forget();
    }
  }
}
