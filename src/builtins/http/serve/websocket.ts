/** WebSocket connections that a handler accepted with `{ ws = function(conn) … end }`. */
import type { ServerWebSocket } from "bun";
import {
  bufferToBytes,
  bytesToBuffer,
  bytesToUtf8,
  defineHandle,
  type Host,
  isUtf8,
  type LuaFunction,
  makeHandle,
  method,
  p,
  utf8ToBytes,
  values,
  Waiters,
} from "../../../host";
import { isCloseCode } from "../../ws/codes";

/** Messages that may wait to be read before the peer is taken for hostile. */
const MAX_QUEUED_BYTES = 16 * 1024 * 1024;
/** Larger messages end the connection with code 1009. */
export const MAX_MESSAGE = 16 * 1024 * 1024;
/** Bytes that may wait for a slow peer before the writing task waits. */
const HIGH_WATER = 256 * 1024;
/** Bun drops what is sent while more than this waits; it counts no further. */
export const NEVER_DROP = 0xffffffff;

const NORMAL = 1000;
const TOO_BIG = 1009;
const FAILED = 1011;

interface Message {
  readonly data: string;
  readonly isBinary: boolean;
}

export class Connection {
  socket: ServerWebSocket<Connection> | undefined;
  isClosed = false;
  closeCode: number | undefined;
  closeReason = "";
  private readonly queue: Message[] = [];
  private queuedBytes = 0;
  /** Tasks that read while there is no message; the queue is empty then. */
  private readonly readers = new Waiters<Message | undefined>();
  private readonly writers = new Waiters<void>();
  private stop: (() => void) | undefined;

  constructor(
    readonly host: Host,
    readonly run: LuaFunction,
    readonly peer: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  opened(socket: ServerWebSocket<Connection>): void {
    this.socket = socket;
    const task = this.host.spawn(this.run, makeHandle(this.host, ConnectionHandle, this));
    this.stop = () => task.cancel();
    task.promise.then(
      () => this.close(NORMAL, ""),
      (e: unknown) => {
        if (!this.isClosed) this.onError(e);
        this.close(FAILED, "");
      },
    );
  }

  received(message: string | Buffer): void {
    const isBinary = typeof message !== "string";
    const data = isBinary ? bufferToBytes(message) : utf8ToBytes(message);
    if (this.readers.wakeOne({ data, isBinary })) return;
    this.queuedBytes += data.length;
    if (this.queuedBytes > MAX_QUEUED_BYTES) {
      this.close(TOO_BIG, "too many unread messages");
      return;
    }
    this.queue.push({ data, isBinary });
  }

  drained(): void {
    this.writers.wakeAll();
  }

  closed(code: number, reason: string): void {
    this.isClosed = true;
    this.closeCode ??= code;
    this.closeReason ||= reason;
    this.readers.wakeAll(undefined);
    this.drained();
  }

  /** The next message, or undefined once the connection is closed and everything was read. */
  async read(signal: AbortSignal): Promise<Message | undefined> {
    const message = this.queue.shift();
    if (message === undefined) return this.isClosed ? undefined : this.readers.wait(signal);
    this.queuedBytes -= message.data.length;
    return message;
  }

  /** Sends a message and waits while the peer is slow; false when the connection is closed. */
  async write(data: string, isBinary: boolean, signal: AbortSignal): Promise<boolean> {
    if (!(await this.hasRoom(signal))) return false;
    const status = this.socket?.send(isBinary ? bytesToBuffer(data) : bytesToUtf8(data));
    return status !== 0 && this.hasRoom(signal);
  }

  /** Waits until what is on its way is less than the high-water mark; false once the connection is closed. */
  private async hasRoom(signal: AbortSignal): Promise<boolean> {
    // Bun says "drained" when the peer has taken something, and not only when it has taken all
    while (!this.isClosed && (this.socket?.getBufferedAmount() ?? 0) > HIGH_WATER)
      await this.writers.wait(signal);
    return !this.isClosed;
  }

  close(code: number, reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.closeCode = code;
    this.closeReason = reason;
    this.socket?.close(code, reason);
    this.readers.wakeAll(undefined);
    this.drained();
  }

  /** The server goes away: tells the peer, and ends the task. */
  shutDown(): void {
    this.close(1001, "server is shutting down");
    this.stop?.();
  }
}

const connectionMethod = method<Connection>();

const ConnectionHandle = defineHandle<Connection>({
  name: "http.websocket",
  needs: [],
  doc: "A WebSocket connection, accepted by a handler.",
  methods: {
    read: connectionMethod({
      doc: "Waits for the next message; returns it and whether it is binary, or nil, the close code and the reason.",
      params: [],
      returns: "string?, boolean|integer, string?",
      async run(self, ctx) {
        const message = await self.read(ctx.signal);
        if (message !== undefined) return values(message.data, message.isBinary);
        return values(undefined, self.closeCode, utf8ToBytes(self.closeReason));
      },
    }),
    write: connectionMethod({
      doc: "Sends a message (text unless opts.binary); false when the connection is closed.",
      params: [p.string("data"), p.options("opts", { binary: p.boolean("binary").default(false) })],
      returns: "boolean",
      async run(self, ctx, data, { binary }) {
        if (!binary && !isUtf8(data)) ctx.fail("text must be valid UTF-8 (use { binary = true })");
        return self.write(data, binary, ctx.signal);
      },
    }),
    close: connectionMethod({
      doc: "Closes the connection.",
      params: [
        p.integer("code", "1000, or 3000 to 4999 for own meanings").default(NORMAL),
        p.text("reason").default(""),
      ],
      run: (self, ctx, code, reason) => {
        if (!isCloseCode(code)) ctx.fail(`invalid close code ${code}`);
        if (Buffer.byteLength(reason) > 123) ctx.fail("the reason is longer than 123 bytes");
        self.close(code, reason);
      },
    }),
    is_closed: connectionMethod({
      doc: "Whether the connection has ended.",
      params: [],
      returns: "boolean",
      run: (self) => self.isClosed,
    }),
  },
  fields: {
    peer_addr: { doc: "address:port of the peer", type: "string", get: (self) => self.peer },
  },
  tostring: (self) => self.peer,
  close: (self) => self.close(NORMAL, ""),
});
