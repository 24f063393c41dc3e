/**
 * Function bodies and their parameters (§3.4.11).
 */

import type { Name } from "../lexer/names";
import {
  CH_COMMA,
  CH_LPAREN,
  CH_RPAREN,
  TK_DOTS,
  TK_END,
  TK_FUNCTION,
  TK_NAME,
} from "../lexer/token";
import type { FunctionBody, FunctionExpr, LocalKind, LocalVar } from "./ast";
import { FunctionState } from "./scope";
import type { Parser } from "./state";

/** `'(' parameters ')' block end`, of a function that starts at `line`. */
export function parseBody(p: Parser, isMethod: boolean, line: number): FunctionExpr {
  const lx = p.lx;
  const body = p.newFunction(line);
  const outer = p.fs;
  const fs = new FunctionState(outer, body, p.labels.activeCount);
  p.fs = fs;
  const block = p.enterBlock(false);
  body.from = lx.pos - 1;
  body.isMethod = isMethod;
  p.expect(CH_LPAREN);
  if (isMethod) {
    const self = p.scope.newLocal("self", "param", body, lx.lastLine);
    p.scope.declareLocal(fs, lx.names.get("self"), self);
    body.params.push(self);
  }
  parseParameters(p, body);
  p.expect(CH_RPAREN);
  p.parseStatements(p, body.body.statements);
  body.endLine = body.body.endLine = lx.line;
  body.to = lx.pos;
  const length = body.to - body.from;
  body.length += length;
  outer.body.length -= length;
  p.expectMatch(TK_END, TK_FUNCTION, line);
  p.leaveBlock(block);
  p.fs = outer;
  return { type: "Function", line: lx.lastLine, func: body };
}

/** Parameters come into scope only when all of them have been read. */
function parseParameters(p: Parser, body: FunctionBody): void {
  const lx = p.lx;
  const { scope, fs } = p;
  if (lx.token === CH_RPAREN) return;
  const names: Name[] = [];
  const variables: LocalVar[] = [];
  const add = (kind: LocalKind): LocalVar => {
    names.push(p.expectName());
    scope.checkRoom(names.length);
    const variable = scope.newLocal(names[names.length - 1]!.text, kind, body, lx.lastLine);
    variables.push(variable);
    return variable;
  };
  do {
    if (lx.token === TK_NAME) body.params.push(add("param"));
    else if (lx.token === TK_DOTS) {
      lx.next();
      body.isVararg = true;
      if ((lx.token as number) === TK_NAME) body.varargTable = add("vararg");
    } else lx.fail("<name> or '...' expected");
  } while (!body.isVararg && p.accept(CH_COMMA));
  for (let i = 0; i < names.length; i++) scope.declareLocal(fs, names[i]!, variables[i]!);
  if (body.isVararg && body.varargTable === undefined) scope.declareHidden(fs);
}
