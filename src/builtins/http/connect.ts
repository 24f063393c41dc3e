/**
 * Opens the connections that undici sends requests over, and WebSockets use: plain, TLS, and through a
 * proxy's CONNECT tunnel.
 */
import { closeSync, openSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import type { Connector } from "undici/lib/dispatcher/pool.js";
import type { NetRules } from "../../host";
import { ConnectError, connectionEnds, NOT_WANTED, ProxyError } from "./errors";
import { basicAuth } from "./proxy";

/** A connection that is not there by then never comes. */
const CONNECT_TIMEOUT_MS = 60_000;
const MAX_PROXY_REPLY = 16_384;
const HTTP = "HTTP/";

/** How to come to a server. */
export interface Route {
  /** Made when the first TLS connection needs it. */
  readonly context: () => tls.SecureContext;
  readonly insecure: boolean;
  /** The name that the certificate must have, instead of the one in the URL. */
  readonly serverName?: string | undefined;
  /** Where connections may go; everywhere when undefined. */
  readonly net?: NetRules | undefined;
  /** Tunnel through this proxy. */
  readonly tunnel?: URL | undefined;
}

export interface ConnectSettings extends Route {
  /** The origin is this proxy itself, which plain requests are sent to as they are. */
  readonly forward?: URL | undefined;
  /** Whether some request waits for one more connection. */
  readonly isWanted: () => boolean;
  /** Told whenever a new connection is begun, with a way to give it up, and when it is there or has failed. */
  readonly onOpen: (giveUp: () => void) => void;
  readonly onOpened: () => void;
}

export function makeConnector(settings: ConnectSettings): Connector {
  return (options, callback) => {
    // undici connects anew for a request that was stopped, and only then sees that it was
    if (!settings.isWanted()) {
      queueMicrotask(() => callback(new ConnectError(NOT_WANTED), null));
      return;
    }
    const stop = new AbortController();
    settings.onOpen(() => stop.abort());
    const host = bareHost(options.hostname);
    const port = Number(options.port) || (options.protocol === "https:" ? 443 : 80);
    const { forward } = settings;
    const opening =
      forward === undefined
        ? openConnection(settings, options.protocol === "https:", host, port, stop.signal)
        : openProxy(settings, forward, stop.signal);
    opening.then(
      (socket) => {
        settings.onOpened();
        socket.prependListener("error", connectionEnds());
        callback(null, skipContinue(socket));
      },
      (error) => {
        settings.onOpened();
        callback(new ConnectError(error), null);
      },
    );
  };
}

/** The name to ask a TLS server for: without the dot of the root (RFC 6066 §3). */
export function serverNameOf(host: string): string {
  return host.replace(/\.$/, "");
}

/** Without the brackets of an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Fails with `NOT_WANTED` when the signal comes. */
export async function openConnection(
  settings: Route,
  isTls: boolean,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<net.Socket> {
  const { tunnel, serverName = host } = settings;
  if (tunnel === undefined) return openAny(settings, isTls, host, port, serverName, signal);
  const socket = await openProxy(settings, tunnel, signal);
  try {
    await connectTunnel(socket, tunnel, host, port, signal).catch((e: unknown) => {
      throw e === NOT_WANTED ? e : new ProxyError(tunnel, e);
    });
    return isTls ? await openTls(settings, serverName, { socket }, signal) : socket;
  } catch (e) {
    socket.destroy();
    throw e;
  }
}

async function openProxy(settings: Route, proxy: URL, signal: AbortSignal): Promise<net.Socket> {
  const host = bareHost(proxy.hostname);
  const isTls = proxy.protocol === "https:";
  const port = Number(proxy.port) || (isTls ? 443 : 80);
  try {
    return await openAny(settings, isTls, host, port, host, signal);
  } catch (e) {
    throw e === NOT_WANTED ? e : new ProxyError(proxy, e);
  }
}

/** Connects to `host`, or to the first of the addresses that it may be reached at. */
async function openAny(
  settings: Route,
  isTls: boolean,
  host: string,
  port: number,
  serverName: string,
  signal: AbortSignal,
): Promise<net.Socket> {
  const places = settings.net === undefined ? [host] : await settings.net.resolve(host, port);
  for (const [i, place] of places.entries()) {
    try {
      if (!isTls) return await openPlain(place, port, signal);
      return await openTls(settings, serverName, { host: place, port }, signal);
    } catch (e) {
      if (e === NOT_WANTED || i === places.length - 1) throw e;
    }
  }
  throw new Error("no address");
}

function openPlain(host: string, port: number, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ host, port, noDelay: true, keepAlive: true });
  return ready(socket, "connect", signal);
}

