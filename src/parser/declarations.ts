/**
 * Declarations of variables (§3.3.7): `local`, `global`, and their function forms.
 */
import type { Name } from "../lexer/names";
import { CH_ASSIGN, CH_COMMA, CH_GT, CH_LT, CH_STAR, TK_FUNCTION } from "../lexer/token";
import type { Expr, GlobalExpr, LocalKind, LocalVar, Statement } from "./ast";
import { parseExprList } from "./expressions";
import { isConstant } from "./fold";
import { parseBody } from "./functions";
import type { Parser } from "./state";
import { makeGlobal } from "./variables";

type Attribute = "regular" | "const" | "close";

/** `'<' Name '>'`, or else the default. */
function parseAttribute(p: Parser, fallback: Attribute): Attribute {
  if (!p.accept(CH_LT)) return fallback;
  const { text } = p.expectName();
  p.expect(CH_GT);
  if (text === "const" || text === "close") return text;
  return p.lx.failBefore(`unknown attribute '${text}'`);
}

/** The rest of `local function`; the function sees its own name. */
export function parseLocalFunction(p: Parser, line: number): Statement {
  const { lx, scope, fs } = p;
  const name = p.expectName();
  const variable = scope.newLocal(name.text, "regular", fs.body, lx.lastLine);
  scope.declareLocal(fs, name, variable);
  const func = parseBody(p, false, lx.line);
  func.func.ownVariable = variable;
  return { type: "LocalFunction", line, variable, func };
}

/** The rest of `local`; the variables come into scope behind the expressions. */
export function parseLocal(p: Parser, line: number): Statement {
  const { lx, scope, fs } = p;
  const fallback = parseAttribute(p, "regular");
  const names: Name[] = [];
  const vars: LocalVar[] = [];
  let closes = false;
  do {
    const name = p.expectName();
    const nameLine = lx.lastLine;
    const kind: LocalKind = parseAttribute(p, fallback);
    names.push(name);
    scope.checkRoom(names.length);
    vars.push(scope.newLocal(name.text, kind, fs.body, nameLine));
    if (kind === "close") {
      if (closes) lx.failBefore("multiple to-be-closed variables in local list");
      closes = true;
    }
  } while (p.accept(CH_COMMA));
  const exprs = p.accept(CH_ASSIGN) ? parseExprList(p) : [];
  markConstant(vars, exprs);
  scope.reserve(fs, Math.max(vars.length, exprs.length));
  for (let i = 0; i < names.length; i++) scope.declareLocal(fs, names[i]!, vars[i]!);
  if (!closes) return { type: "Local", line, vars, exprs };
  fs.body.hasClose = true;
  fs.body.isStructured = false;
  // a value that can't be closed is reported at the end of the statement
  return { type: "Local", line: lx.lastLine, vars, exprs };
}

/**
 * The last variable of a list is a compile-time constant if it is `<const>`, has an expression of
 * its own, and that is a constant. `_ENV` never is one, so that global names always have a
 * variable to go through.
 */
function markConstant(vars: LocalVar[], exprs: Expr[]): void {
  const variable = vars[vars.length - 1]!;
  const value = exprs[exprs.length - 1];
  if (vars.length !== exprs.length || variable.kind !== "const" || value === undefined) return;
  if (isConstant(value) && variable.name !== "_ENV") variable.constant = value;
}

/** `global` with all that follows; the current token is `global`. */
export function parseGlobal(p: Parser, line: number): Statement | undefined {
  p.lx.next();
  if (p.accept(TK_FUNCTION)) return parseGlobalFunction(p, line);
  const fallback = parseGlobalAttribute(p, "regular");
  if (p.accept(CH_STAR)) {
    p.scope.declareAllGlobals(fallback === "const");
    return undefined;
  }
  return parseGlobalNames(p, fallback);
}

function parseGlobalAttribute(p: Parser, fallback: Attribute): Attribute {
  const attribute = parseAttribute(p, fallback);
  if (attribute === "close") p.lx.failBefore("global variables cannot be to-be-closed");
  return attribute;
}

function parseGlobalFunction(p: Parser, line: number): Statement {
  const name = p.expectName();
  p.scope.declareGlobal(name, false);
  const target = makeGlobal(p, name.text);
  const func = parseBody(p, false, p.lx.line);
  target.line = line;
  return { type: "GlobalFunction", line, target, func };
}

/** The names come into scope behind the expressions, if there are any. */
function parseGlobalNames(p: Parser, fallback: Attribute): Statement | undefined {
  const { scope } = p;
  const names: Name[] = [];
  const attributes: Attribute[] = [];
  do {
    names.push(p.expectName());
    attributes.push(parseGlobalAttribute(p, fallback));
    scope.checkRoom(names.length);
  } while (p.accept(CH_COMMA));
  const statement = p.accept(CH_ASSIGN) ? parseGlobalValues(p, names) : undefined;
  for (let i = 0; i < names.length; i++) scope.declareGlobal(names[i]!, attributes[i] === "const");
  return statement;
}

function parseGlobalValues(p: Parser, names: Name[]): Statement {
  const lx = p.lx;
  const line = lx.line;
  const targets: GlobalExpr[] = [];
  for (const name of names) {
    targets.push(makeGlobal(p, name.text));
    // C Lua recurses here
    p.enterLevel();
  }
  const exprs = parseExprList(p);
  p.leaveLevels(names.length);
  for (const target of targets) target.line = lx.lastLine;
  return { type: "Global", line, targets, exprs };
}
