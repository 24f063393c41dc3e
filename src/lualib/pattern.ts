/** Searching for patterns: the cache of compiled ones, the search itself and its captures. */
import { runtimeError } from "../runtime/error";
import { known, piece } from "./intern";
import type { CharSet } from "./pattern-classes";
import { compile } from "./pattern-compile";
import { captureEnd, captureStart, count, matchAt, type Pattern } from "./pattern-match";

const CACHE_SIZE = 1000;
/** Longer patterns are made of data, and would fill the memory. */
const CACHED_LENGTH = 1000;
const cache = new Map<string, Pattern>();
const unanchoredCache = new Map<string, Pattern>();
let lastText = "";
let lastPattern = compile("", 0);

/** Compiles a pattern; `^` at its beginning anchors it. */
export function compilePattern(p: string): Pattern {
  if (p === lastText) return lastPattern;
  lastPattern = cached(cache, p, p.charCodeAt(0) === 94 ? 1 : 0);
  lastText = p;
  return lastPattern;
}

/** As `compilePattern`, but for `string.gmatch`, where `^` has no special meaning. */
export function compileUnanchored(p: string): Pattern {
  return p.charCodeAt(0) === 94 ? cached(unanchoredCache, p, 0) : compilePattern(p);
}

function cached(map: Map<string, Pattern>, p: string, from: number): Pattern {
  let pattern = map.get(p);
  if (pattern === undefined) {
    if (map.size >= CACHE_SIZE) map.clear();
    pattern = compile(p, from);
    if (p.length <= CACHED_LENGTH) map.set(p, pattern);
  }
  return pattern;
}

/** Where the latest match that `search` found begins. */
export let matchStart = 0;

/**
 * The end of the first match that begins at `init` or later, or -1. `matchStart` is where it
 * begins.
 */
export function search(p: Pattern, s: string, init: number): number {
  if (p.anchored) {
    matchStart = init;
    return matchAt(p, s, init);
  }
  if (p.single !== null) return searchSingle(p.single.set, p.single.repeated, s, init);
  const end = s.length;
  const { first, prefix } = p;
  for (let at = init; at <= end; at++) {
    if (first !== null) {
      while (at < end && first[s.charCodeAt(at)] === 0) at++;
      if (at >= end) return -1;
    } else if (prefix !== "") {
      at = s.indexOf(prefix, at);
      if (at < 0) return -1;
    }
    const e = matchAt(p, s, at);
    if (e >= 0) {
      matchStart = at;
      return e;
    }
    if (p.absorbing) return -1;
  }
  return -1;
}

/** `search` for a single class. */
function searchSingle(set: CharSet, repeated: boolean, s: string, init: number): number {
  const end = s.length;
  let at = init;
  while (at < end && set[s.charCodeAt(at)] === 0) at++;
  matchStart = at;
  if (at === end) at = -1;
  else {
    at++;
    if (repeated) while (at < end && set[s.charCodeAt(at)] !== 0) at++;
  }
  count((at < 0 ? end : at) - init);
  return at;
}

/** The first run of members of `set` from `init` on; undefined if there is none. `matchEnd` is behind it. */
export function nextRun(set: CharSet, s: string, init: number): string | undefined {
  const end = s.length;
  let at = init;
  while (at < end && set[s.charCodeAt(at)] === 0) at++;
  const start = at;
  let head = 0;
  let tail = 0;
  for (; at < end; at++) {
    const c = s.charCodeAt(at);
    if (set[c] === 0) break;
    head = (head << 8) | (tail >>> 24);
    tail = (tail << 8) | c;
  }
  matchEnd = at;
  count(at - init);
  const length = at - start;
  if (length === 0) return undefined;
  return length > 8 || length === 1 ? piece(s, start, at) : known(s, start, at, head, tail);
}

/** Where the latest run that `nextRun` found ends. */
export let matchEnd = 0;

/** Capture `i` of the match from `start` to `end`; the whole match when there are no captures. */
export function captureAt(
  p: Pattern,
  s: string,
  i: number,
  start: number,
  end: number,
): string | number {
  const kind = p.captures[i];
  if (kind === "text") return piece(s, captureStart[i] as number, captureEnd[i] as number);
  if (kind === "position") return (captureStart[i] as number) + 1;
  if (kind === "unfinished") throw runtimeError("unfinished capture");
  if (i !== 0) throw runtimeError(`invalid capture index %${i + 1}`);
  return piece(s, start, end);
}
