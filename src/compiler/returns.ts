/** Lowering of `return`, and of other ways out of scopes (§3.3.4, §3.4.10). */
import type { CallExpr, Expr, MethodCallExpr, ReturnStatement } from "../parser/ast";
import { isMulti } from "../parser/operators";
import { arrayText, call, type ListText, list, listed, multi, takesAllArguments } from "./calls";
import { selfVariable } from "./interpretable";
import type { Node } from "./ir";
import { endOfList } from "./lines";
import { each, mapped } from "./lists";
import type { Lowering } from "./lower";

/** Label of the loop that a function's tail calls to itself continue. */
export const SELF = "self";

/** Jumps out of scopes, closing what has to be closed on the way. */
export function leave(lo: Lowering, level: number, line: number, jump: Node): void {
  if (lo.closeLevel > level) lo.emitClose(level, line);
  lo.emit(jump);
}

function returned(value: string): Node {
  return { type: "return", value };
}

export function returnStatement(lo: Lowering, s: ReturnStatement): void {
  const [only] = s.exprs;
  const line = endOfList(s.exprs, s.line);
  if (s.exprs.length === 0) {
    lo.marker(s.line, true);
    leave(lo, 0, s.line, returned("E0"));
    return;
  }
  if (s.exprs.length === 1 && only !== undefined) {
    if (only.type === "Call" || only.type === "MethodCall") {
      if (lo.closeLevel === 0) tailCall(lo, only);
      else {
        const t = multi(lo, only);
        lo.marker(line, true);
        leave(lo, 0, s.line, returned(t));
      }
      return;
    }
    if (only.type !== "Vararg") {
      const o = lo.operand(only);
      lo.marker(line, true);
      leave(lo, 0, s.line, returned(o.code));
      return;
    }
  }
  const values = list(lo, s.exprs);
  lo.marker(line, true);
  const text = resultsText(values);
  if (lo.closeLevel === 0) lo.emit(returned(text));
  else {
    const t = lo.newTemp();
    lo.emit(`${t}=${text};`);
    leave(lo, 0, s.line, returned(t));
  }
}

function resultsText(values: ListText): string {
  const { spread } = values;
  const fixed = mapped(values.fixed, (o) => o.code);
  if (spread !== undefined) return fixed.length === 0 ? spread : arrayText(fixed, spread);
  return fixed.length === 2 ? `R2(${fixed.join(",")})` : `[${fixed.join(",")}]`;
}

/**
 * `return f(args)` (§3.4.10). A Lua function, or the one that an object's `__call` is, is called outside the
 * `try`, where it is a proper tail call of JavaScript; a native one inside, so that its errors get this line.
 */
function tailCall(lo: Lowering, e: Expr & { type: "Call" | "MethodCall" }): void {
  if (isSelfCall(lo, e)) {
    selfCall(lo, e);
    return;
  }
  const note = (f: string) => (lo.context.allCells ? `X.tailCalled=${f};` : "");
  call(
    lo,
    e,
    (c, k, f, apply) => {
      const isFunction = `typeof ${f.code}==="function"`;
      lo.tailCalls.push({ k, text: apply(`(${isFunction}?${f.code}:CF(${f.code}))`) });
      const isLua = lo.context.isCompact
        ? `TF(${f.code})`
        : `${isFunction}?(${f.code}).native===void 0:TF(${f.code})`;
      return (
        `k=${k};if(${isLua}){${note(f.code)}break tail}` +
        `${c.before}if((h=${c.value})===null)break sus;return h;`
      );
    },
    "return v",
  );
}

/**
 * A tail call of a function to itself assigns the parameters and begins again. In hooked code it stays a call, of
 * which the hook is told.
 */
function selfCall(lo: Lowering, e: CallExpr): void {
  const values = mapped(e.args, (a) => listed(lo, a));
  const { params } = lo.fn;
  // all values first: they may refer to the parameters
  const kept = mapped(values.slice(0, params.length), (v) => {
    if (!v.code.startsWith("r")) return v;
    const t = lo.newTemp();
    lo.emit(`${t}=${v.code};`);
    return { ...v, code: t };
  });
  lo.callsItself = true;
  if (lo.isHooked) {
    lo.marker(e.line);
    const k = lo.opCount;
    const args = mapped(kept, (o) => o.code).join(",");
    lo.tailCalls.push({ k, text: `CF(${lo.context.jsName(lo.fn)})(${args})` });
    lo.emit(`k=${k};break tail;`);
    return;
  }
  each(params, (p, i) => {
    lo.initialise(p, kept[i]?.code ?? "void 0");
  });
  lo.emit(`tc=true;continue ${SELF};`);
}

function isSelfCall(lo: Lowering, e: CallExpr | MethodCallExpr): e is CallExpr {
  return (
    e.type === "Call" &&
    e.func.type === "Local" &&
    e.func.variable === selfVariable(lo.fn, lo.context) &&
    !lo.fn.isVararg &&
    (takesAllArguments(lo, e) || !isMulti(e.args[e.args.length - 1]))
  );
}
