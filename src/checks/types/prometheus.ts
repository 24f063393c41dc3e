/** `type: prometheus`: the value of the first series of an instant query. */
import { safeUrlText } from "../../builtins/http/errors";
import type { Check } from "../config";
import type { Outcome } from "../runner";
import type { Services } from "../services";
import { excerpt } from "./excerpt";
import { latencyProblem, requestFailure } from "./http";
import { bodyText, send } from "./request";

export async function prometheusCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect } = check;
  const base = (options.url as string).replace(/\/+$/, "");
  const address = `${base}/api/v1/query?query=${urlencode(options.query as string)}`;
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    return { passed: false, message: `invalid URL ${safeUrlText(base)}`, final: true };
  const begin = performance.now();
  const response = await send(check, { method: "GET", url }, services, signal);
  const latency = performance.now() - begin;
  if ("problem" in response) return requestFailure(response.problem, "GET", address, url);
  const text = bodyText(response);
  const seen = {
    status: response.status,
    body: excerpt(text, services.secrets),
    latency_ms: Math.round(latency),
  };
  const value = queryValue(text);
  if (typeof value === "object") return { passed: false, message: value.problem, seen };
  const shown = { ...seen, value: numberText(value) };
  if (expect === undefined)
    return { passed: true, message: `query returned: ${numberText(value)}`, seen: shown };
  const message =
    boundProblem("min", expect.min, value) ??
    boundProblem("max", expect.max, value) ??
    latencyProblem(expect.latency_ms, latency);
  return { passed: message === undefined, message: message ?? null, seen: shown };
}

/** As the original's: everything but letters, digits and `-_.~`. */
function urlencode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function boundProblem(kind: "min" | "max", bound: unknown, value: number): string | undefined {
  if (typeof bound !== "number") return undefined;
  const fails = kind === "min" ? value < bound : value > bound;
  return fails ? `expected ${kind} ${numberText(bound)}, got ${numberText(value)}` : undefined;
}

interface Answer {
  status?: unknown;
  error?: unknown;
  data?: { result?: unknown } | null;
}

function queryValue(text: string): number | { problem: string } {
  let answer: Answer | null;
  try {
    answer = JSON.parse(text) as Answer | null;
  } catch (e) {
    return { problem: `Prometheus response is not valid JSON: ${(e as Error).message}` };
  }
  if (answer?.status !== "success") {
    const reason = typeof answer?.error === "string" ? answer.error : "unknown error";
    return { problem: `Prometheus query failed: ${reason}` };
  }
  const result = answer.data?.result;
  if (!Array.isArray(result))
    return { problem: "unexpected Prometheus response format: missing data.result" };
  if (result.length === 0) return { problem: "Prometheus query returned no results" };
  const pair: unknown = (result[0] as { value?: unknown } | null)?.value;
  const value: unknown = Array.isArray(pair) ? pair[1] : undefined;
  if (typeof value !== "string")
    return { problem: "unexpected Prometheus result format: missing value" };
  return (
    parseFloatText(value) ?? {
      problem: `failed to parse Prometheus value: ${JSON.stringify(value)}`,
    }
  );
}

/** A float as Prometheus writes it. */
function parseFloatText(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (/nan/i.test(text)) return Number.NaN;
    return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The shortest form, without exponent: `1`, `0.92`, `NaN`, `inf`. */
export function numberText(n: number): string {
  if (Number.isNaN(n)) return "NaN";
  if (!Number.isFinite(n)) return n < 0 ? "-inf" : "inf";
  const text = Object.is(n, -0) ? "-0" : String(n);
  const m = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (m === null) return text;
  const [, sign, first, rest = "", exponent] = m;
  const digits = `${first}${rest}`;
  const e = Number(exponent);
  return e < 0 ? `${sign}0.${"0".repeat(-e - 1)}${digits}` : `${sign}${digits.padEnd(e + 1, "0")}`;
}
