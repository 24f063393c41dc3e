import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { embeddedModules } from "../../src/stdlib";
import { luaWithModules, useApi } from "./server";

const api = useApi();
const make = `
  local rest = require("assay.internal.client")
  local C = rest.class("thing")
  local function client(...) return C:new(rest.options({ "url", "token" }, ...)) end
`;

test("every file of stdlib is embedded and loads", async () => {
  const files = (
    readdirSync(join(import.meta.dirname, "../../stdlib"), { recursive: true }) as string[]
  )
    .filter((f) => f.endsWith(".lua"))
    .map((f) => f.slice(0, -4).replaceAll("/", "."))
    .sort();
  expect(Object.keys(embeddedModules()).sort()).toEqual(files);
  const h = luaWithModules();
  for (const name of files) {
    const [loads, path] = await h.run(
      `package.loaded["assay.${name}"] = nil
       local m, path = require("assay.${name}") return m ~= nil and m ~= true, path`,
    );
    expect([loads, path]).toEqual([true, `assay/${name.replaceAll(".", "/")}.lua`]);
  }
  expect(files).toContain("internal.client");
});

test("base URL, token, query and JSON", async () => {
  api.expect(
    "GET /a?b=x%20y%26&c=1&c=2&d=false&e=3",
    { json: { list: [1, 2] } },
    { headers: { authorization: "Bearer t", "content-type": null } },
  );
  expect(
    await api.run(`${make}
      return client(URL .. "///", "t"):_get("/a", { query = { b = "x y&", c = { 1, 2 }, d = false, e = 3.0 } })`),
  ).toEqual([{ list: [1, 2] }, expect.anything()]);
});

test("an empty table is an object, an array when it is said so", async () => {
  api.expect("POST /a", { status: 204 }, { body: {}, headers: { authorization: "Basic dTpw" } });
  api.expect("PUT /a", { status: 201, text: "" }, { body: [] });
  expect(
    await api.run(`${make}
      local c = client { url = URL, username = "u", password = "p" }
      local a = c:_post("/a", {})
      local b = c:_put("/a", rest.array {})
      return a == nil and b == nil`),
  ).toEqual([true]);
});

test("errors name module, method, path, status and body, and the caller's line", async () => {
  api.expect("DELETE /a/b?x=1", { status: 500, text: "broken" });
  expect(
    await api.failure(`${make}
      function C:gone() return (self:_delete("/a/b", { query = { x = 1 } })) end
      client(URL):gone()`),
  ).toMatch(/^t\.lua:\d+: thing: DELETE \/a\/b HTTP 500: broken/);
});

test("404 as nil, expected statuses, raw text, no JSON", async () => {
  api.expect("GET /missing", { status: 404, text: "no" });
  api.expect("GET /missing", { status: 404, text: "no" });
  api.expect("GET /teapot", { status: 418, text: "short" });
  api.expect("GET /html", { text: "<p>" });
  const [missing, raised, raw, html] = await api.run(`${make}
    local c = client(URL)
    local missing = c:_get("/missing", { missing = true }) == nil
    local _, raised = pcall(c._get, c, "/missing")
    local raw = c:_get("/teapot", { ok = { 200, 418 }, raw = true })
    local _, html = pcall(c._get, c, "/html")
    return missing, raised, raw, html`);
  expect(missing).toBe(true);
  expect(raised).toContain("thing: GET /missing HTTP 404: no");
  expect(raw).toBe("short");
  expect(html).toContain("thing: GET /html: the answer is no JSON: ");
});

test("429 and 503 are repeated after the time that the server asks for", async () => {
  api.expect("POST /a", { status: 429, headers: { "Retry-After": "0.01" } }, { body: { a: 1 } });
  api.expect("POST /a", { status: 503, headers: { "Retry-After": "0" } }, { body: { a: 1 } });
  api.expect("POST /a", { json: "done" }, { body: { a: 1 } });
  expect(await api.run(`${make} return (client(URL):_post("/a", { a = 1 }))`)).toEqual(["done"]);
  api.expect("GET /b", { status: 503, text: "x" });
  expect(await api.failure(`${make} client(URL):_get("/b")`)).toContain("HTTP 503: x");
  api.expect("GET /b", { status: 503, text: "x" });
  api.expect("GET /b", { json: [7] });
  expect(await api.run(`${make} return (client { url = URL, retries = 1 }:_get("/b"))`)).toEqual([
    [7],
  ]);
});

test("a Retry-After date is understood", async () => {
  const date = new Date(Date.now() - 1000).toUTCString();
  api.expect("GET /a", { status: 503, headers: { "Retry-After": date } });
  api.expect("GET /a", { json: [1] });
  expect(await api.run(`${make} return (client(URL):_get("/a"))`)).toEqual([[1]]);
});

