/** The server: Bun's listener in front, a Lua task for each request behind. */
import type { Server } from "bun";
import {
  bufferToBytes,
  bytesToBuffer,
  bytesToUtf8,
  errorReport,
  errorValue,
  type Host,
  Interrupt,
  type LuaFunction,
  type LuaTable,
  type Task,
  utf8ToBytes,
} from "../../../host";
import { bodyOf, hasBody, keepRemote, RequestTables, targetOf } from "./request";
import { BadResponse, type Reply, readReply, toResponse } from "./response";
import type { Routes } from "./routes";
import { StaticFolder, serveStatic } from "./static";
import { type RunningStream, streamBody } from "./stream";
import { Connection, MAX_MESSAGE, NEVER_DROP } from "./websocket";

export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: { cert: string; key: string } | undefined;
  /** Bytes of a request body. */
  readonly maxBody: number;
  /** Seconds that a connection may be silent while the server waits for the client. */
  readonly idleTimeout: number;
  /** Seconds that running requests get when the server closes. */
  readonly drainTimeout: number;
  readonly onError: LuaFunction | undefined;
}

/** A stop that was asked for while requests run. */
const POLL_MS = 20;

export class HttpServer {
  readonly closed: Promise<void>;
  private readonly server: Server<Connection>;
  /** Also after it was closed. */
  readonly port: number;
  private readonly tables: RequestTables;
  private readonly streams = new Set<RunningStream>();
  private readonly connections = new Set<Connection>();
  private active = 0;
  /** Of the requests that wait for something. */
  private readonly handlers = new Set<Task>();
  private closing: Promise<void> | undefined;
  private settleClosed!: () => void;

  constructor(
    private readonly lua: Host,
    private readonly routes: Routes,
    private readonly settings: ServerSettings,
  ) {
    this.closed = new Promise((resolve) => {
      this.settleClosed = resolve;
    });
    this.tables = new RequestTables(lua);
    const { tls } = settings;
    this.server = Bun.serve<Connection>({
      hostname: settings.host,
      port: settings.port,
      development: false,
      // said explicitly: otherwise a second server could take the same port without an error
      reusePort: false,
      idleTimeout: settings.idleTimeout,
      // Bun would close the connection at once: who is still sending may never see the 413
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      ...(tls === undefined ? {} : { tls }),
      fetch: (request, server) => this.answer(request, server),
      error: (e) => {
        this.log("request failed", e);
        return failed();
      },
      websocket: {
        maxPayloadLength: MAX_MESSAGE,
        backpressureLimit: NEVER_DROP,
        idleTimeout: 0,
        open: (ws) => {
          this.connections.add(ws.data);
          ws.data.opened(ws);
        },
        message: (ws, message) => ws.data.received(message),
        drain: (ws) => ws.data.drained(),
        close: (ws, code, reason) => {
          this.connections.delete(ws.data);
          ws.data.closed(code, reason);
        },
      },
    });
    this.port = this.server.port ?? settings.port;
  }

  get host(): string {
    return this.settings.host;
  }

  get url(): string {
    const { host } = this.settings;
    const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host;
    const shown =
      reachable.includes(":") && !reachable.startsWith("[") ? `[${reachable}]` : reachable;
    return `${this.settings.tls === undefined ? "http" : "https"}://${shown}:${this.port}`;
  }

  /** Stops accepting, lets running requests finish for up to `grace` seconds, then cuts the rest. */
  close(grace = this.settings.drainTimeout): Promise<void> {
    this.closing ??= this.drain(grace);
    return this.closing;
  }

  private async drain(grace: number): Promise<void> {
    const stopped = this.server.stop(false);
    for (const connection of this.connections) connection.shutDown();
    for (const stream of this.streams) stream.stop();
    const end = performance.now() + grace * 1000;
    // pending ones are those whose response is still on its way to a slow client, too
    while (this.active + this.server.pendingRequests > 0 && performance.now() < end)
      await Bun.sleep(POLL_MS);
    // WebSockets that have not answered the goodbye yet
    await Promise.race([stopped, Bun.sleep(Math.max(0, Math.min(end - performance.now(), 500)))]);
    await this.server.stop(true);
    this.settleClosed();
  }

  /** At once when neither the body nor the handler keeps it waiting: that is what most requests are. */
  private answer(
    request: Request,
    server: Server<Connection>,
  ): Response | undefined | Promise<Response | undefined> {
    const { method } = request;
    const target = targetOf(request.url);
    const match = this.routes.find(method, target.path);
    if (match === undefined) return notFound();
    const { handler } = match;
    if (handler instanceof StaticFolder) {
      const star = match.params.find(([name]) => name === "*");
      return serveStatic(handler, request, star?.[1] ?? "");
    }
    const headers = request.headers.toJSON();
    const table = this.tables.make(request, server, method, target, match.params, headers);
    if (!hasBody(headers)) return this.handle(request, server, handler, table);
    this.active++;
    return bodyOf(request, headers, this.settings.maxBody).then(
      (bytes) => {
        this.active--;
        if (bytes === undefined) return tooLarge();
        table.µsetName("body", bufferToBytes(bytes));
        return this.handle(request, server, handler, table);
      },
      // the client did not send all of it
      () => {
        this.active--;
        return failed();
      },
    );
  }

