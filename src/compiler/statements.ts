/** Lowering of statements and blocks (§3.3). */
import type {
  AssignStatement,
  Block,
  CallExpr,
  Expr,
  FunctionBody,
  GenericForStatement,
  GlobalExpr,
  GlobalStatement,
  IfStatement,
  LabelStatement,
  LocalStatement,
  LocalVar,
  MethodCallExpr,
  NumericForStatement,
  ReturnStatement,
  Statement,
} from "../parser/ast";
import type { ChunkContext } from "./chunk";
import {
  assignIndex,
  call,
  callText,
  condition,
  doubleInto,
  doubleOperand,
  indexName,
  into,
  isMulti,
  list,
  listed,
  listText,
  multi,
  operand,
  takesAllArguments,
  varargs,
} from "./expressions";
import type { FunctionCode } from "./ir";
import { endLine, endOfBlock, endOfList } from "./lines";
import { Lowering } from "./lower";
import { anyOperand, Kind, NIL, type Operand, quote } from "./operand";

/** Label of the loop that a function's tail calls to itself continue. */
const SELF = "self";

/** Lowers one function; those inside it are noted in `inner`. */
export function lowerFunction(
  context: ChunkContext,
  fn: FunctionBody,
  isTyped: boolean,
  isHooked = false,
): { code: FunctionCode; inner: FunctionBody[] } {
  const lo = new Lowering(context, fn, isTyped, isHooked);
  lo.scope(() => {
    for (const p of fn.params) {
      const r = lo.declare(p);
      if (context.isCell(p)) lo.emit(`${r}={v:${r}};`);
    }
    if (fn.varargTable !== undefined) {
      lo.declare(fn.varargTable);
      lo.usesVarargArray = true;
      lo.initialise(fn.varargTable, "NV(va)");
    } else if (fn.isVararg && context.keepsVarargs) lo.usesVarargArray = true;
    const before = lo.opCount;
    const body = lo.collect(() => {
      lo.tick(fn.line, true);
      statements(lo, fn.body.statements);
      lo.lastLine = fn.endLine;
      lo.marker(fn.parent === undefined ? endOfBlock(fn.body) : fn.endLine, true);
      // variables that are declared in the body itself are closed before it returns
      if (lo.closeLevel > 0) lo.emitClose(0, lo.lastLine);
      lo.closeLevel = 0;
      lo.emit("return E0;");
    });
    // a tail call to the function itself is a loop
    if (lo.callsItself) lo.emit({ type: "loop", label: SELF, body, lo: before, hi: lo.opCount });
    else for (const node of body) lo.emit(node);
  });
  return { code: lo.finish(), inner: lo.inner };
}

function block(lo: Lowering, b: Block): void {
  lo.scope(() => {
    statements(lo, b.statements);
    lo.lastLine = b.endLine;
  });
}

/** Where a `goto` to a label goes, while the label's block is being lowered. */
interface LabelTarget {
  jump: string;
  closeLevel: number;
}
const targets = new WeakMap<LabelStatement, LabelTarget>();

/**
 * A statement list. Labels cut it into segments: a forward jump leaves a JS block that ends at the
 * label, a backward jump continues a loop that begins at it. When both kinds would overlap, the
 * segments become the cases of a switch in a loop.
 */
function statements(lo: Lowering, list: Statement[]): void {
  const labels = list.filter(
    (s): s is LabelStatement => s.type === "Label" && (s.forward || s.backward),
  );
  if (labels.length === 0) {
    for (const s of list) statement(lo, s);
    return;
  }
  const [label] = labels;
  if (labels.length > 1 || label === undefined || (label.forward && label.backward)) {
    dispatch(lo, list, labels);
    return;
  }
  const name = lo.label();
  targets.set(label, {
    jump: label.forward ? `break ${name};` : `continue ${name};`,
    closeLevel: lo.closeLevel,
  });
  const at = list.indexOf(label);
  const before = list.slice(0, at);
  const after = list.slice(at + 1);
  if (label.forward) {
    lo.emitBlock(name, () => upTo(lo, before, [label]));
    for (const s of after) statement(lo, s);
  } else {
    upTo(lo, before, [label]);
    lo.emitLoop(name, () => {
      for (const s of after) statement(lo, s);
      lo.emit(`break ${name};`);
    });
  }
}

