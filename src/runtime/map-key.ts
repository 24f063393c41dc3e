/** Lua values as keys of a JS Map, and back. */
import { fromBigInt, fromDouble, LuaInt64, toBigInt } from "./int64";
import type { MapKey } from "./tablemap";
import { LuaFloat, type LuaValue } from "./value";

/**
 * A key as a Map compares it: floats with an integer value become that integer, 64-bit integers
 * bigint, floats outside int64 the plain double.
 */
export function mapKey(key: LuaValue): MapKey {
  if (typeof key === "object") {
    if (key instanceof LuaFloat) {
      const i = fromDouble(key.n);
      if (i === undefined) return key.n;
      return typeof i === "number" ? i : toBigInt(i);
    }
    if (key instanceof LuaInt64) return toBigInt(key);
  }
  return key as MapKey;
}

/** The Lua value that `mapKey` has made the key of. */
export function fromMapKey(key: MapKey): LuaValue {
  if (typeof key === "bigint") return fromBigInt(key);
  if (typeof key === "number" && Number.isInteger(key) && !Number.isSafeInteger(key))
    return new LuaFloat(key);
  return key as LuaValue;
}
