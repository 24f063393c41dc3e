/**
 * Values between an embedding JS program and Lua. Unlike in builtins, strings are JS text here.
 *
 * | JS to Lua                              | Lua to JS                                          |
 * | -------------------------------------- | -------------------------------------------------- |
 * | `undefined`, `null`                    | nil is `undefined`                                 |
 * | number with an integral value          | integers are numbers, beyond ±(2^53-1) bigints     |
 * | other numbers, `float(2)`              | floats are numbers                                 |
 * | bigint: a 64-bit integer               |                                                    |
 * | string: its UTF-8                      | a string; `Uint8Array` when it is not valid UTF-8  |
 * | `Uint8Array`: the bytes as a string    |                                                    |
 * | array, plain object, `Map`: a new table| a table is a `Table`, live; `toJS()` copies it     |
 * | function (may be async): a function    | an async function that gives an array of results   |
 */

import { LuaError } from "../runtime/error";
import { LuaInt64, toBigInt } from "../runtime/int64";
import { Interrupt } from "../runtime/interrupt";
import { native, nativeName } from "../runtime/native";
import { LuaTable } from "../runtime/table";
import { LuaFloat, type LuaFunction, type LuaValue, Thread, Userdata } from "../runtime/value";
import { bufferToBytes, bytesToBuffer, bytesToText, utf8ToBytes } from "./bytes";
import { inCall } from "./calls";
import { Values } from "./define";
import { HostError } from "./errors";
import { settleReturn } from "./install";
import { isNull } from "./null";
import { LuaScriptError } from "./script-error";
import { entries, toLuaValue } from "./tables";

/** A Lua function as the embedding program sees it. */
export type JsFunction = (...args: unknown[]) => Promise<unknown[]>;

/** Calls a Lua function to its end; given by the Lua object that the values belong to. */
export type Caller = (f: LuaFunction, args: LuaValue[]) => Promise<LuaValue[]>;

/** A Lua table, live: reads and writes are raw and seen by both sides. */
export class Table {
  readonly #converter: Converter;
  readonly #raw: LuaTable;

  constructor(raw: LuaTable, converter: Converter) {
    this.#raw = raw;
    this.#converter = converter;
  }

  /** The engine's table, for builtins. */
  get raw(): LuaTable {
    return this.#raw;
  }

  get(key: unknown): unknown {
    return this.#converter.toJs(this.#raw.µget(this.#converter.toLua(key)));
  }

  set(key: unknown, value: unknown): void {
    const k = this.#converter.toLua(key);
    if (k === undefined || Number.isNaN(k)) throw new TypeError("a table key can't be nil or NaN");
    this.#raw.µset(k, this.#converter.toLua(value));
  }

  /** As Lua's `#`. */
  get length(): number {
    return this.#raw.µlength();
  }

