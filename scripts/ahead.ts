/**
 * Compiles the modules of `stdlib/` for `scripts/compile.ts`. Each becomes a file inside of the
 * binary, read by the first `require` of it: start-up does not see them. See src/compiler/ahead.ts.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import { compileAhead } from "../src/compiler/ahead";
import { embeddedModules, embeddedPath } from "../src/stdlib";

/** Resolves `assay:ahead` to the files by module name; they are written into `folder`. */
export function modulesAhead(folder: string): BunPlugin {
  const target = join(folder, "ahead");
  mkdirSync(target);
  const imports: string[] = [];
  const entries: string[] = [];
  Object.entries(embeddedModules()).forEach(([name, source], n) => {
    const file = join(target, `${name}.json`);
    writeFileSync(file, JSON.stringify(compileAhead(source, `@${embeddedPath(name)}`, n)));
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
