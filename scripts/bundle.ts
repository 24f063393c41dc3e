/**
 * Bundles the command line tool for `scripts/build.ts`.
 *
 * The bundler splits shared modules by which lazily loaded parts use them. For the modules that
 * every start needs (the *core*: what `main.ts` imports, directly or not) that makes two dozen
 * files, each of which costs time at start. So every other module is made to depend on the whole
 * core: then all of the core is shared by the same parts, and becomes one file.
 */
import { readFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { BunPlugin } from "bun";

/** The TypeScript files that `entry` imports statically, itself included. */
function staticClosure(entry: string): Set<string> {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const files = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const { path, kind } of transpiler.scanImports(readFileSync(file, "utf8"))) {
      if (kind !== "import-statement" || !path.startsWith(".")) continue;
      const target = Bun.resolveSync(path, dirname(file));
      if (target.endsWith(".ts")) visit(target);
    }
  };
  visit(entry);
  return files;
}

/** Makes one file of what `entry` imports statically. */
export function coreInOneFile(entry: string, sources: string): BunPlugin {
  const core = staticClosure(entry);
  return {
    name: "core in one file",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const isPart = path.startsWith(sources) && !core.has(path);
        // on the first line, so that all others keep their numbers
        const contents = isPart ? `import "./${relative(dirname(path), entry)}";${text}` : text;
        return { contents, loader: "ts" };
      });
    },
  };
}
