/** Lowering of declarations and assignments of variables (§3.3.3, §3.3.7). */
import type {
  AssignStatement,
  CallExpr,
  Expr,
  GlobalExpr,
  GlobalStatement,
  LocalStatement,
  LocalVar,
} from "../parser/ast";
import { isMulti } from "../parser/operators";
import { setSum, sumValue } from "./accumulate";
import { append } from "./append";
import { call, listed, varargs } from "./calls";
import { doubleInto, doubleOperand } from "./expressions";
import { assignIndex, indexName } from "./indexing";
import { endOfList } from "./lines";
import { each, mapped } from "./lists";
import { longValue, setLong } from "./longs";
import type { Lowering } from "./lower";
import { anyOperand, fits, Kind, NIL, type Operand, quote } from "./operand";
import { setWord, wordPart, wordValue } from "./wordvariables";

/** A float constant with an integral value: a variable holds its box, not the raw number. */
function isBoxedFloat(o: Operand): boolean {
  return o.kind === Kind.Float && Number.isInteger(o.value);
}

function partsValue(lo: Lowering, v: LocalVar, e: Expr, line: number): string {
  if (lo.isLong(v)) return longValue(lo, e, line);
  return lo.isSum(v) ? sumValue(lo, v, e, line) : wordValue(lo, e, line);
}

function setParts(lo: Lowering, v: LocalVar, t: string): void {
  if (lo.isLong(v)) setLong(lo, v, t);
  else if (lo.isSum(v)) setSum(lo, v, t);
  else setWord(lo, v, t);
}

export function local(lo: Lowering, s: LocalStatement): void {
  // compile-time constants need no register
  const vars = s.vars;
  if (vars.length === 1 && vars[0]?.constant !== undefined) return;
  const before = lo.opCount;
  const [only] = vars;
  if (only !== undefined && vars.length === 1 && lo.isInParts(only)) {
    const value = partsValue(lo, only, s.exprs[0] as Expr, s.line);
    if (lo.opCount === before) lo.marker(endOfList(s.exprs, s.line));
    lo.declare(only);
    setParts(lo, only, value);
    return;
  }
  const values = listOf(lo, s.exprs, vars.length, true, (i) => vars[i]);
  if (lo.opCount === before) lo.marker(endOfList(s.exprs, s.line));
  each(vars, (v, i) => {
    if (v.constant !== undefined) return;
    lo.context.declares(v, s.exprs[i]);
    lo.declare(v);
    const value = values[i] ?? NIL;
    if (lo.isWord(v)) {
      setWord(lo, v, value.code, `${value.code}w`);
      return;
    }
    // beside others it begins with a constant
    if (lo.isInParts(v)) {
      setParts(lo, v, partsValue(lo, v, s.exprs[i] as Expr, s.line));
      return;
    }
    if (
      !v.assigned &&
      !lo.context.isInspected &&
      value.kind !== Kind.Any &&
      value.kind !== Kind.Nil &&
      value.kind !== Kind.Double
    ) {
      // tables are also known in the functions inside
      if (value.kind === Kind.Table) lo.context.tableVariables.add(v);
      // a loop counts from an integer on
      else if (value.kind !== Kind.Int || value.value === undefined || fits(value.value))
        lo.kindOf.set(v, isBoxedFloat(value) ? Kind.Boxed : value.kind);
    }
    lo.initialise(v, value.code);
    if (v.kind === "close") lo.emitMark(lo.variable(v).code, quote(v.name), s.line);
  });
}

/**
 * Evaluates an expression list to exactly `count` operands (§3.3.3). With `fresh`, a single plain
 * expression may stay as it is because nothing is assigned before it is read. `variable`: what each is for, if it is
 * for a local variable.
 */
export function listOf(
  lo: Lowering,
  exprs: Expr[],
  count: number,
  fresh: boolean,
  variable: (i: number) => LocalVar | undefined = () => undefined,
): Operand[] {
  const operands: Operand[] = [];
  for (let i = 0; i < exprs.length; i++) {
    const e = exprs[i] as Expr;
    const isLast = i === exprs.length - 1;
    if (isLast && isMulti(e) && count > exprs.length) {
      operands.push(...unpack(lo, e, count - i));
    } else {
      const v = variable(i);
      if (v !== undefined && lo.isWord(v)) {
        operands.push(anyOperand(wordPart(lo, e, e.line)));
        continue;
      }
      let o = lo.expecting(v?.isNumeric === true, () =>
        isFloat(lo, v) ? doubleOperand(lo, e) : listed(lo, e),
      );
      if (i >= count) continue;
      if (!(fresh || exprs.length === 1) && o.code.startsWith("r")) {
        // the register may be assigned before this value is used
        const t = lo.newTemp();
        lo.emit(`${t}=${o.code};`);
        if (o.kind === Kind.Double) lo.holdsDouble(t);
        o = { ...o, code: t };
      }
      operands.push(o);
    }
  }
  while (operands.length < count) operands.push(NIL);
  return operands;
}

/** Is the variable kept as a plain double in typed code? */
function isFloat(lo: Lowering, v: LocalVar | undefined): boolean {
  return v !== undefined && v.func === lo.fn && lo.floats.has(v);
}

