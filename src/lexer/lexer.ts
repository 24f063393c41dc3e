/**
 * The scanner (§3.1).
 *
 * It reads the chunk, a byte string, by character codes with a class table, and has one token and
 * at most one look-ahead token at a time. The source gets a NUL appended, which no loop runs over;
 * a NUL before the end is an ordinary (wrong) character.
 *
 * Two line numbers matter to the parser: `line`, how far the scanner has read, and `lastLine`,
 * the line of the token consumed last. Messages and operations take their lines from them.
 *
 * The value of a token lies in `name`, `text` or `number`, by its kind; the fields of the other
 * kinds are stale.
 */

import type { LuaInt64 } from "../runtime/int64";
import { chunkDisplayName, LuaSyntaxError } from "../runtime/syntax-error";
import { ALNUM, ALPHA, CLASS, NEWLINE } from "./chars";
import { type Name, NameTable } from "./names";
import { readNumeral } from "./numerals";
import { longBracketLevel, readLongString, readString, skipLongComment } from "./strings";
import * as tk from "./token";

const NO_TOKEN = -1;

export class Lexer {
  /** The source with a NUL at its end; `end` is where that NUL lies. */
  readonly src: string;
  readonly end: number;
  readonly chunkName: string;
  readonly names: NameTable;
  /** Where to go on reading. */
  pos = 0;
  /** Line of the last character read. */
  line = 1;
  /** Line of the last token consumed. */
  lastLine = 1;
  /** Code of the current token. */
  token: number = tk.TK_EOS;
  name: Name;
  text = "";
  number: number | LuaInt64 = 0;
  /** Where the token read last starts; for messages. */
  start = 0;

  private aheadToken = NO_TOKEN;
  private aheadName: Name;
  private aheadText = "";
  private aheadNumber: number | LuaInt64 = 0;

  constructor(source: string, chunkName: string) {
    this.src = `${source}\0`;
    this.end = source.length;
    this.chunkName = chunkName;
    this.names = new NameTable();
    this.name = this.names.get("_ENV");
    this.aheadName = this.name;
  }

  /** Consumes the current token. */
  next(): void {
    this.lastLine = this.line;
    if (this.aheadToken === NO_TOKEN) {
      this.token = this.scan();
      return;
    }
    this.token = this.aheadToken;
    this.name = this.aheadName;
    this.text = this.aheadText;
    this.number = this.aheadNumber;
    this.aheadToken = NO_TOKEN;
  }

  /** The token after the current one, which must be a name. */
  peek(): number {
    const name = this.name;
    const ahead = this.scan();
    this.aheadToken = ahead;
    this.aheadName = this.name;
    this.aheadText = this.text;
    this.aheadNumber = this.number;
    this.name = name;
    return ahead;
  }

  /** A syntax error at the current token. */
  fail(message: string): never {
    if (this.token === 0) throw this.error(message);
    throw this.error(message, this.isSpelled(this.token) ? this.lastSpelling() : this.token);
  }

  /** A syntax error that is about what has been consumed, not about the current token. */
  failBefore(message: string): never {
    this.line = this.lastLine;
    throw this.error(message);
  }

  /** The error with its position, and near what: a kind of token, or a text to be quoted. */
  error(message: string, near?: number | string): LuaSyntaxError {
    const full = `${chunkDisplayName(this.chunkName)}:${this.line}: ${message}`;
    if (near === undefined) return new LuaSyntaxError(full);
    if (typeof near === "number") return new LuaSyntaxError(`${full} near ${tk.tokenText(near)}`);
    const nul = near.indexOf("\0");
    return new LuaSyntaxError(`${full} near '${nul < 0 ? near : near.slice(0, nul)}'`);
  }

  /** Skips `\n`, `\r`, `\r\n` or `\n\r` at `pos`, and returns the position behind it. */
  skipNewline(pos: number): number {
    this.line++;
    const other = this.src.charCodeAt(pos + 1);
    return (other === 0x0a || other === 0x0d) && other !== this.src.charCodeAt(pos)
      ? pos + 2
      : pos + 1;
  }

  private isSpelled(token: number): boolean {
    return token >= tk.TK_FLOAT;
  }

  /** The token read last as messages show it: strings with their escapes already replaced. */
  private lastSpelling(): string {
    if (this.token !== tk.TK_STRING) return this.src.slice(this.start, this.pos);
    const quote = this.src[this.start] as string;
    if (quote !== "[") return quote + this.text + quote;
    const signs = "=".repeat(longBracketLevel(this.src, this.start));
    return `[${signs}[${this.text}]${signs}]`;
  }

