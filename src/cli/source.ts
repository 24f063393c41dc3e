/** Reading the script. */
import { toPath } from "../lualib/bytes";
import { systemReason } from "../lualib/io-errors";
import { fail } from "./exit";

/** A file up to this size comes as one piece, which takes half as long as to have pieces put together. */
const PIECE = 65536;
/** A file's bytes; ends the process with a message when it can't be read. */
export function readScript(path: string): string | Promise<string> {
  return readSmall(path) ?? readInPieces(path);
}

/**
 * The short way, which most scripts are read in: node:fs and Buffer take longer to get ready than a small script
 * to run, and the other ways to read a `Bun.file` start threads. Undefined when the file is not to be had so.
 */
function readSmall(path: string): string | undefined {
  if (path.includes("\0") || toPath(path) !== path) return undefined;
  const { size } = Bun.file(path);
  // neither pipes nor files of the kernel's, which have no size
  if (size === 0 || size > PIECE) return undefined;
  try {
    const bytes = Bun.mmap(path, { shared: false });
    return bytes.length === size ? latin1(bytes) : undefined;
  } catch {
    return undefined;
  }
}

async function readInPieces(path: string): Promise<string> {
  return (await readOrdinary(path)) ?? readAny(path);
}

/** Undefined when the file is not to be had. */
async function readOrdinary(path: string): Promise<string | undefined> {
  if (path.includes("\0") || toPath(path) !== path) return undefined;
  const file = Bun.file(path);
  const { size } = file;
  try {
    if (size > PIECE) {
      const bytes = await Bun.readableStreamToArrayBuffer(file.stream());
      // other than regular files may have brought nothing
      return bytes.byteLength > 0 ? latin1(bytes) : undefined;
    }
    const { value: bytes } = await file.stream().getReader().read();
    // files of the kernel's have no size
    return bytes?.length === size ? latin1(bytes) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes as a byte string. */
function latin1(bytes: Uint8Array | ArrayBuffer): string {
  const text = new TextDecoder().decode(bytes);
  return text.length === bytes.byteLength && !text.includes("\ufffd") ? text : byteByByte(bytes);
}

/** A function that mentions Buffer has the engine make it, 0.1 ms, when it is first called. */
function byteByByte(bytes: Uint8Array | ArrayBuffer): string {
  return Buffer.from(bytes as ArrayBuffer).toString("latin1");
}

function readAny(path: string): string {
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
