/**
 * The parts of undici that transport.ts uses. They are imported by file, because Bun answers a bare
 * `import "undici"` with a shim over its own fetch that lacks them (raw headers, connectors).
 */
declare module "undici/lib/dispatcher/pool.js" {
  import type { Socket } from "node:net";

  export interface ConnectOptions {
    hostname: string;
    host: string;
    protocol: string;
    port: string;
    servername?: string;
  }
  export type Connector = (
    options: ConnectOptions,
    callback: (error: Error | null, socket: Socket | null) => void,
  ) => void;

  /** One exchange on its connection. */
  export interface Controller {
    /** Names and values alternate. */
    readonly rawHeaders: Buffer[];
    readonly paused: boolean;
    pause(): void;
    resume(): void;
    abort(reason: Error): void;
  }

  export interface Handler {
    /** The request is about to be written to a connection. */
    onRequestStart(wire: Controller): void;
    onResponseStart(wire: Controller, status: number): void;
    onResponseData(wire: Controller, chunk: Buffer): void;
    onResponseEnd(): void;
    /** There is no controller when it never got a connection. */
    onResponseError(wire: Controller | undefined, error: Error): void;
  }

  export interface DispatchOptions {
    path: string;
    method: string;
    headers: string[];
    body?: Buffer | null;
    headersTimeout: number;
    bodyTimeout: number;
  }

  export interface PoolOptions {
    connect: Connector;
    pipelining: number;
    keepAliveTimeout: number;
    keepAliveMaxTimeout: number;
    maxHeaderSize: number;
    allowH2: boolean;
  }

  export default class Pool {
    constructor(origin: string, options: PoolOptions);
    dispatch(options: DispatchOptions, handler: Handler): boolean;
    close(): Promise<void>;
    destroy(error?: Error | null): Promise<void>;
  }
}
