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
  quote,
  stringOperand,
  TRUE,
  truthTest,
} from "./operand";

const TARGET_FIRST = "if(Q(";

function isTemp(code: string): boolean {
  return /^t\d/.test(code);
}

export function operand(lo: Lowering, e: Expr): Operand {
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
      if (e.variable.constant !== undefined) return operand(lo, e.variable.constant);
      return lo.variable(e.variable);
    case "Paren":
      return operand(lo, e.inner);
    default: {
      let kind = Kind.Any;
      const code = lo.intoTemp((t) => {
        kind = into(lo, e, t);
      });
      return { code, kind };
    }
  }
}

function boxed(lo: Lowering, v: LuaInt64 | number): Operand {
  return { code: lo.use(lo.context.constant(v)), kind: Kind.Boxed };
}

/** Evaluates `e`, cut to one value, into `target`; returns what is known of the value. */
export function into(lo: Lowering, e: Expr, target: string): Kind {
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
      call(lo, e, (f, args, k) => {
        const value = `${target}=${callText(f, args)}`;
        return `k=${k};${value};${TARGET_FIRST}${target})){if(${target}===S)break sus;${target}=${target}[0]}`;
      }, `${target}=F(v)`);
      return Kind.Any;
    case "Vararg":
      lo.emit(`${target}=${varargs(lo)}[0];`);
      return Kind.Any;
    case "Paren":
      return into(lo, e.inner, target);
    case "Binary":
      return binary(lo, e, target);
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
export function varargs(lo: Lowering): string {
  const table = lo.fn.varargTable;
  if (table !== undefined) {
    // the named vararg table is what `...` stands for (§3.4.11)
    return `VT(${lo.variable(table).code})`;
  }
  lo.usesVarargArray = true;
  return "va";
}

/** Can the expression give other than one value? */
export function isMulti(e: Expr | undefined): e is CallExpr | MethodCallExpr | Expr {
  return e !== undefined && (e.type === "Call" || e.type === "MethodCall" || e.type === "Vararg");
}

/** Evaluates a multi-valued expression to an array of its values, never written to. */
export function multi(lo: Lowering, e: Expr): string {
  if (e.type === "Vararg") return varargs(lo);
  return lo.intoTemp((t) => {
    if (e.type === "Call" || e.type === "MethodCall")
      call(
        lo,
        e,
        (f, args, k) =>
          `k=${k};${t}=${callText(f, args)};if(!Q(${t}))${t}=[${t}];else if(${t}===S)break sus;`,
        `${t}=A(v)`,
      );
  });
}

/** A list evaluated to `[fixed values…, ...spread]`. */
export interface ListText {
  fixed: Operand[];
  /** JS text of an array, for the last expression. */
  spread: string | undefined;
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

export function listText(l: ListText): string {
  const parts = l.fixed.map((o) => o.code);
  if (l.spread !== undefined) parts.push(`...${l.spread}`);
  return parts.join(",");
}

// ----------------------------------------------------------------- calls

export function callText(f: Operand, args: string): string {
  const viaCall = `C(${f.code}${args === "" ? "" : `,${args}`})`;
  if (f.kind === Kind.Function) return `${f.code}(${args})`;
  if (f.kind !== Kind.Any) return viaCall;
  return `typeof ${f.code}==="function"?${f.code}(${args}):${viaCall}`;
}

/** Evaluates callee and arguments, then emits the call as one operation. */
export function call(
  lo: Lowering,
  e: CallExpr | MethodCallExpr,
  text: (f: Operand, args: string, k: number) => string,
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
      (k) => `k=${k};${t}=${g}(${object.code});if(${t}===S)break sus;`,
      `${t}=F(v)`,
      e.line,
      e,
      undefined,
      lo.tempMark,
    );
    f = anyOperand(t);
    self = object.code;
  } else f = operand(lo, e.func);
  const args = listText(list(lo, e.args));
  const all = self === "" ? args : args === "" ? self : `${self},${args}`;
  // hooked code calls everything through a helper
  const callee: Operand = lo.isHooked ? { code: f.code, kind: Kind.Boxed } : f;
  lo.op((k) => text(callee, all, k), resume, e.line, e, f.code);
}

