/** Regular expressions of check files: RE2 syntax, which takes linear time on any text. */
import { RE2JS } from "re2js";

export interface Pattern {
  readonly source: string;
  /** True when it is found anywhere in the text. */
  test(text: string): boolean;
}

/** Compiles a pattern; gives what is wrong with it otherwise. */
export function compilePattern(source: string): Pattern | { problem: string } {
  try {
    const compiled = RE2JS.compile(source);
    return { source, test: (text) => compiled.matcher(text).find() };
  } catch (e) {
    const reason = e instanceof Error ? e.message : String(e);
    return { problem: `invalid regular expression ${JSON.stringify(source)}: ${reason}` };
  }
}
