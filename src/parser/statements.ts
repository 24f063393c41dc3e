/**
 * Statements and blocks (§3.3).
 *
 * Each rule gets the line of the statement's first token and answers with a node, or nothing for
 * statements that only have an effect at compile time. A label is added by its rule itself, since
 * the void statements behind it belong to the same rule (see labels.ts).
 */
import * as tk from "../lexer/token";
import type { Assignable, Block, Expr, IfStatement, LocalVar, Statement } from "./ast";
import { parseGlobal, parseLocal, parseLocalFunction } from "./declarations";
import { parseExpr, parseExprList, parseKey, parseSuffixed } from "./expressions";
import { parseBody } from "./functions";
import { limitError, MAX_RETURNS } from "./limits";
import { isMulti } from "./operators";
import type { BlockScope } from "./scope";
import type { Parser } from "./state";
import { resolve } from "./variables";

/** Whether the current token ends a block; `until` ends one, but not the scope in it. */
function endsBlock(p: Parser, withUntil: boolean): boolean {
  switch (p.lx.token) {
    case tk.TK_END:
    case tk.TK_ELSE:
    case tk.TK_ELSEIF:
    case tk.TK_EOS:
      return true;
    case tk.TK_UNTIL:
      return withUntil;
    default:
      return false;
  }
}

/** Statements up to the end of the block; `return` must be the last one. */
export function parseStatements(p: Parser, into: Statement[]): void {
  while (!endsBlock(p, true)) {
    const isReturn = p.lx.token === tk.TK_RETURN;
    parseStatement(p, into);
    if (isReturn) return;
  }
}

/** A block with its own scope, up to the token that ends it. */
function parseBlock(p: Parser): Block {
  const scope = p.enterBlock(false);
  const block: Block = { statements: [], endLine: 0 };
  parseStatements(p, block.statements);
  block.endLine = p.lx.line;
  p.leaveBlock(scope);
  return block;
}

function parseStatement(p: Parser, into: Statement[]): void {
  const lx = p.lx;
  const line = lx.line;
  p.enterLevel();
  if (lx.token === tk.CH_SEMICOLON) lx.next();
  else if (lx.token === tk.TK_DBCOLON) parseLabel(p, line, into);
  else {
    const statement = parseProper(p, line);
    if (statement !== undefined) into.push(statement);
  }
  p.fs.free = p.fs.registers;
  p.leaveLevels(1);
}

function parseProper(p: Parser, line: number): Statement | undefined {
  const lx = p.lx;
  switch (lx.token) {
    case tk.TK_NAME:
      if (lx.name === p.globalName && startsGlobal(lx.peek())) return parseGlobal(p, line);
      return parseExprStatement(p, line);
    case tk.TK_LOCAL:
      lx.next();
      return p.accept(tk.TK_FUNCTION) ? parseLocalFunction(p, line) : parseLocal(p, line);
    case tk.TK_IF:
      return parseIf(p, line);
    case tk.TK_RETURN:
      return parseReturn(p);
    case tk.TK_FUNCTION:
      return parseFunction(p, line);
    case tk.TK_FOR:
      return parseFor(p, line);
    case tk.TK_WHILE:
      return parseWhile(p, line);
    case tk.TK_DO: {
      lx.next();
      const body = parseBlock(p);
      p.expectMatch(tk.TK_END, tk.TK_DO, line);
      return { type: "Do", line, body };
    }
    case tk.TK_REPEAT:
      return parseRepeat(p, line);
    case tk.TK_BREAK:
      return parseBreak(p, line);
    case tk.TK_GOTO:
      lx.next();
      return p.labels.addGoto(p.expectName().text, line, p.scope.level);
    default:
      return parseExprStatement(p, line);
  }
}

/**
 * `global` is a name like any other, unless what follows makes it a declaration (§8.1: the word is
 * reserved, but by default it may go on being used as a name).
 */
function startsGlobal(token: number): boolean {
  return (
    token === tk.TK_NAME || token === tk.TK_FUNCTION || token === tk.CH_LT || token === tk.CH_STAR
  );
}

