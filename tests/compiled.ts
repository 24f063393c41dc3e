/**
 * The compiled program, for tests of what only it can do. It is built once for a state of the
 * sources; `ASSAY_BINARY` names one that is there already.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { generateStdlib } from "../scripts/generate-stdlib";

const root = dirname(import.meta.dirname);
const folder = join(root, "dist", "test");

/** The program's path. */
export function compiledAssay(): string {
  if (process.env.ASSAY_BINARY) return process.env.ASSAY_BINARY;
  generateStdlib();
  const path = join(folder, `assay-${newest(["src", "stdlib", "scripts", "package.json"])}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // what another file's tests are building stays
  for (const old of readdirSync(folder))
    if (old.startsWith("assay-") && !old.includes("tmp"))
      rmSync(join(folder, old), { force: true });
  // several test files may do this at the same time
  const temporary = `${path}.${process.pid}.tmp`;
  const build = join("scripts", "build.ts");
  const r = spawnSync(process.execPath, [build, "--outfile", temporary], {
    cwd: root,
    encoding: "utf8",
  });
  if (r.status !== 0) throw new Error(`the program can't be built: ${r.stderr}`);
  renameSync(temporary, path);
  return path;
}

/** The time of the last change below some paths, in milliseconds. */
function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const full = join(root, path);
    const s = statSync(full);
    latest = Math.max(latest, Math.floor(s.mtimeMs));
    if (!s.isDirectory()) continue;
    for (const f of readdirSync(full, { recursive: true, encoding: "utf8" }))
      latest = Math.max(latest, Math.floor(statSync(join(full, f)).mtimeMs));
  }
  return latest;
}
