/** Character classes of patterns (§6.4.1), as tables of 256 bytes: 1 for the members. */

export type CharSet = Uint8Array;

type Test = (c: number) => boolean;

const isLower: Test = (c) => c >= 97 && c <= 122;
const isUpper: Test = (c) => c >= 65 && c <= 90;
const isAlpha: Test = (c) => isLower(c) || isUpper(c);
const isDigit: Test = (c) => c >= 48 && c <= 57;
const isGraph: Test = (c) => c > 32 && c < 127;

// the C locale: no byte above 127 is in any class
const TESTS: Record<string, Test> = {
  a: isAlpha,
  c: (c) => c < 32 || c === 127,
  d: isDigit,
  g: isGraph,
  l: isLower,
  p: (c) => isGraph(c) && !isAlpha(c) && !isDigit(c),
  s: (c) => c === 32 || (c >= 9 && c <= 13),
  u: isUpper,
  w: (c) => isAlpha(c) || isDigit(c),
  x: (c) => isDigit(c) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102),
  // deprecated and undocumented, but C Lua still has it
  z: (c) => c === 0,
};

function tabulate(test: Test): CharSet {
  const set = new Uint8Array(256);
  for (let c = 0; c < 256; c++) if (test(c)) set[c] = 1;
  return set;
}

/** `.` */
export const ALL: CharSet = tabulate(() => true);

const classes = new Map<number, CharSet>();

/** `%` followed by the byte `c`: a class when that is a class letter, else the byte itself. */
export function escapedSet(c: number): CharSet {
  let set = classes.get(c);
  if (set === undefined) {
    const letter = isAlpha(c) ? String.fromCharCode(c) : "";
    const test = TESTS[letter.toLowerCase()];
    if (test === undefined) set = singleSet(c);
    else set = isUpper(c) ? tabulate((x) => !test(x)) : tabulate(test);
    classes.set(c, set);
  }
  return set;
}

export function isClassLetter(c: number): boolean {
  return isAlpha(c) && String.fromCharCode(c).toLowerCase() in TESTS;
}

export function singleSet(c: number): CharSet {
  const set = new Uint8Array(256);
  set[c] = 1;
  return set;
}

/**
 * The set `[…]` of which `p[from]` is the first byte behind the bracket and `p[to]` the closing
 * bracket.
 */
export function bracketSet(p: string, from: number, to: number): CharSet {
  const set = new Uint8Array(256);
  const complement = p.charCodeAt(from) === 94;
  for (let i = complement ? from + 1 : from; i < to; i++) {
    const c = p.charCodeAt(i);
    if (c === 37) {
      i++;
      const members = escapedSet(p.charCodeAt(i));
      for (let x = 0; x < 256; x++) if (members[x]) set[x] = 1;
    } else if (p.charCodeAt(i + 1) === 45 && i + 2 < to) {
      i += 2;
      for (let x = c; x <= p.charCodeAt(i); x++) set[x] = 1;
    } else set[c] = 1;
  }
  if (complement) for (let x = 0; x < 256; x++) set[x] = set[x] ? 0 : 1;
  return set;
}

/** Whether no byte is in both. */
export function disjoint(a: CharSet, b: CharSet): boolean {
  for (let x = 0; x < 256; x++) if (a[x] && b[x]) return false;
  return true;
}
