/**
 * Installs the dependencies when they are missing or older than the lock file.
 *
 * Plain Node without dependencies, because it runs before there are any.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const windows = process.platform === "win32";
/** The Bun that the lock file names. */
export const bun = join(root, "node_modules", ".bin", windows ? "bun.exe" : "bun");

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : undefined;
}

/** True when the tree that npm recorded is at least as new as the lock file. */
function isInstalled() {
  const tree = modified(join(root, "node_modules", ".package-lock.json"));
  const lock = modified(join(root, "package-lock.json"));
  return tree !== undefined && (lock === undefined || tree >= lock);
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: windows,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    console.error(`${command} ${args.join(" ")} failed`);
    process.exit(result.status ?? 1);
  }
}

function bunWorks() {
  return spawnSync(bun, ["--version"], { stdio: "ignore" }).status === 0;
}

/** Makes `node_modules` match the lock file and the `bun` command work. */
export function ensureInstall() {
  if (!isInstalled()) {
    const locked = existsSync(join(root, "package-lock.json"));
    run("npm", [locked ? "ci" : "install", "--no-audit", "--no-fund"]);
  }
  // npm may be set up not to run install scripts; Bun's puts its binary in place
  if (!bunWorks()) run(process.execPath, [join(root, "node_modules", "bun", "install.js")]);
}
