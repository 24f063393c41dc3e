/** What `assay validate` finds in the files that checks name: those that are missing, or are no Lua or no certificates. */
import { readFileSync } from "node:fs";
import { bytesToUtf8, utf8ToBytes } from "../host/bytes";
import { osError } from "../host/os-error";
import { skipShebang } from "../lualib/shebang";
import { parseChunk } from "../parser/index";
import { LuaSyntaxError } from "../runtime/syntax-error";
import type { Check } from "./config";
import { checkFile } from "./paths";
import { readCa } from "./types/ca";

/** One line for each file; a file of several checks is named once. */
export function fileProblems(checks: readonly Check[]): string[] {
  const problems = new Set<string>();
  for (const check of checks) {
    const { file } = check.options;
    const problem =
      typeof file === "string"
        ? scriptProblem(file, checkFile(file, check.directory))
        : certificateProblem(check);
    if (problem !== undefined) problems.add(problem);
  }
  return [...problems];
}

function certificateProblem(check: Check): string | undefined {
  try {
    readCa(check);
    return undefined;
  } catch (e) {
    return (e as Error).message;
  }
}

function scriptProblem(name: string, path: string): string | undefined {
  let source: string;
  try {
    source = readFileSync(path, "latin1");
  } catch (e) {
    return `failed to read Lua script ${JSON.stringify(name)}: ${osError(e)}`;
  }
  try {
    parseChunk(skipShebang(source), utf8ToBytes(`@${name}`));
    return undefined;
  } catch (e) {
    if (e instanceof LuaSyntaxError) return `syntax error: ${bytesToUtf8(e.message)}`;
    throw e;
  }
}
