/**
 * `bun scripts/rootfs.ts FOLDER [BINARY]`: assembles the root filesystem of the image, for the
 * Dockerfile and for the tests. It holds the binary, the shared libraries that it names, the
 * certificates of this machine, `/tmp`, and mount points for what the kernel and the container
 * runtime bring along; no shell, no other program. The owner is root, the user is 65532.
 */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = dirname(import.meta.dirname);

/** The user of the image; containers that must not run as root are checked for a number. */
const USER_ID = 65532;

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const MOUNT_POINTS = ["dev", "proc", "sys"];

/** Writes the root filesystem to a folder that is empty or does not exist. */
function assembleRoot(folder: string, binary: string): void {
  const add = (from: string, to: string, mode: number) => {
    const target = join(folder, to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(from), target);
    chmodSync(target, mode);
  };
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`);
  add(binary, "usr/bin/assay", 0o755);
  for (const library of libraries(binary)) add(library, library, 0o755);
  add(CERTIFICATES, CERTIFICATES, 0o644);
  for (const name of MOUNT_POINTS) mkdirSync(join(folder, name));
  mkdirSync(join(folder, "tmp"));
  chmodSync(join(folder, "tmp"), 0o1777);
  writeFileSync(join(folder, "etc/passwd"), `nonroot:x:${USER_ID}:${USER_ID}::/tmp:/\n`);
  writeFileSync(join(folder, "etc/group"), `nonroot:x:${USER_ID}:\n`);
}

/** The shared libraries of a program and its interpreter, under the names it looks for. */
function libraries(binary: string): string[] {
  const { stdout, exitCode } = Bun.spawnSync(["ldd", binary]);
  if (exitCode !== 0) throw new Error(`ldd ${binary} failed`);
  return [...stdout.toString().matchAll(/(\/\S+) \(0x/g)].map((m) => m[1] as string);
}

if (import.meta.main) {
  const [folder, binary = join(root, "dist", "assay")] = process.argv.slice(2);
  if (folder === undefined) throw new Error("usage: bun scripts/rootfs.ts FOLDER [BINARY]");
  assembleRoot(resolve(folder), resolve(binary));
}
