/**
 * `npm test`: lint, types, tests; all three run even when one fails. The last line sums up the
 * tests: `N passed, N failed`. Arguments go to vitest (`npm test -- tests/lua`).
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bun, ensureInstall, root } from "./ensure-install.mjs";

ensureInstall();

function step(name, args) {
  console.log(`\n> ${name}`);
  return spawnSync(bun, args, { cwd: root, stdio: "inherit" }).status === 0;
}

step("lists of builtins and modules", [join("scripts", "generate.ts")]);
const bin = (name) => join("node_modules", ".bin", name);
const lintOk = step("biome check", [bin("biome"), "check", "."]);
const typesOk = step("tsc --noEmit", [bin("tsc"), "--noEmit", "-p", "."]);

const out = mkdtempSync(join(tmpdir(), "assay-test-"));
const report = join(out, "vitest.json");
const testsOk = step("vitest run", [
  "--bun",
  bin("vitest"),
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);

let passed = 0;
let failed = 0;
try {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed = result.numPassedTests;
  failed = result.numFailedTests;
  // a file that can't be loaded has no tests to count, but it is a failure
  failed += result.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
} catch {
  console.error("vitest left no report");
}
rmSync(out, { recursive: true, force: true });

if (!lintOk) console.error("\nbiome check failed");
if (!typesOk) console.error("\ntsc failed");
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(lintOk && typesOk && testsOk && failed === 0 && passed > 0 ? 0 : 1);
