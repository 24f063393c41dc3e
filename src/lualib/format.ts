/** `string.format` (§6.4). */
import { argumentError, leaveNative, runtimeError } from "../runtime/error";
import { Frame, SUSPENDED, suspend } from "../runtime/frame";
import { toBigInt } from "../runtime/int64";
import { checkAllocation, maxBytes } from "../runtime/limits";
import { numberToString } from "../runtime/number";
import { type FormatSpec, formatDouble, PLAIN, padNumber } from "../runtime/number-format";
import { checkText, tostring } from "../runtime/tostring";
import {
  first,
  isNumber,
  LuaFloat,
  type LuaNumber,
  type LuaValue,
  type Results,
} from "../runtime/value";
import { checkDouble, checkInteger } from "./args";
import { pointer } from "./format-pointer";
import {
  Kind,
  kindOf,
  MAX_SHORT,
  putFixed,
  putGeneral,
  putInteger,
  putPadded,
  putQuoted,
  putText,
  putUnsigned,
} from "./format-put";
import { quote } from "./format-quote";
import { text } from "./string-args";
import { BUFFER_SIZE, buffer, bufferText } from "./string-buffer";

/** A conversion and the text before it. */
interface Item {
  readonly literal: string;
  /** The conversion letter; "" for the text at the end. */
  readonly conv: string;
  readonly kind: Kind;
  /** The whole specification, for messages. */
  readonly form: string;
  readonly spec: Readonly<FormatSpec>;
  /** Whether flags, width and precision are ones that the conversion allows. */
  readonly valid: boolean;
  /** Too long to be looked at. */
  readonly tooLong: boolean;
}

/** Flags, width and precision may take up this many bytes. */
const MAX_FORM = 21;
/** The flags that each conversion allows. */
const FLAGS: Record<string, string> = {
  a: "-+#0 ",
  A: "-+#0 ",
  c: "-",
  d: "-+0 ",
  e: "-+#0 ",
  E: "-+#0 ",
  f: "-+#0 ",
  g: "-+#0 ",
  G: "-+#0 ",
  i: "-+0 ",
  o: "-#0",
  p: "-",
  s: "-",
  u: "-0",
  x: "-#0",
  X: "-#0",
};
const WITHOUT_PRECISION = "cp";

const CACHE_SIZE = 1000;
/** Longer formats are made of data, and would fill the memory. */
const CACHED_LENGTH = 1000;
const cache = new Map<string, Item[]>();

function itemsOf(fmt: string): Item[] {
  let items = cache.get(fmt);
  if (items === undefined) {
    if (cache.size >= CACHE_SIZE) cache.clear();
    items = parse(fmt);
    if (fmt.length <= CACHED_LENGTH) cache.set(fmt, items);
  }
  return items;
}

function parse(fmt: string): Item[] {
  const items: Item[] = [];
  let literal = "";
  let i = 0;
  for (;;) {
    const at = fmt.indexOf("%", i);
    if (at < 0) break;
    literal += fmt.slice(i, at);
    if (fmt[at + 1] === "%") {
      literal += "%";
      i = at + 2;
      continue;
    }
    let k = at + 1;
    while (k < fmt.length && "-+#0 123456789.".includes(fmt[k] as string)) k++;
    items.push(parseItem(literal, fmt.slice(at + 1, k), fmt[k] ?? "\0"));
    literal = "";
    i = k + 1;
  }
  literal += fmt.slice(i);
  const kind = Kind.End;
  items.push({ literal, conv: "", kind, form: "", spec: PLAIN, valid: true, tooLong: false });
  return items;
}

