/**
 * Token codes (§3.1).
 *
 * A single-character token is its character code, so that the scanner can hand most punctuation on
 * as it finds it; everything else is numbered from 257. The order of the reserved words and of the
 * other tokens is that of the lists below, which hold how each one looks in a
 * message. (Lists rather than a text to be split: every start comes by here.)
 */

export const TK_AND = 257;
export const TK_BREAK = 258;
export const TK_DO = 259;
export const TK_ELSE = 260;
export const TK_ELSEIF = 261;
export const TK_END = 262;
export const TK_FALSE = 263;
export const TK_FOR = 264;
export const TK_FUNCTION = 265;
export const TK_GOTO = 266;
export const TK_IF = 267;
export const TK_IN = 268;
export const TK_LOCAL = 269;
export const TK_NIL = 270;
export const TK_NOT = 271;
export const TK_OR = 272;
export const TK_REPEAT = 273;
export const TK_RETURN = 274;
export const TK_THEN = 275;
export const TK_TRUE = 276;
export const TK_UNTIL = 277;
export const TK_WHILE = 278;

export const TK_IDIV = 279;
export const TK_CONCAT = 280;
export const TK_DOTS = 281;
export const TK_EQ = 282;
export const TK_GE = 283;
export const TK_LE = 284;
export const TK_NE = 285;
export const TK_SHL = 286;
export const TK_SHR = 287;
export const TK_DBCOLON = 288;

export const TK_EOS = 289;
export const TK_FLOAT = 290;
export const TK_INTEGER = 291;
export const TK_NAME = 292;
export const TK_STRING = 293;

/** One more than the largest token code. */
export const TOKEN_LIMIT = 294;

/** Tokens that are one character long and that the parser asks for by name. */
export const CH_HASH = 0x23;
export const CH_PERCENT = 0x25;
export const CH_AMP = 0x26;
export const CH_LPAREN = 0x28;
export const CH_RPAREN = 0x29;
export const CH_STAR = 0x2a;
export const CH_PLUS = 0x2b;
export const CH_COMMA = 0x2c;
export const CH_MINUS = 0x2d;
export const CH_DOT = 0x2e;
export const CH_SLASH = 0x2f;
export const CH_COLON = 0x3a;
export const CH_SEMICOLON = 0x3b;
export const CH_LT = 0x3c;
export const CH_ASSIGN = 0x3d;
export const CH_GT = 0x3e;
export const CH_LBRACKET = 0x5b;
export const CH_RBRACKET = 0x5d;
export const CH_CARET = 0x5e;
export const CH_LBRACE = 0x7b;
export const CH_PIPE = 0x7c;
export const CH_RBRACE = 0x7d;
export const CH_TILDE = 0x7e;

const FIRST = TK_AND;

/** The reserved words, in the order of their codes. `global` is none: see the parser. */
// biome-ignore format: a list
export const RESERVED_WORDS: readonly string[] = [
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
];

/** The tokens that follow them. */
// biome-ignore format: a list
const OTHERS: readonly string[] = [
  "//", "..", "...", "==", ">=", "<=", "~=", "<<", ">>", "::",
  "<eof>", "<number>", "<integer>", "<name>", "<string>",
];

/** How messages name a kind of token. */
export function tokenText(token: number): string {
  if (token < FIRST) {
    const printable = token >= 0x20 && token < 0x7f;
    return printable ? `'${String.fromCharCode(token)}'` : `'<\\${token}>'`;
  }
  const text = RESERVED_WORDS[token - FIRST] ?? OTHERS[token - TK_IDIV];
  return token < TK_EOS ? `'${text}'` : (text as string);
}
