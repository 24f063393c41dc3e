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

test("login and logout", async () => {
  const none = { headers: { authorization: null } };
  api.expect(
    "POST /api/v1/session",
    { json: { token: "S" } },
    {
      ...none,
      body: { username: "u", password: "p" },
    },
  );
  const session = { headers: { authorization: "Bearer S" } };
  api.expect(`GET ${A}/a`, { json: { n: 1 } }, session);
  api.expect("DELETE /api/v1/session", { json: {} }, session);
  expect(
    await api.run(`local c = require("assay.argocd").client(URL, { username = "u", password = "p" })
      local token = c:login()
      local n = c:application("a").n
      c:logout()
      return token, n`),
  ).toEqual(["S", 1]);
  api.expect("POST /api/v1/session", { status: 401, text: "no" }, { check: () => undefined });
  api.expect("POST /api/v1/session", { status: 401, text: "no" }, { check: () => undefined });
  expect(
    await api.failure(
      `require("assay.argocd").client(URL, { username = "u", password = "p" }):login()`,
    ),
  ).toContain("argocd: POST /api/v1/session HTTP 401: no");
});

test("update_spec, patch_app, sync_windows, sources of a sync", async () => {
  api.expect(
    `PUT ${A}/a/spec?validate=false&appNamespace=n`,
    { json: { n: 1 } },
    { body: { x: 1 } },
  );
  const patch = { name: "a", patch: '{"x":1}', patchType: "merge", project: "p" };
  api.expect(`PATCH ${A}/a`, { json: { n: 2 } }, { body: patch });
  api.expect(
    `PATCH ${A}/a`,
    { json: { n: 3 } },
    { body: { name: "a", patch: "[]", patchType: "json" } },
  );
  api.expect(`GET ${A}/a/syncwindows?project=p`, { json: { canSync: true } });
  api.expect(
    `POST ${A}/a/sync`,
    { json: {} },
    { body: { revisions: ["1", "2"], sourcePositions: [1, 2] } },
  );
  expect(
    await run(`
      local n = { c:update_spec("a", { x = 1 }, { validate = false, app_namespace = "n" }).n,
        c:patch_app("a", { x = 1 }, { project = "p" }).n, c:patch_app("a", "[]", { type = "json" }).n,
        c:sync_windows("a", { project = "p" }).canSync }
      c:sync("a", { revisions = { "1", "2" }, source_positions = { 1, 2 } })
      return n`),
  ).toEqual([[1, 2, 3, true]]);
});

const RESOURCE = "namespace=n&resourceName=web&version=v1&group=apps&kind=Deployment";
const LUA_RESOURCE = `local r = { kind = "Deployment", group = "apps", namespace = "n", name = "web" }\n`;

test("resources: read, patch, delete, actions", async () => {
  const at = `${A}/a/resource`;
  api.expect(`GET ${at}?${RESOURCE}&project=p`, { json: { manifest: '{"kind":"Deployment"}' } });
  api.expect(
    `POST ${at}?${RESOURCE}&patchType=application%2Fmerge-patch%2Bjson`,
    { json: { manifest: '{"x":1}' } },
    { body: JSON.stringify('{"x":1}'), headers: { "content-type": "application/json" } },
  );
  api.expect(`DELETE ${at}?${RESOURCE}&force=true&orphan=false`, { json: {} });
  api.expect(`DELETE ${at}?${RESOURCE}`, { status: 404 });
  api.expect(`GET ${at}/actions?${RESOURCE}`, { json: { actions: [{ name: "restart" }] } });
  expect(
    await run(`${LUA_RESOURCE}
      return c:resource("a", r, { project = "p" }).kind, c:patch_resource("a", r, { x = 1 }).x,
        c:delete_resource("a", r, { force = true, orphan = false }), c:delete_resource("a", r),
        c:resource_actions("a", r)[1].name`),
  ).toEqual(["Deployment", 1, true, false, "restart"]);
});

test("run_action, on servers of today and of before", async () => {
  const body = {
    name: "a",
    action: "scale",
    namespace: "n",
    resourceName: "web",
    version: "v1",
    group: "apps",
    kind: "Deployment",
    resourceActionParameters: [{ name: "replicas", value: "3" }],
  };
  const { resourceActionParameters: _, ...plain } = body;
  const at = `POST ${A}/a/resource/actions`;
  api.expect(`${at}/v2`, { json: {} }, { body });
  api.expect(`${at}/v2`, { status: 404 }, { body: { ...plain, action: "restart" } });
  api.expect(
    `${at}?${RESOURCE}`,
    { json: {} },
    { body: '"restart"', headers: { "content-type": "application/json" } },
  );
  expect(
    await run(`${LUA_RESOURCE}
      return c:run_action("a", r, "scale", { params = { replicas = 3.0 } }), c:run_action("a", r, "restart")`),
  ).toEqual([true, true]);
  api.expect(`${at}/v2`, { status: 404, text: "none" }, { check: () => undefined });
  api.expect(`${at}?${RESOURCE}`, { status: 400 }, { check: () => undefined });
  expect(await failure(`${LUA_RESOURCE} c:run_action("a", r, "x")`)).toContain(
    `argocd: ${at}/v2 HTTP 404: none`,
  );
});

