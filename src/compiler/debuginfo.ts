/** What error messages and the debug library need to know of a function, computed when asked. */
import type { DebugInfo, LocalInfo, ValueName } from "../runtime/proto";
import type { Expr } from "../parser/ast";
import type { FunctionCode } from "./ir";
import { calleeName, nameOf } from "./names";
import { frameLayout } from "./print";

export function debugInfo(code: FunctionCode): DebugInfo {
  let locals: LocalInfo[] | undefined;
  return {
    calleeName: (k) => calleeName(code.ops[k]?.expr, code.body),
    operandName: (k, operand) => {
      const expr = code.ops[k]?.expr;
      return expr === undefined || typeof expr === "string"
        ? undefined
        : operandName(expr, operand, code);
    },
    get locals() {
      locals ??= localInfo(code);
      return locals;
    },
    activeLines: () => [...new Set(code.ops.slice(1).map((op) => op.line))],
  };
}

function operandName(expr: Expr, operand: 0 | 1, code: FunctionCode): ValueName | undefined {
  const fn = code.body;
  switch (expr.type) {
    case "Index":
      return nameOf(operand === 0 ? expr.object : expr.key, fn);
    case "Global":
      // indexing _ENV itself
      return { kind: expr.env.func === fn ? "local" : "upvalue", name: "_ENV" };
    case "Binary":
      return nameOf(operand === 0 ? expr.left : expr.right, fn);
    case "Unary":
      return nameOf(expr.operand, fn);
    case "Call":
      return nameOf(expr.func, fn);
    case "MethodCall":
      return operand === 0 ? nameOf(expr.object, fn) : { kind: "method", name: expr.name };
    default:
      return undefined;
  }
}

function localInfo(code: FunctionCode): LocalInfo[] {
  const layout = frameLayout(code);
  return code.locals.map((l) => ({
    name: l.name,
    slot: layout.indexOf(l.register),
    cell: l.cell,
    from: l.from,
    to: l.to,
  }));
}
