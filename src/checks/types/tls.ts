/** `type: tls`: the certificate of a server: its chain, its names, its remaining days. */
import { isIP } from "node:net";
import {
  checkServerIdentity,
  connect,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import { HttpFault } from "../../builtins/http/errors";
import { secureContext } from "../../builtins/http/tls";
import { timerMs } from "../../host";
import { type Check, listOf } from "../config";
import { secondsText } from "../duration";
import type { Values } from "../read";
import type { Outcome } from "../runner";
import { placesFor } from "../sandbox";
import type { Services } from "../services";
import { readCa } from "./ca";
import { CONNECT_TIMEOUT_MS, connectProblem } from "./connection";
import { latencyProblem } from "./expect";

const DAY_MS = 86_400_000;
const HTTPS = 443;

export async function tlsCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect } = check;
  const host = options.host as string;
  const port = (options.port as number | undefined) ?? HTTPS;
  const insecure = options.insecure === true;
  const name = (options.server_name as string | undefined) ?? host;
  const limit = check.timeout ?? CONNECT_TIMEOUT_MS;
  const begin = performance.now();
  let socket: TLSSocket | undefined;
  let stop: (why: string) => void = () => {};
  const onAbort = () => stop("cancelled");
  const timer = setTimeout(() => stop(`timeout after ${secondsText(limit)}`), timerMs(limit));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const context = secureContext({ insecure, ca: readCa(check) }, services.env);
    const [place = host] = await placesFor(services.sandbox, host, port);
    const open = connect({
      host: place,
      port,
      secureContext: context,
      rejectUnauthorized: !insecure,
      ...(isIP(name) === 0 && { servername: name }),
      checkServerIdentity: (_host, cert) =>
        insecure ? undefined : checkServerIdentity(name, cert),
    });
    socket = open;
    await new Promise<void>((resolve, reject) => {
      stop = (why) => reject(new Error(why));
      open.once("secureConnect", resolve);
      open.once("error", reject);
    });
    const latency = performance.now() - begin;
    const certificate = open.getPeerCertificate(true);
    const days = daysLeft(certificate);
    const value = `${open.getProtocol() ?? "TLS"}, valid for ${days.toFixed(1)} days, issued by ${issuerOf(certificate)}`;
    const seen = { value, latency_ms: Math.round(latency) };
    const message =
      certificateProblem(certificate, expect ?? {}) ?? latencyProblem(expect?.latency_ms, latency);
    return { passed: message === undefined, message: message ?? null, seen };
  } catch (e) {
    if (e instanceof HttpFault) return { passed: false, message: e.message, final: true };
    return { passed: false, message: connectProblem(e, host, port, name) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    socket?.destroy();
  }
}

function daysLeft(certificate: PeerCertificate): number {
  return (Date.parse(certificate.valid_to) - Date.now()) / DAY_MS;
}

function issuerOf(certificate: PeerCertificate): string {
  const parts = [certificate.issuer?.CN, certificate.issuer?.O].flat();
  return parts.filter((p) => p !== undefined && p !== "").join(", ") || "an unnamed issuer";
}

/** The authorities above a certificate, up to the root. */
function authoritiesOf(certificate: DetailedPeerCertificate): PeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [certificate];
  for (let c = certificate.issuerCertificate; c && !chain.includes(c); c = c.issuerCertificate)
    chain.push(c);
  return chain.slice(1);
}

/** An authority that ends earlier takes the certificate with it. */
function daysProblem(certificate: DetailedPeerCertificate, least: number): string | undefined {
  for (const c of [certificate, ...authoritiesOf(certificate)]) {
    const days = daysLeft(c);
    if (days >= least) continue;
    const what = c === certificate ? "certificate" : `the authority '${c.subject?.CN}' above it`;
    return `${what} is valid for ${days.toFixed(1)} more days (until ${c.valid_to}), expected ${least}`;
  }
  return undefined;
}

function certificateProblem(
  certificate: DetailedPeerCertificate,
  expect: Values,
): string | undefined {
  const least = expect.min_days;
  const late = typeof least === "number" ? daysProblem(certificate, least) : undefined;
  if (late !== undefined) return late;
  for (const name of listOf(expect.names)) {
    if (checkServerIdentity(name, certificate) !== undefined)
      return `certificate is not valid for '${name}' (it is valid for ${certificate.subjectaltname ?? "no names"})`;
  }
  const issuer = issuerOf(certificate);
  if (typeof expect.issuer === "string" && !issuer.includes(expect.issuer))
    return `expected issuer ${JSON.stringify(expect.issuer)}, got ${JSON.stringify(issuer)}`;
  return undefined;
}
