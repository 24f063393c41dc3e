/**
 * Lowering of expressions.
 *
 * `operand` gives text that may be repeated and stays valid while later operands are evaluated;
 * `into` evaluates into a given register or temporary; `condition` gives a JS condition; `multi`
 * evaluates a multi-valued expression into an array.
 */
import type {
  BinaryExpr,
  CallExpr,
  Expr,
  FunctionExpr,
  LogicalExpr,
  MethodCallExpr,
  TableExpr,
} from "../parser/ast";
import { LuaInt64 } from "../runtime/int64";
import { fastPath, HELPERS, isInt32, rawCode } from "./arith";
import { doublesOf } from "./doubles";
import { FloatKind, isFloatOperator } from "./floats";
import { halvesOf } from "./halves";
import type { OpInfo } from "./ir";
import { endLine } from "./lines";
import type { Lowering } from "./lower";
import {
  anyOperand,
  FALSE,
  isHashKey,
  Kind,
  NIL,
  numberOperand,
  type Operand,
  property,
  stringOperand,
  TRUE,
  truthTest,
} from "./operand";

function isTemp(code: string): boolean {
  return /^t\d/.test(code);
}

/** An operand in the general form: floats boxed. */
export function operand(lo: Lowering, e: Expr): Operand {
  return generalOperand(lo, numericOperand(lo, e));
}

/** Boxes a plain double. */
function generalOperand(lo: Lowering, o: Operand): Operand {
  if (o.kind !== Kind.Double) return o;
  const t = lo.newTemp();
  lo.emit(lo.isTyped ? `${t}=BX(${o.code});` : `${t}=${o.code};`);
  return anyOperand(t);
}

/** An operand for arithmetic and comparisons: may be a plain double. */
export function numericOperand(lo: Lowering, e: Expr): Operand {
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
  if (e.type === "Binary" || e.type === "Paren") {
    const code = lo.intoTemp((t) => doubleInto(lo, e, t));
    lo.holdsDouble(code);
    return { code, kind: Kind.Double };
  }
  const o = numericOperand(lo, e);
  return lo.isTyped && o.kind === Kind.Float ? { code: rawCode(o), kind: Kind.Double } : o;
}

/** Evaluates a value for a float variable into its register. */
export function doubleInto(lo: Lowering, e: Expr, target: string): void {
  const inner = e.type === "Paren" ? e.inner : e;
  if (inner.type === "Paren") doubleInto(lo, inner, target);
  else if (inner.type === "Binary") binary(lo, inner, target, true);
  else {
    const o = doubleOperand(lo, inner);
    if (o.code !== target) lo.emit(`${target}=${o.code};`);
  }
}

function boxed(lo: Lowering, v: LuaInt64 | number): Operand {
  return { code: lo.use(lo.context.constant(v)), kind: Kind.Boxed };
}

/** Evaluates `e`, cut to one value, into `target`; returns what is known of the value. */
export function into(lo: Lowering, e: Expr, target: string): Kind {
  const kind = numericInto(lo, e, target, false);
  if (kind !== Kind.Double) return kind;
  if (lo.isTyped) lo.emit(`${target}=BX(${target});`);
  return Kind.Any;
}