/**
 * Lowers the statements in front of labels. A jump to a label leaves those variables to be closed
 * open that its block has declared by then; from the label on that is fixed.
 */
function upTo(lo: Lowering, list: Statement[], labels: LabelStatement[]): void {
  for (const s of list) {
    statement(lo, s);
    for (const label of labels) {
      const target = targets.get(label);
      if (target !== undefined) target.closeLevel = lo.closeLevel;
    }
  }
}

function dispatch(lo: Lowering, list: Statement[], labels: LabelStatement[]): void {
  const name = lo.label();
  const variable = `d${lo.dispatchVars.length}`;
  lo.dispatchVars.push(variable);
  labels.forEach((label, i) => {
    const jump = `${variable}=${i + 1};continue ${name};`;
    targets.set(label, { jump, closeLevel: lo.closeLevel });
  });
  lo.emit(`${variable}=0;`);
  const lowest = lo.opCount;
  const segments: { body: ReturnType<Lowering["collect"]>; hi: number }[] = [];
  let start = 0;
  for (const end of [...labels.map((l) => list.indexOf(l)), list.length]) {
    const body = lo.collect(() => {
      upTo(
        lo,
        list.slice(start, end),
        labels.filter((l) => list.indexOf(l) >= end),
      );
    });
    segments.push({ body, hi: lo.opCount });
    start = end + 1;
  }
  lo.emit({ type: "dispatch", label: name, variable, segments, lo: lowest, hi: lo.opCount });
}

/**
 * In hooked code, a statement without any operation gets a marker of its own, in front of it.
 */
function statement(lo: Lowering, s: Statement): void {
  const isPlain = s.type === "Assign" || s.type === "LocalFunction";
  if (!lo.isHooked || !isPlain) {
    plainStatement(lo, s);
    return;
  }
  const before = lo.opCount;
  const nodes = lo.collect(() => plainStatement(lo, s));
  if (lo.opCount === before)
    lo.marker(s.type === "Assign" ? endOfList(s.exprs, s.line) : s.func.func.endLine);
  for (const node of nodes) lo.emit(node);
}

function plainStatement(lo: Lowering, s: Statement): void {
  const mark = lo.tempMark;
  const outerLive = lo.liveBase;
  lo.liveBase = mark;
  lo.lastLine = s.line;
  switch (s.type) {
    case "Local":
      local(lo, s);
      break;
    case "LocalFunction": {
      const v = s.variable;
      if (!v.assigned && !lo.context.allCells) {
        lo.context.selfVariables.set(s.func.func, v);
        lo.context.functionVariables.set(v, s.func.func);
      }
      lo.declare(v);
      if (lo.context.isCell(v)) {
        lo.initialise(v, "undefined");
        lo.assignVariable(v, operand(lo, s.func).code);
      } else into(lo, s.func, lo.slot(v));
      break;
    }
    case "Global":
      global(lo, s);
      break;
    case "GlobalFunction": {
      checkUndefined(lo, s.target);
      assignGlobal(lo, s.target, operand(lo, s.func));
      break;
    }
    case "Assign":
      assign(lo, s);
      break;
    case "Call":
      call(lo, s.call, (c) => `${c.before}if(${c.value}===null)break sus;`, "");
      break;
    case "Do":
      block(lo, s.body);
      break;
    case "While":
      loop(lo, (name) => {
        const c = condition(lo, s.condition);
        lo.marker(endLine(s.condition));
        lo.emit(`if(!${c})break ${name};`);
        lo.releaseTemps(mark);
        block(lo, s.body);
        lo.hooked("fr.hooked.line=-1;");
        lo.tick(s.line);
      });
      break;
    case "Repeat":
      loop(lo, (name) => repeat(lo, s, name));
      break;
    case "If":
      ifStatement(lo, s);
      break;
    case "NumericFor":
      numericFor(lo, s);
      break;
    case "GenericFor":
      genericFor(lo, s);
      break;
    case "Return":
      returnStatement(lo, s);
      break;
    case "Break": {
      const target = lo.loop;
      if (target === undefined) throw new Error("break outside a loop");
      lo.marker(s.line);
      leave(lo, target.closeLevel, s.line, `break ${target.label};`);
      break;
    }
    case "Goto": {
      const target = targets.get(s.label);
      if (target === undefined) throw new Error(`goto ${s.label.name} without target`);
      const isBack = s.label.line <= s.line;
      if (isBack) lo.tick(s.line);
      lo.marker(s.line);
      if (isBack) lo.hooked("fr.hooked.line=-1;");
      leave(lo, target.closeLevel, s.line, target.jump);
      break;
    }
    case "Label":
      break;
  }
  lo.releaseTemps(mark);
  lo.liveBase = outerLive;
}

