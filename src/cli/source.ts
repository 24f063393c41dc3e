/** Reading the script. */
import { toPath } from "../lualib/bytes";
import { systemReason } from "../lualib/load";
import { fail } from "./exit";

/** A file's bytes; ends the process with a message when it can't be read. */
export function readScript(path: string): string {
  return readAscii(path) ?? readBytes(path);
}

function readBytes(path: string): string {
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  try {
    return readFileSync(Buffer.from(path, "latin1")).toString("latin1");
  } catch (e) {
    return fail(`reading ${path.replaceAll("\0", "\\0")}: ${systemReason(e)}`);
  }
}

/**
 * The short way for an ordinary file, which most scripts are: node:fs and Buffer take longer to get
 * ready than a small script to run.
 */
function readAscii(path: string): string | undefined {
  if (path.includes("\0") || toPath(path) !== path) return undefined;
  try {
    // other than regular files have no size, and are to be opened once only
    if (!(Bun.file(path).size > 0)) return undefined;
    const bytes = Bun.mmap(path, { shared: false });
    const text = new TextDecoder().decode(bytes);
    return text.length === bytes.length && !text.includes("\ufffd") ? text : undefined;
  } catch {
    // the long way tells what is wrong
    return undefined;
  }
}

/** All of standard input. */
export function readStandardInput(): string {
  const chunks: string[] = [];
  const { readSync } = require("node:fs") as typeof import("node:fs");
  const buffer = Buffer.allocUnsafe(65536);
  for (;;) {
    try {
      const n = readSync(0, buffer);
      if (n === 0) return chunks.join("");
      chunks.push(buffer.toString("latin1", 0, n));
    } catch (e) {
      const { code } = e as { code?: string };
      // somebody else may have made it non-blocking
      if (code === "EAGAIN") Bun.sleepSync(2);
      else if (code !== "EINTR") return fail(`reading standard input: ${systemReason(e)}`);
    }
  }
}
