/** `ws`: WebSocket client. The server side is in `http.serve`. */
import {
  bufferToBytes,
  bytesToBuffer,
  type Context,
  defineBuiltin,
  defineHandle,
  faultsAsErrors,
  float,
  fn,
  type HandleClass,
  type Host,
  isUtf8,
  LuaTable,
  method,
  type Param,
  p,
  utf8ToBytes,
} from "../host";
import { type Client, type Message, openClient } from "./ws/client";
import { isCloseCode } from "./ws/codes";
import { WsFault } from "./ws/handshake";
import { readConnect } from "./ws/options";

const DEFAULT_PING_S = 30;
const MAX_REASON = 123;

/** The name of the function that was called; methods are named as functions. */
function nameOf(ctx: Context): string {
  // `for m in conn do` is `ws.messages`
  return ctx.name.replace(/^ws\.connection$/, "ws.messages").replace(/^ws\.connection\b/, "ws");
}

function withFaults<T>(ctx: Context, f: () => T | Promise<T>): Promise<T> {
  return faultsAsErrors(nameOf(ctx), f);
}

function send(ctx: Context, client: Client, data: string, isBinary: boolean): Promise<void> {
  return withFaults(ctx, () => {
    if (!isBinary && !isUtf8(data))
      throw new WsFault("a text message must be valid UTF-8 (ws.send_binary takes any bytes)");
    return client.send(bytesToBuffer(data), isBinary);
  });
}

function received(message: Message): string {
  return bufferToBytes(message.data);
}

const timeoutOption = p.options("opts", {
  timeout: p.number("timeout", "seconds", { min: 0 }).optional(),
});
type TimeoutOption = typeof timeoutOption extends Param<infer T> ? T : never;

function recv(ctx: Context, client: Client, { timeout }: TimeoutOption) {
  return withFaults(ctx, async () => {
    const ms = timeout === undefined ? undefined : timeout * 1000;
    const message = await client.recv(ms, ctx.signal);
    if (message === undefined) throw new WsFault(`timeout after ${timeout} s`);
    return received(message);
  });
}

/** The next message, or nil behind the last one. */
function nextMessage(ctx: Context, client: Client) {
  return withFaults(ctx, async () => {
    try {
      const message = await client.recv(undefined, ctx.signal);
      return message && received(message);
    } catch (e) {
      if (client.endedWell) return undefined;
      throw e;
    }
  });
}

function ping(ctx: Context, client: Client, opts: TimeoutOption) {
  return withFaults(ctx, async () => {
    const timeout = opts.timeout ?? DEFAULT_PING_S;
    const seconds = await client.ping(timeout * 1000, ctx.signal);
    if (seconds === undefined) throw new WsFault(`no pong after ${timeout} s`);
    return float(seconds);
  });
}

function close(ctx: Context, client: Client, code: number, reason: string): Promise<void> {
  return withFaults(ctx, () => {
    if (!isCloseCode(code)) throw new WsFault(`invalid close code ${code}`);
    if (reason.length > MAX_REASON || !isUtf8(reason))
      throw new WsFault(`the reason must be UTF-8 of at most ${MAX_REASON} bytes`);
    return client.close(code, bytesToBuffer(reason));
  });
}

/** What is still open when the Lua state is closed. */
function openClients(host: Host): Set<WeakRef<Client>> {
  const open = new Set<WeakRef<Client>>();
  host.onClose(() => {
    for (const ref of open) ref.deref()?.terminate();
    open.clear();
  });
  return open;
}

const declarations = {
  send: { doc: "Sends a text message; waits until it is on its way." },
  send_binary: { doc: "Sends a binary message." },
  recv: {
    doc: "The next message as bytes, text or binary; waits for it, for `opts.timeout` seconds at most.",
    returns: "string",
  },
  ping: { doc: "Sends a ping and returns the seconds until its pong.", returns: "number" },
  close: { doc: "Closes the connection and waits for the peer to do so, too." },
  protocol: { doc: "The subprotocol that the server chose, or nil.", returns: "string?" },
  messages: {
    doc: "`for message in ws.messages(conn) do`: until the server closes the connection normally.",
    returns: "ws.messages",
  },
};

const message = p.string("message");
const closeParams = [
  p.integer("code", "1000, or 3000 to 4999 for own meanings").default(1000),
  p.string("reason", "at most 123 bytes").default(""),
] as const;

const connectionMethod = method<Client>();