function closure(lo: Lowering, e: FunctionExpr): string {
  const fn = e.func;
  lo.inner.push(fn);
  const self = lo.context.selfVariables.get(fn);
  const cells = fn.upvalues.filter((v) => v !== self).map((v) => lo.slot(v));
  return `${lo.use(`m${fn.id}`)}(${cells.join(",")})`;
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

function indexOperand(lo: Lowering, o: Operand, key: Operand, t: string, e: Expr): void {
  if (key.kind === Kind.String) {
    indexName(lo, o, key.value as string, t, e);
    return;
  }
  const slow = (k: number) => `k=${k};${t}=I(${o.code},${key.code});if(${t}===S)break sus;`;
  const integer = key.kind === Kind.Int;
  if ((key.kind !== Kind.Any && !integer) || (typeof key.value === "number" && key.value < 0)) {
    lo.op(slow, `${t}=F(v)`, e.line, e);
    return;
  }
  const isTable = o.kind === Kind.Table ? "" : `!(${o.code} instanceof T)||`;
  const isNumber = integer ? "" : `typeof ${key.code}!=="number"||`;
  lo.op(
    (k) => `if(${isTable}${isNumber}(${t}=${o.code}.array[${key.code}])===undefined){${slow(k)}}`,
    `${t}=F(v)`,
    e.line,
    e,
  );
}

/** `t = o.name` */
export function indexName(lo: Lowering, o: Operand, name: string, target: string, e: Expr): void {
  const t = target === o.code ? lo.newTemp() : target;
  const g = lo.use(lo.context.getter(name));
  const slow = (k: number) => `k=${k};${t}=${g}(${o.code});if(${t}===S)break sus;`;
  if (!isHashKey(name) || (o.kind !== Kind.Any && o.kind !== Kind.Table))
    lo.op(slow, `${t}=F(v)`, e.line, e);
  else {
    lo.op(
      (k) =>
        `if(!(${o.code} instanceof T)||(${t}=${o.code}.hash[${quote(name)}])===undefined){${slow(k)}}`,
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
  if (key.kind === Kind.String) {
    const name = key.value as string;
    const s = lo.use(lo.context.setter(name));
    const slow = (k: number) => `k=${k};if(${s}(${o.code},${v.code})===S)break sus;`;
    if (!isHashKey(name)) lo.op(slow, "", e.line, e, undefined, live);
    else {
      const p = `${o.code}.hash[${quote(name)}]`;
      lo.op(
        (k) => `if(${o.code} instanceof T&&${p}!==undefined)${p}=${v.code};else{${slow(k)}}`,
        "",
        e.line,
        e,
        undefined,
        live,
      );
    }
    return;
  }
  const slow = (k: number) => `k=${k};if(N(${o.code},${key.code},${v.code})===S)break sus;`;
  const integer = key.kind === Kind.Int;
  const dense = key.kind === Kind.Any || (integer && !((key.value as number) < 0));
  if (!dense || v.kind === Kind.Nil) {
    lo.op(slow, "", e.line, e, undefined, live);
    return;
  }
  const isNumber = integer ? "" : `&&typeof ${key.code}==="number"`;
  const notNil = v.kind === Kind.Any ? `&&${v.code}!==undefined` : "";
  const slot = `${o.code}.array[${key.code}]`;
  lo.op(
    (k) =>
      `if(${o.code} instanceof T${isNumber}&&${slot}!==undefined${notNil})${slot}=${v.code};else{${slow(k)}}`,
    "",
    e.line,
    e,
    undefined,
    live,
  );
}

// ------------------------------------------------------------- operators

function binary(lo: Lowering, e: BinaryExpr, target: string): Kind {
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
  let a = operand(lo, left);
  for (let i = chain.length - 1; i >= 0; i--) {
    const node = chain[i] as BinaryExpr;
    const mark = lo.tempMark;
    const b = operand(lo, node.right);
    let to = target;
    if (i > 0) {
      // an intermediate result may take the place of a temporary on its left
      to = isTemp(a.code) && a.code !== target ? a.code : lo.newTemp();
    }
    arithmetic(lo, node, a, b, to);
    if (i > 0 && to === a.code) lo.releaseTemps(mark);
    a = anyOperand(to);
  }
  return Kind.Any;
}

function arithmetic(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand, target: string): void {
  // fast paths that assign the target before they know whether they hold need one of their own
  const shared = target === a.code || target === b.code;
  const t = shared ? lo.newTemp() : target;
  const helper = HELPERS[e.op] as string;
  const fast = fastPath(e.op, a, b, t);
  const slow = (k: number) => `k=${k};${t}=${helper}(${a.code},${b.code});if(${t}===S)break sus;`;
  const resume = `${t}=F(v)`;
  if (fast === undefined) lo.op(slow, resume, e.line, e);
  else if (fast.cond === "") lo.emit(`${fast.expr};`);
  else if (fast.expr === "") lo.op((k) => `if(!(${fast.cond})){${slow(k)}}`, resume, e.line, e);
  else lo.op((k) => `if(${fast.cond})${fast.expr};else{${slow(k)}}`, resume, e.line, e);
  if (shared) lo.emit(`${target}=${t};`);
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
    const slow = (k: number) => `k=${k};${t}=cat(${a.code},${b.code});if(${t}===S)break sus;`;
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
  const a = operand(lo, e.operand);
  const helper = e.op === "-" ? "unm" : e.op === "~" ? "bnot" : "len";
  const x = a.code;
  const shared = target === x;
  const t = shared ? lo.newTemp() : target;
  const slow = (k: number) => `k=${k};${t}=${helper}(${x});if(${t}===S)break sus;`;
  let fast = "";
  if (e.op === "#") {
    if (a.kind === Kind.Any)
      fast = `if(${x} instanceof T&&${x}.metatable===null)${t}=${x}.array.length-1;else `;
  } else if (a.kind === Kind.Any || a.kind === Kind.Int) {
    const test = isInt32(a);
    if (test === "" || test !== "false")
      fast = `if(${test === "" ? "true" : test})${t}=${e.op === "-" ? `0-${x}` : `~${x}`};else `;
  }
  lo.op((k) => `${fast}{${slow(k)}}`, `${t}=F(v)`, e.line, e);
  if (shared) lo.emit(`${target}=${t};`);
  return Kind.Any;
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
  return (
    op === "==" || op === "~=" || op === "<" || op === "<=" || op === ">" || op === ">="
  );
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
        then: nodes,
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
  const a = operand(lo, e.left);
  const b = operand(lo, e.right);
  if (e.op === "==" || e.op === "~=") return equality(lo, e, a, b);
  const known = (o: Operand) => o.kind === Kind.Int || o.kind === Kind.Float;
  const direct = `${rawCode(a)}${e.op}${rawCode(b)}`;
  if (known(a) && known(b)) return `(${direct})`;
  const t = lo.newTemp();
  // a > b is b < a (§3.4.4)
  const swap = e.op === ">" || e.op === ">=";
  const helper = e.op === "<" || e.op === ">" ? "lt" : "le";
  const args = swap ? `${b.code},${a.code}` : `${a.code},${b.code}`;
  const test = [a, b]
    .filter((o) => !known(o))
    .map((o) => (o.kind === Kind.Any ? `typeof ${o.code}==="number"` : "false"))
    .join("&&");
  lo.op(
    (k) => `if(${test})${t}=${direct};else{k=${k};${t}=${helper}(${args});if(${t}===S)break sus;}`,
    `${t}=B(v)`,
    e.line,
    e,
  );
  return t;
}

function equality(lo: Lowering, e: BinaryExpr, a: Operand, b: Operand): string {
  const negate = e.op === "~=";
  const simple = (o: Operand) =>
    o.kind === Kind.Nil || o.kind === Kind.Boolean || o.kind === Kind.String || o.kind === Kind.Function;
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
      `else{k=${k};${t}=eq(${a.code},${b.code});if(${t}===S)break sus;}`,
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
      positional.push(`...${multi(lo, item.value)}`);
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
        lo.emit(`SL(${t},${position},${multi(lo, item.value)});`);
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
    assignIndex(lo, table, key, value, { type: "Index", line: item.key.line, object: e, key: item.key }, lo.tempMark);
    if (batch.length === 0) lo.releaseTemps(mark);
  });
  flush();
  batchMark = lo.tempMark;
  lo.emit(`${target}=${t};`);
}
