/** `table.insert` and `table.remove` (§6.6). */
import { runtimeError } from "../runtime/error";
import { addInt, compareInt, type LuaInteger, subInt } from "../runtime/int64";
import { EMPTY_ARRAY, type LuaTable, MIN_SHED } from "../runtime/table";
import type { LuaValue, Results } from "../runtime/value";
import { argumentError, checkInteger } from "./args";
import { runSteps, type Steps } from "./resumable";
import {
  checkTableLike,
  getSteps,
  isPlain,
  LENGTH,
  lengthSteps,
  NO_RESULTS,
  READ,
  setSteps,
  WRITE,
} from "./table-access";

/** Below this many elements a plain loop beats copyWithin. */
const FEW = 16;

export function insert(t: LuaValue, position: LuaValue, value: LuaValue): Results {
  const count = arguments.length;
  if (isPlain(t)) {
    if (count === 2) {
      // one assignment at #t + 1
      if (t.µarray !== EMPTY_ARRAY && t.µmap === null) {
        if (position !== undefined && (t.µarray.push(position) & (MIN_SHED - 1)) === 0) t.µshed();
      } else t.µsetInt(t.µlength() + 1, position);
      return NO_RESULTS;
    }
    const last = t.µarray.length - 1;
    if (count === 3 && last > 0) {
      const at = checkInteger(position, 2);
      if (typeof at !== "number" || at < 1 || at > last + 1)
        throw argumentError(2, "position out of bounds");
      if (at > last) t.µsetInt(at, value);
      else insertAt(t, at, last, value);
      return NO_RESULTS;
    }
  }
  checkTableLike(t, 1, READ | WRITE | LENGTH, count);
  return runSteps(insertSteps(t, position, value, count));
}

function insertAt(t: LuaTable, at: number, last: number, value: LuaValue): void {
  const array = t.µarray;
  t.µextend(array[last]);
  if (last - at < FEW) for (let i = last; i > at; i--) array[i] = array[i - 1];
  else array.copyWithin(at + 1, at, last);
  array[at] = value;
}

function* insertSteps(t: LuaValue, position: LuaValue, value: LuaValue, count: number): Steps {
  const end = addInt(yield* lengthSteps(t), 1);
  if (count === 2) {
    yield* setSteps(t, end, position);
    return NO_RESULTS;
  }
  if (count !== 3) throw runtimeError("wrong number of arguments to 'insert'");
  const at = checkInteger(position, 2);
  // the length may be any integer: compare unsigned, as C Lua does
  if (!unsignedLess(subInt(at, 1), end)) throw argumentError(2, "position out of bounds");
  for (let i = end; compareInt(i, at) > 0; ) {
    const below = subInt(i, 1);
    yield* setSteps(t, i, yield* getSteps(t, below));
    i = below;
  }
  yield* setSteps(t, at, value);
  return NO_RESULTS;
}

function unsignedLess(a: LuaInteger, b: LuaInteger): boolean {
  const negativeA = compareInt(a, 0) < 0;
  const negativeB = compareInt(b, 0) < 0;
  return negativeA === negativeB ? compareInt(a, b) < 0 : negativeB;
}

export function remove(t: LuaValue, position: LuaValue): Results {
  if (isPlain(t)) {
    const array = t.µarray;
    const size = array.length - 1;
    if (size > 0) {
      const at = position === undefined ? size : checkInteger(position, 2);
      if (at === size) {
        const v = array.pop();
        if (size > 1 && array[size - 1] === undefined) t.µtrim();
        return v;
      }
      if (typeof at !== "number" || at < 1 || at > size + 1)
        throw argumentError(2, "position out of bounds");
      if (at > size) return undefined;
      const v = array[at];
      if (size - at < FEW) for (let i = at; i < size; i++) array[i] = array[i + 1];
      else array.copyWithin(at, at + 1, size + 1);
      // the element now at the end was the last one, so it is not nil
      array.length = size;
      return v;
    }
  }
  checkTableLike(t, 1, READ | WRITE | LENGTH, arguments.length);
  return runSteps(removeSteps(t, position));
}

function* removeSteps(t: LuaValue, position: LuaValue): Steps {
  const size = yield* lengthSteps(t);
  let at = position === undefined ? size : checkInteger(position, 2);
  if (compareInt(at, size) !== 0 && unsignedLess(size, subInt(at, 1)))
    throw argumentError(2, "position out of bounds");
  const removed = yield* getSteps(t, at);
  while (compareInt(at, size) < 0) {
    const above = addInt(at, 1);
    yield* setSteps(t, at, yield* getSteps(t, above));
    at = above;
  }
  yield* setSteps(t, at, undefined);
  return removed;
}
