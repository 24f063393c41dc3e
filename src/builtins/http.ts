/** `http`: the client functions. The server is in http-serve.ts. */
import {
  type Context,
  defineBuiltin,
  defineHandle,
  faultsAsErrors,
  fn,
  LuaTable,
  method,
  p,
  utf8ToBytes,
} from "../host";
import { call, callDownload, checkMethod } from "./http/call";
import { type HttpClient, makeClient, sharedClient } from "./http/client";
import { safeUrlText } from "./http/errors";

const OPTIONS_DOC =
  "headers, query, body, form, timeout, follow_redirects, max_redirects, max_size, decompress, retries, on_event, on_line";

/** The original's messages, which its scripts may look for. */
function urlParam(name: string) {
  return p
    .string("url", "absolute, or relative to the client's base_url", { strict: true })
    .orFail(`http.${name}: first argument must be a URL string`);
}

function optsParam(name: string, place: string) {
  return p
    .table("opts", OPTIONS_DOC)
    .optional()
    .orFail(`http.${name}: ${place} argument must be a table or nil`);
}

function bodyParam(name: string) {
  return p
    .either(
      p.string("body", "sent as it is; a table is sent as JSON", { strict: true }),
      p.table("body"),
    )
    .optional()
    .orFail(`http.${name}: second argument must be a string, table, or nil`);
}

const shared = (ctx: Context) => ctx.host.store(sharedClient);
const words = {
  get: "GET",
  head: "HEAD",
  delete: "DELETE",
  post: "POST",
  put: "PUT",
  patch: "PATCH",
};

function plain(name: "get" | "head" | "delete") {
  return {
    doc: `Sends a ${words[name]} request and returns { status, body, headers }.`,
    params: [urlParam(name), optsParam(name, "second")] as const,
    returns: "table",
    mutates: name === "delete",
  };
}

function withBody(name: "post" | "put" | "patch") {
  return {
    doc: `Sends a ${words[name]} request with a body; a table becomes JSON.`,
    params: [urlParam(name), bodyParam(name), optsParam(name, "third")] as const,
    returns: "table",
    mutates: true,
  };
}

const requestParams = [
  p.string("method", "any method name", { strict: true }),
  p.string("url", "absolute, or relative to the client's base_url", { strict: true }),
  p.table("opts", OPTIONS_DOC).optional(),
] as const;

const downloadDeclaration = {
  doc: "Saves a response body as a file that appears only when it is complete; returns its size.",
  params: [
    p.string("url", "where from", { strict: true }),
    p.string("path", "the file to write"),
    p
      .table("opts", "headers, query, timeout, max_size (bytes, 1 GiB by default, 0 = any)")
      .optional(),
  ] as const,
  returns: "integer",
  mutates: true,
  needs: ["connect", "write"] as const,
};

const clientMethod = method<HttpClient>();

function plainMethod(name: "get" | "head" | "delete") {
  return clientMethod({
    ...plain(name),
    run: (self, ctx, url, opts) => call(ctx, self, words[name], url, undefined, opts),
  });
}

function bodyMethod(name: "post" | "put" | "patch") {
  return clientMethod({
    ...withBody(name),
    run: (self, ctx, url, body, opts) => call(ctx, self, words[name], url, body, opts),
  });
}

const Client = defineHandle<HttpClient>({
  name: "http.client",
  needs: ["connect"],
  doc: "A client with connections, defaults and trust of its own.",
  methods: {
    get: plainMethod("get"),
    head: plainMethod("head"),
    delete: plainMethod("delete"),
    post: bodyMethod("post"),
    put: bodyMethod("put"),
    patch: bodyMethod("patch"),
    request: clientMethod({
      doc: "Sends a request with any method.",
      params: requestParams,
      returns: "table",
      run: (self, ctx, name, url, opts) =>
        call(ctx, self, checkMethod(ctx, name), url, undefined, opts),
    }),
    download: clientMethod({
      ...downloadDeclaration,
      run: (self, ctx, url, path, opts) => callDownload(ctx, self, url, path, opts),
    }),
    close: clientMethod({
      doc: "Ends the client's idle connections; it can't be used any more.",
      params: [],
      run: (self) => self.transport.close(),
    }),
  },
  tostring: (self) => utf8ToBytes(safeUrlText(self.baseUrl ?? "no base_url")),
  close: (self) => self.transport.close(),
  gc: (self) => self.transport.close(),
});

export default defineBuiltin({
  name: "http",
  doc: "HTTP client and server",
  needs: ["connect"],
  functions: {
    get: fn({
      ...plain("get"),
      run: (ctx, url, opts) => call(ctx, shared(ctx), "GET", url, undefined, opts),
    }),
    head: fn({
      ...plain("head"),
      run: (ctx, url, opts) => call(ctx, shared(ctx), "HEAD", url, undefined, opts),
    }),
    delete: fn({
      ...plain("delete"),
      run: (ctx, url, opts) => call(ctx, shared(ctx), "DELETE", url, undefined, opts),
    }),
    post: fn({
      ...withBody("post"),
      run: (ctx, url, body, opts) => call(ctx, shared(ctx), "POST", url, body, opts),
    }),
    put: fn({
      ...withBody("put"),
      run: (ctx, url, body, opts) => call(ctx, shared(ctx), "PUT", url, body, opts),
    }),
    patch: fn({
      ...withBody("patch"),
      run: (ctx, url, body, opts) => call(ctx, shared(ctx), "PATCH", url, body, opts),
    }),
    request: fn({
      doc: "Sends a request with any method.",
      params: requestParams,
      returns: "table",
      run: (ctx, name, url, opts) =>
        call(ctx, shared(ctx), checkMethod(ctx, name), url, undefined, opts),
    }),
    download: fn({
      ...downloadDeclaration,
      run: (ctx, url, path, opts) => callDownload(ctx, shared(ctx), url, path, opts),
    }),
    client: fn({
      doc: "Makes a client with connections, defaults and trusted certificates of its own.",
      params: [
        p
          .table(
            "opts",
            "base_url, headers, timeout, ca_cert, ca_cert_file, client_cert[_file], client_key[_file], insecure, tls_server_name, proxy, retries, follow_redirects, max_redirects, max_size, decompress",
          )
          .optional(),
      ],
      returns: "http.client",
      needs: ["connect", "read"],
      run: (ctx, opts) =>
        faultsAsErrors(ctx.name, async () =>
          ctx.handle(Client, await makeClient(ctx, opts ?? new LuaTable())),
        ),
    }),
  },
});