test("headers of the client and of a request replace others whatever their case", async () => {
  api.expect("GET /a", { json: {} }, { headers: { authorization: "Own", "x-b": "2" } });
  await api.run(`${make}
    local c = client { url = URL, token = "t", headers = { authorization = "Own", ["X-B"] = "1" } }
    c:_get("/a", { headers = { ["x-b"] = "2" } })`);
});

test("timeouts are the client's", async () => {
  const message = await api.failure(`${make}
    local server = http.server({ host = "127.0.0.1" }, { ["/a"] = function() sleep(5) return {} end })
    client { url = server.url, timeout = 0.05 }:_get("/a")`);
  expect(message).toContain("timeout after 0.05 s");
});

test("collect follows cursors", async () => {
  expect(
    await api.run(`local rest = require("assay.internal.client")
      local pages = { { { 1, 2 }, "b" }, b = { { 3 }, "" } }
      local function fetch(cursor) return table.unpack(pages[cursor or 1]) end
      return rest.collect(fetch), rest.collect(fetch, false)`),
  ).toEqual([
    [1, 2, 3],
    [1, 2],
  ]);
});

test("wait says what it saw last, and tries at least once", async () => {
  const [value, text, tries] = await api.run(`local rest = require("assay.internal.client")
    local n = 0
    local value = rest.wait({ timeout = 5, interval = 0.01 }, "m", function() n = n + 1 return n == 3 and n end)
    local tries = 0
    local _, text = pcall(rest.wait, { timeout = 0 }, "thing.wait: not there", function()
      tries = tries + 1
      return false, "HTTP 500"
    end)
    return value, text, tries`);
  expect(value).toBe(3);
  expect(text).toContain("thing.wait: not there after 0s (last: HTTP 500)");
  expect(tries).toBe(1);
});

test("an error with a long answer is raised at once", async () => {
  const long = "x".repeat(2_000_000);
  api.expect("GET /a", { status: 500, text: `${long} http://u:p@h/ ${long}` });
  const began = performance.now();
  const text = await api.failure(`${make} client(URL):_get("/a")`);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(text.length).toBeGreaterThan(4_000_000);
  expect(text).toContain("x http://h/ x");
});

test("a URL is required", async () => {
  expect(await api.failure(`${make} client()`)).toContain("thing.client: url is required");
});

test("a GET gives an object or a list", async () => {
  api.expect("GET /a", { text: "" });
  api.expect("GET /a", { json: "text" });
  api.expect("GET /a", { text: "null" });
  api.expect("POST /a", { text: "" }, { body: {} });
  const [empty, text, none, posted] = await api.run(`${make}
    local c = client(URL)
    local function message(...) return select(2, pcall(...)) end
    return message(c._get, c, "/a"), message(c._get, c, "/a"), message(c._get, c, "/a"), c:_post("/a", {}) == nil`);
  expect(empty).toContain("thing: GET /a: the answer is no object or list, but empty");
  expect(text).toContain("but text");
  expect(none).toContain("but nil");
  expect(posted).toBe(true);
});

test("a changed client has connections and a session of its own", async () => {
  const [first, second] = await api.run(`${make}
    local server = http.server({ host = "127.0.0.1" }, { ["/a"] = function() return { json = { 1 } } end })
    local c = C:new { url = server.url, insecure = true, _session = "old" }
    c:_get("/a")
    local other = c:with { username = "b" }
    other:_get("/a")
    other:close()
    local result = c:_get("/a")[1]
    server:close()
    return result, other._session == nil and other.username`);
  expect([first, second]).toEqual([1, "b"]);
});

test("passwords in addresses stay out of errors and logs", async () => {
  const address = api.url.replace("://", "://user:s3cret@");
  const failure = await api.failure(
    `require("assay.grafana").client("http://user:s3cret@127.0.0.1:1"):wait { timeout = 0 }`,
  );
  expect(failure).toContain("not healthy at http://127.0.0.1:1 after 0s");
  api.expect("GET /health", { json: {} });
  api.expect("GET /h", { text: "" });
  await api.run(`require("assay.unleash").wait(${JSON.stringify(address)})
    require("assay.healthcheck").wait(${JSON.stringify(`${address}/h`)})`);
  expect(failure + api.logged().join("\n")).not.toContain("s3cret");
});

test("times of waits may be text, as environment variables are", async () => {
  const [value, text, other] = await api.run(`local rest = require("assay.internal.client")
    local n = 0
    local value = rest.wait({ timeout = "5", interval = "0.01" }, "m", function() n = n + 1 return n == 3 and n end)
    local _, text = pcall(rest.wait, { timeout = "0" }, "m", function() return false end)
    local _, other = pcall(rest.wait, { timeout = "soon" }, "m", function() return true end)
    return value, text, other`);
  expect(value).toBe(3);
  expect(text).toContain("m after 0s");
  expect(other).toContain("a number of seconds is expected, got soon");
});

