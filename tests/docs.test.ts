/**
 * The examples of docs/builtins run as written. A `text` block right behind a `lua` block is what
 * the example prints.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { builtinDefinitions, handlesOf } from "../src/reference/entries";
import { harness } from "./builtins/harness";

const folder = join(import.meta.dirname, "..", "docs", "builtins");

interface Example {
  readonly line: number;
  readonly source: string;
  readonly output: string | undefined;
}

function examples(text: string): Example[] {
  const found: Example[] = [];
  for (const m of text.matchAll(/^```lua\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?/gms)) {
    const line = text.slice(0, m.index).split("\n").length + 1;
    found.push({ line, source: m[1] as string, output: m[2] });
  }
  return found;
}

for (const file of readdirSync(folder).filter((f) => f.endsWith(".md"))) {
  const found = examples(readFileSync(join(folder, file), "utf8"));
  describe(file, () => {
    test("has examples", () => expect(found.length).toBeGreaterThan(0));
    for (const { line, source, output } of found) {
      test(`line ${line}`, async () => {
        const h = harness();
        // so that the lines in errors are those of the page
        await h.lua.run("\n".repeat(line - 1) + source, { name: `@${file}`, timeout: 20_000 });
        await h.lua.close();
        if (output !== undefined) expect(h.output()).toBe(output);
      });
    }
  });
}

describe("every builtin has a page that names all it has", () => {
  const files = readdirSync(folder);
  test.each(builtinDefinitions().map((b) => [b.name, b] as const))("%s", (name, b) => {
    const pages = files.filter((f) => f === `${name}.md` || f.startsWith(`${name}.`));
    expect(pages).not.toEqual([]);
    const text = pages.map((f) => readFileSync(join(folder, f), "utf8")).join("\n");
    const members = [...Object.keys(b.functions ?? {}), ...Object.keys(b.fields ?? {})];
    const functions = members.map((key) => `${name}.${key}`);
    const methods = handlesOf(name).flatMap(({ definition }) => [
      ...Object.keys(definition.methods ?? {}).map((key) => `:${key}`),
      ...Object.keys(definition.fields ?? {}).map((key) => key),
    ]);
    // a client has the functions of `http` as methods, a connection those of `db` and `ws`
    const missing = [...functions, ...methods].filter(
      (m) => !text.includes(m) && !text.includes(m.replace(":", `${name}.`)),
    );
    expect(missing).toEqual([]);
  });
});

test("docs/conformance.md is what its generator makes", () => {
  const root = join(import.meta.dirname, "..");
  const subject = `${process.execPath} src/cli/main.ts --std`;
  const args = ["scripts/conformance-doc.ts", "--check", "--subject", subject];
  const r = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect([r.status, r.stderr]).toEqual([0, ""]);
});
