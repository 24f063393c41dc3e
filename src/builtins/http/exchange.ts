/**
 * One request on the wire and its response: undici's callbacks as promises, with backpressure and a
 * way to stop at any point.
 */
import type { Controller, Handler } from "undici/lib/dispatcher/pool.js";
import {
  ConnectError,
  fault,
  type HttpFault,
  isLastingCause,
  NOT_WANTED,
  type Phase,
  responseCause,
  through,
} from "./errors";
import { type HeaderList, valueOf } from "./headers";

/** Bytes that may lie here unread before the sender is slowed down. */
const HIGH_WATER = 256 * 1024;

/**
 * Milliseconds after which a body that comes without a pause makes one: while a socket has data, Bun
 * (1.4.3) hardly runs timers, and timeouts would be late.
 */
const TURN_MS = 20;

export interface Head {
  readonly status: number;
  readonly headers: HeaderList;
}

export class Exchange implements Handler {
  phase: Phase = "connect";
  /** True when the request went over a connection that had served others before. */
  reused = false;
  /** It got no connection, though it was not asked whether it needs one. Nothing was sent. */
  refused = false;
  readonly head: Promise<Head>;
  private resolveHead!: (head: Head) => void;
  private rejectHead!: (fault: HttpFault) => void;
  private wire: Controller | undefined;
  private chunks: Buffer[] = [];
  private queued = 0;
  private received = 0;
  private limit = Infinity;
  /** When timers last had their turn, as far as is known. */
  private turned = 0;
  /** Waiting until they have had it. */
  private isTurning = false;
  private collecting = false;
  private ended = false;
  private failure: HttpFault | undefined;
  /** Called once, when it no longer waits for a connection. */
  private left: ((isServed: boolean) => void) | undefined;
  private wake: (() => void) | undefined;
  /** Called when the whole response is here. */
  onAnswered: (() => void) | undefined;

  constructor(
    readonly url: URL,
    readonly proxy?: URL | undefined,
  ) {
    this.head = new Promise((resolve, reject) => {
      this.resolveHead = resolve;
      this.rejectHead = reject;
    });
    // it may fail before anyone waits
    this.head.catch(() => undefined);
  }

  /** Says when the exchange does not wait for a connection any more: it is served, or has ended. */
  onceServed(left: (isServed: boolean) => void): void {
    this.left = left;
  }

  private leave(isServed: boolean): void {
    const { left } = this;
    this.left = undefined;
    left?.(isServed);
  }

  /** Ends the exchange, whatever it is doing, with this fault. */
  cancel(reason: HttpFault): void {
    if (this.ended) return;
    this.finish(reason);
    this.wire?.abort(new Error("aborted"));
  }

  /** Gives up the rest of the body quietly. */
  discard(): void {
    this.cancel(fault("body", this.url, "stopped"));
  }

  /** The whole body; at most `limit` bytes. */
  async all(limit: number): Promise<Buffer> {
    this.collecting = true;
    this.limit = limit;
    this.checkLimit();
    this.flow();
    while (!this.ended) await this.change();
    if (this.failure !== undefined) throw this.failure;
    // all of it may have come with the head, before the limit was known
    if (this.received > limit) throw this.tooLarge();
    const { chunks } = this;
    this.chunks = [];
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  }

  /** The body piece by piece; the sender is slowed down to the reader's pace. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      for (;;) {
        const chunk = this.chunks.shift();
        if (chunk !== undefined) {
          this.queued -= chunk.length;
          this.flow();
          yield chunk;
        } else if (this.failure !== undefined) throw this.failure;
        else if (this.ended) return;
        else await this.change();
      }
    } finally {
      this.discard();
    }
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private flow(): void {
    const { wire } = this;
    if (!wire?.paused || this.ended || this.isTurning) return;
    if (this.collecting || this.queued < HIGH_WATER) wire.resume();
  }

  private finish(failure?: HttpFault): void {
    this.ended = true;
    this.leave(false);
    if (failure !== undefined) {
      this.failure = failure;
      this.chunks = [];
      this.rejectHead(failure);
    }
    this.notify();
  }

  private notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  private checkLimit(): boolean {
    if (this.received <= this.limit) return true;
    this.cancel(this.tooLarge());
    return false;
  }

  private tooLarge(): HttpFault {
    return fault("body", this.url, `larger than ${this.limit} bytes (option max_size)`, true);
  }

  // what undici calls

  onRequestStart(wire: Controller): void {
    if (this.ended) {
      wire.abort(new Error("aborted"));
      return;
    }
    this.wire = wire;
    this.phase = "response";
    this.leave(true);
  }

  onResponseStart(wire: Controller, status: number): void {
    // 103 Early Hints and the like come before the real response
    if (status < 200) return;
    this.phase = "body";
    this.turned = performance.now();
    const headers: HeaderList = [];
    const raw = wire.rawHeaders;
    for (let i = 0; i + 1 < raw.length; i += 2)
      headers.push([
        (raw[i] as Buffer).toString("latin1").toLowerCase(),
        valueOf(raw[i + 1] as Buffer),
      ]);
    this.resolveHead({ status, headers });
  }

  onResponseData(wire: Controller, chunk: Buffer): void {
    if (this.ended) return;
    // undici reuses its buffer
    this.chunks.push(Buffer.from(chunk));
    this.received += chunk.length;
    if (!this.checkLimit()) return;
    this.giveTurn(wire);
    if (this.collecting) return;
    this.queued += chunk.length;
    this.notify();
    if (this.queued >= HIGH_WATER) wire.pause();
  }

  private giveTurn(wire: Controller): void {
    if (performance.now() - this.turned < TURN_MS || this.isTurning) return;
    this.isTurning = true;
    wire.pause();
    setTimeout(() => {
      this.isTurning = false;
      this.turned = performance.now();
      this.flow();
    }, 0);
  }

  onResponseEnd(): void {
    this.onAnswered?.();
    if (!this.ended) this.finish();
  }

  onResponseError(_: Controller | undefined, error: Error): void {
    if (this.ended) return;
    this.refused = error instanceof ConnectError && error.cause === NOT_WANTED;
    const phase = phaseOf(error) ?? this.phase;
    const isOpen = phase === "response" || phase === "body";
    const cause = responseCause(error, this.url, phase) + (isOpen ? through(this.proxy) : "");
    this.finish(fault(phase, this.url, cause, phase === "connect" && isLastingCause(cause)));
  }
}

/** What an error says about how far the request came. */
function phaseOf(error: Error & { code?: unknown }): Phase | undefined {
  if (error instanceof ConnectError) return "connect";
  // undici does not take it, such as one with two Host headers
  const isRefused = error.code === "UND_ERR_INVALID_ARG" || error.code === "UND_ERR_NOT_SUPPORTED";
  return isRefused ? "request" : undefined;
}