/** As `into`, but the value may be a plain double; `wanted` if it should be, where it is likely. */
function numericInto(lo: Lowering, e: Expr, target: string, wanted: boolean): Kind {
  switch (e.type) {
    case "Function":
      lo.emit(`${target}=${closure(lo, e)};`);
      return Kind.Function;
    case "Global": {
      const env = lo.variable(e.env);
      indexName(lo, env, e.name, target, e);
      return Kind.Any;
    }
    case "Index":
      indexChain(lo, e, target);
      return Kind.Any;
    case "Call":
    case "MethodCall":
      if (isSelect(lo, e)) {
        selectVararg(lo, e, target);
        return Kind.Any;
      }
      // only an array or null needs a closer look, and both are objects to `typeof`
      call(
        lo,
        e,
        (c) =>
          `${c.before}${target}=${c.value};if(typeof ${target}==="object"&&(${target}=R1(${target}))===null)break sus;`,
        `${target}=F(v)`,
      );
      return Kind.Any;
    case "Vararg":
      lo.emit(`${target}=${varargs(lo, e.line)}[0];`);
      return Kind.Any;
    case "Paren":
      return numericInto(lo, e.inner, target, wanted);
    case "Binary":
      return onHalves(lo, e, target) || onDoubles(lo, e, target)
        ? Kind.Any
        : binary(lo, e, target, wanted);
    case "Unary":
      return unary(lo, e, target);
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

/** Can the expression give other than one value? */
export function isMulti(e: Expr | undefined): e is CallExpr | MethodCallExpr | Expr {
  return e !== undefined && (e.type === "Call" || e.type === "MethodCall" || e.type === "Vararg");
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
  const o = operand(lo, e);
  if (lo.opCount === before) lo.marker(endLine(e));
  return o;
}

export function list(lo: Lowering, exprs: Expr[]): ListText {
  const last = exprs[exprs.length - 1];
  if (!isMulti(last)) return { fixed: exprs.map((e) => listed(lo, e)), spread: undefined };
  const fixed = exprs.slice(0, -1).map((e) => listed(lo, e));
  return { fixed, spread: multi(lo, last) };
}

/** A list as the elements of an array. */
export function listText(l: ListText): string {
  const parts = l.fixed.map((o) => o.code);
  if (l.spread !== undefined) parts.push(`...${isArray(l.spread) ? l.spread : `A(${l.spread})`}`);
  return parts.join(",");
}

/** A call of `f` with the list behind the arguments `first`. */
function applied(f: string, first: string[], l: ListText): string {
  const fixed = [...first, ...l.fixed.map((o) => o.code)];
  const { spread } = l;
  if (spread === undefined) return `${f}(${fixed.join(",")})`;
  const many = `${f}(${[...fixed, `...${spread}`].join(",")})`;
  if (isArray(spread)) return many;
  // one result is by far the most common case
  return `(Q(${spread})?${many}:${f}(${[...fixed, spread].join(",")}))`;
}

// ----------------------------------------------------------------- calls

/** A call as text: statements that come before it, and the JS call itself. */
export interface CallText {
  before: string;
  value: string;
}

/**
 * Calls `f`. A callee that may be no function is replaced by one that applies `__call`, so that
 * there is one JS call only.
 */
export function callText(f: Operand, apply: (f: string) => string, k: number): CallText {
  const number = `k=${k};`;
  if (f.kind === Kind.Function) return { before: number, value: apply(f.code) };
  if (f.kind !== Kind.Any) return { before: number, value: apply(`CF(${f.code})`) };
  if (isTemp(f.code)) {
    const check = `if(typeof ${f.code}!=="function")${f.code}=CF(${f.code});`;
    return { before: number + check, value: apply(f.code) };
  }
  const check = `h=typeof ${f.code}==="function"?${f.code}:CF(${f.code});`;
  return { before: number + check, value: apply("h") };
}

/** Evaluates callee and arguments, then emits the call as one operation. */
export function call(
  lo: Lowering,
  e: CallExpr | MethodCallExpr,
  text: (call: CallText, k: number, f: Operand, apply: (f: string) => string) => string,
  resume: string,
): void {
  let f: Operand;
  let self = "";
  if (e.type === "MethodCall") {
    const object = operand(lo, e.object);
    const t = lo.newTemp();
    const g = lo.use(lo.context.getter(e.name));
    // an index operation of its own, named after the method in messages
    lo.op(
      (k) => `k=${k};${t}=${g}(${object.code});if(${t}===null)break sus;`,
      `${t}=F(v)`,
      e.line,
      e,
      undefined,
      lo.tempMark,
    );
    f = anyOperand(t);
    self = object.code;
  } else f = operand(lo, e.func);
  const args = takesAllArguments(lo, e)
    ? { fixed: e.args.map((a) => listed(lo, a)), spread: undefined }
    : list(lo, e.args);
  const first = self === "" ? [] : [self];
  const apply = (name: string) => applied(name, first, args);
  // hooked code calls everything through a helper
  const callee: Operand = lo.isHooked ? { code: f.code, kind: Kind.Boxed } : f;
  lo.op((k) => text(callText(callee, apply, k), k, callee, apply), resume, e.line, e, f.code);
}

/** `select(n, ...)` cut to one value. */
function isSelect(lo: Lowering, e: CallExpr | MethodCallExpr): e is CallExpr {
  return (
    e.type === "Call" &&
    e.func.type === "Global" &&
    e.func.name === "select" &&
    e.args.length === 2 &&
    e.args[1]?.type === "Vararg" &&
    lo.fn.varargTable === undefined
  );
}

/** If `select` is the standard function, one argument is picked without passing all of them. */
function selectVararg(lo: Lowering, e: CallExpr, target: string): void {
  const f = operand(lo, e.func);
  const n = operand(lo, e.args[0] as Expr);
  lo.usesVarargArray = true;
  lo.op(
    (k) => {
      const c = callText(
        lo.isHooked ? { ...f, kind: Kind.Boxed } : f,
        (name) => `${name}(${n.code},...va)`,
        k,
      );
      return (
        `if(${f.code}===SEL){k=${k};${target}=SL1(${n.code},va)}else{${c.before}${target}=${c.value};` +
        `if(typeof ${target}==="object"&&(${target}=R1(${target}))===null)break sus;}`
      );
    },
    `${target}=F(v)`,
    e.line,
    e,
    f.code,
  );
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

function closure(lo: Lowering, e: FunctionExpr): string {
  const fn = e.func;
  lo.inner.push(fn);
  const self = lo.context.selfVariables.get(fn);
  const cells = fn.upvalues.filter((v) => v !== self).map((v) => lo.slot(v));
  return `M.m${fn.id}(${cells.join(",")})`;
}

// -------------------------------------------------------------- indexing

/** `a.b.c.d`: walks long chains without recursion. */
function indexChain(lo: Lowering, e: Expr, target: string): void {
  const chain: Expr[] = [];
  let base = e;
  while (base.type === "Index") {
    chain.push(base);
    base = base.object;
  }
  let object = operand(lo, base);
  for (let i = chain.length - 1; i >= 0; i--) {
    const link = chain[i] as Expr & { type: "Index" };
    const mark = lo.tempMark;
    const key = operand(lo, link.key);
    // the result must not overwrite the operands while they are still needed
    let to = i === 0 ? target : lo.newTemp();
    if (to === object.code || to === key.code) to = lo.newTemp();
    indexOperand(lo, object, key, to, link);
    if (i === 0 && to !== target) lo.emit(`${target}=${to};`);
    if (i > 0 && mark + 1 < lo.tempMark) {
      // keep the temporaries of a long chain few
      const keep = lo.tempMark;
      lo.releaseTemps(mark);
      const moved = lo.newTemp();
      if (moved !== to) lo.emit(`${moved}=${to};`);
      to = moved;
      void keep;
    }
    object = anyOperand(to);
  }
}

/** Constants and functions have no fast path; a numeral could not stand before a dot either. */
function mayBeTable(o: Operand): boolean {
  return o.kind === Kind.Any || o.kind === Kind.Table;
}

function indexOperand(lo: Lowering, o: Operand, key: Operand, t: string, e: Expr): void {
  if (typeof key.value === "string") {
    indexName(lo, o, key.value as string, t, e);
    return;
  }
  const slow = (k: number) => `k=${k};${t}=I(${o.code},${key.code});if(${t}===null)break sus;`;
  const integer = key.kind === Kind.Int;
  const negative = typeof key.value === "number" && key.value < 0;
  if ((key.kind !== Kind.Any && !integer) || negative || !mayBeTable(o)) {
    lo.op(slow, `${t}=F(v)`, e.line, e);
    return;
  }
  const isNumber = integer ? "" : `typeof ${key.code}!=="number"||`;
  lo.op(
    (k) =>
      `if(${isNumber}(h=${o.code}?.array)===undefined||(${t}=h[${key.code}])===undefined){${slow(k)}}`,
    `${t}=F(v)`,
    e.line,
    e,
  );
}

/** `t = o.name` */
export function indexName(lo: Lowering, o: Operand, name: string, target: string, e: Expr): void {
  const t = target === o.code ? lo.newTemp() : target;
  const g = lo.use(lo.context.getter(name));
  const slow = (k: number) => `k=${k};${t}=${g}(${o.code});if(${t}===null)break sus;`;
  if (!isHashKey(name) || !mayBeTable(o)) lo.op(slow, `${t}=F(v)`, e.line, e);
  else {
    lo.op(
      (k) =>
        `if((h=${o.code}?.hash)===undefined||(${t}=h${property(name)})===undefined){${slow(k)}}`,
      `${t}=F(v)`,
      e.line,
      e,
    );
  }
  if (t !== target) lo.emit(`${target}=${t};`);
}

/** `o[key] = value`, all operands. */
export function assignIndex(
  lo: Lowering,
  o: Operand,
  key: Operand,
  v: Operand,
  e: Expr,
  live: number,
): void {
  storeIndex(lo, o, key, v, e, live);
  (lo.ops[lo.opCount] as OpInfo).isStore = true;
}

function storeIndex(
  lo: Lowering,
  o: Operand,
  key: Operand,
  v: Operand,
  e: Expr,
  live: number,
): void {
  if (typeof key.value === "string") {
    const name = key.value as string;
    const s = lo.use(lo.context.setter(name));
    const slow = (k: number) => `k=${k};if(${s}(${o.code},${v.code})===null)break sus;`;
    if (!isHashKey(name) || !mayBeTable(o)) lo.op(slow, "", e.line, e, undefined, live);
    else {
      const p = `h${property(name)}`;
      lo.op(
        (k) =>
          `if((h=${o.code}?.hash)!==undefined&&${p}!==undefined)${p}=${v.code};else{${slow(k)}}`,
        "",
        e.line,
        e,
        undefined,
        live,
      );
    }
    return;
  }
  const slow = (k: number) => `k=${k};if(N(${o.code},${key.code},${v.code})===null)break sus;`;
  const integer = key.kind === Kind.Int;
  const dense = key.kind === Kind.Any || (integer && !((key.value as number) < 0));
  if (!dense || v.kind === Kind.Nil || !mayBeTable(o)) {
    lo.op(slow, "", e.line, e, undefined, live);
    return;
  }
  const isNumber = integer ? "" : `typeof ${key.code}==="number"&&`;
  const notNil = v.kind === Kind.Any ? `&&${v.code}!==undefined` : "";
  const slot = `h[${key.code}]`;
  lo.op(
    (k) =>
      `if(${isNumber}(h=${o.code}?.array)!==undefined&&${slot}!==undefined${notNil})${slot}=${v.code};else{${slow(k)}}`,
    "",
    e.line,
    e,
    undefined,
    live,
  );
}

// ------------------------------------------------------------- operators

function binary(lo: Lowering, e: BinaryExpr, target: string, wanted: boolean): Kind {
  if (isComparison(e.op)) {
    const c = comparison(lo, e);
    if (c !== target) lo.emit(`${target}=${c};`);
    return Kind.Boolean;
  }
  if (e.op === "..") {
    concat(lo, e, target);
    return Kind.Any;
  }
  // a+b+c+… nests to the left: walk down without recursion
  const chain: BinaryExpr[] = [e];
  let left = e.left;
  while (left.type === "Binary" && !isComparison(left.op) && left.op !== "..") {
    chain.push(left);
    left = left.left;
  }
  let a = numericOperand(lo, left);
  let known = lo.floats.begin(left);
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i] as BinaryExpr;
    const isFloatNode = isFloatOperator(node.op);
    known = isFloatNode ? lo.floats.combine(known, node.right) : UNKNOWN;
    const isDouble =
      known.kind === FloatKind.Certain || (known.kind === FloatKind.Likely && wanted && i === 0);
    if (!isFloatNode) a = generalOperand(lo, a);
    const mark = lo.tempMark;
    const b = isFloatNode ? numericOperand(lo, node.right) : operand(lo, node.right);
    let to = target;
    if (i > 0) {
      // an intermediate result may take the place of a temporary on its left
      to = isTemp(a.code) && a.code !== target ? a.code : lo.newTemp();
    }
    if (isDouble) doubleArithmetic(lo, node, a, b, to);
    else arithmetic(lo, node, a, b, to);
    if (i > 0 && to === a.code) lo.releaseTemps(mark);
    a = { code: to, kind: isDouble ? Kind.Double : Kind.Any };
    if (i > 0) {
      if (isDouble) lo.holdsDouble(to);
      else lo.holdsAny(to);
    }
  }
  return a.kind;
}

/** Evaluates an expression on 64-bit integers by their halves; false if it is no such expression. */
function onHalves(lo: Lowering, e: BinaryExpr, target: string): boolean {
  const plan = halvesOf(lo, e, (leaf) => {
    const known = lo.evaluated.get(leaf);
    if (known !== undefined) return known.code;
    if (leaf.type !== "Local") throw new Error("not an operand without effects");
    return lo.slotValue(leaf.variable);
  });
  if (plan === undefined) return false;
  const { first } = plan;
  if (first !== undefined) lo.evaluated.set(first, operand(lo, first));
  // the halves of the operands are read before the target is assigned
  const t = isTemp(target) ? target : lo.newTemp();
  lo.emitIf(
    // in hooked code each operator is a step of its own
    lo.isHooked ? "false" : plan.cond,
    () => lo.emit(plan.statements(t)),
    () => {
      lo.skipsHalves = true;
      binary(lo, e, t, false);
      lo.skipsHalves = false;
    },
  );
  if (first !== undefined) lo.evaluated.delete(first);
  if (t !== target) lo.emit(`${target}=${t};`);
  return true;
}

/** Evaluates an expression in one piece if its result has a fraction; false if it is no such one. */
function onDoubles(lo: Lowering, e: BinaryExpr, target: string): boolean {
  const plan = doublesOf(lo, e);
  if (plan === undefined) return false;
  for (const first of plan.first) lo.evaluated.set(first, operand(lo, first));
  // the operands are read again if it fails
  const t = isTemp(target) ? target : lo.newTemp();
  lo.emitIf(lo.isHooked ? "true" : `!(${plan.cond(t)})`, () => {
    lo.skipsDoubles = true;
    binary(lo, e, t, false);
    lo.skipsDoubles = false;
  });
  for (const first of plan.first) lo.evaluated.delete(first);
  if (t !== target) lo.emit(`${target}=${t};`);
  return true;
}

const UNKNOWN = { kind: FloatKind.Unknown, isNumber: false };

/** The operand as an argument of a helper: boxed. */
function argument(lo: Lowering, o: Operand): string {
  return o.kind === Kind.Double && lo.isTyped ? `BX(${o.code})` : o.code;
}

function arithmetic(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand, target: string): void {
  // fast paths that assign the target before they know whether they hold need one of their own
  const shared = target === a.code || target === b.code;
  const t = shared ? lo.newTemp() : target;
  const helper = HELPERS[e.op] as string;
  const fast = fastPath(e.op, untyped(lo, a), untyped(lo, b), t);
  const args = `${argument(lo, a)},${argument(lo, b)}`;
  const slow = (k: number) => `k=${k};${t}=${helper}(${args});if(${t}===null)break sus;`;
  const resume = `${t}=F(v)`;
  if (fast === undefined) lo.op(slow, resume, e.line, e);
  else if (fast.cond === "") lo.emit(`${fast.expr};`);
  else if (fast.expr === "") lo.op((k) => `if(!(${fast.cond})){${slow(k)}}`, resume, e.line, e);
  else lo.op((k) => `if(${fast.cond})${fast.expr};else{${slow(k)}}`, resume, e.line, e);
  if (shared) lo.emit(`${target}=${t};`);
}

/** In untyped code a "double" is any value. */
function untyped(lo: Lowering, o: Operand): Operand {
  return o.kind === Kind.Double && !lo.isTyped ? anyOperand(o.code) : o;
}

/** Arithmetic whose result is a plain double in typed code (floats.ts). */
function doubleArithmetic(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand, t: string): void {
  lo.usesDoubles = true;
  if (!lo.isTyped) {
    arithmetic(lo, e, a, b, t);
    return;
  }
  // the same temporaries as in untyped code
  if (t === a.code || t === b.code) lo.newTemp();
  const open = [a, b].filter((o) => o.kind === Kind.Any).map((o) => `typeof ${o.code}==="number"`);
  const expr = `${t}=${rawCode(a)}${e.op}${rawCode(b)};`;
  const args = `${argument(lo, a)},${argument(lo, b)}`;
  const slow = (k: number) =>
    `k=${k};h=${HELPERS[e.op]}(${args});if(h===null)break sus;if((${t}=DB(h))===undefined){deopt h}`;
  const number = (o: Operand) =>
    o.kind === Kind.Double || o.kind === Kind.Float || o.kind === Kind.Int;
  const simple = open.length === 2 || ![a, b].every((o) => number(o) || o.kind === Kind.Any);
  lo.op(
    (k) => (simple ? slow(k) : open.length === 0 ? expr : `if(${open[0]})${expr}else{${slow(k)}}`),
    `${t}=F(v)`,
    e.line,
    e,
  );
}

/** `a..b..c` is evaluated left to right and joined right to left (§3.4.6). */
function concat(lo: Lowering, e: BinaryExpr, target: string): void {
  const nodes: BinaryExpr[] = [];
  const operands: Operand[] = [];
  let right: Expr = e;
  while (right.type === "Binary" && right.op === "..") {
    nodes.push(right);
    operands.push(operand(lo, right.left));
    right = right.right;
  }
  let b = operand(lo, right);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const a = operands[i] as Operand;
    let t = i === 0 ? target : isTemp(b.code) ? b.code : lo.newTemp();
    const shared = t === a.code;
    if (shared) t = lo.newTemp();
    const slow = (k: number) => `k=${k};${t}=cat(${a.code},${b.code});if(${t}===null)break sus;`;
    const test = [a, b]
      .filter((o) => o.kind !== Kind.String)
      .map((o) => `typeof ${o.code}==="string"`)
      .join("&&");
    const right = b;
    lo.op(
      (k) =>
        test === ""
          ? `${t}=${a.code}+${right.code};`
          : `if(${test})${t}=${a.code}+${right.code};else{${slow(k)}}`,
      `${t}=F(v)`,
      (nodes[i] as BinaryExpr).line,
      nodes[i],
      undefined,
      i === 0 ? lo.liveBase : lo.tempMark,
    );
    if (shared && i === 0) lo.emit(`${target}=${t};`);
    b = anyOperand(t);
  }
}

