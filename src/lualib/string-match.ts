/** The functions of the string library that take patterns (§6.4). */
import { control } from "../runtime/control";
import { leaveNative, runtimeError, typeError, typeName } from "../runtime/error";
import { Frame, SUSPENDED, suspend } from "../runtime/frame";
import { index } from "../runtime/index-ops";
import { neverInline } from "../runtime/jit";
import { checkAllocation, maxBytes } from "../runtime/limits";
import { native, nativeClosure } from "../runtime/native";
import { numberToString } from "../runtime/number";
import { spread } from "../runtime/spread";
import { LuaTable } from "../runtime/table";
import {
  first,
  isNumber,
  type LuaFunction,
  type LuaValue,
  pair,
  type Results,
} from "../runtime/value";
import { checkIndex, missingError } from "./args";
import { asCallback } from "./callback";
import { piece } from "./intern";
import {
  captureAt,
  compilePattern,
  compileUnanchored,
  matchEnd,
  matchStart,
  nextRun,
  search,
} from "./pattern";
import { captureEnd, captureStart, type Pattern } from "./pattern-match";
import { place, startPosition, text } from "./string-args";
import { BUFFER_SIZE, buffer, bufferText } from "./string-buffer";

/** Where a search begins, as a JS index. */
function initial(init: LuaValue, length: number): number {
  return init === undefined ? 0 : startPosition(place(init, 3, 3), length) - 1;
}

/** The pattern of the latest `locate`; null when it was plain text. */
let located: Pattern | null = null;

/** Where the first match ends, or -1; it begins at `foundAt`. */
function locate(s: string, p: string, init: LuaValue, plain: LuaValue): number {
  const from = initial(init, s.length);
  if (from > s.length) return -1;
  located = null;
  if (plain === undefined || plain === false) {
    const compiled = compilePattern(p);
    if (!compiled.plain) {
      located = compiled;
      const end = search(compiled, s, from);
      foundAt = matchStart;
      return end;
    }
  }
  foundAt = s.indexOf(p, from);
  return foundAt < 0 ? -1 : foundAt + p.length;
}

let foundAt = 0;

export function find(s: LuaValue, p: LuaValue, init?: LuaValue, plain?: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  const pattern = typeof p === "string" ? p : text(p, 2, arguments.length);
  const end = locate(subject, pattern, init, plain);
  if (end < 0) return undefined;
  const start = foundAt;
  const results = pair(start + 1, end);
  if (located !== null)
    for (let i = 0; i < located.captures.length; i++)
      results.push(captureAt(located, subject, i, start, end));
  return results;
}

/** The first result of `find`, without an array for the others. */
function findStart(s: LuaValue, p: LuaValue, init?: LuaValue, plain?: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  const pattern = typeof p === "string" ? p : text(p, 2, arguments.length);
  if (locate(subject, pattern, init, plain) < 0) return undefined;
  const unfinished = located?.captures.indexOf("unfinished") ?? -1;
  if (unfinished >= 0) captureAt(located as Pattern, subject, unfinished, 0, 0);
  return foundAt + 1;
}

control.find = find;
control.findStart = native("string.find", findStart);

export function match(s: LuaValue, p: LuaValue, init?: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  const pattern = typeof p === "string" ? p : text(p, 2, arguments.length);
  const from = initial(init, subject.length);
  if (from > subject.length) return undefined;
  const compiled = compilePattern(pattern);
  const end = search(compiled, subject, from);
  return end < 0 ? undefined : captures(compiled, subject, matchStart, end);
}

/** All captures of the latest match, or the whole match when the pattern has none. */
function captures(p: Pattern, s: string, start: number, end: number): Results {
  const count = p.captures.length;
  if (count === 0) return piece(s, start, end);
  const capture = captureAt(p, s, 0, start, end);
  if (count === 1) return capture;
  const results = pair(capture, captureAt(p, s, 1, start, end));
  for (let i = 2; i < count; i++) results.push(captureAt(p, s, i, start, end));
  return results;
}

export function gmatch(s: LuaValue, p: LuaValue, init?: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  const pattern = typeof p === "string" ? p : text(p, 2, arguments.length);
  const compiled = compileUnanchored(pattern);
  let from = initial(init, subject.length);
  let last = -1;
  const { single } = compiled;
  if (single?.repeated) {
    return nativeClosure("for iterator", [subject, pattern], () => {
      const run = nextRun(single.set, subject, from);
      from = matchEnd;
      return run === undefined ? [] : run;
    });
  }
  return nativeClosure("for iterator", [subject, pattern], () => {
    if (from > subject.length) return [];
    let end = search(compiled, subject, from);
    // an empty match right behind the previous one does not count
    if (end === last && end >= 0)
      end = from < subject.length ? search(compiled, subject, from + 1) : -1;
    if (end < 0) {
      from = subject.length + 1;
      return [];
    }
    from = last = end;
    return captures(compiled, subject, matchStart, end);
  });
}