/** The first `count` values of a multi-valued expression. */
function unpack(lo: Lowering, e: Expr, count: number): Operand[] {
  let results: string[] = [];
  lo.intoTemp((first) => {
    const base = Number(first.slice(1));
    results = Array.from({ length: count }, (_, i) => `t${base + i}`);
    const rest = results.slice(1);
    const spreadOf = (array: string) =>
      `${mapped(rest, (t, i) => `${t}=${array}[${i + 1}];`).join("")}${first}=${array}[0];`;
    const spread = spreadOf(first);
    if (e.type === "Call" || e.type === "MethodCall") {
      const clear = mapped(rest, (t) => `${t}=void 0;`).join("");
      // in a variable of its own: what the JIT learns of it, that it is an array, must not be
      // expected of the first value
      const assign = `if(Q(a)){${spreadOf("a")}}else{if(a===null)break sus;${first}=a;${clear}}`;
      const direct =
        isTraversal(e) && !lo.context.isCompact
          ? (f: string, table: string) => traversal(e.func.name, f, table, results)
          : () => "";
      call(
        lo,
        e,
        (c, _k, f, apply) =>
          c.first !== undefined
            ? `${c.before}${first}=${c.value};if(${first}===null)break sus;${first}=A(${first});${spread}`
            : `${direct(f.code, apply("").slice(1, -1))}{${c.before}a=${c.value};${assign}}`,
        `${first}=A(v);${spread}`,
      );
    } else {
      const va = varargs(lo, e.line);
      if (va === "va") lo.emit(mapped(results, (t, i) => `${t}=va[${i}];`).join(""));
      else lo.emit(`${first}=${va};${spread}`);
    }
  }, count);
  return mapped(results, anyOperand);
}

/** `pairs(t)` or `ipairs(t)`. */
function isTraversal(e: Expr): e is CallExpr & { func: GlobalExpr } {
  return (
    e.type === "Call" &&
    e.func.type === "Global" &&
    (e.func.name === "pairs" || e.func.name === "ipairs") &&
    e.args.length === 1 &&
    !isMulti(e.args[0])
  );
}

/** If that is the standard function and its argument a plain table, its results need no call. */
function traversal(name: string, f: string, table: string, results: string[]): string {
  const known = name === "pairs" ? ["PR", "NX", "void 0"] : ["IP", "IX", "0"];
  const values = [known[1], table, known[2], "void 0"];
  const text = mapped(results, (t, i) => `${t}=${values[i] ?? "void 0"};`).join("");
  return `if(${f}===${known[0]}&&${table} instanceof T&&(${table}).µmetatable===null){${text}}else`;
}

export function global(lo: Lowering, s: GlobalStatement): void {
  const values = listOf(lo, s.exprs, s.targets.length, true);
  for (let i = s.targets.length - 1; i >= 0; i--) {
    const target = s.targets[i] as GlobalExpr;
    checkUndefined(lo, target);
    assignGlobal(lo, target, values[i] ?? NIL);
  }
}

/** `global x = …` must not meet an x that is defined already (§3.3.7). */
export function checkUndefined(lo: Lowering, target: GlobalExpr): void {
  const mark = lo.tempMark;
  lo.intoTemp((t) => {
    indexName(lo, lo.variable(target.env), target.name, t, target);
    lo.op(
      (k) => `k=${k};if(${t}!==void 0)throw GD(${quote(target.name)});`,
      "",
      target.line,
      target,
    );
  });
  lo.releaseTemps(mark);
}

export function assignGlobal(
  lo: Lowering,
  target: GlobalExpr,
  value: Operand,
  live = lo.tempMark,
): void {
  const env = lo.variable(target.env);
  const key: Operand = { code: quote(target.name), kind: Kind.String, value: target.name };
  assignIndex(lo, env, key, value, target, live);
}

export function assign(lo: Lowering, s: AssignStatement): void {
  const [only] = s.targets;
  if (s.targets.length === 1 && only !== undefined && s.exprs.length === 1) {
    const e = s.exprs[0] as Expr;
    if (only.type === "Local") {
      const v = only.variable;
      if (lo.isInParts(v)) setParts(lo, v, partsValue(lo, v, e, s.line));
      else if (isFloat(lo, only.variable)) doubleInto(lo, e, lo.slot(only.variable));
      else if (lo.context.isCell(only.variable))
        lo.assignVariable(only.variable, lo.operand(e).code);
      else lo.expecting(v.isNumeric === true, () => lo.into(e, lo.slot(v)));
      return;
    }
    if (only.type === "Global") {
      assignGlobal(lo, only, lo.operand(e), lo.liveBase);
      return;
    }
    if (append(lo, s)) return;
    const object = lo.operand(only.object);
    const key = lo.operand(only.key);
    assignIndex(lo, object, key, lo.operand(e), only, lo.liveBase);
    return;
  }
  // objects and keys first, then the values, then the assignments from right to left
  const assigned = new Set<string>();
  for (const t of s.targets)
    if (t.type === "Local" && !lo.context.isCell(t.variable)) assigned.add(lo.slot(t.variable));
  const keep = (o: Operand): Operand => {
    if (!assigned.has(o.code)) return o;
    const t = lo.newTemp();
    lo.emit(`${t}=${o.code};`);
    return { ...o, code: t };
  };
  const places = mapped(s.targets, (t) =>
    t.type === "Index"
      ? { object: keep(lo.operand(t.object)), key: keep(lo.operand(t.key)) }
      : undefined,
  );
  const values = listOf(lo, s.exprs, s.targets.length, false, (i) => {
    const t = s.targets[i];
    return t?.type === "Local" ? t.variable : undefined;
  });
  for (let i = s.targets.length - 1; i >= 0; i--) {
    const target = s.targets[i];
    const value = values[i] ?? NIL;
    const place = places[i];
    if (target === undefined) continue;
    if (target.type === "Local" && lo.isWord(target.variable))
      setWord(lo, target.variable, value.code, `${value.code}w`);
    else if (target.type === "Local") lo.assignVariable(target.variable, value.code);
    else if (target.type === "Global") assignGlobal(lo, target, value);
    else if (place !== undefined)
      assignIndex(lo, place.object, place.key, value, target, lo.tempMark);
  }
}
