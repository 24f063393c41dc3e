/**
 * Matching of patterns (§6.4.1); pattern-compile.ts makes what is matched with.
 *
 * A pattern is a plain sequence of items, so everything about captures is known beforehand, and
 * each quantifier can be waiting for another try only once at any time. The matcher therefore is a
 * loop with a small stack of choices instead of recursion, and subjects of any length are safe.
 *
 * `Op` stands here, because only in its own file its names become plain numbers when the sources run
 * as they are, and the matcher's `switch` a jump table.
 */

import { control } from "../runtime/control";
import { runtimeError } from "../runtime/error";
import { poll } from "../runtime/scheduler";
import { ALL, type CharSet } from "./pattern-classes";

export enum Op {
  End,
  EndOfSubject,
  Char,
  Set,
  /** `*` and `+`: as many as possible first. */
  Greedy,
  /** `-`: as few as possible first. */
  Lazy,
  Optional,
  Open,
  Close,
  Position,
  BackReference,
  Balance,
  Frontier,
  Fault,
}

/** An item of a pattern. */
export class Node {
  /** Members of a single item or of what a quantifier repeats. */
  set: CharSet = ALL;
  /** The byte of `Char`; the opening byte of `Balance`. */
  char = -1;
  /** The closing byte of `Balance`. */
  close = -1;
  /** Fewest repetitions of `Greedy`. */
  least = 0;
  /** Number of the capture, from 0. */
  capture = 0;
  /** What a `Fault` says. */
  message = "";
  /** Giving back repetitions can't help, because what follows never begins with a member. */
  possessive = false;
  /** The byte that has to follow a quantifier, or -1 if it may be several or none. */
  next = -1;
  constructor(readonly op: Op) {}
}

/** A compiled pattern; `matchAt` and `search` run it. */
export interface Pattern {
  readonly nodes: Node[];
  readonly anchored: boolean;
  /** No special characters: `string.find` searches it as plain text. */
  readonly plain: boolean;
  readonly captures: CaptureKind[];
  /** Literal text that every match begins with. */
  readonly prefix: string;
  /** Bytes that a match may begin with; null when it may be empty or begin with any byte. */
  readonly first: CharSet | null;
  /** Begins with `.-` or the like: when it does not match somewhere, it does not further on. */
  readonly absorbing: boolean;
  /** Only one class, with `+` or without a quantifier; null for all else. */
  readonly single: Single | null;
  /** Has so many items that the nesting limit of C Lua has to be watched. */
  readonly deep: boolean;
}

export interface Single {
  readonly set: CharSet;
  readonly repeated: boolean;
}

export type CaptureKind = "text" | "position" | "unfinished";

export const MAX_CAPTURES = 32;
/** How deep C Lua nests matches before it finds a pattern too complex. */
export const MAX_DEPTH = 200;

/** Where the captures of the latest match begin and end. */
export const captureStart = new Int32Array(MAX_CAPTURES);
export const captureEnd = new Int32Array(MAX_CAPTURES);

// the stack of choices: the quantifier, where it now ends, and where it may not go below
const choiceNode = new Int32Array(MAX_DEPTH + 8);
const choicePosition = new Int32Array(MAX_DEPTH + 8);
const choiceLimit = new Int32Array(MAX_DEPTH + 8);
const choiceDepth = new Int32Array(MAX_DEPTH + 8);

/**
 * Steps after which a match looks at the time: a pattern can take for ever (`.-.-.-.-b`). 256 bytes
 * that are run through count as one.
 */
const POLL_STEPS = 20_000;
let steps = 0;

function look(): void {
  steps = 0;
  poll();
  // others may be due, too
  control.n = Math.min(control.n, 0);
}

/** Counts the work of a match in which at most so many bytes are looked at once. */
export function count(bytes: number): void {
  steps += 1 + (bytes >> 8);
  if (steps > POLL_STEPS) look();
}

