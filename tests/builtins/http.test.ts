/** `http` as scripts see it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, harness } from "./harness";
import { type Authority, freePort, makeAuthority, type RawServer, rawServer } from "./http-peers";

let server: RawServer;
let dir: string;
let h: Harness;

/** Echoes the request's head and body back as the response body. */
const ECHO = "/echo";
const json = JSON.stringify({ n: 1, f: 1.5, list: [] });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "assay-http-"));
  server = await rawServer({
    [ECHO]: (s, request) =>
      s.write(
        Buffer.from(
          `HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\n\r\n${request}`,
          "latin1",
        ),
      ),
    "/json": `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
    "/headers":
      "HTTP/1.1 200 OK\r\nX-Thing: a\r\nX-Thing: b\r\nSet-Cookie: sid=1; Path=/\r\nSet-Cookie: lang=de\r\nContent-Length: 0\r\n\r\n",
    "/binary": "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\x00\x80\n",
    "/teapot": "HTTP/1.1 418 Teapot\r\nContent-Length: 5\r\n\r\nshort",
    "/moved": "HTTP/1.1 302 Found\r\nLocation: /teapot\r\nContent-Length: 0\r\n\r\n",
    "/silent": () => undefined,
    "/cut": (s) => {
      s.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
      setTimeout(() => s.end(), 20);
    },
    "/file": `HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${"x".repeat(300000)}`,
    "/file.gz": (s) => {
      const body = gzipSync("packed".repeat(1000));
      s.write(
        `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      s.write(body);
    },
    "/events": (s) => {
      s.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
      const parts = [
        ":hello\n\nda",
        "ta: one\n\n",
        "event: tick\r\nid: 7\r\ndata: two\r\ndata: lines\r\n\r\n",
        "retry: 50\ndata\n\ndata: cut",
      ];
      parts.forEach((part, i) => {
        setTimeout(() => (i === 3 ? s.end(part) : s.write(part)), 15 * i);
      });
    },
    "/endless": (s) => {
      s.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
      const timer = setInterval(() => s.write("data: x\n\n"), 5);
      s.on("close", () => clearInterval(timer));
    },
  });
  h = harness({ globals: { base: server.url, dir } });
});

