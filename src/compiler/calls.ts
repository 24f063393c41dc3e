/**
 * Lowering of calls (§3.4.10), argument lists and multiple results: `multi` evaluates a multi-valued
 * expression into an array, `list` a list that may end in one.
 */
import type { CallExpr, Expr, MethodCallExpr } from "../parser/ast";
import { isMulti } from "../parser/operators";
import { getField } from "./indexing";
import { hasStandIn } from "./interpretable";
import { endLine } from "./lines";
import { mapped } from "./lists";
import type { Lowering } from "./lower";
import { anyOperand, DIRECT, isTemp, Kind, type Operand } from "./operand";

/** An array with the extra arguments. The array is never written to. */
export function varargs(lo: Lowering, line: number): string {
  const table = lo.fn.varargTable;
  if (table !== undefined) {
    // the named vararg table is what `...` stands for (§3.4.11)
    const t = lo.newTemp();
    const { code } = lo.variable(table);
    lo.op((k) => `k=${k};${t}=VT(${code});`, "", line, undefined);
    return t;
  }
  lo.usesVarargArray = true;
  return "va";
}

/** Evaluates a multi-valued expression to its results: one value, or an array never written to. */
export function multi(lo: Lowering, e: Expr): string {
  if (e.type === "Vararg") return varargs(lo, e.line);
  return lo.intoTemp((t) => {
    if (e.type === "Call" || e.type === "MethodCall")
      call(lo, e, (c) => `${c.before}if((${t}=${c.value})===null)break sus;`, `${t}=v`);
  });
}

/** A list evaluated to `[fixed values…, ...spread]`. */
export interface ListText {
  fixed: Operand[];
  /** JS text of the results of the last expression: an array, or one value. */
  spread: string | undefined;
}

/** Are the results that the text stands for an array in any case? */
function isArray(spread: string): boolean {
  return spread === "va" || spread.startsWith("VT(");
}

/** An expression in a list; one without operations is on a line of its own for debug hooks. */
export function listed(lo: Lowering, e: Expr): Operand {
  const before = lo.opCount;
  const o = lo.operand(e);
  if (lo.opCount === before) lo.marker(endLine(e));
  return o;
}

export function list(lo: Lowering, exprs: Expr[]): ListText {
  const last = exprs[exprs.length - 1];
  if (!isMulti(last)) return { fixed: mapped(exprs, (e) => listed(lo, e)), spread: undefined };
  const fixed = mapped(exprs.slice(0, -1), (e) => listed(lo, e));
  return { fixed, spread: multi(lo, last) };
}

/** A list as an array behind `first`; one result is by far the most common case of a call's. */
export function arrayText(first: string[], spread: string): string {
  const many = `[${[...first, `...${spread}`].join(",")}]`;
  return isArray(spread) ? many : `Q(${spread})?${many}:[${[...first, spread].join(",")}]`;
}

function codes(l: ListText): string[] {
  return mapped(l.fixed, (o) => o.code);
}

/** A list as the elements of an array. */
function listText(l: ListText): string {
  const parts = codes(l);
  if (l.spread !== undefined) parts.push(`...${isArray(l.spread) ? l.spread : `A(${l.spread})`}`);
  return parts.join(",");
}

/** A call of `f` with the list behind the arguments `first`; `isCompact`: its text is there once. */
function applied(f: string, first: string[], l: ListText, isCompact: boolean): string {
  const fixed = [...first, ...codes(l)];
  const { spread } = l;
  if (spread === undefined) return `${f}(${fixed.join(",")})`;
  if (isCompact) return `${f}(${[...first, listText(l)].join(",")})`;
  const many =
    fixed.length <= 2
      ? `CS${fixed.length || ""}(${[f, ...fixed, spread].join(",")})`
      : `${f}(${[...fixed, `...${spread}`].join(",")})`;
  if (isArray(spread)) return many;
  // one result is by far the most common case
  return `(Q(${spread})?${many}:${f}(${[...fixed, spread].join(",")}))`;
}

/** A call as text: statements that come before it, and the JS call itself. */
interface CallText {
  before: string;
  value: string;
  /** The same with the first result only, or null; undefined if there is no helper for that. */
  first?: string;
}

/** The text of a call of what the callee's text names, or of a helper that calls it. */
export type Apply = (callee: string, helper?: string) => string;

/**
 * Calls `f`. A callee that may be no function is replaced by one that applies `__call`, so that
 * there is one JS call only.
 */
