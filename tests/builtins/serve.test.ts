/** `http.serve`, against raw sockets, Bun's fetch and WebSocket clients. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { runShutdown } from "../../src/host/shutdown";
import { type Harness, harness } from "./harness";
import { makeAuthority } from "./http-peers";

let h: Harness;

beforeEach(() => {
  h = harness();
});
afterEach(() => h.lua.close());

/** Starts a server with these Lua routes and gives its address. */
async function serve(routes: string, options = ""): Promise<string> {
  const [url] = await h.run(`
    server = http.server({ host = "127.0.0.1", port = 0, ${options} }, ${routes})
    return server.url`);
  return url as string;
}

/** Sends bytes and collects what comes back until the peer closes or `ms` have passed. */
function raw(url: string, text: string, ms = 2000): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
    let out = "";
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.on("data", (d) => {
      out += d.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(out);
    });
    socket.write(Buffer.from(text, "latin1"));
  });
}

const close = "Host: h\r\nConnection: close\r\n";

describe("routing", () => {
  test("the original's table: exact paths by method", async () => {
    const url = await serve(`{
      GET = { ["/a"] = function() return { body = "get a" } end },
      post = { ["/a"] = function() return { body = "post a" } end },
    }`);
    expect(await (await fetch(`${url}/a`)).text()).toBe("get a");
    expect(await (await fetch(`${url}/a`, { method: "POST" })).text()).toBe("post a");
    for (const [path, method] of [
      ["/b", "GET"],
      ["/a/", "GET"],
      ["/a", "PUT"],
    ] as const) {
      const r = await fetch(url + path, { method });
      expect([r.status, r.headers.get("content-type"), await r.text()]).toEqual([
        404,
        "text/plain",
        "not found",
      ]);
    }
  });
  test("by path, with parameters, the most specific first", async () => {
    const url = await serve(`{
      ["/u/*"] = function(r) return "rest " .. r.params["*"] end,
      ["/u/:id"] = function(r) return "user " .. r.params.id end,
      ["/u/me"] = { GET = function() return "me" end, ANY = function(r) return r.method end },
      ["/u/:id/posts/:post"] = function(r) return r.params.id .. " " .. r.params.post end,
      GET = { ["/*"] = function(r) return "all " .. r.params["*"] end },
    }`);
    const get = async (path: string, method = "GET") =>
      (await fetch(url + path, { method })).text();
    expect(await get("/u/me")).toBe("me");
    expect(await get("/u/me", "PUT")).toBe("PUT");
    expect(await get("/u/7")).toBe("user 7");
    expect(await get("/u/a%2Fb%20c+d")).toBe("user a/b c+d");
    expect(await get("/u/7/posts/9")).toBe("7 9");
    expect(await get("/u/7/x/y")).toBe("rest 7/x/y");
    expect(await get("/other/x")).toBe("all other/x");
    expect(await get("/u/7", "DELETE")).toBe("user 7");
    expect(await get("/other", "DELETE")).toBe("not found");
  });
  test("HEAD is answered by GET handlers, without a body", async () => {
    const url = await serve(`{ GET = { ["/a"] = function() return { body = "12345" } end } }`);
    const text = await raw(url, `HEAD /a HTTP/1.1\r\n${close}\r\n`);
    expect(text.toLowerCase()).toContain("content-length: 5\r\n");
    expect(text).toMatch(/\r\n\r\n$/);
  });
  test("HEAD of a stream says nothing of its length, and does not run it", async () => {
    const url = await serve(`{
      ["/a"] = function() return { stream = function(write) ran = true write("x") end } end,
      ["/ran"] = function() return tostring(ran) end,
    }`);
    const text = await raw(
      url,
      `HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /ran HTTP/1.1\r\n${close}\r\n`,
    );
    const [head = ""] = text.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(head.toLowerCase()).not.toContain("content-length");
    expect(text).toMatch(/\r\n\r\nnil$/);
  });
  test.each([
    [`http.serve("x", {})`, "http.serve: first argument must be a port number"],
    [`http.serve(8080.5, {})`, "http.serve: first argument must be a port number"],
    [`http.serve(70000, {})`, "http.serve: the port must be from 0 to 65535, got 70000"],
    [`http.serve(-1, {})`, "http.serve: the port must be from 0 to 65535, got -1"],
    [`http.serve(0)`, "http.serve: second argument must be a routes table"],
    [`http.serve(0, { GET = 1 })`, "http.serve: routes.GET must be a table of paths, got number"],
    [
      `http.serve(0, { GET = { ["/"] = 1 } })`,
      "http.serve: route '/' needs a function as its handler, got number",
    ],
    [`http.serve(0, { ["/*/x"] = print })`, "http.serve: route '/*/x' has '*' before its end"],
    [
      `http.serve({ host = "203.0.113.1" }, {})`,
      "http.serve: bind failed: 203.0.113.1:0: Cannot assign requested address (os error 99)",
    ],
    [
      `http.serve({ idle_timeout = 1000 }, {})`,
      "http.serve: option 'idle_timeout' must be at most 255 seconds",
    ],
    [
      `http.serve({ tls = {} }, {})`,
      "http.serve: option 'tls' needs cert and key (or cert_file and key_file)",
    ],
    [
      `http.serve({ tls = { cert = "x", key = "y" } }, {})`,
      "http.serve: invalid tls.cert: no certificate found in the PEM text",
    ],
    [
      `http.serve({ host = "nowhere.invalid", port = 1 }, {})`,
      "http.serve: bind failed: nowhere.invalid:1: DNS lookup failed: no such host 'nowhere.invalid'",
    ],
  ])("%s", async (code, message) => {
    expect(await h.failure(code)).toBe(message);
  });
  test("a port that is taken", async () => {
    const url = await serve("{}");
    const port = new URL(url).port;
    expect(await h.failure(`http.serve({ host = "127.0.0.1", port = ${port} }, {})`)).toBe(
      `http.serve: bind failed: 127.0.0.1:${port}: Address already in use (os error 98)`,
    );
  });
});

