/** From lines of input to chunks. */
import { LuaSyntaxError } from "../runtime/syntax-error";
import type { LuaFunction } from "../runtime/value";

/** What the lines so far are: a chunk, the beginning of one, or wrong. */
export type Reading =
  | { readonly kind: "chunk"; readonly run: LuaFunction }
  | { readonly kind: "incomplete" }
  | { readonly kind: "error"; readonly message: string };

/** `load` compiles, with `LuaSyntaxError` for what it can't. All texts are byte strings. */
export function readChunk(text: string, load: (source: string) => LuaFunction): Reading {
  // `=x` is what Lua 5.2 and older had for `return x`
  const source = text.replace(/^\s*=(?!=)/, "return ");
  const expression = attempt(`return ${source}`, load);
  if (expression.kind === "chunk") return expression;
  const statement = attempt(source, load);
  if (statement.kind === "chunk") return statement;
  // more lines may make an expression of it, too
  return statement.kind === "incomplete" || expression.kind === "incomplete"
    ? { kind: "incomplete" }
    : statement;
}

function attempt(source: string, load: (source: string) => LuaFunction): Reading {
  try {
    return { kind: "chunk", run: load(source) };
  } catch (e) {
    if (e instanceof RangeError) return { kind: "error", message: "chunk is too deeply nested" };
    if (!(e instanceof LuaSyntaxError)) throw e;
    const { message } = e;
    return message.endsWith("near <eof>") ? { kind: "incomplete" } : { kind: "error", message };
  }
}
