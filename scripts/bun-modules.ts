/**
 * Takes the bytecode of modules of Bun's own out of a binary. It comes along for all that could be
 * needed, which are twice as many as a start, a check or a request uses. Which those are says
 * `runtimes.json`; `bun scripts/bun-modules.ts` finds them for another release: what breaks when
 * its bytecode is damaged is used. Left out of the list since are those that save no time which
 * could be measured.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BYTECODE, findTable, TRAILER } from "./bytecode";
import { hostTarget, runtimePath } from "./runtime";

/** A module: its number, offset and length, four bytes each. */
const ENTRY = 12;

interface Module {
  readonly number: number;
  /** The place of its entry. */
  readonly entry: number;
  /** The place of its bytecode, and the length. */
  readonly start: number;
  readonly length: number;
}

/** Drops the bytecode of the modules that are not in `keep`; `from` is where the runtime ends. */
export function dropModules(binary: Buffer, from: number, keep: ReadonlySet<number>): void {
  const modules = findModules(binary, from);
  if (keep.difference(new Set(modules.map((m) => m.number))).size > 0)
    throw new Error("Bun has other modules than expected");
  for (const { number, entry, start, length } of modules) {
    if (keep.has(number)) continue;
    binary.fill(0, start, start + length);
    binary.writeUInt32LE(0, entry + 8);
  }
}

/** Their table stands behind that of the files, with their count in front. */
function findModules(binary: Buffer, from: number): Module[] {
  const { base, table, length } = findTable(binary, from);
  // bytecode begins with a number that is another one in every release
  const magic = binary.readUInt32LE(base + binary.readUInt32LE(table + BYTECODE));
  const end = binary.lastIndexOf(TRAILER);
  const read = (entry: number): Module => ({
    number: binary.readUInt32LE(entry),
    entry,
    start: base + binary.readUInt32LE(entry + 4),
    length: binary.readUInt32LE(entry + 8),
  });
  for (let at = table + length; at < end; at++) {
    const count = binary.readUInt32LE(at);
    if (count < 16 || count > 1024 || at + 4 + ENTRY * count > end) continue;
    const modules = Array.from({ length: count }, (_, i) => read(at + 4 + ENTRY * i));
    const isModule = ({ start }: Module) => start < end && binary.readUInt32LE(start) === magic;
    if (modules.every(isModule)) return modules;
  }
  throw new Error("there is no table of Bun's modules where it is expected");
}

/** The modules that a start, a check and a request use. */
async function usedModules(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), "assay-modules-"));
  const binary = join(folder, "assay");
  const runtime = runtimePath(hostTarget());
  const script = join(import.meta.dirname, "compile.ts");
  const env = { ...process.env, ASSAY_ALL_MODULES: "1" };
  Bun.spawnSync([runtime, script, binary, runtime, ""], { env, cwd: dirname(import.meta.dirname) });
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("{}") });
  const check = join(folder, "checks.yaml");
  writeFileSync(check, `checks:\n  - { name: a, type: http, url: "${server.url}" }\n`);
  const tasks = [["exec", "-e", `assert(http.get("${server.url}").status == 200)`], [check]];
  const bytes = readFileSync(binary);
  const used: number[] = [];
  for (const { number, start, length } of findModules(bytes, readFileSync(runtime).length)) {
    const damaged = Buffer.from(bytes);
    // behind the header, which tells what else would be noticed
    damaged.fill(0xff, start + 24, start + length);
    rmSync(binary);
    writeFileSync(binary, damaged);
    chmodSync(binary, 0o755);
    const run = (task: string[]) =>
      Bun.spawn([binary, ...task], { stdio: ["ignore", "ignore", "ignore"] }).exited;
    if ((await Promise.all(tasks.map(run))).some((code) => code !== 0)) used.push(number);
  }
  rmSync(folder, { recursive: true });
  return used.sort((a, b) => a - b);
}

if (import.meta.main) console.log(JSON.stringify(await usedModules()));
