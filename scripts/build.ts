/**
 * `npm run build -- [--target NAME]… [--all] [--outfile FILE]`: the command line tool as one binary.
 *
 * Without options it is `dist/assay` for this machine, with `--target linux-arm64-musl` (see
 * runtimes.json) `dist/assay-linux-arm64-musl`. Two builds of one commit are the same, byte for
 * byte, in whatever folder. Beside the binary stands a software bill of materials, `assay.cdx.json`.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { generate } from "./generate";
import { hostTarget, RUNTIME_VERSION, runtimePath, TARGETS, type Target } from "./runtime";
import { writeSbom } from "./sbom";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: {
    target: { type: "string", multiple: true },
    all: { type: "boolean", default: false },
    outfile: { type: "string" },
  },
});

const host = hostTarget();
const targets = options.all ? TARGETS : ((options.target ?? [host]) as Target[]);
for (const target of targets)
  if (!TARGETS.includes(target)) fail(`unknown target ${target}: it is one of ${TARGETS}`);
if (options.outfile !== undefined && targets.length > 1) fail("--outfile is for a single target");

generate();
mkdirSync(dist, { recursive: true });
const commit = currentCommit();
const builder = runtimePath(host);
for (const target of targets) {
  const started = performance.now();
  const named = options.all || options.target !== undefined;
  const out = resolve(options.outfile ?? join(dist, named ? `assay-${target}` : "assay"));
  compile(out, target);
  if (target === host) smokeTest(out);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const mb = (statSync(out).size / 1e6).toFixed(1);
  console.log(`${out}: ${mb} MB with Bun ${RUNTIME_VERSION} in ${seconds} s`);
}
if (options.outfile === undefined) writeSbom(join(dist, "assay.cdx.json"));

function compile(out: string, target: Target): void {
  const script = join(root, "scripts", "compile.ts");
  const r = Bun.spawnSync([builder, script, out, runtimePath(target), commit], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (r.exitCode !== 0) fail("the build failed");
}

/**
 * The short hash of the commit, with a mark when files differ from it; empty outside of git, and where
 * git is not installed. `ASSAY_COMMIT` says it where the build has no repository (Dockerfile).
 */
function currentCommit(): string {
  const given = process.env["ASSAY_COMMIT"];
  if (given !== undefined) return given;
  if (Bun.which("git") === null) return "";
  const git = (...args: string[]) =>
    Bun.spawnSync(["git", ...args], { cwd: root, stderr: "ignore" })
      .stdout.toString()
      .trim();
  const hash = git("rev-parse", "--short=12", "HEAD");
  const isClean = hash === "" || git("status", "--porcelain", "--untracked-files=no") === "";
  return isClean ? hash : `${hash}-dirty`;
}

// known to go wrong silently: bytecode of a module with top-level await exits 0 half way through
function smokeTest(binary: string): void {
  const smoke = Bun.spawnSync([binary, "exec", "-e", 'print(1 + 1, "ok")'], { stdin: "ignore" });
  if (smoke.exitCode !== 0 || smoke.stdout.toString() !== "2\tok\n")
    fail(`the binary does not work:\n${smoke.stdout}${smoke.stderr}`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