  /** Reads one token; its kind is the result. */
  private scan(): number {
    const src = this.src;
    let pos = this.pos;
    for (;;) {
      const c = src.charCodeAt(pos);
      if (((CLASS[c] as number) & ALPHA) !== 0) {
        // the hash is that of hashOf in names.ts, computed here: this is the hottest loop
        let hash = c;
        let p = pos + 1;
        for (;;) {
          const d = src.charCodeAt(p);
          if (((CLASS[d] as number) & ALNUM) === 0) break;
          hash = (Math.imul(hash, 31) + d) | 0;
          p++;
        }
        this.start = pos;
        this.pos = p;
        const name = this.names.intern(src, pos, p, hash);
        this.name = name;
        return name.token;
      }
      switch (c) {
        case 0x20: // space
        case 0x09:
        case 0x0b:
        case 0x0c:
          pos++;
          continue;
        case 0x0a:
        case 0x0d:
          pos = this.skipNewline(pos);
          continue;
        case 0x2d: // -
          if (src.charCodeAt(pos + 1) !== 0x2d) return this.punctuation(pos, 1, c);
          pos = this.skipComment(pos + 2);
          continue;
        case 0x30: // 0-9
        case 0x31:
        case 0x32:
        case 0x33:
        case 0x34:
        case 0x35:
        case 0x36:
        case 0x37:
        case 0x38:
        case 0x39:
          this.start = pos;
          return readNumeral(this, pos);
        case 0x22: // "
        case 0x27: // '
          this.start = pos;
          readString(this, c);
          return tk.TK_STRING;
        case 0x2e: {
          // .
          const d = src.charCodeAt(pos + 1);
          if (d === 0x2e) {
            if (src.charCodeAt(pos + 2) === 0x2e) return this.punctuation(pos, 3, tk.TK_DOTS);
            return this.punctuation(pos, 2, tk.TK_CONCAT);
          }
          if (d >= 0x30 && d <= 0x39) {
            this.start = pos;
            return readNumeral(this, pos + 1);
          }
          return this.punctuation(pos, 1, c);
        }
        case 0x3d: // =
          return this.pair(pos, c, 0x3d, tk.TK_EQ);
        case 0x3c: // <
          if (src.charCodeAt(pos + 1) === 0x3c) return this.punctuation(pos, 2, tk.TK_SHL);
          return this.pair(pos, c, 0x3d, tk.TK_LE);
        case 0x3e: // >
          if (src.charCodeAt(pos + 1) === 0x3e) return this.punctuation(pos, 2, tk.TK_SHR);
          return this.pair(pos, c, 0x3d, tk.TK_GE);
        case 0x2f: // /
          return this.pair(pos, c, 0x2f, tk.TK_IDIV);
        case 0x7e: // ~
          return this.pair(pos, c, 0x3d, tk.TK_NE);
        case 0x3a: // :
          return this.pair(pos, c, 0x3a, tk.TK_DBCOLON);
        case 0x5b: // [
          return this.bracket(pos);
        case 0:
          if (pos === this.end) {
            this.pos = pos;
            return tk.TK_EOS;
          }
          return this.punctuation(pos, 1, c);
        default:
          return this.punctuation(pos, 1, c);
      }
    }
  }

  private punctuation(pos: number, length: number, token: number): number {
    this.start = pos;
    this.pos = pos + length;
    return token;
  }

  /** `token` when the second character follows, else the first character alone. */
  private pair(pos: number, first: number, second: number, token: number): number {
    if (this.src.charCodeAt(pos + 1) === second) return this.punctuation(pos, 2, token);
    return this.punctuation(pos, 1, first);
  }

  private bracket(pos: number): number {
    const level = longBracketLevel(this.src, pos);
    if (level >= 0) {
      this.start = pos;
      readLongString(this, level);
      return tk.TK_STRING;
    }
    if (this.src.charCodeAt(pos + 1) !== 0x3d) return this.punctuation(pos, 1, 0x5b);
    let p = pos + 1;
    while (this.src.charCodeAt(p) === 0x3d) p++;
    throw this.error("invalid long string delimiter", this.src.slice(pos, p));
  }

  /** Skips a comment whose `--` ends before `pos`; a short one without its line break. */
  private skipComment(pos: number): number {
    const src = this.src;
    if (src.charCodeAt(pos) === 0x5b) {
      const level = longBracketLevel(src, pos);
      if (level >= 0) return skipLongComment(this, pos, level);
    }
    for (let p = pos; ; p++) {
      const c = src.charCodeAt(p);
      if (((CLASS[c] as number) & NEWLINE) !== 0 || (c === 0 && p === this.end)) return p;
    }
  }
}
