/**
 * JSON values that keep what JavaScript's numbers lose: `1` and `1.0` differ, and 64-bit integers
 * are exact.
 */
import { parseJson as parseLua } from "../builtins/json/parse";
import { utf8ToBytes } from "../host/bytes";
import { HostError } from "../host/errors";

/** A number with its kind; integers are those written without fraction and exponent. */
export class JsonNumber {
  /** The exact value of an integer that fits into 64 bits. */
  readonly integer: bigint | undefined;
  readonly value: number;

  constructor(readonly source: string) {
    this.value = Number(source);
    this.integer = integerOf(source);
  }
}

const MIN = -(2n ** 63n);
const MAX = 2n ** 64n - 1n;

function integerOf(source: string): bigint | undefined {
  // a JSON text's -0 is a float, as it could not keep its sign otherwise
  if (!/^-?\d+$/.test(source) || source === "-0") return undefined;
  const n = BigInt(source);
  return n >= MIN && n <= MAX ? n : undefined;
}

export type Json = null | boolean | string | JsonNumber | Json[] | { [key: string]: Json };

type Reviver = (this: unknown, key: string, value: unknown, context: { source: string }) => unknown;

/**
 * What is wrong with a JSON text that comes from elsewhere: as `json.parse` says it, with the place,
 * behind `what`.
 */
export function jsonFault(text: string, what: string): string | undefined {
  try {
    parseLua(utf8ToBytes(text), {}, what);
    return undefined;
  } catch (e) {
    if (e instanceof HostError) return e.message;
    throw e;
  }
}

/** Parses a JSON text that is known to be one; throws a `SyntaxError` otherwise. */
export function parseJson(text: string): Json {
  const revive: Reviver = (_key, value, context) =>
    typeof value === "number" ? new JsonNumber(context.source) : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as Json;
}

/** Strict equality: no number equals a string, and no integer a float. */
export function jsonEquals(a: Json, b: Json): boolean {
  if (a instanceof JsonNumber || b instanceof JsonNumber) {
    if (!(a instanceof JsonNumber && b instanceof JsonNumber)) return false;
    if (a.integer !== undefined || b.integer !== undefined) return a.integer === b.integer;
    return a.value === b.value;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((v, i) => jsonEquals(v, b[i] as Json));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((k) => Object.hasOwn(b, k) && jsonEquals(a[k] as Json, b[k] as Json));
}

/**
 * As `jsonEquals`, but for what databases and YAML do not say: numbers compare by value, whatever
 * their kind. Exact decimals (`numeric`) come out of a database as texts, and equal the number that
 * is written. A column that is NULL is not in its row, and equals a null.
 */
export function sameValues(a: Json, b: Json): boolean {
  if (typeof a === "string" && b instanceof JsonNumber)
    return /^-?\d+(\.\d+)?$/.test(a) && Number(a) === b.value;
  if (a instanceof JsonNumber && b instanceof JsonNumber)
    return a.integer !== undefined && b.integer !== undefined
      ? a.integer === b.integer
      : a.value === b.value;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((v, i) => sameValues(v, b[i] as Json));
  if (!isObject(a) || !isObject(b)) return jsonEquals(a, b);
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((k) =>
    sameValues(member(a, k), member(b, k)),
  );
}

function member(v: { [key: string]: Json }, key: string): Json {
  return Object.hasOwn(v, key) ? (v[key] as Json) : null;
}

function isObject(v: Json): v is { [key: string]: Json } {
  return typeof v === "object" && v !== null && !Array.isArray(v) && !(v instanceof JsonNumber);
}

/** The JSON text of a value out of a check file; large integers are bigints there. */
export function valueText(v: unknown): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.stringify(v, (_, x: unknown) => (typeof x === "bigint" ? rawJSON(String(x)) : x));
}

/** A value as JSON text, for messages. */
export function jsonText(v: Json): string {
  if (v instanceof JsonNumber) return v.source;
  if (Array.isArray(v)) return `[${v.map(jsonText).join(",")}]`;
  if (typeof v !== "object" || v === null) return JSON.stringify(v);
  const fields = Object.entries(v).map(([k, x]) => `${JSON.stringify(k)}:${jsonText(x)}`);
  return `{${fields.join(",")}}`;
}