describe("requests", () => {
  test("all fields", async () => {
    const url = await serve(`{ POST = { ["/p/:x"] = function(r)
      return { json = { r.method, r.path, r.query, r.params.a, r.params.x, r.headers["x-h"],
        r.headers["X-H"], #r.body, r.body, r.remote, math.type(r.remote_port) } }
    end } }`);
    const r = await fetch(`${url}/p/v?a=1%202&b`, {
      method: "POST",
      headers: { "X-H": "yes" },
      body: "bödy",
    });
    expect(await r.json()).toEqual([
      ...["POST", "/p/v", "a=1%202&b", "1 2", "v", "yes", "yes", 5, "bödy", "127.0.0.1", "integer"],
    ]);
  });
  test("fields by computed names, and a traversal of them", async () => {
    const url = await serve(`{ ["/"] = function(r)
      r.own = "own"
      local names = {}
      for name, v in pairs(r) do
        assert(r[name] == v and rawget(r, name) == v)
        names[#names + 1] = name
      end
      return { json = { r["me" .. "thod"], r["remote"], rawget(r, "remote") == nil, names } }
    end }`);
    expect(await (await fetch(url)).json()).toEqual([
      "GET",
      "127.0.0.1",
      true,
      ["method", "path", "query", "params", "headers", "body", "own"],
    ]);
  });
  test("json()", async () => {
    const url = await serve(`{ ["/"] = function(r) return { body = r:json().a[2] } end }`);
    const post = (body: string) => fetch(url, { method: "POST", body });
    expect(await (await post('{"a":[1,"two"]}')).text()).toBe("two");
    expect((await post("{")).status).toBe(500);
    expect(h.logged().join("\n")).toMatch(/^ERROR http\.serve: POST \/: request:json: /m);
  });
  test("headers whose names are special, or that are repeated", async () => {
    const url = await serve(`{ ["/"] = function(r)
      local names = {}
      for name in pairs(r.headers) do names[#names + 1] = name end
      table.sort(names)
      return { json = { names = names, proto = r.headers["__proto__"], n = r.headers["12"],
        cookie = r.headers.cookie, set = r.headers["set-cookie"], a = r.headers["x-a"],
        ["or"] = tostring(r.headers.constructor) } }
    end }`);
    const text = await raw(
      url,
      `GET / HTTP/1.1\r\n${close}__proto__: p\r\nX-A: 1\r\nx-a: 2\r\n12: n\r\nCookie: q=1\r\nCookie: z=2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n`,
    );
    expect(JSON.parse(text.slice(text.indexOf("\r\n\r\n")))).toEqual(
      JSON.parse(`{ "names": ["12", "__proto__", "connection", "cookie", "host", "set-cookie", "x-a"],
        "proto": "p", "n": "n", "cookie": "q=1; z=2", "set": "b=2", "a": "1, 2", "or": "nil" }`),
    );
  });
  test("what a handler keeps of a request stays", async () => {
    const url = await serve(`{ ["/"] = function(r)
      local before = kept
      kept = r
      r.headers["x-own"], r.params.own = "o", "p"
      return { json = before and { before.method, before.path, before.headers["x-h"],
        before.headers["x-own"], before.params.own, before.params.a, before.body } or {} }
    end }`);
    for (const [i, body] of [undefined, "b", undefined].entries()) {
      const method = body === undefined ? "GET" : "POST";
      const init = { method, headers: { "X-H": `h${i}` }, ...(body && { body }) };
      const r = await fetch(`${url}/?a=${i}`, init);
      if (i === 1) expect(await r.json()).toEqual(["GET", "/", "h0", "o", "p", "0", ""]);
      else if (i === 2) expect(await r.json()).toEqual(["POST", "/", "h1", "o", "p", "1", "b"]);
      else expect(await r.json()).toEqual({});
    }
  });
  test("bodies are bytes, chunked ones too", async () => {
    const url = await serve(`{ ["/"] = function(r) return { body = r.body } end }`);
    const bytes = new Uint8Array([255, 0, 128, 10]);
    const r = await fetch(url, { method: "POST", body: bytes });
    expect(new Uint8Array(await r.arrayBuffer())).toEqual(bytes);
    const text = await raw(
      url,
      `POST / HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    );
    expect(text).toMatch(/\r\n\r\nabcde$/);
  });
  test("too large a body is 413, too large a head 431, nonsense 400", async () => {
    const url = await serve(
      `{ ["/"] = function(r) return { body = "ok" } end }`,
      "max_body = 100,",
    );
    expect((await fetch(url, { method: "POST", body: "x".repeat(100) })).status).toBe(200);
    expect((await fetch(url, { method: "POST", body: "x".repeat(101) })).status).toBe(413);
    const chunked = `POST / HTTP/1.1\r\n${close}Transfer-Encoding: chunked\r\n\r\nc8\r\n${"x".repeat(200)}\r\n0\r\n\r\n`;
    expect(await raw(url, chunked)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await raw(url, `GET / HTTP/1.1\r\n${close}X: ${"x".repeat(20000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(await raw(url, "nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });
  test.each(["Content-Length", "Transfer-Encoding"])(
    "who sends all of too large a body before reading sees the 413, and may go on: %s",
    async (framing) => {
      const url = await serve(
        `{ ["/"] = function(r) return { body = "got " .. #r.body } end }`,
        "max_body = 100,",
      );
      // more than the buffers of the system hold
      const body = "x".repeat(8_000_000);
      const isChunked = framing === "Transfer-Encoding";
      const head = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
      const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
      const failures: unknown[] = [];
      socket.on("error", (e) => failures.push(e));
      const sent = isChunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
      await new Promise((resolve) => {
        socket.once("close", resolve);
        socket.write(`POST / HTTP/1.1\r\nHost: h\r\n${head}\r\n\r\n${sent}`, resolve);
      });
      socket.write(`POST / HTTP/1.1\r\n${close}Content-Length: 3\r\n\r\nabc`);
      let out = "";
      socket.on("data", (d) => {
        out += d;
      });
      await new Promise((resolve) => socket.once("close", resolve));
      expect(failures).toEqual([]);
      expect(out).toMatch(
        /^HTTP\/1\.1 413 [\s\S]*\r\n\r\nrequest body too largeHTTP\/1\.1 200 [\s\S]*got 3$/,
      );
    },
  );
  test("a client that stops in the middle of its body is cut off", async () => {
    const url = await serve(
      `{ ["/"] = function(r) return { body = "ok" } end }`,
      "idle_timeout = 1,",
    );
    const started = performance.now();
    await raw(url, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nab", 15000);
    expect(performance.now() - started).toBeLessThan(12000);
  }, 20000);
});

describe("responses", () => {
  const probe = async (lua: string) => {
    const url = await serve(`{ ["/"] = function(r) ${lua} end }`);
    const r = await fetch(url, { redirect: "manual" });
    return [r.status, r.headers.get("content-type"), await r.text()];
  };
  test.each([
    [`return { body = "x" }`, [200, "text/plain", "x"]],
    [`return "just text"`, [200, "text/plain", "just text"]],
    [`return {}`, [200, "text/plain", ""]],
    [`return { body = 12 }`, [200, "text/plain", "12"]],
    [
      `return { status = 201, json = { b = 1, a = { true } } }`,
      [201, "application/json", '{"a":[true],"b":1}'],
    ],
    [`return { json = {}, body = "ignored" }`, [200, "application/json", "{}"]],
    [`return { json = false, body = "text" }`, [200, "text/plain", "text"]],
    [`return { json = false }`, [200, "application/json", "false"]],
    [`return { body = false }`, [200, "text/plain", ""]],
    [`return { html = "<p>ä" }`, [200, "text/html; charset=utf-8", "<p>ä"]],
    [`return { text = "x" }`, [200, "text/plain; charset=utf-8", "x"]],
    [`return { status = "404" }`, [404, "text/plain", ""]],
    [`return { status = 99 }`, [200, "text/plain", ""]],
    [`return { body = "x", headers = { ["Content-Type"] = "image/x" } }`, [200, "image/x", "x"]],
    [`return { redirect = "/else" }`, [302, null, ""]],
    [`return { redirect = "/else", status = 308 }`, [308, null, ""]],
    [`return { status = 204, body = "x" }`, [204, "text/plain", ""]],
    [`sleep(0.01) return { body = "later" }`, [200, "text/plain", "later"]],
  ])("%s", async (lua, expected) => {
    expect(await probe(lua)).toEqual(expected);
  });
  test("headers: numbers, lists, cookies; never the framing", async () => {
    const url = await serve(`{ ["/"] = function() return { body = "x", headers = {
      ["X-N"] = 1, ["X-L"] = { "a", "b" }, ["Set-Cookie"] = { "a=1", "b=2" }, ["Content-Length"] = 999,
    } } end }`);
    const r = await fetch(url);
    expect(r.headers.get("x-n")).toBe("1");
    expect(r.headers.get("x-l")).toBe("a, b");
    expect(r.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await r.text()).toBe("x");
  });
  test.each([
    [`error("secret detail")`, /GET \/: t\.lua:2: secret detail$/],
    [`error({ code = "secret" })`, /GET \/: \{code = "secret"\}/],
    [`return nil`, /the handler returned nil, not a response table or a string$/],
    [`return true`, /the handler returned boolean, not/],
    [`return { body = {} }`, /field 'body' must be a string, got table$/],
    [
      `return { headers = { ["X"] = "a\\r\\nSet-Cookie: x" } }`,
      /invalid value of header 'X': line breaks/,
    ],
    [`return { headers = { ["X Y"] = "a" } }`, /invalid header name "X Y"$/],
    [`return { redirect = "/a\\r\\nb" }`, /invalid value of header 'location'/],
    [`return { json = { f = print } }`, /GET \/: response: /],
    [`return http.get("http://127.0.0.1:1/")`, /http\.get: connecting to/],
  ])("%s is a 500 that tells the client nothing", async (lua, logged) => {
    expect(await probe(lua)).toEqual([500, "text/plain", "internal server error"]);
    const line = h.logged().find((l) => l.startsWith("ERROR"));
    expect(line).toMatch(logged);
  });
  test("the log has the traceback, and on_error the last word", async () => {
    const url = await serve(
      `{ ["/"] = function() local function deep() error("oops") end deep() end,
         ["/bad"] = function() error("worse") end, ["/number"] = function() return 5 end }`,
      `on_error = function(err, req)
         if req.path == "/bad" then error("again") end
         return { status = 503, body = err:match("oops") or err }
       end,`,
    );
    const r = await fetch(url);
    expect([r.status, await r.text()]).toEqual([503, "oops"]);
    expect(h.logged().join("\n")).toMatch(/oops\nstack traceback:\n[\s\S]*in local 'deep'/);
    expect((await fetch(`${url}/bad`)).status).toBe(500);
    expect(await (await fetch(`${url}/number`)).text()).toBe(
      "the handler returned number, not a response table or a string",
    );
  });
});

describe("concurrency", () => {
  test("handlers wait without stopping each other", async () => {
    const url = await serve(`{
      ["/slow"] = function() sleep(1) return "slow" end,
      ["/fast"] = function() return "fast" end,
      ["/busy"] = function() local t = time() while time() - t < 0.1 do end return "busy" end,
    }`);
    const started = performance.now();
    const order: string[] = [];
    const get = async (path: string) => order.push(await (await fetch(url + path)).text());
    await Promise.all([get("/slow"), get("/slow"), get("/fast")]);
    expect(order).toEqual(["fast", "slow", "slow"]);
    // one after the other they would take two seconds
    expect(performance.now() - started).toBeLessThan(1900);
    order.length = 0;
    await Promise.all([get("/busy"), get("/fast")]);
    expect(order.sort()).toEqual(["busy", "fast"]);
  });
  test("a handler may be slower than the idle timeout", async () => {
    const url = await serve(
      `{ ["/"] = function() sleep(6) return "done" end }`,
      "idle_timeout = 1,",
    );
    expect(await (await fetch(url)).text()).toBe("done");
  }, 15000);
  test("many requests over few connections, each with its own answer", async () => {
    const url = await serve(
      `{ ["/:n"] = function(r) sleep(0.001) return { json = { n = r.params.n } } end }`,
    );
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => (await fetch(`${url}/${i}`)).json()),
    );
    expect(answers).toEqual(Array.from({ length: 300 }, (_, i) => ({ n: String(i) })));
  });
});

describe("streams", () => {
  test("a stream arrives piece by piece", async () => {
    const url = await serve(`{ ["/"] = function() return { stream = function(write)
      for i = 1, 3 do write(i .. "\\xff") sleep(0.03) end
    end } end }`);
    const sizes: number[] = [];
    const r = await fetch(url);
    for await (const chunk of r.body as unknown as AsyncIterable<Uint8Array>)
      sizes.push(chunk.length);
    expect(r.headers.get("content-type")).toBe("application/octet-stream");
    expect(sizes).toEqual([2, 2, 2]);
  });
  test("server-sent events", async () => {
    const url = await serve(`{ ["/"] = function() return { sse = function(send)
      send { event = "tick", data = "one\\ntwo", id = 1, retry = 100 }
      send "plain"
    end } end }`);
    const r = await fetch(url);
    expect(r.headers.get("content-type")).toBe("text/event-stream");
    expect(r.headers.get("cache-control")).toBe("no-cache");
    expect(await r.text()).toBe(
      ":\n\nevent: tick\ndata: one\ndata: two\nid: 1\nretry: 100\n\ndata: plain\n\n",
    );
  });
  test("line breaks in an event's name are refused, and the connection is cut", async () => {
    const url = await serve(`{ ["/"] = function() return { sse = function(send)
      send "first"
      send { event = "a\\nb", data = "x" }
    end } end }`);
    const text = await raw(url, `GET / HTTP/1.1\r\n${close}\r\n`);
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*data: first/);
    expect(text).not.toMatch(/0\r\n\r\n$/);
    expect(h.logged().join("\n")).toMatch(/send: field 'event' must not hold line breaks/);
  });
  test("what a stream wrote before it failed arrives, and the request is not made again", async () => {
    const url = await serve(`{
      ["/warm"] = function() return "ok" end,
      ["/"] = function() return { stream = function(write)
        runs = (runs or 0) + 1
        write("half")
        error("boom")
      end } end,
      ["/runs"] = function() return tostring(runs) end,
    }`);
    // on a connection that has been used before, which a client takes for one that was idle for too long
    const [error] = await h.run(`
      http.get("${url}/warm")
      return select(2, pcall(http.get, "${url}/"))`);
    expect(error).toMatch(
      /^http\.get: reading the response body from .*: connection reset by peer$/,
    );
    expect(await (await fetch(`${url}/runs`)).text()).toBe("1");
    expect(await raw(url, `GET / HTTP/1.1\r\n${close}\r\n`)).toMatch(
      /^HTTP\/1.1 200 [\s\S]*half\r\n$/,
    );
  });
  test.each(["stream", "sse"])("a %s that fails at once is a handler that fails", async (kind) => {
    const url = await serve(
      `{ ["/"] = function() return { ${kind} = function() error("boom") end } end }`,
    );
    const r = await fetch(url);
    expect([r.status, await r.text()]).toEqual([500, "internal server error"]);
    expect(h.logged().filter((l) => l.includes("boom"))).toHaveLength(1);
  });
  test("a client that goes away ends the writer", async () => {
    const url = await serve(`{
      ["/"] = function() return { sse = function(send)
        local guard <close> = setmetatable({}, { __close = function() ended = true end })
        while send("x") do sleep(0.005) end
        ended = "told"
      end } end,
      ["/ended"] = function() return tostring(ended) end,
    }`);
    const stop = new AbortController();
    const r = await fetch(url, { signal: stop.signal });
    await r.body?.getReader().read();
    stop.abort();
    let seen = "nil";
    for (let i = 0; i < 50 && seen === "nil"; i++) {
      await Bun.sleep(20);
      seen = await (await fetch(`${url}/ended`)).text();
    }
    expect(seen).not.toBe("nil");
  });
  test("a slow reader slows the writer down", async () => {
    const url = await serve(`{
      ["/"] = function() return { stream = function(write)
        local chunk = ("x"):rep(65536)
        for i = 1, 2000 do written = i write(chunk) end
      end } end,
      ["/written"] = function() return tostring(written) end,
    }`);
    const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
    socket.pause();
    socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    await Bun.sleep(400);
    expect(Number(await (await fetch(`${url}/written`)).text())).toBeLessThan(1000);
    socket.destroy();
  });
  test("several tasks write to one slow reader", async () => {
    const url = await serve(`{
      ["/"] = function() return { stream = function(write)
        local chunk = ("x"):rep(1000000)
        async.map({ 1, 2, 3 }, function() for i = 1, 10 do write(chunk) end end)
      end } end,
    }`);
    const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
    let received = 0;
    let text = "";
    socket.on("data", (d) => {
      received += d.length;
      text = d.toString("latin1").slice(-5);
    });
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\n${close}\r\n`);
    await Bun.sleep(400);
    socket.resume();
    await new Promise((resolve) => socket.on("close", resolve));
    expect(received).toBeGreaterThan(30_000_000);
    expect(text).toBe("0\r\n\r\n");
  });
});

describe("WebSocket", () => {
  const connect = async (url: string, protocols: string[] = []) => {
    const ws = new WebSocket(url.replace("http", "ws"), protocols);
    ws.binaryType = "arraybuffer";
    const messages: unknown[] = [];
    const waiting: (() => void)[] = [];
    ws.onmessage = (e) => {
      messages.push(e.data);
      waiting.shift()?.();
    };
    const closed = new Promise<CloseEvent>((resolve) => {
      ws.onclose = resolve;
    });
    await new Promise((resolve, reject) => {
      ws.onopen = resolve;
      ws.onerror = reject;
    });
    const next = async () => {
      while (messages.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return messages.shift();
    };
    return { ws, next, closed };
  };
  test("echo, text and binary, until the client closes", async () => {
    const url = await serve(`{ ["/"] = function() return { ws = function(conn)
      while true do
        local data, binary, reason = conn:read()
        if not data then last = binary .. reason return end
        conn:write(data, { binary = binary })
      end
    end } end, ["/last"] = function() return tostring(last) end }`);
    const { ws, next, closed } = await connect(url);
    ws.send("grün");
    expect(await next()).toBe("grün");
    ws.send(new Uint8Array([255, 0]));
    expect(new Uint8Array((await next()) as ArrayBuffer)).toEqual(new Uint8Array([255, 0]));
    ws.close(3001, "bye");
    await closed;
    await Bun.sleep(30);
    expect(await (await fetch(`${url}/last`)).text()).toBe("3001bye");
  });
  test("a reader that gave up takes no message away, and several may read", async () => {
    const url = await serve(`{ ["/"] = function() return { ws = function(conn)
      pcall(async.timeout, 0.02, conn.read, conn)
      conn:write("ready")
      sleep(0.1)
      conn:write("got " .. conn:read())
      local readers = {}
      for i = 1, 3 do readers[i] = function() return conn:read() end end
      local texts = async.all(readers)
      table.sort(texts)
      conn:write(table.concat(texts, " "))
    end } end }`);
    const { ws, next } = await connect(url);
    expect(await next()).toBe("ready");
    ws.send("first");
    expect(await next()).toBe("got first");
    for (const text of ["a", "b", "c"]) ws.send(text);
    expect(await next()).toBe("a b c");
  });
  test("the function's end closes with 1000, its error with 1011", async () => {
    const url = await serve(`{
      ["/end"] = function() return { ws = function(conn) conn:write(conn.peer_addr) end } end,
      ["/fail"] = function() return { ws = function() error("oops") end } end,
      ["/code"] = function() return { ws = function(conn) conn:close(4000, "done") end } end,
    }`);
    const end = await connect(`${url}/end`);
    expect(await end.next()).toMatch(/^127\.0\.0\.1:\d+$/);
    expect((await end.closed).code).toBe(1000);
    expect((await (await connect(`${url}/fail`)).closed).code).toBe(1011);
    expect(h.logged().join("\n")).toMatch(/http\.serve: websocket \/fail: t\.lua:4: oops/);
    const code = await (await connect(`${url}/code`)).closed;
    expect([code.code, code.reason]).toEqual([4000, "done"]);
  });
  test("a plain request gets 426", async () => {
    const url = await serve(`{ ["/"] = function() return { ws = function() end } end }`);
    expect((await fetch(url)).status).toBe(426);
  });
});

test("paths that are no UTF-8: files served, downloaded and replayed", async () => {
  expect(
    await h.run(`
      local root = fs.tempdir()
      local dir = root .. "/d\\xff"
      fs.write(dir .. "/f\\xfe.html", "hello")
      fs.write(dir .. "/index.html", "index")
      local server <close> = http.server({ host = "127.0.0.1" }, {
        ["/s/*"] = http.static(dir),
        ["/f"] = function() return { file = dir .. "/f\\xfe.html" } end,
      })
      local page = http.get(server.url .. "/s/f%FE.html")
      local got = { page.body, page.headers["content-type"], http.get(server.url .. "/s/").body,
        http.get(server.url .. "/f").body, http.get(server.url .. "/s/%FE").status,
        http.download(server.url .. "/f", dir .. "/copy\\xfd"), fs.read(dir .. "/copy\\xfd") }
      do
        local stub <close> = http.stub { file = dir .. "/stub\\xfc", upstream = server.url }
        http.get(stub.url .. "/f")
      end
      local stub <close> = http.stub { file = dir .. "/stub\\xfc" }
      got[#got + 1] = http.get(stub.url .. "/f").body
      fs.remove(root)
      return got`),
  ).toEqual([["hello", "text/html;charset=utf-8", "index", "hello", 404, 5, "hello", "hello"]]);
});

describe("static files", () => {
  const dir = mkdtempSync(join(tmpdir(), "assay-static-"));
  mkdirSync(join(dir, "www/sub"), { recursive: true });
  writeFileSync(join(dir, "www/a.txt"), "0123456789");
  writeFileSync(join(dir, "www/sub/index.html"), "<p>sub");
  writeFileSync(join(dir, "www/.secret"), "no");
  writeFileSync(join(dir, "outside.txt"), "no");
  symlinkSync(join(dir, "outside.txt"), join(dir, "www/link.txt"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("types, folders, ranges, conditions", async () => {
    const url = await serve(`{ ["/s/*"] = http.static("${dir}/www", { max_age = 60 }) }`);
    const r = await fetch(`${url}/s/a.txt`);
    expect([r.status, r.headers.get("content-type"), await r.text()]).toEqual([
      200,
      "text/plain;charset=utf-8",
      "0123456789",
    ]);
    expect(r.headers.get("cache-control")).toBe("max-age=60");
    expect(await (await fetch(`${url}/s/sub/`)).text()).toBe("<p>sub");
    const toFolder = await fetch(`${url}/s/sub?q=1`);
    expect([toFolder.url, await toFolder.text()]).toEqual([`${url}/s/sub/?q=1`, "<p>sub"]);
    const etag = r.headers.get("etag") ?? "";
    expect((await fetch(`${url}/s/a.txt`, { headers: { "If-None-Match": etag } })).status).toBe(
      304,
    );
    const range = async (value: string) => {
      const part = await fetch(`${url}/s/a.txt`, { headers: { Range: value } });
      return [part.status, part.headers.get("content-range"), await part.text()];
    };
    expect(await range("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await range("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await range("bytes=20-")).toEqual([416, "bytes */10", ""]);
    // of a file that has changed since, a part would not fit to what the client has
    const resumed = async (condition: string) => {
      const headers = { Range: "bytes=2-4", "If-Range": condition };
      return (await fetch(`${url}/s/a.txt`, { headers })).status;
    };
    const modified = r.headers.get("last-modified") ?? "";
    expect(await Promise.all([etag, modified, '"old"', `W/${etag}`].map(resumed))).toEqual([
      206, 206, 200, 200,
    ]);
    expect(await resumed("Wed, 01 Jan 2020 00:00:00 GMT")).toBe(200);
    expect((await fetch(`${url}/s/a.txt`, { method: "POST" })).status).toBe(405);
  });
  test.each([
    "/s/../outside.txt",
    "/s/%2e%2e/outside.txt",
    "/s/..%2foutside.txt",
    "/s/link.txt",
    "/s/.secret",
    "/s/a.txt%00",
    "/s/none",
    "/s/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
    "/s//etc/passwd",
  ])("%s is not found", async (path) => {
    const url = await serve(`{ ["/s/*"] = http.static("${dir}/www") }`);
    expect(await raw(url, `GET ${path} HTTP/1.1\r\n${close}\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
  });
  test("file responses", async () => {
    const url = await serve(`{ ["/"] = function() return { file = "${dir}/www/a.txt" } end }`);
    const whole = await fetch(url);
    expect(await whole.text()).toBe("0123456789");
    const head = await fetch(url, { method: "HEAD" });
    expect(head.headers.get("content-type")).toBe(whole.headers.get("content-type"));
    expect(head.headers.get("content-length")).toBe("10");
  });
});

describe("life of a server", () => {
  test("http.serve waits until the server is closed", async () => {
    const done = h.run(`
      http.serve({ host = "127.0.0.1", on_listen = function(s) server = s end }, {
        ["/stop"] = function() async.spawn(function() server:close() end) return "stopping" end,
      })
      return "ended", _SERVER_PORT`);
    while (h.lua.globals.get("server") === undefined) await Bun.sleep(5);
    const port = h.lua.globals.get("_SERVER_PORT");
    expect(await (await fetch(`http://127.0.0.1:${port}/stop`)).text()).toBe("stopping");
    expect(await done).toEqual(["ended", port]);
    expect(h.logged()[0]).toBe(`INFO http.serve: listening on http://127.0.0.1:${port}`);
  });
  test("close lets running requests finish, and cuts those that take too long", async () => {
    const url = await serve(
      `{ ["/"] = function(r) sleep(tonumber(r.params.s)) return "done" end }`,
    );
    const quick = fetch(`${url}/?s=0.2`).then((r) => r.text());
    await Bun.sleep(50);
    const closing = h.run("server:close() return true");
    await Bun.sleep(50);
    await expect(fetch(`${url}/?s=0`)).rejects.toThrow();
    expect(await quick).toBe("done");
    expect(await closing).toEqual([true]);

    const again = await serve(`{ ["/"] = function(r) sleep(10) end }`);
    const slow = fetch(again).then(
      () => "answered",
      () => "cut",
    );
    await Bun.sleep(50);
    await h.run("server:close(0.1)");
    expect(await slow).toBe("cut");
  });
  test("close waits for a client that takes its time to read a response", async () => {
    const size = 40_000_000;
    const url = await serve(`{ ["/"] = function() return { body = ("x"):rep(${size}) } end }`);
    const socket = net.connect(Number(new URL(url).port), "127.0.0.1");
    let received = 0;
    let closing: Promise<unknown> | undefined;
    socket.on("data", (d) => {
      received += d.length;
      if (received < 10_000_000 || closing !== undefined) return;
      closing = h.run("server:close(8)");
      socket.pause();
      setTimeout(() => socket.resume(), 1500);
    });
    socket.write(`GET / HTTP/1.1\r\n${close}\r\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(received).toBeGreaterThan(size);
    await closing;
  });
  test.each([
    ["at once", ""],
    ["after it waited", "sleep(0.01)"],
  ])("a handler may close its server, %s", async (_, before) => {
    const begun = performance.now();
    const result = await h.run(`
      local server
      server = http.server({ host = "127.0.0.1" }, {
        ["/quit"] = function() ${before} server:close() return "bye" end,
      })
      local body = http.get(server.url .. "/quit").body
      server:wait()
      return body, (pcall(http.get, server.url))`);
    expect(result).toEqual(["bye", false]);
    // drain_timeout is 10 s
    expect(performance.now() - begun).toBeLessThan(8000);
  });
  test("where on_listen fails nothing listens", async () => {
    const [ok, error, port] = await h.run(`
      local port
      local ok, e = pcall(http.server, {
        host = "127.0.0.1", on_listen = function(s) port = s.port error("no", 0) end,
      }, {})
      return ok, e, port`);
    expect([ok, error]).toEqual([false, "no"]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
  test("a shutdown closes servers gracefully and ends http.serve", async () => {
    const done = h.run(`
      http.serve({ host = "127.0.0.1", on_listen = function(s) served = s.url end }, {
        ["/"] = function() sleep(0.15) return "done" end,
        ["/ws"] = function() return { ws = function(c) c:read() end } end,
      })
      return "ended"`);
    while (h.lua.globals.get("served") === undefined) await Bun.sleep(5);
    const url = h.lua.globals.get("served") as string;
    const ws = new WebSocket(`${url.replace("http", "ws")}/ws`);
    await new Promise((resolve) => {
      ws.onopen = resolve;
    });
    const goingAway = new Promise<number>((resolve) => {
      ws.onclose = (e) => resolve(e.code);
    });
    const running = fetch(url).then((r) => r.text());
    await Bun.sleep(40);
    await runShutdown();
    expect(await running).toBe("done");
    expect(await goingAway).toBe(1001);
    expect(await done).toEqual(["ended"]);
  });
  test("a closed server still says where it was", async () => {
    const [before, after, port] = await h.run(`
      local server = http.server({ host = "127.0.0.1" }, {})
      local url = server.url
      server:close()
      return url, server.url, server.port`);
    expect(after).toBe(before);
    expect(before).toBe(`http://127.0.0.1:${port}`);
  });
  test("several servers at once; <close> ends one", async () => {
    expect(
      await h.run(`
        local function one(text)
          return http.server({ host = "127.0.0.1" }, { ["/"] = function() return text end })
        end
        local a = one("a")
        local url
        do
          local b <close> = one("b")
          url = b.url
          assert(http.get(b.url).body .. http.get(a.url).body == "ba")
        end
        return (pcall(http.get, url))`),
    ).toEqual([false]);
  });
  test("TLS", async () => {
    const authority = makeAuthority();
    try {
      const { cert, key } = authority.issue("good", "DNS:localhost,IP:127.0.0.1");
      h.lua.globals.set("pem", { cert, key });
      h.lua.globals.set("ca", authority.ca);
      expect(
        await h.run(`
          local s = http.server({ host = "127.0.0.1", tls = { cert = pem.cert, key = pem.key } },
            { ["/"] = function() return "secret" end })
          return s.url:match("^%a+"), http.client { ca_cert = ca }:get(s.url).body`),
      ).toEqual(["https", "secret"]);
    } finally {
      authority.remove();
    }
  });
});

test("the client's address, also after the handler waited and the client is gone", async () => {
  const url = await serve(`{
    ["/now"] = function(req) return req.remote .. " " .. math.type(req.remote_port) end,
    ["/later"] = function(req) sleep(0.3) SEEN = req.remote return "x" end,
    ["/seen"] = function() return tostring(SEEN) end,
  }`);
  expect(await (await fetch(`${url}/now`)).text()).toBe("127.0.0.1 integer");
  const stop = new AbortController();
  const gone = fetch(`${url}/later`, { signal: stop.signal }).catch(() => "aborted");
  await Bun.sleep(100);
  stop.abort();
  expect(await gone).toBe("aborted");
  await Bun.sleep(500);
  expect(await (await fetch(`${url}/seen`)).text()).toBe("127.0.0.1");
});