/** A call or an assignment. */
function parseExprStatement(p: Parser, line: number): Statement {
  const lx = p.lx;
  const e = parseSuffixed(p);
  if (lx.token === tk.CH_ASSIGN || lx.token === tk.CH_COMMA) return parseAssignment(p, e, line);
  if (e.type !== "Call" && e.type !== "MethodCall") return lx.fail("syntax error");
  return { type: "Call", line, call: e };
}

function parseAssignment(p: Parser, first: Expr, line: number): Statement {
  const lx = p.lx;
  const targets = [checkTarget(p, first)];
  while (p.accept(tk.CH_COMMA)) {
    const e = parseSuffixed(p);
    // C Lua recurses here
    p.enterLevel();
    targets.push(checkTarget(p, e));
  }
  p.expect(tk.CH_ASSIGN);
  const exprs = parseExprList(p);
  p.leaveLevels(targets.length - 1);
  if (exprs.length !== targets.length) p.scope.reserve(p.fs, exprs.length);
  // all are stored at the end of the statement
  for (const target of targets) target.line = lx.lastLine;
  return { type: "Assign", line, targets, exprs };
}

/** Raises an error unless the expression may be assigned, and notes the assignment. */
function checkTarget(p: Parser, e: Expr): Assignable {
  if (e === p.sealed) return p.lx.fail("syntax error");
  let constant: string | undefined;
  if (e === p.constantUse) constant = p.constantUsed?.name;
  else if (e === p.readOnlyGlobal && e.type === "Global") constant = e.name;
  else if (e.type === "Local") {
    const { name, kind } = e.variable;
    if (kind !== "regular" && kind !== "param") constant = name;
    e.variable.assigned = true;
  }
  if (constant !== undefined) {
    p.lx.failBefore(`attempt to assign to const variable '${constant}'`);
  }
  if (e.type === "Local" || e.type === "Global" || e.type === "Index") return e;
  return p.lx.fail("syntax error");
}

/** `function a.b.c:d() … end`, an assignment of the function (§3.4.11). */
function parseFunction(p: Parser, line: number): Statement {
  const lx = p.lx;
  lx.next();
  let e = resolve(p, p.expectName());
  let isMethod = false;
  while (!isMethod && (lx.token === tk.CH_DOT || lx.token === tk.CH_COLON)) {
    isMethod = lx.token === tk.CH_COLON;
    p.fetch(e);
    lx.next();
    const key = parseKey(p);
    e = { type: "Index", line: key.line, object: e, key };
  }
  const target = checkTarget(p, e);
  const func = parseBody(p, isMethod, line);
  target.line = line;
  return { type: "Assign", line, targets: [target], exprs: [func] };
}

function parseIf(p: Parser, line: number): IfStatement {
  const lx = p.lx;
  const clauses: IfStatement["clauses"] = [];
  do {
    const clauseLine = lx.line;
    lx.next();
    const condition = parseExpr(p);
    p.expect(tk.TK_THEN);
    clauses.push({ condition, body: parseBlock(p), line: clauseLine });
  } while (lx.token === tk.TK_ELSEIF);
  const orelse = p.accept(tk.TK_ELSE) ? parseBlock(p) : undefined;
  p.expectMatch(tk.TK_END, tk.TK_IF, line);
  return { type: "If", line, clauses, orelse };
}

function parseWhile(p: Parser, line: number): Statement {
  p.lx.next();
  const condition = parseExpr(p);
  const loop = p.enterBlock(true);
  p.expect(tk.TK_DO);
  const body = parseBlock(p);
  p.expectMatch(tk.TK_END, tk.TK_WHILE, line);
  p.leaveBlock(loop);
  noteBody(p, body);
  return { type: "While", line, condition, body };
}

/** What a loop calls may set a debug hook, which the interpreter sees in front of a statement only. */
function noteBody(p: Parser, { statements }: Block): void {
  if (statements.length === 0) p.fs.body.isStructured = false;
}

