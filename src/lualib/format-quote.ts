/** The literals that `%q` of `string.format` makes (§6.4). */
import { argumentError } from "../runtime/error";
import { LuaInt64 } from "../runtime/int64";
import { numberToString } from "../runtime/number";
import { formatDouble, PLAIN } from "../runtime/number-format";
import { isInteger, isNumber, type LuaValue, numberToDouble } from "../runtime/value";

/** A literal that the Lua lexer reads back as the same value, which is argument number `n`. */
export function quote(v: LuaValue, n: number): string {
  if (typeof v === "string") return quoteString(v);
  if (v === undefined) return "nil";
  if (typeof v === "boolean") return String(v);
  if (isInteger(v)) {
    // the decimal numeral of the least integer would be read as a float
    const least = v instanceof LuaInt64 && v.hi === -0x80000000 && v.lo === 0;
    return least ? "0x8000000000000000" : numberToString(v);
  }
  if (!isNumber(v)) throw argumentError(n, "value has no literal form");
  const x = numberToDouble(v);
  if (Number.isFinite(x)) return formatDouble("a", x, PLAIN);
  if (x !== x) return "(0/0)";
  return x > 0 ? "1e9999" : "-1e9999";
}

const QUOTED = /["\\\n\x00-\x1f\x7f]/;

function quoteString(s: string): string {
  let at = s.search(QUOTED);
  if (at < 0) return `"${s}"`;
  let out = '"';
  let copied = 0;
  for (; at < s.length; at++) {
    const c = s.charCodeAt(at);
    if (c >= 32 && c !== 34 && c !== 92 && c !== 127) continue;
    out += s.slice(copied, at) + quoteByte(c, s.charCodeAt(at + 1));
    copied = at + 1;
  }
  return `${out}${s.slice(copied)}"`;
}

function quoteByte(c: number, next: number): string {
  if (c === 34) return '\\"';
  if (c === 92) return "\\\\";
  if (c === 10) return "\\\n";
  const code = String(c);
  return `\\${next >= 48 && next <= 57 ? code.padStart(3, "0") : code}`;
}
