import { describe, expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const make = `local c = require("assay.grafana").client(URL .. "/", { api_key = "glsa" })`;
const call = (code: string) => api.run(`${make} return c:${code}`);
const fail = (code: string) => api.failure(`${make} c:${code}`);
const bearer = { authorization: "Bearer glsa" };

describe("calls", () => {
  for (const [code, line, answer, body] of [
    ["datasources()", "GET /api/datasources", [{ id: 1 }], undefined],
    ['datasource("u/1")', "GET /api/datasources/uid/u%2F1", { id: 1 }, undefined],
    ["datasource(7)", "GET /api/datasources/7", { id: 7 }, undefined],
    ['create_datasource({ name = "n" })', "POST /api/datasources", { id: 1 }, { name: "n" }],
    [
      'update_datasource("u", { name = "n" })',
      "PUT /api/datasources/uid/u",
      { id: 1 },
      { name: "n" },
    ],
    ['delete_datasource("u")', "DELETE /api/datasources/uid/u", { message: "m" }, undefined],
    ['datasource_health("u")', "GET /api/datasources/uid/u/health", { status: "OK" }, undefined],
    ["ds_query({ queries = { {} } })", "POST /api/ds/query", { results: {} }, { queries: [{}] }],
    [
      'search({ query = "a b&c", type = "dash-db", tag = { "x", "y" }, limit = 5 })',
      "GET /api/search?query=a%20b%26c&type=dash-db&tag=x&tag=y&limit=5",
      [{ uid: "u" }],
      undefined,
    ],
    ["search()", "GET /api/search", [], undefined],
    ['dashboard("u")', "GET /api/dashboards/uid/u", { meta: {} }, undefined],
    [
      'save_dashboard({ title = "t" }, { folder_uid = "f", overwrite = true })',
      "POST /api/dashboards/db",
      { uid: "u" },
      { dashboard: { title: "t" }, folderUid: "f", overwrite: true },
    ],
    ['delete_dashboard("u")', "DELETE /api/dashboards/uid/u", { title: "t" }, undefined],
    ["folders()", "GET /api/folders", [], undefined],
    [
      'folders({ parent_uid = "p", limit = 2, page = 3 })',
      "GET /api/folders?limit=2&page=3&parentUid=p",
      [],
      undefined,
    ],
    ['folder("f")', "GET /api/folders/f", { uid: "f" }, undefined],
    [
      'create_folder("T", { uid = "f" })',
      "POST /api/folders",
      { uid: "f" },
      { title: "T", uid: "f" },
    ],
    ['delete_folder("f")', "DELETE /api/folders/f", { message: "m" }, undefined],
    [
      'delete_folder("f", { force_delete_rules = true })',
      "DELETE /api/folders/f?forceDeleteRules=true",
      { message: "m" },
      undefined,
    ],
    [
      'annotations({ from = 1.5e12, to = 2, dashboard_id = 3, limit = 4, tags = { "a", "b c" } })',
      "GET /api/annotations?from=1500000000000&to=2&dashboardId=3&limit=4&tags=a&tags=b%20c",
      [],
      undefined,
    ],
    [
      'annotations({ dashboard_uid = "d", panel_id = 1, alert_uid = "r" })',
      "GET /api/annotations?dashboardUID=d&panelId=1&alertUID=r",
      [],
      undefined,
    ],
    [
      'create_annotation({ text = "t", time = 1.5 })',
      "POST /api/annotations",
      { id: 1 },
      { text: "t", time: 1 },
    ],
    [
      "update_annotation(1, { timeEnd = 5 })",
      "PATCH /api/annotations/1",
      { message: "m" },
      { timeEnd: 5 },
    ],
    [
      'replace_annotation(1, { text = "t", timeEnd = 2.5 })',
      "PUT /api/annotations/1",
      { message: "m" },
      { text: "t", timeEnd: 2 },
    ],
    [
      'update_folder("f", "T")',
      "PUT /api/folders/f",
      { uid: "f" },
      { title: "T", overwrite: true },
    ],
    ["notification_policies()", "GET /api/v1/provisioning/policies", { receiver: "r" }, undefined],
    ["mute_timings()", "GET /api/v1/provisioning/mute-timings", [], undefined],
    ["delete_service_account(1)", "DELETE /api/serviceaccounts/1", { message: "m" }, undefined],
    ["service_account_tokens(1)", "GET /api/serviceaccounts/1/tokens", [{ id: 2 }], undefined],
    [
      "delete_service_account_token(1, 2)",
      "DELETE /api/serviceaccounts/1/tokens/2",
      { message: "m" },
      undefined,
    ],
    ["delete_annotation(1)", "DELETE /api/annotations/1", { message: "m" }, undefined],
    ["org()", "GET /api/org", { id: 1 }, undefined],
    ["alert_rules()", "GET /api/v1/provisioning/alert-rules", [{ uid: "r" }], undefined],
    ['alert_rule("r")', "GET /api/v1/provisioning/alert-rules/r", { uid: "r" }, undefined],
    ["contact_points()", "GET /api/v1/provisioning/contact-points", [], undefined],
    ["active_alerts()", "GET /api/alertmanager/grafana/api/v2/alerts", [], undefined],
    [
      'create_service_account("n")',
      "POST /api/serviceaccounts",
      { id: 1 },
      { name: "n", role: "Viewer" },
    ],
    [
      'create_service_account_token(1, "t", { seconds_to_live = 60 })',
      "POST /api/serviceaccounts/1/tokens",
      { key: "k" },
      { name: "t", secondsToLive: 60 },
    ],
  ] as const) {
    test(code, async () => {
      const headers = { ...bearer, ...(body === undefined && { "content-type": null }) };
      api.expect(line, { json: answer }, { headers, body });
      expect((await call(code))[0]).toEqual(answer);
      api.expect(line, { status: 500, text: "x" }, { body });
      expect(await fail(code)).toContain(`grafana: ${line} HTTP 500: x`);
    });
  }
  test("alert rules remain editable", async () => {
    const headers = { "x-disable-provenance": "true" };
    api.expect(
      "POST /api/v1/provisioning/alert-rules",
      { status: 201, json: { uid: "r" } },
      { headers, body: { title: "t" } },
    );
    expect(await call('create_alert_rule({ title = "t" })')).toMatchObject([{ uid: "r" }]);
    api.expect(
      "PUT /api/v1/provisioning/alert-rules/r",
      { json: { uid: "r" } },
      { headers, body: { title: "t" } },
    );
    await call('update_alert_rule("r", { title = "t" })');
    api.expect("DELETE /api/v1/provisioning/alert-rules/r", { status: 204 }, { headers });
    await call('delete_alert_rule("r")');
  });
});

describe("health", () => {
  const none = { headers: { authorization: null, "content-type": null } };
  test("health", async () => {
    api.expect("GET /api/health", { json: { database: "ok" } }, none);
    expect((await call("health()"))[0]).toEqual({ database: "ok" });
    api.expect("GET /api/health", { status: 503, text: "down" }, none);
    expect(await fail("health()")).toContain("grafana: GET /api/health HTTP 503: down");
  });
  test("is_healthy and wait", async () => {
    api.expect("GET /api/health", { json: { database: "failing" } });
    expect(await call("is_healthy()")).toEqual([false]);
    api.expect("GET /api/health", { status: 503, json: {} });
    api.expect("GET /api/health", { json: { database: "ok" } });
    expect(await call("wait({ interval = 0.01 })")).toEqual([true]);
    api.expect("GET /api/health", { status: 503, text: "down" });
    expect(await fail("wait({ timeout = 0 })")).toContain("(last: HTTP 503: down)");
  });
});

test("credentials and organisation", async () => {
  api.expect(
    "GET /api/org",
    { json: {} },
    { headers: { authorization: "Basic YWRtaW46cA==", "x-grafana-org-id": "2" } },
  );
  api.expect("GET /api/org", { json: {} }, { headers: { authorization: null } });
  await api.run(`local g = require("assay.grafana")
    g.client { url = URL, username = "admin", password = "p", org_id = 2 }:org()
    g.client(URL, { username = "admin" }):org()`);
});

test("absent ones", async () => {
  api.expect("GET /api/dashboards/uid/u", { status: 404, text: "no" });
  expect(await fail('dashboard("u")')).toContain("grafana: GET /api/dashboards/uid/u HTTP 404: no");
  api.expect("GET /api/dashboards/uid/u", { status: 404, text: "no" });
  expect(await call('dashboard("u", { allow_missing = true })')).toEqual([undefined]);
});

test("numeric data source ids on servers without them", async () => {
  api.expect("GET /api/datasources/7", { status: 404, text: "no" });
  api.expect("GET /api/datasources", { json: [{ id: 7, uid: "u7" }] });
  api.expect("GET /api/datasources/uid/u7", { json: { uid: "u7" } });
  expect(await call("datasource(7)")).toEqual([{ uid: "u7" }]);
  api.expect("GET /api/datasources/8", { status: 404, text: "no" });
  api.expect("GET /api/datasources", { json: [] });
  expect(await fail("datasource(8)")).toContain("grafana: GET /api/datasources/8 HTTP 404: no");
});

test("search reads all pages", async () => {
  api.expect("GET /api/search", { json: Array.from({ length: 1000 }, () => ({})) });
  api.expect("GET /api/search?page=2", { json: [{}] });
  expect(await api.run(`${make} return #c:search()`)).toEqual([1001]);
});

test("ensure_datasource and ensure_folder", async () => {
  api.expect("GET /api/datasources/name/a%20b", { status: 404 });
  api.expect("POST /api/datasources", { json: {} }, { body: { name: "a b" } });
  expect(await call('ensure_datasource({ name = "a b" })')).toEqual([true]);
  api.expect("GET /api/datasources/name/a", { json: { uid: "u" } });
  api.expect("PUT /api/datasources/uid/u", { json: {} }, { body: { name: "a", uid: "u" } });
  expect(await call('ensure_datasource({ name = "a" })')).toEqual([false]);
  api.expect("GET /api/folders/f", { status: 404 });
  api.expect("POST /api/folders", { json: { uid: "f" } }, { body: { title: "T", uid: "f" } });
  expect(await call('ensure_folder("f", "T")')).toEqual([{ uid: "f" }, true]);
  api.expect("GET /api/folders/f", { json: { uid: "f" } });
  expect(await call('ensure_folder("f", "T")')).toEqual([{ uid: "f" }, false]);
});

test("datasource_by_name", async () => {
  api.expect("GET /api/datasources/name/a%20b%2Fc", { json: { id: 1 } });
  api.expect("GET /api/datasources/name/x", { status: 404 });
  expect(await call('datasource_by_name("a b/c")')).toEqual([{ id: 1 }]);
  expect(await call('datasource_by_name("x")')).toEqual([undefined]);
  api.expect("GET /api/datasources/name/x", { status: 401, text: "no" });
  expect(await fail('datasource_by_name("x")')).toContain(
    "grafana: GET /api/datasources/name/x HTTP 401: no",
  );
});

test("what is provisioned remains editable", async () => {
  const headers = { "x-disable-provenance": "true" };
  const at = "/api/v1/provisioning";
  const accepted = { status: 202, json: { message: "m" } };
  api.expect(
    `POST ${at}/contact-points`,
    { status: 202, json: { uid: "c" } },
    {
      headers,
      body: { name: "n" },
    },
  );
  api.expect(`PUT ${at}/contact-points/c`, accepted, { headers, body: { name: "n" } });
  api.expect(`DELETE ${at}/contact-points/c`, { status: 202 }, { headers });
  api.expect(`PUT ${at}/policies`, accepted, { headers, body: { receiver: "r" } });
  api.expect(
    `POST ${at}/mute-timings`,
    { status: 201, json: { name: "m" } },
    {
      headers,
      body: { name: "m" },
    },
  );
  api.expect(`DELETE ${at}/mute-timings/a%20b`, { status: 204 }, { headers });
  expect(
    await api.run(`${make}
      local uid = c:create_contact_point({ name = "n" }).uid
      c:update_contact_point(uid, { name = "n" }) c:delete_contact_point(uid)
      c:set_notification_policies({ receiver = "r" })
      local mute = c:create_mute_timing({ name = "m" }).name
      c:delete_mute_timing("a b")
      return uid, mute`),
  ).toEqual(["c", "m"]);
  api.expect(`DELETE ${at}/mute-timings/x`, { status: 409, text: "in use" }, { headers });
  expect(await fail('delete_mute_timing("x")')).toContain(
    `grafana: DELETE ${at}/mute-timings/x HTTP 409: in use`,
  );
});

test("rule_states, firing_rules", async () => {
  const line = "GET /api/prometheus/grafana/api/v1/rules";
  const rule = (name: string, state: string) => ({ name, state });
  const groups = [
    { name: "g", rules: [rule("b", "firing"), rule("c", "pending")] },
    { name: "h", rules: [rule("a", "firing")] },
  ];
  api.expect(line, { json: { status: "success", data: { groups } } });
  api.expect(line, { json: { status: "success", data: { groups } } });
  api.expect(line, { json: { status: "success", data: {} } });
  expect(
    await api.run(`${make} return #c:rule_states(), c:firing_rules(), c:firing_rules()`),
  ).toEqual([2, ["a", "b"], []]);
});

test("annotation_tags", async () => {
  api.expect("GET /api/annotations/tags?tag=de%26&limit=5", {
    json: { result: { tags: [{ tag: "deploy", count: 2 }] } },
  });
  api.expect("GET /api/annotations/tags", { json: { result: { tags: null } } });
  expect(
    await api.run(
      `${make} return c:annotation_tags({ tag = "de&", limit = 5 }), c:annotation_tags()`,
    ),
  ).toEqual([[{ tag: "deploy", count: 2 }], []]);
});

test("service_accounts reads all pages", async () => {
  const page = (number: number, names: string[]) =>
    api.expect(`GET /api/serviceaccounts/search?query=c&page=${number}&perpage=1000`, {
      json: { totalCount: 3, serviceAccounts: names },
    });
  page(1, ["a", "b"]);
  page(2, ["c"]);
  page(1, ["a", "b"]);
  api.expect("GET /api/serviceaccounts/search?page=2&perpage=1", {
    json: { totalCount: 3, serviceAccounts: ["b"] },
  });
  expect(
    await api.run(`${make} return c:service_accounts({ query = "c" }),
      c:service_accounts({ query = "c", all = false }), c:service_accounts({ page = 2, per_page = 1 })`),
  ).toEqual([["a", "b", "c"], ["a", "b"], ["b"]]);
});
