/**
 * Compact code: one form of a function that is run from its beginning as well as from any operation.
 * Modules compiled ahead have it (ahead.ts), as they spend their time waiting for others: what counts
 * is how much of it is in the program and how soon it is ready.
 *
 * A frame is run on by calling the function once more, with the frame in `X.again`.
 */
import type { FunctionCode, Node } from "./ir";
import { allLayout, declarations, factoryParameters, fixedLayout } from "./layout";
import { Printer, tailCalls } from "./print";

class CompactPrinter extends Printer {
  protected override readonly hasClosing = "fr!==null&&fr.tbc!==null";

  save(): string {
    return "break sus";
  }

  protected saveRegisters(): string {
    return "";
  }

  protected deopt(): string {
    throw new Error("compact code makes no assumptions");
  }

  mark(k: number, level: number, value: string, name: string): string {
    return `k=${k};fr=MK(fr,P(),${level},${value},${name})`;
  }
}

/**
 * `(u0,u1,L1_2)=>function(r0,r1){…}`: makes the function from its upvalues and the value that it is
 * for Lua code. `P()` is its prototype.
 */
export function printCompact(code: FunctionCode): string {
  const { body, jsName } = code;
  const params = body.params.map((_, i) => `r${i}`);
  const variables = declarations(code, params.length);
  if (code.usesVarargArray) params.push("...va");
  const isMain = body.id === 0;
  const outer = isMain ? ["e0"] : factoryParameters(code);
  let text = `(${[...outer, jsName].join(",")})=>function(${params.join(",")}){`;
  text += `var fr=X.again,k=0,pc=0,s,v${variables};`;
  const [env] = code.upvalues;
  if (isMain && env !== undefined) text += `var ${env}=e0${code.environmentIsCell ? "" : ".v"};`;
  if (code.tailNote !== undefined) text += `var tc=${code.tailNote};`;
  if (code.tailCalls.length > 0) text += "tail:{";
  text += `sus:{try{if(fr!==null){s=fr.s;k=pc=fr.k;${restores(code)}v=AV();${resumes(code)}}`;
  text += new CompactPrinter(code, true).list(code.nodes);
  text += code.hasClose ? "}catch(e){return CE(fr,P(),k,e)}}" : "}catch(e){throw W(P(),k,e)}}";
  text += `return SV(fr,k,P(),${allLayout(code).slice(1).join(",")})`;
  if (code.tailCalls.length > 0) text += `}${tailCalls(code)}`;
  return `${text}}`;
}

/** What is in a frame, but for what the closure holds itself. */
function restores(code: FunctionCode): string {
  const layout = allLayout(code);
  const held = new Set(fixedLayout(code));
  held.delete("va");
  held.delete("tc");
  return layout.map((name, i) => (held.has(name) ? "" : `${name}=s[${i}];`)).join("");
}

/** By operation: assigns the awaited value. */
function resumes(code: FunctionCode): string {
  const operations = new Map<string, number[]>();
  const add = (k: number, text: string) => {
    const found = operations.get(text);
    if (found === undefined) operations.set(text, [k]);
    else found.push(k);
  };
  const visit = (nodes: Node[]) => {
    for (const n of nodes) {
      if (typeof n === "string") continue;
      if (n.type === "op") add(n.k, n.resume);
      else if (n.type === "if") {
        visit(n.taken);
        visit(n.orelse);
      } else if (n.type === "dispatch") for (const { body } of n.segments) visit(body);
      else if (n.type === "loop" || n.type === "block") visit(n.body);
    }
  };
  visit(code.nodes);
  operations.delete("");
  let text = "";
  for (const [resume, ks] of operations)
    text += `${ks.map((k) => `case ${k}:`).join("")}${resume};break;`;
  return text === "" ? "" : `switch(k){${text}}`;
}