/** Jumps out of scopes, closing what has to be closed on the way. */
function leave(lo: Lowering, level: number, line: number, jump: string): void {
  if (lo.closeLevel > level) lo.emitClose(level, line);
  lo.emit(jump);
}

function loop(lo: Lowering, body: (label: string) => void): void {
  const name = lo.label();
  const outer = lo.loop;
  lo.loop = { label: name, closeLevel: lo.closeLevel };
  lo.emitLoop(name, () => body(name));
  lo.loop = outer;
}

function repeat(lo: Lowering, s: Statement & { type: "Repeat" }, name: string): void {
  lo.scope(() => {
    statements(lo, s.body.statements);
    // the condition is inside the scope of the body, and so before its variables are closed
    lo.lastLine = s.condition.line;
    const c = condition(lo, s.condition);
    lo.marker(endLine(s.condition));
    if (lo.closeLevel === lo.loop?.closeLevel) lo.emit(`if(${c})break ${name};`);
    else {
      const t = lo.newTemp();
      lo.emit(`${t}=${c};`);
      lo.emitClose(lo.loop?.closeLevel ?? 0, s.line);
      lo.closeLevel = lo.loop?.closeLevel ?? 0;
      lo.emit(`if(${t})break ${name};`);
    }
  });
  lo.hooked("fr.hooked.line=-1;");
  lo.tick(s.line);
}

/** A float constant with an integral value: a variable holds its box, not the raw number. */
function isBoxedFloat(o: Operand): boolean {
  return o.kind === Kind.Float && Number.isInteger(o.value);
}

function local(lo: Lowering, s: LocalStatement): void {
  // compile-time constants need no register
  const vars = s.vars;
  if (vars.length === 1 && vars[0]?.constant !== undefined) return;
  const before = lo.opCount;
  const values = listOf(lo, s.exprs, vars.length, true, (i) => isFloat(lo, vars[i]));
  if (lo.opCount === before) lo.marker(endOfList(s.exprs, s.line));
  vars.forEach((v, i) => {
    if (v.constant !== undefined) return;
    lo.declare(v);
    const value = values[i] ?? NIL;
    if (
      !v.assigned &&
      value.kind !== Kind.Any &&
      value.kind !== Kind.Nil &&
      value.kind !== Kind.Double
    )
      lo.kindOf.set(v, isBoxedFloat(value) ? Kind.Boxed : value.kind);
    lo.initialise(v, value.code);
    if (v.kind === "close") lo.emitMark(lo.variable(v).code, quote(v.name), s.line);
  });
}

/**
 * Evaluates an expression list to exactly `count` operands (§3.3.3). With `fresh`, a single plain
 * expression may stay as it is because nothing is assigned before it is read.
 */
