import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { useApi } from "./server";

const api = useApi();
const call = (code: string) => api.run(`return require("assay.loki").client(URL .. "///"):${code}`);
const fail = (code: string) => api.failure(`require("assay.loki").client(URL):${code}`);
const success = (data: unknown) => ({ json: { status: "success", data } });
const streams = (values: unknown[]) => success({ resultType: "streams", result: values });

test("selector", async () => {
  expect(
    await api.run(`local s = require("assay.loki").selector
      return s {}, s { b = 'x"\\\\\\n', a = "y" }`),
  ).toEqual(["{}", '{a="y",b="x\\"\\\\\\n"}']);
});

describe("push", () => {
  test("lines are stamped in strictly increasing order", async () => {
    const before = BigInt(Date.now()) * 1_000_000n;
    api.expect(
      "POST /loki/api/v1/push",
      { status: 204 },
      {
        headers: { "content-type": "application/json", "x-scope-orgid": null },
        check({ body }) {
          const { streams } = JSON.parse(body.toString());
          expect(streams[0].stream).toEqual({ app: "x" });
          const stamps = streams[0].values.map((v: string[]) => BigInt(v[0]!));
          expect(stamps[0] > before - 10_000_000_000n && stamps[0] < before + 60_000_000_000n).toBe(
            true,
          );
          expect(stamps[0] < stamps[1] && stamps[1] < stamps[2]).toBe(true);
          expect(streams[0].values.map((v: string[]) => v[1])).toEqual(["a", "b", "c"]);
        },
      },
    );
    expect(await call('push({ app = "x" }, { "a", "b", "c" })')).toEqual([true]);
  });
  test("stamps, metadata, empty labels", async () => {
    api.expect(
      "POST /loki/api/v1/push",
      { status: 200 },
      {
        body: {
          streams: [
            {
              stream: {},
              values: [
                ["1700000000000000001", "a"],
                ["1700000000000000000", "b", { k: "v" }],
                ["5", "c"],
              ],
            },
          ],
        },
      },
    );
    await call(
      'push({}, { { 1700000000000000001, "a" }, { 1.7e18, "b", { k = "v" } }, { "5", "c" } })',
    );
    api.expect(
      "POST /loki/api/v1/push",
      {},
      {
        body: {
          streams: [
            { stream: { a: "1" }, values: [] },
            { stream: { a: "2" }, values: [["1", "x"]] },
          ],
        },
      },
    );
    await call(
      'push_streams { { { a = "1" }, {} }, { labels = { a = "2" }, entries = { { 1, "x" } } } }',
    );
  });
  test("error", async () => {
    api.expect("POST /loki/api/v1/push", { status: 400, text: "bad" }, { check: () => {} });
    expect(await fail('push({}, { "x" })')).toContain("loki: POST /loki/api/v1/push HTTP 400: bad");
  });
});

