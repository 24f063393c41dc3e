/**
 * The Bun that goes into the binaries. It is another release than the one that runs the tests: see
 * docs/size.md for how it was chosen. `runtimes.json` names the npm package for each target with
 * its checksum; npm itself fetches it, once, into `node_modules/.cache/`. Four things are changed in
 * it, see `early-signals.ts`, `trim-locales.ts`, `heap-thread.ts` and `read-only-map.ts`.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { handleEarlySignals } from "./early-signals";
import { delayHeapThread } from "./heap-thread";
import { mapReadOnly } from "./read-only-map";
import runtimes from "./runtimes.json";
import { trimLocales } from "./trim-locales";

export type Target = keyof typeof runtimes.packages;

/** What can be built for; the first part of a name is the system, the second the processor. */
export const TARGETS = Object.keys(runtimes.packages) as Target[];

/** The release of Bun in the binaries. */
export const RUNTIME_VERSION = runtimes.version;

/** Bun's own modules that keep their bytecode, by their numbers in this release: see bun-modules.ts. */
export const MODULES: ReadonlySet<number> = new Set(runtimes.modules);

const cache = join(
  dirname(import.meta.dirname),
  "node_modules",
  ".cache",
  "assay",
  RUNTIME_VERSION,
);

/** The target that is this machine. */
export function hostTarget(): Target {
  const musl = existsSync("/etc/alpine-release") ? "-musl" : "";
  const target = `${process.platform}-${process.arch}${musl}`;
  if (!TARGETS.includes(target as Target)) throw new Error(`no runtime for ${target}`);
  return target as Target;
}

/** The path of the target's runtime; fetched when it is not there yet. */
export function runtimePath(target: Target): string {
  const path = join(cache, `${target}-${recipe()}`);
  if (!existsSync(path)) fetchRuntime(target, path);
  return path;
}

/** Tells by its name how a runtime was changed. */
function recipe(): string {
  const changes = ["early-signals.ts", "heap-thread.ts", "read-only-map.ts", "trim-locales.ts"];
  const hash = createHash("sha256");
  for (const name of ["elf.ts", ...changes])
    hash.update(readFileSync(join(import.meta.dirname, name)));
  return hash.digest("hex").slice(0, 12);
}

function fetchRuntime(target: Target, path: string): void {
  const { name, integrity } = runtimes.packages[target];
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "tmp-"));
  run(["npm", "pack", "--silent", "--pack-destination", folder, `${name}@${RUNTIME_VERSION}`]);
  const archive = join(folder, `${name.replace("@", "").replace("/", "-")}-${RUNTIME_VERSION}.tgz`);
  const sum = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (sum !== integrity) throw new Error(`${name}@${RUNTIME_VERSION}: checksum is ${sum}`);
  run(["tar", "-xzf", archive, "-C", folder]);
  const binary = join(folder, "package", "bin", "bun");
  const bytes = readFileSync(binary);
  handleEarlySignals(bytes);
  trimLocales(bytes);
  if (!delayHeapThread(bytes))
    console.error(`${target}: the heap's thread starts as early as ever`);
  if (!mapReadOnly(bytes)) console.error(`${target}: maps writable files only`);
  writeFileSync(binary, bytes);
  chmodSync(binary, 0o755);
  renameSync(binary, path);
  rmSync(folder, { recursive: true });
}

function run(command: string[]): void {
  const r = Bun.spawnSync(command, { stdio: ["ignore", "ignore", "inherit"] });
  if (r.exitCode !== 0) throw new Error(`${command.slice(0, 2).join(" ")} failed`);
}
