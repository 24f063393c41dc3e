/**
 * A look at SQL text that knows strings, quoted names and comments: where one statement ends and
 * the next begins, and where the parameters are. It leaves all syntax to the database.
 */

export interface Dialect {
  /** `\'` in a string is a quote. */
  readonly backslash: boolean;
  /** `#` begins a comment. */
  readonly hash: boolean;
  /** `[name]` is a quoted name. */
  readonly brackets: boolean;
}

export const SQLITE: Dialect = { backslash: false, hash: false, brackets: true };
export const MYSQL: Dialect = { backslash: true, hash: true, brackets: false };

/** A parameter's place in the text: `?`, `?3`, `$3`, `:name`, `@name`. */
export interface Placeholder {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface ScannedStatement {
  readonly start: number;
  /** Without the semicolon. */
  readonly end: number;
  readonly placeholders: readonly Placeholder[];
}

// a byte order mark is white space, no part of a word
// one with a doubled quote counts as two: an alternative in a repeat would need memory for each char
// in order: comments, strings and quoted names, words, parameters, `;`, any other char
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('[^']*'?|"[^"]*"?|`[^`]*`?)|([A-Za-z_\x80-\ufefe\uff00-\uffff][\w$\x80-\uffff]*|\d[\w.]*)|(\?\d*|\$\w+|[:@][A-Za-z_]\w*)|(;)|\s+|[\s\S]/y;
const HASH_COMMENT = /#[^\n]*/y;
const BRACKETS = /\[[^\]]*\]?/y;

/** Words that begin a body of several statements, in which `;` ends nothing. */
const HAS_BODY =
  /^create (or replace )?(definer\b.*)?(temp |temporary |aggregate )?(trigger|procedure|function|event|package)$/;

/** The statements of a text; those that hold nothing but space and comments are left out. */
export function scanStatements(sql: string, dialect: Dialect): ScannedStatement[] {
  const found: ScannedStatement[] = [];
  let placeholders: Placeholder[] = [];
  let start = -1;
  let head = "";
  let body = false;
  /** What came before in a body: its last `end` counts only behind a `;` (as SQLite's shell). */
  let last = "";
  let ending = false;
  const finish = (end: number) => {
    if (start >= 0) found.push({ start, end, placeholders });
    placeholders = [];
    start = -1;
    head = "";
    body = false;
    last = "";
  };
  for (let at = 0; at < sql.length; ) {
    const special = specialEnd(sql, at, dialect);
    if (special !== undefined) {
      if (special.counts && start < 0) start = at;
      last = "x";
      at = special.end;
      continue;
    }
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(sql) as RegExpExecArray;
    const [text, comment, quoted, word, parameter, semicolon] = m;
    const from = at;
    at = TOKEN.lastIndex;
    if (comment !== undefined || /^\s/.test(text)) continue;
    if (semicolon !== undefined) {
      if (!body || ending) finish(from);
      last = ";";
      ending = false;
      continue;
    }
    if (start < 0) start = from;
    if (parameter !== undefined) placeholders.push({ start: from, end: at, text });
    if (word !== undefined) {
      const lower = word.toLowerCase();
      if (head.length < 200 && !body) {
        head = head === "" ? lower : `${head} ${lower}`;
        body = HAS_BODY.test(head) || head === "begin not atomic";
      }
      ending = body && last === ";" && lower === "end";
      last = lower;
    } else {
      ending = false;
      last = quoted === undefined ? text : "x";
    }
  }
  finish(sql.length);
  return found;
}

/** Behind a string in which `\\` escapes; by hand, see `TOKEN`. */
function stringEnd(sql: string, start: number, quote: string): number {
  for (let at = start + 1; at < sql.length; at++) {
    const c = sql[at];
    if (c === quote) return at + 1;
    if (c === "\\") at++;
  }
  return sql.length;
}

/** Tokens that only some databases have. */
function specialEnd(
  sql: string,
  at: number,
  dialect: Dialect,
): { end: number; counts: boolean } | undefined {
  const c = sql[at];
  if (dialect.backslash && (c === "'" || c === '"'))
    return { end: stringEnd(sql, at, c), counts: true };
  let pattern: RegExp | undefined;
  if (dialect.hash && c === "#") pattern = HASH_COMMENT;
  else if (dialect.brackets && c === "[") pattern = BRACKETS;
  if (pattern === undefined) return undefined;
  pattern.lastIndex = at;
  pattern.exec(sql);
  return { end: pattern.lastIndex, counts: c !== "#" };
}

/** `sql[start..end]` with its placeholders rewritten. */
export function rewrite(
  sql: string,
  statement: ScannedStatement,
  replace: (placeholder: Placeholder, index: number) => string,
): string {
  let out = "";
  let from = statement.start;
  for (const [i, placeholder] of statement.placeholders.entries()) {
    out += sql.slice(from, placeholder.start) + replace(placeholder, i);
    from = placeholder.end;
  }
  return out + sql.slice(from, statement.end);
}
