/**
 * `npm run build`: the command line tool as one binary, `dist/assay`.
 *
 * The two `--no-compile-autoload` flags keep the binary from running the preloads of a
 * `bunfig.toml`, or reading the `.env`, of whatever directory it is started in.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateStdlib } from "./generate-stdlib";

const root = dirname(import.meta.dir);
const out = join(root, "dist", "assay");

generateStdlib();
mkdirSync(dirname(out), { recursive: true });
const started = performance.now();
const build = Bun.spawnSync(
  [
    process.execPath,
    "build",
    "--compile",
    "--minify",
    "--bytecode",
    "--format=esm",
    "--splitting",
    "--no-compile-autoload-bunfig",
    "--no-compile-autoload-dotenv",
    ...process.argv.slice(2),
    join("src", "cli", "main.ts"),
    "--outfile",
    out,
  ],
  { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
);
if (build.exitCode !== 0) process.exit(build.exitCode);

// known to go wrong silently: bytecode of a module with top-level await exits 0 half way through
const smoke = Bun.spawnSync([out, "exec", "-e", 'print(1 + 1, "ok")'], { stdin: "ignore" });
if (smoke.exitCode !== 0 || smoke.stdout.toString() !== "2\tok\n") {
  console.error(`the binary does not work:\n${smoke.stdout}${smoke.stderr}`);
  process.exit(1);
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${out}: ${(statSync(out).size / 1e6).toFixed(1)} MB in ${seconds} s`);
