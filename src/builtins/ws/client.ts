/** An open WebSocket: messages in order, with a bound on what waits to be received. */
import type WebSocket from "../../../node_modules/ws/lib/websocket.js";
import { timerMs } from "../../host";
import { type Handshake, openWebSocket, WsFault } from "./handshake";

/** Bytes and messages that may wait before the peer is slowed down. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
const MAX_QUEUED = 1024;
/** How long a peer may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5000;
/** Stands for the close code of a connection that ended without one (RFC 6455 §7.4.1). */
const LOST = 1006;

export interface Message {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

interface Waiter {
  resolve(message: Message): void;
  reject(fault: WsFault): void;
}

type WebSocketClass = typeof WebSocket;

let loaded: WebSocketClass | undefined;

/** Loaded with the first connection. */
async function loadClass(): Promise<WebSocketClass> {
  if (loaded === undefined) {
    // where this package itself is installed, its own packages lie beside it
    const module = await import("../../../node_modules/ws/lib/websocket.js").catch(() =>
      import("../../../../ws/lib/websocket.js").catch(importInstalled),
    );
    loaded = module.default;
  }
  return loaded;
}

/** Or somewhere above it. */
function importInstalled(): Promise<{ default: WebSocketClass }> {
  const manifest = Bun.resolveSync("ws/package.json", import.meta.dir);
  return import(manifest.replace(/package\.json$/, "lib/websocket.js"));
}

/** Opens a connection and takes it over; there must be no turn of the event loop in between. */
export async function openClient(handshake: Handshake, maxMessage: number): Promise<Client> {
  const Socket = await loadClass();
  const opened = await openWebSocket(handshake);
  const socket = new Socket(null, undefined, { autoPong: true, closeTimeout: CLOSE_TIMEOUT_MS });
  socket._isServer = false;
  const client = new Client(socket, opened.protocol, maxMessage);
  socket.setSocket(opened.socket, opened.head, {
    allowSynchronousEvents: true,
    maxPayload: maxMessage,
    // bounds on how a message may be cut up, as the package's own
    maxBufferedChunks: 1024 * 1024,
    maxFragments: 128 * 1024,
    skipUTF8Validation: false,
  });
  // the peer's goodbye counts when it comes, however long the peer keeps its end of the connection open
  socket._receiver.on("conclude", (code, reason) => client.end(code, reason));
  opened.socket.resume();
  return client;
}

export class Client {
  private readonly queue: Message[] = [];
  private queuedBytes = 0;
  private readonly waiters = new Set<Waiter>();
  private readonly pongs = new Set<{ data: string; resolve(): void; reject(e: WsFault): void }>();
  /** End calls that send; the package may forget their callbacks when the connection is lost. */
  private readonly senders = new Set<(e: WsFault) => void>();
  private pings = 0;
  private handles = 0;
  private error: string | undefined;
  private isClosing = false;
  private readonly closed: Promise<void>;
  /** The peer's close frame, or 1006 when there was none; undefined while open. */
  closeCode: number | undefined;
  closeReason = "";
  /** Whether the last message that was received was binary. */
  lastWasBinary = false;

