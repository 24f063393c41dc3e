/**
 * Printing the two forms of a function from its lowered form: what they have in common, and the resumable form.
 *
 * The *fast form* (print-fast.ts) is structured JavaScript. Where an operation suspends, it saves the registers and
 * temporaries that are in use there in a `LuaFrame` and returns. Operations that need the same
 * registers and no temporaries share the code for that; with one exit for all of a function, every
 * register would be alive at every operation, and the JIT would spend itself on keeping them.
 *
 * The *resumable form* is the same structure, with a `switch (pc)` around every statement list
 * that holds operations: `pc` is 0 while code runs normally, and the number of the operation that
 * waited when a frame is resumed; every list on the way to that operation then jumps ahead to the
 * part that contains it. Loops stay loops, so that the JIT compiles them well.
 */

import type { FunctionCode, LoopNode, Node, RegionNode, ReturnNode, Unboxed } from "./ir";
import { declarations, fixedLayout, frameLayout, registerBase } from "./layout";
import { any, mapped } from "./lists";
import { DIRECT } from "./operand";

/** A stretch of code whose operations share one exit. */
interface Region {
  id: number;
  registers: number;
  used: boolean;
  /** Registers to box; the same at all its operations. */
  unboxed?: Map<string, Unboxed> | undefined;
  /** What was printed before it. */
  before: string;
}

/** Prints nodes in one of the forms; these differ in how a frame is saved. */
export abstract class Printer {
  /** Regions around the current place, innermost last. */
  private readonly regions: Region[] = [];
  private regionCount = 0;

  constructor(
    protected readonly code: FunctionCode,
    readonly resumable: boolean,
  ) {}

  /** Statements that save the frame at operation `k` and leave the function. */
  abstract save(k: number): string;
  /** Are there variables to be closed? */
  protected readonly hasClosing: string = "fr.tbc!==null";
  /** A to-be-closed variable comes into scope. */
  abstract mark(k: number, level: number, value: string, name: string): string;

  list(nodes: Node[]): string {
    const outer = this.regions.length;
    const switched = this.resumable && any(nodes, hasOps);
    let text = switched ? "switch(pc){case 0:" : "";
    for (const n of nodes) {
      if (typeof n === "string") text += n;
      else if (n.type === "region") {
        if (this.resumable) continue;
        this.regions.push({
          id: this.regionCount++,
          registers: n.registers,
          used: false,
          before: text,
        });
        text = "";
      } else if (n.type === "endRegions") text = this.endRegions(text, outer, n.registers);
      else if (isIdle(n)) continue;
      else if (!switched || !hasOps(n)) text += this.node(n);
      else if ("k" in n) text += `${this.node(n)}case ${n.k}:pc=0;`;
      else {
        for (let k = n.lo + 1; k <= n.hi; k++) text += `case ${k}:`;
        text += this.node(n);
      }
    }
    text = this.endRegions(text, outer, -1);
    return switched ? `${text}}` : text;
  }

  /** Ends the regions of a list with more than `registers` registers. */
  private endRegions(text: string, outer: number, registers: number): string {
    let result = text;
    while (this.regions.length > outer) {
      const region = this.regions[this.regions.length - 1] as Region;
      if (region.registers <= registers) break;
      this.regions.pop();
      const { id, before, used } = region;
      // as parts of a rope, which a long text is not copied for
      if (used) {
        const saved = this.saveRegisters(region.registers, region.unboxed);
        result = `p${id}:{q${id}:{${result}break p${id}}${saved}}`;
      }
      result = before + result;
    }
    return result;
  }

  protected loop(n: LoopNode): string {
    return `${n.label}:for(;;){${this.list(n.body)}}`;
  }

  /** The function has its results. */
  protected returned(value: string): string {
    return `return ${value};`;
  }

  protected operation(k: number, text: string): string {
    const result = text.includes("break sus") ? text.replaceAll("break sus", this.leave(k)) : text;
    return result.includes("deopt ") ? result.replace(/deopt (\w+)/, this.deopt(k, "$1")) : result;
  }

  /** Goes on in the resumable form behind operation k, with `value` as its result. */
  protected abstract deopt(k: number, value: string): string;

  /** The exit of operation k: that of its region if only registers have to be saved. */
  private leave(k: number): string {
    const op = this.code.ops[k];
    const region = this.regions[this.regions.length - 1];
    if (op === undefined || region === undefined) return this.save(k);
    if (op.temporaries > (op.unset?.size ?? 0) || op.registers !== region.registers)
      return this.save(k);
    region.used = true;
    region.unboxed = op.unboxed;
    return `break q${region.id}`;
  }

  /** Saves a frame at the operation in `k`, with registers only. */
  protected abstract saveRegisters(count: number, unboxed?: Map<string, Unboxed>): string;

  /** A loop statement; undefined where it is not printed apart. */
  protected outlined(_loop: LoopNode): string | undefined {
    return undefined;
  }

