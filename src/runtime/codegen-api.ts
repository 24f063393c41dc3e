/** The runtime as generated code sees it: short names, one object. */
import "./settle";
import { add, band, bnot, bor, bxor, div, idiv, mod, mul, pow, shl, shr, sub, unm } from "./arith";
import { isInt } from "./arith-general";
import { call, callNative } from "./call";
import {
  awaitedValue,
  callFirst,
  failCompact,
  leaveCompact,
  markCompact,
  runsLuaFunction,
  tick,
} from "./compact";
import { equals, equalsNumber, lessEqual, lessThan } from "./compare";
import { concat, lengthOf } from "./concat";
import { control, raise } from "./control";
import { directly } from "./deferred";
import { globalDefined, operandError, operationError } from "./error";
import { power } from "./float-ops";
import { forLimit, forPrepare } from "./forloop";
import { SUSPENDED } from "./frame";
import { hookApi } from "./hooks";
import { appendAt, appendTo, index, setIndex } from "./index-ops";
import { fromHalves, hiOf, LuaInt64, loOf, mulHigh } from "./int64";
import { inext, ipairs, next, pairs } from "./iterators";
import { LoopExit, LuaFrame, leave, leaveFrame, SLICE } from "./luaframe";
import { getMetamethod } from "./metatable";
import { nativeName, withoutObject } from "./native";
import { fillArray, makeTable, tableClass } from "./record";
import { mulMod } from "./remainders";
import { select } from "./select";
import { spread, spread1, spread2 } from "./spread";
import { EMPTY_ARRAY, LuaTable } from "./table";
import { TableIterator } from "./table-iterator";
import { unwind } from "./unwind";
import {
  allResults,
  first,
  LuaFloat,
  type LuaFunction,
  type LuaValue,
  pair,
  type Results,
} from "./value";

/** Sets `values` at `from`, `from` + 1, … of a table under construction. */
function setList(t: LuaTable, from: number, values: LuaValue[]): void {
  for (let i = 0; i < values.length; i++) t.µsetInt(from + i, values[i]);
}

/** The table of a named vararg parameter (§3.4.11). */
function namedVarargs(values: LuaValue[]): LuaTable {
  const t = makeTable(new LuaTable([undefined, ...values]));
  t.µsetName("n", values.length);
  return t;
}

/** The values of `...` in a function with a named vararg table. */
function varargTable(t: LuaValue): LuaValue[] {
  const n = t instanceof LuaTable ? t.µgetStr("n") : undefined;
  const count = Number.isSafeInteger(n) ? (n as number) : -1;
  if (count < 0 || count > 0x7fffff) throw operationError("vararg table has no proper 'n'");
  const values: LuaValue[] = new Array(count);
  for (let i = 0; i < count; i++) values[i] = (t as LuaTable).µgetInt(i + 1);
  return values;
}

/** A plain double as a Lua float. */
function box(n: number): LuaValue {
  return Number.isInteger(n) ? new LuaFloat(n) : n;
}

/** A number that is kept as a double, with 1 beside it when it is a float. Zero is never negative. */
function boxNumber(n: number, isFloat: number): LuaValue {
  return isFloat === 1 ? box(n + 0) : n + 0;
}

/** A Lua float as a plain double; undefined for anything else. */
function unbox(v: LuaValue): number | undefined {
  if (v instanceof LuaFloat) return v.n;
  return typeof v === "number" && !Number.isInteger(v) ? v : undefined;
}

/** The first value of `select(n, ...)`. */
function selectFirst(n: LuaValue, values: LuaValue[]): LuaValue {
  if (typeof n === "number" && n > 0 && Number.isInteger(n)) return values[n - 1];
  return n === "#" ? values.length : first(spread1(select, n, values));
}

/** The first of results in array form; any other object or null (suspended) as it is. */
function firstOfArray(r: Results): LuaValue {
  return Array.isArray(r) ? r[0] : r;
}

/** A function that calls `f`, which is none, by its `__call` metamethods. */
function callable(f: LuaValue): LuaFunction {
  const handler = getMetamethod(f, "__call");
  if (handler === undefined) return () => raise(operandError("call", f, 0));
  if (typeof handler !== "function") return (...args) => spread1(call, f, args);
  if (nativeName(handler) === undefined) return (...args) => spread1(handler, f, args);
  return withoutObject(handler) ?? ((...args) => callNative(handler, [f, ...args], 1));
}

/** First result as a condition. */
function truth(v: unknown): boolean {
  const x = first(v as LuaValue);
  return x !== undefined && x !== false;
}

/**
 * Names, each with what it stands for behind it: every start makes this, and an object with as many
 * properties takes twenty times as long.
 */
// biome-ignore format: pairs
export const codegenApi: readonly unknown[] = [
  "S", SUSPENDED,
  "T", LuaTable,
  "TI", TableIterator,
  "EA", EMPTY_ARRAY,
  "E0", Object.freeze([]),
  "TC", tableClass,
  "FL", LuaFloat,
  "BX", box,
  "DB", unbox,
  "BN", boxNumber,
  "I64", LuaInt64,
  "II", isInt,
  "HI", hiOf,
  "LO", loOf,
  "FH", fromHalves,
  "MH", mulHigh,
  "IM", Math.imul,
  "LF", LuaFrame,
  "LX", LoopExit,
  "SC", SLICE,
  "X", control,
  "H", hookApi,
  "Q", Array.isArray,
  "fl", Math.floor,
  "ni", Number.isInteger,
  "ab", Math.abs,
  "U", leave,
  "V", leaveFrame,
  "W", unwind,
  "F", first,
  "SEL", select,
  "SL1", selectFirst,
  "R1", firstOfArray,
  "R2", pair,
  "CF", callable,
  "DF", directly,
  "A", allResults,
  "B", truth,
  "C", call,
  "C1", callFirst,
  "CS", spread,
  "CS1", spread1,
  "CS2", spread2,
  "TK", tick,
  "TF", runsLuaFunction,
  "SV", leaveCompact,
  "AV", awaitedValue,
  "CE", failCompact,
  "MK", markCompact,
  "I", index,
  "N", setIndex,
  "AP", appendTo,
  "AT", appendAt,
  "MT", makeTable,
  "FA", fillArray,
  "SL", setList,
  "NV", namedVarargs,
  "VT", varargTable,
  "GD", globalDefined,
  "NX", next,
  "IX", inext,
  "PR", pairs,
  "IP", ipairs,
  "FP", forPrepare,
  "FLim", forLimit,
  "EN", equalsNumber,
  "eq", equals,
  "lt", lessThan,
  "le", lessEqual,
  "add", add,
  "sub", sub,
  "mul", mul,
  "div", div,
  "mod", mod,
  "MM", mulMod,
  "idiv", idiv,
  "pow", pow,
  "PW", power,
  "unm", unm,
  "band", band,
  "bor", bor,
  "bxor", bxor,
  "shl", shl,
  "shr", shr,
  "bnot", bnot,
  "cat", concat,
  "len", lengthOf,
];

/** `var` that takes names of the runtime from `R`: all, or those that are somewhere in `code`. */
export function namesFromRuntime(code?: string): string {
  let text = "";
  for (let i = 0; i < codegenApi.length; i += 2) {
    const name = codegenApi[i] as string;
    if (code === undefined || code.includes(name))
      text += `${text === "" ? "var " : ","}${name}=R[${i + 1}]`;
  }
  return text === "" ? "" : `${text};`;
}
