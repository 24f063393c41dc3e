/** Variables that are no UTF-8: Bun has their text only, with U+FFFD in place of what it can't read. */
import { readFileSync } from "node:fs";

const REPLACED = "\ufffd";

let started: ReadonlyMap<string, string> | undefined;

/** The bytes of a variable that the process was started with; undefined unless `text` stands for them. */
export function rawVariable(name: string, text: string): string | undefined {
  if (!text.includes(REPLACED)) return undefined;
  started ??= read();
  const bytes = started.get(name);
  return bytes !== undefined && Buffer.from(bytes, "latin1").toString("utf8") === text
    ? bytes
    : undefined;
}

/** What Linux keeps of the environment; nothing where it can't be read. */
function read(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let all: string;
  try {
    all = readFileSync("/proc/self/environ", "latin1");
  } catch {
    return found;
  }
  for (const entry of all.split("\0")) {
    const at = entry.indexOf("=");
    if (at > 0)
      found.set(Buffer.from(entry.slice(0, at), "latin1").toString(), entry.slice(at + 1));
  }
  return found;
}
