import { describe, expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const success = (data: unknown) => ({ json: { status: "success", data } });
const call = async (code: string) =>
  (await api.run(`local p = require("assay.prometheus") return (p.${code})`))[0];
const vector = (...values: string[]) =>
  success({
    resultType: "vector",
    result: values.map((v, i) => ({ metric: { i: `${i}` }, value: [1.5, v] })),
  });

describe("query", () => {
  const line = "GET /api/v1/query?query=up%7Ba%3D%22b%2B%22%7D%20%2B%201";
  const code = `query(URL .. "/", 'up{a="b+"} + 1')`;
  for (const [name, answer, result] of [
    ["one sample", vector("42"), 42],
    ["NaN stays a string", vector("NaN"), "NaN"],
    ["none", vector(), []],
    [
      "several",
      vector("42", "+Inf"),
      [
        { metric: { i: "0" }, value: 42 },
        { metric: { i: "1" }, value: "+Inf" },
      ],
    ],
    ["scalar", success({ resultType: "scalar", result: [1, "3.5"] }), 3.5],
    ["string", success({ resultType: "string", result: [1, "x"] }), "x"],
    [
      "matrix",
      success({ resultType: "matrix", result: [{ metric: {}, values: [[1, "2"]] }] }),
      [{ metric: {}, values: [[1, "2"]] }],
    ],
  ] as const) {
    test(name, async () => {
      api.expect(line, answer);
      expect(await call(code)).toEqual(result);
    });
  }
  test("options, as a form, raw", async () => {
    api.expect("GET /api/v1/query?query=up&time=5&timeout=1s&limit=3", vector("1"));
    expect(await call('query(URL, "up", { time = 5.0, timeout = "1s", limit = 3 })')).toBe(1);
    api.expect("POST /api/v1/query", vector("1"), {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "query=a%26b",
    });
    expect(await call('query(URL, "a&b", { post = true })')).toBe(1);
    api.expect("GET /api/v1/query?query=up", {
      json: { status: "success", data: { resultType: "vector", result: [] }, warnings: ["w"] },
    });
    expect(await call('query_raw(URL, "up")')).toEqual({
      resultType: "vector",
      result: [],
      warnings: ["w"],
    });
  });
  test("errors", async () => {
    const fail = (code: string) => api.failure(`require("assay.prometheus").${code}`);
    api.expect("GET /api/v1/query?query=x", { status: 400, text: '{"error":"parse"}' });
    expect(await fail('query(URL, "x")')).toContain(
      'prometheus.query: HTTP 400: {"error":"parse"}',
    );
    api.expect("GET /api/v1/query?query=x", { json: { status: "error", error: "bad" } });
    expect(await fail('query(URL, "x")')).toContain("prometheus.query: bad");
    api.expect("GET /api/v1/alerts", { json: { status: "error" } });
    expect(await fail("alerts(URL)")).toContain("prometheus.alerts: unknown error");
    api.expect("GET /api/v1/query?query=x", success({}));
    expect(await fail('query(URL, "x")')).toContain("prometheus.query: unexpected response format");
  });
});

describe("other functions", () => {
  for (const [code, line, data, result] of [
    [
      'query_range(URL, "up", 1, "2", "15s")',
      "/query_range?query=up&start=1&end=2&step=15s",
      { result: [{ values: [[1, "2"]] }] },
      [{ values: [[1, "2"]] }],
    ],
    ['query_range(URL, "up")', "/query_range?query=up", { result: [] }, []],
    ["alerts(URL)", "/alerts", { alerts: [{ a: 1 }] }, [{ a: 1 }]],
    ["targets(URL)", "/targets", { activeTargets: [] }, { activeTargets: [] }],
    [
      'targets(URL, { state = "active", scrape_pool = "a b" })',
      "/targets?state=active&scrapePool=a%20b",
      {},
      {},
    ],
    ["rules(URL)", "/rules", { groups: [{ name: "g" }] }, [{ name: "g" }]],
    [
      'rules(URL, { type = "alert", rule_name = { "a", "b" } })',
      "/rules?type=alert&rule_name%5B%5D=a&rule_name%5B%5D=b",
      { groups: [] },
      [],
    ],
    ['label_values(URL, "a/b")', "/label/a%2Fb/values", ["x"], ["x"]],
    [
      'labels(URL, { match = { "up" }, limit = 1 })',
      "/labels?match%5B%5D=up&limit=1",
      ["x"],
      ["x"],
    ],
    [
      'series(URL, { "up", "a{b=\\"c\\"}" })',
      "/series?match%5B%5D=up&match%5B%5D=a%7Bb%3D%22c%22%7D",
      [{ a: "b" }],
      [{ a: "b" }],
    ],
    ["series(URL, {}, { start = 1, end_time = 2 })", "/series?start=1&end=2", [], []],
    [
      'targets_metadata(URL, { match_target = \'{job="x"}\', metric = "m", limit = 1 })',
      "/targets/metadata?match_target=%7Bjob%3D%22x%22%7D&metric=m&limit=1",
      [],
      [],
    ],
    ['metadata(URL, { metric = "m" })', "/metadata?metric=m", { m: [] }, { m: [] }],
    ['query_exemplars(URL, "x", 1, 2)', "/query_exemplars?query=x&start=1&end=2", [], []],
    [
      "alertmanagers(URL)",
      "/alertmanagers",
      { activeAlertmanagers: [] },
      { activeAlertmanagers: [] },
    ],
    ['status(URL, "buildinfo")', "/status/buildinfo", { version: "3" }, { version: "3" }],
    ['format_query(URL, "a+b")', "/format_query?query=a%2Bb", "a + b", "a + b"],
  ] as const) {
    test(code, async () => {
      api.expect(`GET /api/v1${line}`, success(data));
      expect(await call(code)).toEqual(result);
      api.expect(`GET /api/v1${line}`, { status: 500, text: "x" });
      const fn = code.split("(")[0];
      expect(await api.failure(`require("assay.prometheus").${code}`)).toContain(
        `prometheus.${fn}: HTTP 500: x`,
      );
    });
  }
  test("rules follow pages", async () => {
    api.expect(
      "GET /api/v1/rules?group_limit=1",
      success({ groups: [{ name: "a" }], groupNextToken: "t" }),
    );
    api.expect(
      "GET /api/v1/rules?group_limit=1&group_next_token=t",
      success({ groups: [{ name: "b" }] }),
    );
    expect(await call("rules(URL, { group_limit = 1 })")).toEqual([{ name: "a" }, { name: "b" }]);
  });
  test("reload, healthy, ready", async () => {
    api.expect("POST /-/reload");
    expect(await call("config_reload(URL)")).toBe(true);
    api.expect("POST /-/reload", { status: 503, text: "no" });
    expect(await api.run('return require("assay.prometheus").config_reload(URL)')).toEqual([
      false,
      "HTTP 503: no",
    ]);
    api.expect("GET /-/healthy");
    expect(await call("healthy(URL)")).toBe(true);
    api.expect("GET /-/ready", { status: 503 });
    expect(await call("ready(URL)")).toBe(false);
    api.expect("GET /-/ready", { status: 503 });
    api.expect("GET /-/ready");
    expect(await call("wait_ready(URL, { interval = 0.01 })")).toBe(true);
  });
  test("administration", async () => {
    api.expect("POST /api/v1/admin/tsdb/snapshot", success({ name: "n" }));
    expect(await call("snapshot(URL)")).toBe("n");
    api.expect("POST /api/v1/admin/tsdb/delete_series?match%5B%5D=up&start=1", { status: 204 });
    await call('delete_series(URL, { "up" }, { start = 1 })');
    api.expect("POST /api/v1/admin/tsdb/clean_tombstones", { status: 204 });
    await call("clean_tombstones(URL)");
  });
});

test("client and credentials", async () => {
  const bearer = { headers: { authorization: "Bearer t" } };
  for (let i = 0; i < 3; i++) api.expect("GET /api/v1/alerts", success({ alerts: [] }), bearer);
  await api.run(`local p = require("assay.prometheus")
    p.client(URL, { token = "t" }):alerts()
    p.alerts(p.client { url = URL, token = "t" })
    p.alerts { url = URL, token = "t" }`);
});

test("assertions", async () => {
  const fail = (code: string) => api.failure(`require("assay.prometheus").${code}`);
  api.expect("GET /api/v1/query?query=up", vector("1", "0"));
  expect(await fail('assert_query(URL, "up", 1)')).toContain(
    'prometheus.assert_query: up: {i="1"} 0 is not == 1',
  );
  api.expect("GET /api/v1/query?query=up", vector());
  expect(await fail('assert_query(URL, "up", 1)')).toContain("no samples for up");
  api.expect("GET /api/v1/query?query=up", vector("5"));
  expect(await call('assert_query(URL, "up", { gt = 1, le = 5 })')).toBe(5);
  const targets = (health: string) =>
    success({
      activeTargets: [{ labels: { job: "j" }, health, scrapeUrl: "http://t", lastError: "e" }],
    });
  api.expect("GET /api/v1/targets?state=active", targets("down"));
  expect(await fail("assert_targets_up(URL)")).toContain("assert_targets_up: http://t is down (e)");
  api.expect("GET /api/v1/targets?state=active", targets("up"));
  expect(await fail('assert_targets_up(URL, { job = "other" })')).toContain("no active targets");
  api.expect("GET /api/v1/targets?state=active", targets("up"));
  await call("assert_targets_up(URL)");
  const alerts = success({ alerts: [{ state: "firing", labels: { alertname: "A" } }] });
  api.expect("GET /api/v1/alerts", alerts);
  expect(await fail("assert_no_alerts(URL)")).toContain(
    'assert_no_alerts: firing: A{alertname="A"}',
  );
  api.expect("GET /api/v1/alerts", alerts);
  await call('assert_no_alerts(URL, "B")');
});

test("query_range_raw, parse_query, scrape_pools, notifications, quit", async () => {
  api.expect("GET /api/v1/query_range?query=up&start=1&end=2&step=1m&limit=5", {
    json: {
      status: "success",
      data: { resultType: "matrix", result: [{ metric: {}, values: [[1, "2"]] }] },
      infos: ["i"],
    },
  });
  expect(await call('query_range_raw(URL, "up", 1, 2, "1m", { limit = 5 })')).toEqual({
    resultType: "matrix",
    result: [{ metric: {}, values: [[1, "2"]] }],
    infos: ["i"],
  });
  api.expect("GET /api/v1/parse_query?query=a%20%2B%20b", success({ type: "binaryExpr" }));
  expect(await call('parse_query(URL, "a + b")')).toEqual({ type: "binaryExpr" });
  api.expect("GET /api/v1/scrape_pools", success({ scrapePools: ["a"] }));
  expect(await call("scrape_pools(URL)")).toEqual(["a"]);
  api.expect("GET /api/v1/notifications", success([{ text: "t", active: true }]));
  expect(await call("notifications(URL)")).toEqual([{ text: "t", active: true }]);
  api.expect("POST /-/quit", { text: "Requesting termination... Goodbye!" });
  await call("quit(URL)");
  api.expect("POST /-/quit", { status: 403, text: "Lifecycle API is not enabled." });
  expect(await api.failure('require("assay.prometheus").quit(URL)')).toContain(
    "prometheus.quit: HTTP 403: Lifecycle API is not enabled.",
  );
});
