import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "../builtins/http-peers";
import { useApi } from "./server";

const api = useApi();
const call = async (code: string) =>
  (await api.run(`local h = require("assay.healthcheck") return (h.${code})`))[0];
const fail = (code: string) => api.failure(`require("assay.healthcheck").${code}`);
const latency = { latency_ms: expect.any(Number) };

describe("http", () => {
  for (const status of [200, 201, 204, 500, 503]) {
    test(`${status}`, async () => {
      api.expect("GET /a", { status }, { headers: { x: "y" } });
      expect(await call('http(URL .. "/a", { headers = { x = "y" } })')).toEqual(
        status === 200
          ? { ok: true, status, ...latency }
          : { ok: false, status, ...latency, error: `expected status 200, got ${status}` },
      );
    });
  }
  test("every method, bodies", async () => {
    api.expect("POST /", { status: 201 }, { body: { a: 1 } });
    expect(
      await call('http(URL .. "/", { method = "post", body = { a = 1 }, expected_status = 201 })'),
    ).toMatchObject({ ok: true });
    for (const method of ["HEAD", "DELETE", "PATCH", "OPTIONS", "PUT"]) {
      api.expect(`${method} /`);
      expect(await call(`http(URL .. "/", { method = "${method}" })`)).toMatchObject({ ok: true });
    }
    expect(await fail('http(URL, { method = "BREW" })')).toContain(
      "healthcheck.http: unknown method BREW",
    );
  });
  test("expected statuses", async () => {
    for (const [want, ok] of [
      ["{ 200, 204 }", true],
      ['"2xx"', true],
      ["function(s) return s > 300 end", false],
      ['"5xx"', false],
    ] as const) {
      api.expect("GET /", { status: 204 });
      expect(await call(`http(URL .. "/", { expect_status = ${want} })`)).toMatchObject({ ok });
    }
    api.expect("GET /", { status: 302, headers: { Location: "/b" } });
    expect(
      await call('http(URL .. "/", { follow_redirects = false, expected_status = 302 })'),
    ).toMatchObject({ ok: true });
  });
  test("no connection", async () => {
    expect(await call('http("http://127.0.0.1:1/")')).toEqual({
      ok: false,
      status: 0,
      ...latency,
      error: expect.stringContaining("connection refused"),
    });
  });
});

describe("json_path", () => {
  const json = { a: { b: false }, items: [{ name: "x" }], "c.d": 1, t: { list: [1, 2] } };
  for (const [args, result] of [
    ['"a.b", false', { ok: true, actual: false }],
    ['"a.b", true', { ok: false, actual: false, error: "expected true, got false" }],
    ['"..a..b.", false', { ok: true }],
    ['"items.1.name", "x"', { ok: true, actual: "x" }],
    ['"items[1].name", "x"', { ok: true }],
    [`'["c.d"]', 1`, { ok: true }],
    ['"c\\\\.d", 1', { ok: true }],
    ['"t", { list = { 1, 2 } }', { ok: true }],
    ['"t.list", { 1 }', { ok: false }],
    ['"items.1.name", function(v) return #v == 1 end', { ok: true }],
    ['"a.z", 1', { ok: false, error: "path 'a.z': key 'z' not found" }],
    ['"a.b.c", 1', { ok: false, error: "path traversal failed at 'c': not a table" }],
  ] as const) {
    test(args, async () => {
      api.expect("GET /j", { json });
      const got =
        await api.run(`local r = require("assay.healthcheck").json_path(URL .. "/j", ${args})
        r.expected = nil return r`);
      expect(got[0]).toMatchObject({ status: 200, ...latency, ...result });
      if (result.ok) expect((got[0] as { error?: string }).error).toBeUndefined();
    });
  }
  test("status and text", async () => {
    api.expect("GET /j", { status: 500 });
    expect(await call('json_path(URL .. "/j", "a", 1)')).toMatchObject({
      ok: false,
      error: "HTTP 500",
      expected: 1,
    });
    api.expect("GET /j", { text: "<p>" });
    expect(await call('json_path(URL .. "/j", "a", 1)')).toMatchObject({
      error: expect.stringMatching(/^JSON parse error: /),
    });
    expect(await call('json_path("http://127.0.0.1:1", "a", 1)')).toMatchObject({
      ok: false,
      error: expect.stringContaining("refused"),
    });
  });
});

