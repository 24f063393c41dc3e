/**
 * Sends requests through undici: keep-alive connections per origin, TLS, proxies.
 *
 * The real undici is used, not Bun's shim of the same name: measured on Bun 1.4.5 it is as fast as
 * Bun's own fetch and, unlike it, hands out header lines as they came, sends repeated headers and
 * bodies with GET, and reports where and why a connection failed.
 */

import type { SecureContext } from "node:tls";
import type Pool from "undici/lib/dispatcher/pool.js";
import { canonicalHost, type NetRules } from "../../host";
import { turn } from "../data/slices";
import { makeConnector } from "./connect";
import { causeText, fault, HttpFault, NOT_ALLOWED } from "./errors";
import { Exchange } from "./exchange";
import { addHeader, type HeaderList, hasHeader } from "./headers";
import { isIdempotent } from "./methods";
import { basicAuth, type Environment, proxyFor } from "./proxy";
import { secureContext, type TlsOptions } from "./tls";

/** Response headers of one response, together. */
const MAX_HEADER_BYTES = 256 * 1024;
const KEEP_ALIVE_MS = 30_000;

export interface TransportSettings {
  readonly tls: TlsOptions;
  readonly env: Environment;
  /** A proxy for everything; null for none at all; undefined asks the environment. */
  readonly proxy?: URL | null | undefined;
  /** Where connections may go; everywhere when undefined. */
  readonly net?: NetRules | undefined;
}

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderList;
  readonly body?: Buffer | undefined;
}

function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === "https:" ? 443 : 80);
}

/** Origins that connections are kept to; those of the longest unused one go first. */
const MAX_ORIGINS = 256;

type PoolClass = typeof Pool;
let poolClass: PoolClass | undefined;

/** Loaded with the first request, unless somebody measures it: it takes tens of milliseconds. */
export async function loadPool(): Promise<PoolClass> {
  if (poolClass === undefined) {
    const module = await import("undici/lib/dispatcher/pool.js");
    poolClass = module.default;
  }
  return poolClass;
}

/**
 * Resolves once what has come for the open connections is known. undici waits for that, too, but with one
 * setImmediate: Bun may run that before it looks at the connections.
 */
function polled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

interface Origin {
  readonly pool: Pool;
  /**
   * Connections that have just answered: undici uses them again from the next turn on, and until then
   * would open another one beside them.
   */
  answered: number;
  /** Requests that wait for a connection. */
  waiting: number;
  /** Connections that are being opened. */
  opening: number;
}

/** What is sent; a proxy that gets the request as it is wants to know more. */
function headersFor({ headers: own, url }: WireRequest, forward: URL | undefined): HeaderList {
  if (forward === undefined) return own;
  const headers = [...own];
  const auth = basicAuth(forward);
  if (auth !== undefined) addHeader(headers, "Proxy-Authorization", auth);
  if (!hasHeader(headers, "host")) headers.push(["Host", url.host]);
  return headers;
}

export class Transport {
  /**
   * By origin and tunnel, the longest unused first. undici's own Agent does the same but loses count
   * of a pool's connections when several close, and then keeps none alive.
   */
  private readonly pools = new Map<string, Origin>();
  private context: SecureContext | undefined;
  private isClosed = false;
  /** Gives up the connection that was begun last. */
  private begun: (() => void) | undefined;
  /** undici is being given a request: a connection that it asks for now is for this one. */
  private dispatching = false;

  constructor(private readonly settings: TransportSettings) {}

