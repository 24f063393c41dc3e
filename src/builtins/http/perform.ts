/**
 * A request from the caller's point of view: deadline, redirects, retries, decoding.
 */
import { timerMs } from "../../host";
import { decodeBody } from "./decode";
import { fault, HttpFault, timeoutFault } from "./errors";
import type { Exchange, Head } from "./exchange";
import { getHeader, type HeaderList, withoutHeaders } from "./headers";
import { isIdempotent } from "./methods";
import { addressText } from "./query";
import type { Transport } from "./transport";

export interface RequestSpec {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  readonly body?: Buffer | undefined;
  /** Seconds for everything, up to the last byte; Infinity for none. */
  readonly timeout: number;
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
  /** Bytes, also after decoding; Infinity for no limit. */
  readonly maxSize: number;
  readonly decompress: boolean;
  /** Further attempts after a failure that another attempt may cure. */
  readonly retries: number;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

export interface WholeResponse {
  readonly status: number;
  /** Names in lower case, in the order they came. */
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** Where the response came from, after redirects. */
  readonly url: URL;
}

/** A response whose body is still to be read. Call `close` in the end. */
export interface OpenResponse extends Head {
  readonly url: URL;
  readonly exchange: Exchange;
  readonly deadline: Deadline;
}

/** Sends, follows redirects, retries, and reads the whole body. */
export function fetchWhole(transport: Transport, spec: RequestSpec): Promise<WholeResponse> {
  return withRetries(spec, async (isLast) => {
    const open = await openResponse(transport, spec, isLast);
    try {
      return await readWhole(open, spec);
    } finally {
      open.deadline.end();
    }
  });
}

/** The whole body of an open response, decoded. */
export async function readWhole(open: OpenResponse, spec: RequestSpec): Promise<WholeResponse> {
  const raw = await open.exchange.all(spec.maxSize);
  const { url, status } = open;
  if (!spec.decompress || spec.method === "HEAD")
    return { status, headers: open.headers, body: raw, url };
  const { body, headers } = await decodeBody(url, open.headers, raw, spec.maxSize);
  return { status, headers, body, url };
}

/** The server said that another attempt may succeed. */
class Busy {
  constructor(readonly headers: HeaderList) {}
}

/** Repeats `attempt` after failures and busy answers, as far as the request may be sent again. */
export async function withRetries<T>(
  spec: RequestSpec,
  attempt: (isLast: boolean) => Promise<T>,
): Promise<T> {
  for (let count = 1; ; count++) {
    const isLast = count > spec.retries;
    try {
      return await attempt(isLast);
    } catch (e) {
      if (e instanceof Busy) await pause(retryAfter(e.headers) ?? backoff(count), spec);
      else if (isLast || !(e instanceof HttpFault) || !mayRetry(e, spec) || spec.signal.aborted)
        throw e;
      else await pause(backoff(count), spec);
    }
  }
}

/**
 * Ends the exchange that runs at the moment when the time is over or the caller goes away.
 */
export class Deadline {
  current: Exchange | undefined;
  private passed: ((exchange: Exchange | undefined, url: URL) => HttpFault) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onAbort = () => this.stop((_, url) => fault("request", url, "cancelled"));

  constructor(
    private readonly seconds: number,
    private readonly signal: AbortSignal,
    private url: URL,
  ) {
    this.restart();
    if (signal.aborted) this.onAbort();
    else signal.addEventListener("abort", this.onAbort, { once: true });
  }

  /** Counts the time from now on again. */
  restart(): void {
    clearTimeout(this.timer);
    if (this.seconds === Infinity || this.passed !== undefined) return;
    this.timer = setTimeout(
      () => this.stop((x, url) => timeoutFault(x?.phase ?? "connect", url, this.seconds, x?.proxy)),
      timerMs(this.seconds * 1000),
    );
  }

  /** Watches over `exchange` from now on. */
  watch(exchange: Exchange): void {
    this.current = exchange;
    this.url = exchange.url;
    if (this.passed !== undefined) exchange.cancel(this.passed(exchange, this.url));
  }

  /** The time limit no longer applies, the caller's going away still does. */
  disarm(): void {
    clearTimeout(this.timer);
  }

  end(): void {
    clearTimeout(this.timer);
    this.signal.removeEventListener("abort", this.onAbort);
    this.current = undefined;
  }

