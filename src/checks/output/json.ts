/** The result document itself. */
import type { RunResult } from "../result";

export function jsonOutput(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
