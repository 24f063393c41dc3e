/** Whether files for results can be written: better known before anything runs. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { osError } from "../host/os-error";

/** Why `file` can't be written; undefined when it can be, as far as one can tell. */
export function unwritable(file: string): string | undefined {
  if (file === "") return "the name of a file for the result is empty";
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return `writing ${file}: Is a directory (os error 21)`;
    accessSync(stat === undefined ? dirname(file) : file, constants.W_OK);
    return undefined;
  } catch (e) {
    return `writing ${file}: ${osError(e)}`;
  }
}