  *entries(): Generator<[key: unknown, value: unknown]> {
    for (const [k, v] of entries(this.#raw))
      yield [this.#converter.toJs(k), this.#converter.toJs(v)];
  }

  [Symbol.iterator](): Generator<[key: unknown, value: unknown]> {
    return this.entries();
  }

  /** A deep copy of plain arrays and objects: `1..n` is an array, everything else an object. */
  toJS(): unknown {
    return this.#converter.copy(this.#raw, new Map());
  }
}

export class Converter {
  private readonly functions = new WeakMap<LuaFunction, JsFunction>();
  private readonly originals = new WeakMap<JsFunction, LuaFunction>();

  constructor(private readonly call: Caller) {}

  toLua(v: unknown, seen: Map<object, LuaTable> = new Map()): LuaValue {
    switch (typeof v) {
      case "undefined":
      case "boolean":
        return v;
      case "number":
      case "bigint":
        return toLuaValue(v);
      case "string":
        return utf8ToBytes(v);
      case "function":
        return this.functionToLua(v as JsFunction);
      case "object":
        return v === null ? undefined : this.objectToLua(v, seen);
      default:
        throw new TypeError(`a ${typeof v} has no counterpart in Lua`);
    }
  }

  private objectToLua(v: object, seen: Map<object, LuaTable>): LuaValue {
    if (v instanceof Table) return v.raw;
    if (v instanceof LuaTable || v instanceof LuaFloat || v instanceof LuaInt64) return v;
    if (v instanceof Userdata || v instanceof Thread) return v;
    if (v instanceof Uint8Array) return bufferToBytes(v);
    const known = seen.get(v);
    if (known !== undefined) return known;
    const t = new LuaTable();
    seen.set(v, t);
    if (Array.isArray(v)) for (const [i, x] of v.entries()) t.µset(i + 1, this.toLua(x, seen));
    else if (v instanceof Map) {
      for (const [k, x] of v) {
        const key = this.toLua(k, seen);
        if (key === undefined || Number.isNaN(key))
          throw new TypeError("a table key can't be nil or NaN");
        t.µset(key, this.toLua(x, seen));
      }
    } else if (isPlain(v)) {
      for (const [k, x] of Object.entries(v)) t.µsetKey(utf8ToBytes(k), this.toLua(x, seen));
    } else throw new TypeError(`a ${v.constructor?.name || "object"} has no counterpart in Lua`);
    return t;
  }

  /** The same function is the same value each time. */
  private functionToLua(v: JsFunction): LuaFunction {
    let f = this.originals.get(v);
    if (f === undefined) {
      f = this.wrap(v, v.name);
      this.originals.set(v, f);
    }
    return f;
  }

  /** A JS function as a Lua function. What it throws is a Lua error with the same message. */
  wrap(f: (...args: unknown[]) => unknown, name: string): LuaFunction {
    const finish = (r: unknown) =>
      r instanceof Values ? new Values(r.list.map((x) => this.toLua(x as unknown))) : this.toLua(r);
    const fail = (e: unknown): never => {
      throw this.thrown(e);
    };
    return native(name === "" ? "?" : name, (...args: LuaValue[]) =>
      settleReturn(name, () => {
        try {
          const r = inCall(() => f(...args.map((a) => this.toJs(a))));
          return r instanceof Promise ? r.then(finish).catch(fail) : finish(r);
        } catch (e) {
          return fail(e);
        }
      }),
    );
  }

  /** What a JS function has thrown, as something that Lua code can catch. */
  private thrown(e: unknown): unknown {
    if (e instanceof HostError || e instanceof LuaError || e instanceof Interrupt) return e;
    // a Lua function that it called has failed: the same error goes on
    if (e instanceof LuaScriptError && e.reason === "error") return this.raised(e.value, e.message);
    if (e instanceof Error) return new HostError(String(e.message || e.name));
    return this.raised(e, "a value without a counterpart in Lua was thrown");
  }

  private raised(value: unknown, otherwise: string): unknown {
    try {
      return new LuaError(this.toLua(value));
    } catch {
      return new HostError(otherwise);
    }
  }

  toJs(v: LuaValue): unknown {
    switch (typeof v) {
      case "string":
        return bytesToText(v) ?? new Uint8Array(bytesToBuffer(v));
      case "function":
        return this.functionToJs(v);
      case "object":
        if (v instanceof LuaTable) return new Table(v, this);
        if (v instanceof LuaFloat) return v.n;
        if (v instanceof LuaInt64) return toBigInt(v);
        return isNull(v) ? null : v;
      default:
        return v;
    }
  }

  private functionToJs(f: LuaFunction): JsFunction {
    let js = this.functions.get(f);
    if (js === undefined) {
      js = async (...args: unknown[]) =>
        (
          await this.call(
            f,
            args.map((a) => this.toLua(a)),
          )
        ).map((r) => this.toJs(r));
      Object.defineProperty(js, "name", { value: nativeName(f) ?? "lua function" });
      this.functions.set(f, js);
      this.originals.set(js, f);
    }
    return js;
  }

  /** Tables become arrays and objects; a table met twice becomes one object. */
  copy(v: LuaValue, seen: Map<LuaTable, unknown>): unknown {
    if (!(v instanceof LuaTable)) return this.toJs(v);
    const known = seen.get(v);
    if (known !== undefined) return known;
    if (isArray(v)) {
      const out: unknown[] = [];
      seen.set(v, out);
      for (let i = 1; i <= v.µlength(); i++) out.push(this.copy(v.µgetInt(i), seen));
      return out;
    }
    const out: Record<string, unknown> = {};
    seen.set(v, out);
    for (const [k, x] of entries(v)) {
      // defined, so that a key "__proto__" is a key like any other
      Object.defineProperty(out, String(this.toJs(k)), {
        value: this.copy(x, seen),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    return out;
  }
}

function isPlain(v: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(v);
  return prototype === Object.prototype || prototype === null;
}

/** True for a table with the keys 1..n only; an empty one when it is marked as an array. */
function isArray(t: LuaTable): boolean {
  let count = 0;
  for (const [key] of entries(t)) if (key !== ++count) return false;
  return count > 0 || t.µmetatable?.µgetStr("__jsontype") === "array";
}
