/**
 * `npm run types`: writes `types/`, the definitions for the Lua language server, from the
 * declarations of builtins and the comments of modules. `tests/reference.test.ts` checks that the
 * committed files are current.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { luaLsFiles } from "../src/reference/luals";

const target = join(dirname(import.meta.dirname), "types");
rmSync(target, { recursive: true, force: true });
for (const [name, text] of luaLsFiles()) {
  const file = join(target, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