describe("reading", () => {
  for (const [code, line, answer, result] of [
    [
      'query("{a=\\"b\\"} |= \\"x&+\\"", { limit = 5, time = "1", direction = "forward" })',
      "/loki/api/v1/query?query=%7Ba%3D%22b%22%7D%20%7C%3D%20%22x%26%2B%22&limit=5&time=1&direction=forward",
      streams([]),
      [[], "streams"],
    ],
    [
      'query_range("{}", { start = "1", end_time = "2", limit = 3, step = "4", direction = "backward" })',
      "/loki/api/v1/query_range?query=%7B%7D&start=1&end=2&limit=3&step=4&direction=backward",
      streams([{ stream: {} }]),
      [[{ stream: {} }], "streams"],
    ],
    ["labels()", "/loki/api/v1/labels", success(["a"]), [["a"]]],
    [
      "labels({ start = 1, end_time = 2 })",
      "/loki/api/v1/labels?start=1&end=2",
      success(["a"]),
      [["a"]],
    ],
    [
      'label_values("a b", { start = 1 })',
      "/loki/api/v1/label/a%20b/values?start=1",
      success(["v"]),
      [["v"]],
    ],
    [
      'series({ "{a=\\"b\\"}", "c" }, { start = 1 })',
      "/loki/api/v1/series?match%5B%5D=%7Ba%3D%22b%22%7D&match%5B%5D=c&start=1",
      success([{ a: "b" }]),
      [[{ a: "b" }]],
    ],
    ["series({})", "/loki/api/v1/series", success([]), [[]]],
    [
      'tail("{}", { limit = 1, start = "5" })',
      "/loki/api/v1/tail?query=%7B%7D&limit=1&start=5",
      { json: { streams: [] } },
      [{ streams: [] }],
    ],
    ["metrics()", "/metrics", { text: "m 1" }, ["m 1"]],
    [
      'stats("{}", { start = 1 })',
      "/loki/api/v1/index/stats?query=%7B%7D&start=1",
      { json: { bytes: 1 } },
      [{ bytes: 1 }],
    ],
    [
      'volume("{}", { target_labels = "a" })',
      "/loki/api/v1/index/volume?query=%7B%7D&targetLabels=a",
      success({ resultType: "vector", result: [] }),
      [[], "vector"],
    ],
    [
      'labels({ since = "2h", query = "{a}" })',
      "/loki/api/v1/labels?since=2h&query=%7Ba%7D",
      success(undefined),
      [[]],
    ],
    [
      'volume_range("{}", { target_labels = { "a", "b" }, aggregate_by = "labels", step = "5m" })',
      "/loki/api/v1/index/volume_range?query=%7B%7D&step=5m&targetLabels=a%2Cb&aggregateBy=labels",
      success({ resultType: "matrix", result: [{ metric: { a: "x" }, values: [] }] }),
      [[{ metric: { a: "x" }, values: [] }], "matrix"],
    ],
    [
      'patterns("{}", { start = 1, end_time = 2, step = "1m" })',
      "/loki/api/v1/patterns?query=%7B%7D&start=1&end=2&step=1m",
      success([{ pattern: "<_> x", samples: [[1, 2]] }]),
      [[{ pattern: "<_> x", samples: [[1, 2]] }]],
    ],
    [
      'detected_fields("{}", { since = "1h", limit = 5, line_limit = 9 })',
      "/loki/api/v1/detected_fields?query=%7B%7D&since=1h&limit=5&line_limit=9",
      { json: { fields: [{ label: "level" }] } },
      [[{ label: "level" }]],
    ],
    ["config()", "/config", { text: "a: 1" }, ["a: 1"]],
    ['config("diff")', "/config?mode=diff", { text: "a: 1" }, ["a: 1"]],
    ["services()", "/services", { text: "x => Running" }, ["x => Running"]],
    [
      'list_deletes({ start = 1, end_time = "2" })',
      "/loki/api/v1/delete?start=1&end=2",
      { text: "null" },
      [[]],
    ],
    [
      'rules({ type = "alert", rule_name = { "a", "b" } })',
      "/prometheus/api/v1/rules?type=alert&rule_name=a&rule_name=b",
      success({ groups: [{ name: "g" }] }),
      [[{ name: "g" }]],
    ],
    ['format_query("{}")', "/loki/api/v1/format_query?query=%7B%7D", success("{}"), ["{}"]],
    ["list_deletes()", "/loki/api/v1/delete", { json: [{ query: "x" }] }, [[{ query: "x" }]]],
    ["rules()", "/prometheus/api/v1/rules", success({ groups: [] }), [[]]],
    ["alerts()", "/prometheus/api/v1/alerts", success({ alerts: [] }), [[]]],
    [
      "build_info()",
      "/loki/api/v1/status/buildinfo",
      { json: { version: "3" } },
      [{ version: "3" }],
    ],
  ] as const) {
    test(code, async () => {
      api.expect(`GET ${line}`, answer);
      expect(await call(code)).toEqual(result);
      api.expect(`GET ${line}`, { status: 500, text: "x" });
      expect(await fail(code)).toContain(`loki: GET ${line.split("?")[0]} HTTP 500: x`);
    });
  }
  test("answers that are no success", async () => {
    api.expect("GET /loki/api/v1/labels", { json: { status: "error", error: "why" } });
    expect(await fail("labels()")).toContain("loki: GET /loki/api/v1/labels: why");
    api.expect("GET /loki/api/v1/query?query=x", success({}));
    expect(await fail('query("x")')).toContain(
      "loki: GET /loki/api/v1/query: the answer holds no result",
    );
  });
  test("lines reads pages, each line once", async () => {
    const line = "GET /loki/api/v1/query_range?query=x&start=";
    const stream = (values: string[][]) => streams([{ stream: { a: "b" }, values }]);
    api.expect(
      `${line}1&limit=2&direction=forward`,
      stream([
        ["5", "p"],
        ["6", "q"],
      ]),
    );
    api.expect(
      `${line}6&limit=2&direction=forward`,
      stream([
        ["6", "q"],
        ["7", "r"],
      ]),
    );
    api.expect(`${line}7&limit=2&direction=forward`, stream([["7", "r"]]));
    expect(
      await api.run(`local out = {}
        for t, line, labels in require("assay.loki").client(URL):lines("x", { start = 1, limit = 2 }) do
          out[#out + 1] = t .. line .. labels.a
        end
        return out`),
    ).toEqual([["5pb", "6qb", "7rb"]]);
  });
});

