/** `type: tcp`: a port accepts connections, and may greet with a text. */
import { connect, type Socket } from "node:net";
import { timerMs } from "../../host";
import type { Check } from "../config";
import { secondsText } from "../duration";
import type { Seen } from "../result";
import type { Outcome } from "../runner";
import { placesFor } from "../sandbox";
import type { Services } from "../services";
import { CONNECT_TIMEOUT_MS, connectProblem } from "./connection";
import { excerpt } from "./excerpt";
import { latencyProblem, textProblem } from "./expect";

/** A greeting is short. */
const MAX_BYTES = 64 * 1024;
/** How long a peer may take for what is expected of it, unless the check says. */
const RECEIVE_MS = 5000;

export async function tcpCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect } = check;
  const host = options.host as string;
  const port = options.port as number;
  let place: string | undefined;
  try {
    [place] = await placesFor(services.sandbox, host, port);
  } catch (e) {
    return { passed: false, message: connectProblem(e, host, port) };
  }
  const limit = check.timeout ?? CONNECT_TIMEOUT_MS;
  const begin = performance.now();
  const socket = connect({ host: place ?? host, port });
  const timer = setTimeout(
    () => socket.destroy(new Error(`timeout after ${secondsText(limit)}`)),
    timerMs(limit),
  );
  const onAbort = () => socket.destroy(new Error("cancelled"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await connected(socket);
    const latency = performance.now() - begin;
    const seen: Seen = { latency_ms: Math.round(latency) };
    if (typeof options.send === "string") socket.write(options.send);
    let message = latencyProblem(expect?.latency_ms, latency);
    if (expect?.body !== undefined || expect?.body_matches !== undefined) {
      const wait = receiveLimit(check.timeout, performance.now() - begin);
      const text = await received(socket, wait, (t) => textProblem(expect, t) === undefined);
      seen.body = excerpt(text, services.secrets);
      message = textProblem(expect, text) ?? message;
    }
    return { passed: message === undefined, message: message ?? null, seen };
  } catch (e) {
    return { passed: false, message: connectProblem(e, host, port) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
}

/** Ends a little before the attempt does, so that what came can be told. */
function receiveLimit(timeout: number | undefined, elapsed: number): number {
  if (timeout === undefined) return RECEIVE_MS;
  return Math.min(RECEIVE_MS, Math.max(0, (timeout - elapsed) * 0.9));
}

/** What the peer sends until it is enough, it closes, or it says nothing more. */
function received(
  socket: Socket,
  wait: number,
  isEnough: (text: string) => boolean,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const text = () => Buffer.concat(chunks).toString("utf8");
    const done = () => resolve(text());
    const timer = setTimeout(done, timerMs(wait));
    socket.once("close", () => clearTimeout(timer));
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_BYTES || isEnough(text())) done();
    });
    socket.once("close", done);
    socket.on("error", done);
  });
}