  /** Runs the handler. Most have their result at once, and no promise is made for it. */
  private handle(
    request: Request,
    server: Server<Connection>,
    handler: LuaFunction,
    table: LuaTable,
  ): Response | undefined | Promise<Response | undefined> {
    const task = this.lua.runNow(handler, table);
    if (!task.done) {
      keepRemote(table);
      return this.handleLater(request, server, task, table);
    }
    try {
      const reply = readReply(task.results[0]);
      if (reply.special === undefined) return toResponse(reply);
      return this.special(request, server, reply, reply.special).catch((e: unknown) =>
        this.failure(request, e, table),
      );
    } catch (e) {
      return this.failure(request, e, table);
    }
  }

  private async handleLater(
    request: Request,
    server: Server<Connection>,
    task: Task,
    table: LuaTable,
  ): Promise<Response | undefined> {
    this.active++;
    this.handlers.add(task);
    try {
      // the handler may take its time; the limit is for the client
      server.timeout(request, 0);
      const reply = readReply((await task.promise)[0]);
      if (reply.special === undefined) {
        server.timeout(request, this.settings.idleTimeout);
        return toResponse(reply);
      }
      return await this.special(request, server, reply, reply.special);
    } catch (e) {
      return await this.failure(request, e, table);
    } finally {
      this.active--;
      this.handlers.delete(task);
    }
  }

  /** Whether a task handles one of the server's requests. */
  isHandling(task: Task | undefined): boolean {
    return task !== undefined && this.handlers.has(task);
  }

  private async special(
    request: Request,
    server: Server<Connection>,
    { status, headers }: Reply,
    special: NonNullable<Reply["special"]>,
  ): Promise<Response | undefined> {
    // a stream may be silent for as long as it likes
    if (special.kind !== "file") server.timeout(request, 0);
    if (special.kind === "file") {
      const path = this.lua.policy.allowRead(special.path);
      if (path === undefined) {
        const { path: target } = targetOf(request.url);
        const shown = JSON.stringify(bytesToUtf8(special.path));
        this.lua.logger.log(
          "error",
          `http.serve: ${request.method} ${target}: reading ${shown} is not allowed`,
        );
        return notFound();
      }
      const file = Bun.file(bytesToBuffer(path));
      if (!(await file.exists())) return notFound();
      const out = new Headers(headers);
      // Bun leaves it out when it answers HEAD
      if (!out.has("content-type")) out.set("content-type", file.type);
      return new Response(file, { status, headers: out });
    }
    if (special.kind === "ws") return this.upgrade(request, server, special.run, headers);
    // a stream that nobody reads, because Bun says of no body at all that its length is 0
    if (request.method === "HEAD") return new Response(new ReadableStream(), { status, headers });
    const out = new Headers(headers);
    if (special.kind === "sse" && !out.has("cache-control")) out.set("cache-control", "no-cache");
    let isAnswered = false;
    let failure: { error: unknown } | undefined;
    const stream = streamBody(this.lua, special.kind, special.run, {
      onEnd: (error) => {
        this.streams.delete(stream);
        if (error === undefined) return;
        if (!isAnswered && !stream.hasBegun) failure = { error };
        else this.log(`${request.method} ${targetOf(request.url).path}`, error);
      },
    });
    this.streams.add(stream);
    // one that fails at once is answered as any handler that fails: a client would take the connection for
    // one that has been idle for too long, and ask again
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (failure !== undefined) throw failure.error;
    isAnswered = true;
    return new Response(stream.body, { status, headers: out });
  }

  private upgrade(
    request: Request,
    server: Server<Connection>,
    run: LuaFunction,
    headers: Headers,
  ): Response | undefined {
    const ip = server.requestIP(request);
    const peer = ip === null ? "" : `${ip.address}:${ip.port}`;
    const { path } = targetOf(request.url);
    const data = new Connection(this.lua, run, peer, (e) => this.log(`websocket ${path}`, e));
    if (server.upgrade(request, { data, headers: new Headers(headers) })) return undefined;
    return new Response("a WebSocket handshake is expected here", {
      status: 426,
      headers: { "content-type": "text/plain", upgrade: "websocket" },
    });
  }

  /** What the client gets when a handler failed: never the error itself. */
  private async failure(request: Request, e: unknown, table: LuaTable) {
    this.log(`${request.method} ${targetOf(request.url).path}`, e);
    const { onError } = this.settings;
    if (onError === undefined) return failed();
    try {
      const value = e instanceof BadResponse ? utf8ToBytes(e.message) : errorValue(e);
      const results = await this.lua.spawn(onError, value, table).promise;
      if (results[0] === undefined) return failed();
      const reply = readReply(results[0]);
      return reply.special === undefined ? toResponse(reply) : failed();
    } catch (again) {
      this.log("on_error", again);
      return failed();
    }
  }

  private log(what: string, e: unknown): void {
    // cancelled, because the program ends
    if (e instanceof Interrupt) return;
    const text = e instanceof BadResponse ? e.message : errorReport(e, this.lua);
    this.lua.logger.log("error", `http.serve: ${what}: ${text}`);
  }
}

function notFound(): Response {
  return new Response("not found", { status: 404, headers: { "content-type": "text/plain" } });
}

function tooLarge(): Response {
  return new Response("request body too large", {
    status: 413,
    headers: { "content-type": "text/plain" },
  });
}

function failed(): Response {
  return new Response("internal server error", {
    status: 500,
    headers: { "content-type": "text/plain" },
  });
}
