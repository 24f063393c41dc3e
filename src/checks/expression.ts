/**
 * `expect.json` expressions: `.path <operator> <literal>`.
 *
 * The original knew `==` only, split at its first occurrence, and paths of plain object keys. An
 * expression with `==` whose left side leads to a value that way keeps exactly this meaning; the
 * richer grammar only applies where the original reported an error.
 */
import { type Json, JsonNumber, jsonEquals, jsonText } from "./json-value";
import { compilePattern, type Pattern } from "./pattern";

const OPERATORS = ["==", "!=", "<=", ">=", "<", ">", "contains", "matches", "exists"] as const;
type Operator = (typeof OPERATORS)[number];
type Segment = string | number;

interface Rich {
  path: Segment[];
  operator: Operator;
  negated: boolean;
  literal: Json;
  pattern: Pattern | undefined;
}

export interface Expression {
  readonly text: string;
  /** The original's reading: keys and literal around the first `==`. */
  readonly plain: { path: string[]; literal: Json } | undefined;
  readonly rich: Rich | undefined;
}

/** What an expression gave; `seen` is the value that was compared. */
export interface Verdict {
  holds: boolean;
  seen: string | undefined;
  /** How it was reached. */
  path: readonly Segment[];
  /** Replaces the message `JSON expression failed`. */
  problem?: string;
}

/** Reads an expression; gives what is wrong with it otherwise. */
export function parseExpression(text: string): Expression | { problem: string } {
  const at = text.indexOf("==");
  const plain =
    at < 0
      ? undefined
      : { path: plainPath(text.slice(0, at)), literal: parseLiteral(text.slice(at + 2)) };
  const rich = parseRich(text);
  if (rich !== undefined && "problem" in rich) {
    if (plain === undefined) return rich;
    return { text, plain, rich: undefined };
  }
  if (plain === undefined && rich === undefined)
    return {
      problem: `unsupported JSON expression syntax: ${JSON.stringify(text)} (expected '.path == value')`,
    };
  return { text, plain, rich };
}

function plainPath(text: string): string[] {
  return text
    .trim()
    .split(".")
    .map((s) => s.trim())
    .filter((s) => s !== "");
}

/** A string in quotes, a word of JSON, a number, or else the bare text. */
function parseLiteral(text: string): Json {
  const t = text.trim();
  if (t.length >= 2 && t.startsWith('"') && t.endsWith('"')) return t.slice(1, -1);
  if (t === "true" || t === "false") return t === "true";
  if (t === "null") return null;
  if (/^[+-]?\d+$/.test(t)) {
    const n = BigInt(t.replace(/^\+/, ""));
    // beyond a signed 64-bit integer it is a float
    if (n >= -(2n ** 63n) && n < 2n ** 63n) return new JsonNumber(String(n));
    return new JsonNumber(`${n}.0`);
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(t)) {
    const n = Number(t);
    if (Number.isFinite(n)) return new JsonNumber(floatText(n));
  }
  return t;
}

function floatText(n: number): string {
  const text = String(n);
  return /[.e]/.test(text) ? text : `${Object.is(n, -0) ? "-0" : text}.0`;
}

const PATH =
  /^\s*((?:\.?\[\s*-?\d+\s*\]|\."(?:[^"\\]|\\.)*"|\.[^\s.[\]"=!<>]+|\.)+|[^\s.[\]"=!<>]+(?:\.[^\s.[\]"=!<>]+|\[\s*-?\d+\s*\])*)/;
const PIECE = /\[\s*(-?\d+)\s*\]|"((?:[^"\\]|\\.)*)"|([^\s.[\]"]+)/g;

