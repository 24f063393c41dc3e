/**
 * What the tests of the Lua modules share: a strict HTTP server, and Lua with the embedded modules.
 *
 *     const api = useApi();
 *     test("read", async () => {
 *       api.expect("GET /v1/a?list=true", { json: { data: 1 } }, { headers: { "x-token": "t" } });
 *       expect(await api.run(`return require("assay.x").client(URL, "t"):read("a")`)).toEqual([1]);
 *     });
 *
 * Requests must come in the order in which they are expected, with the same method, path, query
 * (byte for byte), the named headers, and the body: none unless `body` says so. What differs, and
 * what has not come when the test ends, fails the test.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { embeddedSearcher } from "../../src/stdlib";
import { type Harness, harness } from "../builtins/harness";

export interface Answer {
  /** 200 by default. */
  status?: number;
  json?: unknown;
  text?: string | Uint8Array;
  headers?: Record<string, string>;
}

export interface Wanted {
  /** Values that headers must have; null: it must be absent. */
  headers?: Record<string, string | RegExp | null>;
  /** A string is compared as it is; anything else as JSON. */
  body?: unknown;
  /** Receives the request for further checks. */
  check?: (request: { headers: IncomingMessage["headers"]; body: Buffer; url: string }) => void;
}

interface Expected {
  line: string;
  answer: Answer;
  wanted: Wanted;
}

export class Api {
  /** `http://127.0.0.1:<port>` */
  url = "";
  private readonly queue: Expected[] = [];
  private readonly wrong: string[] = [];
  private server: Server | undefined;
  private lua: Harness | undefined;

  /** The next request, and what it is answered with. */
  expect(line: string, answer: Answer = {}, wanted: Wanted = {}): void {
    this.queue.push({ line, answer, wanted });
  }

  /** Runs Lua with the global `URL`; returns its results as plain JS. */
  run(source: string): Promise<unknown[]> {
    return this.harness().run(source);
  }

  /** The message of the error that the chunk ends with. */
  failure(source: string): Promise<string> {
    return this.harness().failure(source);
  }

  /** Log lines so far. */
  logged(): string[] {
    return this.harness().logged();
  }

  private harness(): Harness {
    this.lua ??= luaWithModules({ URL: this.url });
    return this.lua;
  }

  async start(): Promise<void> {
    const server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (c: Buffer) => chunks.push(c));
      req.on("end", () => {
        const answer = this.answer(req, Buffer.concat(chunks));
        const headers = { ...answer.headers };
        let body = answer.text ?? "";
        if (answer.json !== undefined) {
          headers["Content-Type"] ??= "application/json";
          body = JSON.stringify(answer.json);
        }
        res.writeHead(answer.status ?? 200, headers).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  /** Ends a test: nothing may be missing or wrong. */
  async verify(): Promise<void> {
    await this.lua?.lua.close();
    this.lua = undefined;
    const missing = this.queue.splice(0).map((e) => `missing: ${e.line}`);
    expect([...this.wrong.splice(0), ...missing]).toEqual([]);
  }

  private answer(req: IncomingMessage, body: Buffer): Answer {
    const line = `${req.method} ${req.url}`;
    const next = this.queue.shift();
    const problems = next === undefined ? [`unexpected: ${line}`] : differences(next, req, body);
    if (next === undefined || problems.length > 0) {
      this.wrong.push(...problems);
      return { status: 599, text: problems.join("\n") };
    }
    return next.answer;
  }
}

function differences({ line, wanted }: Expected, req: IncomingMessage, body: Buffer): string[] {
  const found: string[] = [];
  const actual = `${req.method} ${req.url}`;
  if (actual !== line) found.push(`expected ${line}, got ${actual}`);
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    const got = req.headers[name.toLowerCase()];
    const fits =
      value === null
        ? got === undefined
        : value instanceof RegExp
          ? value.test(String(got))
          : got === value;
    if (!fits) found.push(`${line}: expected header ${name}: ${value}, got ${got}`);
  }
  const text = body.toString("utf8");
  if (wanted.body === undefined || typeof wanted.body === "string") {
    if (wanted.check === undefined && text !== (wanted.body ?? ""))
      found.push(`${line}: expected body ${JSON.stringify(wanted.body ?? "")}, got ${text}`);
  } else if (!sameJson(text, wanted.body)) {
    found.push(`${line}: expected body ${JSON.stringify(wanted.body)}, got ${text}`);
  } else if (!/^application\/[\w.-]*\+?json/.test(req.headers["content-type"] ?? "")) {
    found.push(`${line}: Content-Type is ${req.headers["content-type"]}`);
  }
  try {
    wanted.check?.({ headers: req.headers, body, url: req.url ?? "" });
  } catch (e) {
    found.push(`${line}: ${(e as Error).message}`);
  }
  return found;
}

function sameJson(text: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
  } catch {
    return false;
  }
}

/** Lua that finds the embedded modules. */
export function luaWithModules(globals: Record<string, unknown> = {}): Harness {
  const h = harness({
    globals,
    searchers: [embeddedSearcher((source, name) => h.lua.state.load(source, name))],
  });
  return h;
}

/** A server for the tests of a file. */
export function useApi(): Api {
  const api = new Api();
  beforeAll(() => api.start());
  afterEach(() => api.verify());
  afterAll(() => api.stop());
  return api;
}
