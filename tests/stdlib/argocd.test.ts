import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const A = "/api/v1/applications";
const HEAD = `local c = require("assay.argocd").client(URL .. "///", { token = "tok" })\n`;
const run = (code: string) => api.run(HEAD + code);
const failure = (code: string) => api.failure(HEAD + code);
const AUTH = { headers: { authorization: "Bearer tok" } };

test.each([
  [`application("a/b")`, `${A}/a%2Fb`],
  [`refresh("a")`, `${A}/a?refresh=normal`],
  [`app_resources("a")`, `${A}/a/resource-tree`],
  [`app_manifests("a", { revision = "x y" })`, `${A}/a/manifests?revision=x%20y`],
  [`project("p")`, "/api/v1/projects/p"],
  [`repository("https://g/a.git")`, "/api/v1/repositories/https%3A%2F%2Fg%2Fa.git"],
  [`cluster("https://k:1")`, "/api/v1/clusters/https%3A%2F%2Fk%3A1"],
  ["settings()", "/api/v1/settings"],
  ["version()", "/api/version"],
  ["userinfo()", "/api/v1/session/userinfo"],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: { n: 1 } }, AUTH);
  expect(await run(`return c:${call}.n`)).toEqual([1]);
  api.expect(`GET ${path}`, { status: 404, text: "no" });
  expect(await failure(`c:${call}`)).toContain(`argocd: GET ${path} HTTP 404: no`);
});

test.each([
  [`applications({ project = "p", selector = "a=b" })`, `${A}?project=p&selector=a%3Db`],
  ["projects()", "/api/v1/projects"],
  ["repositories()", "/api/v1/repositories"],
  ["clusters()", "/api/v1/clusters"],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: { items: [1, 2] } }, AUTH);
  api.expect(`GET ${path}`, { json: { items: null } });
  expect(await run(`return #c:${call}, #c:${call}`)).toEqual([2, 0]);
});

test("sync, delete_app, create_app, terminate", async () => {
  api.expect(`POST ${A}/a/sync`, { json: { n: 1 } }, { body: {} });
  api.expect(
    `POST ${A}/a/sync`,
    { json: {} },
    { body: { prune: false, dryRun: true, revision: "r" } },
  );
  api.expect(`DELETE ${A}/a?cascade=false&propagationPolicy=background`, {});
  api.expect(`POST ${A}?upsert=true`, { json: {} }, { body: { x: 1 } });
  api.expect(`DELETE ${A}/a/operation`, { json: {} });
  expect(
    await run(`
      local n = c:sync("a").n
      c:sync("a", { prune = false, dry_run = true, revision = "r" })
      local d = c:delete_app("a", { cascade = false, propagation_policy = "background" })
      c:create_app({ x = 1 }, { upsert = true }) c:terminate("a")
      return n, d`),
  ).toEqual([1, undefined]);
});

test("rollback posts, and puts where that is not there", async () => {
  api.expect(`POST ${A}/a/rollback`, { json: { n: 1 } }, { body: { id: 3 } });
  api.expect(`POST ${A}/a/rollback`, { status: 404 }, { body: { id: 3 } });
  api.expect(`PUT ${A}/a/rollback`, { json: { n: 2 } }, { body: { id: 3 } });
  expect(await run(`return c:rollback("a", 3).n, c:rollback("a", 3).n`)).toEqual([1, 2]);
  api.expect(`POST ${A}/a/rollback`, { status: 500, text: "x" }, { body: { id: 3 } });
  expect(await failure(`c:rollback("a", 3)`)).toContain(`argocd: POST ${A}/a/rollback HTTP 500: x`);
});

test("health, existence", async () => {
  const json = {
    status: { health: { status: "Healthy", message: "m" }, sync: { status: "OutOfSync" } },
  };
  for (let i = 0; i < 4; i++) api.expect(`GET ${A}/a`, { json });
  api.expect(`GET ${A}/a`, { status: 404 });
  expect(
    await run(`return c:app_health("a"), c:is_healthy("a"), c:is_synced("a"), c:app_exists("a"),
      c:app_exists("a")`),
  ).toEqual([{ status: "Healthy", sync: "OutOfSync", message: "m" }, true, false, true, false]);
});

