/** The units of code that a chunk is compiled in, one for each function, and what is known of these functions. */
import type { LocalVar } from "../parser/ast";
import { codegenApi, namesFromRuntime } from "../runtime/codegen-api";
import { type HookedForm, Proto, type ProtoFacts, type ResumableForm } from "../runtime/proto";
import type { LuaFunction } from "../runtime/value";
import type { ChunkContext } from "./chunk";
import { debugInfo } from "./debuginfo";
import { compileHooked, lowerHooked } from "./hooked";
import type { FunctionCode, LoopNode } from "./ir";
import { frameLayout } from "./layout";
import { mapped } from "./lists";
import { UNNAMED } from "./names";
import { printResumable } from "./print";
import { type EntriesText, printEntries, printFast } from "./print-fast";
import { lowerFunction } from "./statements";

/** Makes a function of its upvalues. */
export type Make = (...cells: unknown[]) => LuaFunction;

/**
 * What the functions of a chunk share at run time: helpers and constants by their names, and the factories of
 * functions by their numbers, in `h` of those that others stand for in Lua. In arrays, because each property that
 * comes to an object makes the JIT leave the code that knew it without.
 */
export type Module = { m: Make[]; h: Make[] } & Record<string, unknown>;

export function newModule(): Module {
  return { m: [], h: [] };
}

/** Brings the factories of functions into scope, if the text uses them. */
export function factoryNames(text: string): string {
  return text.includes("FM[") ? "var FM=M.m;" : "";
}

/**
 * The JavaScript of some functions of a chunk: the body of a function of `R` (the runtime), `P`
 * (prototypes) and `M` (the chunk's module), which puts a factory of each into the module (see `Module`),
 * and the helpers that come up for the first time.
 */
export function printUnit(
  context: ChunkContext,
  functions: FunctionCode[],
  defined = new Set<string>(),
  into: "m" | "h" = "m",
): string {
  let body = "";
  for (const f of functions) {
    const { factory, loops } = printFast(f, into === "h");
    body += `${loops}\nM.${into}[${f.body.id}]=${factory};`;
  }
  return unitText(context, functions, defined, body);
}

/** The same for functions of loops (see `printEntries`): the unit returns them. */
export function entriesUnit(
  context: ChunkContext,
  code: FunctionCode,
  wanted: LoopNode,
  defined: Set<string>,
): EntriesText {
  const { loops, text } = printEntries(code, wanted);
  return { loops, text: unitText(context, [code], defined, text) };
}

/** Puts in front of the code of some functions what it uses. */
function unitText(
  context: ChunkContext,
  functions: FunctionCode[],
  defined: Set<string>,
  body: string,
): string {
  const uses = new Set<string>();
  for (const f of functions) for (const name of f.uses) uses.add(name);
  const known: string[] = [];
  for (const name of uses) if (defined.has(name)) known.push(name);
  let text = "";
  for (const f of functions) text += `var P${f.body.id}=P[${f.body.id}];`;
  for (const name of uses) {
    if (defined.has(name)) continue;
    defined.add(name);
    text += `\n${context.definitions.get(name)}M.${name}=${name};`;
  }
  text += body;
  const before = known.length > 0 ? `var {${known.join(",")}}=M;` : "";
  return `"use strict";${runtimeNames(text)}${factoryNames(text)}${before}${text}`;
}

/**
 * Brings the names of the runtime into scope that the text uses; it may bring in a few more. With
 * `var`, because each use of a `const` from an inner function carries a check that it has its value.
 */
export function runtimeNames(text: string): string {
  // names in a long text are not worth looking for
  return namesFromRuntime(text.length > 20_000 ? undefined : text);
}

/** The lowered form without assumptions about floats, for the resumable form. */
export function untyped(context: ChunkContext, code: FunctionCode): FunctionCode {
  if (!code.usesDoubles) return code;
  const again = lowerFunction(context, code.body, false);
  if (again.ops.length !== code.ops.length) throw new Error("the untyped form differs");
  return again;
}

export function compileResumable(code: FunctionCode, module: Module): ResumableForm {
  return new Function("R", "M", resumableText(code))(codegenApi, module) as ResumableForm;
}

/** The JavaScript of a resumable form: the body of a function of `R` and `M`. */
function resumableText(code: FunctionCode): string {
  const names = [...code.uses];
  const body = printResumable(code);
  return `"use strict";${runtimeNames(body)}${factoryNames(body)}var {${names.join(",")}}=M;return ${body}`;
}

export function hookedForm(
  context: ChunkContext,
  code: FunctionCode,
  proto: Proto,
  module: Module,
): HookedForm {
  const twinCode = lowerHooked(context, code);
  if (context.isStripped) strip(twinCode);
  const twin = new Proto(
    () => functionFacts(context, twinCode),
    () => debugInfo(context, twinCode),
    () => compileResumable(twinCode, module),
    undefined,
  );
  twin.twinOf = proto;
  return compileHooked(code, twinCode, twin, module);
}

/** Takes lines and names of variables out; messages go without them, too (`strippedName`). */
export function strip(code: FunctionCode): void {
  for (const op of code.ops) op.line = 0;
  for (const local of code.locals) local.name = UNNAMED;
}

/** What is known of a function: all that can be written down. */
export function functionFacts(context: ChunkContext, code: FunctionCode): ProtoFacts {
  const { body } = code;
  const layout = frameLayout(code, 0);
  const name = (v: LocalVar) => (context.isStripped ? "(no name)" : v.name);
  return {
    jsName: code.jsName,
    chunkName: context.chunk.name,
    line: body.line,
    endLine: body.endLine,
    parameterNames: mapped(body.params, name),
    isVararg: body.isVararg,
    upvalueNames: mapped(body.upvalues, name),
    upvalueSlots: mapped(code.upvalues, (u) => layout.indexOf(u)),
    upvalueIsCell: mapped(body.upvalues, (v) => context.isCell(v)),
    selfSlot: layout.indexOf(code.jsName),
    lines: mapped(code.ops, (op) => op.line),
  };
}
