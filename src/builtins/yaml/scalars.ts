/**
 * What plain (unquoted) scalars mean: YAML 1.2's core schema, with binary integers on top. `yes`,
 * `on`, dates and numbers with leading zeros are strings.
 */
import { float, integer, type LuaValue, utf8ToBytes } from "../../host";

/** Stands for YAML's null; infinities and NaN are read as null, too, as JSON has none. */
export const NULL = Symbol("null");

const CONSTANTS = new Map<string, LuaValue | typeof NULL>([
  ...["", "~", "null", "Null", "NULL"].map((s) => [s, NULL] as const),
  ...["true", "True", "TRUE"].map((s) => [s, true] as const),
  ...["false", "False", "FALSE"].map((s) => [s, false] as const),
]);
const NON_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9]*)$/;
const PREFIXED = /^([-+]?)(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** Digits that a number may have: reading an integer takes more than linear time. */
const MAX_DIGITS = 400;

/** The value of a plain scalar. */
export function resolvePlain(text: string): LuaValue | typeof NULL {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  return resolveNumber(text) ?? utf8ToBytes(text);
}

function resolveNumber(text: string): LuaValue | typeof NULL {
  const c = text.charCodeAt(0);
  // digits, "+", "-" and "."
  if (!((c >= 0x30 && c <= 0x39) || c === 0x2b || c === 0x2d || c === 0x2e)) return undefined;
  if (text.length > MAX_DIGITS) return undefined;
  if (DECIMAL.test(text)) return integer(BigInt(text.startsWith("+") ? text.slice(1) : text));
  const prefixed = PREFIXED.exec(text);
  if (prefixed !== null) {
    const n = BigInt(prefixed[2] as string);
    return integer(prefixed[1] === "-" ? -n : n);
  }
  if (NON_FINITE.test(text)) return NULL;
  if (!FLOAT.test(text)) return undefined;
  const n = Number(text);
  return Number.isFinite(n) ? float(n) : NULL;
}

/** True when the text would not be read as this very string without quotes. */
export function needsQuotes(text: string): boolean {
  if (CONSTANTS.has(text) || OTHER_READERS.test(text)) return true;
  return /^[-+.0-9]/.test(text);
}

/** YAML 1.1 readers take these for booleans and special keys. */
const OTHER_READERS = /^(?:y|n|yes|no|on|off|<<|=)$/i;
