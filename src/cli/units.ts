/** Quantities on the command line. */

const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, h: 3600 };
const BYTES: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** `5`, `0.5`, `500ms`, `2m` as seconds; undefined when it is not a positive duration. */
export function parseSeconds(text: string): number | undefined {
  const m = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/i.exec(text);
  if (m === null) return undefined;
  const seconds = Number(m[1]) * (SECONDS[(m[2] ?? "s").toLowerCase()] as number);
  return seconds > 0 ? seconds : undefined;
}

/** `64M`, `64MiB`, `1.5g`, `1048576` as bytes; undefined when it is not a positive size. */
export function parseSize(text: string): number | undefined {
  const m = /^(\d+(?:\.\d+)?)(?:([kmg])(?:i?b)?|b)?$/i.exec(text);
  if (m === null) return undefined;
  const bytes = Math.floor(Number(m[1]) * (BYTES[(m[2] ?? "").toLowerCase()] as number));
  return bytes > 0 ? bytes : undefined;
}
