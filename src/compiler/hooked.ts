/**
 * The form of a function for debug hooks: the function is lowered again, with a *marker* in front of
 * each operation, where the hook may be told of a new line (runtime/hooks.ts). All other operations
 * are the same as in the normal form and find the same values in the frame, so that a suspended
 * frame may change over; only their numbers differ.
 */
import { codegenApi, namesFromRuntime } from "../runtime/codegen-api";
import { watchReturns } from "../runtime/hooks";
import type { HookedForm, Proto, ResumableForm } from "../runtime/proto";
import type { ChunkContext } from "./chunk";
import type { FunctionCode } from "./ir";
import { printResumable } from "./print";
import { lowerFunction } from "./statements";

/** The lowered form of a function with markers. */
export function lowerHooked(context: ChunkContext, code: FunctionCode): FunctionCode {
  return lowerFunction(context, code.body, false, true);
}

/** The JavaScript of the hooked form; every call in it is watched. */
function printHooked(code: FunctionCode): string {
  const names = [...code.uses];
  return (
    `"use strict";${namesFromRuntime()}var FM=M.m,{${names.join(",")}}=M;` +
    `{const CF=(f)=>(...a)=>H.call(f,...a);return ${printResumable(code)}}`
  );
}

/** Compiles that form. */
export function compileHooked(
  code: FunctionCode,
  twinCode: FunctionCode,
  twin: Proto,
  module: unknown,
): HookedForm {
  const numbers: number[] = [];
  twinCode.ops.forEach((op, k) => {
    if (op.expr !== "marker") numbers.push(k);
  });
  if (numbers.length !== code.ops.length) throw new Error("the hooked form differs");
  const form = new Function("R", "M", printHooked(twinCode))(codegenApi, module) as ResumableForm;
  twin.resumable = watchReturns(form);
  return { twin, numbers };
}