/** The end of the match that begins at `start`, or -1. */
export function matchAt(p: Pattern, s: string, start: number): number {
  const nodes = p.nodes;
  const end = s.length;
  // the rest may be looked at as a whole
  count(end - start);
  let choices = 0;
  let i = 0;
  let at = start;
  let depth = 1;
  for (;;) {
    let node = nodes[i] as Node;
    switch (node.op) {
      case Op.Char:
        if (at < end && s.charCodeAt(at) === node.char) {
          at++;
          i++;
          continue;
        }
        break;
      case Op.Set:
        if (at < end && node.set[s.charCodeAt(at)] !== 0) {
          at++;
          i++;
          continue;
        }
        break;
      case Op.End:
        return at;
      case Op.Greedy: {
        const set = node.set;
        const least = at + node.least;
        let k = at;
        if (set === ALL) k = end;
        else while (k < end && set[s.charCodeAt(k)] !== 0) k++;
        steps += (k - at) >> 8;
        if (k < least) break;
        if (p.deep && k > at) depth = deeper(depth);
        if (k > least && !node.possessive) {
          choiceNode[choices] = i;
          choicePosition[choices] = k;
          choiceDepth[choices] = depth;
          choiceLimit[choices++] = least;
        }
        at = k;
        i++;
        continue;
      }
      case Op.Lazy: {
        const k = node.next < 0 ? at : scan(node, s, at);
        if (k < 0) break;
        if (at < end && node.set[s.charCodeAt(at)] !== 0) {
          if (p.deep) depth = deeper(depth);
          choiceNode[choices] = i;
          choiceDepth[choices] = depth;
          choicePosition[choices++] = k;
        }
        at = k;
        i++;
        continue;
      }
      case Op.Optional:
        if (at < end && node.set[s.charCodeAt(at)] !== 0) {
          if (!node.possessive) {
            choiceNode[choices] = i;
            choiceDepth[choices] = depth;
            choicePosition[choices++] = at;
          }
          if (p.deep) depth = deeper(depth);
          at++;
        }
        i++;
        continue;
      case Op.Open:
      case Op.Position:
        captureStart[node.capture] = at;
        if (p.deep) depth = deeper(depth);
        i++;
        continue;
      case Op.Close:
        captureEnd[node.capture] = at;
        if (p.deep) depth = deeper(depth);
        i++;
        continue;
      default:
        at = matchSpecial(node, s, at);
        if (at >= 0) {
          i++;
          continue;
        }
    }
    // this way leads nowhere: back to the latest choice
    for (;;) {
      if (choices === 0) return -1;
      if (++steps > POLL_STEPS) look();
      const top = choices - 1;
      i = choiceNode[top] as number;
      node = nodes[i] as Node;
      at = choicePosition[top] as number;
      depth = choiceDepth[top] as number;
      if (node.op === Op.Greedy) {
        const limit = choiceLimit[top] as number;
        const from = at--;
        if (node.next >= 0) while (at > limit && s.charCodeAt(at) !== node.next) at--;
        steps += (from - at) >> 8;
        if (at === limit) choices = top;
        else choicePosition[top] = at;
        break;
      }
      if (node.op === Op.Optional) {
        choices = top;
        break;
      }
      // lazy: one more, if there is one
      if (at < end && node.set[s.charCodeAt(at)] !== 0) {
        at = node.next < 0 ? at + 1 : scan(node, s, at + 1);
        if (at >= 0) {
          choicePosition[top] = at;
          break;
        }
      }
      choices = top;
    }
    i++;
  }
}

function deeper(depth: number): number {
  if (depth >= MAX_DEPTH) throw runtimeError("pattern too complex");
  return depth + 1;
}

/** The first place from `at` on where the byte behind the lazy `node` is, or -1. */
function scan(node: Node, s: string, at: number): number {
  const next = node.next;
  const set = node.set;
  const end = s.length;
  for (let k = at; k < end; k++) {
    const c = s.charCodeAt(k);
    if (c === next) {
      steps += (k - at) >> 8;
      return k;
    }
    if (set[c] === 0) return -1;
  }
  steps += (end - at) >> 8;
  return -1;
}

/** The items that are not common. Gives the place behind the item, or -1. */
function matchSpecial(node: Node, s: string, at: number): number {
  switch (node.op) {
    case Op.EndOfSubject:
      return at === s.length ? at : -1;
    case Op.Frontier: {
      const before = at === 0 ? 0 : s.charCodeAt(at - 1);
      const here = at < s.length ? s.charCodeAt(at) : 0;
      return node.set[before] === 0 && node.set[here] !== 0 ? at : -1;
    }
    case Op.Balance:
      return matchBalance(node, s, at);
    case Op.BackReference: {
      if (node.capture < 0) return -1;
      const from = captureStart[node.capture] as number;
      const length = (captureEnd[node.capture] as number) - from;
      if (s.length - at < length) return -1;
      steps += length >> 8;
      for (let k = 0; k < length; k++)
        if (s.charCodeAt(from + k) !== s.charCodeAt(at + k)) return -1;
      return at + length;
    }
    default:
      throw runtimeError(node.message);
  }
}

function matchBalance(node: Node, s: string, at: number): number {
  if (at >= s.length || s.charCodeAt(at) !== node.char) return -1;
  let open = 1;
  for (let k = at + 1; k < s.length; k++) {
    const c = s.charCodeAt(k);
    if (c === node.close) {
      if (--open === 0) {
        steps += (k - at) >> 8;
        return k + 1;
      }
    } else if (c === node.char) open++;
  }
  steps += (s.length - at) >> 8;
  return -1;
}