function unary(lo: Lowering, e: Expr & { type: "Unary" }, target: string): Kind {
  if (e.op === "not") {
    const c = condition(lo, e.operand);
    lo.emit(`${target}=!${c};`);
    return Kind.Boolean;
  }
  const a = e.op === "-" ? numericOperand(lo, e.operand) : operand(lo, e.operand);
  const isConstant = e.op === "-" && a.kind === Kind.Float && a.value !== undefined;
  const isDouble = a.kind === Kind.Double || isConstant;
  if (isDouble && lo.isTyped) {
    lo.usesDoubles = true;
    if (target === a.code) lo.newTemp();
    lo.op(() => `${target}=-${rawCode(a)};`, `${target}=F(v)`, e.line, e);
    return Kind.Double;
  }
  const helper = e.op === "-" ? "unm" : e.op === "~" ? "bnot" : "len";
  const x = a.code;
  const shared = target === x;
  const t = shared ? lo.newTemp() : target;
  const slow = (k: number) => `k=${k};${t}=${helper}(${x});if(${t}===null)break sus;`;
  let fast = "";
  if (e.op === "#") {
    if (a.kind === Kind.Any)
      fast = `if((h=${x}?.array)!==undefined&&${x}.metatable===null)${t}=h.length-1;else `;
  } else if (a.kind === Kind.Any || a.kind === Kind.Int) {
    const test = isInt32(a);
    if (test === "" || test !== "false")
      fast = `if(${test === "" ? "true" : test})${t}=${e.op === "-" ? `0-${x}` : `~${x}`};else `;
  }
  lo.op((k) => `${fast}{${slow(k)}}`, `${t}=F(v)`, e.line, e);
  if (shared) lo.emit(`${target}=${t};`);
  return isDouble ? Kind.Double : Kind.Any;
}

