import { describe, expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const call = async (code: string) =>
  (await api.run(`local a = require("assay.alertmanager") return (a.${code})`))[0];
const fail = (code: string) => api.failure(`require("assay.alertmanager").${code}`);

describe("calls", () => {
  for (const [code, line, answer, body, result] of [
    ["alerts(URL)", "GET /api/v2/alerts", [], undefined, []],
    [
      'alerts(URL, { active = true, silenced = false, inhibited = false, unprocessed = true, filter = { "a=\\"b&+\\"", "c" }, receiver = "r.*" })',
      "GET /api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=true&filter=a%3D%22b%26%2B%22&filter=c&receiver=r.%2A",
      [{ a: 1 }],
      undefined,
      [{ a: 1 }],
    ],
    [
      'receivers(URL, { receiver_matchers = { "a=b" } })',
      "GET /api/v2/receivers?receiver_matchers=a%3Db",
      [{ name: "r" }],
      undefined,
      [{ name: "r" }],
    ],
    ["post_alerts(URL, {})", "POST /api/v2/alerts", undefined, [], true],
    [
      'post_alerts(URL, { { labels = { alertname = "A" }, annotations = {}, startsAt = 0 } })',
      "POST /api/v2/alerts",
      undefined,
      [{ labels: { alertname: "A" }, annotations: {}, startsAt: "1970-01-01T00:00:00.000Z" }],
      true,
    ],
    [
      "alert_groups(URL, { active = true, unprocessed = true, muted = false })",
      "GET /api/v2/alerts/groups?active=true&muted=false",
      [{}],
      undefined,
      [{}],
    ],
    [
      'silences(URL, { filter = { "a=b" } })',
      "GET /api/v2/silences?filter=a%3Db",
      [{ id: "1" }],
      undefined,
      [{ id: "1" }],
    ],
    [
      "silences(URL, { expired = false })",
      "GET /api/v2/silences",
      [
        { id: "1", status: { state: "expired" } },
        { id: "2", status: { state: "active" } },
      ],
      undefined,
      [{ id: "2", status: { state: "active" } }],
    ],
    ['silence(URL, "a/b")', "GET /api/v2/silence/a%2Fb", { id: "x" }, undefined, { id: "x" }],
    [
      'create_silence(URL, { comment = "c", endsAt = 0.25 })',
      "POST /api/v2/silences",
      { silenceID: "i" },
      { comment: "c", endsAt: "1970-01-01T00:00:00.250Z" },
      { silenceID: "i" },
    ],
    [
      "create_silence(URL, {})",
      "POST /api/v2/silences",
      { silenceID: "i" },
      {},
      { silenceID: "i" },
    ],
    ['delete_silence(URL, "x")', "DELETE /api/v2/silence/x", undefined, undefined, true],
    ["status(URL)", "GET /api/v2/status", { uptime: "u" }, undefined, { uptime: "u" }],
    ["receivers(URL)", "GET /api/v2/receivers", [{ name: "r" }], undefined, [{ name: "r" }]],
  ] as const) {
    test(code, async () => {
      const wanted = { headers: { authorization: null }, body };
      api.expect(line, answer === undefined ? {} : { json: answer }, wanted);
      expect(await call(code)).toEqual(result);
      api.expect(line, { status: 404, text: "nope" }, wanted);
      expect(await fail(code)).toContain(`alertmanager.${code.split("(")[0]}: HTTP 404: nope`);
    });
  }
});

test("is_firing and active_count", async () => {
  const query = "active=true&silenced=false&inhibited=false";
  api.expect(`GET /api/v2/alerts?${query}&filter=alertname%3D%22a%5C%22b%22`, { json: [] });
  expect(await call(`is_firing(URL, 'a"b')`)).toBe(false);
  api.expect(`GET /api/v2/alerts?${query}&filter=alertname%3D%22A%22`, { json: [{}] });
  expect(await call('is_firing(URL, "A")')).toBe(true);
  api.expect(`GET /api/v2/alerts?${query}`, { json: [{}, {}, {}] });
  expect(await call("active_count(URL)")).toBe(3);
});

test("silence_alert sends RFC 3339 times", async () => {
  const start = Date.now();
  api.expect(
    "POST /api/v2/silences",
    { json: { silenceID: "sid" } },
    {
      check({ body }) {
        const s = JSON.parse(body.toString());
        expect(s.startsAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(Math.abs(Date.parse(s.startsAt) - start)).toBeLessThan(20_000);
        expect(Date.parse(s.endsAt) - Date.parse(s.startsAt)).toBe(1.5 * 3_600_000);
        expect(s.matchers).toEqual([
          { name: "alertname", value: "A", isRegex: false, isEqual: true },
        ]);
        expect([s.createdBy, s.comment]).toEqual(["me", "Silenced by assay"]);
      },
    },
  );
  expect(await call('silence_alert(URL, "A", 1.5, { created_by = "me" })')).toBe("sid");
});

test("missing silences when allowed", async () => {
  api.expect("GET /api/v2/silence/x", { status: 404 });
  expect(await call('silence(URL, "x", { allow_missing = true })')).toBeUndefined();
  api.expect("DELETE /api/v2/silence/x", { status: 404 });
  expect(await call('delete_silence(URL, "x", { allow_missing = true })')).toBe(false);
});

test("credentials: a client, a table, trailing options", async () => {
  const basic = { headers: { authorization: "Basic dTpw" } };
  for (let i = 0; i < 2; i++) api.expect("GET /api/v2/status", { json: {} }, basic);
  api.expect(
    "GET /api/v2/alerts?active=true",
    { json: [] },
    { headers: { authorization: "Bearer t" } },
  );
  await api.run(`local a = require("assay.alertmanager")
    a.client(URL, { username = "u", password = "p" }):status()
    a.status(URL, { username = "u", password = "p" })
    a.alerts(URL, { active = true, token = "t" })`);
});

test("expire_silences", async () => {
  api.expect("GET /api/v2/silences?filter=a%3Db", {
    json: [
      { id: "1", status: { state: "active" } },
      { id: "2", status: { state: "expired" } },
    ],
  });
  api.expect("DELETE /api/v2/silence/1");
  expect(await call('expire_silences(URL, { "a=b" })')).toEqual(["1"]);
  api.expect("GET /api/v2/silences?filter=a%3Db", { json: [] });
  expect(await call('expire_silences(URL, { "a=b" })')).toEqual([]);
});

test("health, reload, cluster", async () => {
  api.expect("GET /-/healthy");
  expect(await call("healthy(URL)")).toBe(true);
  api.expect("GET /-/ready", { status: 503 });
  expect(await call("ready(URL)")).toBe(false);
  api.expect("GET /-/ready", { status: 503 });
  api.expect("GET /-/ready");
  expect(await call("wait_ready(URL, { interval = 0.01 })")).toBe(true);
  api.expect("GET /-/ready", { status: 503 });
  expect(await fail("wait_ready(URL, { timeout = 0 })")).toContain("(last: HTTP 503)");
  api.expect("POST /-/reload");
  expect(await call("reload(URL)")).toBe(true);
  api.expect("POST /-/reload", { status: 500, text: "bad config" });
  expect(await fail("reload(URL)")).toContain("alertmanager.reload: HTTP 500: bad config");
  api.expect("GET /api/v2/status", { json: { cluster: { status: "ready", peers: [{}, {}] } } });
  expect(await api.run('return require("assay.alertmanager").cluster_ready(URL)')).toEqual([
    true,
    2,
  ]);
});
