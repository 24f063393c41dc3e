/**
 * Short pieces of text that come up again and again (the words of a text, the keys of a document)
 * are given out as the same JS string: it costs no memory, and it carries its hash, which a table
 * would have to work out for each fresh one.
 */

/** So many bytes make up the two numbers that stand for a text. */
const MAX_LENGTH = 8;
const BITS = 12;
const SIZE = 1 << BITS;

/** What stands at each place: the bytes of the text, first in `heads`, then in `tails`. */
const heads = new Int32Array(SIZE);
const tails = new Int32Array(SIZE);
const texts: string[] = new Array(SIZE).fill("");
/** The hash of the latest text that was not found at a place: one that comes twice is taken in. */
const candidates = new Int32Array(SIZE);

/** `s` from `start` to `end`. */
export function piece(s: string, start: number, end: number): string {
  const length = end - start;
  if (length > MAX_LENGTH) return s.substring(start, end);
  if (length < 2) return length === 1 ? (s[start] as string) : "";
  let head = 0;
  let tail = 0;
  let i = start;
  for (; i < end - 4; i++) head = (head << 8) | s.charCodeAt(i);
  for (; i < end; i++) tail = (tail << 8) | s.charCodeAt(i);
  return known(s, start, end, head, tail);
}

/** `piece` of 2 to 8 bytes: the last four are `tail` if there are more than four. */
export function known(s: string, start: number, end: number, head: number, tail: number): string {
  const hash = Math.imul(head, 0x9e3779b1) ^ Math.imul(tail + (end - start), 0x85ebca77);
  const place = hash >>> (32 - BITS);
  if (heads[place] === head && tails[place] === tail) {
    const text = texts[place] as string;
    // zero bytes at the beginning leave no trace in the numbers
    if (text.length === end - start) return text;
  }
  return second(s, start, end, head, tail, hash);
}

/** Looks at the place beside; a text that is not there, either, is taken in if it came before. */
function second(
  s: string,
  start: number,
  end: number,
  head: number,
  tail: number,
  hash: number,
): string {
  const place = hash >>> (32 - BITS);
  const other = place ^ 1;
  if (heads[other] === head && tails[other] === tail) {
    const text = texts[other] as string;
    if (text.length === end - start) return text;
  }
  const text = s.substring(start, end);
  if (candidates[place] !== hash) {
    candidates[place] = hash;
    return text;
  }
  const at = texts[place] !== "" && texts[other] === "" ? other : place;
  heads[at] = head;
  tails[at] = tail;
  texts[at] = RESOLVING.has(text) ? "" : text;
  return text;
}

/** A look-up needs the text's own bytes; until then it is a part of the subject and keeps that alive. */
const RESOLVING = new Set([""]);