  /** Begins a request. */
  async send(request: WireRequest): Promise<Exchange> {
    const { url } = request;
    const PoolOf = poolClass ?? (await loadPool());
    // one that can't be sent again must not go to a connection that was closed while the script computed
    if (this.pools.size > 0 && !isIdempotent(request.method)) await polled();
    this.checkOpen();
    const proxy = this.proxyOf(url);
    const exchange = new Exchange(url, proxy ?? undefined);
    const isTls = url.protocol === "https:";
    // a plain request goes to the proxy as it is, one over TLS through a tunnel
    const forward = proxy != null && !isTls ? proxy : undefined;
    const tunnel = proxy != null && isTls ? proxy : undefined;
    let origin = this.originOf(PoolOf, url, forward, tunnel);
    if (origin.answered > 0) {
      await turn();
      this.checkOpen();
      origin = this.originOf(PoolOf, url, forward, tunnel);
    }
    const headers = headersFor(request, forward);
    this.begun = undefined;
    let giveUp: (() => void) | undefined;
    this.dispatching = true;
    origin.waiting++;
    exchange.onceServed((isServed) => {
      origin.waiting--;
      if (!isServed) giveUp?.();
    });
    exchange.onAnswered = () => {
      origin.answered++;
      void turn()
        .then(turn)
        .then(() => origin.answered--);
    };
    try {
      origin.pool.dispatch(
        {
          path: (forward === undefined ? "" : url.origin) + url.pathname + url.search,
          method: request.method,
          headers: headers.flat(),
          body: request.body ?? null,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        exchange,
      );
    } catch (e) {
      const failure = fault("request", url, causeText(e, url.hostname));
      exchange.cancel(failure);
      throw failure;
    } finally {
      this.dispatching = false;
    }
    // the connector is called at once when the request needs a new connection
    giveUp = this.begun;
    exchange.reused = giveUp === undefined;
    return exchange;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new HttpFault("the client was closed", "request");
  }

  /** Ends idle connections; running requests go on to their end. */
  close(): void {
    this.isClosed = true;
    for (const { pool } of this.pools.values()) pool.close().catch(() => undefined);
    this.pools.clear();
  }

  /** The proxy to use for `url`. Rules hold for what is behind it, too, as far as it can be told. */
  private proxyOf(url: URL): URL | null | undefined {
    const { net, env, proxy: own } = this.settings;
    if (own === null || net === undefined) return own === undefined ? proxyFor(url, env) : own;
    const proxy = own ?? proxyFor(url, env);
    if (proxy === undefined) return undefined;
    // one of the environment that no rule names is as good as none
    if (own === undefined && !net.allows(canonicalHost(proxy.hostname), portOf(proxy)))
      return undefined;
    if (!net.allows(canonicalHost(url.hostname), portOf(url)))
      throw fault("connect", url, NOT_ALLOWED, true);
    return proxy;
  }

  private originOf(
    PoolOf: PoolClass,
    url: URL,
    forward: URL | undefined,
    tunnel: URL | undefined,
  ): Origin {
    const { origin: address } = forward ?? url;
    // a proxy's address may be asked for something itself, too
    const proxy = forward ?? tunnel;
    const key = proxy === undefined ? address : `${address} ${proxy.href}`;
    const known = this.pools.get(key);
    if (known !== undefined) {
      if (this.pools.size > 1) {
        this.pools.delete(key);
        this.pools.set(key, known);
      }
      return known;
    }
    const pool = new PoolOf(address, {
      connect: makeConnector({
        context: () => this.secureContext(),
        net: this.settings.net,
        insecure: this.settings.tls.insecure,
        serverName: this.settings.tls.serverName,
        tunnel,
        forward,
        isWanted: () => this.dispatching || origin.waiting > origin.opening,
        onOpen: (giveUp) => {
          this.begun = giveUp;
          origin.opening++;
        },
        onOpened: () => {
          origin.opening--;
        },
      }),
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      allowH2: false,
    });
    const origin: Origin = { pool, answered: 0, waiting: 0, opening: 0 };
    for (const [oldest, old] of this.pools) {
      if (this.pools.size < MAX_ORIGINS) break;
      this.pools.delete(oldest);
      old.pool.close().catch(() => undefined);
    }
    this.pools.set(key, origin);
    return origin;
  }

  private secureContext(): SecureContext {
    this.context ??= secureContext(this.settings.tls, this.settings.env);
    return this.context;
  }
}
