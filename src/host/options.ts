/** Tables of options with names that nobody declared: mostly typing mistakes. */
import type { LuaTable } from "../runtime/table";
import { TableIterator } from "../runtime/table-iterator";
import { bytesToUtf8 } from "./bytes";
import { suggest } from "./suggest";

/** `unknown option 'tiemout' (did you mean 'timeout'?)` for the first that is not among `known`. */
export function unknownOption(table: LuaTable, known: readonly string[]): string | undefined {
  for (const name of otherNames(table, known)) return described(name, suggest(name, known));
  return undefined;
}

/** The same for each that looks like one of `known`; others may be of use to somebody else. */
export function misspelledOptions(table: LuaTable, known: readonly string[]): string[] {
  const found: string[] = [];
  for (const name of otherNames(table, known)) {
    const near = suggest(name, known);
    if (near !== undefined) found.push(described(name, near));
  }
  return found;
}

function* otherNames(table: LuaTable, known: readonly string[]): Generator<string> {
  for (const it = new TableIterator(table); it.step(); )
    if (typeof it.key === "string" && !known.includes(it.key)) yield bytesToUtf8(it.key);
}

function described(name: string, near: string | undefined): string {
  const hint = near === undefined ? "" : ` (did you mean '${near}'?)`;
  return `unknown option '${name}'${hint}`;
}
