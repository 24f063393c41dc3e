/**
 * Expressions (§3.4).
 *
 * Operator precedence climbing: a loop takes the operators that bind at least as tight as asked
 * for, so left-associative chains of any length need no recursion. Every recursion is counted as a
 * level, and levels are limited.
 *
 * The lines on the nodes are those that C Lua reports for run-time errors: of the operator for
 * arithmetic, of the opening parenthesis for calls, of the last operator for a chain of `..`, of
 * the end of the right operand for comparisons. Access to a global or field is reported where the
 * value is fetched, which is after the token that shows that the access is complete has been
 * consumed; `Parser.fetch` is called at those places.
 */

import * as tk from "../lexer/token";
import type {
  BinaryOp,
  CallExpr,
  Expr,
  MethodCallExpr,
  StringExpr,
  TableExpr,
  TableItem,
} from "./ast";
import { foldUnary, isConstant, isTruthy } from "./fold";
import { parseBody } from "./functions";
import {
  LEFT,
  makeBinary,
  makeLogical,
  OPERATORS,
  RIGHT,
  single,
  UNARY_PRIORITY,
} from "./operators";
import type { Parser } from "./state";
import { resolve } from "./variables";

/** Any expression. */
export function parseExpr(p: Parser): Expr {
  return parseOperators(p, 0);
}

/** Expressions separated by commas, at least one. */
export function parseExprList(p: Parser): Expr[] {
  let e = parseOperators(p, 0);
  const list = [e];
  const fs = p.fs;
  const free = fs.free;
  while (p.accept(tk.CH_COMMA)) {
    p.fetch(e);
    p.scope.reserve(fs, 1);
    e = parseOperators(p, 0);
    list.push(e);
  }
  fs.free = free;
  return list;
}

/** An expression whose operators all bind tighter than `limit`. */
function parseOperators(p: Parser, limit: number): Expr {
  const lx = p.lx;
  p.enterLevel();
  let left = parseOperand(p);
  for (;;) {
    const token = lx.token;
    if ((LEFT[token] as number) <= limit) break;
    const op = OPERATORS[token] as BinaryOp | "and" | "or";
    const line = lx.line;
    lx.next();
    p.fetch(left);
    const right = parseOperators(p, RIGHT[token] as number);
    left =
      op === "and" || op === "or"
        ? makeLogical(p, op, left, right, line)
        : makeBinary(p, op, left, right, line, lx.lastLine);
  }
  p.leaveLevels(1);
  return left;
}

/** An operand with its unary operators. */
function parseOperand(p: Parser): Expr {
  const lx = p.lx;
  const line = lx.line;
  switch (lx.token) {
    case tk.TK_NAME:
      return parseSuffixed(p);
    case tk.CH_MINUS:
      return parseUnary(p, "-", line);
    case tk.CH_TILDE:
      return parseUnary(p, "~", line);
    case tk.CH_HASH:
      return parseUnary(p, "#", line);
    case tk.TK_NOT:
      return parseUnary(p, "not", line);
    default:
      return parseSimple(p, line);
  }
}

function parseUnary(p: Parser, op: "-" | "not" | "#" | "~", line: number): Expr {
  p.lx.next();
  const operand = parseOperators(p, UNARY_PRIORITY);
  if (op === "not") {
    if (isConstant(operand)) return { type: isTruthy(operand) ? "False" : "True", line };
  } else if (op !== "#") {
    const folded = foldUnary(op, operand, line);
    if (folded !== undefined) return folded;
  }
  return { type: "Unary", line, op, operand };
}

function parseSimple(p: Parser, line: number): Expr {
  const lx = p.lx;
  let e: Expr;
  switch (lx.token) {
    case tk.TK_STRING:
      e = { type: "String", line, value: lx.text };
      break;
    case tk.TK_INTEGER:
      e = { type: "Integer", line, value: lx.number };
      break;
    case tk.TK_FLOAT:
      e = { type: "Float", line, value: lx.number as number };
      p.chunk.hasFloats = true;
      break;
    case tk.TK_NIL:
      e = { type: "Nil", line };
      break;
    case tk.TK_TRUE:
      e = { type: "True", line };
      break;
    case tk.TK_FALSE:
      e = { type: "False", line };
      break;
    case tk.TK_DOTS:
      if (!p.fs.body.isVararg) lx.fail("cannot use '...' outside a vararg function");
      p.fs.body.usesVararg = true;
      e = { type: "Vararg", line };
      break;
    case tk.CH_LBRACE:
      return parseTable(p);
    case tk.TK_FUNCTION:
      lx.next();
      return parseBody(p, false, lx.line);
    default:
      return parseSuffixed(p);
  }
  lx.next();
  return e;
}

