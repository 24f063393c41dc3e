/**
 * `npm run conformance -- --suite DIR [--subject CMD] [--only NAME]… [--timeout SECONDS] [--heavy]
 * [--soft] [--json FILE]`
 *
 * Runs the official Lua 5.5 test suite (not part of this repository), unmodified, in the compiled
 * binary as plain Lua (`--std`), and exits 1 when a required file fails. `--json` saves the results for `npm run docs:conformance`.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { HEAVY_FILES, runSuiteFile, SUITE_FILES, type SuiteResult } from "./suite";

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    suite: { type: "string" },
    subject: { type: "string", default: `${join(import.meta.dir, "..", "dist", "assay")} --std` },
    only: { type: "string", multiple: true, default: [] },
    timeout: { type: "string", default: "300" },
    heavy: { type: "boolean", default: false },
    soft: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const { suite } = options;
if (suite === undefined || !existsSync(join(suite, "all.lua"))) {
  console.error("--suite DIR: a directory with all.lua and the other files of the Lua 5.5 tests");
  process.exit(2);
}

// the processes run in the suite's directory: relative paths would be lost
const subject = options.subject.split(" ").map((part) => (existsSync(part) ? resolve(part) : part));
const names = [...SUITE_FILES, ...(options.heavy ? HEAVY_FILES : [])].filter(
  (name) => options.only.length === 0 || options.only.includes(name),
);
const results: SuiteResult[] = [];
for (const name of names) {
  const result = await runSuiteFile(name, {
    suite,
    subject,
    timeoutSeconds: Number(options.timeout),
    soft: options.soft,
  });
  results.push(result);
  const verdict = result.passed ? "pass" : "FAIL";
  console.log(
    `${name.padEnd(12)} ${verdict} ${result.seconds.toFixed(1).padStart(6)} s  ${result.error}`,
  );
}
const failed = results.filter((r) => !r.passed);
console.log(`\n${results.length - failed.length} of ${results.length} files pass`);
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
process.exit(failed.length === 0 ? 0 : 1);