  constructor(
    private readonly socket: WebSocket,
    readonly protocol: string | undefined,
    private readonly maxMessage: number,
  ) {
    socket.on("message", (data: Buffer, isBinary: boolean) => this.accept({ data, isBinary }));
    socket.on("pong", (data: Buffer) => this.acceptPong(data.toString("latin1")));
    socket.on("error", (e: Error & { code?: string }) => {
      this.error ??= this.causeOf(e);
      // nothing more will come, though the peer may take its time to close
      this.end(LOST, Buffer.alloc(0));
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", (code: number, reason: Buffer) => {
        this.end(code, reason);
        for (const reject of this.senders) reject(this.closedFault());
        resolve();
      });
    });
  }

  private causeOf(e: Error & { code?: string }): string {
    switch (e.code) {
      case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
        return `message larger than ${this.maxMessage} bytes`;
      case "WS_ERR_INVALID_UTF8":
        return "invalid UTF-8 in a text message";
      case "ECONNRESET":
        return "connection reset by peer";
      default:
        return e.message;
    }
  }

  get isOpen(): boolean {
    return this.closeCode === undefined && !this.isClosing;
  }

  private accept(message: Message): void {
    if (!this.isOpen) return;
    for (const waiter of this.waiters) {
      this.waiters.delete(waiter);
      waiter.resolve(message);
      return;
    }
    this.queue.push(message);
    this.queuedBytes += message.data.length;
    if (this.isFull()) this.socket.pause();
  }

  private isFull(): boolean {
    return this.queuedBytes > MAX_QUEUED_BYTES || this.queue.length > MAX_QUEUED;
  }

  private acceptPong(data: string): void {
    for (const pong of this.pongs) {
      // an answer to a later ping stands for those to the earlier ones, too (RFC 6455 §5.5.3)
      this.pongs.delete(pong);
      pong.resolve();
      if (pong.data === data) return;
    }
  }

  /** The peer has closed the connection, or it was lost. */
  end(code: number, reason: Buffer): void {
    if (this.closeCode !== undefined) return;
    this.closeCode = code;
    this.closeReason = reason.toString("latin1");
    this.rejectAll();
  }

  private rejectAll(): void {
    for (const waiter of this.waiters) waiter.reject(this.closedFault());
    this.waiters.clear();
    for (const pong of this.pongs) pong.reject(this.closedFault());
    this.pongs.clear();
  }

  /** Why nothing more can be sent or received. */
  closedFault(): WsFault {
    if (this.error !== undefined) return new WsFault(`connection closed: ${this.error}`);
    const { closeCode } = this;
    if (closeCode === undefined) return new WsFault("connection closed");
    const reason = this.closeReason === "" ? "" : `, reason: ${text(this.closeReason)}`;
    return new WsFault(`connection closed (code ${closeCode}${reason})`);
  }

  /** The peer said goodbye, and nothing went wrong. */
  get endedWell(): boolean {
    const { closeCode } = this;
    const isNormal = closeCode === 1000 || closeCode === 1001 || closeCode === 1005;
    return this.error === undefined && isNormal;
  }

  /** The next message; undefined when the time is over. */
  recv(timeout: number | undefined, signal: AbortSignal): Message | Promise<Message | undefined> {
    const message = this.queue.shift();
    if (message !== undefined) {
      this.queuedBytes -= message.data.length;
      if (this.socket.isPaused && !this.isFull()) this.socket.resume();
      this.lastWasBinary = message.isBinary;
      return message;
    }
    if (!this.isOpen) throw this.closedFault();
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        this.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (received) => {
          settle();
          this.lastWasBinary = received.isBinary;
          resolve(received);
        },
        reject: (fault) => {
          settle();
          reject(fault);
        },
      };
      const stop = () => waiter.reject(new WsFault("cancelled"));
      const timer =
        timeout === undefined
          ? undefined
          : setTimeout(() => {
              settle();
              resolve(undefined);
            }, timerMs(timeout));
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener("abort", stop, { once: true });
      this.waiters.add(waiter);
    });
  }

  /** Resolves once the message has been handed to the operating system. */
  send(data: Buffer | string, isBinary: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(this.closedFault());
        return;
      }
      const fail = (e: WsFault) => {
        this.senders.delete(fail);
        reject(e);
      };
      this.senders.add(fail);
      this.socket.send(data, { binary: isBinary, compress: false }, (e) => {
        // the end of the connection says why
        if (e !== undefined && e !== null) return;
        this.senders.delete(fail);
        resolve();
      });
    });
  }

  /** Resolves with the seconds until the pong; undefined when the time is over. */
  ping(timeout: number, signal: AbortSignal): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(this.closedFault());
        return;
      }
      const begun = performance.now();
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        this.pongs.delete(pong);
      };
      const pong = {
        data: String(++this.pings),
        resolve: () => {
          settle();
          resolve((performance.now() - begun) / 1000);
        },
        reject: (fault: WsFault) => {
          settle();
          reject(fault);
        },
      };
      const stop = () => pong.reject(new WsFault("cancelled"));
      const timer = setTimeout(() => {
        settle();
        resolve(undefined);
      }, timerMs(timeout));
      signal.addEventListener("abort", stop, { once: true });
      this.pongs.add(pong);
      // if it can't be sent, the end of the connection says why
      this.socket.ping(Buffer.from(pong.data), undefined, () => undefined);
    });
  }

  /** Says goodbye and waits for the answer; without one the connection is cut. */
  async close(code: number, reason: Buffer): Promise<void> {
    if (this.closeCode !== undefined) return;
    if (!this.isClosing) {
      this.isClosing = true;
      this.socket.close(code, reason);
      // its close frame comes behind what was not received yet
      this.queue.length = 0;
      this.socket.resume();
    }
    await this.closed;
  }

  /** Calls `f` once the connection is gone. */
  onClosed(f: () => void): void {
    void this.closed.then(f);
  }

  /** Cuts the connection. */
  terminate(): void {
    this.isClosing = true;
    this.socket.terminate();
  }

  /** The script has one handle more for the connection. */
  retain(): void {
    this.handles++;
  }

  /** The script has lost a handle; with the last one the connection is cut. */
  release(): void {
    this.handles--;
    // a call that waits holds no reference to the handle
    if (this.handles === 0 && this.waiters.size === 0 && this.pongs.size === 0) this.terminate();
  }
}

function text(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
