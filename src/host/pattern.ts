/** Lua patterns (§6.4.1) for implementations. */
import { compilePattern, search } from "../lualib/pattern";

/** True when the byte string has a match; raises Lua's error for a malformed pattern. */
export function matchesPattern(s: string, pattern: string): boolean {
  const compiled = compilePattern(pattern);
  return compiled.plain ? s.includes(pattern) : search(compiled, s, 0) >= 0;
}
