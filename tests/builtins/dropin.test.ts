/**
 * Scripts in the style of the original's, one function after the other with its documented messages,
 * run as whole processes.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "./folder";

const scripts = join(import.meta.dirname, "dropin");
const folder = testFolder();
const main = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");

test.each(["http", "data", "system", "tasks"])("%s", (name) => {
  const r = spawnSync(process.execPath, [main, join(scripts, `${name}.lua`), folder], {
    encoding: "utf8",
    env: { ...process.env, LUA_PATH: join(scripts, "?.lua"), NO_COLOR: "1" },
  });
  expect({ status: r.status, stderr: r.status === 0 ? "" : r.stderr }).toEqual({
    status: 0,
    stderr: "",
  });
});
