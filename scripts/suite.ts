/** Runs the official Lua test suite, file by file, each in a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The files that have to pass, in the order of all.lua. The rest tests the C API and the stand-alone lua. */
export const SUITE_FILES = [
  "strings",
  "literals",
  "tpack",
  "attrib",
  "gengc",
  "locals",
  "constructs",
  "big",
  "cstack",
  "nextvar",
  "pm",
  "utf8",
  "events",
  "vararg",
  "closure",
  "coroutine",
  "goto",
  "errors",
  "math",
  "sort",
  "bitwise",
  "bwcoercion",
  "verybig",
  "calls",
  "files",
  "gc",
  "db",
] as const;

/** Takes gigabytes or minutes even in C Lua; run on demand. */
export const HEAVY_FILES = ["heavy"] as const;

export interface SuiteResult {
  file: string;
  passed: boolean;
  /** First line of the error, or why the process ended. */
  error: string;
  seconds: number;
}

export interface SuiteOptions {
  /** Directory of the suite's files. */
  suite: string;
  /** The interpreter, with its leading arguments. */
  subject: string[];
  timeoutSeconds: number;
  /** Also set the variables that all.lua derives from `_U` (shorter, portable tests only). */
  soft: boolean;
}

/**
 * What all.lua does around its files, as far as it matters to them: `_U`, the `ARG` table, a
 * seed, and the two files that are more than a `dofile`.
 */
function wrapper(name: string, soft: boolean): string {
  const lines = ["_U = true", "ARG = arg", "math.randomseed(os.time())"];
  if (soft) lines.push("_soft, _port, _nomsg = true, true, true");
  // the only C library that attrib.lua needs for certain hands strings back
  if (name === "attrib")
    lines.push("package.preload['lib2-v2'] = function () return {newstr = tostring} end");
  if (name === "big") {
    lines.push(
      "local f = coroutine.wrap(assert(loadfile('big.lua')))",
      soft ? "assert(f() == 'a')" : "assert(f() == 'b'); assert(f() == 'a')",
    );
  } else if (name === "verybig") {
    lines.push("assert(dofile('verybig.lua') == 10)");
  } else {
    lines.push(`dofile('${name}.lua')`);
  }
  return `${lines.join("\n")}\n`;
}

/**
 * The line that names the error: the first of standard error that is no traceback or warning. When
 * it has no position, that of the innermost traceback row in a file of the suite goes before it.
 */
function firstError(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Lua warning"));
  const line = (lines.find((l) => /\.lua:\d+:/.test(l) && !l.startsWith("\t")) ?? lines[0] ?? "")
    .replace(/^\S+Z ERROR /, "")
    .replace(/\S*\/run\.lua:\d+: /, "");
  const row = lines.map((l) => /^\t(\w+\.lua:\d+):/.exec(l)?.[1]).find((at) => at !== undefined);
  const text = /\.lua:\d+:/.test(line) || row === undefined ? line : `${row}: ${line}`;
  return text.slice(0, 200);
}

export async function runSuiteFile(name: string, options: SuiteOptions): Promise<SuiteResult> {
  const directory = mkdtempSync(join(tmpdir(), "assay-suite-"));
  const script = join(directory, "run.lua");
  writeFileSync(script, wrapper(name, options.soft));
  const started = performance.now();
  const child = Bun.spawn([...options.subject, script], {
    cwd: resolve(options.suite),
    // files.lua wants a standard input that can't seek
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
  });
  child.stdin.end();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, options.timeoutSeconds * 1000);
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  clearTimeout(timer);
  rmSync(directory, { recursive: true, force: true });
  const seconds = (performance.now() - started) / 1000;
  const passed = code === 0 && !timedOut;
  let error = "";
  if (timedOut) error = `no end after ${options.timeoutSeconds} s`;
  else if (!passed) error = firstError(stderr) || `exit code ${code}`;
  return { file: name, passed, error, seconds };
}
