/** Text formats are UTF-8: reading their bytes, and naming places in them. */
import { bytesToText, bytesToUtf8, HostError, utf8ToBytes } from "../../host";

/** The JS text of UTF-8 bytes without a byte order mark; says where when they are not UTF-8. */
export function readText(bytes: string, name: string): string {
  const text = bytesToText(bytes);
  if (text !== undefined) return text.startsWith("\ufeff") ? text.slice(1) : text;
  // what is invalid comes back as U+FFFD
  const again = utf8ToBytes(bytesToUtf8(bytes));
  let at = 0;
  while (bytes.charCodeAt(at) === again.charCodeAt(at)) at++;
  throw new HostError(`${name}: invalid UTF-8 ${place(bytes, at)}`);
}

/** `at line L column C` of a place in bytes. */
function place(bytes: string, at: number): string {
  let line = 1;
  let start = 0;
  for (let i = bytes.indexOf("\n"); i >= 0 && i < at; i = bytes.indexOf("\n", start)) {
    line++;
    start = i + 1;
  }
  return `at line ${line} column ${at - start + 1}`;
}

/** `at line L column C` of a place in JS text; the column counts bytes. */
export function position(text: string, at: number): string {
  const before = utf8ToBytes(text.slice(0, at));
  return place(`${before} `, before.length);
}
