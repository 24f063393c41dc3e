/** The typed and the untyped form of a function (compiler/floats.ts) share their frames. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { contextOf, lowerAll } from "../src/compiler/lowered";
import { untyped } from "../src/compiler/unit";
import { parseChunk } from "../src/parser/index";

const root = join(import.meta.dirname, "..");
const files = ["tests/lua", "bench/programs", "stdlib", "examples"].flatMap((folder) =>
  globSync(`${folder}/**/*.lua`, { cwd: root }),
);

test("frames have the same layout in both forms", () => {
  let compared = 0;
  for (const file of files) {
    const source = readFileSync(join(root, file), "latin1");
    const context = contextOf(parseChunk(source, `@${file}`), source);
    for (const code of lowerAll(context)) {
      const plain = untyped(context, code);
      if (plain === code) continue;
      compared++;
      const layout = (c: typeof code) => c.ops.map((op) => [op.registers, op.temporaries]);
      expect(layout(plain), `${file}: ${code.jsName}`).toEqual(layout(code));
    }
  }
  expect(compared).toBeGreaterThan(20);
});
