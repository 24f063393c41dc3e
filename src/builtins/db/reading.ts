/**
 * Read-only runs. The databases are told to refuse changes, but a statement could tell them
 * otherwise (`SET`, `BEGIN READ WRITE`, `DISCARD`), or reach beside the tables (`COPY … TO PROGRAM`,
 * `CALL`). So only statements that read get through; what these would change the database refuses.
 */

const READING: ReadonlySet<string> = new Set([
  "select",
  "with",
  "values",
  "table",
  "show",
  "explain",
  "describe",
  "desc",
  "pragma",
]);

/** What reading statements can do beside reading: settings, files of the server, MySQL's comments. */
const UNWANTED = /\b(?:set_config|query_only|outfile|dumpfile)\b|\/\*M?!/i;

// comments; strings and quoted names; words; semicolons; any other char
const TOKEN =
  /(--[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('[^']*'?|"[^"]*"?|`[^`]*`?)|([A-Za-z_]\w*)|(;)|[\s\S]/g;

/** Whether all statements of a text begin as reading ones do. */
export function onlyReads(sql: string): boolean {
  if (UNWANTED.test(sql)) return false;
  let isStart = true;
  for (const [text, comment, , word, semicolon] of sql.matchAll(TOKEN)) {
    if (comment !== undefined || /^[\s(]/.test(text)) continue;
    if (semicolon !== undefined) isStart = true;
    else if (isStart) {
      if (word === undefined || !READING.has(word.toLowerCase())) return false;
      isStart = false;
    }
  }
  return true;
}
