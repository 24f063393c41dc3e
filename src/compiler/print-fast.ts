/** Printing the fast form of a function (print.ts), with its loops that are functions of their own (outline.ts). */

import type { FunctionCode, LoopNode, Node, Unboxed } from "./ir";
import {
  boxAll,
  declarations,
  factoryParameters,
  fixedLayout,
  frameLayout,
  partsOf,
} from "./layout";
import { mapped } from "./lists";
import { DIRECT } from "./operand";
import { changedRegisters, loopsIn, type Outline, outlineOf, outlines, tickOf } from "./outline";
import { Printer, tailCalls } from "./print";

/** A function is of exceptional length from so many characters on: fifty to a hundred operations. */
const LARGE = 9_000;
/** A slice of a loop has up to so many preemption checks: what it takes and gives costs little then. */
const MAX_TICKS = 15;
const NONE: ReadonlySet<string> = new Set();

type Scope = NonNullable<LoopNode["scope"]>;

class FastPrinter extends Printer {
  /** The functions of loops that were met. */
  functions = "";
  /** The length of the longest of them. */
  longest = 0;

  /** `outlines`: the loops that are printed apart; `printed`: those whose functions have been printed. */
  constructor(
    code: FunctionCode,
    protected readonly outlines: Map<Node, Outline>,
    protected readonly printed = new Set<Outline>(),
  ) {
    super(code, false);
  }

  private values(k: number): string {
    const op = this.code.ops[k];
    return boxAll(frameLayout(this.code, k), op?.unboxed, op?.unset);
  }

  private frame(k: number): string {
    return `new LF(P${this.code.body.id},${k},[${this.values(k)}])`;
  }

  // the frame is made by the callee: these exits are a large part of the code

  save(k: number): string {
    return `return U(${k},${this.values(k)})`;
  }

  protected saveRegisters(count: number, unboxed?: Map<string, Unboxed>): string {
    const names = fixedLayout(this.code);
    for (let i = 0; i < count; i++) names.push(`r${i}`);
    return `return U(k,${boxAll(names, unboxed)})`;
  }

  protected deopt(k: number, value: string): string {
    return `return ${this.frame(k)}.deopt(${value})`;
  }

  mark(k: number): string {
    // goes on in the resumable form, which marks the variable
    return `return ${this.frame(k)}.deopt()`;
  }

  /**
   * The preemption check stands outside of a loop of its own: what is called inside of a loop, however
   * rarely, costs the doubles that live across it their registers.
   */
  protected override loop(n: LoopNode): string {
    const last = tickOf(n);
    if (last === undefined) return super.loop(n);
    const body = this.list(n.body.slice(0, -1));
    const tick = this.operation(last.k, last.tick);
    const { isDue, after } = this.slicing(n);
    return `${n.label}:for(;;){for(;;){${body}if(--n<0${isDue})break;}${tick}${after}}`;
  }

  /**
   * What a loop does for the slices of the one that is printed apart: when it is due for its check, and what
   * follows that.
   */
  protected slicing(_loop: LoopNode): { isDue: string; after: string } {
    return { isDue: "", after: "" };
  }

  /** What a function returns when a loop `h` in it has ended it. */
  protected readonly leftWith: string = "h.results";

  protected override outlined(loop: LoopNode): string | undefined {
    const outline = this.outlines.get(loop);
    if (outline === undefined || loop.scope === undefined) return undefined;
    const args = this.passed(loop.scope);
    if (!this.printed.has(outline)) {
      this.printed.add(outline);
      this.functions += this.loopFunction(loop, loop.scope, outline, args);
    }
    const { name, results, carried } = outline;
    const call = (more: string) =>
      // an error has got its position when it comes out of the loop: k says so
      `k=${~(loop.lo + 1)};if((h=${name}(${args.join(",")}${more}))===null)return null;`;
    const [only] = results;
    const end =
      (outline.mayLeave ? `if(h instanceof LX)return ${this.leftWith};` : "") +
      (results.length > 1 ? restore(results) : only === undefined ? "" : `${only}=h;`);
    if (carried === undefined) return call("") + end;
    // the number of the slice, as far as it counts
    const w = `w${loop.label}`;
    const next = `h=${name}s;${name}s=void 0;${restore(carried)}if(${w}<${MAX_TICKS})${w}++;`;
    return `for(var ${w}=0;;){${call(`,${w}`)}if(h!==SC)break;${next}${this.sliced}}${end}`;
  }

  /** What a loop takes as a function. */
  protected passed({ registers, temporaries }: Scope): string[] {
    const args = fixedLayout(this.code).slice(1);
    for (let i = 0; i < registers; i++) args.push(...partsOf(this.code, `r${i}`));
    args.push(...temporaries);
    return args;
  }

