/**
 * What can go wrong with a request, in words. Every message names the phase and the address, never
 * credentials or the query string (tokens live there), and gives the cause that the operating
 * system, the resolver or the TLS library reported.
 */

import { Fault, NetRefusal } from "../../host";

/** How far a request came; decides about retries. */
export type Phase = "connect" | "response" | "body" | "request";

/** A request that failed. */
export class HttpFault extends Fault {
  constructor(
    message: string,
    readonly phase: Phase,
    readonly isTimeout = false,
    /** Another attempt would fail for the same reason. */
    readonly isLasting = false,
  ) {
    super(message);
  }
}

/** A failure to connect, told apart from one on an established connection. */
export class ConnectError extends Error {
  constructor(override readonly cause: unknown) {
    super("connect failed");
  }
}

/** The cause when no request seemed to wait for a connection; one that does all the same is sent again. */
export const NOT_WANTED = new Error("not wanted any more");

/** A failure on the way to a proxy, which the request itself does not name. */
export class ProxyError extends Error {
  constructor(
    readonly proxy: URL,
    override readonly cause: unknown,
  ) {
    super("proxy failed");
  }
}

/** Codes of errors on open connections, as the system gave them. */
const systemCodes = new WeakMap<Error, string>();

/**
 * A listener that makes the errors on one open connection such that undici takes them for the end of that
 * connection, which is what all of them are. By their own codes it takes a reset for the proper end of a body
 * without a length, and fails requests that were not sent yet. The first one is the cause of those that follow:
 * behind an alert of TLS undici makes one more, that the connection was closed.
 */
export function connectionEnds(): (error: Error & { code?: unknown }) => void {
  let first: string | undefined;
  return (error) => {
    if (typeof error.code === "string" && !error.code.startsWith("UND_ERR_")) {
      first ??= error.code;
      error.code = "UND_ERR_SOCKET";
    }
    if (first !== undefined) systemCodes.set(error, first);
  };
}

/** `https://host:port/path`: what of a URL may be shown. */
export function safeUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

