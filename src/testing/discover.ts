/** Finds files of tests. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const SUFFIX = "_test.lua";
const PASSED_OVER = new Set(["node_modules", "vendor"]);

/** The `*_test.lua` files below folders, sorted; files that are named stay as they are. */
export function findTestFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => (statSync(path).isDirectory() ? inFolder(path) : [path]));
  return [...new Set(found)];
}

function inFolder(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((e) => {
    const path = join(folder, e.name);
    if (e.isDirectory())
      return e.name.startsWith(".") || PASSED_OVER.has(e.name) ? [] : inFolder(path);
    return e.name.endsWith(SUFFIX) ? [path] : [];
  });
}