afterAll(async () => {
  await h.lua.close();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("requests", () => {
  test("get with headers and query", async () => {
    const [head] = await h.run(`
      local r = http.get(base .. "/echo?a=1", {
        headers = { ["X-One"] = 1, ["X-Many"] = { "a", "b" }, ["user-agent"] = "mine" },
        query = { q = "a b&c", list = { 1, 2 }, ok = true, uml = "ä" },
      })
      return r.body`);
    const text = String(head);
    expect(text).toMatch(/^GET \/echo\?a=1&/);
    for (const part of ["q=a%20b%26c", "list=1&list=2", "ok=true", "uml=%C3%A4"])
      expect(text.split(" ")[1]).toContain(part);
    expect(text).toContain("X-One: 1\r\n");
    const [pairs, form] = await h.run(`
      local fields = { { "z", 1 }, { "a", "b c" }, { "z", true } }
      return http.get(base .. "/echo", { query = fields }).body,
        http.post(base .. "/echo", nil, { form = fields }).body`);
    expect(pairs).toMatch(/^GET \/echo\?z=1&a=b%20c&z=true HTTP/);
    expect(form).toMatch(/\r\n\r\nz=1&a=b\+c&z=true$/);
    expect(text).toContain("X-Many: a\r\nX-Many: b\r\n");
    expect(text).toContain("user-agent: mine\r\n");
    expect(text).not.toContain("User-Agent: assay");
    expect(text).toContain("Accept: */*\r\n");
  });
  test("an address that is no UTF-8 goes out byte by byte", async () => {
    const [head] = await h.run(`return http.get(base .. "/echo?n=\\xff&m=\\xe9t\\xe9").body`);
    expect(head).toMatch(/^GET \/echo\?n=%FF&m=%E9t%E9 HTTP/);
    const [utf8] = await h.run(`return http.get(base .. "/echo?n=ä").body`);
    expect(utf8).toMatch(/^GET \/echo\?n=%C3%A4 HTTP/);
  });
  test.each(["post", "put", "patch"])(
    "%s sends strings as they are and tables as JSON",
    async (m) => {
      const [plain, table, own] = await h.run(`
      local a = http.${m}(base .. "/echo", "x=\\xff\\0")
      local b = http.${m}(base .. "/echo", { a = { 1, 2 }, f = 2.0 })
      local c = http.${m}(base .. "/echo", { 1 }, { headers = { ["content-type"] = "text/x" } })
      return a.body, b.body, c.body`);
      // not UTF-8, so it comes as bytes
      const text = Buffer.from(plain as Uint8Array).toString("latin1");
      expect(text).toMatch(new RegExp(`^${m.toUpperCase()} `));
      expect(text).toMatch(/\r\n\r\nx=\xff\0$/);
      expect(text.toLowerCase()).not.toContain("content-type");
      expect(table).toMatch(
        /Content-Type: application\/json\r\n[\s\S]*\r\n\r\n\{"a":\[1,2\],"f":2\.0\}$/,
      );
      expect(own).toContain("content-type: text/x\r\n");
      expect(own).not.toContain("application/json");
    },
  );
  test("forms, other methods, bodies with get and delete", async () => {
    const [form, get, del, report, head] = await h.run(`
      local a = http.post(base .. "/echo", nil, { form = { ["a b"] = "c&d" } }).body
      local b = http.get(base .. "/echo", { body = "g" }).body
      local c = http.delete(base .. "/echo", { body = { x = 1 } }).body
      local d = http.request("report", base .. "/echo").body
      local e = http.head(base .. "/headers")
      return a, b, c, d, e.status .. e.body`);
    expect(form).toMatch(
      /Content-Type: application\/x-www-form-urlencoded\r\n[\s\S]*\r\n\r\na\+b=c%26d$/,
    );
    expect(get).toMatch(/\r\n\r\ng$/);
    expect(del).toMatch(/^DELETE [\s\S]*\{"x":1\}$/);
    expect(report).toMatch(/^REPORT \/echo /);
    expect(head).toBe("200");
  });
  test("user and password of the URL become basic authentication", async () => {
    const [text] = await h.run(
      `return http.get((base:gsub("//", "//me:p%%40ss@")) .. "/echo").body`,
    );
    expect(text).toContain(`Authorization: Basic ${btoa("me:p@ss")}\r\n`);
    expect(text).not.toContain("me:p");
  });
  test("the password of a proxy is a secret", async () => {
    await h.run(`
      http.client { proxy = "http://me:pr0xy-pass@127.0.0.1:1" }
      log.info("through pr0xy-pass")`);
    expect(h.logged().join()).toContain("through [redacted]");
  });
});

describe("responses", () => {
  test("three fields, and more on demand", async () => {
    const [fields, json1, url, ok, typed] = await h.run(`
      local r = http.get(base .. "/json")
      local fields = {}
      for k in pairs(r) do fields[#fields + 1] = k end
      table.sort(fields)
      local j = r:json()
      return table.concat(fields, " "), json.encode(j), r.url, r.ok, math.type(j.n) .. math.type(j.f)`);
    expect(fields).toBe("body headers status");
    expect(json1).toBe('{"f":1.5,"list":[],"n":1}');
    expect(url).toBe(`${server.url}/json`);
    expect(ok).toBe(true);
    expect(typed).toBe("integerfloat");
  });
  test("a body that is no JSON is told with its address and status", async () => {
    expect(
      await h.failure(`http.get((base:gsub("//", "//u:s3cret@")) .. "/echo?token=s3cret"):json()`),
    ).toBe(
      `response:json: reading the answer of ${server.url}/echo (status 200): expected value at line 1 column 1`,
    );
    expect(await h.failure(`http.get(base .. "/json").json()`)).toBe(
      "t.lua:1: response:json: called without its response (use ':' rather than '.')",
    );
  });
  test("headers are read in any case; of repeated ones the last counts, none is lost", async () => {
    const [a, b, names, all, sid, lang] = await h.run(`
      local r = http.get(base .. "/headers")
      local names, all = {}, {}
      for k in pairs(r.headers) do names[#names + 1] = k end
      for _, x in ipairs(r.headers_list) do all[#all + 1] = x.name .. "=" .. x.value end
      table.sort(names)
      return r.headers["X-Thing"], r.headers["x-thing"], table.concat(names, " "),
        table.concat(all, " "), r.cookies.sid, r.cookies.lang`);
    expect([a, b]).toEqual(["b", "b"]);
    expect(names).toBe("content-length set-cookie x-thing");
    expect(all).toBe(
      "x-thing=a x-thing=b set-cookie=sid=1; Path=/ set-cookie=lang=de content-length=0",
    );
    expect([sid, lang]).toEqual(["1", "de"]);
  });
  test("bodies are bytes", async () => {
    expect(await h.run(`return http.get(base .. "/binary").body == "\\xff\\0\\x80\\n"`)).toEqual([
      true,
    ]);
  });
  test("a status never raises; redirects on request", async () => {
    expect(
      await h.run(`
        return http.get(base .. "/moved").status,
          http.get(base .. "/moved", { follow_redirects = false }).status`),
    ).toEqual([418, 302]);
  });
});

describe("errors", () => {
  test.each([
    [`http.get(1)`, "http.get: first argument must be a URL string"],
    [`http.get()`, "http.get: first argument must be a URL string"],
    [`http.get(base, 1)`, "http.get: second argument must be a table or nil"],
    [`http.post(base, 1)`, "http.post: second argument must be a string, table, or nil"],
    [`http.put(base, "", "")`, "http.put: third argument must be a table or nil"],
    [`http.get("/relative")`, "http.get: invalid URL '/relative'"],
    [
      `http.client({ base_url = nil }):get("/health")`,
      "http.client.get: invalid URL '/health' (the client has no base_url)",
    ],
    ...["s3c/ret", "s3c?ret", "s3c#ret", "s3c\\\\ret"].map((password): [string, string] => [
      `http.get("http://user:${password}@127.0.0.1:1/p?mail=a@b")`,
      "http.get: invalid URL 'http://…' (special characters in a password must be %-encoded)",
    ]),
    [
      `http.client({ base_url = "https://user:s3c/ret@h" }):get("/x")`,
      "http.client.get: invalid URL 'https://…' (special characters in a password must be %-encoded)",
    ],
    [
      `http.client({ proxy = "user:s3c/ret@proxy:3128" })`,
      "http.client: invalid proxy address '…' (special characters in a password must be %-encoded)",
    ],
    [
      `http.download("http://user:s3c/ret@h/p", "/nowhere/x")`,
      "http.download: invalid URL 'http://…' (special characters in a password must be %-encoded)",
    ],
    [`http.get("http://user:s3cret@a b/p?q")`, "http.get: invalid URL 'http://a b/p'"],
    [`http.get("ftp://u:p@h/x?q")`, "http.get: unsupported URL scheme 'ftp' (http and https work)"],
    [
      `http.get(base, { headers = { ["a\\r\\nb"] = "x" } })`,
      'http.get: invalid header name "a\\r\\nb"',
    ],
    [
      `http.get(base, { headers = { a = "x\\r\\nb: c" } })`,
      "http.get: invalid value of header 'a': line breaks are not allowed",
    ],
    [
      `http.get(base, { headers = { a = true } })`,
      "http.get: header 'a' must be a string, number or list, got boolean",
    ],
    [
      `http.get(base, { timeout = -1 })`,
      "http.get: option 'timeout' must be a positive number of seconds, got -1",
    ],
    [
      `http.get(base, { query = { a = { b = 1 } } })`,
      "http.get: query field 'a' must be a string, number, boolean or list",
    ],
    [
      `http.get(base, { query = { { {}, 1 } } })`,
      "http.get: query name of pair 1 must be a string, number or boolean",
    ],
    [
      `http.post(base, nil, { form = { a = { {} } } })`,
      "http.post: form field 'a' must be a string, number or boolean",
    ],
    [
      `http.get(base, { headers = { a = { b = 1 } } })`,
      "http.get: header 'a' must be a string, number or list, got table",
    ],
    [
      `http.get(base, { headers = "Authorization: s3cr3t" })`,
      "http.get: option 'headers' must be a table, got string",
    ],
    [
      `http.client({ insecure = "true" })`,
      "http.client: option 'insecure' must be a boolean, got string",
    ],
    [
      `http.client({ client_cert = "x", client_key = "y" })`,
      "http.client: invalid client_cert: no certificate found in the PEM text",
    ],
    [
      `http.get(base, { timeout = 0/0 })`,
      "http.get: option 'timeout' must be a positive number of seconds, got nan",
    ],
    [`http.post(base, { f = print })`, /^http\.post: body: /],
    [`http.request("GET /x", base)`, 'http.request: invalid method "GET /x"'],
    [
      `http.post(base, "x", { form = { a = 1 } })`,
      "http.post: a body and option 'form' exclude each other",
    ],
    [
      `http.client { ca_cert = "nonsense" }`,
      "http.client: invalid CA cert PEM: no certificate found in the PEM text",
    ],
    [
      `http.client { ca_cert_file = "/nowhere.pem" }`,
      'http.client: failed to read CA cert file "/nowhere.pem": No such file or directory (os error 2)',
    ],
    [
      `http.client { client_cert = "x" }`,
      "http.client: client_cert and client_key belong together",
    ],
  ])("%s", async (code, message) => {
    const seen = await h.failure(code);
    if (typeof message === "string") expect(seen.replace("-nan", "nan")).toBe(message);
    else expect(seen).toMatch(message);
  });
  test("connections and timeouts, without query and credentials", async () => {
    const port = await freePort();
    expect(await h.failure(`http.get("http://u:p@127.0.0.1:${port}/x?token=t")`)).toBe(
      `http.get: connecting to http://127.0.0.1:${port}/x: connection refused`,
    );
    expect(await h.failure(`http.post(base .. "/silent?token=t", "", { timeout = 1 })`)).toBe(
      `http.post: waiting for a response from ${server.url}/silent: timeout after 1 s`,
    );
    expect(await h.failure(`http.get(base .. "/cut")`)).toBe(
      `http.get: reading the response body from ${server.url}/cut: connection closed by peer before the response was complete`,
    );
    expect(await h.failure(`http.get(base .. "/file", { max_size = 10 })`)).toMatch(
      /larger than 10 bytes \(option max_size\)$/,
    );
  });
  test("pcall gets the message as a string", async () => {
    expect(await h.run(`local ok, e = pcall(http.get, "nonsense"); return ok, type(e), e`)).toEqual(
      [false, "string", "http.get: invalid URL 'nonsense'"],
    );
  });
});

describe("options that are not known", () => {
  test("typing mistakes are told once in the log: the original ignored further options", async () => {
    const own = harness();
    await own.run(
      `
      local base = ...
      for _ = 1, 2 do
        http.get(base .. "/json", { time_out = 1, tag = "x" })
        http.client { baseurl = base, header = {} }
      end`,
      [server.url],
    );
    expect(own.logged()).toEqual([
      "WARN http.get: unknown option 'time_out' (did you mean 'timeout'?)",
      "WARN http.client: unknown option 'baseurl' (did you mean 'base_url'?)",
      "WARN http.client: unknown option 'header' (did you mean 'headers'?)",
    ]);
    await own.lua.close();
  });
  test.each([
    [
      "http.server({ hots = 'x' }, {})",
      "http.server: unknown option 'hots' (did you mean 'host'?)",
    ],
    [
      "http.server({ tls = { crt = 'x' } }, {})",
      "http.server: unknown option 'crt' (did you mean 'cert'?)",
    ],
    [
      "ws.connect('ws://h', { header = {} })",
      "ws.connect: unknown option 'header' (did you mean 'headers'?)",
    ],
    [
      "db.connect('sqlite::memory:', { sise = 1 })",
      "db.connect: unknown option 'sise' (did you mean 'size'?)",
    ],
    [
      "db.connect('sqlite::memory:'):query('SELECT 1', {}, { timout = 1 })",
      "db.query: unknown option 'timout' (did you mean 'timeout'?)",
    ],
    [
      "crypto.jwt_verify('a.b.c', 'k', { audiance = 'x' })",
      "t.lua:1: bad argument #3 to 'jwt_verify' (unknown option 'audiance' (did you mean 'audience'?))",
    ],
    [
      "regex.find('a', 'b', { flag = 'i' })",
      "t.lua:1: bad argument #3 to 'find' (unknown option 'flag' (did you mean 'flags'?))",
    ],
    [
      "fs.write('/nowhere/x', '', { atomc = true })",
      "t.lua:1: bad argument #3 to 'write' (unknown option 'atomc' (did you mean 'atomic'?))",
    ],
    [
      "template.render_string('', {}, { autoescpe = true })",
      "t.lua:1: bad argument #3 to 'render_string' (unknown option 'autoescpe' (did you mean 'autoescape'?))",
    ],
  ])("%s", async (code, message) => {
    expect(await h.failure(code)).toBe(message);
  });
});

describe("clients", () => {
  test("base_url, headers and timeout are defaults that a call overrides", async () => {
    const [a, b] = await h.run(`
      local c = http.client { base_url = base .. "/", headers = { ["X-A"] = "1", ["X-B"] = "1" }, timeout = "2" }
      return c:get("echo", { headers = { ["x-b"] = "2" } }).body, c:post("/echo", { x = 1 }).body`);
    expect(a).toContain("X-A: 1\r\n");
    expect(a).toContain("x-b: 2\r\n");
    expect(a).not.toContain("X-B: 1");
    expect(b).toMatch(/^POST \/echo /);
    expect(await h.failure(`http.client { base_url = base, timeout = 1 }:get("/silent")`)).toBe(
      `http.client.get: waiting for a response from ${server.url}/silent: timeout after 1 s`,
    );
  });
  test("retries wait for a server that comes up late", async () => {
    const port = await freePort();
    const late = setTimeout(async () => {
      const { createServer } = await import("node:http");
      const s = createServer((_, res) => res.end("up")).listen(port, "127.0.0.1");
      s.unref();
    }, 200);
    expect(
      await h.run(`return http.client { retries = 5 }:get("http://127.0.0.1:${port}/").body`),
    ).toEqual(["up"]);
    clearTimeout(late);
  });
  test("called with a dot instead of a colon", async () => {
    expect(await h.failure(`http.client().get("http://x/")`)).toMatch(/use ':' rather than '\.'/);
  });
});

describe("TLS", () => {
  let authority: Authority;
  let port = 0;
  let closing: () => void;
  beforeAll(async () => {
    authority = makeAuthority();
    const secure = tls.createServer(authority.issue("good", "DNS:localhost"), (s) => {
      s.on("error", () => undefined);
      s.on("data", () => s.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecure"));
    });
    secure.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    port = (secure.address() as AddressInfo).port;
    closing = () => secure.close();
  });
  afterAll(() => {
    closing();
    authority.remove();
  });
  test("ca_cert, ca_cert_file and insecure", async () => {
    h.lua.globals.set("ca", authority.ca);
    h.lua.globals.set("ca_file", authority.caFile);
    h.lua.globals.set("url", `https://localhost:${port}/`);
    expect(
      await h.run(`
        return http.client { ca_cert = ca }:get(url).body,
          http.client { ca_cert_file = ca_file }:get(url).body,
          http.client { insecure = true }:get(url).body`),
    ).toEqual(["secure", "secure", "secure"]);
    const [one, two] = [authority.issue("one", "DNS:one"), authority.issue("two", "DNS:two")];
    h.lua.globals.set("cert", one.cert);
    h.lua.globals.set("other_key", two.key);
    const pair = (key: string) =>
      h.failure(`http.client { client_cert = cert, client_key = ${key} }`);
    expect(await pair("other_key")).toBe(
      "http.client: invalid client_key: it does not belong to the certificate",
    );
    expect(await pair("'x'")).toBe(
      "http.client: invalid client_key: not a private key in PEM form",
    );
    expect(await h.failure(`http.get(url)`)).toBe(
      `http.get: connecting to https://localhost:${port}/: TLS: certificate signed by an unknown authority`,
    );
  });
});

describe("download", () => {
  const leftovers = () => readdirSync(dir).filter((f) => f.endsWith(".part"));
  test("writes the file and says how large it is", async () => {
    expect(await h.run(`return http.download(base .. "/file", dir .. "/new/deep/file")`)).toEqual([
      300000,
    ]);
    expect(readFileSync(join(dir, "new/deep/file"), "latin1")).toBe("x".repeat(300000));
    await h.run(`http.download(base .. "/file.gz", dir .. "/unpacked")`);
    expect(readFileSync(join(dir, "unpacked"), "latin1")).toBe("packed".repeat(1000));
  });
  test.each([
    [`"/teapot", dir .. "/no"`, /\/teapot: status 418$/],
    [`"/cut", dir .. "/no"`, /connection closed by peer before/],
    [`"/file", dir .. "/no", { max_size = 1000 }`, /larger than 1000 bytes/],
    [`"/silent", dir .. "/no", { timeout = 0.1 }`, /timeout after 0\.1 s$/],
    [`"/file", "/dev/null/no"`, /failed to write "\/dev\/null\/no": /],
  ])("%s leaves nothing behind", async (args, message) => {
    expect(await h.failure(`http.download(base .. ${args})`)).toMatch(message);
    expect(existsSync(join(dir, "no"))).toBe(false);
    expect(leftovers()).toEqual([]);
  });
});

describe("server-sent events", () => {
  test("each event calls back", async () => {
    const [seen, status] = await h.run(`
      local seen = {}
      local r = http.get(base .. "/events", { on_event = function(e)
        seen[#seen + 1] = ("%s|%s|%s|%s"):format(e.event, e.data, e.id, e.retry)
      end })
      return table.concat(seen, ";"), r.status`);
    expect(seen).toBe("message|one||nil;tick|two\nlines|7|nil;message||7|50");
    expect(status).toBe(200);
  });
  test('the callback may wait, ends the stream with "close", and its errors come out', async () => {
    expect(
      await h.run(`
        local n = 0
        http.get(base .. "/endless", { on_event = function()
          sleep(0.001)
          n = n + 1
          if n == 3 then return "close" end
        end })
        return n`),
    ).toEqual([3]);
    expect(
      await h.failure(
        `http.get(base .. "/endless", { on_event = function() error("enough") end })`,
      ),
    ).toBe("t.lua:1: enough");
  });
  test("another kind of response comes as usual", async () => {
    expect(await h.run(`return http.get(base .. "/teapot", { on_event = error }).body`)).toEqual([
      "short",
    ]);
  });
});

describe("waiting", () => {
  test("only the calling task waits, wherever the call is", async () => {
    expect(
      await h.run(`
        local order = {}
        local h = async.spawn(function()
          pcall(http.get, base .. "/silent", { timeout = 2 })
          order[#order + 1] = "slow"
        end)
        table.sort({ 3, 1, 2 }, function(a, b) http.get(base .. "/json") return a < b end)
        order[#order + 1] = ("x"):gsub("x", function() return http.get(base .. "/teapot").body end)
        for body in coroutine.wrap(function() coroutine.yield(http.get(base .. "/teapot").body) end) do
          order[#order + 1] = body
        end
        h.await()
        return table.concat(order, " ")`),
    ).toEqual(["short short slow"]);
  });
  test("a cancelled task lets go of its connection", async () => {
    const before = server.requests.length;
    const [elapsed] = await h.run(`
      local t = time()
      local h = async.spawn(function() http.get(base .. "/silent") end)
      sleep(0.5)
      h.cancel()
      pcall(h.await)
      return time() - t`);
    expect(server.requests.length).toBe(before + 1);
    expect(elapsed).toBeLessThan(2);
  });
  test("what is cancelled closes its connection, and opens no other", async () => {
    let opened = 0;
    const open = new Set<Socket>();
    const silent = createServer((socket) => {
      opened++;
      open.add(socket);
      socket.on("close", () => open.delete(socket)).on("error", () => undefined);
      socket.once("data", (head) => {
        if (String(head).startsWith("GET /part"))
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart");
      });
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    try {
      await h.run(`
        local url = "${url}"
        for _, path in ipairs { "/none", "/part" } do
          local handles = {}
          for i = 1, 10 do handles[i] = async.spawn(http.get, url .. path) end
          sleep(0.3)
          for i = 1, 10 do handles[i]:cancel() end
          sleep(0.3)
        end
        for i = 1, 3 do pcall(async.timeout, 0.1, http.get, url .. "/none") end
        pcall(http.get, url .. "/part", { timeout = 0.1 })
        sleep(0.3)`);
      expect([opened, open.size]).toEqual([24, 0]);
    } finally {
      for (const socket of open) socket.destroy();
      silent.close();
    }
  });
  test("many at once", async () => {
    expect(
      await h.run(`
        local handles, n = {}, 0
        for i = 1, 200 do
          handles[i] = async.spawn(function()
            if http.get(base .. "/teapot").body == "short" then n = n + 1 end
          end)
        end
        for _, h in ipairs(handles) do h.await() end
        return n`),
    ).toEqual([200]);
  });
});

test("a read-only run refuses what changes something", async () => {
  const r = harness({ readonly: true, globals: { base: server.url } });
  expect(await r.failure(`http.post(base .. "/echo", "")`)).toMatch(
    /^readonly: http\.post blocked/,
  );
  expect(await r.failure(`http.client():delete(base .. "/echo")`)).toMatch(/blocked/);
  expect(await r.failure(`http.request("PUT", base .. "/echo")`)).toMatch(/blocked/);
  expect(await r.run(`return http.request("GET", base .. "/teapot").status`)).toEqual([418]);
  await r.lua.close();
});