/** The condition is inside the scope of the body's variables (§3.3.4). */
function parseRepeat(p: Parser, line: number): Statement {
  const loop = p.enterBlock(true);
  const scope = p.enterBlock(false);
  p.lx.next();
  const body: Block = { statements: [], endLine: 0 };
  parseStatements(p, body.statements);
  body.endLine = p.lx.line;
  p.expectMatch(tk.TK_UNTIL, tk.TK_REPEAT, line);
  const condition = parseExpr(p);
  p.leaveBlock(scope);
  p.leaveBlock(loop);
  noteBody(p, body);
  return { type: "Repeat", line, body, condition };
}

function parseFor(p: Parser, line: number): Statement {
  const lx = p.lx;
  const loop = p.enterBlock(true);
  lx.next();
  const name = p.expectName();
  const variable = p.scope.newLocal(name.text, "for", p.fs.body, lx.lastLine);
  let statement: Statement;
  if (lx.token === tk.CH_ASSIGN) {
    lx.next();
    const start = parseExpr(p);
    p.expect(tk.CH_COMMA);
    const limit = parseExpr(p);
    const step = p.accept(tk.CH_COMMA) ? parseExpr(p) : undefined;
    for (let i = 0; i < 2; i++) p.scope.declareHidden(p.fs);
    p.expect(tk.TK_DO);
    // where a wrong initial value, limit or step is reported
    const doLine = lx.lastLine;
    const scope = p.enterBlock(false);
    p.scope.declareLocal(p.fs, name, variable);
    const body = parseBlock(p);
    p.leaveBlock(scope);
    statement = { type: "NumericFor", line: doLine, variable, start, limit, step, body };
  } else if (lx.token === tk.CH_COMMA || lx.token === tk.TK_IN) {
    const names = [name];
    const vars: LocalVar[] = [variable];
    while (p.accept(tk.CH_COMMA)) {
      const other = p.expectName();
      names.push(other);
      p.scope.checkRoom(names.length);
      vars.push(p.scope.newLocal(other.text, "regular", p.fs.body, lx.lastLine));
    }
    p.expect(tk.TK_IN);
    // where a failing call of the iterator is reported
    const exprLine = lx.line;
    const exprs = parseExprList(p);
    for (let i = 0; i < 3; i++) p.scope.declareHidden(p.fs);
    p.expect(tk.TK_DO);
    const scope = p.enterBlock(false);
    for (let i = 0; i < names.length; i++) p.scope.declareLocal(p.fs, names[i]!, vars[i]!);
    const body = parseBlock(p);
    p.leaveBlock(scope);
    noteBody(p, body);
    statement = { type: "GenericFor", line: exprLine, vars, exprs, body };
  } else return lx.fail("'=' or 'in' expected");
  p.expectMatch(tk.TK_END, tk.TK_FOR, line);
  p.leaveBlock(loop);
  return statement;
}

function parseReturn(p: Parser): Statement {
  const lx = p.lx;
  lx.next();
  const exprs = endsBlock(p, true) || lx.token === tk.CH_SEMICOLON ? [] : parseExprList(p);
  const line = lx.lastLine;
  if (exprs.length > 1 && !isMulti(exprs[exprs.length - 1]!)) {
    if (exprs.length >= MAX_RETURNS) limitError(lx, p.fs.body, "returns", MAX_RETURNS);
  }
  p.accept(tk.CH_SEMICOLON);
  return { type: "Return", line, exprs };
}

function parseBreak(p: Parser, line: number): Statement {
  let block: BlockScope | undefined = p.fs.block;
  while (block !== undefined && !block.isLoop) block = block.outer;
  if (block === undefined) p.lx.fail("break outside loop");
  p.lx.next();
  return { type: "Break", line };
}

/**
 * A label and the void statements behind it. A label that nothing else follows in its block counts
 * as standing outside the scope of the block's variables.
 */
function parseLabel(p: Parser, line: number, into: Statement[]): void {
  const lx = p.lx;
  lx.next();
  const statement = p.labels.newLabel(p.expectName().text, line);
  into.push(statement);
  p.expect(tk.TK_DBCOLON);
  while (lx.token === tk.CH_SEMICOLON || lx.token === tk.TK_DBCOLON) parseStatement(p, into);
  const level = endsBlock(p, false) ? (p.fs.block as BlockScope).level : p.scope.level;
  p.labels.activate(p.fs, statement, level);
}