test("waits", async () => {
  const state = (health: string, sync: string, operationState = {}) => ({
    json: { status: { health: { status: health }, sync: { status: sync }, operationState } },
  });
  api.expect(`GET ${A}/a`, { status: 503 });
  api.expect(`GET ${A}/a`, state("Progressing", "Synced"));
  api.expect(`GET ${A}/a`, state("Healthy", "Synced"));
  api.expect(`GET ${A}/a`, state("Healthy", "Synced"));
  expect(
    await run(`return c:wait_healthy("a", 5, { interval = 0.02 }), c:wait_synced("a", 5)`),
  ).toEqual([true, true]);
  api.expect(`GET ${A}/a`, state("Degraded", "Synced"));
  expect(await failure(`c:wait_healthy("a", 0)`)).toContain(
    "argocd: timeout waiting for a to become healthy after 0s (last: health Degraded, sync Synced)",
  );
  api.expect(`GET ${A}/a`, state("x", "y", { phase: "Failed", message: "why" }));
  expect(await failure(`c:wait_synced("a", 5)`)).toContain("Failed: why");
  api.expect(`GET ${A}/a`, state("Healthy", "Synced", { startedAt: "1", phase: "Succeeded" }));
  api.expect(`POST ${A}/a/sync`, { json: {} }, { body: {} });
  api.expect(`GET ${A}/a`, state("Healthy", "Synced", { startedAt: "1", phase: "Succeeded" }));
  api.expect(`GET ${A}/a`, state("Healthy", "Synced", { startedAt: "2", phase: "Succeeded" }));
  expect(await run(`return c:sync_and_wait("a", 5, { interval = 0.02 })`)).toEqual([true]);
  // an old failure does not matter once the application is healthy
  api.expect(`GET ${A}/a`, state("Healthy", "Synced", { phase: "Failed" }));
  expect(await run(`return c:wait_healthy("a", 5)`)).toEqual([true]);
});

test("sync_and_wait does not take the health of the time before for that after", async () => {
  const at = (startedAt: string, health: string, more = {}, reconciledAt?: string) => ({
    json: {
      status: {
        health: { status: health },
        operationState: { startedAt, phase: "Succeeded", ...more },
        reconciledAt,
      },
    },
  });
  const done = { finishedAt: "2026-01-01T00:00:09Z" };
  api.expect(`GET ${A}/a`, at("1", "Healthy"));
  api.expect(`POST ${A}/a/sync`, { json: {} }, { body: {} });
  api.expect(`GET ${A}/a`, at("2", "Healthy", done, "2026-01-01T00:00:08Z"));
  api.expect(`GET ${A}/a`, at("2", "Progressing", done, "2026-01-01T00:00:10Z"));
  api.expect(`GET ${A}/a`, at("2", "Healthy", done, "2026-01-01T00:00:11Z"));
  expect(await run(`return c:sync_and_wait("a", 5, { interval = 0.02 })`)).toEqual([true]);
  api.expect(`GET ${A}/a`, at("2", "Healthy"));
  api.expect(`POST ${A}/a/sync`, { json: {} }, { body: {} });
  api.expect(`GET ${A}/a`, at("3", "x", { phase: "Error", message: "bad manifest" }));
  expect(await failure(`c:sync_and_wait("a", 5)`)).toContain("sync of a Error: bad manifest");
});

test("a user and password: Basic first, then a session", async () => {
  const basic = { headers: { authorization: "Basic YWRtaW46cGFzc3dvcmQ=" } };
  api.expect("GET /api/version", { status: 401 }, basic);
  api.expect(
    "POST /api/v1/session",
    { json: { token: "S" } },
    {
      headers: { authorization: null },
      body: { username: "admin", password: "password" },
    },
  );
  const session = { headers: { authorization: "Bearer S" } };
  api.expect("GET /api/version", { json: {} }, session);
  api.expect("GET /api/version", { json: {} }, session);
  await api.run(`
    local c = require("assay.argocd").client(URL, { username = "admin", password = "password" })
    c:version() c:version()`);
});

test("managed_resources", async () => {
  const path = "GET /api/v1/applications/a%20b/managed-resources?appNamespace=ns&project=p%2Bq";
  api.expect(path, { json: { items: [{ kind: "Pod" }] } });
  api.expect("GET /api/v1/applications/a/managed-resources", { json: {} });
  expect(
    await api.run(`local c = require("assay.argocd").client(URL, { token = "t" })
      return c:managed_resources("a b", { app_namespace = "ns", project = "p+q" }), #c:managed_resources("a")`),
  ).toEqual([[{ kind: "Pod" }], 0]);
  api.expect("GET /api/v1/applications/a/managed-resources", { status: 403, text: "no" });
  expect(
    await api.failure(
      `require("assay.argocd").client(URL, { token = "t" }):managed_resources("a")`,
    ),
  ).toContain("argocd: GET /api/v1/applications/a/managed-resources HTTP 403: no");
});
