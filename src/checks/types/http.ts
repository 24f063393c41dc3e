/** `type: http`: one request, and what its response must be. */
import { safeUrl, safeUrlText } from "../../builtins/http/errors";
import { getHeader } from "../../builtins/http/headers";
import type { WholeResponse } from "../../builtins/http/perform";
import { loadPool } from "../../builtins/http/transport";
import { bytesToUtf8 } from "../../host/bytes";
import type { Secrets } from "../../host/secrets";
import { type Check, listOf } from "../config";
import { evaluate, parseExpression } from "../expression";
import { type Json, jsonFault, parseJson, valueText } from "../json-value";
import { compilePattern } from "../pattern";
import type { Values } from "../read";
import type { Seen } from "../result";
import type { Outcome } from "../runner";
import type { Services } from "../services";
import { excerpt, isSecretHeader, REDACTED, valueExcerpt } from "./excerpt";
import { bodyText, type RequestProblem, send } from "./request";

export async function httpCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect } = check;
  const address = options.url as string;
  // it was looked at when the file was read
  const url = new URL(address);
  const content = requestBody(options);
  const request = { method: methodOf(check), url, ...content };
  // the first request must not seem slower than those after it
  await loadPool();
  const begin = performance.now();
  const response = await send(check, request, services, signal);
  const latency = performance.now() - begin;
  if ("problem" in response) return requestFailure(response.problem, request.method, address, url);
  const text = bodyText(response);
  const seen: Seen = {
    status: response.status,
    body: excerpt(text, services.secrets),
    latency_ms: Math.round(latency),
  };
  if (expect === undefined) {
    const passed = response.status >= 200 && response.status < 300;
    return { passed, message: passed ? null : `expected 2xx, got ${response.status}`, seen };
  }
  const message =
    statusProblem(expect.status, response.status) ??
    headersProblem(expect.headers, response, services.secrets) ??
    textProblem(expect, text) ??
    jsonProblem(expect.json, text, "response body", seen, services.secrets) ??
    latencyProblem(expect.latency_ms, latency);
  return { passed: message === undefined, message: message ?? null, seen };
}

function methodOf(check: Check): string {
  return ((check.options.method as string | undefined) ?? "GET").toUpperCase();
}

function requestBody(options: Values) {
  if (options.json !== undefined)
    return { body: Buffer.from(valueText(options.json)), contentType: "application/json" };
  if (typeof options.body === "string") return { body: Buffer.from(options.body) };
  return {};
}

/** Credentials and the query, which may hold tokens, are not shown. */
export function requestFailure(
  { message: cause, phase }: RequestProblem,
  method: string,
  address: string,
  url: URL,
): Outcome {
  const shown = safeUrlText(address);
  const message =
    phase === "body"
      ? `reading response body from ${shown}: ${cause}`
      : `HTTP ${method} ${shown}: error sending request for url (${safeUrl(url)}): ${cause}`;
  return { passed: false, message, ...(phase === "configuration" && { final: isLasting(cause) }) };
}

/** Too many redirects may be passing; a bad header is not. */
function isLasting(cause: string): boolean {
  return /invalid|reading ca file|certificate/.test(cause);
}

function statusProblem(expected: unknown, got: number): string | undefined {
  if (expected === undefined) return undefined;
  const list = Array.isArray(expected) ? expected : [expected];
  const matches = (s: unknown) =>
    typeof s === "number" ? s === got : Number(String(s).charAt(0)) === Math.floor(got / 100);
  if (list.some(matches)) return undefined;
  return `expected status ${list.join(" or ")}, got ${got}`;
}

function headersProblem(
  expected: unknown,
  { headers }: WholeResponse,
  secrets: Secrets,
): string | undefined {
  for (const [name, rule] of Object.entries((expected ?? {}) as Values)) {
    const raw = getHeader(headers, name.toLowerCase());
    const value = raw === undefined ? undefined : bytesToUtf8(raw);
    const shown = () => quote(isSecretHeader(name) ? REDACTED : excerpt(value ?? "", secrets));
    const rules: Values = typeof rule === "string" ? { equals: rule } : ((rule ?? {}) as Values);
    if (rules.exists !== undefined && (value !== undefined) !== rules.exists)
      return rules.exists
        ? `header '${name}' is missing`
        : `header '${name}' is present: ${shown()}`;
    const others = ["equals", "contains", "matches"].filter((k) => rules[k] !== undefined);
    if (others.length === 0) continue;
    if (value === undefined) return `header '${name}' is missing`;
    for (const kind of others) {
      const text = rules[kind] as string;
      if (!holds(kind, value, text))
        return `expected header '${name}'${kind === "equals" ? "" : ` that ${kind}`} ${quote(text)}, got ${shown()}`;
    }
  }
  return undefined;
}

function holds(kind: string, value: string, text: string): boolean {
  if (kind === "equals") return value === text;
  return kind === "contains" ? value.includes(text) : matches(text, value);
}

function matches(source: string, text: string): boolean {
  const pattern = compilePattern(source);
  return !("problem" in pattern) && pattern.test(text);
}

/** `body` and `body_matches`. */
export function textProblem(expect: Values, text: string): string | undefined {
  const { body, body_matches: source } = expect;
  if (typeof body === "string" && !text.includes(body))
    return `body does not contain ${quote(body)}`;
  if (typeof source === "string" && !matches(source, text))
    return `body does not match ${quote(source)}`;
  return undefined;
}

/** Text in quotes, escaped as JSON does. */
function quote(text: string): string {
  return JSON.stringify(text);
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
