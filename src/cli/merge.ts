/** `assay merge a.json b.json`: joins the results of shards. */
import { readFileSync } from "node:fs";
import { EXIT, exitCodeOf } from "../checks/exit-code";
import { MergeError, mergeResults, parseResult } from "../checks/merge";
import type { RunResult } from "../checks/result";
import { bytesToUtf8 } from "../host/bytes";
import { osError } from "../host/os-error";
import { toBytes } from "../lualib/bytes";
import { stdout } from "../lualib/io-output";
import type { CheckOptions } from "./check-options";
import { endRun, piecesOf, writePieces } from "./check-output";
import { fail } from "./exit";

/** Writes one result of several, and ends the process as the run of all would have. */
export async function merge(files: readonly string[], options: CheckOptions): Promise<never> {
  let result: RunResult;
  try {
    result = mergeResults(files.map(read));
  } catch (e) {
    if (e instanceof MergeError) return fail(toBytes(e.message), EXIT.configuration);
    throw e;
  }
  // its exit code tells of a reader that has gone, as that of a run
  stdout.onBrokenPipe = undefined;
  const names = files.map(bytesToUtf8).join(", ");
  const written = writePieces(piecesOf(result, options, names));
  const code = written ? exitCodeOf(result) : EXIT.internal;
  return endRun(code, options);
}

function read(bytes: string): RunResult {
  const name = bytesToUtf8(bytes);
  let text: string;
  try {
    text = readFileSync(name, "utf8");
  } catch (e) {
    throw new MergeError(`reading ${name}: ${osError(e)}`);
  }
  return parseResult(text, name);
}