const AUTHORITY = /^((?:[a-z][a-z0-9+.-]*:)?\/\/)?([^/\\?#]*)/i;

/** As `safeUrl` for text that may be no URL at all. */
export function safeUrlText(text: string): string {
  const [start = "", scheme = "", authority = ""] = AUTHORITY.exec(text) ?? [];
  if (hasLateUser(text)) return `${scheme}…`;
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return scheme + host + text.slice(start.length).replace(/[?#].*$/s, "");
}

/**
 * Whether an `@` follows what ends a host, in text that is no URL: then what stands in front of it
 * may be a user and a password with a `/`, `?` or `#`.
 */
function hasLateUser(text: string): boolean {
  const [start = ""] = AUTHORITY.exec(text) ?? [];
  return text.slice(start.length).includes("@") && !URL.parse(text)?.hostname;
}

/** `invalid URL '…'` for text that can't be read; `what` is what it was to be. */
export function invalidUrl(what: string, text: string): string {
  const hint = hasLateUser(text) ? ` (${ENCODE_PASSWORDS})` : "";
  return `invalid ${what} '${safeUrlText(text)}'${hint}`;
}

export const ENCODE_PASSWORDS = "special characters in a password must be %-encoded";

const PHASE_TEXT: Record<Phase, (where: string) => string> = {
  connect: (where) => `connecting to ${where}`,
  response: (where) => `waiting for a response from ${where}`,
  body: (where) => `reading the response body from ${where}`,
  request: (where) => `requesting ${where}`,
};

/** `connecting to http://x:1/: <cause>`. */
export function fault(phase: Phase, url: URL, cause: string, isLasting = false): HttpFault {
  return new HttpFault(`${PHASE_TEXT[phase](safeUrl(url))}: ${cause}`, phase, false, isLasting);
}

/** What `causeText` says of a certificate, or of an address that is not allowed, holds for the next attempt, too. */
export function isLastingCause(cause: string): boolean {
  return cause.includes(NOT_ALLOWED) || /\bTLS: .*\bcert/.test(cause);
}

/** `connecting to http://x:1/: timeout after 5 s`. */
export function timeoutFault(phase: Phase, url: URL, seconds: number, proxy?: URL): HttpFault {
  const text = `${PHASE_TEXT[phase](safeUrl(url))}: timeout after ${seconds} s${through(proxy)}`;
  return new HttpFault(text, phase, true);
}

/** ` (through the proxy http://p:3128)`: who reads of a failure may not know that the environment names one. */
export function through(proxy: URL | undefined): string {
  return proxy === undefined ? "" : ` (through the proxy ${proxyText(proxy)})`;
}

function proxyText({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

const SYSTEM_CAUSES: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  ECONNABORTED: "connection aborted",
  EPIPE: "connection closed by peer",
  ETIMEDOUT: "connection timed out",
  EHOSTUNREACH: "no route to host",
  EHOSTDOWN: "host is down",
  ENETUNREACH: "network is unreachable",
  EADDRNOTAVAIL: "address not available",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EMFILE: "too many open files",
  ENFILE: "too many open files in system",
};

const TLS_CAUSES: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate in the certificate chain",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate signed by an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT: "certificate signed by an unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate signed by an unknown authority",
  CERT_UNTRUSTED: "certificate is not trusted",
  CERT_HAS_EXPIRED: "certificate has expired",
  CERT_NOT_YET_VALID: "certificate is not yet valid",
  CERT_REVOKED: "certificate has been revoked",
  CERT_REJECTED: "certificate rejected",
  CERT_SIGNATURE_FAILURE: "certificate has a bad signature",
  CERT_CHAIN_TOO_LONG: "certificate chain too long",
  INVALID_CA: "invalid certificate authority",
  INVALID_PURPOSE: "certificate is not meant for this purpose",
  PATH_LENGTH_EXCEEDED: "certificate path length exceeded",
  ERR_SSL_WRONG_VERSION_NUMBER: "the server does not speak TLS on this port",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "the server does not speak TLS on this port",
  ERR_SSL_HTTP_REQUEST: "the server does not speak TLS on this port",
};

interface Coded {
  code?: unknown;
  message?: unknown;
  reason?: unknown;
  host?: unknown;
  hostname?: unknown;
  errors?: unknown;
  cause?: unknown;
  cert?: unknown;
}

/** What of a certificate counts for the names it is valid for. */
interface Certificate {
  subjectaltname?: string;
  subject?: { CN?: string };
}

/** The cause when a sandbox does not let scripts connect there. */
export const NOT_ALLOWED = "not allowed (no network rule fits)";

/** The cause in words. `host` is the host that was connected to. */
export function causeText(error: unknown, host: string): string {
  if (typeof error !== "object" || error === null) return String(error);
  const e = error as Coded;
  if (error instanceof ConnectError) return causeText(error.cause, host);
  if (error instanceof ProxyError) {
    const { proxy, cause } = error;
    return `proxy ${proxyText(proxy)}: ${causeText(cause, proxy.hostname)}`;
  }
  if (error instanceof NetRefusal) return NOT_ALLOWED;
  if (Array.isArray(e.errors) && e.errors.length > 0) return causeText(e.errors[0], host);
  const own = error instanceof Error ? systemCodes.get(error) : undefined;
  const code = own ?? (typeof e.code === "string" ? e.code : "");
  const message = typeof e.message === "string" ? e.message : String(error);
  return (
    SYSTEM_CAUSES[code] ??
    dnsCause(code, host) ??
    tlsCause(code, message, host, e) ??
    protocolCause(code, message) ??
    message
  );
}

/** As `causeText` for what undici says of a response. */
export function responseCause(error: Error & { code?: unknown }, url: URL, phase: Phase): string {
  // undici counts the missing body even when it is the head that can't be read
  const isCounted = error.code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH";
  // and takes a status below 100 for a fault of its own
  if (phase === "response" && (isCounted || error.name === "AssertionError"))
    return "invalid HTTP response: malformed head";
  return causeText(error, url.hostname);
}

function dnsCause(code: string, host: string): string | undefined {
  switch (code) {
    case "ENOTFOUND":
    case "ENODATA":
    case "EAI_NONAME":
    case "EAI_NODATA":
    case "DNS_ENOTFOUND":
    case "DNS_ENODATA":
      return `DNS lookup failed: no such host '${host}'`;
    case "EAI_AGAIN":
    case "ETIMEOUT":
    case "DNS_ETIMEOUT":
    case "DNS_ESERVFAIL":
    case "ESERVFAIL":
      return `DNS lookup of '${host}' failed: the name server did not answer`;
    case "DNS_ECONNREFUSED":
      return `DNS lookup of '${host}' failed: the name server refused`;
  }
  return undefined;
}

function tlsCause(
  code: string,
  message: string,
  host: string,
  { cert, host: name }: Coded,
): string | undefined {
  const known = TLS_CAUSES[code];
  if (known !== undefined) return `TLS: ${known}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const { subjectaltname, subject } = (cert ?? {}) as Certificate;
    const names = subjectaltname ?? subject?.CN;
    // option tls_server_name may have asked for another one
    const asked = typeof name === "string" && name !== "" ? name : host;
    const valid = names === undefined ? "" : ` (it is valid for ${names})`;
    return `TLS: certificate is not valid for '${asked}'${valid}`;
  }
  const alert = /(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]+)/.exec(`${code} ${message}`);
  if (alert !== null) return `TLS: the server answered '${words(alert[1] as string)}'`;
  if (code.startsWith("ERR_SSL_")) return `TLS: ${words(code.slice("ERR_SSL_".length))}`;
  if (/^CERT_|_CERT$|_CRL/.test(code)) return `TLS: ${words(code)}`;
  return undefined;
}

function words(constant: string): string {
  return constant.toLowerCase().replaceAll("_", " ");
}

const CUT_OFF = "connection closed by peer before the response was complete";

function protocolCause(code: string, message: string): string | undefined {
  switch (code) {
    case "UND_ERR_SOCKET":
      return message === "bad upgrade"
        ? "the server switched to another protocol unasked"
        : CUT_OFF;
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return CUT_OFF;
    case "UND_ERR_HEADERS_OVERFLOW":
      return "response headers too large";
    case "UND_ERR_DESTROYED":
    case "UND_ERR_CLOSED":
      return "the client was closed";
  }
  const parse = /does not match the HTTP\/1\.1 protocol \((.*)\)/.exec(message);
  if (parse === null) return undefined;
  if (parse[1] === "Invalid EOF state") return CUT_OFF;
  if (parse[1]?.startsWith("Expected HTTP/")) return "the server does not speak HTTP on this port";
  return `invalid HTTP response: ${parse[1]}`;
}
