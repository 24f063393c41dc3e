/**
 * The parts of the `ws` package that client.ts uses. It is imported by file, because Bun answers a
 * bare `import "ws"` with a shim over its own WebSocket, which has neither limits nor backpressure.
 */
declare module "*/ws/lib/websocket.js" {
  import type { EventEmitter } from "node:events";
  import type { Duplex } from "node:stream";

  interface SocketOptions {
    allowSynchronousEvents: boolean;
    maxPayload: number;
    maxBufferedChunks: number;
    maxFragments: number;
    skipUTF8Validation: boolean;
  }

  export default class WebSocket extends EventEmitter {
    constructor(address: null, protocols: undefined, options: object);
    static readonly OPEN: number;
    /** Whether frames are sent without a mask and expected with one. */
    _isServer: boolean;
    /** Reads the frames; `conclude` is the peer's close frame. */
    _receiver: { on(event: "conclude", f: (code: number, reason: Buffer) => void): void };
    readonly readyState: number;
    readonly isPaused: boolean;
    setSocket(socket: Duplex, head: Buffer, options: SocketOptions): void;
    send(
      data: string | Buffer,
      options: { binary: boolean; compress: boolean },
      done: (e?: Error) => void,
    ): void;
    ping(data: Buffer, mask: undefined, done: (e?: Error) => void): void;
    close(code?: number, reason?: string | Buffer): void;
    terminate(): void;
    pause(): void;
    resume(): void;
  }
}