function logical(lo: Lowering, e: LogicalExpr, target: string): void {
  // the left value may be an operand of the right side: keep it apart until it is decided
  const t = isTemp(target) ? target : lo.newTemp();
  const kind = into(lo, e.left, t);
  const test = truthTest({ code: t, kind });
  lo.emitIf(e.op === "and" ? test : `!${test}`, () => {
    const mark = lo.tempMark;
    into(lo, e.right, t);
    lo.releaseTemps(mark);
  });
  if (t !== target) lo.emit(`${target}=${t};`);
}

function isComparison(op: string): boolean {
  return op === "==" || op === "~=" || op === "<" || op === "<=" || op === ">" || op === ">=";
}

/** A JS condition that is true when `e` is neither nil nor false. */
export function condition(lo: Lowering, e: Expr): string {
  switch (e.type) {
    case "Paren":
      return condition(lo, e.inner);
    case "Unary":
      return e.op === "not" ? `!${condition(lo, e.operand)}` : truthTest(operand(lo, e));
    case "Binary":
      return isComparison(e.op) ? comparison(lo, e) : truthTest(operand(lo, e));
    case "Logical": {
      const left = condition(lo, e.left);
      let right = "";
      const before = lo.opCount;
      const nodes = lo.collect(() => {
        right = condition(lo, e.right);
      });
      if (nodes.length === 0) return `(${left}${e.op === "and" ? "&&" : "||"}${right})`;
      const t = lo.newTemp();
      lo.emit(`${t}=${left};`);
      nodes.push(`${t}=${right};`);
      const hi = lo.opCount;
      lo.emit({
        type: "if",
        cond: e.op === "and" ? t : `!${t}`,
        taken: nodes,
        orelse: [],
        lo: before,
        mid: hi,
        hi,
      });
      return t;
    }
    default:
      return truthTest(operand(lo, e));
  }
}

