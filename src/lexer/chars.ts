/**
 * Character classes, one byte of flags per character code.
 *
 * The source ends with a NUL that the scanner appends. NUL belongs to no class but `STRING_STOP`,
 * so every inner loop stops at the end without testing for it.
 */

/** Letters and `_`. */
export const ALPHA = 1;
export const DIGIT = 2;
export const HEX = 4;
/** Blanks other than line breaks. */
export const SPACE = 8;
export const NEWLINE = 16;
/** Where a quoted string may end or need more than copying: quotes, `\`, line breaks, NUL. */
export const STRING_STOP = 32;
/** What a name may go on with. */
export const ALNUM = ALPHA | DIGIT;

export const CLASS = new Uint8Array(256);

/** Those from `first` to `last`. A loop over all that have a flag would take every start 0.02 ms. */
function mark(first: string, last: string, flags: number): void {
  CLASS.fill(flags, first.charCodeAt(0), last.charCodeAt(0) + 1);
}

mark("a", "z", ALPHA);
mark("A", "Z", ALPHA);
mark("_", "_", ALPHA);
mark("a", "f", ALPHA | HEX);
mark("A", "F", ALPHA | HEX);
mark("0", "9", DIGIT | HEX);
// `\t` to `\r` are tab, line feed, vertical tab, form feed, and return
mark("\t", "\r", SPACE);
mark(" ", " ", SPACE);
mark("\n", "\n", NEWLINE | STRING_STOP);
mark("\r", "\r", NEWLINE | STRING_STOP);
mark('"', '"', STRING_STOP);
mark("'", "'", STRING_STOP);
mark("\\", "\\", STRING_STOP);
mark("\0", "\0", STRING_STOP);

/** Whether the character code has one of the flags. */
export function isClass(c: number, flags: number): boolean {
  return ((CLASS[c] as number) & flags) !== 0;
}

/** The value of a hexadecimal digit. */
export function hexValue(c: number): number {
  return c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57;
}
