/** Files that checks name. */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Where a file is: next to the check file, else as the working directory has it (the original's way). */
export function checkFile(name: string, directory: string): string {
  if (isAbsolute(name)) return name;
  const beside = join(directory, name);
  return existsSync(beside) ? beside : name;
}
