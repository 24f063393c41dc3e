/**
 * How Lua values look in JavaScript (§2.1).
 *
 * | Lua                              | JavaScript                                          |
 * | -------------------------------- | --------------------------------------------------- |
 * | nil, boolean                     | `undefined`, boolean                                |
 * | integer, safe (±(2^53-1))        | number with an integral value, never -0             |
 * | integer beyond                   | `LuaInt64`                                          |
 * | float with a fraction, NaN, ±inf | number                                              |
 * | float with an integral value     | `LuaFloat` (1.0, -0.0, 1e300)                       |
 * | string                           | JS string whose chars are bytes 0-255               |
 * | function                         | JS function                                         |
 * | table, thread, userdata          | `LuaTable`, `Coroutine`, `Userdata`                 |
 *
 * A call returns one value raw, and zero or several as a JS array (`Results`): no Lua value is a
 * JS array, so `Array.isArray` tells them apart. The array `SUSPENDED` (see frame.ts) is no result
 * at all but the sign that the callee has been suspended.
 */
import type { LuaError } from "./error";
import type { Frame } from "./frame";
import { fromDouble, LuaInt64, type LuaInteger, toDouble } from "./int64";
import type { LuaTable } from "./table";

/** A float whose value is integral; keeps `1.0` apart from `1`. Immutable. */
export class LuaFloat {
  constructor(readonly n: number) {}
}

/** Anything that is not one of the other classes: files, host objects. */
export class Userdata {
  µmetatable: LuaTable | null;
  constructor(
    /** What the host stored; Lua code can't reach it. */
    readonly value: unknown,
    metatable: LuaTable | null = null,
  ) {
    this.µmetatable = metatable;
  }
}

/** Numbers, because to store an object in another tells the garbage collector of it. */
export enum Status {
  Suspended,
  Running,
  Normal,
  Dead,
}

/** A debug hook, as those see it who do not load what hooks are made of (hooks.ts). */
export interface ThreadHook {
  /** Are events of the coroutine to be reported? */
  readonly isActive: boolean;
  /** Turns a frame and those outside of it over to the hooked form. */
  convert(top: Frame): void;
}

/**
 * What `Coroutine` is, without the machinery. The fields stand in this base class so that the object has room
 * for all of them: others would lie in a second one.
 */
export abstract class Thread {
  status = Status.Suspended;
  /** The innermost frame while the stack is suspended. */
  top: Frame | null = null;
  /** The coroutine that resumed this one. */
  resumer: Thread | null = null;
  nesting = 0;
  /** The function that was called first: the name of a native one goes into its errors. */
  body: LuaValue = undefined;
  /** The error that ended it, for coroutine.close and debug.traceback. */
  error: LuaError | undefined;
  /** Protected calls (pcall, xpcall) under way in it. */
  protectedCalls = 0;
  /** Those of them that have a message handler. */
  handledCalls = 0;
  /**
   * Frames that an error has passed, innermost first, whose variables are still to be closed: an
   * error that nobody in the coroutine catches leaves that to coroutine.close (§2.6).
   */
  unclosed: Frame[] | undefined;
  /** Its variables are being closed for good: there is nobody to yield to. */
  isClosing = false;
  /** Set by debug.sethook for this coroutine. */
  hook: ThreadHook | undefined = undefined;

  constructor(
    /** The function to call at the first resume; undefined once it runs. */
    public entry: LuaValue,
    /** A task's own coroutine can't yield to anybody. */
    readonly isMain = false,
  ) {}
}

// biome-ignore lint/suspicious/noExplicitAny: a Lua function takes any Lua values; natives narrow their own
export type LuaFunction = (...args: any[]) => Results;
export type LuaValue =
  | undefined
  | boolean
  | number
  | LuaFloat
  | LuaInt64
  | string
  | LuaFunction
  | LuaTable
  | Thread
  | Userdata;
/** What a call gives back: one value, or an array of zero or several. */
export type Results = LuaValue | LuaValue[];
/** Either subtype of number. */
export type LuaNumber = number | LuaFloat | LuaInt64;

/** A double as a Lua float. */
export function makeFloat(n: number): number | LuaFloat {
  return Number.isInteger(n) ? new LuaFloat(n) : n;
}

/** True for integers and floats. */
export function isNumber(v: unknown): v is LuaNumber {
  return typeof v === "number" || v instanceof LuaFloat || v instanceof LuaInt64;
}

/** True for values of subtype integer. */
export function isInteger(v: unknown): v is LuaInteger {
  return Number.isSafeInteger(v) || v instanceof LuaInt64;
}

/** True for values of subtype float. */
export function isFloat(v: unknown): v is number | LuaFloat {
  return (typeof v === "number" && !Number.isInteger(v)) || v instanceof LuaFloat;
}

/** Any Lua number as a double. */
export function numberToDouble(v: LuaNumber): number {
  if (typeof v === "number") return v;
  return v instanceof LuaFloat ? v.n : toDouble(v);
}

/** A number as an integer, when it has an exact integer representation (§3.4.3). */
export function numberToInteger(v: LuaNumber): LuaInteger | undefined {
  if (typeof v === "number") return Number.isInteger(v) ? v : undefined;
  return v instanceof LuaFloat ? fromDouble(v.n) : v;
}

/**
 * Two results. Most calls of functions with several results go through here, because then the arrays
 * are all of one kind: an array literal makes arrays of int32, double, or any values as it comes,
 * code that takes them is compiled for those it has seen, and an integer beside a fraction becomes a
 * double.
 */
export function pair(a: LuaValue, b: LuaValue): LuaValue[] {
  return [a, b];
}
// the engine remembers of a literal that one of its arrays held something else than numbers
pair("", 0);

/**
 * An empty list for any values. What `[]` makes becomes an array of doubles with the first fraction, and then also at the
 * next time; integers that are read from one are doubles to the JIT.
 */
export function newList(): LuaValue[] {
  const list: LuaValue[] = [""];
  list.length = 0;
  return list;
}

/** The first of a call's results (never pass `SUSPENDED`). */
export function first(r: Results): LuaValue {
  return Array.isArray(r) ? r[0] : r;
}

/** A call's results as an array. */
export function allResults(r: Results): LuaValue[] {
  return Array.isArray(r) ? r : [r];
}
