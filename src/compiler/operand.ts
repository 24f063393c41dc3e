/** Operands: JavaScript text that is free of side effects and may be repeated. */
import { LuaInt64 } from "../runtime/int64";

/** What is known of an operand when the code is made. */
export enum Kind {
  Any,
  /** A raw JS number with an integral, safe value. */
  Int,
  /** A float constant: raw with a fraction, boxed without. */
  Float,
  /** A float as a plain double, in typed code (floats.ts); any value in untyped code. */
  Double,
  String,
  Boolean,
  Nil,
  /** A `LuaInt64`. */
  Boxed,
  Table,
  Function,
}

export interface Operand {
  code: string;
  kind: Kind;
  /** The value of a constant of kind Int, Float or String. */
  value?: number | string;
}

/**
 * Stands behind the name of a function that is called, until it is printed: another function may stand for it in Lua
 * (interpreted.ts), which the call can do without. No string constant has this character, as these consist of bytes.
 */
export const DIRECT = "\u0192";

export const NIL: Operand = { code: "void 0", kind: Kind.Nil };
export const TRUE: Operand = { code: "true", kind: Kind.Boolean };
export const FALSE: Operand = { code: "false", kind: Kind.Boolean };

export function anyOperand(code: string): Operand {
  return { code, kind: Kind.Any };
}

/** A constant number that needs no box. */
export function numberOperand(n: number): Operand {
  const code = Number.isFinite(n)
    ? n < 0
      ? `(${n})`
      : String(n)
    : Number.isNaN(n)
      ? "(0/0)"
      : n > 0
        ? "(1/0)"
        : "(-1/0)";
  return { code, kind: Number.isInteger(n) ? Kind.Int : Kind.Float, value: n };
}

/** Is it an int32? */
export function fits(v: number | string): boolean {
  return typeof v === "number" && (v | 0) === v;
}

export function stringOperand(s: string): Operand {
  return { code: quote(s), kind: Kind.String, value: s };
}

/** A byte string as a JS literal. `JSON.stringify` leaves bytes 127-255, all legal in JS source. */
export function quote(s: string): string {
  return JSON.stringify(s);
}

/** JS source that makes a boxed constant. */
export function boxedConstant(v: LuaInt64 | number): string {
  if (v instanceof LuaInt64) return `new I64(${v.hi},${v.lo})`;
  return `new FL(${Object.is(v, -0) ? "-0" : v})`;
}

/** Can the operand's value only be true or false, or known never to be nil or false? */
export function truthTest(o: Operand): string {
  switch (o.kind) {
    case Kind.Boolean:
      return o.code;
    case Kind.Nil:
      return "false";
    case Kind.Any:
      return `(${o.code}!==void 0&&${o.code}!==false)`;
    default:
      return "true";
  }
}

/** Access to a property: `.x` or `["x y"]`. */
export function property(name: string): string {
  return isIdentifier(name) ? `.${name}` : `[${quote(name)}]`;
}

/** Letters, digits and `_` only. Without a regular expression, as a program's first one takes 0.05 ms. */
export function isAtom(code: string): boolean {
  for (let i = 0; i < code.length; i++) {
    const c = code.charCodeAt(i);
    const isLetter = ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a) || c === 0x5f;
    if (!isLetter && !isDigit(c)) return false;
  }
  return code !== "";
}

/** The same, and no digit in front. */
export function isIdentifier(name: string): boolean {
  return isAtom(name) && !isDigit(name.charCodeAt(0));
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** Is it the name of a temporary? */
export function isTemp(code: string): boolean {
  return code.charCodeAt(0) === 0x74 && isDigit(code.charCodeAt(1));
}
