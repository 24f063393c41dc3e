/** What names stand for (§2.2, §3.2): a local variable, a compile-time constant, or a field of `_ENV`. */
import type { Name } from "../lexer/names";
import type { ConstantExpr, Expr, GlobalExpr } from "./ast";
import type { Parser } from "./state";

/** What a name that has just been consumed refers to. */
export function resolve(p: Parser, name: Name): Expr {
  const declaration = p.scope.find(name);
  const variable = declaration?.local;
  if (declaration === undefined || variable === undefined) {
    if (declaration === undefined && !p.scope.allowsUndeclared()) {
      p.lx.failBefore(`variable '${name.text}' not declared`);
    }
    const e = makeGlobal(p, name.text);
    const readOnly =
      declaration === undefined ? p.scope.undeclaredAreReadOnly() : declaration.readOnly;
    if (readOnly) p.readOnlyGlobal = e;
    return e;
  }
  const line = p.lx.lastLine;
  if (variable.constant !== undefined) {
    p.scope.useConstant(p.fs, variable);
    const e = copyConstant(variable.constant, line);
    p.constantUse = e;
    p.constantUsed = variable;
    return e;
  }
  p.scope.use(p.fs, declaration, variable);
  return { type: "Local", line, variable };
}

/** `_ENV.name`, of the `_ENV` in scope (§2.2). */
export function makeGlobal(p: Parser, name: string): GlobalExpr {
  const declaration = p.scope.find(p.envName);
  const env = declaration?.local;
  if (declaration === undefined || env === undefined) {
    return p.lx.failBefore(`_ENV is global when accessing variable '${name}'`);
  }
  p.scope.use(p.fs, declaration, env);
  return { type: "Global", line: p.lx.lastLine, name, env };
}

function copyConstant(e: ConstantExpr, line: number): ConstantExpr {
  switch (e.type) {
    case "Integer":
      return { type: e.type, line, value: e.value };
    case "Float":
      return { type: e.type, line, value: e.value };
    case "String":
      return { type: e.type, line, value: e.value };
    default:
      return { type: e.type, line };
  }
}
