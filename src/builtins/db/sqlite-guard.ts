/**
 * SQL that reaches for other files than the one that was opened: `ATTACH`, `VACUUM INTO`, and the
 * pragmas for folders of temporary files. Bun's SQLite has no authoriser to ask, so the text is read
 * as SQLite's own tokenizer reads it; where in doubt a word counts as a keyword.
 */
import { DbFault } from "./errors";

// comments, strings and quoted names, words, any other char; bytes beyond ASCII separate words
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('[^']*'?|"[^"]*"?|`[^`]*`?|\[[^\]]*\]?)|([A-Za-z_][\w$]*)|[\s\S]/gy;

const FILE_WORDS: ReadonlySet<string> = new Set([
  "attach",
  "load_extension",
  "temp_store_directory",
  "data_store_directory",
]);

/** Throws a fault for SQL that would open another file. */
export function checkFiles(sql: string): void {
  /** How many tokens ago there was a `VACUUM`. */
  let sinceVacuum = Infinity;
  let wasQuoted = false;
  for (const [text, comment, quoted, word] of sql.matchAll(TOKEN)) {
    if (comment !== undefined || /^\s/.test(text)) continue;
    const lower = word?.toLowerCase() ?? "";
    const isQuoted = quoted !== undefined;
    // a name with a doubled quote in it is one, though it comes in pieces
    if (lower === "vacuum") sinceVacuum = 0;
    else if (!isQuoted || !wasQuoted) sinceVacuum++;
    wasQuoted = isQuoted;
    if (FILE_WORDS.has(lower)) throw refusal(lower.toUpperCase());
    // `VACUUM INTO` and `VACUUM main INTO`
    if (lower === "into" && sinceVacuum <= 2) throw refusal("VACUUM INTO");
  }
}

function refusal(what: string): DbFault {
  return new DbFault(`${what} is not allowed here: it reaches other files`);
}