  private node(n: Node): string {
    if (typeof n === "string") return n;
    switch (n.type) {
      case "op":
        return this.operation(n.k, n.text);
      case "mark":
        return `if(${n.value}!==void 0&&${n.value}!==false){${this.mark(n.k, n.level, n.value, n.name)}}`;
      case "close":
        // only the resumable form ever holds variables to be closed
        return this.resumable
          ? `if(${this.hasClosing}){k=${n.k};if(fr.close(${n.level})===null)${this.save(n.k)}}`
          : "";
      case "return":
        return this.returned(n.value);
      case "region":
      case "endRegions":
        return "";
      case "if": {
        if (n.cond === "true" && !this.resumable) return `{${this.list(n.taken)}}`;
        const jumps = this.resumable && n.hi > n.lo;
        const cond = jumps ? `pc!==0?pc<=${n.mid}:${n.cond}` : n.cond;
        const orelse = n.orelse.length === 0 ? "" : `else{${this.list(n.orelse)}}`;
        return `if(${cond}){${this.list(n.taken)}}${orelse}`;
      }
      case "loop":
        return this.outlined(n) ?? this.loop(n);
      case "block":
        return `${n.label}:{${this.list(n.body)}}`;
      case "dispatch": {
        let selector = n.variable;
        if (this.resumable && n.hi > n.lo) {
          const last = n.segments.length - 1;
          const ranges = mapped(n.segments.slice(0, last), (s, i) => `pc<=${s.hi}?${i}:`);
          selector = `pc===0?${n.variable}:${ranges.join("")}${last}`;
        }
        const cases = mapped(n.segments, (s, i) => `case ${i}:{${this.list(s.body)}}`).join("");
        return `${n.label}:for(;;){switch(${selector}){${cases}}break ${n.label}}`;
      }
    }
  }
}

class ResumablePrinter extends Printer {
  save(k: number): string {
    const base = registerBase(this.code);
    const stores = mapped(
      frameLayout(this.code, k).slice(base),
      (name, i) => `s[${base + i}]=${name};`,
    );
    if (this.code.tailNote !== undefined)
      stores.push(`s[${fixedLayout(this.code).indexOf("tc")}]=tc;`);
    return `{fr.k=${k};${stores.join("")}return V(fr)}`;
  }

  protected saveRegisters(): string {
    return "";
  }

  protected deopt(): string {
    throw new Error("resumable code makes no assumptions");
  }

  mark(k: number, level: number, value: string, name: string): string {
    return `k=${k};fr.mark(${level},${value},${name})`;
  }
}

/** `function(fr,v,f){…}`: runs a frame on with the value `v`, or with the error `v` if `f`. */
export function printResumable(code: FunctionCode): string {
  const fixed = fixedLayout(code);
  const constants = fixed.flatMap((name, i) => (name === "tc" ? [] : `${name}=s[${i}]`));
  let text = `function(fr,v,f){const s=fr.s,${constants.join(",")};var k=fr.k,pc=k${declarations(code, 0)};`;
  if (code.tailNote !== undefined) text += `var tc=s[${fixed.indexOf("tc")}];`;
  if (code.tailCalls.length > 0) text += "tail:{";
  const list = new ResumablePrinter(code, true).list(code.nodes);
  text += `try{if(f)throw v;switch(k){${resumeCases(code, code.nodes)}}${list}}`;
  text += `catch(e){e=W(P${code.body.id},k,e);if(fr.tbc===null)throw e;return fr.closeOnError(e)}`;
  if (code.tailCalls.length > 0) text += `}${tailCalls(code)}`;
  return `${text}}`.replaceAll(DIRECT, "");
}

/** What stands behind the body: the calls in tail position, which leave the function first (§3.4.10). */
export function tailCalls(code: FunctionCode): string {
  const [only, ...more] = code.tailCalls;
  if (only === undefined) return "";
  if (more.length === 0) return `return ${only.text}`;
  const cases = mapped(code.tailCalls, (t) => `case ${t.k}:return ${t.text};`).join("");
  return `switch(k){${cases}}`;
}

/** By operation: restores what was saved there, then assigns the awaited value. */
function resumeCases(code: FunctionCode, nodes: Node[]): string {
  const base = registerBase(code);
  const restore = (k: number) =>
    `case ${k}:${mapped(
      frameLayout(code, k).slice(base),
      (name, i) => `${name}=s[${base + i}];`,
    ).join("")}`;
  let text = "";
  for (const n of nodes) {
    if (typeof n === "string") continue;
    switch (n.type) {
      case "return":
      case "region":
      case "endRegions":
        break;
      case "op":
        if (!isIdle(n)) text += `${restore(n.k)}${n.resume};break;`;
        break;
      case "mark":
        text += `${restore(n.k)}fr.mark(${n.level},${n.value},${n.name});break;`;
        break;
      case "close":
        text += `${restore(n.k)}break;`;
        break;
      case "if":
        text += resumeCases(code, n.taken) + resumeCases(code, n.orelse);
        break;
      case "dispatch":
        for (const segment of n.segments) text += resumeCases(code, segment.body);
        break;
      default:
        text += resumeCases(code, n.body);
    }
  }
  return text;
}

type CodeNode = Exclude<Node, string | RegionNode | ReturnNode>;

/** An operation where nothing waits. */
function isIdle(n: Exclude<Node, string>): boolean {
  return n.type === "op" && n.text === "" && n.resume === "";
}

function hasOps(n: Node): n is CodeNode {
  if (typeof n === "string" || n.type === "region" || n.type === "endRegions") return false;
  if (n.type === "return") return false;
  const node = n as CodeNode;
  return "k" in node || node.hi > node.lo;
}
