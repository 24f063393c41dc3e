/** Clients: what requests share, and how a Lua call becomes a request. */
import {
  bytesToBuffer,
  bytesToUtf8,
  type Context,
  type Host,
  LuaTable,
  type LuaValue,
  typeName,
} from "../../host";
import { encodeJson } from "../json/encode";
import { ACCEPT_ENCODING } from "./decode";
import { HttpFault, invalidUrl } from "./errors";
import { type HeaderList, hasHeader, mergeHeaders } from "./headers";
import {
  type CommonOptions,
  type RequestOptions,
  readCommon,
  stringOption,
  warnOfClientMistakes,
} from "./options";
import type { RequestSpec } from "./perform";
import { basicAuth, type Environment, parseProxy, passwordOf } from "./proxy";
import { addressText, encodeForm, encodeQuery } from "./query";
import { readTls } from "./tls-options";
import { Transport } from "./transport";

export const DEFAULT_TIMEOUT = 30;
const DEFAULT_REDIRECTS = 10;
/** A response that is larger is more likely a mistake than wanted in memory. */
const DEFAULT_MAX_SIZE = 256 * 1024 * 1024;

export class HttpClient {
  constructor(
    readonly transport: Transport,
    readonly baseUrl: string | undefined,
    readonly defaults: CommonOptions,
    /** Made by `http.client`, not the one behind `http.get`. */
    private readonly isOwn = true,
  ) {}

  /** The request that a call asks for. */
  request(
    ctx: Context,
    method: string,
    address: string,
    body: LuaValue,
    options: RequestOptions,
  ): RequestSpec {
    const { defaults } = this;
    const url = this.url(address, options.query);
    let headers = mergeHeaders(defaults.headers, options.headers);
    const content = encodeBody(ctx, body, options);
    if (content.type !== undefined && !hasHeader(headers, "content-type"))
      headers = [...headers, ["Content-Type", content.type]];
    headers = this.complete(ctx, url, headers);
    return {
      method,
      url,
      headers,
      body: content.bytes,
      timeout: options.timeout ?? defaults.timeout ?? DEFAULT_TIMEOUT,
      followRedirects: options.followRedirects ?? defaults.followRedirects ?? true,
      maxRedirects: options.maxRedirects ?? defaults.maxRedirects ?? DEFAULT_REDIRECTS,
      maxSize: options.maxSize ?? defaults.maxSize ?? DEFAULT_MAX_SIZE,
      decompress: options.decompress ?? defaults.decompress ?? true,
      retries: options.retries ?? defaults.retries ?? 0,
      signal: ctx.signal,
    };
  }

  private url(address: string, query: LuaTable | undefined): URL {
    const text = addressText(address);
    let full = text;
    if (this.baseUrl !== undefined && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
      full =
        text === ""
          ? this.baseUrl
          : `${this.baseUrl.replace(/\/+$/, "")}/${text.replace(/^\/+/, "")}`;
    const url = URL.parse(full);
    if (url === null) throw new HttpFault(this.invalid(full), "request");
    if (url.protocol !== "http:" && url.protocol !== "https:")
      throw new HttpFault(
        `unsupported URL scheme '${url.protocol.slice(0, -1)}' (http and https work)`,
        "request",
      );
    if (query !== undefined) {
      const more = encodeQuery(query, inOption("query"));
      if (more !== "") url.search = url.search === "" ? more : `${url.search}&${more}`;
    }
    return url;
  }

  private invalid(text: string): string {
    const isRelative = this.isOwn && this.baseUrl === undefined && text.startsWith("/");
    return `${invalidUrl("URL", text)}${isRelative ? " (the client has no base_url)" : ""}`;
  }

  /** Adds what every request carries, unless the caller said otherwise. */
  private complete(ctx: Context, url: URL, given: HeaderList): HeaderList {
    const headers = given.filter(([name]) => !isOurs(name));
    const auth = basicAuth(url);
    if (auth !== undefined) {
      ctx.host.secrets.register(passwordOf(url));
      if (!hasHeader(headers, "authorization")) headers.push(["Authorization", auth]);
      url.username = "";
      url.password = "";
    }
    if (!hasHeader(headers, "accept")) headers.push(["Accept", "*/*"]);
    if (!hasHeader(headers, "accept-encoding")) headers.push(["Accept-Encoding", ACCEPT_ENCODING]);
    if (!hasHeader(headers, "user-agent")) headers.push(["User-Agent", "assay"]);
    return headers;
  }
}

/** Headers that describe the message itself are written by the client. */
function isOurs(name: string): boolean {
  switch (name.toLowerCase()) {
    case "content-length":
    case "expect":
      return true;
    case "transfer-encoding":
    case "upgrade":
    case "keep-alive":
      throw new HttpFault(`header '${name}' is not the caller's to set`, "request");
    default:
      return false;
  }
}

/** Says of which option a field is wrong. */
function inOption(name: string): (cause: string) => never {
  return (cause) => {
    throw new HttpFault(`${name} ${cause}`, "request");
  };
}

interface Content {
  readonly bytes: Buffer | undefined;
  readonly type: string | undefined;
}

function encodeBody(ctx: Context, body: LuaValue, options: RequestOptions): Content {
  if (options.form !== undefined) {
    if (body !== undefined)
      throw new HttpFault("a body and option 'form' exclude each other", "request");
    const bytes = bytesToBuffer(encodeForm(options.form, inOption("form")));
    return { bytes, type: "application/x-www-form-urlencoded" };
  }
  if (body instanceof LuaTable)
    return {
      bytes: bytesToBuffer(encodeJson(body, {}, `${ctx.name}: body`)),
      type: "application/json",
    };
  if (body === undefined || body === "") return { bytes: undefined, type: undefined };
  if (typeof body === "string") return { bytes: bytesToBuffer(body), type: undefined };
  throw new HttpFault(`the body must be a string or a table, got ${typeName(body)}`, "request");
}

/** The environment that proxies and trust are read from; a sandboxed script has no say in it. */
export function environmentOf({ environment, policy }: Host): Environment {
  return (name) => (policy.isSandbox ? environment.given(name) : environment.get(name));
}

/** The client behind `http.get` and its like, one per Lua state. */
export function sharedClient(host: Host): HttpClient {
  const transport = new Transport({
    tls: { insecure: false },
    env: environmentOf(host),
    net: host.policy.net,
  });
  return new HttpClient(transport, undefined, readCommon(new LuaTable()), false);
}

/** `http.client{…}`. */
export async function makeClient(ctx: Context, options: LuaTable): Promise<HttpClient> {
  warnOfClientMistakes(ctx, options);
  const baseUrl = stringOption(options, "base_url");
  const tls = await readTls(ctx, options);
  const transport = new Transport({
    tls,
    env: environmentOf(ctx.host),
    net: ctx.network,
    proxy: readProxy(ctx, options),
  });
  return new HttpClient(
    transport,
    baseUrl === undefined ? undefined : addressText(baseUrl),
    readCommon(options),
  );
}

/** Option `proxy`: null for none at all, undefined when nothing is said. */
export function readProxy({ host }: Context, options: LuaTable): URL | null | undefined {
  if (options.µgetStr("proxy") === false) return null;
  const text = stringOption(options, "proxy");
  if (text === undefined) return undefined;
  const proxy = parseProxy(bytesToUtf8(text));
  host.secrets.register(passwordOf(proxy));
  return proxy;
}