function listOf(
  lo: Lowering,
  exprs: Expr[],
  count: number,
  fresh: boolean,
  isDouble: (i: number) => boolean = () => false,
): Operand[] {
  const operands: Operand[] = [];
  for (let i = 0; i < exprs.length; i++) {
    const e = exprs[i] as Expr;
    const isLast = i === exprs.length - 1;
    if (isLast && isMulti(e) && count > exprs.length) {
      operands.push(...unpack(lo, e, count - i));
    } else {
      let o = isDouble(i) ? doubleOperand(lo, e) : listed(lo, e);
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
    const spread = `${rest.map((t, i) => `${t}=${first}[${i + 1}];`).join("")}${first}=${first}[0];`;
    if (e.type === "Call" || e.type === "MethodCall") {
      const clear = rest.map((t) => `${t}=undefined;`).join("");
      const assign = `if(Q(${first})){${spread}}else{if(${first}===null)break sus;${clear}}`;
      call(lo, e, (c) => `${c.before}${first}=${c.value};${assign}`, `${first}=A(v);${spread}`);
    } else {
      const va = varargs(lo, e.line);
      if (va === "va") lo.emit(results.map((t, i) => `${t}=va[${i}];`).join(""));
      else lo.emit(`${first}=${va};${spread}`);
    }
  }, count);
  return results.map(anyOperand);
}

function global(lo: Lowering, s: GlobalStatement): void {
  const values = listOf(lo, s.exprs, s.targets.length, true);
  for (const target of s.targets) checkUndefined(lo, target);
  for (let i = s.targets.length - 1; i >= 0; i--) {
    assignGlobal(lo, s.targets[i] as GlobalExpr, values[i] ?? NIL);
  }
}

/** `global x = …` must not meet an x that is defined already (§3.3.7). */
function checkUndefined(lo: Lowering, target: GlobalExpr): void {
  const mark = lo.tempMark;
  lo.intoTemp((t) => {
    indexName(lo, lo.variable(target.env), target.name, t, target);
    lo.op(
      (k) => `k=${k};if(${t}!==undefined)throw GD(${quote(target.name)});`,
      "",
      target.line,
      target,
    );
  });
  lo.releaseTemps(mark);
}

function assignGlobal(lo: Lowering, target: GlobalExpr, value: Operand, live = lo.tempMark): void {
  const env = lo.variable(target.env);
  const key: Operand = { code: quote(target.name), kind: Kind.String, value: target.name };
  assignIndex(lo, env, key, value, target, live);
}

