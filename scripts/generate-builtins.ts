/**
 * Writes `src/builtins/index.generated.ts`, the list of the files in `src/builtins/`, and
 * `lazy.generated.ts`, the same by global name, each loaded when it is first used. The bundler
 * needs imports in the text, so the folder itself can't be read at run time.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { update } from "./update";

const folder = join(dirname(import.meta.dirname), "src", "builtins");
const target = join(folder, "index.generated.ts");
const lazyTarget = join(folder, "lazy.generated.ts");

function fileNames(): string[] {
  return readdirSync(folder)
    .filter((f) => f.endsWith(".ts") && !f.endsWith(".generated.ts") && !f.endsWith(".test.ts"))
    .map((f) => f.slice(0, -".ts".length))
    .sort();
}

/** The text of the list for the files that are there now. */
export function builtinList(): string {
  const names = fileNames();
  const imports = names.map((name) => `import ${variable(name)} from "./${name}";`);
  return `// Written by scripts/generate-builtins.ts; one line per file of this folder.

import type { BuiltinDefinition } from "../host/define";
${imports.join("\n")}

export const builtins: readonly BuiltinDefinition[] = [
${names.map((name) => `  ${variable(name)},`).join("\n")}
];
`;
}

/** The global that a file declares. */
function globalName(file: string): string {
  const text = readFileSync(join(folder, `${file}.ts`), "utf8");
  const name = /defineBuiltin\(\{\s*name: "(\w+)"/.exec(text)?.[1];
  if (name === undefined) throw new Error(`${file}.ts: defineBuiltin({ name: "…" not found`);
  return name;
}

/** Tables of the standard library that builtins add to. */
const STANDARD = new Set(["os", "string"]);

/** The functions that a file declares, found by their place in the formatted text. */
export function functionNames(file: string): string[] {
  const text = readFileSync(join(folder, `${file}.ts`), "utf8");
  return [...text.matchAll(/^ {4}(\w+): (?:raw)?fn\(\{$/gim)].map((m) => m[1] as string);
}

/** The text of the list by global name. */
export function lazyBuiltinList(): string {
  const globals = new Map<string, string[]>();
  for (const file of fileNames()) {
    const name = globalName(file);
    globals.set(name, [...(globals.get(name) ?? []), file]);
  }
  const names: string[] = [];
  const cases: string[] = [];
  const additions: string[] = [];
  const load = (f: string) => `(require("./${f}") as typeof import("./${f}")).default`;
  for (const [name, files] of [...globals].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isOwn = !STANDARD.has(name);
    // what others declare under the name of a file is added to what that declares
    const main = isOwn && files.includes(name) ? [name] : isOwn ? files : [];
    if (isOwn) {
      names.push(`  "${name}",`);
      cases.push(`    case "${name}":\n      return [${main.map(load).join(", ")}];`);
    }
    const added = files.filter((f) => !main.includes(f));
    if (added.length === 0) continue;
    additions.push(`  ${name}: [`);
    for (const f of added) {
      const keys = functionNames(f).map((key) => `"${key}"`);
      additions.push(`    { names: [${keys.join(", ")}], load: () => ${load(f)} },`);
    }
    additions.push("  ],");
  }
  return `// Written by scripts/generate-builtins.ts; what each global is made of, loaded on demand.
import type { BuiltinDefinition } from "../host/define";

export const builtinNames = [
${names.join("\n")}
] as const;

/** What declares a global. One function, because every start makes those of this file. */
export function builtinDefinitions(name: string): readonly BuiltinDefinition[] {
  switch (name) {
${cases.join("\n")}
    default:
      return [];
  }
}

/** Functions that are there without the file that declares them. */
export interface Addition {
  readonly names: readonly string[];
  load(): BuiltinDefinition;
}

/** What is added to tables: those of the standard library, and those of builtins in several files. */
export const additions: Readonly<Record<string, readonly Addition[]>> = {
${additions.join("\n")}
};
`;
}

function variable(name: string): string {
  return `${name.replace(/\W+(\w)/g, (_, c: string) => c.toUpperCase())}Builtin`;
}

/** Writes the lists when they are not current. */
export function generateBuiltins(): void {
  update(target, builtinList());
  update(lazyTarget, lazyBuiltinList());
}
