/**
 * Inlining. The engine's optimising compiler copies functions of up to 170 instructions into each place
 * that calls them, and what those call, too: a function of forty lines with a dozen calls of `string.find`
 * takes it a quarter of a second. Functions that work for longer than a call takes are called.
 */
const called: object[] = [];

/** Has the compiler call `functions` instead of copying them, once that pays (`callWorkers`). */
export function neverInline(...functions: object[]): void {
  called.push(...functions);
}

/**
 * The engine is told when a program has run for a while: that takes 0.3 ms, and the compiler that copies
 * much comes later.
 */
export function callWorkers(): void {
  if (called.length === 0) return;
  const { noInline } = require("bun:jsc") as { noInline(f: object): void };
  for (const f of called) noInline(f);
  called.length = 0;
}
