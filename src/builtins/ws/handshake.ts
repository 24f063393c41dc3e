/** Opens WebSocket connections: TCP, TLS and the HTTP upgrade (RFC 6455 §4.1). */
import { createHash, randomBytes } from "node:crypto";
import type net from "node:net";
import { canonicalHost, Fault, timerMs } from "../../host";
import { bareHost, openConnection, type Route } from "../http/connect";
import { causeText, NOT_ALLOWED, safeUrl, through } from "../http/errors";
import { type HeaderList, hasHeader } from "../http/headers";

/** A failure that scripts see, without the function's name. JS text. */
export class WsFault extends Fault {}

export interface Handshake {
  readonly url: URL;
  readonly headers: HeaderList;
  readonly subprotocols: readonly string[];
  /** In milliseconds, for all of it. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly route: Route;
}

export interface Opened {
  readonly socket: net.Socket;
  /** What came behind the answer: the beginning of the first frame. */
  readonly head: Buffer;
  readonly protocol: string | undefined;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_ANSWER = 64 * 1024;
const HTTP = "HTTP/";
const NO_HTTP = "the server does not speak HTTP/1.1";

export async function openWebSocket(handshake: Handshake): Promise<Opened> {
  const { url, timeout, signal, route } = handshake;
  const over = new AbortController();
  let socket: net.Socket | undefined;
  let phase = "connecting to";
  let stop: (e: WsFault) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = (e) => {
      reject(e);
      over.abort();
      socket?.destroy();
    };
  });
  stopped.catch(() => undefined);
  const where = () => `${phase} ${safeUrl(url)}`;
  const timer = setTimeout(
    () =>
      stop(new WsFault(`${where()}: timeout after ${timeout / 1000} s${through(route.tunnel)}`)),
    timerMs(timeout),
  );
  const abort = () => stop(new WsFault("cancelled"));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    socket = await Promise.race([connected(url, route, over.signal), stopped]);
    phase = "waiting for the handshake of";
    const key = randomBytes(16).toString("base64");
    socket.write(requestText(handshake, key), "latin1");
    const { text, head } = await Promise.race([readAnswer(socket), stopped]);
    const protocol = checkAnswer(text, key, handshake.subprotocols);
    return { socket, head, protocol };
  } catch (e) {
    socket?.destroy();
    if (e instanceof WsFault && !(e instanceof AnswerFault)) throw e;
    const cause = e instanceof AnswerFault ? e.message : causeText(e, bareHost(url.hostname));
    throw new WsFault(`${where()}: ${cause}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** Something is wrong with the answer; the address is still to be put in front. */
class AnswerFault extends WsFault {}

async function connected(url: URL, route: Route, signal: AbortSignal): Promise<net.Socket> {
  const isTls = url.protocol === "wss:";
  const port = Number(url.port) || (isTls ? 443 : 80);
  // rules hold for what is behind a proxy, too
  if (route.tunnel !== undefined && !(route.net?.allows(canonicalHost(url.hostname), port) ?? true))
    throw new AnswerFault(NOT_ALLOWED);
  const socket = await openConnection(route, isTls, bareHost(url.hostname), port, signal);
  // whoever listens at the time sees it, too
  socket.on("error", () => undefined);
  if (signal.aborted) socket.destroy();
  return socket;
}

function requestText({ url, headers, subprotocols }: Handshake, key: string): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    ...(hasHeader(headers, "host") ? [] : [`Host: ${url.host}`]),
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    ...(subprotocols.length > 0 ? [`Sec-WebSocket-Protocol: ${subprotocols.join(", ")}`] : []),
    ...(hasHeader(headers, "user-agent") ? [] : ["User-Agent: assay"]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The head of the answer, and what came behind it. */
function readAnswer(socket: net.Socket): Promise<{ text: string; head: Buffer }> {
  return new Promise((resolve, reject) => {
    let data: Buffer = Buffer.alloc(0);
    const settle = () => {
      socket.off("data", onData);
      socket.off("error", onError);
      socket.off("close", onClose);
    };
    const onError = (e: Error) => {
      settle();
      reject(e);
    };
    const onClose = () => onError(new AnswerFault("connection closed by peer") as never);
    const onData = (chunk: Buffer) => {
      data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
      const end = data.indexOf("\r\n\r\n");
      if (end < 0) {
        if (data.length > MAX_ANSWER) onError(new AnswerFault("the answer is too large") as never);
        // a peer of another kind may wait for an answer to its greeting
        const isOther = !data.toString("latin1", 0, HTTP.length).startsWith(HTTP);
        if (data.length >= HTTP.length && isOther) onError(new AnswerFault(NO_HTTP) as never);
        return;
      }
      socket.pause();
      settle();
      resolve({ text: data.toString("latin1", 0, end), head: data.subarray(end + 4) });
    };
    socket.on("data", onData);
    socket.on("error", onError);
    socket.on("close", onClose);
    // a tunnel's is paused
    socket.resume();
  });
}

/** Gives the subprotocol that the server chose. */
function checkAnswer(text: string, key: string, offered: readonly string[]): string | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(first);
  if (status === null) throw new AnswerFault(NO_HTTP);
  if (status[1] !== "101")
    throw new AnswerFault(`the server answered ${`${status[1]} ${status[2] ?? ""}`.trim()}`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const present = headers.get(name);
    headers.set(name, present === undefined ? value : `${present}, ${value}`);
  }
  const has = (name: string, word: string) =>
    (headers.get(name) ?? "").split(",").some((w) => w.trim().toLowerCase() === word);
  if (!has("upgrade", "websocket") || !has("connection", "upgrade"))
    throw new AnswerFault("invalid handshake: the connection was not upgraded");
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  if (headers.get("sec-websocket-accept") !== accept)
    throw new AnswerFault("invalid handshake: wrong Sec-WebSocket-Accept");
  if (headers.has("sec-websocket-extensions"))
    throw new AnswerFault("invalid handshake: the server uses an extension that was not offered");
  const protocol = headers.get("sec-websocket-protocol");
  if (protocol !== undefined && !offered.includes(protocol))
    throw new AnswerFault("invalid handshake: the server chose a subprotocol that was not offered");
  return protocol;
}