export function callText(lo: Lowering, f: Operand, apply: Apply, k: number): CallText {
  const number = `k=${k};`;
  if (callsByHelper(lo))
    return { before: number, value: apply(f.code, "C"), first: apply(f.code, "C1") };
  if (f.kind === Kind.Function) return { before: number, value: apply(f.code) };
  if (f.kind !== Kind.Any) return { before: number, value: apply(`CF(${f.code})`) };
  if (isTemp(f.code)) {
    const check = `if(typeof ${f.code}!=="function")${f.code}=CF(${f.code});`;
    return { before: number + check, value: apply(f.code) };
  }
  const check = `h=typeof ${f.code}==="function"?${f.code}:CF(${f.code});`;
  return { before: number + check, value: apply("h") };
}

/** Compact code has calls of functions by helpers, but for hooked code, which has its own. */
function callsByHelper(lo: Lowering): boolean {
  return lo.context.isCompact && !lo.isHooked;
}

/** Evaluates callee and arguments, then emits the call as one operation. */
export function call(
  lo: Lowering,
  e: CallExpr | MethodCallExpr,
  text: (call: CallText, k: number, f: Operand, apply: Apply) => string,
  resume: string,
): void {
  let f: Operand;
  let self = "";
  if (e.type === "MethodCall") {
    const object = lo.operand(e.object);
    const t = lo.newTemp();
    const get = getField(lo, object.code, e.name);
    // an index operation of its own, named after the method in messages
    lo.op(
      (k) => `k=${k};${t}=${get};if(${t}===null)break sus;`,
      `${t}=F(v)`,
      e.line,
      e,
      undefined,
      lo.tempMark,
    );
    f = anyOperand(t);
    self = object.code;
  } else f = lo.operand(e.func);
  const args = takesAllArguments(lo, e)
    ? { fixed: mapped(e.args, (a) => listed(lo, a)), spread: undefined }
    : list(lo, e.args);
  const first = self === "" ? [] : [self];
  const { isCompact } = lo.context;
  const apply: Apply = (name, helper) =>
    helper === undefined
      ? applied(name, first, args, isCompact)
      : applied(helper, [name, ...first], args, isCompact);
  // hooked code calls everything through a helper
  const callee: Operand = lo.isHooked ? { code: f.code, kind: Kind.Boxed } : itself(lo, f, e);
  lo.op((k) => text(callText(lo, callee, apply, k), k, callee, apply), resume, e.line, e, f.code);
}

/** A function by its name, without the one that stands for it in Lua, if one does. */
function itself(lo: Lowering, f: Operand, e: CallExpr | MethodCallExpr): Operand {
  if (e.type !== "Call" || e.func.type !== "Local") return f;
  const fn = lo.context.functionVariables.get(e.func.variable);
  if (fn === undefined || !hasStandIn(fn, lo.context)) return f;
  return { code: f.code + DIRECT, kind: Kind.Function };
}

/** `select(n, ...)` or `select(n, f())`, cut to one value. */
export function isSelect(lo: Lowering, e: CallExpr | MethodCallExpr): e is CallExpr {
  if (e.type !== "Call" || e.func.type !== "Global" || e.func.name !== "select") return false;
  if (lo.context.isCompact || e.args.length !== 2 || !isMulti(e.args[1])) return false;
  return e.args[1]?.type === "Vararg" ? lo.fn.varargTable === undefined : !lo.isHooked;
}

/** If `select` is the standard function, one value is picked without passing all of them. */
export function selectValue(lo: Lowering, e: CallExpr, target: string): void {
  const f = lo.operand(e.func);
  const args = list(lo, e.args);
  const [n] = args.fixed as [Operand];
  const values = args.spread as string;
  const picked = isCount(e.args[0])
    ? [`${values}.length`, "1"]
    : [`SL1(${n.code},${values})`, `SL1(${n.code},[${values}])`];
  const pick = isArray(values) ? picked[0] : `Q(${values})?${picked.join(":")}`;
  lo.op(
    (k) => {
      const c = callText(
        lo,
        lo.isHooked ? { ...f, kind: Kind.Boxed } : f,
        (name) => applied(name, [], args, false),
        k,
      );
      return (
        `if(${f.code}===SEL){k=${k};${target}=${pick}}else{${c.before}${target}=${c.value};` +
        `if(typeof ${target}==="object"&&(${target}=R1(${target}))===null)break sus;}`
      );
    },
    `${target}=F(v)`,
    e.line,
    e,
    f.code,
  );
}

/** `select("#", ...)`: how many values there are. */
function isCount(n: Expr | undefined): boolean {
  return n?.type === "String" && n.value === "#";
}

/**
 * Is the callee a known function whose parameters are all given, so that the last argument counts
 * for one value whatever it returns?
 */
export function takesAllArguments(lo: Lowering, e: CallExpr | MethodCallExpr): boolean {
  if (e.type !== "Call" || e.func.type !== "Local") return false;
  const fn = lo.context.functionVariables.get(e.func.variable);
  return fn !== undefined && !fn.isVararg && e.args.length >= fn.params.length;
}