function assign(lo: Lowering, s: AssignStatement): void {
  const [only] = s.targets;
  if (s.targets.length === 1 && only !== undefined && s.exprs.length === 1) {
    const e = s.exprs[0] as Expr;
    if (only.type === "Local") {
      if (isFloat(lo, only.variable)) doubleInto(lo, e, lo.slot(only.variable));
      else if (lo.context.isCell(only.variable))
        lo.assignVariable(only.variable, operand(lo, e).code);
      else into(lo, e, lo.slot(only.variable));
      return;
    }
    if (only.type === "Global") {
      assignGlobal(lo, only, operand(lo, e), lo.liveBase);
      return;
    }
    const object = operand(lo, only.object);
    const key = operand(lo, only.key);
    assignIndex(lo, object, key, operand(lo, e), only, lo.liveBase);
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
  const places = s.targets.map((t) =>
    t.type === "Index"
      ? { object: keep(operand(lo, t.object)), key: keep(operand(lo, t.key)) }
      : undefined,
  );
  const values = listOf(lo, s.exprs, s.targets.length, false, (i) => {
    const t = s.targets[i];
    return t?.type === "Local" && isFloat(lo, t.variable);
  });
  for (let i = s.targets.length - 1; i >= 0; i--) {
    const target = s.targets[i];
    const value = values[i] ?? NIL;
    const place = places[i];
    if (target === undefined) continue;
    if (target.type === "Local") lo.assignVariable(target.variable, value.code);
    else if (target.type === "Global") assignGlobal(lo, target, value);
    else if (place !== undefined)
      assignIndex(lo, place.object, place.key, value, target, lo.tempMark);
  }
}

function ifStatement(lo: Lowering, s: IfStatement): void {
  const mark = lo.tempMark;
  const [head] = s.clauses;
  if (s.clauses.length === 1 && head !== undefined) {
    const c = condition(lo, head.condition);
    lo.marker(endLine(head.condition));
    lo.releaseTemps(mark);
    const { orelse } = s;
    lo.emitIf(
      c,
      () => block(lo, head.body),
      orelse === undefined ? undefined : () => block(lo, orelse),
    );
    return;
  }
  // a chain of any length: each clause leaves the whole
  const name = lo.label();
  lo.emitBlock(name, () => {
    for (const clause of s.clauses) {
      const c = condition(lo, clause.condition);
      lo.marker(endLine(clause.condition));
      lo.releaseTemps(mark);
      lo.emitIf(c, () => {
        block(lo, clause.body);
        lo.emit(`break ${name};`);
      });
    }
    if (s.orelse !== undefined) block(lo, s.orelse);
  });
}

function returnStatement(lo: Lowering, s: ReturnStatement): void {
  const [only] = s.exprs;
  const line = endOfList(s.exprs, s.line);
  if (s.exprs.length === 0) {
    lo.marker(s.line, true);
    leave(lo, 0, s.line, "return E0;");
    return;
  }
  if (s.exprs.length === 1 && only !== undefined) {
    if (only.type === "Call" || only.type === "MethodCall") {
      if (lo.closeLevel === 0) tailCall(lo, only);
      else {
        const t = multi(lo, only);
        lo.marker(line, true);
        leave(lo, 0, s.line, `return ${t};`);
      }
      return;
    }
    if (only.type !== "Vararg") {
      const o = operand(lo, only);
      lo.marker(line, true);
      leave(lo, 0, s.line, `return ${o.code};`);
      return;
    }
  }
  const values = list(lo, s.exprs);
  lo.marker(line, true);
  const text =
    values.fixed.length === 0 && values.spread !== undefined
      ? values.spread
      : `[${listText(values)}]`;
  if (lo.closeLevel === 0) lo.emit(`return ${text};`);
  else {
    const t = lo.newTemp();
    lo.emit(`${t}=${text};`);
    leave(lo, 0, s.line, `return ${t};`);
  }
}

/**
 * `return f(args)` (§3.4.10). A Lua function is called outside the `try`, where it is a proper tail
 * call of JavaScript; a native one inside, so that its errors get this line.
 */
function tailCall(lo: Lowering, e: Expr & { type: "Call" | "MethodCall" }): void {
  if (isSelfCall(lo, e)) {
    selfCall(lo, e);
    return;
  }
  call(
    lo,
    e,
    (c, k, f, apply) => {
      lo.tailCalls.push({ k, text: apply(f.code) });
      return (
        `k=${k};if(typeof ${f.code}==="function"&&${f.code}.native===undefined)break tail;` +
        `${c.before}if((h=${c.value})===null)break sus;return h;`
      );
    },
    "return v",
  );
}

/** A tail call of a function to itself assigns the parameters and begins again. */
function selfCall(lo: Lowering, e: CallExpr): void {
  const values = e.args.map((a) => operand(lo, a));
  const { params } = lo.fn;
  // all values first: they may refer to the parameters
  const kept = values.slice(0, params.length).map((v) => {
    if (!v.code.startsWith("r")) return v;
    const t = lo.newTemp();
    lo.emit(`${t}=${v.code};`);
    return { ...v, code: t };
  });
  params.forEach((p, i) => {
    lo.initialise(p, kept[i]?.code ?? "undefined");
  });
  lo.emit(`continue ${SELF};`);
  lo.callsItself = true;
}

function isSelfCall(lo: Lowering, e: CallExpr | MethodCallExpr): e is CallExpr {
  return (
    e.type === "Call" &&
    e.func.type === "Local" &&
    e.func.variable === lo.context.selfVariables.get(lo.fn) &&
    !lo.fn.isVararg &&
    (takesAllArguments(lo, e) || !isMulti(e.args[e.args.length - 1]))
  );
}

// ----------------------------------------------------------------- loops

function numericFor(lo: Lowering, s: NumericForStatement): void {
  lo.scope(() => {
    const start = listed(lo, s.start);
    const limit = listed(lo, s.limit);
    const step = s.step === undefined ? undefined : listed(lo, s.step);
    lo.marker(s.line);
    const stepValue =
      step === undefined ? 1 : step.kind === Kind.Int ? (step.value as number) : undefined;
    const constantStart =
      start.kind === Kind.Int && (start.value === undefined || fits(start.value));
    const constantStep =
      stepValue !== undefined && Number.isInteger(stepValue) && stepValue !== 0 && fits(stepValue);
    const counter = lo.newRegister();
    const bound = lo.newRegister();
    if (constantStart && constantStep) {
      // integers whatever the limit is (§3.3.5)
      lo.emit(`${counter}=${start.code};${bound}=${limit.code};`);
      if (limit.kind !== Kind.Int)
        lo.op(
          (k) => `if(typeof ${bound}!=="number"){k=${k};${bound}=FLim(${bound})}`,
          "",
          s.line,
          "for prepare",
        );
      countedLoop(lo, s, counter, bound, stepValue, undefined);
      return;
    }
    const by = step === undefined ? "1" : step.code;
    const state = lo.newRegister();
    const stepRegister = lo.newRegister();
    lo.emit(`${bound}=${limit.code};${stepRegister}=${by};${state}=null;`);
    const int32 = (x: string) => `typeof ${x}==="number"&&(${x}|0)===${x}`;
    const stepTest = constantStep ? "" : `&&${int32(stepRegister)}&&${stepRegister}!==0`;
    lo.op(
      (k) =>
        // the counter never holds anything but an int32, whatever the start may be in other runs
        `if(${int32(start.code)}&&typeof ${bound}==="number"${stepTest})${counter}=${start.code}|0;` +
        `else{k=${k};${state}=FP(${start.code},${bound},${stepRegister});${counter}=0}`,
      "",
      s.line,
      "for prepare",
    );
    countedLoop(lo, s, counter, bound, constantStep ? stepValue : stepRegister, state);
  });
}

function fits(v: number | string): boolean {
  return typeof v === "number" && (v | 0) === v;
}

/** `state` is null for a loop over int32 start and step, else it counts (runtime/forloop.ts). */
function countedLoop(
  lo: Lowering,
  s: NumericForStatement,
  counter: string,
  bound: string,
  step: number | string,
  state: string | undefined,
): void {
  const done =
    typeof step === "number"
      ? `${counter}${step > 0 ? "<=" : ">="}${bound}`
      : `(${step}>0?${counter}<=${bound}:${counter}>=${bound})`;
  loop(lo, (name) => {
    if (state === undefined) lo.emit(`if(!(${done}))break ${name};`);
    else
      lo.emit(
        `if(${state}===null){if(!(${done}))break ${name};}else if(${state}.next())${counter}=${state}.value;else break ${name};`,
      );
    lo.hooked("H.loop(fr);");
    lo.scope(() => {
      lo.declare(s.variable);
      if (state === undefined) lo.kindOf.set(s.variable, Kind.Int);
      lo.initialise(s.variable, counter);
      statements(lo, s.body.statements);
      lo.lastLine = s.body.endLine;
    });
    endOfBody(lo, s.line);
    lo.tick(s.line);
    const advance = `${counter}=${counter}+${step};`;
    lo.emit(state === undefined ? advance : `if(${state}===null)${advance}`);
  });
  lo.hooked("fr.hooked.jumped=false;");
}

/** In hooked code: a `for` loop goes on at its head, then jumps back. */
function endOfBody(lo: Lowering, line: number): void {
  lo.marker(line);
  lo.hooked("fr.hooked.jumped=true;");
}

/**
 * `for a, b in f, s, c, closing` (§3.3.5). Traversals by `next` and `ipairs` of plain tables run
 * without calls; `mode` is then 1 or 2.
 */
function genericFor(lo: Lowering, s: GenericForStatement): void {
  lo.scope(() => {
    const mark = lo.tempMark;
    const init = listOf(lo, s.exprs, 4, true);
    const [f, state, control] = [lo.newRegister(), lo.newRegister(), lo.newRegister()];
    const mode = lo.newRegister();
    const closing = init[3] ?? NIL;
    lo.emit(
      `${f}=${init[0]?.code};${state}=${init[1]?.code};${control}=${init[2]?.code};` +
        (lo.context.keepsVarargs
          ? `${mode}=0;`
          : `if(${f}===NX&&${control}===undefined&&${state} instanceof T){${mode}=1;${f}=new TI(${state})}else ${mode}=${f}===IX&&${state} instanceof T&&typeof ${control}==="number"?2:0;`),
    );
    if (lo.context.keepsVarargs) {
      // debug.getlocal may look for what C Lua keeps of the loop
      const kept = lo.newRegister();
      lo.emit(`${kept}=${closing.code};`);
      for (const register of [f, state, kept]) lo.declareHidden("(for state)", register);
    }
    lo.marker(s.line);
    const level = lo.closeLevel;
    if (closing.kind !== Kind.Nil) lo.emitMark(closing.code, quote("(for state)"), s.line);
    lo.releaseTemps(mark);
    const vars = s.vars.length === 1 ? 2 : s.vars.length;
    const values = Array.from({ length: vars }, () => lo.newRegister());
    const [v0, v1] = values as [string, string];
    const rest = values
      .slice(2)
      .map((v) => `${v}=undefined;`)
      .join("");
    loop(lo, (name) => {
      lo.emitIf(
        `${mode}===1`,
        () => lo.emit(`if(!${f}.step())break ${name};${v0}=${f}.key;${v1}=${f}.value;${rest}`),
        () =>
          lo.emitIf(
            `${mode}===2`,
            () => {
              lo.op(
                (k) =>
                  `${v0}=++${control};if((${v1}=${state}.array[${v0}])===undefined){k=${k};${v1}=I(${state},${v0});if(${v1}===null)break sus;}`,
                `${v1}=F(v)`,
                s.line,
                undefined,
              );
              lo.emit(`if(${v1}===undefined)break ${name};${rest}`);
            },
            () => iteratorCall(lo, s, f, state, control, values, name),
          ),
      );
      lo.hooked("H.loop(fr);");
      lo.scope(() => {
        s.vars.forEach((v, i) => {
          lo.declare(v);
          lo.initialise(v, values[i] as string);
        });
        statements(lo, s.body.statements);
        lo.lastLine = s.body.endLine;
      });
      endOfBody(lo, s.line);
      lo.tick(s.line);
    });
    lo.hooked("fr.hooked.jumped=false;");
    if (lo.closeLevel > level) lo.emitClose(level, s.body.endLine);
    lo.closeLevel = level;
  });
}

function iteratorCall(
  lo: Lowering,
  s: GenericForStatement,
  f: string,
  state: string,
  control: string,
  values: string[],
  name: string,
): void {
  const [v0, ...rest] = values as [string, ...string[]];
  const spread = `${rest.map((v, i) => `${v}=${v0}[${i + 1}];`).join("")}${v0}=${v0}[0];`;
  const clear = rest.map((v) => `${v}=undefined;`).join("");
  const callee = lo.isHooked ? { code: f, kind: Kind.Boxed } : anyOperand(f);
  lo.op(
    (k) => {
      const c = callText(callee, (name) => `${name}(${state},${control})`, k);
      return `${c.before}${v0}=${c.value};if(Q(${v0})){${spread}}else{if(${v0}===null)break sus;${clear}}`;
    },
    `${v0}=A(v);${spread}`,
    s.line,
    "for iterator",
    f,
  );
  lo.emit(`if(${v0}===undefined)break ${name};${control}=${v0};`);
}
