/**
 * Which loops of a function are printed as functions of their own.
 *
 * The JIT compiles a function once for each loop that it is met in, with what it knows by then, and
 * throws the code away where a later loop begins. So in a function that runs once, a main function
 * above all, each loop waits for machine code that begins in it, of a function as large as all loops
 * together. As a function of its own, a loop is compiled alone, and what is compiled stays.
 *
 * So is a long `while` or `repeat` inside of another loop, in any function. Machine code that is begun in the middle
 * of a loop is left for good, or for long, when something comes up that the JIT has not seen before; code that is
 * begun by a call, with the next one. For short loops the calls take more than that is worth, and `for` has
 * variables that hold what is expected.
 *
 * In a function of exceptional length, every loop without others inside stands apart: it would be thrown away and
 * compiled anew, all of it, whenever something comes up in one of its loops.
 *
 * The registers around the loop are its parameters, those that it assigns its results. When it is
 * suspended, it saves the frame of the whole function: the resumable form knows nothing of all this.
 *
 * The loops of a main function run in *slices*: after some thousand iterations the function of the loop returns
 * what it has assigned, and is called again. So the JIT enters its code by a call: it makes one version of it for the
 * last tier instead of two (one that begins in the middle of the loop, and one for calls that do not come), and
 * when something new makes it leave the code, the next slice is back in it.
 */
import type { FunctionCode, LoopNode, Node } from "./ir";
import { kept, mapped } from "./lists";

const MANY_OPERATIONS = 10;
/** More than that is not worth the object that they come in. */
const MANY_RESULTS = 2;

/** What a loop takes and gives as a function. */
export interface Outline {
  loop: LoopNode;
  /** JS name of the function. */
  name: string;
  /** Registers that are used later and that it assigns. */
  results: string[];
  /** It may leave the fast form for good: what it returns then is a result of the whole function. */
  mayLeave: boolean;
  /** Of a loop that runs in slices: the registers that it takes from one to the next. */
  carried: string[] | undefined;
  /** There are loops in it. */
  hasInner: boolean;
}

/** The loops of a function to be printed apart; `isLarge`: it is of exceptional length. */
export function outlines(code: FunctionCode, isLarge: boolean): Map<Node, Outline> {
  const found = new Map<Node, Outline>();
  if (code.usesCounter) visit(code, code.nodes, false, isLarge, found);
  return found;
}

/**
 * Of a main function, a loop beside others stands apart from them; a single one inside of another stays where it
 * is, unless it is long.
 */
function visit(
  code: FunctionCode,
  nodes: Node[],
  isInner: boolean,
  isLarge: boolean,
  found: Map<Node, Outline>,
): void {
  const loops = loopsIn(nodes);
  const runsOnce = code.body.id === 0 && (!isInner || loops.length > 1);
  for (const loop of loops) {
    const always = runsOnce || (isLarge && loopsIn(loop.body).length === 0);
    const isApart = always || (isInner && isLong(loop));
    const outline = isApart ? outlineOf(code, loop, runsOnce) : undefined;
    if (outline !== undefined && (always || outline.results.length <= MANY_RESULTS))
      found.set(loop, outline);
    visit(code, loop.body, true, isLarge, found);
  }
}

/** A `while` or `repeat` with many operations and no loop inside. */
function isLong(loop: LoopNode): boolean {
  return (
    loop.scope?.isFor === false &&
    loop.hi - loop.lo >= MANY_OPERATIONS &&
    loopsIn(loop.body).length === 0
  );
}

/** The loops of a list that are not inside of others. */
function loopsIn(nodes: Node[]): LoopNode[] {
  const loops: LoopNode[] = [];
  for (const n of nodes) {
    if (typeof n === "string") continue;
    if (n.type === "loop") loops.push(n);
    else for (const list of listsOf(n)) loops.push(...loopsIn(list));
  }
  return loops;
}

function listsOf(n: Exclude<Node, string>): Node[][] {
  switch (n.type) {
    case "if":
      return [n.taken, n.orelse];
    case "loop":
    case "block":
      return [n.body];
    case "dispatch":
      return mapped(n.segments, (s) => s.body);
    default:
      return [];
  }
}

function outlineOf(code: FunctionCode, loop: LoopNode, runsOnce: boolean): Outline | undefined {
  if (loop.scope === undefined || loop.hi - loop.lo < 2) return undefined;
  const facts = { text: "", labels: new Set<string>(), mayLeave: false };
  collect([loop], facts);
  if (/\b(?:return|arguments)\b/.test(facts.text)) return undefined;
  for (const [, label] of facts.text.matchAll(/\b(?:break|continue) (\w+)/g))
    if (label !== "sus" && !facts.labels.has(label as string)) return undefined;
  const { outliving, registers, fresh } = loop.scope;
  const all = assigned(facts.text, registers - fresh);
  return {
    loop,
    name: `${code.jsName}_${loop.label}`,
    results: kept(all, (r) => Number.parseInt(r.slice(1), 10) < outliving),
    mayLeave: facts.mayLeave,
    carried: runsOnce && tickOf(loop) !== undefined ? all : undefined,
    hasInner: loopsIn(loop.body).length > 0,
  };
}

/** The preemption check that a loop ends with, if it does. */
export function tickOf(loop: LoopNode): { k: number; tick: string } | undefined {
  const last = loop.body[loop.body.length - 1];
  if (typeof last !== "object" || last.type !== "op" || last.tick === undefined) return undefined;
  return { k: last.k, tick: last.tick };
}

/** The registers below `end` that the fast form of a function assigns. */
export function changedRegisters(code: FunctionCode, end: number): Set<string> {
  const facts = { text: "", labels: new Set<string>(), mayLeave: false };
  if (end > 0) collect(code.nodes, facts);
  return new Set(assigned(facts.text, end));
}

/** The registers below `end` that the text assigns. */
function assigned(text: string, end: number): string[] {
  const found = new Set<string>();
  for (const [, r, half] of text.matchAll(/\br(\d+)([hldfw]?)=(?!=)/g))
    if (Number(r) < end) found.add(`r${r}${half}`);
  for (const [, r] of text.matchAll(/(?:\+\+|--)r(\d+)\b/g))
    if (Number(r) < end) found.add(`r${r}`);
  return [...found];
}

/** Gathers the text of the fast form, its labels, and whether it may go over to the other form. */
function collect(
  nodes: Node[],
  facts: { text: string; labels: Set<string>; mayLeave: boolean },
): void {
  for (const n of nodes) {
    if (typeof n === "string") facts.text += `${n}\n`;
    else if (n.type === "op") {
      facts.text += `${n.text}\n`;
      if (n.text.includes("deopt ")) facts.mayLeave = true;
    } else if (n.type === "mark") facts.mayLeave = true;
    else {
      if ("label" in n) facts.labels.add(n.label);
      if (n.type === "if") facts.text += `${n.cond}\n`;
      for (const list of listsOf(n)) collect(list, facts);
    }
  }
}
