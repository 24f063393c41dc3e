/**
 * Writes the lists of what lies in `src/builtins/` and `stdlib/`, where they are not current. Runs
 * before `npm start`, tests and builds, so that a new file is all that a builtin or module needs.
 */
import { generateBuiltins } from "./generate-builtins";
import { generateStdlib } from "./generate-stdlib";

/** Brings all lists up to date. */
export function generate(): void {
  generateBuiltins();
  generateStdlib();
}

if (import.meta.main) generate();
