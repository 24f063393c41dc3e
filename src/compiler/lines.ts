/**
 * On which line an expression or statement ends: the line hook of C Lua (§4.7) sees instructions at
 * the line of the last token that the parser had read when it made them.
 */
import type { Block, Expr, Statement } from "../parser/ast";

/** Line of the last token of an expression, closing brackets aside. */
export function endLine(e: Expr): number {
  switch (e.type) {
    case "Function":
      return e.func.endLine;
    case "Index":
      return Math.max(e.line, endLine(e.key));
    case "Call":
    case "MethodCall":
      return Math.max(e.line, endOfList(e.args, e.line));
    case "Binary":
    case "Logical":
      return Math.max(e.line, endLine(e.right));
    case "Unary":
      return Math.max(e.line, endLine(e.operand));
    case "Paren":
      return Math.max(e.line, endLine(e.inner));
    case "Table": {
      const last = e.items[e.items.length - 1];
      return last === undefined ? e.line : Math.max(e.line, endLine(last.value));
    }
    default:
      return e.line;
  }
}

/** Line of the last token of an expression list; `line` when it is empty. */
export function endOfList(exprs: Expr[], line: number): number {
  const last = exprs[exprs.length - 1];
  return last === undefined ? line : endLine(last);
}

/** Line of the last token of a block without a closing word: that of a main function. */
export function endOfBlock(b: Block): number {
  const last = b.statements[b.statements.length - 1];
  return last === undefined ? b.endLine : endOfStatement(last);
}

function endOfStatement(s: Statement): number {
  switch (s.type) {
    case "Local":
    case "Global":
    case "Assign":
    case "Return":
      return endOfList(s.exprs, s.line);
    case "LocalFunction":
    case "GlobalFunction":
      return s.func.func.endLine;
    case "Call":
      return endLine(s.call);
    case "Do":
    case "While":
    case "NumericFor":
    case "GenericFor":
      return s.body.endLine;
    case "Repeat":
      return endLine(s.condition);
    case "If":
      return (s.orelse ?? s.clauses[s.clauses.length - 1]?.body)?.endLine ?? s.line;
    default:
      return s.line;
  }
}