const Connection: HandleClass<Client> = defineHandle<Client>({
  name: "ws.connection",
  needs: [],
  doc: "An open WebSocket.",
  methods: {
    send: connectionMethod({
      ...declarations.send,
      params: [message],
      run: (self, ctx, data) => send(ctx, self, data, false),
    }),
    send_binary: connectionMethod({
      ...declarations.send_binary,
      params: [message],
      run: (self, ctx, data) => send(ctx, self, data, true),
    }),
    recv: connectionMethod({
      ...declarations.recv,
      params: [timeoutOption],
      run: (self, ctx, opts) => recv(ctx, self, opts),
    }),
    ping: connectionMethod({
      ...declarations.ping,
      params: [timeoutOption],
      run: (self, ctx, opts) => ping(ctx, self, opts),
    }),
    messages: connectionMethod({
      ...declarations.messages,
      params: [],
      run: (self, ctx) => messages(ctx, self),
    }),
    close: connectionMethod({
      ...declarations.close,
      params: closeParams,
      run: (self, ctx, code, reason) => close(ctx, self, code, reason),
    }),
  },
  fields: {
    protocol: { ...declarations.protocol, type: "string?", get: protocolOf },
    is_open: { doc: "false once either side closed it", type: "boolean", get: (c) => c.isOpen },
    is_binary: {
      doc: "whether the last message received was binary",
      type: "boolean",
      get: (c) => c.lastWasBinary,
    },
    close_code: {
      doc: "the peer's close code, 1006 without one, nil while open",
      type: "integer?",
      get: (c) => c.closeCode,
    },
    close_reason: {
      doc: "the peer's reason, nil while open",
      type: "string?",
      get: (c) => (c.closeCode === undefined ? undefined : c.closeReason),
    },
  },
  tostring: (self) => `ws.connection: ${self.isOpen ? "open" : "closed"}`,
  call: connectionMethod({
    ...declarations.messages,
    params: [],
    returns: "string?",
    run: (self, ctx) => nextMessage(ctx, self),
  }),
  close: (self) => self.close(1000, Buffer.alloc(0)),
  gc: (self) => self.release(),
});

/** What `ws.messages` gives; `for m in conn do` does the same. */
const Messages = defineHandle<{ readonly client: Client }>({
  name: "ws.messages",
  needs: [],
  call: method<{ readonly client: Client }>()({
    doc: "The next message, or nil behind the last one.",
    params: [],
    returns: "string?",
    run: (self, ctx) => nextMessage(ctx, self.client),
  }),
  gc: (self) => self.client.release(),
});

function messages(ctx: Context, client: Client) {
  client.retain();
  return ctx.handle(Messages, { client });
}

function protocolOf(client: Client) {
  return client.protocol === undefined ? undefined : utf8ToBytes(client.protocol);
}

function connParam(name: string) {
  return p
    .handle(Connection, "conn", "from ws.connect")
    .orFail(`ws.${name}: first argument must be a ws connection`);
}

export default defineBuiltin({
  name: "ws",
  doc: "WebSocket client",
  needs: ["connect", "read"],
  functions: {
    connect: fn({
      doc: "Connects to ws://… or wss://….",
      params: [
        p.string("url"),
        p
          .table(
            "opts",
            "headers, subprotocols, timeout (seconds), ca_cert, ca_cert_file, client_cert[_file], client_key[_file], tls_server_name, insecure, proxy, max_message (bytes)",
          )
          .optional()
          .added(),
      ],
      returns: "ws.connection",
      mutates: true,
      run: (ctx, url, opts) =>
        withFaults(ctx, async () => {
          const { handshake, maxMessage } = await readConnect(ctx, url, opts ?? new LuaTable());
          const client = await openClient(handshake, maxMessage);
          const open = ctx.host.store(openClients);
          const ref = new WeakRef(client);
          open.add(ref);
          client.onClosed(() => open.delete(ref));
          client.retain();
          return ctx.handle(Connection, client);
        }),
    }),
    send: fn({
      ...declarations.send,
      params: [connParam("send"), message],
      run: (ctx, conn, data) => send(ctx, conn, data, false),
    }),
    send_binary: fn({
      ...declarations.send_binary,
      params: [connParam("send_binary"), message],
      run: (ctx, conn, data) => send(ctx, conn, data, true),
    }),
    recv: fn({
      ...declarations.recv,
      params: [connParam("recv"), timeoutOption],
      run: (ctx, conn, opts) => recv(ctx, conn, opts),
    }),
    ping: fn({
      ...declarations.ping,
      params: [connParam("ping"), timeoutOption],
      run: (ctx, conn, opts) => ping(ctx, conn, opts),
    }),
    close: fn({
      ...declarations.close,
      params: [connParam("close"), ...closeParams],
      run: (ctx, conn, code, reason) => close(ctx, conn, code, reason),
    }),
    protocol: fn({
      ...declarations.protocol,
      params: [connParam("protocol")],
      run: (_ctx, conn) => protocolOf(conn),
    }),
    messages: fn({
      ...declarations.messages,
      params: [connParam("messages")],
      run: (ctx, conn) => messages(ctx, conn),
    }),
  },
});
