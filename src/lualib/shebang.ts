/** The first line of a script that is run as a program (§7). */
import { BINARY } from "./bytes";

/** Blanks the first line if it begins with `#` (after a byte order mark), keeping line numbers. */
export function skipShebang(source: string): string {
  const s = source.startsWith("\xef\xbb\xbf") ? source.slice(3) : source;
  if (!s.startsWith("#")) return s;
  const end = s.indexOf("\n");
  if (end < 0) return "";
  // a binary chunk begins right behind the line
  return s.slice(s.startsWith(BINARY, end + 1) ? end + 1 : end);
}
