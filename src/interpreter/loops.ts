/**
 * Loops that are interpreted (§3.3.4, §3.3.5). Their state stands in the registers where compiled code has it, in the
 * same form, so that a loop that runs on and on can be finished there (`InterpretedCode.finishLoop`).
 */
import type { GenericForStatement, LocalVar, NumericForStatement } from "../parser/ast";
import { filling } from "../parser/constructors";
import { type ForState, forLimit, forPrepare, MAX_STEP } from "../runtime/forloop";
import { SUSPENDED } from "../runtime/frame";
import { inext, next } from "../runtime/iterators";
import { fillArray } from "../runtime/record";
import { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
import { allResults, first, type LuaValue, pair, type Results } from "../runtime/value";
import type { OpenLoop } from "./blocks";
import { type Evaluator, isTruthy, WAITING } from "./evaluator";
import type { Variables } from "./variables";

/** What comes next in a loop. */
export enum Turn {
  Body,
  End,
  /** An operation is suspended. */
  Waiting,
}

function isInt32(v: LuaValue): v is number {
  return typeof v === "number" && (v | 0) === v;
}

/** A limit that the counter can be compared with, as it is. */
function isFit(limit: LuaValue): limit is number {
  return typeof limit === "number" && !Number.isNaN(limit);
}

/** Registers of a numeric `for`: counter, limit, state of one that is no plain counting, step. */
export function beginNumeric(
  s: NumericForStatement,
  [start, limit, step]: LuaValue[],
  variables: Variables,
  evaluator: Evaluator,
): void {
  evaluator.begin(s, "for prepare");
  const isPlain = isInt32(start) && isInt32(step) && step !== 0 && Math.abs(step) <= MAX_STEP;
  if (!isPlain) {
    variables.push(0, limit, forPrepare(start, limit, step), step);
    return;
  }
  const bound = isFit(limit) ? limit : forLimit(limit, step);
  const filled = step === 1 ? filling(s) : undefined;
  const first =
    filled === undefined
      ? start
      : fillArray(evaluator.value(filled.table), start, bound, evaluator.value(filled.value));
  variables.push(first, bound, null, step);
}

/**
 * Registers of a generic `for`: iterator, state, control variable, and by which way the values come: 1 for a traversal
 * by `next`, which has an iterator of its own, 2 for one by `ipairs`; then the values.
 */
export function beginGeneric([f, state, control]: LuaValue[], variables: Variables): void {
  const isTable = state instanceof LuaTable;
  if (f === next && control === undefined && isTable)
    variables.push(new TableIterator(state), state, control, 1);
  else variables.push(f, state, control, f === inext && isTable && isInt32(control) ? 2 : 0);
}

/** Begins the next iteration, if there is one: its variables are declared, of a loop that has some. */
export function turn(open: OpenLoop, variables: Variables, evaluator: Evaluator): Turn {
  const { loop } = open;
  switch (loop.type) {
    case "While": {
      const v = evaluator.value(loop.condition);
      if (v === WAITING) return Turn.Waiting;
      return isTruthy(v) ? Turn.Body : Turn.End;
    }
    case "Repeat":
      return Turn.Body;
    case "NumericFor":
      return turnNumeric(loop, open, variables);
    case "GenericFor":
      return turnGeneric(loop, open, variables, evaluator);
  }
}

/** How many iterations a loop that begins will have at most, if that is known. */
export function countOf({ loop, top: state }: OpenLoop, { s }: Variables): number {
  if (loop.type !== "NumericFor" || s[state + 2] !== null) return 0;
  const [counter, limit, , step] = s.slice(state) as [number, number, null, number];
  return (limit - counter) / step;
}

/** What is done between two iterations. */
export function advance({ loop, top: state }: OpenLoop, { s }: Variables): void {
  if (loop.type !== "NumericFor" || s[state + 2] !== null) return;
  s[state] = (s[state] as number) + (s[state + 3] as number);
}

function turnNumeric(
  loop: NumericForStatement,
  { top: state }: OpenLoop,
  variables: Variables,
): Turn {
  const [counter, limit, other, step] = variables.s.slice(state) as [
    number,
    number,
    ForState | null,
    number,
  ];
  if (other === null) {
    if (!(step > 0 ? counter <= limit : counter >= limit)) return Turn.End;
    variables.declare(loop.variable, counter);
  } else {
    if (!other.next()) return Turn.End;
    variables.declare(loop.variable, other.value);
  }
  return Turn.Body;
}

function turnGeneric(
  loop: GenericForStatement,
  { top: at }: OpenLoop,
  variables: Variables,
  evaluator: Evaluator,
): Turn {
  const { s } = variables;
  const [f, state, control, way] = s.slice(at) as [LuaValue, LuaValue, LuaValue, number];
  let values: Results;
  if (way === 1) {
    const it = f as unknown as TableIterator;
    values = it.step() ? pair(it.key, it.value) : undefined;
  } else if (way === 2) {
    const i = evaluator.isNew() ? (control as number) + 1 : control;
    s[at + 2] = i;
    const v = evaluator.element(loop, state, i);
    if (v === WAITING) return Turn.Waiting;
    values = v === undefined ? undefined : pair(i, v);
  } else {
    values = evaluator.apply(loop, f, pair(state, control), "for iterator");
    if (values === SUSPENDED) return Turn.Waiting;
    s[at + 2] = first(values);
  }
  if (first(values) === undefined) return Turn.End;
  // the registers in which compiled code gets them
  const all = allResults(values);
  const count = loop.vars.length;
  for (let i = 0; i < Math.max(count, 2); i++) variables.push(all[i]);
  for (let i = 0; i < count; i++) variables.declare(loop.vars[i] as LocalVar, all[i]);
  return Turn.Body;
}
