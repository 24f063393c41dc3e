/** `type: prometheus`: the value of the first series of an instant query. */
import { loadPool } from "../../builtins/http/transport";
import type { Check } from "../config";
import { jsonFault } from "../json-value";
import type { Values } from "../read";
import type { Outcome } from "../runner";
import type { Services } from "../services";
import { excerpt } from "./excerpt";
import { latencyProblem } from "./expect";
import { bodyText, requestFailure, send } from "./request";

export async function prometheusCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect } = check;
  const base = (options.url as string).replace(/\/+$/, "");
  const address = `${base}/api/v1/query?query=${urlencode(options.query as string)}`;
  const url = new URL(address);
  await loadPool();
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
  // the original looked at the first series only
  const isOne = expect?.series === undefined || expect.series === "first";
  const values = queryValues(text, response.status, !isOne);
  if ("problem" in values) return { passed: false, message: values.problem, seen };
  const shown = { ...seen, value: excerpt(values.map(seriesText).join(", "), services.secrets) };
  if (expect === undefined)
    return { passed: true, message: `query returned: ${shown.value}`, seen: shown };
  const message = valuesProblem(values, expect) ?? latencyProblem(expect.latency_ms, latency);
  return { passed: message === undefined, message: message ?? null, seen: shown };
}

/** As the original's: everything but letters, digits and `-_.~`. */
function urlencode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The first value out of bounds; with `series: any` only when all are. */
function valuesProblem(values: readonly Series[], expect: Values): string | undefined {
  let first: string | undefined;
  for (const series of values) {
    const problem =
      boundProblem("min", expect.min, series) ??
      boundProblem("max", expect.max, series) ??
      (expect.nan === false && Number.isNaN(series.value)
        ? `expected a number, got ${seriesText(series)}`
        : undefined);
    if (problem === undefined && expect.series === "any") return undefined;
    first ??= problem;
  }
  return first;
}

/** NaN passes, as in the original. */
function boundProblem(kind: "min" | "max", bound: unknown, series: Series): string | undefined {
  if (typeof bound !== "number") return undefined;
  const fails = kind === "min" ? series.value < bound : series.value > bound;
  return fails ? `expected ${kind} ${numberText(bound)}, got ${seriesText(series)}` : undefined;
}

interface Series {
  readonly value: number;
  /** Which one it is, when there is more than the first. */
  readonly labels: string;
}

function seriesText({ value, labels }: Series): string {
  return labels === "" ? numberText(value) : `${numberText(value)} (${labels})`;
}

interface Answer {
  status?: unknown;
  error?: unknown;
  data?: { resultType?: unknown; result?: unknown } | null;
}

interface Sample {
  metric?: Record<string, unknown>;
  value?: unknown;
}

/** The samples of an instant query; at least one. */
function queryValues(
  text: string,
  status: number,
  withLabels: boolean,
): Series[] | { problem: string } {
  // of an answer that is not one of Prometheus, the status says most
  const head = status >= 200 && status < 300 ? "" : `HTTP status ${status}: `;
  const fault = jsonFault(text, "Prometheus response is not valid JSON");
  if (fault !== undefined) return { problem: head + fault };
  const answer = JSON.parse(text) as Answer | null;
  if (answer?.status !== "success") {
    if (typeof answer?.error === "string")
      return { problem: `Prometheus query failed: ${answer.error}` };
    return { problem: `${head}Prometheus query failed: unknown error` };
  }
  const { result, resultType } = answer.data ?? {};
  if (!Array.isArray(result))
    return { problem: "unexpected Prometheus response format: missing data.result" };
  if (result.length === 0) return { problem: "Prometheus query returned no results" };
  // a scalar is one pair of time and value
  const samples = (resultType === "scalar" ? [{ value: result }] : result) as (Sample | null)[];
  const out: Series[] = [];
  for (const sample of samples) {
    const pair = sample?.value;
    const value: unknown = Array.isArray(pair) ? pair[1] : undefined;
    if (typeof value !== "string")
      return { problem: "unexpected Prometheus result format: missing value" };
    const number = parseFloatText(value);
    if (number === undefined)
      return { problem: `failed to parse Prometheus value: ${JSON.stringify(value)}` };
    out.push({ value: number, labels: withLabels ? labelsText(sample?.metric) : "" });
    if (!withLabels) break;
  }
  return out;
}

/** `{job="a", instance="b"}` */
function labelsText(metric: Record<string, unknown> = {}): string {
  const { __name__: name = "", ...labels } = metric;
  const pairs = Object.entries(labels).map(([k, v]) => `${k}=${JSON.stringify(v)}`);
  return `${String(name)}{${pairs.join(", ")}}`;
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
function numberText(n: number): string {
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
