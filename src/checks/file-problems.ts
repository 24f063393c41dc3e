/** What `assay validate` finds in the scripts of checks: those that are missing or no Lua. */
import { readFileSync } from "node:fs";
import { bytesToUtf8, utf8ToBytes } from "../host/bytes";
import { osError } from "../host/os-error";
import { skipShebang } from "../lualib/load";
import { LuaSyntaxError, parseChunk } from "../parser/index";
import type { Check } from "./config";
import { checkFile } from "./paths";

/** One line for each script; a script of several checks is named once. */
export function scriptProblems(checks: readonly Check[]): string[] {
  const problems = new Set<string>();
  for (const check of checks) {
    const { file } = check.options;
    if (check.type !== "script" || typeof file !== "string") continue;
    const problem = problemOf(file, checkFile(file, check.directory));
    if (problem !== undefined) problems.add(problem);
  }
  return [...problems];
}

function problemOf(name: string, path: string): string | undefined {
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
