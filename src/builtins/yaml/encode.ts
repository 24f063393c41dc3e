/** Lua values as block YAML (a byte string), by the rules of `json.encode`. */
import {
  bytesToText,
  isNull,
  LuaFloat,
  LuaInt64,
  LuaTable,
  type LuaValue,
  numberToString,
  utf8ToBytes,
} from "../../host";
import { floatText, Unwritable } from "../data/rules";
import { Descent, encodeTree } from "../data/tree";
import { needsQuotes } from "./scalars";

const MAX_DEPTH = 128;
const INDENT = "  ";
/** Characters that a key in front of a `:` may safely have; YAML sets the limit at 1024. */
const MAX_KEY = 1000;

export function encodeYaml(v: LuaValue, name: string): string {
  return encodeTree(name, v, () => utf8ToBytes(`${new Encoder().document(v)}\n`));
}

class Encoder {
  private readonly descent = new Descent(MAX_DEPTH);

  document(v: LuaValue): string {
    return this.value(v, "", "").replace(/^\n/, "");
  }

  /**
   * The text behind `key:` or `-`, where `indent` is what lines of a nested collection begin with.
   * Collections over several lines begin with a line break.
   */
  private value(v: LuaValue, indent: string, keyIndent: string): string {
    if (v instanceof LuaTable) return this.table(v, indent, keyIndent);
    if (typeof v === "string") return stringText(v, indent);
    return scalarText(v);
  }

  private table(t: LuaTable, indent: string, keyIndent: string): string {
    return this.descent.into(t, ({ list, fields }) => {
      if (list !== undefined) {
        if (list.length === 0) return "[]";
        // a list stands right below its key
        const parts = list.map((item) => `\n${keyIndent}- ${this.item(item, keyIndent)}`);
        return parts.join("");
      }
      const parts: string[] = [];
      for (const [key, v] of fields) {
        const text = this.value(v, indent + INDENT, indent);
        parts.push(`\n${keyText(key, indent)}:${text.startsWith("\n") ? "" : " "}${text}`);
      }
      return parts.length === 0 ? "{}" : parts.join("");
    });
  }

  /** The text behind `- `: a nested collection begins on the same line. */
  private item(v: LuaValue, indent: string): string {
    const inner = indent + INDENT;
    const text = this.value(v, inner, inner);
    return text.startsWith("\n") ? text.slice(1 + inner.length) : text;
  }
}

function scalarText(v: LuaValue): string {
  switch (typeof v) {
    case "undefined":
      return "null";
    case "boolean":
      return String(v);
    case "number":
      return Number.isInteger(v) ? String(v) : floatText(v);
    default:
      if (v instanceof LuaFloat) return floatText(v.n);
      if (v instanceof LuaInt64) return numberToString(v);
      if (isNull(v)) return "null";
      throw new Unwritable();
  }
}

/** Words that can stand without quotes anywhere in block style. */
const PLAIN = /^[\p{L}\p{N}_/$(<;^~=\\][\p{L}\p{N}_/$()<>;^~=\\.,*&!|+@?{}[\]%'"`-]*$/u;
/** The same with single blanks, colons and hashes in harmless places. */
const PLAIN_TEXT =
  /^[\p{L}\p{N}_/$(<;^~=\\](?:[^\s:#\p{C}\p{Z}]| (?=[^\s#])|:(?=[^\s:])|(?<=[^\s])#)*(?<![\s:])$/u;
/** What a reader would not give back as it is outside of double quotes. */
const SPECIAL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\r]/;

function stringText(bytes: string, indent: string): string {
  const s = bytesToText(bytes);
  if (s === undefined) throw new Unwritable();
  if (SPECIAL.test(s)) return doubleQuoted(s);
  if (s.includes("\n")) return literalBlock(s, indent);
  if (s.includes("\t")) return doubleQuoted(s);
  if (!needsQuotes(s) && (PLAIN.test(s) || PLAIN_TEXT.test(s))) return s;
  return `'${s.replaceAll("'", "''")}'`;
}

/** A key with its indentation. */
function keyText(bytes: string, indent: string): string {
  const s = bytesToText(bytes) as string;
  let text = s;
  if (SPECIAL.test(s) || /[\n\t]/.test(s)) text = doubleQuoted(s);
  else if (needsQuotes(s) || !PLAIN.test(s)) text = `'${s.replaceAll("'", "''")}'`;
  // longer keys have to be announced
  return text.length <= MAX_KEY ? indent + text : `${indent}? ${text}\n${indent}`;
}

function doubleQuoted(s: string): string {
  return JSON.stringify(s).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `|` with the lines as they are; quoted where blanks would get lost or be taken for indentation. */
function literalBlock(s: string, indent: string): string {
  if (/^\s/.test(s) || /[ \t]$/.test(s) || /^[ \t]+$/m.test(s)) return doubleQuoted(s);
  const kept = s.endsWith("\n\n") ? "+" : s.endsWith("\n") ? "" : "-";
  const inner = indent === "" ? INDENT : indent;
  const body = s.endsWith("\n") ? s.slice(0, -1) : s;
  return `|${kept}\n${body.replace(/^(?=.)/gm, inner)}`;
}