test("status_code", async () => {
  api.expect("GET /", { status: 404 });
  expect(await call('status_code(URL .. "/", 404)')).toEqual({ ok: true, status: 404, ...latency });
  api.expect("GET /", { status: 404 });
  expect(await call('status_code(URL .. "/")')).toMatchObject({
    ok: false,
    error: "expected status 200, got 404",
  });
});

test("body_contains and body_matches", async () => {
  const probe = async (code: string, status = 200) => {
    api.expect("GET /", { status, text: "a %d+ 42" });
    return await call(code);
  };
  expect(await probe('body_contains(URL .. "/", "%d+")', 500)).toMatchObject({
    ok: true,
    found: true,
  });
  expect(await probe('body_contains(URL .. "/", "zz")')).toMatchObject({
    ok: false,
    found: false,
    error: "pattern not found in response body",
  });
  expect(
    await probe('body_contains(URL .. "/", "42", { expected_status = 200 })', 500),
  ).toMatchObject({ ok: false, found: true, error: "expected status 200, got 500" });
  expect(await probe('body_matches(URL .. "/", "[0-9]{2}$")')).toMatchObject({ ok: true });
  expect(await probe('body_matches(URL .. "/", "^b")')).toMatchObject({ ok: false });
});

test("endpoint", async () => {
  api.expect("GET /");
  expect(await call('endpoint(URL .. "/")')).toEqual({ ok: true, status: 200, ...latency });
  api.expect("GET /");
  expect(await call('endpoint(URL .. "/", { max_latency_ms = -1 })')).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^latency \d+ms exceeds threshold -1ms$/),
  });
  api.expect("GET /", { status: 500 });
  expect(await call('endpoint(URL .. "/", { max_latency_ms = -1 })')).toMatchObject({
    error: "expected status 200, got 500",
  });
});

test("headers", async () => {
  api.expect("GET /", { headers: { "X-A": "1" } });
  expect(await call('headers(URL .. "/", { ["X-A"] = "1" })')).toMatchObject({ ok: true });
  api.expect("GET /", { headers: { "X-A": "1" } });
  expect(await call('headers(URL .. "/", { ["X-A"] = "2", ["X-B"] = "3" })')).toMatchObject({
    ok: false,
    error: "header X-A: expected 2, got 1; header X-B: expected 3, got nil",
  });
});

describe("multi", () => {
  const checks = `{
    { name = "a", check = function() return { ok = true, name = "other", status = 200 } end },
    { name = "b", check = function() error("boom", 0) end },
    { name = "c", check = function() return true end },
    { name = "d", check = function() end } }`;
  const expected = {
    ok: false,
    passed: 2,
    failed: 2,
    total: 4,
    results: [
      { name: "a", ok: true, status: 200, ...latency },
      { name: "b", ok: false, error: "boom", ...latency },
      { name: "c", ok: true, ...latency },
      { name: "d", ok: false, error: "check failed", ...latency },
    ],
  };
  test("one after another", async () => expect(await call(`multi(${checks})`)).toEqual(expected));
  test("in parallel", async () =>
    expect(await call(`multi(${checks}, { parallel = true })`)).toEqual(expected));
  test("a check that raises a table", async () =>
    expect(
      await call(`multi({ { check = function() error({ code = 1, m = { "x" } }) end } })`),
    ).toMatchObject({ results: [{ error: '{code = 1, m = {"x"}}' }] }));
  test("in parallel, until the time is up", async () => {
    expect(
      await api.run(`local ran
        local checks = { { check = function() sleep(0.3) ran = true end } }
        local ok = pcall(async.timeout, 0.1, require("assay.healthcheck").multi, checks, { parallel = true })
        sleep(0.4)
        return ok, ran == nil`),
    ).toEqual([false, true]);
  });
  test("none", async () => expect(await call("multi({})")).toMatchObject({ ok: true, total: 0 }));
  test("assert_ok", async () => {
    expect(
      await api.failure(`local h = require("assay.healthcheck") h.assert_ok(h.multi(${checks}))`),
    ).toContain("healthcheck: b: boom; d: check failed");
    expect(await fail('assert_ok({ ok = false, error = "e" })')).toContain("healthcheck: e");
  });
});

