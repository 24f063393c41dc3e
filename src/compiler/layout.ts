/** What a function's frame holds and where, and the variables of the code that it is saved from. */
import { LOOP_TICKS } from "./emit";
import type { FunctionCode, Unboxed } from "./ir";
import { mapped } from "./lists";

/** The values that every frame of the function holds, whatever operation it waits for. */
export function fixedLayout(code: FunctionCode): string[] {
  const names = [`P${code.body.id}`, ...factoryParameters(code), code.jsName];
  // the cell that a main function takes its environment from follows the function itself
  if (code.body.id === 0) names.push("e0");
  if (code.usesVarargArray) names.push("va");
  if (code.tailNote !== undefined) names.push("tc");
  return names;
}

/**
 * The values that a frame saves when operation `k` suspends, in the order of its array: the
 * prototype, upvalues, the function itself, then registers and temporaries in use. A register is
 * always at the same place.
 */
export function frameLayout(code: FunctionCode, k: number): string[] {
  const names = fixedLayout(code);
  const op = code.ops[k];
  if (op === undefined) return names;
  if (code.isCompact) return allLayout(code);
  for (let i = 0; i < op.registers; i++) names.push(`r${i}`);
  for (let i = 0; i < op.temporaries; i++) names.push(`t${i}`);
  return names;
}

/** What frames of compact code hold at any operation: everything. */
export function allLayout(code: FunctionCode): string[] {
  const names = fixedLayout(code);
  for (let i = 0; i < code.registers; i++) names.push(`r${i}`);
  for (let i = 0; i < code.temporaries; i++) names.push(`t${i}`);
  return names;
}

/** Where register 0 is in a frame's array. */
export function registerBase(code: FunctionCode): number {
  return fixedLayout(code).length;
}

/** Upvalues that the factory takes: all but the function's own name. */
export function factoryParameters(code: FunctionCode): string[] {
  const names: string[] = [];
  for (const u of code.upvalues) if (u !== code.jsName) names.push(u);
  return names;
}

/** The values of a frame as text, boxed where they are not; 0 in place of what has no value. */
export function boxAll(
  names: string[],
  unboxed?: Map<string, Unboxed>,
  unset?: Set<string>,
): string {
  const box = (n: string) => {
    if (unset?.has(n)) return "0";
    const kind = unboxed?.get(n);
    return kind === undefined ? n : boxed(n, kind);
  };
  return mapped(names, box).join(",");
}

/** The Lua value of a register or temporary that is kept otherwise. */
export function boxed(name: string, kind: Unboxed): string {
  switch (kind) {
    case "double":
      return `BX(${name})`;
    case "halves":
      return `FH(${name}h,${name}l)`;
    case "number":
      return `BN(${name}d,${name}f)`;
    case "word":
      return `${name}w>>>0`;
  }
}

/** The variables of a register or temporary: itself, and those that it is kept in. */
export function partsOf(code: FunctionCode, register: string): string[] {
  return [
    register,
    ...mapped([...(code.parts.get(register) ?? "")], (letter) => register + letter),
  ];
}

/** Declares registers from `from` up, temporaries and dispatch variables. */
export function declarations(code: FunctionCode, from: number, without: string[] = []): string {
  const names: string[] = [",h,a"];
  if (code.usesCounter) names.push(`,n=${LOOP_TICKS}`);
  for (let i = from; i < code.registers; i++) names.push(`,${partsOf(code, `r${i}`).join(",")}`);
  if (code.parts.size > 0) names.push(",yh,yl,yd,yf,yw");
  for (let i = 0; i < code.temporaries; i++)
    if (!without.includes(`t${i}`)) names.push(`,${partsOf(code, `t${i}`).join(",")}`);
  for (let i = 0; i < code.scratch; i++) names.push(`,x${i}`);
  for (const d of code.dispatchVars) names.push(`,${d}`);
  return names.join("");
}
