/**
 * The formats of file:read (§6.8).
 *
 * Every reader either takes its bytes from the stream or, when the stream has to wait for more,
 * takes nothing and answers `NEED`; then it is simply tried again after the wait.
 */
import { runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { parseNumber } from "../runtime/number";
import { awaitPromise } from "../runtime/scheduler";
import { isNumber, type LuaValue, type Results } from "../runtime/value";
import { argumentError, checkIndex, checkString } from "./args";
import { failure } from "./io-errors";
import { END, FILLED, type Stream, WAIT } from "./io-stream";
import { runSteps, type Steps } from "./resumable";

const NEED = Symbol("more bytes");
/** A value, nil at the end of the file, or the wish for more bytes. */
type Outcome = LuaValue | typeof NEED;

/** Longest numeral that is read, as in C Lua. */
const MAX_NUMERAL = 200;
/** More than any file has. */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Reads by `formats`; `n` is the number of the first format among the function's arguments. */
export function readFormats(s: Stream, formats: ArrayLike<LuaValue>, n: number): Results {
  const out: LuaValue[] = [];
  const r = progress(s, formats, n, out);
  return r === NEED ? runSteps(waitSteps(s, formats, n, out)) : r;
}

function* waitSteps(s: Stream, formats: ArrayLike<LuaValue>, n: number, out: LuaValue[]): Steps {
  // `io.popen(cmd):read("a")`: nobody else has the handle, whose end would be that of the stream
  const kept = { handle: s.handle?.deref() };
  for (;;) {
    const arrived = s.wait().then(() => {
      kept.handle = s.handle?.deref();
      return undefined;
    });
    const waited = awaitPromise(arrived);
    if (waited === SUSPENDED) yield;
    const r = progress(s, formats, n, out);
    if (r !== NEED) return r;
  }
}

/** Goes on with the formats behind those whose values are in `out`. */
function progress(
  s: Stream,
  formats: ArrayLike<LuaValue>,
  n: number,
  out: LuaValue[],
): Results | typeof NEED {
  try {
    if (formats.length === 0) return readLine(s, false);
    while (out.length < formats.length) {
      const v = readOne(s, formats[out.length], n + out.length);
      if (v === NEED) return NEED;
      out.push(v);
      if (v === undefined) break;
    }
  } catch (e) {
    return failure(e);
  }
  return out.length === 1 ? out[0] : out;
}

function readOne(s: Stream, format: LuaValue, n: number): Outcome {
  if (isNumber(format)) {
    const count = checkIndex(format, n);
    if (count < 0) throw runtimeError("resulting string too large");
    return count === 0 ? testEnd(s) : readCount(s, count);
  }
  const name = checkString(format, n);
  // versions before 5.3 wrote formats with a star
  switch (name[0] === "*" ? name[1] : name[0]) {
    case "l":
      return readLine(s, false);
    case "L":
      return readLine(s, true);
    case "n":
      return readNumber(s);
    case "a":
      return readAll(s);
    default:
      throw argumentError(n, "invalid format");
  }
}

function readLine(s: Stream, keepEnd: boolean): Outcome {
  let from = s.at;
  for (;;) {
    const end = s.text.indexOf("\n", from);
    if (end >= 0) {
      const line = s.text.slice(s.at, keepEnd ? end + 1 : end);
      s.at = end + 1;
      return line;
    }
    const had = s.text.length - s.at;
    const r = s.fill(had);
    if (r === WAIT) return NEED;
    if (r === END) return had === 0 ? undefined : take(s, had);
    from = s.at + had;
  }
}

function take(s: Stream, count: number): string {
  const bytes = s.text.slice(s.at, s.at + count);
  s.at += count;
  if (s.at === s.text.length) {
    s.text = "";
    s.at = 0;
  }
  return bytes;
}

function readAll(s: Stream): Outcome {
  for (;;) {
    const r = s.fill(EVERYTHING);
    if (r === WAIT) return NEED;
    if (r === END) return take(s, s.text.length - s.at);
  }
}

function readCount(s: Stream, count: number): Outcome {
  for (;;) {
    const had = s.text.length - s.at;
    if (had >= count) return take(s, count);
    const r = s.fill(count - had);
    if (r === WAIT) return NEED;
    if (r === END) return had === 0 ? undefined : take(s, had);
  }
}

function testEnd(s: Stream): Outcome {
  if (s.at < s.text.length) return "";
  const r = s.fill(0);
  return r === WAIT ? NEED : r === FILLED ? "" : undefined;
}

/** Looks at the stream's bytes one by one without taking them. */
class Numeral {
  /** Bytes looked at, with leading white space. */
  used = 0;
  text = "";
  waiting = false;
  private overlong = false;
  /** A stream tells its end once: a terminal may go on after it. */
  private ended = false;

  constructor(private readonly s: Stream) {}

  /** The byte to come, "" at the end. */
  peek(): string {
    const { s } = this;
    while (s.at + this.used >= s.text.length) {
      if (this.waiting || this.ended) return "";
      const r = s.fill(0);
      if (r === WAIT) this.waiting = true;
      else if (r === END) this.ended = true;
      if (r !== FILLED) return "";
    }
    return s.text[s.at + this.used] as string;
  }

  /** Accepts the byte to come if it is in `set`. */
  accept(set: string): boolean {
    const c = this.peek();
    if (c === "" || !set.includes(c)) return false;
    if (this.text.length >= MAX_NUMERAL) {
      this.overlong = true;
      return false;
    }
    this.text += c;
    this.used++;
    return true;
  }

  digits(set: string): number {
    let count = 0;
    while (this.accept(set)) count++;
    return count;
  }

  value(): LuaValue {
    return this.overlong ? undefined : parseNumber(this.text);
  }
}

const DECIMAL = "0123456789";
const HEXADECIMAL = "0123456789abcdefABCDEF";

/** Takes the longest prefix that looks like a numeral, valid or not. */
function readNumber(s: Stream): Outcome {
  const n = new Numeral(s);
  while (n.peek() !== "" && " \t\n\v\f\r".includes(n.peek())) n.used++;
  n.accept("+-");
  let count = 0;
  let set = DECIMAL;
  if (n.accept("0")) {
    if (n.accept("xX")) set = HEXADECIMAL;
    else count = 1;
  }
  count += n.digits(set);
  if (n.accept(".")) count += n.digits(set);
  if (count > 0 && n.accept(set === DECIMAL ? "eE" : "pP")) {
    n.accept("+-");
    n.digits(DECIMAL);
  }
  if (n.waiting) return NEED;
  s.at += n.used;
  return n.value();
}
