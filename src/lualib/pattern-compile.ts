/**
 * Patterns (§6.4.1) as items for the matcher. What is wrong with a pattern becomes an item that raises
 * the error when the match gets there.
 */
import {
  ALL,
  bracketSet,
  type CharSet,
  disjoint,
  escapedSet,
  isClassLetter,
  singleSet,
} from "./pattern-classes";
import {
  type CaptureKind,
  MAX_CAPTURES,
  MAX_DEPTH,
  Node,
  Op,
  type Pattern,
  type Single,
} from "./pattern-match";

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
