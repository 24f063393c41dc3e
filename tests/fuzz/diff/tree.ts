/**
 * Programs as trees of text, made so that they can be shrunk: a statement list may lose statements,
 * an expression may become one of its own subexpressions or a plain literal.
 */
export interface Expr {
  kind: "expr";
  parts: (string | Node)[];
  /** The literal to fall back to, of the same type. */
  simple: string;
}

export interface Statement {
  kind: "statement";
  parts: (string | Node)[];
}

export interface Block {
  kind: "block";
  statements: Statement[];
}

export type Node = Expr | Statement | Block;

export function expr(simple: string, ...parts: (string | Node)[]): Expr {
  return { kind: "expr", parts, simple };
}

export function statement(...parts: (string | Node)[]): Statement {
  return { kind: "statement", parts };
}

/** The Lua source of a tree. */
export function render(node: Node): string {
  if (node.kind === "block") return node.statements.map((s) => `${render(s)}\n`).join("");
  return node.parts.map((p) => (typeof p === "string" ? p : render(p))).join("");
}

/** Every tree that is one step smaller, boldest steps first. */
export function* smaller(node: Node): Generator<Node> {
  if (node.kind === "block") {
    const { statements } = node;
    for (let size = statements.length >> 1; size > 1; size >>= 1)
      for (let i = 0; i + size <= statements.length; i += size)
        yield { kind: "block", statements: statements.toSpliced(i, size) };
    for (let i = 0; i < statements.length; i++)
      yield { kind: "block", statements: statements.toSpliced(i, 1) };
    for (const [i, s] of statements.entries()) {
      // a statement may be replaced by what stands in its blocks
      for (const part of s.parts)
        if (typeof part !== "string" && part.kind === "block")
          yield { kind: "block", statements: statements.toSpliced(i, 1, ...part.statements) };
      for (const t of smaller(s))
        yield { kind: "block", statements: statements.with(i, t as Statement) };
    }
    return;
  }
  if (node.kind === "expr") {
    const plain = node.parts.length === 1 && node.parts[0] === node.simple;
    if (!plain) yield expr(node.simple, node.simple);
    for (const part of node.parts) if (typeof part !== "string" && part.kind === "expr") yield part;
  }
  for (const [i, part] of node.parts.entries()) {
    if (typeof part === "string") continue;
    for (const t of smaller(part)) yield { ...node, parts: node.parts.with(i, t) };
  }
}
