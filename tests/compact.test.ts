/** The form of functions that modules compiled ahead have (src/compiler/compact.ts) is Lua all the same. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compileAhead, loadAhead, type Unit } from "../src/compiler/ahead";
import { contextOf, lowerAll } from "../src/compiler/lowered";
import { lowerFunction } from "../src/compiler/statements";
import { prepareChunk } from "../src/lualib/assemble";
import { parseChunk } from "../src/parser/index";
import { embeddedModules } from "../src/stdlib";
import { type Harness, harness } from "./builtins/harness";

const suite = join(import.meta.dirname, "lua");

/** Not these: its calls take more of the stack, and variables keep their last value for longer. */
const OTHER = /2\.3-|2\.5-gc|3\.4-corners/;

const files = ["02-basics", "03-language", "06-libs/6.3-coroutine"]
  .flatMap((folder) => globSync(`${folder}/**/*.lua`, { cwd: suite }))
  .filter((file) => !OTHER.test(file));

test.each(files)("tests/lua/%s", { timeout: 60_000 }, async (file) => {
  const path = join(suite, file);
  const source = readFileSync(path, "latin1");
  const name = `@${path}`;
  const { count, units, functions } = compileAhead(source, name);
  const main = new Function("R", "M", "P", units[0] as string) as Unit;
  const module = { id: 1, count, units: { 0: main }, functions: () => functions };
  let used = false;
  const load = () => {
    prepareChunk(source, name, () => {
      used = true;
      return loadAhead(module, () => source, name);
    });
    return h.lua.state.load(source, name);
  };
  const h: Harness = harness({
    searchers: [(wanted) => (wanted === "suite" ? { loader: load(), data: path } : undefined)],
  });
  await h.run('require("suite")');
  await h.lua.close();
  expect(used).toBe(true);
});

test("frames have the same layout in code for hooks", () => {
  for (const [name, source] of Object.entries(embeddedModules())) {
    const context = contextOf(parseChunk(source, `@${name}`), source);
    context.isCompact = true;
    for (const code of lowerAll(context)) {
      const hooked = lowerFunction(context, code.body, false, true);
      const size = (c: typeof code) => [c.registers, c.temporaries];
      expect(size(hooked), `${name}: ${code.jsName}`).toEqual(size(code));
    }
  }
});
