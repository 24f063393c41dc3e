/**
 * Dates and times. Lua gets them as strings, exactly as they are written; which strings of a table
 * are dates is noted in its metatable, so that they are written as dates again.
 */
import { LuaTable, type LuaValue } from "../../host";

/** Field of the metatable: a table of the keys whose values are dates. */
const NOTE = "__tomldates";
/** A table with this key only is a date, too: what `toml.datetime` makes. */
const WRAPPER = "$__toml_private_datetime";

const DATE = "\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])";
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d(?::(?:[0-5]\\d|60)(?:\\.\\d+)?)?";
const OFFSET = "(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
const LITERAL = `${DATE}(?:[Tt ]${TIME}${OFFSET}?)?|${TIME}`;
const WHOLE = new RegExp(`^(?:${LITERAL})$`);

/** True for the text of a TOML date, time or both. */
export function isDate(text: string): boolean {
  return WHOLE.test(text) && isInCalendar(text);
}

/** False for a 30th of February. */
function isInCalendar(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  if (day === undefined) return true;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCDate() === Number(day);
}

/** A date that no calendar has, at an offset of the document. */
export class WrongDate {
  constructor(readonly at: number) {}
}

/** Notes which of a table's values are dates. */
export function noteDates(t: LuaTable, keys: readonly (string | number)[]): void {
  if (keys.length === 0) return;
  const noted = new LuaTable();
  for (const key of keys) noted.µset(key, true);
  t.µmetatable ??= new LuaTable();
  t.µmetatable.µsetStr(NOTE, noted);
}

/** The keys of `t` that were noted as dates. */
export function notedDates(t: LuaTable): LuaTable | undefined {
  const noted = t.µmetatable?.µgetStr(NOTE);
  return noted instanceof LuaTable ? noted : undefined;
}

/** A value that is written as a date wherever it stands. */
export function wrapDate(text: string): LuaTable {
  const t = new LuaTable();
  t.µsetStr(WRAPPER, text);
  return t;
}

/** The text inside a table made by `wrapDate`. */
export function wrappedDate(fields: readonly [string, LuaValue][]): string | undefined {
  const [first] = fields;
  if (fields.length !== 1 || first?.[0] !== WRAPPER) return undefined;
  const [, text] = first;
  return typeof text === "string" && isDate(text) ? text : undefined;
}

/** Strings and comments. */
export const SKIPPED = [
  '"""(?:[^\\\\]|\\\\[^])*?"{3,5}',
  "'''[^]*?'{3,5}",
  '"(?:[^"\\\\\\n]|\\\\.)*"',
  "'[^'\\n]*'",
  "#[^\\n]*",
];

// in what is left a date stands by itself
const TOKEN = new RegExp(
  [...SKIPPED, `(?<![\\w.+-])(?:${LITERAL})(?![\\w.:+-])`, "[=\\[\\]{},\\n]"].join("|"),
  "g",
);

/** The document (a valid one) with its dates turned into strings that begin with `mark`. */
export function markDates(text: string, mark: string): string {
  let out = "";
  let from = 0;
  /** The open brackets. */
  const open: string[] = [];
  /** A value comes next, or a key. */
  let value = false;
  TOKEN.lastIndex = 0;
  for (let m = TOKEN.exec(text); m !== null; m = TOKEN.exec(text)) {
    const token = m[0];
    if (token === "=") value = true;
    else if (token === "\n") value = open.at(-1) === "[" || (value && open.length > 0);
    else if (token === "[" && !value && open.length === 0) {
      // a table's header, which ends with its line
      const end = text.indexOf("\n", TOKEN.lastIndex);
      TOKEN.lastIndex = end < 0 ? text.length : end;
    } else if (token === "[" || token === "{") {
      open.push(token);
      value = token === "[";
    } else if (token === "]" || token === "}") {
      open.pop();
      value = false;
    } else if (token === ",") value = open.at(-1) === "[";
    else if (value && /^\d/.test(token)) {
      if (!isInCalendar(token)) throw new WrongDate(m.index);
      out += `${text.slice(from, m.index)}"${mark}${token}"`;
      from = TOKEN.lastIndex;
    }
  }
  return out + text.slice(from);
}