test("lines asks for more when a page is full of one stamp that it has seen", async () => {
  const line = "GET /loki/api/v1/query_range?query=x&start=";
  const page = (...lines: string[]) => ({
    json: {
      status: "success",
      data: {
        resultType: "streams",
        result: [{ stream: { a: "b" }, values: lines.map((text) => ["5", text]) }],
      },
    },
  });
  api.expect(`${line}1&limit=2&direction=forward`, page("p", "q"));
  api.expect(`${line}5&limit=2&direction=forward`, page("p", "q"));
  api.expect(`${line}5&limit=4&direction=forward`, page("p", "q", "r"));
  expect(
    await api.run(`local out = {}
      for _, text in require("assay.loki").client(URL):lines("x", { start = 1, limit = 2 }) do
        out[#out + 1] = text
      end
      return table.concat(out, " ")`),
  ).toEqual(["p q r"]);
});

test("what Loki's JSON does not take: bytes that are not UTF-8, labels that are no text", async () => {
  api.expect(
    "POST /loki/api/v1/push",
    { status: 204 },
    {
      body: {
        streams: [
          {
            stream: { n: "1", b: "true" },
            values: [
              ["1", "a\u{FFFD}\u{FFFD}é\0\u{FFFD}", { code: "500", ok: "false" }],
              ["2", "7"],
            ],
          },
        ],
      },
    },
  );
  expect(
    await call(
      `push({ n = 1.0, b = true }, { { 1, "a\\255\\254é\\0\\xc3", { code = 500, ok = false } }, { 2, 7 } })`,
    ),
  ).toEqual([true]);
});

test("ready, wait_ready, delete_logs", async () => {
  api.expect("GET /ready");
  expect(await call("ready()")).toEqual([true]);
  api.expect("GET /ready", { status: 503 });
  expect(await call("ready()")).toEqual([false]);
  api.expect("GET /ready", { status: 503 });
  api.expect("GET /ready");
  expect(await call("wait_ready({ interval = 0.01 })")).toEqual([true]);
  api.expect("POST /loki/api/v1/delete?query=x&start=1&end=2", { status: 204 });
  await call('delete_logs("x", { start = 1, end_time = 2 })');
});

test("tenant and credentials", async () => {
  api.expect(
    "GET /metrics",
    {},
    { headers: { "x-scope-orgid": "t1", authorization: "Basic dTpw" } },
  );
  await api.run(
    'require("assay.loki").client(URL, { tenant = "t1", username = "u", password = "p" }):metrics()',
  );
});

test("tail and stream over a WebSocket", async () => {
  // as Loki answers what is no WebSocket
  expect(
    await api.run(`local message = '{"streams":[{"stream":{"a":"b"},"values":[["7","l1"],["8","l2"]]}]}'
      local seen = {}
      local server = http.server({ host = "127.0.0.1" }, {
        ["/loki/api/v1/tail"] = function(req)
          seen[#seen + 1] = req.params.query .. " " .. tostring(req.headers["x-scope-orgid"])
          if not req.headers.upgrade then return { status = 400, body = "not websocket" } end
          return { ws = function(conn) conn:write(message) conn:read() end }
        end,
      })
      local c = require("assay.loki").client(server.url, { tenant = "t" })
      local first = c:tail("{a}").streams[1].values[1][2]
      local lines = {}
      for stamp, line, labels in c:stream("{b}") do
        lines[#lines + 1] = stamp .. line .. labels.a
        if #lines == 2 then break end
      end
      return first, lines, seen`),
  ).toEqual(["l1", ["7l1b", "8l2b"], ["{a} t", "{a} t", "{b} t"]]);
});