/** Emits a comparison; returns JS text of its boolean result. */
function comparison(lo: Lowering, e: BinaryExpr): string {
  const a = untyped(lo, numericOperand(lo, e.left));
  const b = untyped(lo, numericOperand(lo, e.right));
  if (e.op === "==" || e.op === "~=") return equality(lo, e, a, b);
  const known = (o: Operand) =>
    o.kind === Kind.Int || o.kind === Kind.Float || o.kind === Kind.Double;
  const untypedKnown = (o: Operand) => known(o) && o.kind !== Kind.Double;
  const direct = `${rawCode(a)}${e.op}${rawCode(b)}`;
  if (untypedKnown(a) && untypedKnown(b)) return `(${direct})`;
  const t = lo.newTemp();
  if (known(a) && known(b)) {
    lo.op(() => `${t}=${direct};`, `${t}=B(v)`, e.line, e);
    return t;
  }
  // a > b is b < a (§3.4.4)
  const swap = e.op === ">" || e.op === ">=";
  const helper = e.op === "<" || e.op === ">" ? "lt" : "le";
  const args = swap ? `${b.code},${a.code}` : `${a.code},${b.code}`;
  const test = [a, b]
    .filter((o) => !known(o))
    .map((o) => (o.kind === Kind.Any ? `typeof ${o.code}==="number"` : "false"))
    .join("&&");
  lo.op(
    (k) =>
      `if(${test})${t}=${direct};else{k=${k};${t}=${helper}(${args});if(${t}===null)break sus;}`,
    `${t}=B(v)`,
    e.line,
    e,
  );
  return t;
}

