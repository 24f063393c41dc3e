/** What the files of features share. */
import type { Expressions, Type } from "./expressions";
import type { Random } from "./random";
import { type Block, type Node, type Statement, statement } from "./tree";

/** What a feature may ask of the generator of programs. */
export interface Surroundings {
  readonly random: Random;
  readonly e: Expressions;
  /** A name that is not in use. */
  name(prefix: string): string;
  /** Statements inside a function of their own, with the variables visible here and `added`. */
  body(added?: { name: string; type: Type }[]): Block;
}

/** A statement that exercises one part of the language or its library. */
export type Feature = (s: Surroundings) => Statement;

/** A statement from a template: Lua text with trees in it. */
export function code(
  strings: TemplateStringsArray,
  ...values: (string | number | Node)[]
): Statement {
  const parts: (string | Node)[] = [strings[0] as string];
  values.forEach((v, i) => {
    parts.push(typeof v === "number" ? String(v) : v, strings[i + 1] as string);
  });
  return statement(...parts);
}
