/** `type: http`: one request, and what its response must be. */
import { getHeader } from "../../builtins/http/headers";
import type { WholeResponse } from "../../builtins/http/perform";
import { loadPool } from "../../builtins/http/transport";
import { bytesToUtf8 } from "../../host/bytes";
import type { Secrets } from "../../host/secrets";
import type { Check } from "../config";
import { valueText } from "../json-value";
import type { Values } from "../read";
import type { Seen } from "../result";
import type { Outcome } from "../runner";
import type { Services } from "../services";
import { excerpt, isSecretHeader, REDACTED } from "./excerpt";
import { jsonProblem, latencyProblem, matches, quote, textProblem } from "./expect";
import { bodyText, requestFailure, send } from "./request";

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
