/** Durations of check files: `500ms`, `30s`, `5m`. */

const UNITS = [
  ["ms", 1, "milliseconds"],
  ["s", 1000, "seconds"],
  ["m", 60_000, "minutes"],
] as const;

export const DURATION_PATTERN = "^\\s*\\d+(ms|s|m)\\s*$";

/** Milliseconds, or what is wrong with the text. */
export function parseDuration(text: string): number | { problem: string } {
  const trimmed = text.trim();
  for (const [suffix, factor, unit] of UNITS) {
    if (!trimmed.endsWith(suffix)) continue;
    const digits = trimmed.slice(0, -suffix.length);
    const value = /^\+?\d+$/.test(digits) ? Number(digits) : Number.NaN;
    if (!Number.isSafeInteger(value * factor)) return { problem: `invalid ${unit} value` };
    return value * factor;
  }
  return {
    problem: `unsupported duration format: ${JSON.stringify(trimmed)} (use e.g. '120s', '5m', '500ms')`,
  };
}

/** `120s`, `0.5s`: for messages. */
export function secondsText(ms: number): string {
  return `${ms / 1000}s`;
}
