/** Building and reading Lua tables in implementations. */
import { fromBigInt, type LuaInt64, toBigInt } from "../runtime/int64";
import { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
import { LuaFloat, type LuaValue, makeFloat } from "../runtime/value";
import { bufferToBytes } from "./bytes";
import type { Host } from "./context";
import type { HostValue } from "./define";
import { arrayMarker } from "./json-type";

/**
 * What implementations hand out as a Lua value: numbers outside the safe integers become floats,
 * bigints 64-bit integers (floats when they do not fit), byte arrays byte strings.
 */
export function toLuaValue(v: HostValue): LuaValue {
  switch (typeof v) {
    case "number":
      if (!Number.isInteger(v)) return v;
      return Number.isSafeInteger(v) ? v + 0 : new LuaFloat(v);
    case "bigint":
      return integer(v);
    case "object":
      return v instanceof Uint8Array ? bufferToBytes(v) : v;
    default:
      return v as LuaValue;
  }
}

/** A 64-bit integer; a float when it does not fit. */
export function integer(v: bigint): LuaValue {
  return BigInt.asIntN(64, v) === v ? fromBigInt(v) : makeFloat(Number(v));
}

/** A Lua float, also when the value is integral: `float(2)` is Lua's `2.0`. */
export function float(n: number): number | LuaFloat {
  return makeFloat(n);
}

/** A table with these string keys (JS text is fine as long as it is ASCII); undefined = absent. */
export function record(fields: Readonly<Record<string, HostValue>>): LuaTable {
  const t = new LuaTable();
  for (const key of Object.keys(fields)) {
    const v = toLuaValue(fields[key]);
    if (v !== undefined) t.µsetStr(key, v);
  }
  return t;
}

/** An array table; an empty one is marked as a list, so that JSON has `[]` for it. */
export function list(items: Iterable<HostValue>, host: Host): LuaTable {
  const array: LuaValue[] = [undefined];
  for (const v of items) array.push(toLuaValue(v));
  const t = new LuaTable(array);
  t.µtrim();
  if (array.length > 1) return t;
  const empty = new LuaTable();
  empty.µmetatable = arrayMarker(host);
  return empty;
}

/** The pairs of a table in its promised order (no metamethods): 1..n, names, the rest. */
export function* entries(table: LuaTable): Generator<[key: LuaValue, value: LuaValue]> {
  const it = new TableIterator(table);
  while (it.step()) yield [it.key, it.value];
}

/** Whether a table has no other keys than 1..n, as an empty one. */
export function isList(table: LuaTable): boolean {
  const length = table.µlength();
  let count = 0;
  for (const _ of entries(table)) if (++count > length) return false;
  return true;
}

/** The values at 1..n (no metamethods). */
export function* items(table: LuaTable): Generator<LuaValue> {
  for (let i = 1; i <= table.µlength(); i++) yield table.µgetInt(i);
}

/** An integer of either form as number or bigint. */
export function integerValue(v: number | LuaInt64): number | bigint {
  return typeof v === "number" ? v : toBigInt(v);
}
