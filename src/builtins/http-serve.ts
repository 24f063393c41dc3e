/** `http.serve`, `http.server` and `http.static`: the server part of `http`. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import {
  type Context,
  defineBuiltin,
  defineHandle,
  faultAsError,
  fn,
  isInteger,
  LuaTable,
  type LuaValue,
  method,
  onShutdown,
  p,
  retainHost,
  shutdownDone,
  utf8ToBytes,
} from "../host";
import { causeText } from "./http/errors";
import { readServerOptions } from "./http/serve/options";
import { Routes } from "./http/serve/routes";
import { HttpServer, type ServerSettings } from "./http/serve/server";
import { StaticFolder, StaticHandle } from "./http/serve/static";

const serverMethod = method<HttpServer>();

const ServerHandle = defineHandle<HttpServer>({
  name: "http.server",
  needs: [],
  doc: "A listening server.",
  methods: {
    close: serverMethod({
      doc: "Stops accepting, lets running requests finish for up to `grace` seconds, and waits for that, unless one of their handlers calls it.",
      params: [p.number("grace", "drain_timeout by default", { min: 0 }).optional()],
      async run(self, ctx, grace) {
        const closed = self.close(grace);
        // a handler that has not waited before is known as one only now
        await Promise.resolve();
        // it would wait for its own request
        if (!self.isHandling(ctx.task)) await closed;
      },
    }),
    wait: serverMethod({
      doc: "Waits until the server is closed.",
      params: [],
      run: (self, ctx) => untilClosed(ctx, self),
    }),
  },
  fields: {
    port: { doc: "the port it listens on", type: "integer", get: (self) => self.port },
    host: {
      doc: "the address it listens on",
      type: "string",
      get: (self) => utf8ToBytes(self.host),
    },
    url: {
      doc: "where it can be reached from this machine",
      type: "string",
      get: (self) => utf8ToBytes(self.url),
    },
  },
  tostring: (self) => self.url,
  close: (self) => self.close(),
});

/** Waits for the server's end; a task that is cancelled takes its server along. */
async function untilClosed(ctx: Context, server: HttpServer): Promise<void> {
  const stop = () => void server.close();
  ctx.signal.addEventListener("abort", stop, { once: true });
  try {
    await server.closed;
    await shutdownDone();
  } finally {
    ctx.signal.removeEventListener("abort", stop);
  }
}

const BIND_ERRORS: Record<string, string> = {
  EADDRINUSE: "Address already in use (os error 98)",
  EACCES: "Permission denied (os error 13)",
  EADDRNOTAVAIL: "Cannot assign requested address (os error 99)",
};

/** Binds and makes the server known: `_SERVER_PORT`, a log line, the shutdown list. */
async function listen(ctx: Context, routes: Routes, settings: ServerSettings): Promise<HttpServer> {
  const where = `${settings.host}:${settings.port}`;
  ctx.checkListen(settings.host, settings.port);
  // Bun says of an unknown name that the address is in use
  const name = settings.host.replace(/^\[|\]$/g, "");
  if (isIP(name) === 0)
    await lookup(name).catch((e: unknown) =>
      ctx.fail(`bind failed: ${where}: ${causeText(e, name)}`),
    );
  let server: HttpServer;
  try {
    server = new HttpServer(ctx.host, routes, settings);
  } catch (e) {
    const { code, message } = e as { code?: string; message?: string };
    const cause = BIND_ERRORS[code ?? ""] ?? (code === "EAGAIN" ? "no such address" : message);
    ctx.fail(`bind failed: ${where}: ${cause}`);
  }
  const { state, logger } = ctx.host;
  state.globals.µsetStr("_SERVER_PORT", server.port);
  logger.log("info", `http.serve: listening on ${server.url}`);
  const release = retainHost();
  const forget = onShutdown(() => server.close());
  const forgetClosing = ctx.host.onClose(() => void server.close(0));
  server.closed.then(() => {
    release();
    forget();
    forgetClosing();
  });
  return server;
}

/** Starts a server from `(port, routes)` or `(options[, routes])`. */
async function start(
  ctx: Context,
  target: LuaValue,
  routesTable: LuaValue,
  inBackground: boolean,
): Promise<LuaValue> {
  if (!(target instanceof LuaTable) && !isInteger(target))
    ctx.fail("first argument must be a port number");
  const options = target instanceof LuaTable ? target : undefined;
  const table = routesTable ?? options?.µgetStr("routes");
  if (!(table instanceof LuaTable)) ctx.fail("second argument must be a routes table");
  const { settings, background, onListen } = await readServerOptions(
    ctx,
    options,
    options === undefined ? target : undefined,
  ).catch((e: unknown) => {
    throw faultAsError(e, ctx.name);
  });
  let routes: Routes;
  try {
    routes = new Routes(table);
  } catch (e) {
    throw faultAsError(e, ctx.name);
  }
  const server = await listen(ctx, routes, settings);
  const handle = ctx.handle(ServerHandle, server);
  if (onListen !== undefined)
    await ctx.call(onListen, handle).catch(async (e: unknown) => {
      await server.close(0);
      throw e;
    });
  if (inBackground || background) return handle;
  return untilClosed(ctx, server) as Promise<undefined>;
}

const OPTIONS_DOC =
  "port, or a table: port, host, tls { cert, key, cert_file, key_file }, max_body, idle_timeout, drain_timeout, on_error, on_listen, background, routes";

export default defineBuiltin({
  name: "http",
  doc: "HTTP client and server",
  // "connect": it asks the name servers about the host
  needs: ["listen", "read", "connect"],
  functions: {
    serve: fn({
      doc: "Serves HTTP; waits until the server is closed, unless options.background.",
      params: [
        p.any("port", OPTIONS_DOC),
        p.any("routes", "routes[METHOD][path] or routes[path] = function(request)"),
      ],
      returns: "http.server?",
      mutates: true,
      run: (ctx, target, routes) => start(ctx, target, routes, false),
    }),
    server: fn({
      doc: "As `http.serve`, but returns the server at once.",
      params: [p.any("port", OPTIONS_DOC), p.any("routes")],
      returns: "http.server",
      mutates: true,
      run: (ctx, target, routes) => start(ctx, target, routes, true),
    }),
    static: fn({
      doc: "A route that serves the files of a folder; its path must end in `*`.",
      params: [
        p.string("dir", "the folder", { strict: true }),
        p.options("opts", {
          index: p.string("index", "the file that stands for a folder").default("index.html"),
          max_age: p
            .number("max_age", "seconds that clients may keep files", { min: 0 })
            .default(0),
        }),
      ],
      returns: "http.static",
      run: (ctx, dir, opts) => {
        const folder = new StaticFolder(ctx.readPath(dir), opts.index, opts.max_age);
        return ctx.handle(StaticHandle, folder);
      },
    }),
  },
});