  private loopFunction(loop: LoopNode, scope: Scope, outline: Outline, args: string[]): string {
    const { registers, temporaries } = scope;
    const { name, results, carried } = outline;
    const printer = new LoopPrinter(this.code, this.outlines, this.printed, outline);
    const body = printer.list([
      { type: "region", registers },
      { ...loop, scope: undefined },
    ]);
    const isSliced = carried !== undefined;
    // what is carried holds all results
    const { parameters, copies } = copied(args, new Set(carried ?? results));
    const declared = copies + declarations(this.code, registers, temporaries);
    const before = `${printer.functions}\n${isSliced ? `var ${name}s;` : ""}`;
    const result = results.length > 1 ? `{${fields(results)}}` : (results[0] ?? "0");
    this.longest = Math.max(this.longest, body.length, printer.longest);
    const tail = tailsOf(this.code, loop);
    // the functions that it calls; what calls itself in a loop does so by its name in Lua
    const called = directNames(body + tail).filter((f) => f !== this.code.jsName);
    const direct = mapped(called, (f) => `,${f}${CALLED}=DF(${f})`).join("");
    const text =
      `function ${name}(${parameters.join(",")}${isSliced ? ",s" : ""}){var k=0${declared}${direct};` +
      (tail === "" ? "" : "tail:{") +
      `try{${body}}catch(e){throw W(P${this.code.body.id},k,e)}return ${result}${tail}}`;
    return before + withDirect(text, (f) => (called.includes(f) ? f + CALLED : f));
  }

  /** What is done after a slice of an inner loop. */
  protected readonly sliced: string = "";
}

/** Behind the name of a function that is called instead of what stands for it. No part of a register has this letter. */
const CALLED = "c";

/** The names of functions in the text that are called without what stands for them. */
function directNames(text: string): string[] {
  if (!text.includes(DIRECT)) return [];
  return [...new Set(mapped([...text.matchAll(DIRECT_NAME)], ([, name]) => name as string))];
}

function withDirect(text: string, replace: (name: string) => string): string {
  return text.includes(DIRECT) ? text.replace(DIRECT_NAME, (_, name) => replace(name)) : text;
}

const DIRECT_NAME = new RegExp(`(\\w+)${DIRECT}`, "g");

/** What stands behind the body of a loop with calls in place of the function. */
function tailsOf(code: FunctionCode, { lo, hi }: LoopNode): string {
  let cases = "";
  for (const { k, text } of code.tailCalls)
    if (k > lo && k <= hi) cases += `case ${k}:h=${text};break;`;
  return cases === "" ? "" : `}switch(k){${cases}}return h===null?null:new LX(h)`;
}

/**
 * Parameters of which those that are assigned get copies under their names: the JIT keeps a parameter in a box,
 * whatever is assigned to it.
 */
function copied(
  names: string[],
  changed: ReadonlySet<string>,
): { parameters: string[]; copies: string } {
  let copies = "";
  const parameters = mapped(names, (name) => {
    if (!changed.has(name)) return name;
    copies += `,${name}=p${name}`;
    return `p${name}`;
  });
  return { parameters, copies };
}

function fields(names: string[]): string {
  return mapped(names, (r) => `${r}:${r}`).join(",");
}

function restore(names: string[]): string {
  return mapped(names, (r) => `${r}=h.${r};`).join("");
}

/** Prints a loop as a function: what ends the function around it comes out in a wrapping. */
class LoopPrinter extends FastPrinter {
  constructor(
    code: FunctionCode,
    found: Map<Node, Outline>,
    printed: Set<Outline>,
    private readonly outline: Outline,
  ) {
    super(code, found, printed);
    this.sliced = outline.carried === undefined ? "" : "s--;";
  }

  protected override readonly sliced: string;

  /** `s` counts down the preemption checks of a slice, also those of loops inside. */
  protected override slicing(loop: LoopNode): { isDue: string; after: string } {
    const { loop: outer, name, carried, hasInner } = this.outline;
    if (carried === undefined) return super.slicing(loop);
    if (loop.label !== outer.label) return { isDue: "", after: "s--;" };
    const after = `if(--s<0){${name}s={${fields(carried)}};return SC}`;
    return { isDue: hasInner ? "||s<0" : "", after };
  }

  protected override readonly leftWith = "h";

  protected override deopt(k: number, value: string): string {
    return super.deopt(k, value).replace(/^return (.*)$/, "return new LX($1)");
  }

  override mark(k: number): string {
    return super.mark(k).replace(/^return (.*)$/, "return new LX($1)");
  }

  protected override returned(value: string): string {
    return `return new LX(${value});`;
  }

