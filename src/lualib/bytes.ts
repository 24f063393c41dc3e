/** Between Lua's byte strings and the host's text. */

const NON_ASCII = /[\x80-\uffff]/;

/** Host text as a Lua string: its UTF-8 bytes. */
export function toBytes(text: string): string {
  return NON_ASCII.test(text) ? encoded(text, "utf8").toString("latin1") : text;
}

/** A Lua string as host text: its bytes read as UTF-8. */
export function toText(bytes: string): string {
  return NON_ASCII.test(bytes) ? encoded(bytes, "latin1").toString("utf8") : bytes;
}

/** A Lua string as a file name, byte by byte. */
export function toPath(bytes: string): string | Buffer {
  return NON_ASCII.test(bytes) ? encoded(bytes, "latin1") : bytes;
}

/** A function that mentions Buffer has the engine make it, 0.2 ms, when it is first called. */
function encoded(text: string, encoding: "utf8" | "latin1"): Buffer {
  return Buffer.from(text, encoding);
}

/** First byte of a binary chunk; no text begins with it. */
export const BINARY = "\x1b";