export function gsub(s: LuaValue, p: LuaValue, repl: LuaValue, max?: LuaValue): Results {
  const subject = typeof s === "string" ? s : text(s, 1, arguments.length);
  const pattern = typeof p === "string" ? p : text(p, 2, arguments.length);
  const limit = max === undefined ? subject.length + 1 : checkIndex(max, 4);
  const compiled = compilePattern(pattern);
  if (typeof repl === "string") return substitute(subject, compiled, repl, limit);
  if (typeof repl === "function")
    return new GsubFrame(subject, compiled, asCallback(repl), limit).run();
  if (repl instanceof LuaTable && repl.µmetatable === null)
    return substituteFrom(subject, compiled, repl, limit);
  if (repl instanceof LuaTable) return new GsubFrame(subject, compiled, repl, limit).run();
  if (isNumber(repl)) return substitute(subject, compiled, numberToString(repl), limit);
  if (repl === undefined && arguments.length < 3) throw missingError(3, "string/function/table");
  throw typeError(3, "string/function/table", repl);
}

/** The end of the next match from `from` on that is not an empty one at `last`, or -1. */
function nextMatch(p: Pattern, s: string, from: number, last: number): number {
  // an anchored pattern has only the one chance at the beginning
  if (p.anchored && last >= 0) return -1;
  const end = search(p, s, from);
  if (end < 0 || end !== last) return end;
  return from < s.length ? search(p, s, from + 1) : -1;
}

/** Longer pieces of text are not copied byte by byte. */
const LONG_PIECE = 64;

/**
 * `gsub` with a replacement text that has captures: many short pieces, which take less time in the
 * buffer than to be added up. No other code runs in between.
 */
class Substitution {
  private out = "";
  private filled = 0;

  constructor(
    private readonly s: string,
    private readonly p: Pattern,
    private readonly parts: readonly (string | number)[],
  ) {}

  run(limit: number): Results {
    const { s, p, parts } = this;
    let count = 0;
    let end = 0;
    let last = -1;
    while (count < limit) {
      last = nextMatch(p, s, end, last);
      if (last < 0) break;
      count++;
      const start = matchStart;
      this.put(s, end, start);
      for (let i = 0; i < parts.length; i++) this.expand(parts[i] as string | number, start, last);
      end = last;
    }
    if (count === 0) return [s, 0];
    this.put(s, end, s.length);
    this.flush();
    return [this.out, count];
  }

  /** Puts in a part for the match from `start` to `end`. */
  private expand(part: string | number, start: number, end: number): void {
    const { s, p } = this;
    if (typeof part === "string") this.put(part, 0, part.length);
    else if (part === 0) this.put(s, start, end);
    else if (part === STRAY) throw runtimeError("invalid use of '%' in replacement string");
    else if (p.captures[part - 1] === "text")
      this.put(s, captureStart[part - 1] as number, captureEnd[part - 1] as number);
    else {
      const text = String(captureAt(p, s, part - 1, start, end));
      this.put(text, 0, text.length);
    }
  }

  private put(s: string, from: number, to: number): void {
    const length = to - from;
    if (this.filled + length > BUFFER_SIZE || length > LONG_PIECE) this.flush();
    if (length > LONG_PIECE) this.append(s.substring(from, to));
    else {
      let at = this.filled;
      for (let i = from; i < to; i++) buffer[at++] = s.charCodeAt(i);
      this.filled = at;
    }
  }

  private flush(): void {
    if (this.filled > 0) this.append(bufferText(this.filled));
    this.filled = 0;
  }

  private append(text: string): void {
    this.out += text;
    if (this.out.length > maxBytes) checkAllocation(this.out.length);
  }
}

/** Above, the engine is not asked to do it in one go, in which nothing could interrupt it. */
const MAX_AT_ONCE = 1 << 24;

/** `gsub` of a text without any special meaning by another. */
function replaceText(s: string, text: string, repl: string): Results {
  let count = 0;
  for (let at = s.indexOf(text); at >= 0; at = s.indexOf(text, at + text.length)) count++;
  if (count === 0) return [s, 0];
  checkAllocation(s.length + count * (repl.length - text.length));
  return [s.replaceAll(text, repl.replaceAll("$", "$$$$")), count];
}