describe("wait", () => {
  test("healthy at once, and after a time", async () => {
    api.expect("GET /");
    expect(await call('wait(URL .. "/", { timeout = 5, interval = 0.1 })')).toEqual({
      ok: true,
      status: 200,
      attempts: 1,
    });
    api.expect("GET /", { status: 503 });
    api.expect("GET /", { status: 201, text: "no" });
    api.expect("GET /", { status: 201, text: "yes" });
    expect(
      await call(
        'wait(URL .. "/", { interval = 0, expected_status = 201, check = function(r) return r.body == "yes" end })',
      ),
    ).toEqual({ ok: true, status: 201, attempts: 3 });
  });
  test("giving up", async () => {
    api.expect("GET /", { status: 503 });
    expect(await fail('wait(URL .. "/", { timeout = 0 })')).toContain(
      `healthcheck.wait: ${api.url}/ not healthy after 0s (last: expected status 200, got 503)`,
    );
    const start = performance.now();
    expect(await fail('wait("http://127.0.0.1:1/", { timeout = 0.3, interval = 0.1 })')).toContain(
      "refused",
    );
    expect(performance.now() - start).toBeGreaterThan(290);
  });
  test("wait_all", async () => {
    api.expect("GET /");
    expect(await call('wait_all({ URL .. "/" }, { timeout = 1 })')).toEqual({
      [`${api.url}/`]: { ok: true, status: 200, attempts: 1 },
    });
    expect(
      await api.failure(
        'require("assay.healthcheck").wait_all({ "http://127.0.0.1:1/" }, { timeout = 0 })',
      ),
    ).toMatch(/^t\.lua:1: healthcheck\.wait: http:\/\/127\.0\.0\.1:1\/ not healthy after 0s/);
  });
});

/** Calls of all HTTP probes with the same address and options. */
const probes = (address: string, options: string) => [
  `http(${address}, ${options})`,
  `json_path(${address}, "a", 1, ${options})`,
  `status_code(${address}, 200, ${options})`,
  `body_contains(${address}, "a", ${options})`,
  `body_matches(${address}, "a", ${options})`,
  `endpoint(${address}, ${options})`,
  `headers(${address}, { a = "b" }, ${options})`,
];

