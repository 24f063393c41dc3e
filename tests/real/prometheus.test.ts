/** assay.prometheus and assay.alertmanager against Debian's Prometheus and Alertmanager. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../servers/server";
import { answers, freePort, missingProgram, type RealServer, runner, startProgram } from "./real";

const why = missingProgram("prometheus", "prometheus-alertmanager");
const title = `Prometheus and Alertmanager${why ? ` (left out: ${why})` : ""}`;

const ALERTMANAGER = `
route: { receiver: nobody, group_by: [alertname], routes: [{ receiver: team, matchers: ['team="a&b"'] }] }
receivers: [{ name: nobody }, { name: team }]
inhibit_rules:
- { source_matchers: ['severity="high"'], target_matchers: ['severity="low"'], equal: [host] }
`;
const RULES = `
groups:
- name: one
  interval: 1s
  rules:
  - { alert: Always, expr: 'vector(1)', labels: { severity: page }, annotations: { text: "it's" } }
  - { record: 'job:up:sum', expr: 'sum by (job) (up)' }
- name: two
  rules:
  - { alert: Never, expr: 'vector(1) > 2' }
`;

describe.skipIf(why)(title, () => {
  let prometheus: RealServer;
  let alertmanager: RealServer;
  const lua = runner(
    () => `local prometheus, alertmanager = require("assay.prometheus"), require("assay.alertmanager")
      local p, am = prometheus.client(PROMETHEUS), alertmanager.client(ALERTMANAGER)`,
    () => ({
      PROMETHEUS: prometheus.url,
      ALERTMANAGER: alertmanager.url,
      DOWN: "http://127.0.0.1:1",
    }),
  );

  beforeAll(async () => {
    const gossip = await freePort();
    alertmanager = await startProgram({
      file: findProgram("prometheus-alertmanager") as string,
      args: (dir, port) => {
        writeFileSync(join(dir, "am.yml"), ALERTMANAGER);
        return [
          `--config.file=${dir}/am.yml`,
          `--storage.path=${dir}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
          `--cluster.listen-address=127.0.0.1:${gossip}`,
        ];
      },
      isReady: (url) => answers(`${url}/-/ready`),
    });
    prometheus = await startProgram({
      file: findProgram("prometheus") as string,
      args: (dir, port) => {
        writeFileSync(join(dir, "rules.yml"), RULES);
        writeFileSync(
          join(dir, "p.yml"),
          `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${alertmanager.port}"] }] }] }
scrape_configs:
- { job_name: self, static_configs: [{ targets: ["127.0.0.1:${port}"], labels: { odd: 'a+b & "c"' } }] }
- { job_name: none, static_configs: [{ targets: ["127.0.0.1:1"] }] }
`,
        );
        return [
          `--config.file=${dir}/p.yml`,
          `--storage.tsdb.path=${dir}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
          "--web.enable-lifecycle",
          "--web.enable-admin-api",
          "--enable-feature=exemplar-storage",
          // what is sent before the Alertmanager is discovered is lost
          "--rules.alert.resend-delay=1s",
        ];
      },
      isReady: (url) => answers(`${url}/-/ready`),
    });
    // scraped, and the alert has been sent
    await lua.run(`
      eventually(function()
        return p:query("count(up)") == 2 and am:is_firing("Always"),
          json.encode { p:query("up"), p:alerts(), am:alerts() }
      end)`);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
  });

  describe("prometheus", () => {
    test("query: vector, scalar, string, matrix, an odd label", async () => {
      expect(
        await lua.run(`
          local range = p:query('up{job="self"}[1m]')
          return prometheus.query(PROMETHEUS, 'up{odd="a+b & \\\\"c\\\\""}'), p:query("1 + 1"), p:query('"x"'),
            #p:query("up"), #range[1].values > 0, #p:query('absent_metric'), p:query("vector(1/0)"),
            p:query("vector(5)", { time = 1000, timeout = "2s" }), p:query("vector(7)", { post = true })`),
      ).toEqual([1, 2, "x", 2, true, 0, "+Inf", 5, 7]);
      expect(await lua.failure(`p:query("sum(")`)).toMatch(
        /prometheus\.query: HTTP 400: .*parse error/,
      );
    });
    test("query_raw, query_range", async () => {
      const [raw, range] = await lua.run(`
        local now = time()
        return p:query_raw("vector(3)"), p:query_range("vector(3)", now - 10, now, "5s")`);
      expect(raw).toMatchObject({
        resultType: "vector",
        result: [{ value: [expect.anything(), "3"] }],
      });
      expect((range as { values: unknown[] }[])[0]?.values).toHaveLength(3);
      expect(await lua.failure(`p:query_range("up", 2, 1, "5s")`)).toMatch(
        /prometheus\.query_range: HTTP 400: .*end timestamp/,
      );
    });
    test("query_range_raw, scrape_pools; what this version does not have", async () => {
      const [raw, pools] = await lua.run(`
        local now = time()
        return p:query_range_raw("vector(3)", now - 10, now, 5), p:scrape_pools()`);
      expect(raw).toMatchObject({ resultType: "matrix" });
      expect((raw as { result: { values: unknown[] }[] }).result[0]?.values).toHaveLength(3);
      expect((pools as string[]).sort()).toEqual(["none", "self"]);
      // of later versions: otherwise an error of the usual form
      const [ok, tree] = await lua.run(`
        local ok, tree = pcall(p.parse_query, p, "up")
        return ok, ok and tree.type or tostring(tree)`);
      expect(tree).toEqual(
        ok === true
          ? "vectorSelector"
          : expect.stringContaining("prometheus.parse_query: HTTP 404"),
      );
    });
    test("alerts, rules", async () => {
      const [alerts, groups, records, one] = await lua.run(`
        return p:alerts(), p:rules(), p:rules({ type = "record" }), p:rules({ type = "alert" })`);
      expect(alerts).toMatchObject([{ labels: { alertname: "Always" }, state: "firing" }]);
      expect(groups).toMatchObject([{ name: "one" }, { name: "two" }]);
      // since Prometheus 3 without the groups of which nothing is left
      const kept = (records as { rules: unknown[] }[]).filter((group) => group.rules.length > 0);
      expect(kept).toMatchObject([{ rules: [{ name: "job:up:sum", type: "recording" }] }]);
      expect(JSON.stringify(one)).not.toContain("job:up:sum");
    });
    test("targets", async () => {
      const [all, dropped] = await lua.run(`return p:targets(), p:targets({ state = "dropped" })`);
      expect(all).toMatchObject({ activeTargets: [{ labels: {} }, { labels: {} }] });
      expect(dropped).toMatchObject({ activeTargets: [] });
    });
    test("labels, label_values, series", async () => {
      expect(
        await lua.run(`
          local odd = p:label_values("odd")
          local jobs = p:label_values("job", { match = { 'up{job=~"s.*"}' } })
          local labels = p:labels({ match = "up" })
          local series = p:series({ 'up{odd="a+b & \\\\"c\\\\""}', 'job:up:sum{job="none"}' })
          return odd[1], #jobs, jobs[1], table.concat(labels, " "), #series`),
      ).toEqual(['a+b & "c"', 1, "self", "__name__ instance job odd", 2]);
      // names are any text since Prometheus 3
      expect(
        await lua.run(`local ok, problem = pcall(p.label_values, p, "no-such label")
          return ok and #problem == 0 or tostring(problem):find("prometheus.label_values: HTTP 400", 1, true) ~= nil`),
      ).toEqual([true]);
      expect(await lua.failure(`p:series({})`)).toContain("prometheus.series: HTTP 400");
    });
    test("metadata, targets_metadata, exemplars, format_query", async () => {
      expect(
        await lua.run(`
          local m = p:metadata({ metric = "prometheus_build_info" }).prometheus_build_info
          local t = p:targets_metadata({ match_target = '{odd="a+b & \\\\"c\\\\""}', metric = "go_threads" })
          return m[1].type, #t, t[1].type, #p:query_exemplars("up", time() - 60, time()),
            p:format_query("sum  ( up )")`),
      ).toEqual(["gauge", 1, "gauge", 0, "sum(up)"]);
    });
    test("alertmanagers and the pages of the status", async () => {
      const [ams, build] = await lua.run(`
        for _, page in ipairs { "config", "flags", "runtimeinfo", "tsdb", "walreplay" } do
          assert.not_nil(p:status(page), page)
        end
        return p:alertmanagers(), p:status("buildinfo")`);
      expect(ams).toMatchObject({
        activeAlertmanagers: [{ url: expect.stringContaining(String(alertmanager.port)) }],
      });
      expect(build).toHaveProperty("version");
    });
    test("config_reload, healthy, ready, wait_ready", async () => {
      expect(
        await lua.run(`return prometheus.config_reload(PROMETHEUS .. "/"), p:healthy(), p:ready(),
          p:wait_ready({ timeout = 5 })`),
      ).toEqual([true, true, true, true]);
      writeFileSync(join(prometheus.dir, "rules.yml"), "groups: [");
      const [ok, reason] = await lua.run("return p:config_reload()");
      writeFileSync(join(prometheus.dir, "rules.yml"), RULES);
      expect([ok, reason]).toEqual([false, expect.stringContaining("HTTP 500")]);
      expect(
        await lua.failure(`prometheus.wait_ready(DOWN, { timeout = 0.2, interval = 0.1 })`),
      ).toContain("prometheus.wait_ready: not ready");
    });
    test("snapshot, delete_series, clean_tombstones", async () => {
      expect(
        await lua.run(`
          local name = p:snapshot({ skip_head = false })
          local before = #p:series({ "go_threads" })
          p:delete_series({ "go_threads" })
          p:clean_tombstones()
          return type(name), before`),
      ).toEqual(["string", 1]);
      expect(await lua.failure(`p:delete_series({ "{" })`)).toContain(
        "prometheus.delete_series: HTTP 400",
      );
    });
    test("assertions", async () => {
      await lua.run(`
        p:assert_query('up{job="self"}', 1)
        p:assert_query("vector(3)", { gt = 2, le = 3 })
        p:assert_targets_up { job = "self" }
        p:assert_no_alerts("Never")`);
      expect(await lua.failure(`p:assert_query("up", 1)`)).toContain("is not == 1");
      expect(await lua.failure(`p:assert_targets_up()`)).toMatch(
        /127\.0\.0\.1:1.*is down .*refused/,
      );
      expect(await lua.failure(`p:assert_no_alerts()`)).toContain("firing: Always");
    });
  });

  describe("alertmanager", () => {
    test("alerts that are posted, filtered, grouped, received and inhibited", async () => {
      const [list, low, groups, receivers] = await lua.run(`
        local now = time()
        am:post_alerts {
          { labels = { alertname = "High", severity = "high", host = "h", team = "a&b" },
            annotations = { text = 'say "hi"' }, startsAt = now - 60, endsAt = now + 600 },
          { labels = { alertname = "Low", severity = "low", host = "h" } },
        }
        alertmanager.post_alerts(ALERTMANAGER, {})
        eventually(function() return #am:alerts { inhibited = true, active = false } > 0 end)
        return am:alerts { filter = { 'team="a&b"', 'alertname=~"H.+"' }, receiver = "te.m" },
          am:alerts { active = false, silenced = false, unprocessed = false },
          am:alert_groups { filter = { 'alertname="High"' } }, am:receivers()`);
      expect(list).toMatchObject([
        {
          labels: { alertname: "High" },
          annotations: { text: 'say "hi"' },
          receivers: [{ name: "team" }],
        },
      ]);
      expect(low).toMatchObject([
        { labels: { alertname: "Low" }, status: { state: "suppressed" } },
      ]);
      expect(groups).toMatchObject([{ labels: { alertname: "High" }, receiver: { name: "team" } }]);
      expect(receivers).toMatchObject([{ name: "nobody" }, { name: "team" }]);
    });
    test("is_firing, active_count", async () => {
      expect(
        await lua.run(`
          -- Prometheus brings its own alert when it gets round to it
          eventually(function() return am:active_count() == 2 end)
          return am:is_firing("High"), am:is_firing("Low"), am:is_firing('odd "name" \\\\ & more'),
            am:active_count()`),
      ).toEqual([true, false, false, 2]);
      expect(
        await lua.run(`
          local name = 'odd "name" \\\\ & more\\n'
          am:post_alerts { { labels = { alertname = name } } }
          return eventually(function() return am:is_firing(name) end)`),
      ).toEqual([true]);
    });
    test("silences: made, seen, changed, ended", async () => {
      expect(
        await lua.run(`
          local id = am:silence_alert("High", 0.5, { created_by = "me", comment = "for a test" })
          local s = am:silence(id)
          local state = s.status.state
          local minutes = (rest.parse_time(s.endsAt) - rest.parse_time(s.startsAt)) / 60
          eventually(function() return not am:is_firing("High") end)
          local changed = am:create_silence { id = id, matchers = s.matchers, startsAt = s.startsAt,
            endsAt = time() + 7200, createdBy = "me", comment = "longer" }.silenceID
          local listed = #am:silences { filter = { 'alertname="High"' }, expired = false }
          local deleted = am:delete_silence(changed)
          return state, math.ceil(minutes), s.createdBy, s.comment, listed, deleted,
            am:silence(changed).status.state, #am:silences { expired = false }`),
      ).toEqual(["active", 30, "me", "for a test", 1, true, "expired", 0]);
    });
    test("unknown silences", async () => {
      const id = "00000000-0000-4000-8000-000000000000";
      expect(
        await lua.run(`return am:silence("${id}", { allow_missing = true }),
          am:delete_silence("${id}", { allow_missing = true })`),
      ).toEqual([undefined, false]);
      expect(await lua.failure(`am:silence("${id}")`)).toContain("alertmanager.silence: HTTP 404");
      // 500 and a text of old versions, 404 without one of those since 0.28
      expect(await lua.failure(`am:delete_silence("${id}")`)).toMatch(
        /alertmanager\.delete_silence: HTTP (500: .*silence not found|404)/,
      );
      expect(await lua.failure(`am:create_silence({})`)).toMatch(
        /alertmanager\.create_silence: HTTP (400|422)/,
      );
    });
    test("expire_silences", async () => {
      expect(
        await lua.run(`
          local a = am:silence_alert("A+B", 1)
          am:silence_alert("other", 1)
          local ended = am:expire_silences { 'alertname="A+B"' }
          return #ended, ended[1] == a, #am:silences { expired = false }`),
      ).toEqual([1, true, 1]);
    });
    test("status, cluster_ready, healthy, ready, wait_ready, reload", async () => {
      expect(
        await lua.run(`
          return am:status().versionInfo.version ~= nil, eventually(function() return (am:cluster_ready()), am:status().cluster.status end), am:healthy(), am:ready(),
            am:wait_ready({ timeout = 5 }), am:reload()`),
      ).toEqual([true, true, true, true, true, true]);
      writeFileSync(join(alertmanager.dir, "am.yml"), "route: {}");
      expect(await lua.failure(`am:reload()`)).toContain("alertmanager.reload: HTTP 500");
      writeFileSync(join(alertmanager.dir, "am.yml"), ALERTMANAGER);
    });
  });

  test("quit ends Prometheus", async () => {
    expect(
      await lua.run(`
        p:quit()
        return eventually(function() return not pcall(p.healthy, p), "still there" end)`),
    ).toEqual([true]);
  });
});
