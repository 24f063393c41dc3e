/** `assay checks.yaml` */
import { fail } from "./exit";

/** Runs a file of checks. */
export function runChecks(path: string): never {
  return fail(`${path}: check files are not supported yet`);
}
