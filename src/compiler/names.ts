/**
 * How C Lua names the variable behind an expression in its messages: `global 'x'`, `local 'a'`,
 * `upvalue 'b'`, `field 'c'`, `method 'm'`, `constant 'k'` (ldebug.c explains them from registers;
 * here the expression itself is at hand).
 */
import type { Expr, FunctionBody } from "../parser/ast";
import type { ImplicitOp } from "./ir";

/** Kind and name of a value's origin, or undefined when it has no name. */
export interface ValueName {
  kind: string;
  name: string;
}

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
      return expr.key.type === "String" ? fieldName(expr.object, expr.key.value) : undefined;
    case "MethodCall":
      return undefined;
    case "String":
      return { kind: "constant", name: expr.value };
    default:
      return undefined;
  }
}

function fieldName(object: Expr, key: string): ValueName {
  // `_ENV.x` is a global by whatever way it is written
  const isEnv = object.type === "Local" && object.variable.name === "_ENV";
  return { kind: isEnv ? "global" : "field", name: key };
}

/** The name of the function called by the operation that `expr` stands for. */
export function calleeName(
  expr: Expr | ImplicitOp | undefined,
  fn: FunctionBody,
): ValueName | undefined {
  if (expr === undefined) return undefined;
  if (typeof expr === "string") {
    if (expr === "for iterator") return { kind: "for iterator", name: "for iterator" };
    if (expr === "close") return { kind: "metamethod", name: "close" };
    return undefined;
  }
  switch (expr.type) {
    case "Call":
      return nameOf(expr.func, fn);
    case "MethodCall":
      return { kind: "method", name: expr.name };
    case "Index":
    case "Global":
      return { kind: "metamethod", name: "index" };
    case "Binary":
      return { kind: "metamethod", name: METAMETHODS[expr.op] ?? "?" };
    case "Unary":
      return { kind: "metamethod", name: expr.op === "#" ? "len" : expr.op === "-" ? "unm" : "bnot" };
    default:
      return undefined;
  }
}

const METAMETHODS: Record<string, string> = {
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
  "..": "concat",
  "==": "eq",
  "~=": "eq",
  "<": "lt",
  ">": "lt",
  "<=": "le",
  ">=": "le",
};
