/** How the sources hang together: no import circles, and a map (docs/architecture.md) without holes. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const root = dirname(import.meta.dirname);
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((f) => f.endsWith(".ts") && !f.endsWith(".d.ts"))
  .map((f) => join(root, "src", f));

const transpiler = new Bun.Transpiler({ loader: "ts" });

/** The sources that a source loads as soon as it is loaded itself: neither types nor `import()`. */
function importsOf(file: string): string[] {
  return transpiler
    .scanImports(readFileSync(file, "utf8"))
    .filter(({ kind, path }) => kind === "import-statement" && path.startsWith("."))
    .map(({ path }) => {
      const target = join(dirname(file), path);
      return [`${target}.ts`, target, join(target, "index.ts")].find(
        (t) => existsSync(t) && statSync(t).isFile(),
      );
    })
    .filter((t) => t !== undefined);
}

/** A path of imports that leads back to its beginning, or undefined. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return undefined;
    path.push(file);
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test("circles are found", () => {
  const graph = new Map([
    ["a", ["b", "c"]],
    ["b", ["d"]],
    ["c", ["d", "e"]],
    ["e", ["c"]],
  ]);
  expect(findCircle(graph)).toEqual(["c", "e", "c"]);
  expect(findCircle(new Map([...graph, ["e", ["d"]]]))).toBeUndefined();
});

test("no file of src imports itself by way of others", () => {
  const graph = new Map(sources.map((file) => [file, importsOf(file)]));
  expect([...graph.values()].flat().length).toBeGreaterThan(1000);
  expect(findCircle(graph)?.map((file) => relative(root, file))).toBeUndefined();
});

/** The folders of src, each behind those that it imports from. */
const FOLDERS = [
  ...["runtime", "lexer", "parser", "interpreter", "compiler", "lualib", "stdlib"],
  ...["host", "builtins", "reference", "checks", "testing", "repl", "cli"],
];
/** The embedding API puts all together: a Lua state with the builtins and the modules. */
const EMBEDDING = "host/lua.ts";

test("folders import from those before them, and builtins from host only", () => {
  const folderOf = (file: string) => relative(join(root, "src"), file).split("/")[0] as string;
  const folders = readdirSync(join(root, "src"), { withFileTypes: true });
  expect(folders.flatMap((f) => (f.isDirectory() ? [f.name] : [])).sort()).toEqual(
    FOLDERS.toSorted(),
  );
  const wrong = sources.flatMap((file) => {
    const name = relative(join(root, "src"), file);
    const own = folderOf(file);
    if (!name.includes("/") || name === EMBEDDING) return [];
    const mayImport = (folder: string) =>
      folder === own ||
      (own === "builtins"
        ? folder === "host"
        : FOLDERS.indexOf(folder) < FOLDERS.indexOf(own) && FOLDERS.includes(folder));
    return importsOf(file)
      .filter((target) => target.startsWith(join(root, "src")) && !mayImport(folderOf(target)))
      .map((target) => `${name} imports ${relative(join(root, "src"), target)}`);
  });
  expect(wrong).toEqual([]);
});

const map = readFileSync(join(root, "docs/architecture.md"), "utf8");
const rules = readFileSync(join(root, "docs/javascriptcore.md"), "utf8");

test("the map names every folder", () => {
  const folders = (parent: string) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((e) => e.isDirectory())
      .map((e) => `${parent}/${e.name}`);
  const missing = [...folders("src"), ...folders("tests")].filter(
    (f) => !new RegExp(`\`${f}(?:/[^\`]*)?\``).test(map),
  );
  expect(missing).toEqual([]);
});

test.each([
  ["architecture.md", map, 30],
  ["javascriptcore.md", rules, 15],
])("the files that %s names are there, where it says so", (_, page, atLeast) => {
  const names = [...page.matchAll(/`((?:[\w-]+\/)*[\w-]+\.(?:ts|lua|mjs|sh))`/g)].map((m) => m[1]!);
  expect(names.length).toBeGreaterThan(atLeast);
  const all = [
    ...sources.map((file) => relative(root, file)),
    ...["stdlib", "scripts", "tests", "bench"].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((f) =>
        join(folder, f),
      ),
    ),
  ];
  const missing = names.filter((name) => !all.some((file) => `/${file}`.endsWith(`/${name}`)));
  expect(missing).toEqual([]);
});
