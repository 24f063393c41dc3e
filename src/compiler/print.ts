/**
 * Printing the two forms of a function from its lowered form.
 *
 * The *fast form* is structured JavaScript. When an operation suspends, it leaves by `break sus`
 * and saves all registers in a `LuaFrame`.
 *
 * The *resumable form* is the same structure, with a `switch (pc)` around every statement list
 * that holds operations: `pc` is 0 while code runs normally, and the number of the operation that
 * waited when a frame is resumed; every list on the way to that operation then jumps ahead to the
 * part that contains it. Loops stay loops, so that the JIT compiles them well.
 */
import type { FunctionCode, Node } from "./ir";

/** All values that a frame saves, in the order of its array; slot 0 holds the prototype. */
export function frameLayout(code: FunctionCode): string[] {
  const names = ["P"];
  for (let i = 0; i < code.registers; i++) names.push(`r${i}`);
  for (let i = 0; i < code.temporaries; i++) names.push(`t${i}`);
  names.push(...code.dispatchVars);
  if (code.usesVarargArray) names.push("va");
  names.push(...factoryParameters(code));
  // the function itself, and the cell that a main function takes its environment from
  names.push(code.jsName);
  if (code.body.id === 0) names.push("e0");
  return names;
}

/** Upvalues that the factory takes: all but the function's own name. */
function factoryParameters(code: FunctionCode): string[] {
  return code.upvalues.filter((u) => u !== code.jsName);
}

/** `(u0,u1)=>function L1_2(r0,r1){…}` */
export function printFast(code: FunctionCode): string {
  const proto = `P${code.body.id}`;
  const params = code.body.params.map((_, i) => `r${i}`);
  const fixed = params.length;
  if (code.usesVarargArray) params.push("...va");
  const variables = ["k=0"];
  for (let i = fixed; i < code.registers; i++) variables.push(`r${i}`);
  for (let i = 0; i < code.temporaries; i++) variables.push(`t${i}`);
  variables.push(...code.dispatchVars);
  const isMain = code.body.id === 0;
  const saved = [proto, ...frameLayout(code).slice(1)].join(",");
  const frame = `new LF(${proto},k,[${saved}])`;
  const [env] = code.upvalues;
  let text = `(${isMain ? "e0" : factoryParameters(code).join(",")})=>function ${code.jsName}(${params.join(",")}){`;
  // the main function reads its first upvalue from a cell, so that it can be replaced before a run
  if (isMain && env !== undefined) text += `const ${env}=e0.v;`;
  text += `let ${variables.join(",")};`;
  if (code.hasClose) text += "deo:{";
  text += "sus:{";
  if (code.tailCalls.length > 0) text += "tail:{";
  text += `try{${printList(code.nodes, false)}}catch(e){throw W(${proto},k,e)}`;
  if (code.tailCalls.length > 0) text += `}${tailCalls(code)}`;
  text += `}return U(${frame})`;
  if (code.hasClose) text += `}return ${frame}.deopt()`;
  return `${text}}`;
}

/** `function(fr,v,f){…}`: runs a frame on with the value `v`, or with the error `v` if `f`. */
export function printResumable(code: FunctionCode): string {
  const layout = frameLayout(code);
  const own = new Set([...code.upvalues, "va", code.jsName, "e0"]);
  const load: string[] = [];
  const store: string[] = [];
  const constants: string[] = [];
  layout.forEach((name, i) => {
    if (i === 0) constants.push(`P${code.body.id}=s[0]`);
    else if (own.has(name)) constants.push(`${name}=s[${i}]`);
    else {
      load.push(`${name}=s[${i}]`);
      store.push(`s[${i}]=${name};`);
    }
  });
  const proto = `P${code.body.id}`;
  let text = `function(fr,v,f){const s=fr.s,${constants.join(",")};let k=fr.k,pc=k${load.map((l) => `,${l}`).join("")};sus:{`;
  if (code.tailCalls.length > 0) text += "tail:{";
  text += `try{if(f)throw v;switch(k){${resumeCases(code.nodes)}}${printList(code.nodes, true)}}`;
  text += `catch(e){e=W(${proto},k,e);if(fr.tbc===null)throw e;return fr.closeOnError(e)}`;
  if (code.tailCalls.length > 0) text += `}${tailCalls(code)}`;
  return `${text}}fr.k=k;${store.join("")}return U(fr)}`;
}

