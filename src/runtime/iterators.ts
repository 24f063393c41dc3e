/** `next`, `pairs` and `ipairs` (§6.1), which `for` loops recognise by identity. */
import { call } from "./call";
import { argumentError, leaveNative, operationError, typeError } from "./error";
import { Frame, SUSPENDED, suspend } from "./frame";
import { index } from "./index-ops";
import { addInt, type LuaInteger } from "./int64";
import { mapKey } from "./map-key";
import { getMetamethod } from "./metatable";
import { native } from "./native";
import { toInteger, toNumber } from "./number";
import { LuaTable } from "./table";
import { TableIterator } from "./table-iterator";
import { first, type LuaValue, type Results } from "./value";

/** Traversals that go on by key; a handful, because traversals nest. */
const recent: TableIterator[] = [];
const MAX_RECENT = 8;

/** Forgets unfinished traversals, which keep their tables alive. */
export function forgetTraversals(): void {
  recent.length = 0;
}

function iteratorAt(t: LuaTable, key: LuaValue): TableIterator {
  for (let i = recent.length - 1; i >= 0; i--) {
    const it = recent[i] as TableIterator;
    if (
      it.table === t &&
      (it.key === key || (typeof key === "object" && mapKey(it.key) === mapKey(key)))
    )
      return it;
  }
  const it = new TableIterator(t);
  if (key !== undefined && !it.seek(key)) throw operationError("invalid key to 'next'");
  if (recent.length >= MAX_RECENT) recent.shift();
  recent.push(it);
  return it;
}

export const next = native("next", (t: LuaValue, key: LuaValue): Results => {
  if (!(t instanceof LuaTable)) throw typeError(1, "table", t);
  const it = key === undefined ? begin(t) : iteratorAt(t, key);
  if (it.step()) return [it.key, it.value];
  const at = recent.indexOf(it);
  if (at >= 0) recent.splice(at, 1);
  return undefined;
});

function begin(t: LuaTable): TableIterator {
  const it = new TableIterator(t);
  if (recent.length >= MAX_RECENT) recent.shift();
  recent.push(it);
  return it;
}

class InextFrame extends Frame {
  constructor(private readonly i: LuaValue) {
    super();
  }
  override resume(v: Results): Results {
    const x = first(v);
    return x === undefined ? undefined : [this.i, x];
  }
}

/** The integer after any number, or a string that is one; it wraps around. */
function after(i: LuaValue): LuaInteger {
  const n = toInteger(i);
  if (n !== undefined) return addInt(n, 1);
  if (toNumber(i) === undefined) throw typeError(2, "number", i);
  throw argumentError(2, "number has no integer representation");
}

/** The iterator that `ipairs` returns. */
export const inext = native("ipairs_iterator", (t: LuaValue, i: LuaValue): Results => {
  const n = Number.isSafeInteger(i) && i !== Number.MAX_SAFE_INTEGER ? (i as number) + 1 : after(i);
  const v = index(t, n);
  if ((v as unknown) === SUSPENDED) return suspend(new InextFrame(n));
  return v === undefined ? undefined : [n, v];
});

// `for` loops know these two by identity, too, and go without the call

export const ipairs = native("ipairs", function (t: LuaValue): Results {
  if (arguments.length === 0) throw argumentError(1, "value expected");
  return [inext, t, 0];
});

class PairsFrame extends Frame {
  override get allowsYield(): boolean {
    return true;
  }
  override resume(r: Results): Results {
    const v = Array.isArray(r) ? r : [r];
    return [v[0], v[1], v[2], v[3]];
  }
}

export const pairs = native("pairs", function (t: LuaValue): Results {
  if (arguments.length === 0) throw argumentError(1, "value expected");
  const handler = getMetamethod(t, "__pairs");
  // next complains of what is no table, as C Lua's 'for iterator'
  if (handler === undefined) return [next, t, undefined, undefined];
  let r: Results;
  try {
    r = call(handler, t);
  } catch (e) {
    throw leaveNative(e);
  }
  if (r === SUSPENDED) return suspend(new PairsFrame());
  const v = Array.isArray(r) ? r : [r];
  return [v[0], v[1], v[2], v[3]];
});
