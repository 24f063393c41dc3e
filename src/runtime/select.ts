/** `select` (§6.1), which generated code knows by identity. */
import { argumentError, typeError } from "./error";
import { toDouble } from "./int64";
import { native } from "./native";
import { parseNumber } from "./number";
import { isNumber, type LuaValue, numberToInteger, type Results } from "./value";

export const select = native("select", (...args: LuaValue[]): Results => {
  const n = args[0];
  if (n === "#") return args.length - 1;
  const i = position(n, args.length);
  if (i < 0) {
    const from = args.length + i;
    if (from < 1) throw argumentError(1, "index out of range");
    return args.slice(from);
  }
  if (i === 0) throw argumentError(1, "index out of range");
  return args.slice(i);
});

function position(v: LuaValue, count: number): number {
  const n = typeof v === "string" ? parseNumber(v) : v;
  if (!isNumber(n)) {
    if (count === 0) throw argumentError(1, "number expected, got no value");
    throw typeError(1, "number", v);
  }
  const i = numberToInteger(n);
  if (i === undefined) throw argumentError(1, "number has no integer representation");
  return typeof i === "number" ? i : toDouble(i);
}
