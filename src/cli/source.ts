/** Reading the script. */
import { systemReason } from "../lualib/load";
import { fail } from "./exit";

/** A file's bytes; ends the process with a message when it can't be read. */
export async function readScript(path: string): Promise<string> {
  // the short way, without node:fs, for an ordinary file
  if (/^[\x20-\x7e]+$/.test(path)) {
    const bytes = await Bun.file(path)
      .arrayBuffer()
      .catch(() => undefined);
    if (bytes !== undefined && bytes.byteLength > 0) return Buffer.from(bytes).toString("latin1");
  }
  const { readFileSync } = require("node:fs") as typeof import("node:fs");
  try {
    return readFileSync(Buffer.from(path, "latin1")).toString("latin1");
  } catch (e) {
    return fail(`reading ${path.replaceAll("\0", "\\0")}: ${systemReason(e)}`);
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
