/**
 * Compiling patterns, in linear time and space, with re2js. Compiled ones are kept for a while.
 *
 * A pattern has two forms: for texts that are UTF-8 it is compiled as text, so that `.` is a code
 * point; for all others as bytes, each a character of its own.
 */
import type { RE2JS } from "re2js";
import { bytesToText, bytesToUtf8, HostError } from "../../host";

const MAX_PATTERN = 64 * 1024;
const CACHED = 256;
const FLAGS = /^[imsUx]*$/;

/** A pattern as a script wrote it. */
export interface Pattern {
  /** A byte string. */
  readonly source: string;
  readonly flags: string;
}

export type Mode = "text" | "bytes";

/** Loaded when it is first needed. */
function library(): typeof RE2JS {
  return (require("re2js") as typeof import("re2js")).RE2JS;
}

const cache = new Map<string, RE2JS>();

/** The compiled pattern; throws a `HostError` without a function's name. */
export function compile({ source, flags }: Pattern, mode: Mode): RE2JS {
  const key = `${mode}/${flags}/${source}`;
  let found = cache.get(key);
  if (found !== undefined) cache.delete(key);
  else {
    found = compileNew(source, flags, mode);
    const oldest = cache.size >= CACHED ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
  }
  cache.set(key, found);
  return found;
}

function compileNew(source: string, flags: string, mode: Mode): RE2JS {
  if (!FLAGS.test(flags))
    throw new HostError(`unknown flag in '${bytesToUtf8(flags)}' (i, m, s, U and x are known)`);
  if (source.length > MAX_PATTERN)
    throw new HostError(`invalid pattern: longer than ${MAX_PATTERN} bytes`);
  const text = mode === "text" ? bytesToText(source) : source;
  if (text === undefined) throw new HostError("invalid pattern: not valid UTF-8");
  const { prefix, body } = translate(text, flags);
  try {
    return library().compile(prefix + body);
  } catch (e) {
    throw new HostError(`invalid pattern: ${describe(e, prefix)}`);
  }
}

function describe(e: unknown, prefix: string): string {
  const { error, input, message } = e as {
    error?: string;
    input?: string | null;
    message?: string;
  };
  if (error === undefined) return message ?? String(e);
  if (typeof input !== "string" || input === "") return error;
  const shown = input.startsWith(prefix) ? input.slice(prefix.length) : input;
  return `${error}: ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}`;
}

/** RE2's syntax for what goes beyond it: the flag `x`, and `\u` escapes. */
function translate(text: string, flags: string): { prefix: string; body: string } {
  let body = text;
  let set = new Set(flags);
  const inline = /^\(\?([imsUx]+)\)/.exec(body);
  if (inline?.[1]?.includes("x")) {
    set = new Set([...set, ...inline[1]]);
    body = body.slice(inline[0].length);
  }
  if (set.delete("x")) body = withoutBlanks(body);
  body = body.replace(
    /\\(?:u\{([0-9A-Fa-f]+)\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[\s\S])/g,
    (whole, braced?: string, short?: string, long?: string) => {
      const code = braced ?? short ?? long;
      return code === undefined ? whole : `\\x{${code}}`;
    },
  );
  return { prefix: set.size === 0 ? "" : `(?${[...set].join("")})`, body };
}

/** The flag `x`: blanks and comments outside of classes are for readers only. */
function withoutBlanks(text: string): string {
  let out = "";
  /** Inside of `[…]`; `]` as its first character is an ordinary one. */
  let classStart = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === "\\") {
      out += text.slice(i, i + 2);
      i++;
    } else if (classStart >= 0) {
      // "[:alpha:]" has a bracket of its own
      if (c === "[" && text.charAt(i + 1) === ":") {
        const end = text.indexOf(":]", i + 2);
        if (end > 0 && /^\^?\w+$/.test(text.slice(i + 2, end))) {
          out += text.slice(i, end + 2);
          i = end + 1;
          continue;
        }
      }
      if (c === "]" && i > classStart) classStart = -1;
      out += c;
    } else if (c === "#") {
      while (i < text.length && text.charAt(i) !== "\n") i++;
    } else if (!/\s/.test(c)) {
      out += c;
      if (c === "[") classStart = text.charAt(i + 1) === "^" ? i + 2 : i + 1;
    }
  }
  return out;
}
