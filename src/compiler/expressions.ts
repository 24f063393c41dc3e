/**
 * Lowering of expressions.
 *
 * `operand` gives text that may be repeated and stays valid while later operands are evaluated;
 * `into` evaluates into a given register or temporary. The rules for calls, indexing, operators,
 * conditions and tables are in files of their own, which come back here by way of `Lowering`.
 */
import type { CallExpr, Expr, FunctionExpr, MethodCallExpr } from "../parser/ast";
import { LuaInt64 } from "../runtime/int64";
import { rawCode } from "./arith";
import { call, isSelect, selectValue, varargs } from "./calls";
import { condition } from "./conditions";
import { indexChain, indexName } from "./indexing";
import { selfVariable } from "./interpretable";
import { kept, mapped } from "./lists";
import type { ExpressionRules, Lowering } from "./lower";
import {
  FALSE,
  isTemp,
  Kind,
  NIL,
  numberOperand,
  type Operand,
  stringOperand,
  TRUE,
} from "./operand";
import {
  binary,
  logical,
  onDoubles,
  onHalves,
  onRawDoubles,
  onRemainders,
  onWords,
  unary,
} from "./operators";
import { tableConstructor } from "./tables";

/** What `Lowering` calls for the parts of an expression. */
export const expressionRules: ExpressionRules = {
  operand,
  numericOperand,
  doubleOperand,
  into,
  numericInto,
  condition,
};

/** An operand in the general form: floats boxed. */
function operand(lo: Lowering, e: Expr): Operand {
  return lo.general(numericOperand(lo, e));
}

/** An operand for arithmetic and comparisons: may be a plain double. */
function numericOperand(lo: Lowering, e: Expr): Operand {
  const evaluated = lo.evaluated.get(e);
  if (evaluated !== undefined) return evaluated;
  switch (e.type) {
    case "Nil":
      return NIL;
    case "True":
      return TRUE;
    case "False":
      return FALSE;
    case "String":
      return stringOperand(e.value);
    case "Integer":
      return e.value instanceof LuaInt64 ? boxed(lo, e.value) : numberOperand(e.value);
    case "Float":
      if (!Number.isInteger(e.value)) return numberOperand(e.value);
      return { ...boxed(lo, e.value), kind: Kind.Float, value: e.value };
    case "Local":
      if (e.variable.constant !== undefined) return numericOperand(lo, e.variable.constant);
      return lo.variable(e.variable);
    case "Paren":
      return numericOperand(lo, e.inner);
    default: {
      let kind = Kind.Any as Kind;
      const code = lo.intoTemp((t) => {
        kind = numericInto(lo, e, t, false);
      });
      if (kind === Kind.Double) lo.holdsDouble(code);
      return { code, kind };
    }
  }
}

/** Evaluates a value for a float variable: a plain double in typed code. */
export function doubleOperand(lo: Lowering, e: Expr): Operand {
  if (e.type === "Binary" || e.type === "Paren" || e.type === "Unary") {
    const code = lo.intoTemp((t) => doubleInto(lo, e, t));
    lo.holdsDouble(code);
    return { code, kind: Kind.Double };
  }
  if (e.type === "Call" || e.type === "Index") {
    const code = lo.intoTemp((t) => checkedDouble(lo, e, t));
    lo.holdsDouble(code);
    return { code, kind: Kind.Double };
  }
  const o = numericOperand(lo, e);
  return lo.isTyped && o.kind === Kind.Float ? { code: rawCode(o), kind: Kind.Double } : o;
}

/** Evaluates what is likely a float (`isFloatValue` in floats.ts), as a plain double in typed code. */
function checkedDouble(lo: Lowering, e: Expr, t: string): void {
  lo.usesDoubles = true;
  lo.into(e, t);
  lo.op(
    (k) =>
      lo.isTyped
        ? `if(typeof ${t}!=="number"||ni(${t})){h=${t};if((${t}=DB(h))===void 0){k=${k};deopt h}}`
        : "",
    `${t}=v`,
    e.line,
    e,
  );
}

/** Evaluates a value for a float variable into its register. */
export function doubleInto(lo: Lowering, e: Expr, target: string): void {
  const inner = e.type === "Paren" ? e.inner : e;
  if (inner.type === "Paren") doubleInto(lo, inner, target);
  else if (inner.type === "Binary") {
    if (!onRawDoubles(lo, inner, target)) binary(lo, inner, target, true);
  } else if (inner.type === "Unary") unary(lo, inner, target, true);
  else {
    const o = doubleOperand(lo, inner);
    if (o.code !== target) lo.emit(`${target}=${o.code};`);
  }
}