describe("every probe", () => {
  test.each(probes('URL .. "/p"', '{ headers = { x = "y" } }'))("sends headers: %s", async (p) => {
    api.expect("GET /p", { json: { a: 1 }, headers: { a: "b" } }, { headers: { x: "y" } });
    expect(await call(p)).toMatchObject({ ok: true, ...latency });
  });
  test.each(probes('URL .. "/p"', "{ expected_status = 200 }"))("500 is not ok: %s", async (p) => {
    api.expect("GET /p", { status: 500, text: '{"a":2}' });
    const result = (await call(p)) as { error: string };
    expect(result).toMatchObject({ ok: false });
    expect(result.error).toMatch(/500|not found|header a/);
  });
  test.each(probes("server.url", "{ timeout = 0.05 }"))("has a time limit: %s", async (p) => {
    const [result] = await api.run(`
      local server = http.server({ host = "127.0.0.1" }, { ["/"] = function() sleep(5) return {} end })
      return (require("assay.healthcheck").${p})`);
    expect(result).toMatchObject({
      ok: false,
      error: expect.stringContaining("timeout after 0.05 s"),
    });
  });
  test("knows authorities and none", async () => {
    const authority = makeAuthority();
    const server = createServer(authority.issue("s", "IP:127.0.0.1"), (_, res) =>
      res.setHeader("a", "b").end('{"a":1}'),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `"https://127.0.0.1:${(server.address() as AddressInfo).port}/"`;
    try {
      for (const options of [`{ ca_cert = [[${authority.ca}]] }`, "{ insecure = true }"])
        for (const p of probes(url, options)) expect(await call(p)).toMatchObject({ ok: true });
      for (const p of probes(url, "{}"))
        expect(await call(p)).toMatchObject({
          ok: false,
          error: expect.stringMatching(/certificate/),
        });
    } finally {
      server.close();
      server.closeAllConnections();
      authority.remove();
    }
  });
});

test("retry", async () => {
  expect(
    await api.run(`local n = 0
      local r = require("assay.healthcheck").retry(function() n = n + 1 return n == 2 end, { interval = 0.01 })
      local failed = require("assay.healthcheck").retry(function() error("x", 0) end, { attempts = 1 })
      return r.ok, n, failed.error`),
  ).toEqual([true, 2, "x"]);
});

test("any", async () => {
  expect(
    await api.run(`local h, ran = require("assay.healthcheck"), 0
      local function check(ok) return function() ran = ran + 1 return ok end end
      local one = h.any { { name = "a", check = check(false) }, { name = "b", check = check(true) },
        { name = "c", check = check(true) } }
      local none = h.any { { name = "a", check = check(false) } }
      return one.ok, one.passed, one.failed, one.total, ran, none.ok, h.any({}).ok,
        select(2, pcall(h.assert_ok, none))`),
  ).toEqual([
    true,
    1,
    1,
    2,
    3,
    false,
    false,
    expect.stringContaining("healthcheck: a: check failed"),
  ]);
});

test("websocket", async () => {
  const results = await api.run(`
    local h = require("assay.healthcheck")
    local server = http.server({ host = "127.0.0.1" }, {
      ["/echo"] = function(req)
        return { ws = function(conn)
          local text = conn:read()
          if text then conn:write(text .. (req.headers["x-own"] or "")) end
        end }
      end,
    })
    local url = "ws://127.0.0.1:" .. server.port
    local o = { send = "ping", expect = "pingmine", headers = { ["X-Own"] = "mine" } }
    local out = { h.websocket(url .. "/echo"), h.websocket(url .. "/echo", o),
      h.websocket(url .. "/echo", { send = "ping", expect = function(text) return #text == 4 end }),
      h.websocket(url .. "/echo", { send = "ping", expect = "pong" }),
      h.websocket(url .. "/none"), h.websocket("ws://127.0.0.1:1/"),
      h.websocket(url .. "/echo", { expect = "hello", timeout = 0.05 }) }
    server:close()
    return table.unpack(out)`);
  const good = { ok: true, latency_ms: expect.any(Number) };
  const bad = (error: string) => ({ ok: false, error: expect.stringContaining(error) });
  expect(results.slice(0, 3)).toEqual([good, good, good]);
  for (const [i, error] of [
    "expected pong, got ping",
    "404",
    "connection refused",
    "timeout",
  ].entries())
    expect(results[i + 3]).toMatchObject(bad(error));
});

test("a WebSocket is closed when the probe is cancelled", async () => {
  expect(
    await api.run(`local is_closed = false
      local server = http.server({ host = "127.0.0.1" }, {
        ["/"] = function()
          return { ws = function(conn)
            local _ <close> = setmetatable({}, { __close = function() is_closed = true end })
            conn:read()
          end }
        end,
      })
      local probe = require("assay.healthcheck").websocket
      local ok = pcall(async.timeout, 0.2, probe, "ws://127.0.0.1:" .. server.port .. "/", { expect = "x" })
      sleep(0.3)
      return ok, is_closed`),
  ).toEqual([false, true]);
});

test("a URL that is none is no reason to wait", async () => {
  const began = performance.now();
  expect(await fail(`wait("nope", { timeout = 30 })`)).toBe(
    "t.lua:1: healthcheck.wait: http.request: invalid URL 'nope'",
  );
  expect(await fail(`wait_all({ "nope" }, { timeout = 30 })`)).toContain("invalid URL 'nope'");
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await fail(`wait(URL, { timeout = "0.3s" })`)).toBe(
    "t.lua:1: healthcheck.wait: option 'timeout': a number of seconds is expected, got 0.3s",
  );
});

test("passwords that should be encoded stay out of results", async () => {
  const address = "http://user:s3c/ret@127.0.0.1:1/db";
  const texts = [
    await fail(`wait("${address}", { timeout = 0 })`),
    await call(`http("${address}")`),
  ];
  expect(JSON.stringify(texts)).not.toMatch(/s3c|ret/);
});