function tailCalls(code: FunctionCode): string {
  const [only, ...more] = code.tailCalls;
  if (only === undefined) return "";
  if (more.length === 0) return `return ${only.text}`;
  const cases = code.tailCalls.map((t) => `case ${t.k}:return ${t.text};`).join("");
  return `switch(k){${cases}}`;
}

/** Assignments of the awaited value, by operation. */
function resumeCases(nodes: Node[]): string {
  let text = "";
  for (const n of nodes) {
    if (typeof n === "string") continue;
    switch (n.type) {
      case "op":
        if (n.resume !== "") text += `case ${n.k}:${n.resume};break;`;
        break;
      case "mark":
        text += `case ${n.k}:fr.mark(${n.level},${n.value},${n.name});break;`;
        break;
      case "close":
        break;
      case "if":
        text += resumeCases(n.then) + resumeCases(n.orelse);
        break;
      case "dispatch":
        for (const segment of n.segments) text += resumeCases(segment.body);
        break;
      default:
        text += resumeCases(n.body);
    }
  }
  return text;
}

function hasOps(n: Node): boolean {
  if (typeof n === "string") return false;
  return "k" in n || n.hi > n.lo;
}

function printList(nodes: Node[], resumable: boolean): string {
  if (!resumable || !nodes.some(hasOps)) {
    let plain = "";
    for (const n of nodes) plain += printNode(n, false);
    return plain;
  }
  let text = "switch(pc){case 0:";
  for (const n of nodes) {
    if (typeof n === "string") text += n;
    else if ("k" in n) text += `${printNode(n, true)}case ${n.k}:pc=0;`;
    else {
      for (let k = n.lo + 1; k <= n.hi; k++) text += `case ${k}:`;
      text += printNode(n, true);
    }
  }
  return `${text}}`;
}

function printNode(n: Node, resumable: boolean): string {
  if (typeof n === "string") return n;
  switch (n.type) {
    case "op":
      return n.text;
    case "mark": {
      const test = `if(${n.value}!==undefined&&${n.value}!==false){k=${n.k};`;
      return resumable
        ? `${test}fr.mark(${n.level},${n.value},${n.name})}`
        : `${test}break deo}`;
    }
    case "close":
      return resumable ? `if(fr.tbc!==null){k=${n.k};if(fr.close(${n.level})===S)break sus}` : "";
    case "if": {
      const jumps = resumable && n.hi > n.lo;
      const cond = jumps ? `pc!==0?pc<=${n.mid}:${n.cond}` : n.cond;
      const orelse = n.orelse.length === 0 ? "" : `else{${printList(n.orelse, resumable)}}`;
      return `if(${cond}){${printList(n.then, resumable)}}${orelse}`;
    }
    case "loop":
      return `${n.label}:for(;;){${printList(n.body, resumable)}}`;
    case "block":
      return `${n.label}:{${printList(n.body, resumable)}}`;
    case "dispatch": {
      let selector = n.variable;
      if (resumable && n.hi > n.lo) {
        const last = n.segments.length - 1;
        const ranges = n.segments.slice(0, last).map((s, i) => `pc<=${s.hi}?${i}:`);
        selector = `pc===0?${n.variable}:${ranges.join("")}${last}`;
      }
      const cases = n.segments
        .map((s, i) => `case ${i}:{${printList(s.body, resumable)}}`)
        .join("");
      return `${n.label}:for(;;){switch(${selector}){${cases}}break ${n.label}}`;
    }
  }
}