test("a stream is connected to as queries are", async () => {
  const [tenants, refused] = await api.run(`
    local seen = {}
    local server = http.server({ host = "127.0.0.1" }, {
      ["/loki/api/v1/tail"] = function(req)
        seen[#seen + 1] = req.headers["x-scope-orgid"]
        return { ws = function(conn) conn:close() end }
      end,
    })
    local loki = require("assay.loki")
    local own = loki.client(server.url, { tenant = "a", headers = { ["x-scope-orgid"] = "b" } })
    pcall(function() for _ in own:stream("{a}") do end end)
    local c = loki.client(server.url, { proxy = "http://127.0.0.1:1" })
    return seen, select(2, pcall(c.stream, c, "{a}"))`);
  expect(tenants).toEqual(["b"]);
  expect(refused).toContain("proxy http://127.0.0.1:1: connection refused");
});

test("rule groups, in YAML", async () => {
  const yaml = (text: string) => ({ text, headers: { "Content-Type": "application/yaml" } });
  api.expect("GET /loki/api/v1/rules", yaml("ns:\n  - name: g\n    rules: []\n"));
  api.expect("GET /loki/api/v1/rules/a%2Fb", { status: 404, text: "no rule groups found" });
  api.expect("GET /loki/api/v1/rules/ns/g", yaml("name: g\nrules: [{ alert: A, expr: x }]"));
  api.expect("GET /loki/api/v1/rules/ns/none", { status: 404 });
  api.expect(
    "POST /loki/api/v1/rules/ns",
    { status: 202, json: { status: "success" } },
    {
      headers: { "content-type": "application/yaml" },
      check({ body }) {
        expect(parse(body.toString())).toEqual({
          name: "g",
          rules: [{ alert: "A", expr: 'sum(rate({a="b"}[5m])) > 1' }],
        });
      },
    },
  );
  api.expect("POST /loki/api/v1/rules/ns", { status: 202 }, { body: "name: g" });
  api.expect("DELETE /loki/api/v1/rules/ns/g%20h", { status: 202 });
  api.expect("DELETE /loki/api/v1/rules/ns", { status: 202 });
  expect(
    await api.run(`local c = require("assay.loki").client(URL)
      local all, none, one, absent = c:rule_groups(), c:rule_groups("a/b"), c:rule_group("ns", "g"),
        c:rule_group("ns", "none")
      c:put_rule_group("ns", { name = "g", rules = { { alert = "A", expr = 'sum(rate({a="b"}[5m])) > 1' } } })
      c:put_rule_group("ns", "name: g")
      c:delete_rule_group("ns", "g h")
      c:delete_rule_namespace("ns")
      return all.ns[1].name, next(none) == nil, one.rules[1].alert, absent == nil`),
  ).toEqual(["g", true, "A", true]);
  api.expect("GET /loki/api/v1/rules/ns", yaml("a: [b"));
  expect(await fail('rule_groups("ns")')).toContain(
    "loki: GET /loki/api/v1/rules/ns: the answer is no YAML object",
  );
});

test("deletions take whole seconds", async () => {
  api.expect("POST /loki/api/v1/delete?query=x&start=1700000000&end=1700000001&max_interval=24h", {
    status: 204,
  });
  await call(
    'delete_logs("x", { start = 1700000000.75, end_time = 1700000001500000000, max_interval = "24h" })',
  );
});

test("cancel_delete, flush", async () => {
  api.expect("DELETE /loki/api/v1/delete?request_id=a%2F1&force=true", { status: 204 });
  api.expect("POST /flush", { status: 204 });
  await call('cancel_delete("a/1", { force = true })');
  await call("flush()");
  api.expect("DELETE /loki/api/v1/delete?request_id=x", { status: 404, text: "no such" });
  expect(await fail('cancel_delete("x")')).toContain(
    "loki: DELETE /loki/api/v1/delete HTTP 404: no such",
  );
});