function parseItem(literal: string, modifiers: string, conv: string): Item {
  const form = `%${modifiers}${conv === "\0" ? "" : conv}`;
  const flags = /^[-+#0 ]*/.exec(modifiers)?.[0] ?? "";
  const rest = /^([0-9]{0,2})(\.[0-9]{0,2})?$/.exec(modifiers.slice(flags.length));
  const allowed = FLAGS[conv] ?? "";
  const valid =
    rest !== null &&
    [...flags].every((f) => allowed.includes(f)) &&
    (rest[2] === undefined || !WITHOUT_PRECISION.includes(conv));
  const spec = {
    left: flags.includes("-"),
    plus: flags.includes("+"),
    space: flags.includes(" "),
    alt: flags.includes("#"),
    zero: flags.includes("0"),
    width: Number(rest?.[1] ?? 0),
    precision: rest?.[2] === undefined ? -1 : Number(rest[2].slice(1)),
  };
  const tooLong = modifiers.length >= MAX_FORM;
  const kind = valid && !tooLong ? kindOf(conv, modifiers === "", spec) : Kind.Other;
  return { literal, conv, kind, form, spec: modifiers === "" ? PLAIN : spec, valid, tooLong };
}

export function format(fmt: LuaValue, ...args: LuaValue[]): Results {
  const source = typeof fmt === "string" ? fmt : text(fmt, 1, arguments.length);
  return run(itemsOf(source), args, 0, "");
}

/** So much room is left in the buffer when an item begins: enough for every short text or number. */
const ROOM = 512;

/**
 * Formats from item `i` on. Short pieces come together as bytes in the shared buffer, `n` of them;
 * `out` is what comes before them.
 */
function run(items: Item[], args: LuaValue[], i: number, done: string): Results {
  let out = done;
  let n = 0;
  for (let k = i; k < items.length; k++) {
    const item = items[k] as Item;
    const { literal, kind } = item;
    if (n > BUFFER_SIZE - ROOM || literal.length > MAX_SHORT) {
      out += bufferText(n) + literal;
      n = 0;
    } else n = putText(literal, n);
    if (kind === Kind.End) break;
    if (k >= args.length) throw argumentError(k + 2, "no value");
    const v = args[k];
    const put = putQuickly(kind, v, item.spec, n);
    if (put >= 0) {
      n = put;
      continue;
    }
    let piece: string;
    if (kind === Kind.String && typeof v === "string") piece = v;
    else {
      if (item.tooLong) throw runtimeError("invalid format (too long)");
      if (item.conv === "s" && typeof v !== "string" && !isNumber(v)) {
        // other code may run, which uses the buffer
        out += bufferText(n);
        n = 0;
        let s: string | typeof SUSPENDED;
        try {
          s = tostring(v);
        } catch (e) {
          throw leaveNative(e);
        }
        if (s === SUSPENDED) return suspend(new FormatFrame(items, args, k, out));
        piece = formatString(item, s as string, k + 2);
      } else piece = convert(item, v, k + 2);
    }
    if (piece.length <= MAX_SHORT) n = putText(piece, n);
    else {
      out += bufferText(n) + piece;
      n = 0;
      if (out.length > maxBytes) checkAllocation(out.length);
    }
  }
  if (n === 0) return out;
  return out === "" ? bufferText(n) : out + bufferText(n);
}

/** Writes a value to the buffer from `n` on if that is quickly done, else gives -1. */
function putQuickly(kind: Kind, v: LuaValue, spec: Readonly<FormatSpec>, n: number): number {
  if (typeof v === "number") {
    if (kind === Kind.Fixed) return putFixed(v, spec, n);
    if (kind === Kind.General) return putGeneral(v, spec, n);
    if ((v | 0) !== v) return -1;
    const x = v | 0;
    if (kind === Kind.Decimal || kind === Kind.String) return putInteger(x, spec, n);
    if (kind >= Kind.Octal) return x >= 0 ? putUnsigned(x, kind, spec, n) : -1;
    if (kind !== Kind.Char) return -1;
    buffer[n] = x;
    return n + 1;
  }
  if (typeof v === "string") {
    if (v.length > MAX_SHORT) return -1;
    if (kind === Kind.String) return putText(v, n);
    if (kind === Kind.PaddedString) return putPadded(v, spec, n);
    return kind === Kind.Quoted ? putQuoted(v, n) : -1;
  }
  if (v instanceof LuaFloat) {
    if (kind === Kind.Fixed) return putFixed(v.n, spec, n);
    if (kind === Kind.General) return putGeneral(v.n, spec, n);
  }
  return -1;
}

/** Waits for the `__tostring` of item `i`'s argument. */
class FormatFrame extends Frame {
  constructor(
    private readonly items: Item[],
    private readonly args: LuaValue[],
    private readonly i: number,
    private readonly out: string,
  ) {
    super();
  }

  override resume(value: Results): Results {
    const { items, args, i, out } = this;
    const s = formatString(items[i] as Item, checkText(first(value)), i + 2);
    return run(items, args, i + 1, out + s);
  }
}

function formatString(item: Item, s: string, n: number): string {
  if (item.spec === PLAIN) return s;
  if (s.includes("\0")) throw argumentError(n, "string contains zeros");
  checkValid(item);
  const { precision } = item.spec;
  return pad(precision >= 0 ? s.slice(0, precision) : s, item.spec);
}

function pad(s: string, spec: Readonly<FormatSpec>): string {
  return spec.left ? s.padEnd(spec.width) : s.padStart(spec.width);
}

function checkValid(item: Item): void {
  if (!item.valid) throw runtimeError(`invalid conversion specification: '${item.form}'`);
}

/** A conversion without metamethods; `n` is the argument's number. */
function convert(item: Item, v: LuaValue, n: number): string {
  const { conv, spec } = item;
  switch (conv) {
    case "s":
      return formatString(item, typeof v === "string" ? v : numberToString(v as LuaNumber), n);
    case "d":
    case "i":
    case "u":
    case "o":
    case "x":
    case "X":
      return formatInteger(item, v, n);
    case "e":
    case "E":
    case "f":
    case "g":
    case "G": {
      const x = checkDouble(v, n);
      checkValid(item);
      return formatDouble(conv, x, spec);
    }
    case "a":
    case "A":
      checkValid(item);
      return formatDouble(conv, checkDouble(v, n), spec);
    case "c": {
      checkValid(item);
      const code = checkInteger(v, n);
      return pad(String.fromCharCode((typeof code === "number" ? code : code.lo) & 255), spec);
    }
    case "p":
      checkValid(item);
      return pad(pointer(v), spec);
    case "q":
      if (spec !== PLAIN) throw runtimeError("specifier '%q' cannot have modifiers");
      return quote(v, n);
    default:
      throw runtimeError(`invalid conversion '${item.form}' to 'format'`);
  }
}

function formatInteger(item: Item, v: LuaValue, n: number): string {
  const i = checkInteger(v, n);
  checkValid(item);
  const { conv, spec } = item;
  const signed = conv === "d" || conv === "i";
  const negative = typeof i === "number" ? i < 0 : i.hi < 0;
  let digits: string;
  if (signed && typeof i === "number") digits = String(negative ? -i : i);
  else if (signed) digits = (negative ? -toBigInt(i) : toBigInt(i)).toString();
  else {
    const radix = conv === "o" ? 8 : conv === "u" ? 10 : 16;
    const unsigned = negative || typeof i !== "number" ? BigInt.asUintN(64, toBigInt(i)) : i;
    digits = unsigned.toString(radix);
  }
  const zero = i === 0;
  // a precision is the least number of digits; it rules out padding with zeros
  if (spec.precision === 0 && zero) digits = "";
  else digits = digits.padStart(spec.precision, "0");
  let prefix = "";
  if (spec.alt && conv === "o" && digits[0] !== "0") digits = `0${digits}`;
  if (spec.alt && !zero && (conv === "x" || conv === "X")) prefix = "0x";
  const sign = !signed ? "" : negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
  const padding = spec.precision >= 0 ? { ...spec, zero: false } : spec;
  const result = padNumber(sign, prefix, digits, padding);
  return conv === "X" ? result.toUpperCase() : result;
}
