/**
 * Writes `src/builtins/index.generated.ts`, the list of the files in `src/builtins/`: the bundler
 * needs static imports, so the folder itself can't be read at run time. `tests/builtins/` checks
 * that the committed list is current.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const folder = join(dirname(import.meta.dir), "src", "builtins");
const target = join(folder, "index.generated.ts");

/** The text of the list for the files that are there now. */
export function builtinList(): string {
  const names = readdirSync(folder)
    .filter((f) => f.endsWith(".ts") && !f.endsWith(".generated.ts") && !f.endsWith(".test.ts"))
    .map((f) => f.slice(0, -".ts".length))
    .sort();
  const imports = names.map((name) => `import ${variable(name)} from "./${name}";`);
  return `// Written by scripts/generate-builtins.ts; one line per file of this folder.
${imports.join("\n")}
import type { BuiltinDefinition } from "../host/define";

export const builtins: readonly BuiltinDefinition[] = [
${names.map((name) => `  ${variable(name)},`).join("\n")}
];
`;
}

function variable(name: string): string {
  return `${name.replace(/\W+(\w)/g, (_, c: string) => c.toUpperCase())}Builtin`;
}

/** Writes the list when it is not current. */
export function generateBuiltins(): void {
  const text = builtinList();
  let present = "";
  try {
    present = readFileSync(target, "utf8");
  } catch {
    // not there yet
  }
  if (present !== text) writeFileSync(target, text);
}

if (import.meta.main) generateBuiltins();
