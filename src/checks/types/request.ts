/** HTTP requests of checks, on the transport that scripts use too. */
import { decodeBody } from "../../builtins/http/decode";
import { HttpFault, safeUrl, safeUrlText } from "../../builtins/http/errors";
import { addHeader, type HeaderList, hasHeader } from "../../builtins/http/headers";
import { fetchWhole, type WholeResponse } from "../../builtins/http/perform";
import { basicAuth, passwordOf } from "../../builtins/http/proxy";
import { Transport } from "../../builtins/http/transport";
import { utf8ToBytes } from "../../host/bytes";
import type { Check } from "../config";
import { isSecret } from "../interpolate";
import type { Outcome } from "../runner";
import { networkOf } from "../sandbox";
import type { Services } from "../services";
import { readCa } from "./ca";
import { isSecretHeader } from "./excerpt";

/** Where the original's client gave up. */
const DEFAULT_TIMEOUT_S = 30;
const MAX_REDIRECTS = 10;
const MAX_SIZE = 64 * 1024 * 1024;
const ACCEPT_ENCODING = "gzip, br, zstd";

export interface CheckRequest {
  readonly method: string;
  readonly url: URL;
  readonly body?: Buffer | undefined;
  readonly contentType?: string | undefined;
}

/** What was wrong with a request, and whether another attempt may help. */
export interface RequestProblem {
  readonly message: string;
  readonly phase: "connect" | "body" | "configuration";
}

/** Sends the request that a check describes; reads the whole answer. */
export async function send(
  check: Check,
  request: CheckRequest,
  services: Services,
  signal: AbortSignal,
): Promise<WholeResponse | { problem: RequestProblem }> {
  try {
    const transport = transportFor(check, services);
    const url = new URL(request.url.href);
    const headers = requestHeaders(check, request, url, services);
    const response = await fetchWhole(transport, {
      method: request.method,
      url,
      headers,
      body: request.body,
      timeout: check.timeout === undefined ? DEFAULT_TIMEOUT_S : check.timeout / 1000,
      followRedirects: check.options.follow_redirects !== false,
      maxRedirects: MAX_REDIRECTS,
      maxSize: MAX_SIZE,
      decompress: false,
      retries: 0,
      signal,
    });
    const decoded = await decodeBody(response.url, response.headers, response.body, MAX_SIZE);
    return { ...response, ...decoded };
  } catch (e) {
    if (!(e instanceof HttpFault)) throw e;
    const phase = e.phase === "body" ? "body" : e.phase === "request" ? "configuration" : "connect";
    // the cause only: who reports it names the address
    return { problem: { message: e.message.replace(/^[a-z ]+ https?:\/\/\S*: /, ""), phase } };
  }
}

/** What a check says of a request without an answer. Credentials and the query, which may hold tokens, are not shown. */
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

function requestHeaders(
  check: Check,
  request: CheckRequest,
  url: URL,
  services: Services,
): HeaderList {
  const headers: HeaderList = [];
  for (const [name, value] of Object.entries((check.options.headers ?? {}) as object)) {
    if (isSecretHeader(name)) {
      services.secrets.register(String(value));
      // a token is a secret without its scheme, too
      services.secrets.register(String(value).replace(/^\w+ /, ""));
    }
    addHeader(headers, utf8ToBytes(name), utf8ToBytes(String(value)));
  }
  for (const [name, value] of url.searchParams)
    if (isSecret(name, value)) services.secrets.register(value);
  const auth = basicAuth(url);
  if (auth !== undefined) {
    services.secrets.register(passwordOf(url));
    services.secrets.register(auth.replace(/^\w+ /, ""));
    if (!hasHeader(headers, "authorization")) headers.push(["Authorization", auth]);
    url.username = "";
    url.password = "";
  }
  const add = (name: string, value: string) => {
    if (!hasHeader(headers, name.toLowerCase())) headers.push([name, value]);
  };
  if (request.contentType !== undefined) add("Content-Type", request.contentType);
  add("Accept", "*/*");
  add("Accept-Encoding", ACCEPT_ENCODING);
  add("User-Agent", "assay");
  return headers;
}

/** Checks with the same trust share connections. */
function transportFor(check: Check, services: Services): Transport {
  const insecure = check.options.insecure === true;
  const ca = readCa(check);
  const key = `${insecure}\0${ca ?? ""}`;
  let transport = services.transports.get(key);
  if (transport === undefined) {
    transport = new Transport({
      tls: { insecure, ca },
      env: services.env,
      net: networkOf(services.sandbox),
    });
    services.transports.set(key, transport);
  }
  return transport;
}

/** The body as text; bytes that are none show as replacement characters. */
export function bodyText(response: WholeResponse): string {
  const type = response.headers.findLast(([n]) => n.toLowerCase() === "content-type")?.[1] ?? "";
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset as "utf-8").decode(response.body);
  } catch {
    return response.body.toString("utf8");
  }
}
