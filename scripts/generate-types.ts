/**
 * `npm run types`: writes what is derived from the declarations of builtins and the comments of
 * modules: `types/`, the definitions for the Lua language server, and the lists in docs/builtins.md
 * and docs/modules.md. `tests/reference.test.ts` checks that the committed files are current.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtinEntries, type Entry, embeddedEntries } from "../src/reference/entries";
import { luaLsFiles } from "../src/reference/luals";

const root = dirname(import.meta.dirname);
const LIST = /(?<=<!-- list: begin -->\n)[\s\S]*?(?=<!-- list: end -->)/;

/** The pages with lists, by path, as they should be. */
export function listPages(): Map<string, string> {
  const pages = [
    ["docs/builtins.md", builtinEntries(), "Global"],
    ["docs/modules.md", embeddedEntries(), "Module"],
  ] as const;
  return new Map(
    pages.map(([page, entries, title]) => {
      const rows = [`| ${title} | |`, "| --- | --- |", ...entries.map(row)].join("\n");
      return [page, readFileSync(join(root, page), "utf8").replace(LIST, () => `${rows}\n`)];
    }),
  );
}

function row({ name, kind, description }: Entry): string {
  const page = kind === "builtin" ? `builtins/${name}.md` : `modules/${name.slice(6)}.md`;
  return `| [\`${name}\`](${page}) | ${description} |`;
}

if (import.meta.main) {
  const target = join(root, "types");
  rmSync(target, { recursive: true, force: true });
  for (const [name, text] of luaLsFiles()) {
    const file = join(target, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  for (const [page, text] of listPages()) writeFileSync(join(root, page), text);
}
