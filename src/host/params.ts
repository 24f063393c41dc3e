/**
 * Declared parameters of host functions. From one declaration come the argument check with Lua's
 * own messages, the type of the implementation's parameter, and the documentation.
 */
import { argumentError, argumentTypeName, missingError, typeError } from "../runtime/error";
import { LuaInt64, type LuaInteger, toBigInt } from "../runtime/int64";
import { numberToString, parseNumber } from "../runtime/number";
import { LuaTable } from "../runtime/table";
import {
  isNumber,
  type LuaFunction,
  type LuaNumber,
  type LuaValue,
  numberToDouble,
  numberToInteger,
  Userdata,
} from "../runtime/value";
import { bytesToText, bytesToUtf8 } from "./bytes";
import { HostError } from "./errors";
import type { HandleClass } from "./handle";
import { unknownOption } from "./options";

/** What a check that failed says: a text for `bad argument #n to 'f' (text)`. */
export class Mismatch {
  constructor(readonly text: string) {}
}

/** A value that fits becomes `T`; one that doesn't a `Mismatch`. nil never comes here. */
type Check<T> = (value: LuaValue) => T | Mismatch;

/** One declared parameter, or one declared field of a table parameter. */
export class Param<T> {
  constructor(
    readonly name: string,
    /** The type as messages and LuaLS write it. */
    readonly type: string,
    readonly doc: string,
    readonly check: Check<T>,
    /** nil and absent are accepted; the implementation then gets `fallback`. */
    readonly isOptional = false,
    readonly fallback: T | undefined = undefined,
    /** Takes all arguments from here on. */
    readonly isRest = false,
    /** The whole error message instead of Lua's, for scripts that look for it. */
    readonly fault: string | undefined = undefined,
    /** The fields of a table parameter, for the documentation. */
    readonly fields: readonly Param<unknown>[] | undefined = undefined,
    /** Not among the parameters of the original, see `added`. */
    readonly isAdded = false,
  ) {}

  /** nil and absent are accepted and come as `undefined`. */
  optional(): Param<T | undefined> {
    return this.with({ isOptional: true }) as Param<T | undefined>;
  }

  /** nil and absent are accepted and come as `fallback`. */
  default(fallback: T): Param<T> {
    return this.with({ isOptional: true, fallback });
  }

  /** Raises `message` (no position) instead of `bad argument #n to 'f' (…)`. */
  orFail(message: string): Param<T> {
    return this.with({ fault: message });
  }

  /**
   * The original has no such parameter and ignored what came in its place: `json.parse(s:gsub("a", "b"))`
   * passes gsub's count on. So a number is as good as nothing here.
   */
  added(): Param<T> {
    return this.with({ isAdded: true });
  }

  private with(change: Partial<Param<T>>): Param<T> {
    const c = { ...this, ...change };
    return new Param(
      c.name,
      c.type,
      c.doc,
      c.check,
      c.isOptional,
      c.fallback,
      c.isRest,
      c.fault,
      c.fields,
      c.isAdded,
    );
  }

  /** Checks argument number `n` of `count` that were passed. */
  accept(value: LuaValue, n: number, count: number): T {
    if (value === undefined || (this.isAdded && isNumber(value))) {
      if (this.isOptional) return this.fallback as T;
      if (this.fault !== undefined) throw new HostError(this.fault);
      throw n > count ? missingError(n, this.type) : typeError(n, this.type, value);
    }
    const v = this.check(value);
    if (!(v instanceof Mismatch)) return v;
    if (this.fault !== undefined) throw new HostError(this.fault);
    throw argumentError(n, v.text);
  }
}

/** All further arguments; only as the last parameter. */
export class RestParam<T> extends Param<T> {
  declare readonly rest: true;
}

/** The implementation's parameter types for a list of declarations. */
export type ArgumentsOf<P extends readonly Param<unknown>[]> = P extends readonly [
  infer H,
  ...infer R extends readonly Param<unknown>[],
]
  ? H extends RestParam<infer T>
    ? T[]
    : H extends Param<infer T>
      ? [T, ...ArgumentsOf<R>]
      : never
  : [];