  private stop(reason: (exchange: Exchange | undefined, url: URL) => HttpFault): void {
    if (this.passed !== undefined) return;
    this.passed = reason;
    this.current?.cancel(reason(this.current, this.url));
  }
}

/**
 * Sends and follows redirects; the body of the final response is left to be read. Unless it is the
 * last attempt, busy answers are for `withRetries`.
 */
export async function openResponse(
  transport: Transport,
  spec: RequestSpec,
  isLast: boolean,
): Promise<OpenResponse> {
  const deadline = new Deadline(spec.timeout, spec.signal, spec.url);
  let hop: Hop = { method: spec.method, url: spec.url, headers: spec.headers, body: spec.body };
  try {
    for (let redirects = 0; ; redirects++) {
      const { exchange, head } = await sendHop(transport, hop, deadline);
      const next = spec.followRedirects ? redirected(hop, head) : undefined;
      const isBusy = !isLast && RETRY_STATUS.has(head.status) && isIdempotent(spec.method);
      if (next === undefined && !isBusy) return { ...head, url: hop.url, exchange, deadline };
      await finish(exchange);
      if (next === undefined) throw new Busy(head.headers);
      if (next === "invalid") throw fault("request", hop.url, "redirected to an invalid address");
      if (redirects >= spec.maxRedirects)
        throw fault("request", spec.url, `more than ${spec.maxRedirects} redirects`);
      hop = next;
    }
  } catch (e) {
    deadline.end();
    throw e;
  }
}

/** The body of an answer that is not the last is read up to here; a longer one costs the connection. */
const UNWANTED_BODY = 64 * 1024;
/** Milliseconds that it may take. */
const UNWANTED_WAIT = 500;

/** Reads a body that nobody wants to its end, so that the connection can be used again; one that has none is given up. */
async function finish(exchange: Exchange): Promise<void> {
  const timer = setTimeout(() => exchange.discard(), UNWANTED_WAIT);
  await exchange.all(UNWANTED_BODY).catch(() => undefined);
  clearTimeout(timer);
}

interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  readonly body?: Buffer | undefined;
}

/** How often a request is repeated because its kept-alive connection had just been closed. */
const MAX_STALE = 2;

async function sendHop(
  transport: Transport,
  hop: Hop,
  deadline: Deadline,
): Promise<{ exchange: Exchange; head: Head }> {
  for (let stale = 0; ; stale++) {
    const exchange = await transport.send(hop);
    deadline.watch(exchange);
    try {
      return { exchange, head: await exchange.head };
    } catch (e) {
      if (exchange.refused) continue;
      // the server may close an idle connection in the moment it is used again (RFC 9110 §9.2.2)
      const isStale = e instanceof HttpFault && e.phase === "response" && exchange.reused;
      if (!isStale || e.isTimeout || stale >= MAX_STALE || !isIdempotent(hop.method)) throw e;
    }
  }
}

const CREDENTIALS = new Set(["authorization", "cookie", "proxy-authorization", "host"]);
const CONTENT = new Set(["content-type", "content-length", "content-encoding", "content-language"]);

/** The next hop that a response asks for (RFC 9110 §15.4), or undefined. */
function redirected(hop: Hop, { status, headers }: Head): Hop | "invalid" | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  const location = getHeader(headers, "location");
  if (location === undefined) return undefined;
  const url = URL.parse(addressText(location), hop.url.href);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return "invalid";
  if (url.hash === "") url.hash = hop.url.hash;
  const toGet =
    (status === 303 && hop.method !== "HEAD") || (status < 303 && hop.method === "POST");
  let next = hop.headers;
  // another origin must see neither credentials nor the host name meant for this one
  if (url.origin !== hop.url.origin) next = withoutHeaders(next, CREDENTIALS);
  url.username = "";
  url.password = "";
  if (!toGet) return { method: hop.method, url, headers: next, body: hop.body };
  return { method: "GET", url, headers: withoutHeaders(next, CONTENT) };
}

const RETRY_STATUS = new Set([429, 502, 503, 504]);
const MAX_BACKOFF = 5;
const MAX_RETRY_AFTER = 60;

/** A request that never reached the server may always be sent again, unless it would be refused again. */
function mayRetry(e: HttpFault, spec: RequestSpec): boolean {
  if (e.phase === "request" || e.isLasting) return false;
  return e.phase === "connect" || isIdempotent(spec.method);
}

function backoff(attempt: number): number {
  return Math.min(0.25 * 2 ** (attempt - 1), MAX_BACKOFF);
}

/** Seconds that the server asked to wait. */
function retryAfter(headers: HeaderList): number | undefined {
  const text = getHeader(headers, "retry-after");
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER);
}

function pause(seconds: number, { signal, url }: RequestSpec): Promise<void> {
  if (signal.aborted) return Promise.reject(fault("request", url, "cancelled"));
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(fault("request", url, "cancelled"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, seconds * 1000);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
