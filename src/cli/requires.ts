/** Which modules a script needs: the constant names it gives to `require`. */
import { Lexer } from "../lexer/lexer";
import { CH_LPAREN, TK_CONCAT, TK_EOS, TK_NAME, TK_STRING } from "../lexer/token";

/** Names and the lines they stand in. Throws `LuaSyntaxError` for what is no sequence of tokens. */
export function requiredModules(source: string, chunkName: string): Map<string, number> {
  const found = new Map<string, number>();
  const lexer = new Lexer(source, chunkName);
  lexer.next();
  while (lexer.token !== TK_EOS) {
    const isRequire = lexer.token === TK_NAME && lexer.name.text === "require";
    lexer.next();
    if (!isRequire) continue;
    // `pcall(require, "name")` counts, too
    while (lexer.token === CH_LPAREN || lexer.token === COMMA) lexer.next();
    const { token, text, line } = lexer;
    if (token !== TK_STRING) continue;
    lexer.next();
    // the beginning of a name is none
    if (lexer.token !== TK_CONCAT && !found.has(text)) found.set(text, line);
  }
  return found;
}

const COMMA = ",".charCodeAt(0);
