/** The HTTP client below Lua, against servers that misbehave in every way. */
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HttpFault } from "../../src/builtins/http/errors";
import { fetchWhole, type RequestSpec, type WholeResponse } from "../../src/builtins/http/perform";
import { Transport } from "../../src/builtins/http/transport";
import { freePort, type RawServer, rawServer, spec } from "./http-peers";

const noEnvironment = () => undefined;
const transport = new Transport({ tls: { insecure: false }, env: noEnvironment });

function get(url: string, over: Partial<RequestSpec> = {}): Promise<WholeResponse> {
  return fetchWhole(transport, spec(url, over));
}

async function failure(p: Promise<unknown>): Promise<string> {
  const e = await p.then(
    () => "no failure",
    (error: unknown) => error,
  );
  return e instanceof HttpFault ? e.message : `not a fault: ${String(e)}`;
}

const text = (r: WholeResponse) => r.body.toString("latin1");

function encoded(encoding: string, body: Buffer): string {
  return `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n${body.toString("latin1")}`;
}

let server: RawServer;
let other: RawServer;
const plain = Buffer.from("hello hello hello hello");
let flaky = 0;

beforeAll(async () => {
  other = await rawServer({ "/landing": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere" });
  server = await rawServer({
    "/ok": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "/twice":
      "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-B: caf\xe9\r\nX-Empty:\r\nX-Blanks: \t a  b \t\r\nX-Only:  \r\nContent-Length: 2\r\n\r\nok",
    "/103":
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "/100": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "/204": "HTTP/1.1 204 No Content\r\n\r\n",
    "/204long": "HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n",
    "/304": "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
    "/head": "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    "/chunked":
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
    "/badchunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
    "/garbage": "SSH-2.0-OpenSSH_9.2\r\n",
    "/999": "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    "/noreason": "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "/old": (s) => s.end("HTTP/1.0 200 OK\r\n\r\nuntil the end"),
    "/binary": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\xff\xfe\x00\x80\n",
    "/manyheaders": `HTTP/1.1 200 OK\r\n${Array.from({ length: 1000 }, (_, i) => `X-H${i}: ${"v".repeat(100)}\r\n`).join("")}Content-Length: 2\r\n\r\nok`,
    "/hugeheaders": `HTTP/1.1 200 OK\r\n${Array.from({ length: 4000 }, (_, i) => `X-H${i}: ${"v".repeat(100)}\r\n`).join("")}Content-Length: 2\r\n\r\nok`,
    "/early": (s) => {
      s.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
      setTimeout(() => s.end(), 30);
    },
    "/reset": (s) => s.resetAndDestroy(),
    "/hangup": (s) => s.end(),
    "/shortchunks": (s) => {
      s.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      setTimeout(() => s.end(), 30);
    },
    "/silent": () => undefined,
    "/slowbody": (s) => s.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"),
    "/drip": (s) => {
      s.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
      for (let i = 0; i < 5; i++) setTimeout(() => s.write(String(i)), 40 * i);
    },
    "/large": `HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${"x".repeat(300000)}`,
    "/gzip": encoded("gzip", gzipSync(plain)),
    "/br": encoded("br", brotliCompressSync(plain)),
    "/zstd": encoded("zstd", zstdCompressSync(plain)),
    "/cutzstd": encoded("zstd", zstdCompressSync(plain).subarray(0, -4)),
    "/deflate": encoded("deflate", deflateSync(plain)),
    "/rawdeflate": encoded("deflate", deflateRawSync(plain)),
    "/both": encoded("gzip, br", brotliCompressSync(gzipSync(plain))),
    "/biggzip": encoded("gzip", gzipSync(Buffer.alloc(900_000, "ab"))),
    "/bomb": encoded("gzip", gzipSync(Buffer.alloc(50_000_000))),
    "/notgzip": encoded("gzip", Buffer.from("plain")),
    "/cutgzip": encoded("gzip", gzipSync(plain).subarray(0, 20)),
    "/strange": encoded("compress", plain),
    "/to-ok": "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 4\r\n\r\ngone",
    "/301": "HTTP/1.1 301 Moved\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n",
    "/303": "HTTP/1.1 303 See Other\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n",
    "/307": "HTTP/1.1 307 Temporary\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n",
    "/loop": "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n",
    "/away": (s) =>
      s.write(`HTTP/1.1 302 Found\r\nLocation: ${other.url}/landing\r\nContent-Length: 0\r\n\r\n`),
    "/tofile": "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "/to-bytes": "HTTP/1.1 302 Found\r\nLocation: /k\xe4se\r\nContent-Length: 0\r\n\r\n",
    "/to-text": "HTTP/1.1 302 Found\r\nLocation: /k\xc3\xa4se\r\nContent-Length: 0\r\n\r\n",
    "/to-ok-endless": "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 10\r\n\r\n",
    "/nolocation": "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "/flaky": (s) =>
      s.write(
        ++flaky % 3 === 0
          ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
          : "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n",
      ),
    "/stale": (s) => {
      s.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      s.removeAllListeners("data");
      s.on("data", () => s.destroy());
    },
  });
});

afterAll(() => {
  server.close();
  other.close();
  transport.close();
});

const last = () => server.requests.at(-1) ?? "";

describe("responses", () => {
  test("header lines come in order, repeated ones stay apart, bytes are kept", async () => {
    const r = await get(`${server.url}/twice`);
    expect(r.status).toBe(200);
    expect(r.headers).toEqual([
      ["x-a", "1"],
      ["x-a", "2"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-b", "caf\xe9"],
      ["x-empty", ""],
      ["x-blanks", "a  b"],
      ["x-only", ""],
      ["content-length", "2"],
    ]);
  });
  test.each([
    ["/103", 200, "ok"],
    ["/100", 200, "ok"],
    ["/204", 204, ""],
    ["/204long", 204, ""],
    ["/304", 304, ""],
    ["/999", 999, ""],
    ["/noreason", 200, "ok"],
    ["/old", 200, "until the end"],
    ["/chunked", 200, "abcde"],
    ["/binary", 200, "\xff\xfe\x00\x80\n"],
    ["/manyheaders", 200, "ok"],
    ["/drip", 200, "01234"],
    ["/nolocation", 302, ""],
  ])("%s gives %i %j", async (path, status, body) => {
    const r = await get(server.url + path);
    expect([r.status, text(r)]).toEqual([status, body]);
  });
  test("HEAD has no body whatever its length says", async () => {
    const r = await get(`${server.url}/head`, { method: "HEAD" });
    expect([r.status, text(r)]).toEqual([200, ""]);
    expect(r.headers).toContainEqual(["content-length", "1000"]);
  });
});

describe("requests", () => {
  test("headers go out as given, repeated and with bytes; Host is honoured", async () => {
    await get(`${server.url}/ok?q=a%20b`, {
      headers: [
        ["X-Foo", "1"],
        ["X-Foo", "2"],
        ["Host", "other.example"],
        ["X-B", "caf\xc3\xa9"],
      ],
    });
    expect(last()).toContain("X-Foo: 1\r\nX-Foo: 2\r\n");
    expect(last()).toContain("host: other.example\r\n");
    expect(last()).toContain("X-B: caf\xc3\xa9\r\n");
    expect(last()).toMatch(/^GET \/ok\?q=a%20b HTTP\/1\.1\r\n/);
  });
  test.each(["GET", "DELETE", "POST", "PROPFIND"])("%s may have a body", async (method) => {
    await get(`${server.url}/ok`, { method, body: Buffer.from("\xff\x00z", "latin1") });
    expect(last()).toMatch(new RegExp(`^${method} `));
    expect(last().slice(-7)).toBe("\r\n\r\n\xff\x00z");
  });
  test("a POST without body says so", async () => {
    await get(`${server.url}/ok`, { method: "POST" });
    expect(last().toLowerCase()).toContain("content-length: 0\r\n");
  });
  test("connections are kept alive", async () => {
    // also after many were broken, which the earlier tests took care of
    for (let i = 0; i < 20; i++) await get(`${server.url}/ok`);
    const before = server.connections;
    for (let i = 0; i < 20; i++) await get(`${server.url}/ok`);
    expect(server.connections).toBe(before);
  });
  test("a connection that was closed while idle is replaced", async () => {
    const t = new Transport({ tls: { insecure: false }, env: noEnvironment });
    for (let i = 0; i < 4; i++)
      expect((await fetchWhole(t, spec(`${server.url}/stale`))).status).toBe(200);
    t.close();
  });
});

describe("encodings", () => {
  test.each(["/gzip", "/br", "/zstd", "/deflate", "/rawdeflate", "/both"])("%s", async (path) => {
    const r = await get(server.url + path);
    expect(text(r)).toBe(plain.toString());
    expect(r.headers).toEqual([]);
  });
  test("a large body", async () => {
    expect((await get(`${server.url}/biggzip`)).body.equals(Buffer.alloc(900_000, "ab"))).toBe(
      true,
    );
  });
  test("kept as it is on request, or when the encoding is not known", async () => {
    const r = await get(`${server.url}/gzip`, { decompress: false });
    expect(r.body.equals(gzipSync(plain))).toBe(true);
    expect(text(await get(`${server.url}/strange`))).toBe(plain.toString());
  });
  test("bombs and damage are errors", async () => {
    expect(await failure(get(`${server.url}/bomb`))).toBe(
      `reading the response body from ${server.url}/bomb: larger than 1048576 bytes (option max_size)`,
    );
    expect(await failure(get(`${server.url}/notgzip`))).toMatch(/\/notgzip: not valid gzip: /);
    expect(await failure(get(`${server.url}/cutgzip`))).toMatch(/\/cutgzip: not valid gzip: /);
    expect(await failure(get(`${server.url}/cutzstd`))).toMatch(/\/cutzstd: not valid zstd: /);
  });
});

describe("redirects", () => {
  const body = Buffer.from("data");
  test.each([
    ["POST", "/301", "GET"],
    ["POST", "/to-ok", "GET"],
    ["PUT", "/303", "GET"],
    ["PUT", "/to-ok", "PUT"],
    ["POST", "/307", "POST"],
    ["HEAD", "/303", "HEAD"],
  ])("%s %s goes on as %s", async (method, path, then) => {
    const headers: [string, string][] = [["Content-Type", "text/x"]];
    await get(server.url + path, { method, headers, body: method === "HEAD" ? undefined : body });
    expect(last()).toMatch(new RegExp(`^${then} /ok `));
    expect(last().endsWith("data")).toBe(then === method && method !== "HEAD");
    expect(last().includes("text/x")).toBe(then === method);
  });
  test("the final address is reported", async () => {
    expect((await get(`${server.url}/to-ok`)).url.pathname).toBe("/ok");
  });
  test("not followed on request", async () => {
    const r = await get(`${server.url}/to-ok`, { followRedirects: false });
    expect([r.status, text(r)]).toEqual([302, "gone"]);
  });
  test("credentials stay at the first host", async () => {
    const headers: [string, string][] = [
      ["Authorization", "Bearer x"],
      ["Cookie", "a=1"],
      ["X-Kept", "1"],
    ];
    await get(`${server.url}/away`, { headers });
    const seen = (other.requests.at(-1) ?? "").toLowerCase();
    expect(seen).toContain("x-kept: 1");
    expect(seen).not.toContain("authorization");
    expect(seen).not.toContain("cookie");
    await get(`${server.url}/to-ok`, { headers });
    expect(last()).toContain("Authorization: Bearer x");
  });
  test("an address that is no UTF-8 is followed byte by byte", async () => {
    await get(`${server.url}/to-bytes`);
    expect(last()).toMatch(/^GET \/k%E4se HTTP/);
    await get(`${server.url}/to-text`);
    expect(last()).toMatch(/^GET \/k%C3%A4se HTTP/);
  });
  test("the body of a redirect is not waited for for ever", async () => {
    expect((await get(`${server.url}/to-ok-endless`)).status).toBe(200);
  });
  test("no more than ten, and only to HTTP", async () => {
    const before = server.requests.length;
    expect(await failure(get(`${server.url}/loop`))).toBe(
      `requesting ${server.url}/loop: more than 10 redirects`,
    );
    expect(server.requests.length - before).toBe(11);
    expect(await failure(get(`${server.url}/tofile`))).toMatch(/redirected to an invalid address$/);
  });
});

describe("failures name phase, address and cause", () => {
  test("refused", async () => {
    const port = await freePort();
    expect(await failure(get(`http://user:secret@127.0.0.1:${port}/p?token=secret`))).toBe(
      `connecting to http://127.0.0.1:${port}/p: connection refused`,
    );
  });
  test("no such host", async () => {
    expect(await failure(get("http://nowhere.invalid/"))).toBe(
      "connecting to http://nowhere.invalid/: DNS lookup failed: no such host 'nowhere.invalid'",
    );
  });
  test.each([
    ["/reset", "waiting for a response from", "connection reset by peer"],
    [
      "/hangup",
      "waiting for a response from",
      "connection closed by peer before the response was complete",
    ],
    [
      "/early",
      "reading the response body from",
      "connection closed by peer before the response was complete",
    ],
    [
      "/shortchunks",
      "reading the response body from",
      "connection closed by peer before the response was complete",
    ],
    [
      "/badchunk",
      "reading the response body from",
      "invalid HTTP response: Invalid character in chunk size",
    ],
    ["/garbage", "waiting for a response from", "the server does not speak HTTP on this port"],
    ["/hugeheaders", "waiting for a response from", "response headers too large"],
  ])("%s", async (path, phase, cause) => {
    expect(await failure(get(server.url + path))).toBe(`${phase} ${server.url}${path}: ${cause}`);
  });
  // long enough that also on a busy machine the phase named is the one meant
  test("timeouts say how long and where", async () => {
    expect(await failure(get(`${server.url}/silent`, { timeout: 1 }))).toBe(
      `waiting for a response from ${server.url}/silent: timeout after 1 s`,
    );
    expect(await failure(get(`${server.url}/slowbody`, { timeout: 1 }))).toBe(
      `reading the response body from ${server.url}/slowbody: timeout after 1 s`,
    );
  });
  test("a body over the limit", async () => {
    expect(await failure(get(`${server.url}/large`, { maxSize: 1000 }))).toBe(
      `reading the response body from ${server.url}/large: larger than 1000 bytes (option max_size)`,
    );
    expect((await get(`${server.url}/large`, { maxSize: 300000 })).body.length).toBe(300000);
  });
  test("cancelled", async () => {
    const stop = new AbortController();
    const p = failure(get(`${server.url}/silent`, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    expect(await p).toBe(`requesting ${server.url}/silent: cancelled`);
  });
});

describe("retries", () => {
  test("an idempotent request is repeated while the server is busy", async () => {
    flaky = 0;
    expect((await get(`${server.url}/flaky`, { retries: 2 })).status).toBe(200);
    expect(flaky).toBe(3);
  });
  test("what is too large is not asked for again", async () => {
    const { length } = server.requests;
    const large = { maxSize: 1000, retries: 2 };
    expect(await failure(get(`${server.url}/large`, large))).toMatch(/larger than 1000 bytes/);
    expect(await failure(get(`${server.url}/bomb`, large))).toMatch(/larger than 1000 bytes/);
    expect(server.requests).toHaveLength(length + 2);
  });
  test("no more often than asked, and never a POST that the server has seen", async () => {
    flaky = 0;
    expect((await get(`${server.url}/flaky`, { retries: 1 })).status).toBe(503);
    flaky = 0;
    expect((await get(`${server.url}/flaky`, { retries: 5, method: "POST" })).status).toBe(503);
    expect(flaky).toBe(1);
  });
});