/** `gsub` with a replacement text. */
function substitute(s: string, p: Pattern, repl: string, limit: number): Results {
  const isText = p.prefix !== "" && p.prefix.length === p.nodes.length - 1 && !p.anchored;
  if (isText && limit >= s.length && s.length <= MAX_AT_ONCE && !repl.includes("%"))
    return replaceText(s, p.prefix, repl);
  if (repl.includes("%")) return new Substitution(s, p, replacementParts(repl)).run(limit);
  let out = "";
  let count = 0;
  let end = 0;
  let last = -1;
  while (count < limit) {
    last = nextMatch(p, s, end, last);
    if (last < 0) break;
    count++;
    out += s.slice(end, matchStart) + repl;
    if (out.length > maxBytes) checkAllocation(out.length);
    end = last;
  }
  return count === 0 ? [s, 0] : [out + s.slice(end), count];
}

/** `gsub` with the values of a plain table, which no code can watch. */
function substituteFrom(s: string, p: Pattern, t: LuaTable, limit: number): Results {
  let out = "";
  let count = 0;
  let copied = 0;
  let end = 0;
  let last = -1;
  while (count < limit) {
    last = nextMatch(p, s, end, last);
    if (last < 0) break;
    const start = matchStart;
    end = last;
    count++;
    const v = t.µget(captureAt(p, s, 0, start, end));
    // nil and false keep the original text
    if (v === undefined || v === false) continue;
    out += s.slice(copied, start) + replacementText(v);
    copied = end;
    if (out.length > maxBytes) checkAllocation(out.length);
  }
  return [copied === 0 ? out + s : out + s.slice(copied), count];
}

function replacementText(v: LuaValue): string {
  if (typeof v === "string") return v;
  if (isNumber(v)) return numberToString(v);
  throw runtimeError(`invalid replacement value (a ${typeName(v)})`);
}

/** In place of a part that is neither text nor a capture: a stray `%`. */
const STRAY = -1;

/** Splits a replacement into texts, numbers of captures (0 the whole match) and `STRAY`. */
function replacementParts(repl: string): (string | number)[] {
  const parts: (string | number)[] = [];
  let from = 0;
  for (;;) {
    const at = repl.indexOf("%", from);
    if (at < 0) break;
    const c = repl.charCodeAt(at + 1);
    if (at > from) parts.push(repl.slice(from, at));
    from = at + 2;
    if (c === 37) parts.push("%");
    else if (c >= 48 && c <= 57) parts.push(c - 48);
    else parts.push(STRAY);
  }
  if (from < repl.length) parts.push(repl.slice(from));
  return parts;
}

/** `gsub` with a replacement function or table; goes on after a call that was suspended. */
class GsubFrame extends Frame {
  private out = "";
  private count = 0;
  /** Up to where the subject is in `out`. */
  private copied = 0;
  private start = 0;
  private end = 0;
  private last = -1;

  constructor(
    private readonly s: string,
    private readonly p: Pattern,
    private readonly repl: LuaFunction | LuaTable,
    private readonly limit: number,
  ) {
    super();
  }

  run(): Results {
    try {
      return this.substitute();
    } catch (e) {
      throw leaveNative(e);
    }
  }

  private substitute(): Results {
    const { s, p, repl } = this;
    while (this.count < this.limit) {
      const end = nextMatch(p, s, this.end, this.last);
      if (end < 0) break;
      this.start = matchStart;
      this.end = this.last = end;
      this.count++;
      const r = typeof repl === "function" ? this.call(repl) : this.lookUp(repl);
      if (r === SUSPENDED) return suspend(this);
      this.accept(first(r));
    }
    return [this.copied === 0 ? this.out + s : this.out + s.slice(this.copied), this.count];
  }

  override resume(value: Results): Results {
    this.accept(first(value));
    return this.run();
  }

  private call(f: LuaFunction): Results {
    const { s, p, start, end } = this;
    const a = captureAt(p, s, 0, start, end);
    switch (p.captures.length) {
      case 0:
      case 1:
        return f(a);
      case 2:
        return f(a, captureAt(p, s, 1, start, end));
      default: {
        const args: LuaValue[] = [a];
        for (let i = 1; i < p.captures.length; i++) args.push(captureAt(p, s, i, start, end));
        return spread(f, args);
      }
    }
  }

  private lookUp(t: LuaTable): Results {
    const key = captureAt(this.p, this.s, 0, this.start, this.end);
    return t.µmetatable === null ? t.µget(key) : index(t, key);
  }

  private accept(v: LuaValue): void {
    // nil and false keep the original text
    if (v === undefined || v === false) return;
    this.out += this.s.slice(this.copied, this.start) + replacementText(v);
    this.copied = this.end;
    if (this.out.length > maxBytes) checkAllocation(this.out.length);
  }
}

neverInline(find, findStart, match, gsub);
