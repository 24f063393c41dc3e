/** `assay merge a.json b.json`: joins the results of shards. */
import { readFileSync } from "node:fs";
import { compatible, EXIT, exitCodeOf } from "../checks/exit-code";
import { MergeError, mergeResults, parseResult } from "../checks/merge";
import { format, OUTPUTS } from "../checks/output";
import { bytesToUtf8 } from "../host/bytes";
import { osError } from "../host/os-error";
import { toBytes } from "../lualib/bytes";
import { stdout } from "../lualib/io-stream";
import { fail } from "./exit";

/** Prints one result of several, and ends the process as the run of all would have. */
export function merge(
  files: readonly string[],
  options: { output: string; exitCompat?: boolean },
): never {
  const output = OUTPUTS.find((o) => o === options.output);
  if (output === undefined)
    return fail(`--output: expected ${OUTPUTS.join(", ")}`, EXIT.configuration);
  const result = mergeResults(files.map(read));
  stdout.write(toBytes(format(result, output)));
  stdout.flush();
  const code = exitCodeOf(result);
  process.exit(options.exitCompat === true ? compatible(code) : code);
}

function read(bytes: string) {
  const name = bytesToUtf8(bytes);
  try {
    return parseResult(readFileSync(name, "utf8"), name);
  } catch (e) {
    const why = e instanceof MergeError ? e.message : `reading ${name}: ${osError(e)}`;
    return fail(toBytes(why), EXIT.configuration);
  }
}
