/**
 * Lua strings at the border. A Lua string is a JS string whose chars are bytes 0-255 ("byte
 * string"); JS text is UTF-16. ASCII is the same in both, so most conversions are one scan.
 */

import { isUtf8 as validUtf8 } from "node:buffer";

const nonAscii = /[^\x00-\x7f]/;

/** JS text as a byte string holding its UTF-8. Lone surrogates become U+FFFD. */
export function utf8ToBytes(text: string): string {
  return nonAscii.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** The UTF-8 of a byte string as JS text; invalid sequences become U+FFFD. */
export function bytesToUtf8(bytes: string): string {
  return nonAscii.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** As `bytesToUtf8`, but undefined when the bytes are not valid UTF-8. */
export function bytesToText(bytes: string): string | undefined {
  if (!nonAscii.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  return validUtf8(buffer) ? buffer.toString("utf8") : undefined;
}

/** True when the byte string holds valid UTF-8. */
export function isUtf8(bytes: string): boolean {
  return !nonAscii.test(bytes) || validUtf8(Buffer.from(bytes, "latin1"));
}

/** Works on any byte array, and saves the Buffer around it. */
const bufferToString = Buffer.prototype.toString as (this: Uint8Array, encoding: string) => string;

/** Raw bytes as a byte string. */
export function bufferToBytes(buffer: Uint8Array | ArrayBuffer): string {
  const bytes = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : buffer;
  return bufferToString.call(bytes, "latin1");
}

/** A byte string as raw bytes. */
export function bytesToBuffer(bytes: string): Buffer<ArrayBuffer> {
  return Buffer.from(bytes, "latin1");
}
