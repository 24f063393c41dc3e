/**
 * Code for arithmetic and bitwise operators (§3.4.1, §3.4.2): a fast path for int32 operands that
 * the JIT compiles to machine arithmetic, everything else through the helper of the same name.
 */
import type { BinaryOp } from "../parser/ast";
import { kept } from "./lists";
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

interface FastPath {
  /** JS condition; "" = always. May already assign the target. */
  cond: string;
  /** JS assignment of the target, valid under `cond`; "" if that assigns it. */
  expr: string;
  /** How many scratch variables it uses. */
  scratch?: number;
}

/** The plain number of a float constant, else the operand's text. */
export function rawCode(o: Operand): string {
  if (o.kind !== Kind.Float || o.value === undefined) return o.code;
  return (o.value as number) < 0 || Object.is(o.value, -0)
    ? `(${Object.is(o.value, -0) ? "-0" : o.value})`
    : String(o.value);
}

/** The fast path of `a op b`, or undefined when there is none. `t` is the target. */
export function fastPath(op: BinaryOp, a: Operand, b: Operand, t: string): FastPath | undefined {
  if (!mayBeNumber(a) || !mayBeNumber(b)) return undefined;
  const x = rawCode(a);
  const y = rawCode(b);
  switch (op) {
    case "+":
    case "-":
    case "*": {
      if (isFloatConstant(a) || isFloatConstant(b)) {
        // a result with a fraction is a float in raw form, others have to be boxed
        return {
          cond: and(isNumber(a), isNumber(b), `!ni(${t}=${plain(a, "x0")}${op}${plain(b, "x1")})`),
          expr: "",
          scratch: 2,
        };
      }
      if (!fitsInt32(a) || !fitsInt32(b)) return undefined;
      const exact = op === "*" ? `${t}<=9007199254740991&&${t}>=-9007199254740991` : "";
      // with an integer constant the other operand is likely to be an integer too
      if (a.kind === Kind.Int || b.kind === Kind.Int) {
        const cond = and(isInt32(a), isInt32(b), exact.replace(t, `(${t}=${x}*${y}+0)`));
        return { cond, expr: op === "*" ? "" : `${t}=${x}${op}${y}` };
      }
      // A result with a fraction is a float, whatever the operands; an integral one is the integer
      // only if both operands are integers. In this order neither the float nor the integer case
      // pays for the other: on int32 values `ni` (Number.isInteger) folds away.
      const [m, n] = [a.kind === Kind.Any ? "x0" : x, b.kind === Kind.Any ? "x1" : y];
      const integers = and(`(${m}|0)===${m}`, `(${n}|0)===${n}`, exact);
      return {
        // The product of a negative number and zero is no integer -0. As the addition stands inside, the
        // JIT knows that the sign of zero does not matter, and need not leave integer arithmetic for it.
        cond: and(
          isNumber(a),
          isNumber(b),
          `(!ni(${t}=${plain(a, "x0")}${op}${plain(b, "x1")}${op === "*" ? "+0" : ""})||${integers})`,
        ),
        expr: "",
        scratch: 2,
      };
    }
    case "/":
    case "^":
      return {
        cond: and(
          isNumber(a),
          isNumber(b),
          `!ni(${t}=${floatText(op, plain(a, "x0"), plain(b, "x1"), b)})`,
        ),
        expr: "",
        scratch: 2,
      };
    case "%":
      if (typeof b.value === "number" && b.value <= 0) return undefined;
      // an int32 that comes as a double would be divided by a call
      return int32(a, b, `${t}=(${t}=(${x}|0)%${asInt32(b)})<0?${t}+${y}:${t}+0`, positive(b));
    case "//":
      if (typeof b.value === "number" && b.value <= 0) return undefined;
      return int32(a, b, `${t}=fl(${x}/${y})`, positive(b));
    case "&": {
      const mask = maskOf(a) ?? maskOf(b);
      if (mask === undefined || isFloatConstant(a) || isFloatConstant(b))
        return int32(a, b, `${t}=${x}&${y}`);
      // a mask of 32 bits needs the lower half of a safe integer only
      const o = maskOf(a) === undefined ? a : b;
      return {
        cond: and(isNumber(o), `fl(${o.code})===${o.code}&&${o.code}-${o.code}===0`),
        expr: mask > 0x7fffffff ? `${t}=(${x}&${y})>>>0` : `${t}=${x}&${y}`,
      };
    }
    case "|":
      return int32(a, b, `${t}=${x}|${y}`);
    case "~":
      return int32(a, b, `${t}=${x}^${y}`);
    case "<<":
      if (typeof b.value !== "number" || b.value < 0 || b.value > 21) return undefined;
      return int32(a, b, `${t}=${x}*${1 << b.value}`);
    case ">>":
      // a constant with a fraction is an error
      if (typeof b.value !== "number" || (b.value | 0) !== b.value) return undefined;
      if (b.value < 0 || b.value > 31) return undefined;
      return {
        cond: and(isNumber(a), `(${x}>>>0)===${x}`),
        expr: `${t}=${x}>>>${b.value}`,
      };
    default:
      return undefined;
  }
}

/** An operator that gives a float, on plain doubles; `y` is the text of the operand `b`. */
export function floatText(op: BinaryOp, x: string, y: string, b: Operand): string {
  if (op !== "^") return `${x}${op}${y}`;
  return b.value === 2 ? `(x0=${x})*x0` : `PW(${x},${y})`;
}

function int32(a: Operand, b: Operand, expr: string, extra = ""): FastPath | undefined {
  if (isFloatConstant(a) || isFloatConstant(b)) return undefined;
  if (!fitsInt32(a) || !fitsInt32(b)) return undefined;
  return { cond: and(isInt32(a), isInt32(b), extra), expr };
}

/** A constant of up to 32 bits. */
function maskOf(o: Operand): number | undefined {
  const { value } = o;
  if (o.kind !== Kind.Int || typeof value !== "number") return undefined;
  return value >= 0 && value <= 0xffffffff ? value : undefined;
}

function asInt32(o: Operand): string {
  return typeof o.value === "number" ? o.code : `(${o.code}|0)`;
}

function positive(b: Operand): string {
  return typeof b.value === "number" ? "" : `${b.code}>0`;
}

/**
 * An operand that is known to be a number by now. The `+` says so to the JIT, which else expects of it whatever
 * came before: if that was a boxed float once, the operation would be a call. Into a variable of its own, as the engine
 * leaves out a `+` before an operand of `-`, `*` and `/`.
 */
function plain(o: Operand, scratch: string): string {
  return o.kind === Kind.Any ? `(${scratch}=+${o.code})` : rawCode(o);
}

function mayBeNumber(o: Operand): boolean {
  return (
    o.kind === Kind.Any || o.kind === Kind.Int || o.kind === Kind.Float || o.kind === Kind.Double
  );
}

/** Float constants and plain doubles: used by their plain value, integral or not. */
function isFloatConstant(o: Operand): boolean {
  return o.kind === Kind.Float || o.kind === Kind.Double;
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

/** Conditions without those that stand there already, as the two of `x * x`. */
function and(...conditions: string[]): string {
  return kept(conditions, (c, i) => c !== "" && conditions.indexOf(c) === i).join("&&");
}
