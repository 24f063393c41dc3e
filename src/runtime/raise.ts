/** `error` (§6.1). */
import { raise } from "./control";
import { argumentError, LuaError } from "./error";
import { native } from "./native";
import { toInteger } from "./number";
import type { LuaValue, Results } from "./value";

/** The error that `error(value, level)` raises; a text gets the position of the function at `level`. */
function makeError(value: LuaValue, level: LuaValue): LuaError {
  let at = 1;
  if (level !== undefined) {
    const n = toInteger(level);
    if (n === undefined) throw argumentError(2, "number expected");
    at = typeof n === "number" ? n : 0;
  }
  return new LuaError(value ?? "<no error object>", typeof value === "string" && at > 0 ? at : 0);
}

export const error = native("error", (value: LuaValue, level: LuaValue): Results => {
  return raise(makeError(value, level));
});