function boxed(lo: Lowering, v: LuaInt64 | number): Operand {
  return { code: lo.use(lo.context.constant(v)), kind: Kind.Boxed };
}

/** Evaluates `e`, cut to one value, into `target`; returns what is known of the value. */
function into(lo: Lowering, e: Expr, target: string): Kind {
  const kind = numericInto(lo, e, target, false);
  if (kind !== Kind.Double) return kind;
  if (lo.isTyped) lo.emit(`${target}=BX(${target});`);
  return Kind.Any;
}

/** `string.find` makes no array of its results where only the first counts, as in `if s:find(p)`. */
function firstOnly(lo: Lowering, e: CallExpr | MethodCallExpr, f: Operand): string {
  if (lo.isHooked || !isTemp(f.code)) return "";
  const isFind =
    e.type === "MethodCall"
      ? e.name === "find"
      : e.func.type === "Index" && e.func.key.type === "String" && e.func.key.value === "find";
  return isFind ? `if(${f.code}===X.find)${f.code}=X.findStart;` : "";
}

/**
 * The first of a call's results: only an array or null needs a closer look, and both are objects to `typeof`.
 *
 * Where numbers are expected, a boxed float among thousands of plain ones escapes the samples that the JIT takes of the
 * results, and it would make the variable a plain double, and leave the loop at each box. So there is something on this
 * way that is no number. In code without floats that would only take integers their form.
 */
function firstResult(lo: Lowering, t: string, wantsNumber: boolean): string {
  const isSuspended = `(${t}=R1(${t}))===null`;
  if (!wantsNumber || !lo.context.chunk.hasFloats)
    return `if(typeof ${t}==="object"&&${isSuspended})break sus;`;
  return `if(typeof ${t}==="object"){if(${isSuspended})break sus;if(${t}===void 0)${t}=void 0}`;
}

/** As `into`, but the value may be a plain double; `wanted` if it should be, where it is likely. */
function numericInto(lo: Lowering, e: Expr, target: string, wanted: boolean): Kind {
  const { wantsNumber } = lo;
  lo.wantsNumber = false;
  switch (e.type) {
    case "Function":
      lo.emit(`${target}=${closure(lo, e)};`);
      return Kind.Function;
    case "Global": {
      const env = lo.variable(e.env);
      indexName(lo, env, e.name, target, e, wantsNumber);
      return Kind.Any;
    }
    case "Index":
      indexChain(lo, e, target, wantsNumber);
      return Kind.Any;
    case "Call":
    case "MethodCall":
      if (isSelect(lo, e)) {
        selectValue(lo, e, target);
        return Kind.Any;
      }
      call(
        lo,
        e,
        (c, _k, f) =>
          c.first !== undefined
            ? `${c.before}${target}=${c.first};if(${target}===null)break sus;`
            : `${c.before}${firstOnly(lo, e, f)}${target}=${c.value};${firstResult(lo, target, wantsNumber)}`,
        `${target}=F(v)`,
      );
      return Kind.Any;
    case "Vararg":
      lo.emit(`${target}=${varargs(lo, e.line)}[0];`);
      return Kind.Any;
    case "Paren":
      lo.wantsNumber = wantsNumber;
      return numericInto(lo, e.inner, target, wanted);
    case "Binary":
      return onHalves(lo, e, target) ||
        onWords(lo, e, target) ||
        onRemainders(lo, e, target) ||
        onDoubles(lo, e, target)
        ? Kind.Any
        : binary(lo, e, target, wanted);
    case "Unary":
      return unary(lo, e, target, wanted);
    case "Logical":
      logical(lo, e, target);
      return Kind.Any;
    case "Table":
      tableConstructor(lo, e, target);
      return Kind.Table;
    default: {
      const o = operand(lo, e);
      if (o.code !== target) lo.emit(`${target}=${o.code};`);
      return o.kind;
    }
  }
}

function closure(lo: Lowering, e: FunctionExpr): string {
  const fn = e.func;
  const self = selfVariable(fn, lo.context);
  const cells = mapped(
    kept(fn.upvalues, (v) => v !== self),
    (v) => lo.slot(v),
  );
  return `FM[${fn.id}](${cells.join(",")})`;
}
