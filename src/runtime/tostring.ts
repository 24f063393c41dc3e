/** `tostring` (§6.1) and the addresses in it. */
import { call } from "./call";
import { runtimeError, typeName } from "./error";
import { SUSPENDED } from "./frame";
import { getMetatable } from "./metatable";
import { numberToString } from "./number";
import { first, isNumber, type LuaValue } from "./value";

/** Made when it is first needed: the first WeakMap of a program takes 0.02 ms. */
let addresses: WeakMap<object, string> | undefined;
let nextAddress = 0x55d0c0de1000;

/** A made-up address, unique and stable for each object. */
export function addressOf(v: object): string {
  addresses ??= new WeakMap();
  let a = addresses.get(v);
  if (a === undefined) {
    nextAddress += 32;
    a = `0x${nextAddress.toString(16)}`;
    addresses.set(v, a);
  }
  return a;
}

/** A value as text. `SUSPENDED` when `__tostring` suspends: its results then come as they are. */
export function tostring(v: LuaValue): string | typeof SUSPENDED {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  const mt = getMetatable(v);
  if (mt !== null) {
    const handler = mt.µgetStr("__tostring");
    if (handler !== undefined) {
      const r = call(handler, v);
      return r === SUSPENDED ? SUSPENDED : checkText(first(r));
    }
    const name = mt.µgetStr("__name");
    if (typeof name === "string" && typeof v === "object") return `${name}: ${addressOf(v)}`;
  }
  return plainText(v);
}

/** The result of `__tostring` must be a string. */
export function checkText(v: LuaValue): string {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  throw runtimeError("'__tostring' must return a string");
}

/** Text without metamethods. */
export function plainText(v: LuaValue): string {
  if (v === undefined) return "nil";
  if (typeof v === "boolean") return v ? "true" : "false";
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  return `${typeName(v)}: ${addressOf(v as object)}`;
}
