/** What the `expect` of several types of check has in common: each gives what is wrong, or undefined. */
import type { Secrets } from "../../host/secrets";
import { listOf } from "../config";
import { evaluate, parseExpression } from "../expression";
import { type Json, jsonFault, parseJson } from "../json-value";
import { compilePattern } from "../pattern";
import type { Values } from "../read";
import type { Seen } from "../result";
import { valueExcerpt } from "./excerpt";

/** `body` and `body_matches`. */
export function textProblem(expect: Values, text: string): string | undefined {
  const { body, body_matches: source } = expect;
  if (typeof body === "string" && !text.includes(body))
    return `body does not contain ${quote(body)}`;
  if (typeof source === "string" && !matches(source, text))
    return `body does not match ${quote(source)}`;
  return undefined;
}

/** `json`, one expression or several, about a JSON text; `what` it is, for messages. */
export function jsonProblem(
  expected: unknown,
  text: string,
  what: string,
  seen: Seen,
  secrets: Secrets,
): string | undefined {
  if (listOf(expected).length === 0) return undefined;
  const fault = jsonFault(text, `${what} is not valid JSON`);
  return fault ?? expressionsProblem(expected, parseJson(text), seen, secrets);
}

/** The first expression that does not hold; says in `seen` what was compared. */
export function expressionsProblem(
  expected: unknown,
  document: Json,
  seen: Seen,
  secrets: Secrets,
): string | undefined {
  for (const source of listOf(expected)) {
    const expression = parseExpression(source);
    if ("problem" in expression) return expression.problem;
    const verdict = evaluate(expression, document);
    if (verdict.holds) continue;
    if (verdict.seen !== undefined) seen.value = valueExcerpt(verdict.seen, verdict.path, secrets);
    return verdict.problem ?? `JSON expression failed: ${source}`;
  }
  return undefined;
}

/** `latency_ms`. */
export function latencyProblem(expected: unknown, latency: number): string | undefined {
  if (typeof expected !== "number" || latency <= expected) return undefined;
  return `expected latency of at most ${expected} ms, got ${Math.round(latency)} ms`;
}

/** Whether a regular expression matches somewhere in a text. */
export function matches(source: string, text: string): boolean {
  const pattern = compilePattern(source);
  return !("problem" in pattern) && pattern.test(text);
}

/** Text in quotes, escaped as JSON does. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