function openTls(
  settings: Route,
  host: string,
  where: { host: string; port: number } | { socket: net.Socket },
  signal: AbortSignal,
): Promise<net.Socket> {
  const socket = tls.connect({
    ...where,
    // an IP address is no valid server name (RFC 6066 §3), but the certificate is checked against it
    ...(net.isIP(host) === 0 ? { servername: serverNameOf(host) } : { host }),
    secureContext: settings.context(),
    rejectUnauthorized: !settings.insecure,
    ALPNProtocols: ["http/1.1"],
  });
  return ready(socket, "secureConnect", signal);
}

function ready(socket: net.Socket, event: string, signal: AbortSignal): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(Object.assign(new Error("connection timed out"), { code: "ETIMEDOUT" }));
    }, CONNECT_TIMEOUT_MS);
    timer.unref();
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    };
    const fail = (error: Error) => {
      const cause = withoutDescriptors(error) ?? error;
      settle();
      socket.destroy();
      reject(cause);
    };
    const stop = () => fail(NOT_WANTED);
    const closed = () => fail(new Error("connection closed by peer during the handshake"));
    socket.once("error", fail);
    socket.once("close", closed);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    socket.once(event, () => {
      settle();
      socket.off("error", fail);
      socket.off("close", closed);
      resolve(socket);
    });
  });
}

/** What it was really, if Bun (1.4.5) says of a process without a free descriptor that the server refused. */
function withoutDescriptors(error: Error & { code?: unknown }): unknown {
  if (error.code !== "ECONNREFUSED") return undefined;
  try {
    closeSync(openSync("/dev/null", "r"));
    return undefined;
  } catch (e) {
    return e;
  }
}

/** Asks the proxy for a tunnel (RFC 9110 §9.3.6). */
function connectTunnel(
  socket: net.Socket,
  proxy: URL,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  const target = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const auth = basicAuth(proxy);
  const authLine = auth === undefined ? "" : `Proxy-Authorization: ${auth}\r\n`;
  return new Promise((resolve, reject) => {
    let reply = "";
    const stop = (error?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("data", onData);
      socket.off("error", onError);
      socket.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onError = (e: Error) => stop(e);
    const onAbort = () => stop(NOT_WANTED);
    const onClose = () => stop(new Error("it closed the connection"));
    const onData = (chunk: Buffer) => {
      reply += chunk.toString("latin1");
      const end = reply.indexOf("\r\n\r\n");
      if (end < 0 && (reply.length < HTTP.length || reply.startsWith(HTTP))) {
        if (reply.length > MAX_PROXY_REPLY) stop(new Error("its answer is too large"));
        return;
      }
      const status = /^HTTP\/1\.[01] (\d{3})([^\r\n]*)/.exec(reply);
      if (status?.[1]?.startsWith("2")) {
        socket.pause();
        stop();
      } else {
        const { 1: code, 2: reason } = status ?? [];
        stop(
          new Error(
            status === null ? "it does not speak HTTP" : `it refused the tunnel: ${code}${reason}`,
          ),
        );
      }
    };
    const timer = setTimeout(() => stop(new Error("it did not answer")), CONNECT_TIMEOUT_MS);
    timer.unref();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    socket.on("data", onData);
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authLine}\r\n`, "latin1");
  });
}

/** How the head of an interim response begins, and of those the one of `100 Continue`. */
const INTERIM = "HTTP/1.1 1";
const CONTINUE = "HTTP/1.1 100";

/**
 * Some servers send `100 Continue` unasked, which a client has to skip (RFC 9110 §15.2.1), but which
 * undici takes for a broken response. It skips all other interim ones, so a 100 is made a 102. What
 * is read after something was written are heads; they are looked at byte by byte, because they may
 * come in pieces.
 */
class InterimHeads {
  /** What of the current head has been seen, up to the status; undefined when it is the last head. */
  private start: string | undefined;
  private lineLength = 0;

  expect(): void {
    this.start = "";
  }

  look(chunk: Buffer): void {
    for (let i = 0; i < chunk.length && this.start !== undefined; i++) {
      const c = String.fromCharCode(chunk[i] as number);
      if (this.start.length < CONTINUE.length) {
        this.start += c;
        if (this.start === CONTINUE) chunk[i] = "2".charCodeAt(0);
        if (!this.start.startsWith(INTERIM.slice(0, this.start.length))) this.start = undefined;
        this.lineLength = 1;
      } else if (c === "\n") {
        // an empty line ends the head, and another head follows
        if (this.lineLength === 0) this.start = "";
        this.lineLength = 0;
      } else if (c !== "\r") this.lineLength++;
    }
  }
}

function skipContinue(socket: net.Socket): net.Socket {
  const heads = new InterimHeads();
  const { write, read } = socket;
  socket.write = function (this: net.Socket, ...args: unknown[]) {
    heads.expect();
    return Reflect.apply(write, this, args) as boolean;
  } as typeof socket.write;
  socket.read = function (this: net.Socket, size?: number): Buffer | null {
    const chunk = read.call(this, size) as Buffer | null;
    if (chunk !== null) heads.look(chunk);
    return chunk;
  };
  return socket;
}
