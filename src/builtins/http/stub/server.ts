/** The stub's server: forwards and records, or replays. */
import type { Server } from "bun";
import {
  bufferToBytes,
  bytesToBuffer,
  bytesToUtf8,
  type Host,
  osError,
  utf8ToBytes,
} from "../../../host";
import type { HttpClient } from "../client";
import { HttpFault } from "../errors";
import type { HeaderList } from "../headers";
import { fetchWhole } from "../perform";
import { targetOf } from "../serve/request";
import { NO_BODY } from "../serve/response";
import { type Exchange, type StubRequest, type StubResponse, writeExchanges } from "./exchange";
import type { Masker } from "./mask";
import { explainMiss, findExchange, type Matching, type Replayed } from "./match";
import { Recording } from "./recording";

export interface StubSettings {
  readonly port: number;
  readonly file: string | undefined;
  /** Where requests go while recording. */
  readonly upstream: URL | undefined;
  readonly client: HttpClient;
  readonly matching: Matching;
  readonly exchanges: readonly Exchange[];
}

/** The connection's own, and what changes from run to run. */
const DROPPED = new Set(
  (
    "connection keep-alive transfer-encoding content-length content-encoding host user-agent " +
    "accept accept-encoding date proxy-authorization proxy-connection te trailer upgrade"
  ).split(" "),
);
const HOP = new Set(
  "connection keep-alive transfer-encoding content-length host te expect upgrade".split(" "),
);
const FORWARD_TIMEOUT = 300;

export class HttpStub {
  readonly replays: Replayed[];
  readonly received: StubRequest[] = [];
  readonly missed: StubRequest[] = [];
  private readonly recorded: Recording;
  private readonly server: Server<undefined>;
  /** Also after it was closed. */
  readonly port: number;
  private isClosed = false;
  /** Called once, when it is closed. */
  onClosed: () => void = () => {};

  constructor(
    private readonly host: Host,
    private readonly masker: Masker,
    private readonly settings: StubSettings,
  ) {
    this.recorded = new Recording(masker);
    this.replays = settings.exchanges.map((e) => ({ ...e, uses: 0 }));
    this.server = Bun.serve({
      hostname: "127.0.0.1",
      port: settings.port,
      development: false,
      idleTimeout: 255,
      fetch: (request) => this.answer(request),
    });
    this.port = this.server.port ?? settings.port;
  }

  get mode(): "record" | "replay" {
    return this.settings.upstream === undefined ? "replay" : "record";
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Stops the server, and writes what was recorded; later calls do nothing. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.server.stop(true);
    this.onClosed();
    this.save();
  }

  /** Writes the exchanges so far, without their secrets; throws an `HttpFault`. */
  save(): void {
    const { file, upstream } = this.settings;
    if (file === undefined || upstream === undefined) return;
    // an upstream that is down leaves what there is, and no file that would be replayed from then on
    if (this.recorded.length === 0) return;
    try {
      writeExchanges(file, this.recorded.texts());
    } catch (e) {
      throw new HttpFault(`writing the exchanges: ${osError(e)}`, "request");
    }
  }

  private async answer(incoming: Request): Promise<Response> {
    const { path, query } = targetOf(incoming.url);
    const headers: HeaderList = [];
    incoming.headers.forEach((value, name) => {
      headers.push([name, value]);
    });
    const body = bufferToBytes(await incoming.arrayBuffer());
    const request = { method: incoming.method, path, query, headers, body };
    this.received.push(request);
    const { upstream } = this.settings;
    try {
      return upstream === undefined ? this.replay(request) : await this.record(request, upstream);
    } catch (e) {
      const why = e instanceof HttpFault ? e.message : String(e);
      this.host.logger.log("error", `http.stub: ${request.method} ${path}: ${why}`);
      return new Response(`http.stub: ${why}\n`, { status: 502 });
    }
  }

  private replay(request: StubRequest): Response {
    const found = findExchange(this.replays, request, this.masker, this.settings.matching);
    if (found !== undefined) {
      found.uses++;
      return this.response(found.response);
    }
    this.missed.push(request);
    // what this request holds was never recorded, and must not be in a message either
    const own = this.masker.fresh();
    own.learn({ request, response: NOTHING });
    const why = explainMiss(this.replays, request, own);
    this.host.logger.log("error", bytesToUtf8(why).trimEnd());
    return new Response(bytesToBuffer(why), { status: 501 });
  }

  private async record(request: StubRequest, upstream: URL): Promise<Response> {
    const url = new URL(upstream);
    url.pathname = upstream.pathname.replace(/\/$/, "") + request.path;
    url.search = request.query;
    const answer = await fetchWhole(this.settings.client.transport, {
      method: request.method,
      url,
      headers: request.headers.filter(([name]) => !HOP.has(name)),
      body: request.body ? bytesToBuffer(request.body) : undefined,
      timeout: FORWARD_TIMEOUT,
      followRedirects: false,
      maxRedirects: 0,
      maxSize: Infinity,
      decompress: true,
      retries: 0,
      signal: new AbortController().signal,
    });
    const response = {
      status: answer.status,
      // the answer to HEAD has no body that the length could be told from
      headers: answer.headers.filter(
        ([name]) => !DROPPED.has(name) || (name === "content-length" && request.method === "HEAD"),
      ),
      body: bufferToBytes(answer.body),
    };
    this.masker.learn({ request, response });
    this.recorded.add({
      request: { ...request, headers: kept(request.headers) },
      response: this.portable(response),
    });
    this.save();
    return this.response(response);
  }

  /** Links to the upstream become links to the stub. */
  private response({ status, headers, body }: StubResponse): Response {
    const out = new Headers();
    for (const [name, value] of headers) out.append(name, this.here(value));
    const bytes = bytesToBuffer(this.here(body));
    return new Response(NO_BODY.has(status) ? null : bytes, { status, headers: out });
  }

  private here(text: string): string {
    return text.replaceAll(this.there, this.url);
  }

  /** The address that answers name themselves by. */
  private get there(): string {
    const { upstream } = this.settings;
    return upstream === undefined ? ADDRESS : utf8ToBytes(upstream.href.replace(/\/$/, ""));
  }

  private portable({ status, headers, body }: StubResponse): StubResponse {
    const text = (s: string) => s.replaceAll(this.there, ADDRESS);
    return { status, headers: headers.map(([n, v]) => [n, text(v)]), body: text(body) };
  }
}

const NOTHING: StubResponse = { status: 0, headers: [], body: "" };

/** Stands for the upstream's address in files. */
const ADDRESS = "http://stub.invalid";

function kept(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !DROPPED.has(name));
}
