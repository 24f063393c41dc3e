/**
 * What holds for every function of every client, tried with each of them: arguments arrive, encoded;
 * statuses become the errors or the values that the module promises; what the client was told of
 * headers, time limits, trust and repeating counts for each request; waits end in time.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { embeddedEntries } from "../../src/reference/entries";
import type { Harness } from "../builtins/harness";
import { type Authority, makeAuthority } from "../builtins/http-peers";
import { type Call, callsOf } from "./calls";
import { CONTRACTS, type Request } from "./contracts";
import { luaWithModules } from "./server";

interface Seen extends Request {
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

interface Outcome {
  readonly call: Call;
  readonly ok: boolean;
  /** The value as JSON, `nil`, or the error. */
  readonly value: string;
  readonly seen: Seen[];
}

type Answering = (
  request: Seen,
  number: number,
) => { status: number; body: string; headers?: Record<string, string> } | undefined;

/** A server that notes what it is asked. */
class Recorder {
  url = "";
  answering: Answering = () => ({ status: 200, body: "{}" });
  seen: Seen[] = [];
  private server: Server | undefined;

  async start(
    make: (handler: (req: IncomingMessage, res: ServerResponse) => void) => Server,
    scheme = "http",
  ) {
    this.server = make((req, res) => this.handle(req, res));
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    this.url = `${scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private handle(req: IncomingMessage, res: ServerResponse) {
    const chunks: Buffer[] = [];
    req.on("data", (c: Buffer) => chunks.push(c));
    req.on("end", () => {
      const target = req.url ?? "";
      const at = `${target}?`.indexOf("?");
      const request: Seen = {
        method: req.method ?? "",
        target,
        path: target.slice(0, at),
        query: target.slice(at),
        headers: req.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      this.seen.push(request);
      const answer = this.answering(request, this.seen.length);
      // none: the server keeps the client waiting
      if (answer === undefined) return;
      res.writeHead(answer.status, { "Content-Type": "application/json", ...answer.headers });
      res.end(answer.body);
    });
  }

  stop() {
    this.server?.close();
    (this.server as { closeAllConnections?: () => void } | undefined)?.closeAllConnections?.();
  }
}

const server = new Recorder();
const trusted = new Recorder();
let authority: Authority;
beforeAll(async () => {
  authority = makeAuthority();
  const pair = authority.issue("server", "IP:127.0.0.1");
  await server.start(createServer);
  await trusted.start((handler) => createTlsServer(pair, handler), "https");
});
afterAll(() => {
  server.stop();
  trusted.stop();
  authority.remove();
});

const WAIT = 1.5;
const isWait = (fn: string) => /^wait|_and_wait$/.test(fn);

// openbao is vault by another name, postgres speaks no HTTP, healthcheck raises nothing
const modules = embeddedEntries()
  .map((e) => e.name.replace(/^assay\./, ""))
  .filter((name) => !["openbao", "postgres", "healthcheck"].includes(name));

describe.each(modules)("%s", (name) => {
  const contract = CONTRACTS[name] ?? {};
  const all = callsOf(name, contract);
  const calls = all.filter(({ fn }) => contract.local?.[fn] === undefined);

  /** Lua with the module as `m`, `made(options)`, and `tried(f)`: whether it succeeded, and with what. */
  async function session(at: Recorder): Promise<Harness> {
    const h = luaWithModules({ URL: at.url, CA: authority.ca });
    const client = contract.client ?? `o.url, o.token = URL, "t0k" return m.client(o)`;
    await h.run(`
      m = require("assay.${name}")
      function made(o) ${client} end
      function tried(f)
        local ok, v = pcall(f)
        if not ok then return false, tostring(v) end
        if v == nil or type(v) == "function" then return true, type(v) end
        return true, json.encode(v)
      end`);
    return h;
  }

  // the place in the script is that of `tried`
  const textOf = (value: unknown) => String(value).replace(/^t\.lua:\d+: /, "");

  /** Runs each of the calls in turn, with a client that has `options`. */
  async function outcomes(options: string, chosen = calls, at = server): Promise<Outcome[]> {
    const h = await session(at);
    try {
      const results: Outcome[] = [];
      for (const call of chosen) {
        at.seen = [];
        // a fresh client for each, since some keep what they were told
        const [ok, value] = await h.run(
          `c = made(${options}) return tried(function() return ${call.source} end)`,
        );
        results.push({ call, ok: ok === true, value: textOf(value), seen: at.seen });
      }
      return results;
    } finally {
      await h.lua.close();
    }
  }

  /** Runs all calls at the same time; what they sent can't be told apart. */
  async function together(chosen: Call[]): Promise<Outcome[]> {
    const h = await session(server);
    server.seen = [];
    try {
      const functions = chosen.map(({ source }) => `function(c) return ${source} end`);
      const [results] = (await h.run(`
        return async.map({ ${functions.join(", ")} }, function(f)
          local c = made({})
          return { tried(function() return f(c) end) }
        end, { concurrency = 100 })`)) as [[boolean, string][]];
      return chosen.map((call, i) => {
        const [ok, value] = results[i] ?? [];
        return { call, ok: ok === true, value: textOf(value), seen: server.seen };
      });
    } finally {
      await h.lua.close();
    }
  }

  const answerOf = (request: Seen) => contract.answer?.(request, server.url) ?? {};
  const label = (fn: string, r: Request) =>
    contract.label?.(fn, r) ?? `${name}: ${r.method} ${r.path}${r.query}`;
  const errorOf = (fn: string, r: Request, status: number, body: string) =>
    contract.error?.(fn, r, status, body) ?? `${label(fn, r)} HTTP ${status}: ${body}`;
  /** What goes wrong, one line for each call, so that a failure shows all of it. */
  const faults = (results: Outcome[], faultOf: (o: Outcome) => string | undefined) =>
    results.flatMap((o) => {
      const fault = faultOf(o);
      return fault === undefined ? [] : [`${o.call.source}: ${fault}`];
    });

  test("arguments arrive, percent-encoded, with the client's headers", async () => {
    server.answering = (r) => ({ status: 200, body: JSON.stringify(answerOf(r)) });
    const results = await outcomes(`{ headers = { ["X-Own"] = "mine" } }`);
    expect(
      faults(results, ({ call, seen, value }) => {
        if (seen.length === 0) return `nothing was sent: ${value}`;
        const broken = seen.find(({ target }) => !isWellFormed(target));
        if (broken !== undefined) return `${broken.method} ${broken.target} is no address`;
        if (contract.unsent?.[call.fn] !== undefined) return undefined;
        const lost = Object.values(call.markers).filter((m) => !seen.some((r) => holds(r, m)));
        if (lost.length > 0)
          return `${lost} did not arrive: ${JSON.stringify(seen.map((r) => [r.target, r.body]))}`;
        if (
          name !== "k8s" &&
          call.source.startsWith("c:") &&
          seen.some((r) => r.headers["x-own"] !== "mine")
        )
          return "a header is missing";
        return undefined;
      }),
    ).toEqual([]);
  });

  test("500 is an error with method, path and body", async () => {
    server.answering = () => ({ status: 500, body: "boom" });
    const results = await outcomes(
      "{}",
      calls.filter(({ fn }) => !isWait(fn)),
    );
    expect(
      faults(results, ({ call, ok, value, seen }) => {
        const quiet = contract.quiet?.[call.fn];
        if (quiet !== undefined)
          return ok && value === quiet ? undefined : `expected ${quiet}, got ${value}`;
        const last = seen.at(-1);
        if (last === undefined) return "nothing was sent";
        const wanted = errorOf(call.fn, last, 500, last.method === "HEAD" ? "" : "boom");
        return !ok && value === wanted ? undefined : `expected ${wanted}, got ${value}`;
      }),
    ).toEqual([]);
  });

  test("404 is an error unless the module has a value for it", async () => {
    server.answering = () => ({ status: 404, body: "gone" });
    const results = await outcomes(
      "{}",
      calls.filter(({ fn }) => !isWait(fn)),
    );
    expect(
      faults(results, ({ call, ok, value, seen }) => {
        const missing = contract.missing?.[call.fn];
        if (missing !== undefined)
          return ok && value === missing ? undefined : `expected ${missing}, got ${value}`;
        const own = contract.missingError?.[call.fn];
        if (own !== undefined)
          return !ok && value.startsWith(own) ? undefined : `expected ${own}, got ${value}`;
        if (seen.length === 0) return "nothing was sent";
        const wanted = seen.map((r) => errorOf(call.fn, r, 404, r.method === "HEAD" ? "" : "gone"));
        return !ok && wanted.includes(value)
          ? undefined
          : `expected ${wanted.at(-1)}, got ${value}`;
      }),
    ).toEqual([]);
  });

  test("429 and 503 are repeated after the time that the server names", async () => {
    const refusals = [429, 503];
    server.answering = (r, number) =>
      number % 3 !== 0
        ? {
            status: refusals[(number % 3) - 1] as number,
            body: "busy",
            headers: { "Retry-After": "0" },
          }
        : { status: 200, body: JSON.stringify(answerOf(r)) };
    const results = await outcomes("{}");
    expect(
      faults(results, ({ call, seen, value }) => {
        if (contract.probes?.[call.fn] !== undefined) return undefined;
        if (seen.length === 0 || seen.length % 3 !== 0) return `${seen.length} requests: ${value}`;
        for (let i = 0; i < seen.length; i += 3) {
          const [first, ...again] = seen
            .slice(i, i + 3)
            .map((r) => `${r.method} ${r.target} ${r.body}`);
          if (again.some((r) => r !== first)) return `${first} was repeated as ${again}`;
        }
        return undefined;
      }),
    ).toEqual([]);
  });

  test("the client's time limit counts for each request", async () => {
    server.answering = () => undefined;
    const results = await outcomes(
      "{ timeout = 0.02 }",
      calls.filter(({ fn }) => !isWait(fn)),
    );
    const quiet = (fn: string) => contract.quiet?.[fn];
    expect(
      faults(results, ({ call, ok, value }) => {
        // some tell the reason in their value
        if (quiet(call.fn) === value && ok) return undefined;
        return /timeout after 0\.02 s/.test(value) ? undefined : value;
      }),
    ).toEqual([]);
  });

  test("the client's trust counts", async () => {
    trusted.answering = (r) => ({ status: 200, body: JSON.stringify(answerOf(r)) });
    const trust = (options: string) =>
      outcomes(
        `{ ${options} }`,
        callsOf(name, {
          ...contract,
          args: { ...contract.args, "wait.opts": `{ timeout = 0, ${options} }` },
        }).filter(({ fn }, i) => contract.local?.[fn] === undefined && (i < 4 || fn === "wait")),
        trusted,
      );
    for (const options of ["ca_cert = CA", "insecure = true"])
      expect(
        faults(await trust(options), ({ seen, value }) => (seen.length > 0 ? undefined : value)),
      ).toEqual([]);
    const refused = await trust("");
    expect(faults(refused, ({ seen }) => (seen.length === 0 ? undefined : "was sent"))).toEqual([]);
    expect(refused.some(({ value }) => /certificate/.test(value))).toBe(true);
  });

  const waiting = `{ timeout = ${WAIT}, interval = 0.05, ${contract.waiting ?? ""} }`;
  const waits = callsOf(name, {
    ...contract,
    args: { ...contract.args, timeout_secs: `${WAIT}`, opts: waiting, "wait_for.opts": waiting },
  }).filter(({ fn }) => isWait(fn) && contract.startsAtOnce?.[fn] === undefined);

  test.runIf(waits.length > 0)(
    "waits go on, end in time, and say what they saw last",
    async () => {
      const inTime = (results: Outcome[], seen: RegExp) =>
        faults(results, ({ ok, value }) =>
          !ok && value.includes(`after ${WAIT}s (last: `) && seen.test(value) ? undefined : value,
        );
      server.answering = () => ({ status: 503, body: "starting" });
      expect(inTime(await together(waits), /503/)).toEqual([]);
      expect(server.seen.length).toBeGreaterThanOrEqual(2 * waits.length);
      // a server that does not answer must not hold a wait: requests take 30 s otherwise
      server.answering = () => undefined;
      const start = performance.now();
      expect(inTime(await together(waits), /timeout/)).toEqual([]);
      expect(performance.now() - start).toBeLessThan(20_000);
    },
    60_000,
  );
});

/** Whether a request line holds this target: no character that has to be encoded, one query. */
function isWellFormed(target: string): boolean {
  return /^\/(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*(?:\?(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)?$/.test(
    target,
  );
}

/** Whether a text is one part of the path, in a parameter's value, or in the body. */
function holds(r: Seen, text: string): boolean {
  const parts = r.path.split("/").map(decodeURIComponent);
  // Harbor wants the names of repositories encoded twice
  const twice = parts.filter((part) => /%[0-9A-F]{2}/.test(part)).flatMap(decodeIfEncoded);
  if ([...parts, ...twice].some((part) => part.includes(text))) return true;
  if (
    Object.values(r.headers).some(
      (v) =>
        `${v} ${decodeIfEncoded(`${v}`)}`.includes(encodeHeader(text)) ||
        decodeIfEncoded(`${v}`).some((d) => d.includes(text)),
    )
  )
    return true;
  const values = [...new URLSearchParams(r.query), ...new URLSearchParams(r.body)].flat();
  const quoted = JSON.stringify(text).slice(1, -1);
  if (values.some((v) => v.includes(text) || v.includes(quoted))) return true;
  return [text, quoted, Buffer.from(text).toString("base64")].some((form) => r.body.includes(form));
}

/** As a server reads the bytes of a header. */
const encodeHeader = (text: string) => Buffer.from(text, "utf8").toString("latin1");

function decodeIfEncoded(part: string): string[] {
  try {
    return [decodeURIComponent(part)];
  } catch {
    return [];
  }
}
