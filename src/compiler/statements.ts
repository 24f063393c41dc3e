/** Lowering of statements and blocks (§3.3). */
import type {
  Block,
  Expr,
  FunctionBody,
  IfStatement,
  LabelStatement,
  Statement,
} from "../parser/ast";
import { assign, assignGlobal, checkUndefined, global, local } from "./assignments";
import { call } from "./calls";
import type { ChunkContext } from "./chunk";
import { expressionRules } from "./expressions";
import type { FunctionCode } from "./ir";
import { endLine, endOfBlock, endOfList } from "./lines";
import { genericFor, loop, numericFor } from "./loops";
import { Lowering } from "./lower";
import { leave, returnStatement, SELF } from "./returns";

/** Lowers one function, without those inside it. */
export function lowerFunction(
  context: ChunkContext,
  fn: FunctionBody,
  isTyped: boolean,
  isHooked = false,
): FunctionCode {
  const lo = new Lowering(context, fn, isTyped, isHooked, expressionRules);
  lo.scope(() => {
    for (const p of fn.params) {
      const r = lo.declare(p);
      if (context.isCell(p)) lo.emit(`${r}={v:${r}};`);
    }
    if (fn.varargTable !== undefined) {
      lo.declare(fn.varargTable);
      lo.usesVarargArray = true;
      lo.initialise(fn.varargTable, "NV(va)");
    } else if (fn.isVararg && context.isInspected) lo.usesVarargArray = true;
    // the interpreter's frames have it, whether code that mentions it is left or not
    if (lo.isInterpreted && fn.usesVararg) lo.usesVarargArray = true;
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
  return lo.finish();
}

function block(lo: Lowering, b: Block): void {
  lo.scope(() => {
    statements(lo, b.statements);
    lo.lastLine = b.endLine;
  });
}

/**
 * A statement list. Labels cut it into segments: a forward jump leaves a JS block that ends at the
 * label, a backward jump continues a loop that begins at it. When both kinds would overlap, the
 * segments become the cases of a switch in a loop.
 */
function statements(lo: Lowering, list: Statement[]): void {
  const labels: LabelStatement[] = [];
  for (const s of list) if (s.type === "Label" && (s.forward || s.backward)) labels.push(s);
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
  lo.targets.set(label, {
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
      const target = lo.targets.get(label);
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
    lo.targets.set(label, { jump, closeLevel: lo.closeLevel });
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
  if (lo.isInterpreted) entry(lo, s);
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

/** An operation that does nothing, where the interpreter may hand the function over to its hooked form. */
function entry(lo: Lowering, s: Statement): void {
  lo.op(() => "", lo.isHooked ? ";" : "", s.line, "entry");
  lo.noteStatement(s);
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
      lo.context.declaresFunction(v, s.func.func);
      lo.declare(v);
      if (lo.context.isCell(v)) {
        lo.initialise(v, "void 0");
        lo.assignVariable(v, lo.operand(s.func).code);
      } else lo.into(s.func, lo.slot(v));
      break;
    }
    case "Global":
      global(lo, s);
      break;
    case "GlobalFunction": {
      checkUndefined(lo, s.target);
      assignGlobal(lo, s.target, lo.operand(s.func));
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
      loop(lo, s, (name) => {
        leaveUnless(lo, s.condition, name);
        block(lo, s.body);
        lo.hooked("fr.hooked.line=-1;");
        lo.tick(s.line);
      });
      break;
    case "Repeat":
      loop(lo, s, (name) => repeat(lo, s, name));
      break;
    case "If":
      ifStatement(lo, s);
      break;
    case "NumericFor":
      numericFor(lo, s, () => statements(lo, s.body.statements));
      break;
    case "GenericFor":
      genericFor(lo, s, () => statements(lo, s.body.statements));
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
      const target = lo.targets.get(s.label);
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

function repeat(lo: Lowering, s: Statement & { type: "Repeat" }, name: string): void {
  lo.scope(() => {
    statements(lo, s.body.statements);
    // the condition is inside the scope of the body, and so before its variables are closed
    lo.lastLine = s.condition.line;
    const c = lo.condition(s.condition);
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

function isConjunction(e: Expr): e is Expr & { type: "Logical" } {
  return e.type === "Logical" && e.op === "and";
}

/**
 * Leaves the block or loop unless the condition holds. `a and b` leaves it in two places, so that there is
 * no value to be computed that says which of them it was.
 */
function leaveUnless(lo: Lowering, condition: Expr, label: string): void {
  const operands: Expr[] = [];
  // long conditions nest to the left: follow them without recursion
  let first = condition;
  for (; isConjunction(first); first = first.left) operands.push(first.right);
  for (const e of [first, ...operands.reverse()]) {
    const mark = lo.tempMark;
    const c = lo.condition(e);
    lo.marker(endLine(e));
    lo.emit(`if(!${c})break ${label};`);
    lo.releaseTemps(mark);
  }
}

function ifStatement(lo: Lowering, s: IfStatement): void {
  const mark = lo.tempMark;
  const [head] = s.clauses;
  const isSingle = s.clauses.length === 1;
  if (isSingle && head !== undefined && !isConjunction(head.condition)) {
    const c = lo.condition(head.condition);
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
      if (isConjunction(clause.condition)) {
        const next = lo.label();
        lo.emitBlock(next, () => {
          leaveUnless(lo, clause.condition, next);
          block(lo, clause.body);
          if (!isSingle || s.orelse !== undefined) lo.emit(`break ${name};`);
        });
        continue;
      }
      const c = lo.condition(clause.condition);
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