test("what a wait does in several tasks at once ends with it, too", async () => {
  const [took, text] = await api.run(`${make}
    local server = http.server({ host = "127.0.0.1" }, { ["/a"] = function() sleep(30) return {} end })
    local c, began = client(server.url), time()
    local _, text = pcall(rest.wait, { timeout = 0.1 }, "m", function()
      return false, rest.map({ "/a", "/a" }, function(path)
        return tostring(select(2, pcall(c._get, c, path)))
      end)[2]
    end)
    return time() - began, text`);
  expect(took).toBeLessThan(5);
  expect(text).toMatch(/m after 0\.1s \(last: .*timeout after/);
});

test("a POST that is redirected is sent as it is, or is an error", async () => {
  api.expect("POST /a", { status: 308, headers: { Location: "/b" } }, { body: { x: 1 } });
  api.expect("POST /a", { status: 308, headers: { Location: "/b" } }, { body: { x: 1 } });
  api.expect("POST /b", { json: [1] }, { body: { x: 1 } });
  expect(await api.run(`${make} return (client(URL):_post("/a", { x = 1 }))`)).toEqual([[1]]);
  const answer = { status: 301, headers: { Location: "https://u:p@a.example/b?token=1" } };
  api.expect("POST /a", answer, { body: { x: 1 } });
  expect(await api.failure(`${make} client(URL):_post("/a", { x = 1 })`)).toBe(
    "t.lua:5: thing: POST /a HTTP 301: redirected to https://a.example/b, where this would become a GET: the URL must be that address's",
  );
  api.expect("GET /a", { status: 301, headers: { Location: "/b" } });
  api.expect("GET /b", { json: [2] });
  expect(await api.run(`${make} return (client(URL):_get("/a"))`)).toEqual([[2]]);
});

test("a client is shown by name and address, without its credentials", async () => {
  const secrets = "hvs.secret|s3cret|sEcReT|k8s-token";
  const [texts] = await api.run(`
    local url = "https://u:s3cret@h:8443/base"
    local clients = {
      require("assay.vault").client(url, "hvs.secret"),
      require("assay.s3").client { endpoint = url, region = "r", access_key = "s3cret", secret_key = "sEcReT" },
      require("assay.grafana").client(url, { api_key = "hvs.secret" }),
      require("assay.flux").client(url, "k8s-token"),
      require("assay.temporal").client(url, { api_key = "hvs.secret" }),
    }
    local texts = {}
    local function add(_, text) texts[#texts + 1] = text end
    for _, c in ipairs(clients) do
      log.info("client", { c = c, list = { c } })
      log.info(c)
      add(pcall(assert.is_nil, c))
      add(pcall(assert.eq, { c = 1 }, c))
      add(pcall(assert.eq, c, c:with { timeout = 3 }))
      add(pcall(assert.eq, { 1, c = c }, { 2, c = 3 }))
      add(pcall(assert.eq, 1, 2, c))
    end
    assert.eq(clients[1], clients[1]:with {})
    return texts`);
  const all = [...(texts as string[]), ...api.logged()].join("\n");
  expect(all).not.toMatch(new RegExp(secrets));
  expect(all).toContain('assert.is_nil failed: "assay.vault client (https://h:8443)" is not nil');
  expect(all).toContain(
    "c=assay.s3 client (https://h:8443) list={assay.s3 client (https://h:8443)}",
  );
  expect(await api.failure(`error(require("assay.vault").client(URL, "hvs.secret"))`)).toBe(
    `assay.vault client (${api.url})`,
  );
});

test("with makes a client by its module's constructor and the options it was made from", async () => {
  const [shown] = await api.run(`
    local function authorization(c) return c:_headers().Authorization end
    local grafana = require("assay.grafana").client(URL, { api_key = "a", org_id = 7 })
    local harbor = require("assay.harbor").client(URL, { api_key = "a" })
    local vault = require("assay.vault").client(URL, "a")
    vault.token = "after a login"
    local zitadel = require("assay.zitadel").client { url = URL, domain = "d", token = "a" }
    local dex = require("assay.dex").client(URL, { token = "a" })
    local temporal = require("assay.temporal").client(URL, { namespace = "one" })
    local other = temporal:with { namespace = "two" }
    local s3 = require("assay.s3").client {
      endpoint = URL, region = "r", access_key = "a", secret_key = "b", session_token = "c",
    }
    local keys = s3:with { endpoint = "http://o/", access_key = "d", secret_key = "e" }
    local dexes = dex:with { token = "b" }
    return {
      authorization(grafana:with { token = "b" }), authorization(grafana:with { username = "u", password = "p" }),
      grafana:with { token = "b" }:_headers()["X-Grafana-Org-Id"],
      authorization(harbor:with { username = "u", password = "p" }),
      vault:with { namespace = "n" }.token, vault:with { token = false }:_headers()["X-Vault-Token"] == nil,
      authorization(zitadel:with { token = "b" }), authorization(zitadel:with { org_id = "o" }),
      authorization(dexes), type(dexes.token),
      other.default_ns, type(other.namespace),
      keys.endpoint .. " " .. keys.url .. " " .. tostring(keys.session_token),
    }`);
  const basic = `Basic ${btoa("u:p")}`;
  const bearer = "Bearer b";
  expect(shown).toEqual(
    [bearer, basic, 7, basic, "after a login", true, bearer, "Bearer a", bearer, "function"].concat(
      ["two", "function", "http://o http://o nil"],
    ),
  );
});

test("with refuses what is no option, at the script's line", async () => {
  const head = `local c = require("assay.grafana").client(URL)\n`;
  expect(await api.failure(`${head}c:with()`)).toBe(
    "t.lua:2: bad argument #1 to 'with' (table expected, got no value)",
  );
  expect(await api.failure(`${head}c:with("ns")`)).toBe(
    "t.lua:2: bad argument #1 to 'with' (table expected, got string)",
  );
  expect(await api.failure(`${head}c:with { orgid = 1 }`)).toBe(
    "t.lua:2: grafana.with: unknown option 'orgid'",
  );
  expect(await api.failure(`${head}c.with { org_id = 1 }`)).toContain("t.lua:2: with: a method");
  expect(
    await api.failure(`require("assay.s3").client {
      endpoint = URL, region = "r", access_key = "a", secret_key = "b" }:with { url = "http://o" }`),
  ).toContain("s3.with: unknown option 'url'");
});

test("passwords in addresses, also where they are not encoded", async () => {
  const cases = [
    ["at http://user:s3c/ret@h/db.", "at http://h/db."],
    ["postgres://user:s3c?ret@h/db", "postgres://h/db"],
    ["postgres://user:12/3@h/db", "postgres://h/db"],
    ["wss://u:#x@h", "wss://h"],
    ["http://user:s3@c/ret@h/db", "http://h/db"],
    ["http://h:8080/image@sha256:1", "http://h:8080/image@sha256:1"],
    ["http://[::1]:80/a@b", "http://[::1]:80/a@b"],
    ['"https://h/","k":"a@b"', '"https://h/","k":"a@b"'],
  ];
  const [shown] = await api.run(`local rest = require("assay.internal.client")
    local out = {}
    for i, text in ipairs(json.parse([==[${JSON.stringify(cases.map(([text]) => text))}]==])) do
      out[i] = rest.public(text)
    end
    return out`);
  expect(shown).toEqual(cases.map(([, text]) => text));
  expect(
    await api.failure(
      `require("assay.postgres").wait { url = "postgres://user:s3c/ret@h/db", timeout = 0 }`,
    ),
  ).toMatch(
    /^t\.lua:1: postgres\.wait: no connection to postgres:\/\/h\/db after 0s \(last: (?!.*ret)/,
  );
});

test("what waits, and which option is no number", async () => {
  const head = `local v = require("assay.vault")\n`;
  expect(await api.failure(`${head}v.wait(URL, { timeout = "1s" })`)).toBe(
    "t.lua:2: vault.wait: option 'timeout': a number of seconds is expected, got 1s",
  );
  expect(await api.failure(`${head}v.wait(URL, { interval = {} })`)).toBe(
    "t.lua:2: vault.wait: option 'interval': a number of seconds is expected, got a table",
  );
  expect(await api.failure(`${head}v.wait("nope")`)).toContain("vault.wait: http.get: invalid URL");
});

test("errors about answers have one colon behind the function", async () => {
  const path = "GET /.well-known/openid-configuration";
  api.expect("GET /api/v1/query?query=up", { text: "<p>" });
  api.expect("GET /api/v2/alerts", { json: {} });
  api.expect(path, { text: "[" });
  expect(await api.failure(`require("assay.prometheus").query(URL, "up")`)).toMatch(
    /^t\.lua:1: prometheus\.query: the answer is no JSON: /,
  );
  expect(await api.failure(`require("assay.alertmanager").alerts(URL)`)).toMatch(
    /^t\.lua:1: alertmanager\.alerts: the answer is no list/,
  );
  expect(await api.failure(`require("assay.dex").discovery(URL)`)).toMatch(
    /^t\.lua:1: dex\.discovery: the answer is no JSON: /,
  );
});
