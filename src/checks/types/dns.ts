/** `type: dns`: a name resolves, and to what. */
import { lookup, Resolver } from "node:dns/promises";
import { causeText } from "../../builtins/http/errors";
import { delay } from "../../host/timer";
import { type Check, listOf } from "../config";
import { secondsText } from "../duration";
import type { Outcome } from "../runner";
import { placesFor } from "../sandbox";
import type { Services } from "../services";
import { CONNECT_TIMEOUT_MS } from "./connection";
import { excerpt } from "./excerpt";
import { latencyProblem } from "./expect";

const DNS_PORT = 53;

export async function dnsCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect } = check;
  const host = options.host as string;
  const record = options.record as string | undefined;
  const server = options.server as string | undefined;
  const begin = performance.now();
  let answers: string[];
  try {
    if (server !== undefined) await placesFor(services.sandbox, ...hostAndPort(server));
    answers = await resolve(host, record, server, check.timeout ?? CONNECT_TIMEOUT_MS, signal);
  } catch (e) {
    const what = record === undefined ? host : `${record} of ${host}`;
    const asked = server === undefined ? "" : `, asking ${server}`;
    return {
      passed: false,
      message: `resolving ${what}${asked}: ${lookupProblem(e, host, record)}`,
    };
  }
  const latency = performance.now() - begin;
  const seen = {
    value: excerpt(answers.join(", "), services.secrets),
    latency_ms: Math.round(latency),
  };
  const missing = listOf(expect?.values).filter((v) => !answers.some((a) => same(a, v)));
  const message =
    answers.length === 0
      ? `resolving ${host}: no records`
      : missing.length > 0
        ? `expected ${missing.join(", ")} among the answers, got ${seen.value}`
        : latencyProblem(expect?.latency_ms, latency);
  return { passed: message === undefined, message: message ?? null, seen };
}

/** `1.1.1.1`, `1.1.1.1:5353`, `[::1]:53`, `::1` */
function hostAndPort(server: string): [host: string, port: number] {
  const m = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(server);
  return m === null ? [server, DNS_PORT] : [m[1] as string, Number(m[2])];
}

function lookupProblem(e: unknown, host: string, record: string | undefined): string {
  const { code } = e as { code?: string };
  // the resolver does not tell a name without such records from no name
  if (code === "ENODATA" || (code === "ENOTFOUND" && record !== undefined))
    return "there is no such record";
  if (code === "ECANCELLED") return "cancelled";
  return causeText(e, host);
}

/** Names compare without case and without the dot of the root. */
function same(a: string, b: string): boolean {
  const norm = (t: string) => t.toLowerCase().replace(/\.$/, "");
  return norm(a) === norm(b);
}

async function resolve(
  host: string,
  record: string | undefined,
  server: string | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<string[]> {
  const over = new AbortController();
  const onEnd = () => over.abort();
  signal.addEventListener("abort", onEnd, { once: true });
  const late = delay(limit, over.signal).then(() => {
    throw new Error(`timeout after ${secondsText(limit)}`);
  });
  try {
    return await Promise.race([ask(host, record, server, over.signal), late]);
  } finally {
    signal.removeEventListener("abort", onEnd);
    over.abort();
  }
}

async function ask(
  host: string,
  record: string | undefined,
  server: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  // without a kind or a server: as every program on this machine sees the name
  if (record === undefined && server === undefined)
    return (await lookup(host, { all: true })).map((a) => a.address);
  const resolver = new Resolver();
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    if (server !== undefined) resolver.setServers([server]);
    return await query(resolver, host, record ?? "A");
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

async function query(r: Resolver, host: string, record: string): Promise<string[]> {
  switch (record) {
    case "AAAA":
      return r.resolve6(host);
    case "CNAME":
      return r.resolveCname(host);
    case "NS":
      return r.resolveNs(host);
    case "PTR":
      return r.resolvePtr(host);
    case "TXT":
      return (await r.resolveTxt(host)).map((parts) => parts.join(""));
    case "MX":
      return (await r.resolveMx(host)).map((m) => `${m.priority} ${m.exchange}`);
    case "SRV":
      return (await r.resolveSrv(host)).map((s) => `${s.priority} ${s.weight} ${s.port} ${s.name}`);
    default:
      return r.resolve4(host);
  }
}
