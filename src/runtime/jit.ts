/**
 * What the engine's JIT is told, so that it compiles what is worth it.
 *
 * Most programs are at their end before compiled code has repaid the work on it, most of which would go into the functions
 * that read and compile the program. So the command line tool starts with a patient JIT (`jitPolicy` in
 * scripts/compile.ts), until the program has run for a while.
 *
 * The JIT's last tier copies functions of up to 170 instructions into each place that calls them, and what those
 * call, too: a function of forty lines with a dozen calls of `string.find` takes it a quarter of a second. Functions
 * that work for longer than a call takes are not to be copied. Telling takes 0.3 ms, and that tier comes late: so this
 * waits, too.
 */

/** Characters of generated code that take so long to make that the functions which make it are worth compiling. */
const MUCH_CODE = 500_000;

const called: object[] = [];
let onLongRun: (() => void) | undefined;
let codeLength = 0;

/** Has the JIT call `functions` instead of copying them. */
export function neverInline(...functions: object[]): void {
  called.push(...functions);
}

/** `action` runs once, when it turns out that the program runs for longer than most. */
export function whenRunningLong(action: () => void): void {
  onLongRun = action;
}

/** The program has run for a while. May be called again. */
export function runningLong(): void {
  onLongRun?.();
  onLongRun = undefined;
  if (called.length === 0) return;
  const { noInline } = require("bun:jsc") as { noInline(f: object): void };
  for (const f of called) noInline(f);
  called.length = 0;
}

/** So many characters of code were generated from Lua's. */
export function noteCode(length: number): void {
  codeLength += length;
  if (codeLength > MUCH_CODE) runningLong();
}
