/** The process's arguments as byte strings. */
import { toBytes } from "../lualib/bytes";

/** True for the compiled program, false when Bun runs the sources. */
export function isCompiled(): boolean {
  return (process.argv[1] ?? "").startsWith("/$bunfs/");
}

/** What started this program: its own path, behind that of Bun when it is not compiled. */
export function interpreter(): string[] {
  const main = process.argv[1] ?? "";
  return (isCompiled() ? [process.execPath] : [process.execPath, main]).map(toBytes);
}

/** What stands behind the program's name. */
export function commandLineArguments(): string[] {
  const { argv } = process;
  // in a loop, because every start comes by here: the engine gets `map` ready when it is first called
  const args: string[] = [];
  let replaced = false;
  for (let i = 2; i < argv.length; i++) {
    const arg = argv[i] as string;
    replaced ||= arg.includes("\ufffd");
    args.push(toBytes(arg));
  }
  // the engine has replaced what is not UTF-8
  return replaced ? (rawArguments(args.length) ?? args) : args;
}

/** The last `count` arguments as the kernel has them. */
function rawArguments(count: number): string[] | undefined {
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  try {
    const all = readFileSync("/proc/self/cmdline").toString("latin1").split("\0").slice(0, -1);
    return all.slice(-count);
  } catch {
    return undefined;
  }
}