  protected override operation(k: number, text: string): string {
    // a native function called in place of the function
    return super.operation(k, text).replace(/return h;$/, "return new LX(h);");
  }
}

/** Prints functions that do what loops do, for the interpreter. */
class EntryPrinter extends FastPrinter {
  protected override readonly leftWith = "h";

  /**
   * It takes what a frame holds and gives the registers as the loop leaves them, as an array of Lua values behind one
   * that is none of them (see `newList`).
   */
  entry(loop: LoopNode): string {
    const scope = loop.scope as Scope;
    const registers = Array.from({ length: scope.outliving }, (_, i) => `r${i}`);
    const body = this.outlined(loop);
    return (
      `function(${this.passed(scope).join(",")}){var k=0,h;` +
      `try{${body}}catch(e){throw W(P${this.code.body.id},k,e)}return [void 0,${boxAll(registers, scope.unboxed)}]}`
    );
  }
}

/** The loops of a function as functions for the interpreter; `text` returns these. */
export interface EntriesText {
  loops: LoopNode[];
  text: string;
}

/** Prints the loops that are not inside of others, those that stand apart in any case, and the one that is `wanted`. */
export function printEntries(code: FunctionCode, wanted: LoopNode, isLarge = false): EntriesText {
  const found = outlines(code, isLarge);
  for (const loop of loopsIn(code.nodes))
    if (!found.has(loop)) found.set(loop, outlineOf(code, loop, true) as Outline);
  const loops = [...found.keys()] as LoopNode[];
  const printed = new Set<Outline>();
  const printer = new EntryPrinter(code, found, printed);
  const entries = mapped(loops, (loop) => printer.entry(loop));
  let { functions } = printer;
  if (!found.has(wanted)) {
    // it stays where it is in the loop around it
    found.set(wanted, outlineOf(code, wanted, true) as Outline);
    const other = new EntryPrinter(code, found, printed);
    loops.push(wanted);
    entries.push(other.entry(wanted));
    functions += other.functions;
  }
  if (!isLarge && printer.longest > LARGE) return printEntries(code, wanted, true);
  return { loops, text: `${functions}\nreturn [${entries.join(",")}]` };
}

/**
 * `(u0,u1)=>function L1_2(r0,r1){…}`, and the functions of its loops that it uses. Where another function stands for it
 * in Lua (interpreted.ts), that comes behind the upvalues.
 */
export function printFast(
  code: FunctionCode,
  hasStandIn = false,
): { factory: string; loops: string } {
  const { body } = code;
  const { main, loops } = printParts(code);
  const names = mapped(body.params, (_, i) => `r${i}`);
  const changed = code.usesCounter ? changedRegisters(code, names.length) : NONE;
  const { parameters: params, copies } = copied(names, changed);
  const variables = copies + declarations(code, params.length);
  if (code.usesVarargArray) params.push("...va");
  const isMain = body.id === 0;
  const [env] = code.upvalues;
  const outer = isMain ? ["e0"] : factoryParameters(code);
  const name = hasStandIn ? code.jsName + CALLED : code.jsName;
  if (hasStandIn) outer.push(code.jsName);
  let text = `function ${name}(${params.join(",")}){`;
  // the main function reads its first upvalue from a cell, so that it can be replaced before a run
  if (isMain && env !== undefined) text += `const ${env}=e0${code.environmentIsCell ? "" : ".v"};`;
  text += `var k=0${variables};`;
  if (code.tailNote !== undefined) text += `var tc=${code.tailNote};`;
  if (code.tailCalls.length > 0) text += "tail:{";
  text += `try{${main}}catch(e){throw W(P${body.id},k,e)}`;
  if (code.tailCalls.length > 0) text += `}${tailCalls(code)}`;
  // the functions that it calls, and itself
  const direct = new Map([[code.jsName, name]]);
  for (const u of directNames(text)) {
    if (!code.upvalues.includes(u) || u === code.jsName) continue;
    direct.set(u, u + CALLED);
    outer.push(`${u}${CALLED}=DF(${u})`);
  }
  const called = withDirect(`${text}}`, (f) => direct.get(f) ?? f);
  return { factory: `(${outer.join(",")})=>${called}`, loops };
}

/** The text of a function, and the functions of its loops. */
function printParts(code: FunctionCode, isLarge = false): { main: string; loops: string } {
  const printer = new FastPrinter(code, outlines(code, isLarge));
  const main = printer.list(code.nodes);
  const mayShrink = !isLarge && code.usesCounter;
  if (mayShrink && Math.max(main.length, printer.longest) > LARGE) return printParts(code, true);
  return { main, loops: printer.functions };
}
