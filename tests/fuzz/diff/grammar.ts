/** Random texts of the small languages inside Lua: patterns, formats, numerals. All are Lua literals. */
import type { Random } from "./random";

const CLASSES = "a c d g l p s u w x A D S W X z .".split(" ");
const CHARACTERS = ["a", "b", "o", "1", " ", ",", "=", "-", "%%", "%.", "%-", "\\0", "\\xff"];
const SETS = [
  "[abc]",
  "[^a]",
  "[a-z]",
  "[%w_]",
  "[^%s,]",
  "[]]",
  "[^]]",
  "[a-]",
  "[%a-z]",
  "[\\x80-\\xff]",
  "[0-9a-fA-F]",
  "[^\\0]",
];
const MISTAKES = ["(", ")", "[", "[^", "%", "%1", "%2", "%f", "%b", "%bx", "(()", "[%", "[a-%]"];

/** A pattern, now and then a malformed one. */
export function pattern(random: Random): string {
  let text = random.oneIn(5) ? "^" : "";
  let open = 0;
  let captures = 0;
  for (let i = 1 + random.below(5); i > 0; i--) {
    if (random.oneIn(6)) {
      text += random.oneIn(4) ? "()" : "(";
      captures++;
      if (text.endsWith("(")) open++;
    }
    switch (random.below(9)) {
      case 0:
      case 1:
      case 2:
        text += `${random.pick(CLASSES).replace(/^\w/, "%$&")}`;
        break;
      case 3:
      case 4:
        text += random.pick(SETS);
        break;
      case 5:
        text += random.pick(["%b()", "%f[%w]", "%f[^%a]", captures > open ? "%1" : "."]);
        break;
      default:
        text += random.pick(CHARACTERS);
    }
    if (random.oneIn(2)) text += random.pick(["*", "+", "-", "?"]);
    if (open > 0 && random.oneIn(3)) {
      text += ")";
      open--;
    }
  }
  if (!random.oneIn(12)) text += ")".repeat(open);
  if (random.oneIn(5)) text += "$";
  if (random.oneIn(15)) text += random.pick(MISTAKES);
  return `"${text}"`;
}

/** One conversion of string.format, now and then an invalid one. */
export function conversion(random: Random): string {
  let text = "%";
  for (let i = random.below(3); i > 0; i--) text += random.pick(["-", "+", " ", "#", "0"]);
  if (random.oneIn(2)) text += random.pick(["1", "5", "10", "20", "99", "100"]);
  if (random.oneIn(3)) text += `.${random.pick(["", "0", "1", "3", "10", "20", "99", "100"])}`;
  return text + random.pick([..."diuoxXcaAeEfFgGsqp%y".replaceAll(/[puy]/g, ""), "d", "s", "g"]);
}

/** A format of string.pack, now and then an invalid one. */
export function packing(random: Random): string {
  let text = "";
  for (let i = 1 + random.below(4); i > 0; i--)
    text += random.pick([
      ..."<>=bBhHiIlLjJTfdnzx ".split(""),
      `i${1 + random.below(17)}`,
      `I${1 + random.below(16)}`,
      `s${random.pick(["", "1", "2", "4", "8"])}`,
      `c${random.below(6)}`,
      `!${random.pick(["", "2", "4", "8", "16", "3"])}`,
      `X${random.pick(["i4", "d", "h", "", "z"])}`,
    ]);
  return `"${text}"`;
}

const digits = (random: Random, alphabet: string, most: number) => {
  let text = "";
  for (let i = random.below(most + 1); i > 0; i--)
    text += alphabet[random.below(alphabet.length)] as string;
  return text;
};

/** The text of a numeral, mostly a well-formed one, without quotes. */
export function numeral(random: Random): string {
  const sign = random.pick(["", "", "-", "+"]);
  const long = random.oneIn(3) ? 22 : 5;
  const hex = random.oneIn(3);
  const some = (most: number) =>
    digits(random, hex ? "0123456789abcdefABCDEF" : "0123456789", most);
  let text = sign + (hex ? random.pick(["0x", "0X"]) : "") + some(long);
  if (random.oneIn(3)) text += `.${some(long)}`;
  if (random.oneIn(3))
    text +=
      random.pick(hex ? ["p", "P"] : ["e", "E"]) +
      random.pick(["", "-", "+"]) +
      digits(random, "0123456789", 3);
  if (random.oneIn(10)) text += random.pick([" ", "x", ".", "\\n", "\\0", "_"]);
  return text;
}
