/** Which functions run in the interpreter at first (src/interpreter), and what those inside are to know of them. */
import type { Block, Expr, FunctionBody, LocalVar, Statement } from "../parser/ast";
import { mapped } from "./lists";

/** What of a chunk the answers depend on; see ChunkContext. */
export interface ChunkFacts {
  readonly interprets: boolean;
  readonly allCells: boolean;
}

/**
 * The JIT copies no function of so many characters into its callers, so that it hardly matters to it whether these
 * call the function or what stands for it (interpreted.ts).
 */
const LONG = 250;

/**
 * Does a function that an interpreted one makes get a stand-in, which is interpreted or compiled when it is called? That
 * is for functions that mostly run once or a few times: those that are made to be passed to a call
 * (`pcall(function() … end)`), and those of a `local function`, which compiled code calls without the stand-in; and for
 * long ones, which take the longest to compile, and of which libraries have many that nobody calls.
 */
export function hasStandIn(fn: FunctionBody, context: ChunkFacts): boolean {
  if (!context.interprets || fn.isInLoop) return false;
  if (fn.length >= LONG) return true;
  return selfVariable(fn, context) !== undefined || (fn.isArgument && isInterpretable(fn, context));
}

/**
 * Functions without variables to be closed, `goto` back or out of a loop, and empty loops. Compiled code has frames of
 * another form where there is a table of extra arguments, or where a function's tail calls to itself are a loop.
 */
export function isInterpretable(fn: FunctionBody, context: ChunkFacts): boolean {
  if (!context.interprets || !fn.isStructured || fn.varargTable !== undefined) return false;
  const self = selfVariable(fn, context);
  return self === undefined || fn.isVararg || !endsInCallOf(self, fn.body);
}

/** The variable of the `local function` that it is, if that always holds this function: code refers to itself by its JS name. */
export function selfVariable(fn: FunctionBody, { allCells }: ChunkFacts): LocalVar | undefined {
  const v = fn.ownVariable;
  return v === undefined || v.assigned || allCells ? undefined : v;
}

/** Is there a `return f(…)` for the variable? */
function endsInCallOf(f: LocalVar, { statements }: Block): boolean {
  for (const s of statements) {
    if (s.type === "Return" && s.exprs.length === 1 && isCallOf(f, s.exprs[0] as Expr)) return true;
    for (const block of blocksOf(s)) if (endsInCallOf(f, block)) return true;
  }
  return false;
}

/** The blocks that stand in a statement. */
export function blocksOf(s: Statement): Block[] {
  if ("body" in s) return [s.body];
  if (s.type !== "If") return [];
  const blocks = mapped(s.clauses, (c) => c.body);
  if (s.orelse !== undefined) blocks.push(s.orelse);
  return blocks;
}

function isCallOf(f: LocalVar, e: Expr): boolean {
  return e.type === "Call" && e.func.type === "Local" && e.func.variable === f;
}
