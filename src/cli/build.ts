/** `assay build script.lua -o tool`: a script and its modules behind a copy of this program. */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { additions, builtinNames } from "../builtins/lazy.generated";
import { osError } from "../host/os-error";
import { toBytes, toText } from "../lualib/bytes";
import { luaModuleFile } from "../lualib/package";
import { skipShebang } from "../lualib/shebang";
import { parseChunk } from "../parser/index";
import { LuaSyntaxError } from "../runtime/syntax-error";
import { isCompiled } from "./arguments";
import { MAGIC, type Payload, RESIDUE, STEP, TRAILER } from "./attached";
import { fail, tell } from "./exit";
import { moduleSearchers } from "./modules";
import { requiredModules } from "./requires";
import type { ScriptOptions } from "./script";
import { readScript } from "./source";

export interface BuildOptions extends ScriptOptions {
  /** Where to write (a byte string). */
  output?: string;
  /** Modules that the script names only when it runs. */
  include?: readonly string[];
}

interface Module {
  readonly path: string;
  readonly source: string;
}

/** Writes the executable; `file` is a byte string. */
export async function build(file: string, options: BuildOptions): Promise<void> {
  const { output = file.replace(/^.*\//s, "").replace(/\.lua$/, ""), include = [] } = options;
  if (!file.endsWith(".lua")) fail(`build: ${file}: expected a script (.lua)`);
  if (isSameFile(output, file)) fail(`build: ${output} is the script itself`);
  const present = statSync(toText(output), { throwIfNoEntry: false });
  if (present?.isDirectory()) fail(`build: writing ${output}: Is a directory`);
  // the target is replaced: root has the right to do that to /dev/null, and nobody the wish
  if (present?.isFile() === false) fail(`build: writing ${output}: not a regular file`);
  const source = skipShebang(await readScript(file));
  const payload: Payload = {
    name: file,
    source,
    modules: collect({ path: file, source }, include),
    options: limits(options),
  };
  if (!isCompiled()) fail("build: only the compiled program can copy itself");
  write(toText(output), Buffer.from(JSON.stringify(payload)));
}

function isSameFile(a: string, b: string): boolean {
  const [first, second] = [a, b].map((path) => statSync(toText(path), { throwIfNoEntry: false }));
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

/** What holds for every run of the executable: limits, and what its script may touch. */
function limits({ output, include, ...options }: BuildOptions): ScriptOptions {
  // JSON has no Infinity
  return options.timeout === Number.POSITIVE_INFINITY ? { ...options, timeout: 1e9 } : options;
}

/** All modules that the script needs, and those that they need. */
function collect(main: Module, include: readonly string[]): Record<string, Module> {
  const modules: Record<string, Module> = {};
  const seen = new Set<string>();
  const add = (name: string, where: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    const found = findModule(name);
    if (found === undefined)
      tell(`warning: ${where}: module '${name}' not found: it is left to the run\n`);
    else if (found !== "embedded") {
      modules[name] = found;
      scan(found);
    }
  };
  const scan = (m: Module) => {
    check(m);
    for (const [name, line] of requiredModules(m.source, `@${m.path}`))
      add(name, `${m.path}:${line}`);
  };
  scan(main);
  for (const name of include) add(name, "--include");
  return modules;
}

function check({ source, path }: Module): void {
  try {
    parseChunk(source, `@${path}`);
  } catch (e) {
    if (e instanceof LuaSyntaxError) fail(`build: syntax error: ${e.message}`);
    throw e;
  }
}

const LIBRARIES = new Set("coroutine table io os string math utf8 debug package _G".split(" "));

/** Where `require` would find a module from here. */
function findModule(name: string): Module | "embedded" | undefined {
  if (LIBRARIES.has(name) || isBuiltin(name)) return "embedded";
  let module: Module | undefined;
  const searchers = moduleSearchers((source, chunkName) => {
    module = { path: chunkName.slice(1), source };
    return () => undefined;
  });
  for (const [i, search] of searchers.entries()) {
    const found = search(name);
    if (found !== undefined && typeof found !== "string") return i === 1 ? "embedded" : module;
  }
  const path = luaModuleFile(name, (variable) => process.env[variable]);
  if (path === undefined) return undefined;
  const bytes = readFileSync(Buffer.from(path, "latin1"));
  return { path, source: skipShebang(bytes.toString("latin1")) };
}

function isBuiltin(name: string): boolean {
  return builtinNames.some((n) => n === name) || Object.hasOwn(additions, name);
}

/** Into a file beside the target first: that may be running right now. */
function write(target: string, payload: Buffer): void {
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    copyFileSync("/proc/self/exe", temporary, constants.COPYFILE_EXCL);
    chmodSync(temporary, 0o755);
    const file = openSync(temporary, "a");
    try {
      const end = statSync(temporary).size + payload.length + TRAILER;
      const trailer = Buffer.alloc(TRAILER);
      trailer.writeBigUInt64LE(BigInt(payload.length));
      trailer.write(MAGIC, 8, "latin1");
      const zeros = Buffer.alloc((RESIDUE - (end % STEP) + STEP) % STEP);
      for (const part of [zeros, payload, trailer]) writeAll(file, part);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (e) {
    rmSync(temporary, { force: true });
    fail(`build: writing ${toBytes(target)}: ${toBytes(osError(e))}`);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