/** The object that a record of field declarations becomes. */
export type RecordOf<F extends Record<string, Param<unknown>>> = {
  [K in keyof F]: F[K] extends Param<infer T> ? T : never;
};

function wrongType(expected: string, got: LuaValue): Mismatch {
  return new Mismatch(`${expected} expected, got ${argumentTypeName(got)}`);
}

/** Numbers, and strings that are numerals, as arithmetic takes them (§3.4.3). */
export function toNumber(v: LuaValue): LuaNumber | undefined {
  if (isNumber(v)) return v;
  return typeof v === "string" ? parseNumber(v) : undefined;
}

function toInteger(v: LuaValue, range: Range): LuaInteger | Mismatch {
  const x = toNumber(v);
  if (x === undefined) return wrongType("integer", v);
  const i = numberToInteger(x);
  if (i === undefined) return new Mismatch("number has no integer representation");
  return outside(typeof i === "number" ? i : numberToDouble(i), range) ?? i;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

function outside(n: number, { min = -Infinity, max = Infinity }: Range): Mismatch | undefined {
  if (n >= min && n <= max) return undefined;
  const got = numberToString(n);
  if (min === -Infinity) return new Mismatch(`value at most ${max} expected, got ${got}`);
  if (max === Infinity) return new Mismatch(`value at least ${min} expected, got ${got}`);
  return new Mismatch(`value from ${min} to ${max} expected, got ${got}`);
}

interface StringOptions {
  /** Numbers are not converted. */
  readonly strict?: boolean;
}

function checkString(v: LuaValue, options: StringOptions): string | Mismatch {
  if (typeof v === "string") return v;
  if (isNumber(v) && !options.strict) return numberToString(v);
  return wrongType("string", v);
}

/** The declarators: `p.string("url")`, `p.table("opts").optional()`, `p.rest(p.any("values"))`. */
export const p = {
  /** A byte string. Numbers are converted unless `strict`. */
  string: (name: string, doc = "", options: StringOptions = {}): Param<string> =>
    new Param(name, "string", doc, (v) => checkString(v, options)),

  /** JS text: the string must be valid UTF-8. Numbers are converted unless `strict`. */
  text: (name: string, doc = "", options: StringOptions = {}): Param<string> =>
    new Param(name, "string", doc, (v) => {
      const s = checkString(v, options);
      if (s instanceof Mismatch) return s;
      return bytesToText(s) ?? new Mismatch("string is not valid UTF-8");
    }),

  /** One of some words. */
  choice: <const W extends string>(name: string, words: readonly W[], doc = ""): Param<W> =>
    new Param(name, words.map((w) => `"${w}"`).join("|"), doc, (v) => {
      if (typeof v !== "string") return wrongType("string", v);
      const word = words.find((w) => w === v);
      return word ?? new Mismatch(`invalid option '${bytesToUtf8(v)}'`);
    }),

  /** Any number, as a double. Numeric strings are converted. */
  number: (name: string, doc = "", range: Range = {}): Param<number> =>
    new Param(name, "number", doc, (v) => {
      if (typeof v === "number" && range.min === undefined && range.max === undefined) return v;
      const x = toNumber(v);
      if (x === undefined) return wrongType("number", v);
      const n = numberToDouble(x);
      return outside(n, range) ?? n;
    }),

  /** An integer within ±(2^53-1). Floats and strings with such a value are converted. */
  integer: (name: string, doc = "", range: Range = {}): Param<number> =>
    new Param(name, "integer", doc, (v) => {
      const i = toInteger(v, range);
      return i instanceof LuaInt64 ? new Mismatch("number out of range") : i;
    }),

  /** Any 64-bit integer: a number when it is safe, a bigint beyond. */
  int64: (name: string, doc = ""): Param<number | bigint> =>
    new Param(name, "integer", doc, (v) => {
      const i = toInteger(v, {});
      return i instanceof LuaInt64 ? toBigInt(i) : i;
    }),

  boolean: (name: string, doc = ""): Param<boolean> =>
    new Param(name, "boolean", doc, (v) => (typeof v === "boolean" ? v : wrongType("boolean", v))),

  table: (name: string, doc = ""): Param<LuaTable> =>
    new Param(name, "table", doc, (v) => (v instanceof LuaTable ? v : wrongType("table", v))),

  function: (name: string, doc = ""): Param<LuaFunction> =>
    new Param(name, "function", doc, (v) =>
      typeof v === "function" ? v : wrongType("function", v),
    ),

  /** Any value, nil too. */
  any: (name: string, doc = ""): Param<LuaValue> =>
    new Param<LuaValue>(name, "any", doc, (v) => v, true),

  /** One of several declarations, tried in order; `type` names them in messages. */
  either: <A, B>(a: Param<A>, b: Param<B>): Param<A | B> =>
    new Param<A | B>(a.name, `${a.type}|${b.type}`, a.doc || b.doc, (v) => {
      const x = a.check(v);
      if (!(x instanceof Mismatch)) return x;
      const y = b.check(v);
      if (!(y instanceof Mismatch)) return y;
      // the one whose type fits says best what is wrong: "field 'limit': …"
      const wrong = `, got ${argumentTypeName(v)}`;
      return [x, y].find((m) => !m.text.endsWith(wrong)) ?? wrongType(`${a.type} or ${b.type}`, v);
    }),

  /** A handle of a class declared with `defineHandle`; comes as the host value inside. */
  handle: <T>(cls: HandleClass<T>, name: string, doc = ""): Param<T> =>
    new Param(name, cls.name, doc, (v) => {
      const inner = v instanceof Userdata ? cls.unwrap(v) : undefined;
      return inner ?? wrongType(cls.name, v);
    }),

  /**
   * A table of named options, as a JS object. Fields are read raw; names that are not declared are
   * refused, as typing mistakes, or ignored when `open`.
   */
  record: <const F extends Record<string, Param<unknown>>>(
    name: string,
    fields: F,
    doc = "",
    options: { open?: boolean } = {},
  ): Param<RecordOf<F>> =>
    new Param<RecordOf<F>>(
      name,
      "table",
      doc,
      (v) => (v instanceof LuaTable ? readRecord(v, fields, options) : wrongType("table", v)),
      false,
      undefined,
      false,
      undefined,
      Object.values(fields),
    ),

  /** A `record` that may be left out, all of its fields being optional: each then comes as its own default. */
  options: <const F extends Record<string, Param<unknown>>>(
    name: string,
    fields: F,
    doc = "",
  ): Param<RecordOf<F>> =>
    p
      .record(name, fields, doc)
      .default(
        Object.fromEntries(
          Object.entries(fields).map(([key, field]) => [key, field.fallback]),
        ) as RecordOf<F>,
      ),

  /** All arguments from here on, each checked as `param`. */
  rest: <T>(param: Param<T>): RestParam<T> =>
    new RestParam(param.name, param.type, param.doc, param.check, true, param.fallback, true),
};

function readRecord<F extends Record<string, Param<unknown>>>(
  table: LuaTable,
  fields: F,
  { open = false }: { open?: boolean },
): RecordOf<F> | Mismatch {
  const out: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const v = table.µgetStr(key);
    if (v === undefined) {
      if (!field.isOptional)
        return new Mismatch(field.fault ?? `field '${key}': ${field.type} expected, got nil`);
      out[key] = field.fallback;
      continue;
    }
    const x = field.check(v);
    if (x instanceof Mismatch) return new Mismatch(field.fault ?? `field '${key}': ${x.text}`);
    out[key] = x;
  }
  const unknown = open ? undefined : unknownOption(table, Object.keys(fields));
  if (unknown !== undefined) return new Mismatch(unknown);
  return out as RecordOf<F>;
}
