/** Reading the script. */
import { readFileSync, readSync } from "node:fs";
import { systemReason } from "../lualib/load";
import { fail } from "./exit";

/** A file's bytes; ends the process with a message when it can't be read. */
export function readScript(path: string): string {
  try {
    return readFileSync(Buffer.from(path, "latin1")).latin1Slice();
  } catch (e) {
    return fail(`reading ${path.replaceAll("\0", "\\0")}: ${systemReason(e)}`);
  }
}

/** All of standard input. */
export function readStandardInput(): string {
  const chunks: string[] = [];
  const buffer = Buffer.allocUnsafe(65536);
  for (;;) {
    try {
      const n = readSync(0, buffer);
      if (n === 0) return chunks.join("");
      chunks.push(buffer.latin1Slice(0, n));
    } catch (e) {
      const { code } = e as { code?: string };
      // somebody else may have made it non-blocking
      if (code === "EAGAIN") Bun.sleepSync(2);
      else if (code !== "EINTR") return fail(`reading standard input: ${systemReason(e)}`);
    }
  }
}
