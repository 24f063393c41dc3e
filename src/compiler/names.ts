/**
 * How C Lua names the variable behind an expression in its messages: `global 'x'`, `local 'a'`,
 * `upvalue 'b'`, `field 'c'`, `method 'm'`, `constant 'k'` (ldebug.c explains them from registers;
 * here the expression itself is at hand).
 */
import type { BinaryOp, Expr, FunctionBody } from "../parser/ast";
import { HELPERS } from "./arith";
import type { OpInfo } from "./ir";

/** Kind and name of a value's origin, or undefined when it has no name. */
export interface ValueName {
  kind: string;
  name: string;
}

/** What C Lua calls a value that no variable is known to hold. */
export const UNNAMED = "(temporary)";

/**
 * The name in code without debug information: local variables have none, upvalues are '?', so that no field is known
 * to be one of _ENV.
 */
export function strippedName(name: ValueName | undefined): ValueName | undefined {
  switch (name?.kind) {
    case "local":
      return undefined;
    case "upvalue":
      return { ...name, name: "?" };
    case "global":
      return { ...name, kind: "field" };
    default:
      return name;
  }
}

/** The kind and name of the variable; undefined where C Lua knows none, either. */
export function nameOf(expr: Expr, fn: FunctionBody): ValueName | undefined {
  switch (expr.type) {
    case "Local": {
      const v = expr.variable;
      if (v.constant !== undefined) return nameOf(v.constant, fn);
      return { kind: v.func === fn ? "local" : "upvalue", name: v.name };
    }
    case "Global":
      return { kind: "global", name: expr.name };
    case "Index":
      return fieldName(expr.object, keyName(expr.key));
    case "String":
      return { kind: "constant", name: untilNul(expr.value) };
    default:
      return undefined;
  }
}

/** Messages show no more of a string. */
function untilNul(s: string): string {
  const end = s.indexOf("\0");
  return end < 0 ? s : s.slice(0, end);
}

/** Largest integer key that C Lua's virtual machine has in an instruction. */
const MAX_INTEGER_KEY = 255;
const INTEGER_INDEX = "integer index";

/** What stands for a key in a field's name. */
function keyName(key: Expr): string {
  const k = key.type === "Local" ? (key.variable.constant ?? key) : key;
  if (k.type === "String") return untilNul(k.value);
  const { value } = k as { value?: unknown };
  const isSmall =
    k.type === "Integer" && typeof value === "number" && value >= 0 && value <= MAX_INTEGER_KEY;
  return isSmall ? INTEGER_INDEX : "?";
}

function fieldName(object: Expr, key: string): ValueName {
  // `_ENV.x` is a global by whatever way it is written
  const isEnv = key !== INTEGER_INDEX && object.type === "Local" && object.variable.name === "_ENV";
  return { kind: isEnv ? "global" : "field", name: key };
}

/** The name of the function called by an operation, or of the metamethod that it stands for. */
export function calleeName(op: OpInfo | undefined, fn: FunctionBody): ValueName | undefined {
  const expr = op?.expr;
  if (op === undefined || expr === undefined) return undefined;
  if (typeof expr === "string") {
    if (expr === "for iterator") return { kind: "for iterator", name: "for iterator" };
    if (expr === "close") return { kind: "metamethod", name: "close" };
    return undefined;
  }
  switch (expr.type) {
    case "Call":
      return nameOf(expr.func, fn);
    case "MethodCall":
      // looking the method up is an operation of its own
      if (op.callee === undefined) return { kind: "metamethod", name: "index" };
      return { kind: "method", name: expr.name };
    case "Index":
    case "Global":
      return { kind: "metamethod", name: op.isStore ? "newindex" : "index" };
    case "Binary":
      return { kind: "metamethod", name: METAMETHODS[expr.op] ?? "?" };
    case "Unary":
      return {
        kind: "metamethod",
        name: expr.op === "#" ? "len" : expr.op === "-" ? "unm" : "bnot",
      };
    default:
      return undefined;
  }
}

/** Those of arithmetic are called as the helpers are. */
const METAMETHODS: Partial<Record<BinaryOp, string>> = {
  ...HELPERS,
  "..": "concat",
  "==": "eq",
  "~=": "eq",
  "<": "lt",
  ">": "lt",
  "<=": "le",
  ">=": "le",
};
