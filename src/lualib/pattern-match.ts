/**
 * Patterns (§6.4.1): the compiler and the matcher.
 *
 * A pattern is a plain sequence of items, so everything about captures is known beforehand, and
 * each quantifier can be waiting for another try only once at any time. The matcher therefore is a
 * loop with a small stack of choices instead of recursion, and subjects of any length are safe.
 * What is wrong with a pattern becomes a node that raises the error when the match gets there.
 *
 * Compiler and matcher share a file, because only there the names of `Op` become plain numbers, and
 * the matcher's `switch` a jump table.
 */
import { runtimeError } from "../runtime/error";
import { poll } from "../runtime/scheduler";
import {
  ALL,
  bracketSet,
  type CharSet,
  disjoint,
  escapedSet,
  isClassLetter,
  singleSet,
} from "./pattern-classes";

enum Op {
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

class Node {
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

interface Single {
  readonly set: CharSet;
  readonly repeated: boolean;
}

type CaptureKind = "text" | "position" | "unfinished";

const MAX_CAPTURES = 32;
/** How deep C Lua nests matches before it finds a pattern too complex. */
const MAX_DEPTH = 200;
const SPECIALS = /[\^$*+?.([%-]/;

/** Compiles what is behind `from`; a pattern that doesn't begin at 0 is anchored. */
export function compile(p: string, from: number): Pattern {
  const nodes: Node[] = [];
  const captures: CaptureKind[] = [];
  let i = from;
  while (i < p.length) {
    const c = p.charCodeAt(i);
    const escaped = c === 37 ? p[i + 1] : undefined;
    if (c === 40) i = compileOpen(p, i, nodes, captures);
    else if (c === 41) i = compileClose(i, nodes, captures);
    else if (c === 36 && i + 1 === p.length) i = add(nodes, new Node(Op.EndOfSubject), i + 1);
    else if (escaped === "b") i = compileBalance(p, i, nodes);
    else if (escaped === "f") i = compileFrontier(p, i, nodes);
    else if (escaped !== undefined && escaped >= "0" && escaped <= "9")
      i = compileBackReference(Number(escaped), i, nodes, captures);
    else i = compileSingle(p, i, nodes);
  }
  nodes.push(new Node(Op.End));
  for (let k = 0; k < nodes.length; k++) lookAhead(nodes, k);
  return {
    nodes,
    anchored: from > 0,
    plain: !SPECIALS.test(p),
    captures,
    prefix: prefixOf(nodes),
    first: firstOf(nodes),
    absorbing: isAbsorbing(nodes),
    single: from === 0 ? singleOf(nodes) : null,
    deep: nodes.length >= MAX_DEPTH,
  };
}

function add(nodes: Node[], node: Node, next: number): number {
  nodes.push(node);
  return next;
}

/** A node that raises `message`; nothing behind it can ever be reached. */
function fault(nodes: Node[], message: string): number {
  const node = new Node(Op.Fault);
  node.message = message;
  return add(nodes, node, Number.POSITIVE_INFINITY);
}

function compileOpen(p: string, i: number, nodes: Node[], captures: CaptureKind[]): number {
  if (captures.length >= MAX_CAPTURES) return fault(nodes, "too many captures");
  const position = p.charCodeAt(i + 1) === 41;
  const node = new Node(position ? Op.Position : Op.Open);
  node.capture = captures.length;
  captures.push(position ? "position" : "unfinished");
  return add(nodes, node, i + (position ? 2 : 1));
}

function compileClose(i: number, nodes: Node[], captures: CaptureKind[]): number {
  const node = new Node(Op.Close);
  node.capture = captures.lastIndexOf("unfinished");
  if (node.capture < 0) return fault(nodes, "invalid pattern capture");
  captures[node.capture] = "text";
  return add(nodes, node, i + 1);
}

function compileBackReference(
  number: number,
  i: number,
  nodes: Node[],
  captures: CaptureKind[],
): number {
  const kind = captures[number - 1];
  if (kind === undefined || kind === "unfinished")
    return fault(nodes, `invalid capture index %${number}`);
  const node = new Node(Op.BackReference);
  // the text of a position capture is nowhere to be found
  node.capture = kind === "position" ? -1 : number - 1;
  return add(nodes, node, i + 2);
}

function compileBalance(p: string, i: number, nodes: Node[]): number {
  if (i + 3 >= p.length) return fault(nodes, "malformed pattern (missing arguments to '%b')");
  const node = new Node(Op.Balance);
  node.char = p.charCodeAt(i + 2);
  node.close = p.charCodeAt(i + 3);
  return add(nodes, node, i + 4);
}

function compileFrontier(p: string, i: number, nodes: Node[]): number {
  if (p[i + 2] !== "[") return fault(nodes, "missing '[' after '%f' in pattern");
  const to = endOfBracket(p, i + 2);
  if (to < 0) return fault(nodes, "malformed pattern (missing ']')");
  const node = new Node(Op.Frontier);
  node.set = bracketSet(p, i + 3, to);
  return add(nodes, node, to + 1);
}

/** The index of the `]` that closes the `[` at `i`, or -1. */
function endOfBracket(p: string, i: number): number {
  let k = i + 1;
  if (p[k] === "^") k++;
  // a bracket in the first place stands for itself
  do {
    if (k >= p.length) return -1;
    if (p[k++] === "%") k++;
  } while (p[k] !== "]");
  return k;
}

/** A single character class, with a quantifier if there is one. */
function compileSingle(p: string, i: number, nodes: Node[]): number {
  const c = p.charCodeAt(i);
  let set = ALL;
  let char = -1;
  let end = i + 1;
  if (c === 37) {
    if (end === p.length) return fault(nodes, "malformed pattern (ends with '%')");
    const e = p.charCodeAt(end++);
    if (isClassLetter(e)) set = escapedSet(e);
    else char = e;
  } else if (c === 91) {
    const to = endOfBracket(p, i);
    if (to < 0) return fault(nodes, "malformed pattern (missing ']')");
    set = bracketSet(p, i + 1, to);
    end = to + 1;
  } else if (c !== 46) char = c;
  const suffix = p[end];
  let node: Node;
  if (suffix === "*" || suffix === "+") {
    node = new Node(Op.Greedy);
    if (suffix === "+") node.least = 1;
    end++;
  } else if (suffix === "-" || suffix === "?") {
    node = new Node(suffix === "-" ? Op.Lazy : Op.Optional);
    end++;
  } else node = new Node(char >= 0 ? Op.Char : Op.Set);
  node.char = char;
  node.set = char >= 0 ? singleSet(char) : set;
  return add(nodes, node, end);
}

/** Finds out what can follow the quantifier at `at`. */
function lookAhead(nodes: Node[], at: number): void {
  const node = nodes[at] as Node;
  if (node.op !== Op.Greedy && node.op !== Op.Lazy && node.op !== Op.Optional) return;
  let direct = true;
  for (let k = at + 1; ; k++) {
    const other = nodes[k] as Node;
    switch (other.op) {
      case Op.Open:
      case Op.Close:
      case Op.Position:
        continue;
      case Op.End:
      case Op.EndOfSubject:
        node.possessive = true;
        return;
      case Op.Char:
      case Op.Balance:
        node.possessive = node.set[other.char] === 0;
        if (direct) node.next = other.char;
        return;
      case Op.Set:
        node.possessive = disjoint(node.set, other.set);
        return;
      case Op.Greedy:
      case Op.Lazy:
      case Op.Optional:
        if (!disjoint(node.set, other.set)) return;
        if (other.least > 0) {
          node.possessive = true;
          if (direct) node.next = other.char;
          return;
        }
        direct = false;
        continue;
      default:
        return;
    }
  }
}

function prefixOf(nodes: Node[]): string {
  let text = "";
  for (const node of nodes) {
    if (node.op === Op.Char) text += String.fromCharCode(node.char);
    else if (node.op !== Op.Open && node.op !== Op.Close && node.op !== Op.Position) break;
  }
  return text;
}

function singleOf(nodes: Node[]): Single | null {
  if (nodes.length !== 2) return null;
  const { op, set, least } = nodes[0] as Node;
  if (set === ALL || (op !== Op.Set && (op !== Op.Greedy || least === 0))) return null;
  return { set, repeated: op === Op.Greedy };
}

function firstOf(nodes: Node[]): CharSet | null {
  for (const node of nodes) {
    switch (node.op) {
      case Op.Open:
      case Op.Close:
      case Op.Position:
        continue;
      case Op.Balance:
        return singleSet(node.char);
      case Op.Set:
        return node.set;
      case Op.Greedy:
        return node.least > 0 ? node.set : null;
      default:
        return null;
    }
  }
  return null;
}

function isAbsorbing(nodes: Node[]): boolean {
  // the text of a capture may depend on where the match begins
  if (nodes.some((node) => node.op === Op.BackReference)) return false;
  const node = nodes.find(({ op }) => op !== Op.Open && op !== Op.Position) as Node;
  return (node.op === Op.Lazy || node.op === Op.Greedy) && node.set === ALL;
}

/** Where the captures of the latest match begin and end. */
export const captureStart = new Int32Array(MAX_CAPTURES);
export const captureEnd = new Int32Array(MAX_CAPTURES);

// the stack of choices: the quantifier, where it now ends, and where it may not go below
const choiceNode = new Int32Array(MAX_DEPTH + 8);
const choicePosition = new Int32Array(MAX_DEPTH + 8);
const choiceLimit = new Int32Array(MAX_DEPTH + 8);
const choiceDepth = new Int32Array(MAX_DEPTH + 8);

/** Steps after which a match looks at the time: a pattern can take for ever (`.-.-.-.-b`). */
const POLL_STEPS = 20_000;
let steps = 0;

function look(): void {
  steps = 0;
  poll();
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
        at--;
        if (node.next >= 0) while (at > limit && s.charCodeAt(at) !== node.next) at--;
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
    if (c === next) return k;
    if (set[c] === 0) return -1;
  }
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
      if (--open === 0) return k + 1;
    } else if (c === node.char) open++;
  }
  return -1;
}