test("app_events, app_logs", async () => {
  api.expect(`GET ${A}/a/events?resourceNamespace=n&resourceName=web&resourceUID=u`, {
    json: { items: [1] },
  });
  const line = (result: object) => JSON.stringify({ result });
  const logs = `GET ${A}/a/logs?podName=p&tailLines=100&follow=false`;
  api.expect(logs, {
    text: [
      line({ content: "one", podName: "p", timeStampStr: "t" }),
      line({ podName: "p" }),
      line({ last: true, content: "" }),
    ].join("\n"),
  });
  expect(
    await run(`return #c:app_events("a", { resource = { namespace = "n", name = "web", uid = "u" } }),
      c:app_logs("a", { pod = "p" })`),
  ).toEqual([
    1,
    [
      { content: "one", pod: "p", time: "t" },
      { content: "", pod: "p" },
    ],
  ]);
  api.expect(logs, { text: '{"error":{"message":"no container"}}' });
  expect(await failure(`c:app_logs("a", { pod = "p" })`)).toMatch(
    /argocd: GET .*\/logs\?.*: no container/,
  );
});

test("application sets", async () => {
  const S = "/api/v1/applicationsets";
  api.expect(`GET ${S}?projects=a&projects=b&selector=x%3Dy`, { json: { items: [1, 2] } });
  api.expect(`GET ${S}/s?appsetNamespace=n`, { json: { n: 1 } });
  api.expect(`POST ${S}?upsert=true&dryRun=true`, { json: { n: 2 } }, { body: { x: 1 } });
  api.expect(`DELETE ${S}/s`, { json: {} });
  api.expect(`DELETE ${S}/s`, { status: 404 });
  expect(
    await run(`return #c:application_sets({ projects = { "a", "b" }, selector = "x=y" }),
      c:application_set("s", { appset_namespace = "n" }).n,
      c:create_application_set({ x = 1 }, { upsert = true, dry_run = true }).n,
      c:delete_application_set("s"), c:delete_application_set("s")`),
  ).toEqual([2, 1, 2, true, false]);
});

test("projects, repositories, clusters, accounts", async () => {
  const project = { metadata: { name: "p" } };
  api.expect("POST /api/v1/projects", { json: { n: 1 } }, { body: { project, upsert: true } });
  api.expect("PUT /api/v1/projects/p", { json: { n: 2 } }, { body: { project } });
  api.expect("DELETE /api/v1/projects/p", { json: {} });
  api.expect(
    "POST /api/v1/projects/p/roles/ci/token",
    { json: { token: "T" } },
    { body: { project: "p", role: "ci", expiresIn: 60 } },
  );
  api.expect("POST /api/v1/repositories?upsert=true", { json: { n: 3 } }, { body: { repo: "r" } });
  api.expect("DELETE /api/v1/repositories/https%3A%2F%2Fg%2Fa.git?appProject=p", { json: {} });
  api.expect("POST /api/v1/clusters", { json: { n: 4 } }, { body: { server: "s" } });
  api.expect("DELETE /api/v1/clusters/https%3A%2F%2Fk", { status: 404 });
  api.expect("GET /api/v1/account", { json: { items: [{ name: "ci" }] } });
  api.expect(
    "POST /api/v1/account/ci/token",
    { json: { token: "U" } },
    { body: { name: "ci", id: "i", expiresIn: 0 } },
  );
  api.expect("DELETE /api/v1/account/ci/token/i", { json: {} });
  expect(
    await run(`
      local p = { metadata = { name = "p" } }
      return c:create_project(p, { upsert = true }).n, c:update_project(p).n, c:delete_project("p"),
        c:project_token("p", "ci", { expires_in = 60 }), c:create_repository({ repo = "r" }, { upsert = true }).n,
        c:delete_repository("https://g/a.git", { app_project = "p" }), c:create_cluster({ server = "s" }).n,
        c:delete_cluster("https://k"), c:accounts()[1].name,
        c:account_token("ci", { id = "i", expires_in = 0 }), c:delete_account_token("ci", "i")`),
  ).toEqual([1, 2, true, "T", 3, true, 4, false, "ci", "U", true]);
  expect(await failure(`c:update_project({})`)).toContain(
    "argocd.update_project: a project needs metadata.name",
  );
});

test("wait_deleted", async () => {
  api.expect(`GET ${A}/a?project=p`, { json: {} });
  api.expect(`GET ${A}/a?project=p`, { status: 502 });
  api.expect(`GET ${A}/a?project=p`, { status: 404 });
  expect(await run(`return c:wait_deleted("a", 5, { interval = 0.02, project = "p" })`)).toEqual([
    true,
  ]);
  api.expect(`GET ${A}/a`, { json: {} });
  expect(await failure(`c:wait_deleted("a", 0)`)).toContain(
    "argocd: timeout waiting for a to be deleted after 0s (last: it is still there)",
  );
});