/** A name or parenthesised expression with the accesses and calls that follow it. */
export function parseSuffixed(p: Parser): Expr {
  const lx = p.lx;
  let e = parsePrimary(p);
  for (;;) {
    switch (lx.token) {
      case tk.CH_DOT: {
        lx.next();
        const key = parseKey(p);
        e = { type: "Index", line: key.line, object: e, key };
        break;
      }
      case tk.CH_LBRACKET: {
        const key = parseBracketKey(p);
        e = { type: "Index", line: lx.lastLine, object: e, key };
        break;
      }
      case tk.CH_COLON: {
        lx.next();
        const name = p.expectName();
        p.fetch(e);
        e = parseMethodCall(p, e, name.text, lx.lastLine);
        break;
      }
      case tk.CH_LPAREN:
      case tk.TK_STRING:
      case tk.CH_LBRACE:
        e = parseCall(p, e);
        break;
      default:
        return e;
    }
  }
}

function parsePrimary(p: Parser): Expr {
  const lx = p.lx;
  if (lx.token === tk.TK_NAME) {
    const name = lx.name;
    lx.next();
    return resolve(p, name);
  }
  if (lx.token !== tk.CH_LPAREN) lx.fail("unexpected symbol");
  const line = lx.line;
  lx.next();
  const inner = parseExpr(p);
  p.expectMatch(tk.CH_RPAREN, tk.CH_LPAREN, line);
  p.fetch(inner);
  const e = single(inner);
  if (e !== inner) e.line = lx.lastLine;
  p.sealed = e;
  return e;
}

/** A field name after `.` or as a key in a constructor. */
export function parseKey(p: Parser): StringExpr {
  const value = p.expectName().text;
  return { type: "String", line: p.lx.lastLine, value };
}

function parseBracketKey(p: Parser): Expr {
  p.lx.next();
  const key = parseExpr(p);
  p.expect(tk.CH_RBRACKET);
  return key;
}

function parseCall(p: Parser, func: Expr): CallExpr {
  const line = p.lx.line;
  const args = parseArguments(p, 1);
  return { type: "Call", line, func, args };
}

function parseMethodCall(p: Parser, object: Expr, name: string, nameLine: number): MethodCallExpr {
  const line = p.lx.line;
  const args = parseArguments(p, 2);
  return { type: "MethodCall", line, object, name, args, nameLine };
}

/** The arguments of a call that needs `below` registers under them. */
function parseArguments(p: Parser, below: number): Expr[] {
  const lx = p.lx;
  const line = lx.line;
  const fs = p.fs;
  const free = fs.free;
  let args: Expr[];
  p.scope.reserve(fs, below);
  switch (lx.token) {
    case tk.CH_LPAREN:
      lx.next();
      if ((lx.token as number) === tk.CH_RPAREN) {
        lx.next();
        args = [];
      } else {
        args = parseExprList(p);
        for (const a of args) if (a.type === "Function") a.func.isArgument = true;
        p.expectMatch(tk.CH_RPAREN, tk.CH_LPAREN, line);
        const last = args[args.length - 1] as Expr;
        p.fetch(last);
        p.scope.reserve(fs, args.length);
      }
      break;
    case tk.CH_LBRACE:
      args = [parseTable(p)];
      break;
    case tk.TK_STRING:
      args = [{ type: "String", line, value: lx.text }];
      lx.next();
      break;
    default:
      return lx.fail("function arguments expected");
  }
  fs.free = free;
  return args;
}

/** A table constructor (§3.4.9). */
function parseTable(p: Parser): TableExpr {
  const lx = p.lx;
  const line = lx.line;
  // C Lua makes the table before it reads on
  const start = lx.lastLine;
  const fs = p.fs;
  const free = fs.free;
  p.scope.reserve(fs, 1);
  const items: TableItem[] = [];
  // the positional item whose value has not been fetched yet
  let pending: Expr | undefined;
  lx.next();
  while (lx.token !== tk.CH_RBRACE) {
    if (pending !== undefined) p.fetch(pending);
    pending = parseItem(p, items);
    if (!p.accept(tk.CH_COMMA) && !p.accept(tk.CH_SEMICOLON)) break;
  }
  p.expectMatch(tk.CH_RBRACE, tk.CH_LBRACE, line);
  if (pending !== undefined) p.fetch(pending);
  fs.free = free;
  return { type: "Table", line: start, endLine: lx.lastLine, items };
}

/** Adds an item to a constructor; the result is its value if it is positional. */
function parseItem(p: Parser, items: TableItem[]): Expr | undefined {
  const lx = p.lx;
  let key: Expr;
  if (lx.token === tk.CH_LBRACKET) key = parseBracketKey(p);
  else if (lx.token === tk.TK_NAME && lx.peek() === tk.CH_ASSIGN) key = parseKey(p);
  else {
    const value = parseExpr(p);
    items.push({ kind: "positional", value });
    return value;
  }
  p.expect(tk.CH_ASSIGN);
  const value = parseExpr(p);
  items.push({ kind: "named", key, value, line: lx.lastLine });
  return undefined;
}