function equality(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand): string {
  const negate = e.op === "~=";
  const simple = (o: Operand) =>
    o.kind === Kind.Nil ||
    o.kind === Kind.Boolean ||
    o.kind === Kind.String ||
    o.kind === Kind.Function;
  const fraction = (o: Operand) => o.kind === Kind.Float && !Number.isInteger(o.value);
  if (simple(a) || simple(b) || fraction(a) || fraction(b))
    return `(${a.code}${negate ? "!==" : "==="}${b.code})`;
  if (typeof a.value === "number" || typeof b.value === "number") {
    const x = typeof a.value === "number" ? b : a;
    const n = typeof a.value === "number" ? a : b;
    const raw = rawCode(n);
    const test = `(${x.code}===${raw}||typeof ${x.code}==="object"&&EN(${x.code},${raw}))`;
    return negate ? `!${test}` : test;
  }
  const t = lo.newTemp();
  lo.op(
    (k) =>
      `if(${a.code}===${b.code})${t}=true;else if(typeof ${a.code}!=="object"&&typeof ${b.code}!=="object")${t}=false;` +
      `else{k=${k};${t}=eq(${a.code},${b.code});if(${t}===null)break sus;}`,
    `${t}=B(v)`,
    e.line,
    e,
  );
  return negate ? `!${t}` : t;
}

