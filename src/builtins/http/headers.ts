/**
 * Header lists. Names and values are byte strings: they go to the wire and come from it as they are.
 */
import { HttpFault } from "./errors";

/** Names and values in order; names as the caller wrote them. */
export type HeaderList = [name: string, value: string][];

// RFC 9110 §5.6.2 and §5.5; nothing that could end the line
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** True for names of headers and for methods. */
export const isToken = (text: string): boolean => TOKEN.test(text);

/** What is wrong with a header, or undefined. */
export function headerProblem(name: string, value: string): string | undefined {
  if (!TOKEN.test(name)) return `invalid header name ${quote(name)}`;
  if (!VALUE.test(value)) return `invalid value of header '${name}': ${controlText(value)}`;
  return undefined;
}

function quote(name: string): string {
  return JSON.stringify(name).slice(0, 80);
}

function controlText(value: string): string {
  return /[\r\n]/.test(value)
    ? "line breaks are not allowed"
    : "control characters are not allowed";
}

/** Adds a header, refusing bad names and values. */
export function addHeader(list: HeaderList, name: string, value: string): void {
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, "");
  const problem = headerProblem(name, trimmed);
  if (problem !== undefined) throw new HttpFault(problem, "request");
  list.push([name, trimmed]);
}

export function hasHeader(list: HeaderList, lowerName: string): boolean {
  return list.some(([name]) => name.toLowerCase() === lowerName);
}

export function getHeader(list: HeaderList, lowerName: string): string | undefined {
  return list.findLast(([name]) => name.toLowerCase() === lowerName)?.[1];
}

/** `list` without these (lower-case) names. */
export function withoutHeaders(list: HeaderList, lowerNames: ReadonlySet<string>): HeaderList {
  return list.filter(([name]) => !lowerNames.has(name.toLowerCase()));
}

/** Headers of `over` replace those of the same name in `base`. */
export function mergeHeaders(base: HeaderList, over: HeaderList): HeaderList {
  if (over.length === 0) return base;
  const replaced = new Set(over.map(([name]) => name.toLowerCase()));
  return [...withoutHeaders(base, replaced), ...over];
}

/** A value as it came, without the blanks around it (RFC 9110 §5.5); the parser has left those at its end. */
export function valueOf(raw: Buffer): string {
  let end = raw.length;
  while (end > 0 && (raw[end - 1] === 0x20 || raw[end - 1] === 0x09)) end--;
  return raw.toString("latin1", 0, end);
}
