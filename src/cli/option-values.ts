/** The values of options on the command line, as commander has them read; `before` is what was given before. */
import { InvalidArgumentError } from "commander";
import { parseSeconds, parseSize } from "./units";

/** A duration, in seconds. */
export function seconds(text: string): number {
  const value = parseSeconds(text);
  if (value === undefined)
    throw new InvalidArgumentError("Expected a duration such as 5 or 500ms.");
  return value;
}

/** A size, in bytes. */
export function size(text: string): number {
  const value = parseSize(text);
  if (value === undefined) throw new InvalidArgumentError("Expected a size such as 64M.");
  return value;
}

export function count(text: string): number {
  const n = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (n < 1) throw new InvalidArgumentError("Expected a number from 1 up.");
  return n;
}

/** Texts, one with each time that the option is given. */
export function append(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** Texts, several with commas between them. */
export function words(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").filter((w) => w !== "")];
}