// ---------------------------------------------------- table constructors

/** Items of a constructor that are collected before the table is made; longer ones are filled. */
const MAX_DIRECT_ITEMS = 48;

function tableConstructor(lo: Lowering, e: TableExpr, target: string): void {
  lo.marker(e.line);
  if (e.items.length === 0) {
    lo.emit(`${target}=new T(EH,EA);`);
    return;
  }
  const names = e.items.map((item) =>
    item.kind === "named" && item.key.type === "String" && isHashKey(item.key.value)
      ? item.key.value
      : undefined,
  );
  const keys = names.filter((n): n is string => n !== undefined);
  const simple =
    e.items.length <= MAX_DIRECT_ITEMS &&
    new Set(keys).size === keys.length &&
    e.items.every((item, i) => item.kind === "positional" || names[i] !== undefined);
  if (simple) directTable(lo, e, keys, target);
  else filledTable(lo, e, target);
}

function directTable(lo: Lowering, e: TableExpr, keys: string[], target: string): void {
  const mark = lo.tempMark;
  const positional: string[] = [];
  const named: string[] = [];
  let mayEndInNil = false;
  e.items.forEach((item, i) => {
    if (item.kind === "named") named.push(listed(lo, item.value).code);
    else if (i === e.items.length - 1 && isMulti(item.value)) {
      positional.push(listText({ fixed: [], spread: multi(lo, item.value) }));
      mayEndInNil = true;
    } else {
      const o = listed(lo, item.value);
      positional.push(o.code);
      mayEndInNil = o.kind === Kind.Any || o.kind === Kind.Nil;
    }
  });
  const hash =
    keys.length === 0 ? "EH" : `new ${lo.use(lo.context.shape(keys))}(${named.join(",")})`;
  if (positional.length === 0) lo.emit(`${target}=new T(${hash},EA);`);
  else if (mayEndInNil) lo.emit(`${target}=MT(${hash},[undefined,${positional.join(",")}]);`);
  else lo.emit(`${target}=new T(${hash},[undefined,${positional.join(",")}]);`);
  lo.releaseTemps(mark);
}

