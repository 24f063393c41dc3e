/** `table.move` (§6.6). */
import { equals } from "../runtime/compare";
import { SUSPENDED } from "../runtime/frame";
import { addInt, compareInt, type LuaInteger, subInt } from "../runtime/int64";
import { poll } from "../runtime/scheduler";
import type { LuaTable } from "../runtime/table";
import { first, type LuaValue, type Results } from "../runtime/value";
import { argumentError, checkInteger } from "./args";
import { runSteps, type Steps } from "./resumable";
import {
  checkTableLike,
  getSteps,
  isPlain,
  POLL_MASK,
  READ,
  setSteps,
  WRITE,
} from "./table-access";

export function move(
  source: LuaValue,
  from: LuaValue,
  end: LuaValue,
  to: LuaValue,
  into: LuaValue,
): Results {
  const f = checkInteger(from, 2);
  const e = checkInteger(end, 3);
  const t = checkInteger(to, 4);
  const target = into === undefined ? source : into;
  checkTableLike(source, 1, READ, 1);
  checkTableLike(target, into === undefined ? 1 : 5, WRITE, 5);
  if (compareInt(e, f) < 0) return target;
  const maximum = 9223372036854775807n;
  if (compareInt(f, 0) <= 0 && big(e) >= maximum + big(f))
    throw argumentError(3, "too many elements to move");
  const count = subInt(e, f); // less one
  if (big(t) > maximum - big(count)) throw argumentError(4, "destination wrap around");
  if (
    typeof f === "number" &&
    typeof e === "number" &&
    typeof t === "number" &&
    Number.isSafeInteger(t + e - f) &&
    isPlain(source) &&
    isPlain(target)
  ) {
    moveRaw(source, f, e, t, target);
    return target;
  }
  return runSteps(moveSteps(source, f, e, t, target, into !== undefined));
}

function big(i: LuaInteger): bigint {
  return typeof i === "number" ? BigInt(i) : (BigInt(i.hi) << 32n) | BigInt(i.lo >>> 0);
}

function moveRaw(source: LuaTable, f: number, e: number, t: number, target: LuaTable): void {
  const upward = t > e || t <= f || source !== target;
  for (let n = 0; n <= e - f; n++) {
    const k = upward ? n : e - f - n;
    target.µsetInt(t + k, source.µgetInt(f + k));
    if ((n & POLL_MASK) === POLL_MASK) poll();
  }
}

function* moveSteps(
  source: LuaValue,
  f: LuaInteger,
  e: LuaInteger,
  t: LuaInteger,
  target: LuaValue,
  other: boolean,
): Steps {
  let upward = compareInt(t, e) > 0 || compareInt(t, f) <= 0;
  if (!upward && other) {
    const r = equals(source, target);
    upward = first(r === SUSPENDED ? yield : r) !== true;
  }
  const step = upward ? 1 : -1;
  let i = upward ? f : e;
  let j = upward ? t : addInt(t, subInt(e, f));
  const last = upward ? e : f;
  for (;;) {
    yield* setSteps(target, j, yield* getSteps(source, i));
    if (compareInt(i, last) === 0) return target;
    i = addInt(i, step);
    j = addInt(j, step);
  }
}
