/** `error` (§6.1). */
import { raise } from "./control";
import { argumentError, EmptyError, LuaError, typeError } from "./error";
import { native } from "./native";
import { toInteger, toNumber } from "./number";
import type { LuaValue, Results } from "./value";

/** The error that `error(value, level)` raises; a text gets the position of the function at `level`. */
function makeError(value: LuaValue, level: LuaValue): LuaError {
  let at = 1;
  if (level !== undefined) {
    const n = toInteger(level);
    if (n === undefined) throw levelFault(level);
    at = typeof n === "number" ? n : 0;
  }
  if (value === undefined) return new EmptyError();
  return new LuaError(value, typeof value === "string" && at > 0 ? at : 0);
}

function levelFault(level: LuaValue): LuaError {
  const isNumber = toNumber(level) !== undefined;
  return isNumber
    ? argumentError(2, "number has no integer representation")
    : typeError(2, "number", level);
}

export const error = native("error", (value: LuaValue, level: LuaValue): Results => {
  return raise(makeError(value, level));
});
