/**
 * Code for arithmetic and bitwise operators (§3.4.1, §3.4.2): a fast path for int32 operands that
 * the JIT compiles to machine arithmetic, everything else through the helper of the same name.
 */
import type { BinaryOp } from "../parser/ast";
import { Kind, type Operand } from "./operand";

/** Names of the helpers in the generated code. */
export const HELPERS: Partial<Record<BinaryOp, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "div",
  "//": "idiv",
  "%": "mod",
  "^": "pow",
  "&": "band",
  "|": "bor",
  "~": "bxor",
  "<<": "shl",
  ">>": "shr",
  "..": "cat",
};

export interface FastPath {
  /** JS condition; "" = always. */
  cond: string;
  /** JS expression, valid under `cond`. */
  expr: string;
}

/** The fast path of `a op b`, or undefined when there is none. `t` is the target. */
export function fastPath(op: BinaryOp, a: Operand, b: Operand, t: string): FastPath | undefined {
  if (!mayBeNumber(a) || !mayBeNumber(b)) return undefined;
  const fraction = a.kind === Kind.Fraction || b.kind === Kind.Fraction;
  const x = a.code;
  const y = b.code;
  switch (op) {
    case "+":
    case "-":
    case "*":
      if (fraction) {
        const cond = and(isNumber(a), isNumber(b), `Math.floor(${t}=${x}${op}${y})!==${t}`);
        return { cond, expr: "" };
      }
      if (op !== "*") return int32(a, b, `${x}${op}${y}`);
      return {
        cond: and(
          isInt32(a),
          isInt32(b),
          `(${t}=${x}*${y})<=9007199254740991&&${t}>=-9007199254740991`,
        ),
        expr: `${t}+0`,
      };
    case "/":
      return {
        cond: and(isNumber(a), isNumber(b), `Math.floor(${t}=${x}/${y})!==${t}`),
        expr: "",
      };
    case "%":
      if (typeof b.value === "number" && b.value <= 0) return undefined;
      return int32(a, b, `(${t}=${x}%${y})<0?${t}+${y}:${t}+0`, positive(b));
    case "//":
      if (typeof b.value === "number" && b.value <= 0) return undefined;
      return int32(a, b, `Math.floor(${x}/${y})`, positive(b));
    case "&":
      return int32(a, b, `${x}&${y}`);
    case "|":
      return int32(a, b, `${x}|${y}`);
    case "~":
      return int32(a, b, `${x}^${y}`);
    case "<<":
      if (typeof b.value !== "number" || b.value < 0 || b.value > 21) return undefined;
      return int32(a, b, `${x}*${1 << b.value}`);
    case ">>":
      if (typeof b.value !== "number" || b.value < 0 || b.value > 31) return undefined;
      return int32(a, b, `${x}>>>${b.value}`, `${x}>=0`);
    default:
      return undefined;
  }
}

function int32(a: Operand, b: Operand, expr: string, extra = ""): FastPath | undefined {
  if (a.kind === Kind.Fraction || b.kind === Kind.Fraction) return undefined;
  if (!fitsInt32(a) || !fitsInt32(b)) return undefined;
  return { cond: and(isInt32(a), isInt32(b), extra), expr };
}

function positive(b: Operand): string {
  return typeof b.value === "number" ? "" : `${b.code}>0`;
}

function mayBeNumber(o: Operand): boolean {
  return o.kind === Kind.Any || o.kind === Kind.Int || o.kind === Kind.Fraction;
}

function fitsInt32(o: Operand): boolean {
  return typeof o.value !== "number" || (o.value | 0) === o.value;
}

function isNumber(o: Operand): string {
  return o.kind === Kind.Any ? `typeof ${o.code}==="number"` : "";
}

export function isInt32(o: Operand): string {
  if (typeof o.value === "number") return fitsInt32(o) ? "" : "false";
  if (o.kind === Kind.Int) return `(${o.code}|0)===${o.code}`;
  return `typeof ${o.code}==="number"&&(${o.code}|0)===${o.code}`;
}

function and(...conditions: string[]): string {
  return conditions.filter((c) => c !== "").join("&&");
}
