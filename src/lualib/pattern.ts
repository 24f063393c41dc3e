/** Searching for patterns: the cache of compiled ones, the search itself and its captures. */
import { runtimeError } from "../runtime/error";
import { captureEnd, captureStart, compile, matchAt, type Pattern } from "./pattern-match";

const CACHE_SIZE = 1000;
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
    map.set(p, pattern);
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

/** Capture `i` of the match from `start` to `end`; the whole match when there are no captures. */
export function captureAt(
  p: Pattern,
  s: string,
  i: number,
  start: number,
  end: number,
): string | number {
  const kind = p.captures[i];
  if (kind === "text") return s.slice(captureStart[i], captureEnd[i]);
  if (kind === "position") return (captureStart[i] as number) + 1;
  if (kind === "unfinished") throw runtimeError("unfinished capture");
  if (i !== 0) throw runtimeError(`invalid capture index %${i + 1}`);
  return s.slice(start, end);
}
