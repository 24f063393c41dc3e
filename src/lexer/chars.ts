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

function mark(chars: string, flag: number): void {
  for (let i = 0; i < chars.length; i++) {
    const c = chars.charCodeAt(i);
    CLASS[c] = (CLASS[c] as number) | flag;
  }
}

mark("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", ALPHA);
mark("0123456789", DIGIT);
mark("0123456789abcdefABCDEF", HEX);
mark(" \t\v\f", SPACE);
mark("\n\r", NEWLINE);
mark("\"'\\\n\r\0", STRING_STOP);

/** Whether the character code has one of the flags. */
export function isClass(c: number, flags: number): boolean {
  return ((CLASS[c] as number) & flags) !== 0;
}

/** The value of a hexadecimal digit. */
export function hexValue(c: number): number {
  return c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57;
}
