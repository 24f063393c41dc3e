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
import type { LoopStatement } from "../parser/ast";
import type { FunctionCode, LoopNode, Node, OpNode } from "./ir";
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
    const isApart = always || (isInner && isLong(code, loop));
    const outline =
      isApart && mayStandApart(code, loop) ? outlineOf(code, loop, runsOnce) : undefined;
    if (outline !== undefined && (always || outline.results.length <= MANY_RESULTS))
      found.set(loop, outline);
    visit(code, loop.body, true, isLarge, found);
  }
}

/** A `while` or `repeat` with many operations and no loop inside. */
function isLong(code: FunctionCode, loop: LoopNode): boolean {
  return (
    loop.scope?.isFor === false &&
    operationsOf(code, loop) >= MANY_OPERATIONS &&
    loopsIn(loop.body).length === 0
  );
}

function operationsOf(code: FunctionCode, loop: LoopNode): number {
  let count = 0;
  for (let k = loop.lo + 1; k <= loop.hi; k++) if (code.ops[k]?.expr !== "entry") count++;
  return count;
}

/** The loops of a list that are not inside of others. */
export function loopsIn(nodes: Node[]): LoopNode[] {
  const loops: LoopNode[] = [];
  for (const n of nodes) {
    if (typeof n === "string") continue;
    if (n.type === "loop") loops.push(n);
    else for (const list of listsOf(n)) loops.push(...loopsIn(list));
  }
  return loops;
}

/** The loop of a statement, wherever it is in the function. */
export function loopOf(code: FunctionCode, s: LoopStatement): LoopNode {
  const found = search(code.nodes, s);
  if (found === undefined) throw new Error(`no loop of ${s.type}`);
  return found;
}

function search(nodes: Node[], s: LoopStatement): LoopNode | undefined {
  for (const loop of loopsIn(nodes)) {
    if (loop.scope?.statement === s) return loop;
    const inner = search(loop.body, s);
    if (inner !== undefined) return inner;
  }
  return undefined;
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

/** Does nothing in the loop leave it in other ways than `break`? Calls of nothing but the check are not worth it. */
function mayStandApart(code: FunctionCode, loop: LoopNode): boolean {
  if (loop.scope === undefined || operationsOf(code, loop) < 2) return false;
  const facts = factsOf([loop]);
  if (facts.mayReturn) return false;
  for (const [, label] of facts.text.matchAll(/\b(?:break|continue) (\w+)/g))
    if (label !== "sus" && !facts.labels.has(label as string)) return false;
  return true;
}

/** `isSliced`: it runs in slices. */
export function outlineOf(
  code: FunctionCode,
  loop: LoopNode,
  isSliced: boolean,
): Outline | undefined {
  if (loop.scope === undefined) return undefined;
  const { text, mayLeave, mayReturn } = factsOf([loop]);
  const { outliving, registers, fresh } = loop.scope;
  const all = assigned(text, registers - fresh);
  return {
    loop,
    name: `${code.jsName}_${loop.label}`,
    results: kept(all, (r) => Number.parseInt(r.slice(1), 10) < outliving),
    mayLeave: mayLeave || mayReturn,
    carried: isSliced && tickOf(loop) !== undefined ? all : undefined,
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
  return new Set(end > 0 ? assigned(factsOf(code.nodes).text, end) : []);
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

/** What there is in the fast form of some nodes. */
interface Facts {
  text: string;
  labels: Set<string>;
  /** It may go over to the other form. */
  mayLeave: boolean;
  mayReturn: boolean;
}

function factsOf(nodes: Node[]): Facts {
  const facts: Facts = { text: "", labels: new Set(), mayLeave: false, mayReturn: false };
  collect(nodes, facts);
  return facts;
}

function collect(nodes: Node[], facts: Facts): void {
  for (const n of nodes) {
    if (typeof n === "string") facts.text += `${n}\n`;
    else if (n.type === "op") {
      facts.text += `${n.text}\n`;
      if (n.text.includes("deopt ")) facts.mayLeave = true;
      if (isTailCall(n)) facts.mayReturn = true;
    } else if (n.type === "mark") facts.mayLeave = true;
    else if (n.type === "return") facts.mayReturn = true;
    else {
      if ("label" in n) facts.labels.add(n.label);
      if (n.type === "if") facts.text += `${n.cond}\n`;
      for (const list of listsOf(n)) collect(list, facts);
    }
  }
}

/** A call in place of the function: see `tailCall` in returns.ts. */
function isTailCall(n: OpNode): boolean {
  return n.text.endsWith("return h;");
}