/** Makes the table first and sets its items as they are evaluated. */
function filledTable(lo: Lowering, e: TableExpr, target: string): void {
  const t = lo.newTemp();
  lo.emit(`${t}=new T(EH,EA);`);
  const table: Operand = { code: t, kind: Kind.Table };
  let position = 1;
  let batch: string[] = [];
  let batchMark = lo.tempMark;
  const flush = () => {
    if (batch.length > 0) lo.emit(`SL(${t},${position - batch.length},[${batch.join(",")}]);`);
    batch = [];
    lo.releaseTemps(batchMark);
  };
  e.items.forEach((item, i) => {
    if (item.kind === "positional") {
      if (i === e.items.length - 1 && isMulti(item.value)) {
        flush();
        lo.emit(`SL(${t},${position},A(${multi(lo, item.value)}));`);
      } else {
        batch.push(listed(lo, item.value).code);
        position++;
        if (batch.length === MAX_DIRECT_ITEMS) flush();
      }
      return;
    }
    const mark = lo.tempMark;
    const key = operand(lo, item.key);
    const value = operand(lo, item.value);
    assignIndex(
      lo,
      table,
      key,
      value,
      { type: "Index", line: item.key.line, object: e, key: item.key },
      lo.tempMark,
    );
    if (batch.length === 0) lo.releaseTemps(mark);
  });
  flush();
  batchMark = lo.tempMark;
  lo.emit(`${target}=${t};`);
}
