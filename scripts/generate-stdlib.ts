/**
 * Writes `src/stdlib/embedded.generated.ts`: the Lua modules of `stdlib/`, as text, so that the
 * bundler takes them along. The set is whatever lies in the folder.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { update } from "./update";

const root = dirname(import.meta.dirname);
const folder = join(root, "stdlib");
const target = join(root, "src", "stdlib", "embedded.generated.ts");

/** Names below `assay.`: `vault`, `internal.client`. */
export function moduleNames(): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".lua"))
    .map((file) => file.slice(0, -".lua".length).replaceAll(/[\\/]/g, "."))
    .sort();
}

/** The text of the generated file for the modules that are there now. */
function embeddedList(): string {
  const modules = moduleNames().map((name) => {
    const path = join(folder, `${name.replaceAll(".", "/")}.lua`);
    // one character per byte, as the compiler wants its sources
    const source = readFileSync(path, "latin1");
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return `  ${key}:\n    ${JSON.stringify(source)},`;
  });
  return `// Written by scripts/generate-stdlib.ts; the modules of stdlib/ by name, one character per byte.

export const embedded: Readonly<Record<string, string>> = {
${modules.join("\n")}
};
`;
}

/** Writes the file when it is not current. */
export function generateStdlib(): void {
  update(target, embeddedList());
}
