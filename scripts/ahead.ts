/**
 * Compiles the modules of `stdlib/` for `scripts/compile.ts`. Each becomes two files inside of the
 * binary, its text and its code, read by the first `require` of it: start-up does not see them.
 * See src/compiler/ahead.ts.
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
    const add = (variable: string, ending: string, text: string, encoding: BufferEncoding) => {
      const file = join(target, name + ending);
      write(file, text, encoding);
      imports.push(`import ${variable} from ${JSON.stringify(file)} with { type: "file" };`);
    };
    add(`text${n}`, ".lua", source, "latin1");
    add(
      `code${n}`,
      ".json",
      JSON.stringify(compileAhead(source, `@${embeddedPath(name)}`, n)),
      "utf8",
    );
    entries.push(`${JSON.stringify(name)}: { text: text${n}, code: code${n} }`);
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
function write(file: string, text: string, encoding: BufferEncoding): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text, encoding);
  renameSync(temporary, file);
}