function parseRich(text: string): Rich | { problem: string } | undefined {
  const head = PATH.exec(text);
  if (head === null) return undefined;
  const rest = text.slice(head[0].length);
  const m =
    /^\s*(==|!=|<=|>=|<|>)([\s\S]*)$|^\s+(not\s+)?(contains|matches|exists)\b([\s\S]*)$/.exec(rest);
  if (m === null) return undefined;
  const operator = (m[1] ?? m[4]) as Operator;
  const operand = (m[2] ?? m[5] ?? "").trim();
  // `!==` would hold whatever the value is
  if (m[1] !== undefined && m[1] !== "==" && operand.startsWith("="))
    return { problem: `unknown operator '${m[1]}=' in ${JSON.stringify(text)}` };
  const path: Segment[] = [];
  for (const [, index, quoted, word] of (head[1] as string).matchAll(PIECE))
    path.push(
      index !== undefined
        ? Number(index)
        : quoted !== undefined
          ? quoted.replace(/\\(.)/g, "$1")
          : (word as string),
    );
  if (operator === "exists") {
    if (operand !== "")
      return { problem: `nothing may follow 'exists' in ${JSON.stringify(text)}` };
  } else if (operand === "")
    return { problem: `missing value behind '${operator}' in ${JSON.stringify(text)}` };
  const literal = parseLiteral(operand);
  let pattern: Pattern | undefined;
  if (operator === "matches") {
    const compiled = compilePattern(typeof literal === "string" ? literal : operand);
    if ("problem" in compiled) return compiled;
    pattern = compiled;
  }
  return { path, operator, negated: m[3] !== undefined, literal, pattern };
}

/** Applies an expression to a document. */
export function evaluate(expression: Expression, document: Json): Verdict {
  const { plain, rich } = expression;
  if (plain !== undefined) {
    const value = plain.path.reduce<Json | undefined>(
      (v, key) => (v === undefined ? undefined : member(v, key)),
      document,
    );
    if (value !== undefined)
      return {
        holds: jsonEquals(value, plain.literal),
        seen: jsonText(value),
        path: plain.path,
      };
    if (rich === undefined) return missing(document, plain.path);
  }
  return evaluateRich(rich as Rich, document);
}

function member(v: Json, key: string): Json | undefined {
  if (typeof v !== "object" || v === null || Array.isArray(v) || v instanceof JsonNumber)
    return undefined;
  return Object.hasOwn(v, key) ? v[key] : undefined;
}

/** As `member`; also elements of arrays, from the end for negative numbers. */
function element(v: Json, key: Segment): Json | undefined {
  if (Array.isArray(v) && /^-?\d+$/.test(String(key))) return v.at(Number(key));
  return member(v, String(key));
}

/** Says which part of the path the document lacks. */
function missing(document: Json, path: readonly Segment[]): Verdict {
  let value: Json | undefined = document;
  let absent: Segment = "";
  for (const key of path) {
    absent = key;
    value = element(value as Json, key);
    if (value === undefined) break;
  }
  const problem = `JSON path '.${absent}' not found in response`;
  return { holds: false, seen: undefined, path, problem };
}

function evaluateRich(rich: Rich, document: Json): Verdict {
  let value: Json | undefined = document;
  const { path } = rich;
  for (const key of path) value = value === undefined ? undefined : element(value, key);
  const seen = value === undefined ? undefined : jsonText(value);
  if (rich.operator === "exists")
    return { holds: (value !== undefined) !== rich.negated, seen, path };
  if (value === undefined) return missing(document, path);
  return { holds: compare(value, rich) !== rich.negated, seen, path };
}

function compare(value: Json, { operator, literal, pattern }: Rich): boolean {
  switch (operator) {
    case "==":
      return jsonEquals(value, literal);
    case "!=":
      return !jsonEquals(value, literal);
    case "contains":
      if (typeof value === "string")
        return value.includes(typeof literal === "string" ? literal : jsonText(literal));
      if (Array.isArray(value)) return value.some((v) => jsonEquals(v, literal));
      return typeof literal === "string" && member(value, literal) !== undefined;
    case "matches": {
      const text = typeof value === "string" ? value : jsonText(value);
      return pattern?.test(text) === true;
    }
    default:
      return holdsOrder(operator, order(value, literal));
  }
}

/** Numbers by value, strings by code points; undefined for what has no order. */
function order(a: Json, b: Json): number | undefined {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(utf8(a), utf8(b));
  if (!(a instanceof JsonNumber && b instanceof JsonNumber)) return undefined;
  if (a.integer !== undefined && b.integer !== undefined)
    return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

function utf8(s: string): Buffer {
  return Buffer.from(s);
}

function holdsOrder(operator: Operator, sign: number | undefined): boolean {
  if (sign === undefined) return false;
  if (operator === "<") return sign < 0;
  if (operator === "<=") return sign <= 0;
  return operator === ">" ? sign > 0 : sign >= 0;
}
