/** Generated files are only written when they change: their time tells what has to be built anew. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Gives `file` the text, unless it has it. */
export function update(file: string, text: string): void {
  let present: string | undefined;
  try {
    present = readFileSync(file, "utf8");
  } catch {
    // not there yet
  }
  if (present === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
