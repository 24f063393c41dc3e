/**
 * Compiles the modules of `stdlib/` for `scripts/compile.ts`. Each becomes a file inside of the
 * binary, read by the first `require` of it: start-up does not see them. See src/compiler/ahead.ts.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";
import { compileAhead } from "../src/compiler/ahead";
import { embeddedModules, embeddedPath } from "../src/stdlib";

// their path becomes part of the binary, and so must be the same in every build
const target = join(dirname(import.meta.dirname), "node_modules", ".cache", "assay", "ahead");

/** Resolves `assay:ahead` to the files by module name. */
export function modulesAhead(): BunPlugin {
  mkdirSync(target, { recursive: true });
  const imports: string[] = [];
  const entries: string[] = [];
  Object.entries(embeddedModules()).forEach(([name, source], n) => {
    const file = join(target, `${name}.json`);
    write(file, JSON.stringify(compileAhead(source, `@${embeddedPath(name)}`, n)));
    imports.push(`import f${n} from ${JSON.stringify(file)} with { type: "file" };`);
    entries.push(`${JSON.stringify(name)}: f${n}`);
  });
  const contents = `${imports.join("\n")}\nexport const files = { ${entries.join(", ")} };\n`;
  return {
    name: "modules ahead",
    setup(build) {
      build.onResolve({ filter: /^assay:ahead$/ }, ({ path }) => ({ path, namespace: "ahead" }));
      build.onLoad({ filter: /./, namespace: "ahead" }, () => ({ contents, loader: "js" }));
    },
  };
}

/** Another build may read the file right now. */
function write(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
