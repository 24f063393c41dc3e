import { describe, expect, test } from "vitest";
import { applied, testOperator, withCondition } from "./operators";
import { useApi } from "./server";

const api = useApi();
const G = (group: string, version: string, rest: string) =>
  `/apis/${group}.toolkit.fluxcd.io/${version}/namespaces/n/${rest}`;
const run = (code: string) =>
  api.run(`local c = require("assay.flux").client(URL, "t0k")\n${code}`);
const failure = (code: string) =>
  api.failure(`local c = require("assay.flux").client(URL, "t0k")\n${code}`);

testOperator(api, {
  name: "flux",
  listVerb: "LIST",
  list404: "error",
  object404: "nil",
  lists: [
    [`git_repositories("n")`, G("source", "v1", "gitrepositories")],
    [`helm_repositories("n")`, G("source", "v1", "helmrepositories")],
    [`helm_charts("n")`, G("source", "v1", "helmcharts")],
    [`kustomizations("n")`, G("kustomize", "v1", "kustomizations")],
    [`helm_releases("n")`, G("helm", "v2", "helmreleases")],
    [`alerts("n")`, G("notification", "v1beta3", "alerts")],
    [`providers_list("n")`, G("notification", "v1beta3", "providers")],
    [`receivers("n")`, G("notification", "v1", "receivers")],
    [`oci_repositories("n")`, G("source", "v1", "ocirepositories")],
    [`buckets("n")`, G("source", "v1", "buckets")],
    [`image_policies("n")`, G("image", "v1", "imagepolicies")],
  ],
  objects: [
    [`git_repository("n", "x")`, G("source", "v1", "gitrepositories/x")],
    [`helm_repository("n", "x")`, G("source", "v1", "helmrepositories/x")],
    [`helm_chart("n", "x")`, G("source", "v1", "helmcharts/x")],
    [`kustomization("n", "x")`, G("kustomize", "v1", "kustomizations/x")],
    [`helm_release("n", "x")`, G("helm", "v2", "helmreleases/x")],
    [`alert("n", "x")`, G("notification", "v1beta3", "alerts/x")],
    [`provider("n", "x")`, G("notification", "v1beta3", "providers/x")],
    [`receiver("n", "x")`, G("notification", "v1", "receivers/x")],
  ],
});

test("older servers have OCI repositories and image policies in v1beta2", async () => {
  for (const [group, plural] of [
    ["source", "ocirepositories"],
    ["image", "imagepolicies"],
  ] as const) {
    api.expect(`GET ${G(group, "v1", plural)}?limit=500`, { status: 404 });
    api.expect(`GET ${G(group, "v1beta2", plural)}?limit=500`, { json: { items: [{}] } });
    api.expect(`GET ${G(group, "v1", `${plural}/x`)}`, { status: 404 });
    api.expect(`GET ${G(group, "v1beta2", `${plural}/x`)}`, { json: { n: 1 } });
  }
  expect(
    await run(`
      local a, b = #c:oci_repositories("n").items, c:oci_repository("n", "x").n
      return a, b, #c:image_policies("n").items, c:image_policy("n", "x").n`),
  ).toEqual([1, 1, 1, 1]);
});

test.each([
  ["is_git_repo_ready", G("source", "v1", "gitrepositories/x")],
  ["is_helm_repo_ready", G("source", "v1", "helmrepositories/x")],
  ["is_kustomization_ready", G("kustomize", "v1", "kustomizations/x")],
  ["is_helm_release_ready", G("helm", "v2", "helmreleases/x")],
])("%s", async (name, path) => {
  api.expect(`GET ${path}`, { json: withCondition("Ready", "True") });
  api.expect(`GET ${path}`, { json: withCondition("Ready", "False") });
  api.expect(`GET ${path}`, { status: 404 });
  const call = `c:${name}("n", "x")`;
  expect(await run(`return ${call}, ${call}, ${call}`)).toEqual([true, false, false]);
});

test("status tables", async () => {
  const conditions = [{ type: "Ready", status: "True" }];
  api.expect(`GET ${G("kustomize", "v1", "kustomizations/x")}`, {
    json: { status: { conditions, lastAttemptedRevision: "a", lastAppliedRevision: "b" } },
  });
  api.expect(`GET ${G("helm", "v2", "helmreleases/x")}`, {
    json: { status: { conditions, history: [{ chartVersion: "1.2", status: "deployed" }] } },
  });
  api.expect(`GET ${G("helm", "v2", "helmreleases/x")}`, { status: 404 });
  expect(
    await run(`return c:kustomization_status("n", "x"), c:helm_release_status("n", "x"),
      c:helm_release_status("n", "x")`),
  ).toEqual([
    { ready: true, revision: "a", last_applied_revision: "b", conditions, suspended: false },
    { ready: true, revision: "", last_applied_revision: "1.2", conditions, suspended: false },
    undefined,
  ]);
});

test("summaries", async () => {
  const yes = withCondition("Ready", "True");
  const no = withCondition("Ready", "False", { spec: { suspend: true } });
  api.expect(`GET ${G("source", "v1", "gitrepositories")}?limit=500`, {
    json: { items: [yes, no] },
  });
  api.expect(`GET ${G("source", "v1", "helmrepositories")}?limit=500`, { json: { items: [yes] } });
  // older controllers have these as v1beta2, clusters without them not at all
  api.expect(`GET ${G("source", "v1", "ocirepositories")}?limit=500`, { status: 404 });
  api.expect(`GET ${G("source", "v1beta2", "ocirepositories")}?limit=500`, {
    json: { kind: "OCIRepositoryList", items: [yes] },
  });
  for (const version of ["v1", "v1beta2"])
    api.expect(`GET ${G("source", version, "buckets")}?limit=500`, { status: 404 });
  api.expect(`GET ${G("kustomize", "v1", "kustomizations")}?limit=500`, { json: {} });
  api.expect(`GET ${G("helm", "v2", "helmreleases")}?limit=500`, { json: { items: [no] } });
  expect(
    await run(`return c:all_sources_ready("n"), c:all_kustomizations_ready("n").total,
      c:all_helm_releases_ready("n").not_ready`),
  ).toEqual([
    {
      ready: 3,
      not_ready: 1,
      total: 4,
      not_ready_names: ["Ready-False"],
      suspended: 1,
      suspended_names: ["Ready-False"],
    },
    0,
    1,
  ]);
});

test("waits", async () => {
  const path = `GET ${G("kustomize", "v1", "kustomizations/x")}`;
  api.expect(path, { status: 503 });
  api.expect(path, { json: withCondition("Ready", "True") });
  api.expect(`GET ${G("helm", "v2", "helmreleases/x")}`, { json: withCondition("Ready", "True") });
  api.expect(`GET ${G("source", "v1", "gitrepositories/x")}`, {
    json: withCondition("Ready", "True"),
  });
  expect(
    await run(`return c:wait_kustomization_ready("n", "x", 5, { interval = 0.02 }),
      c:wait_helm_release_ready("n", "x"), c:wait_source_ready("GitRepository", "n", "x")`),
  ).toEqual([true, true, true]);
  api.expect(path, { json: withCondition("Stalled", "True") });
  expect(await failure(`c:wait_kustomization_ready("n", "x", 5)`)).toContain("Stalled=True (R): M");
});

test("reconcile, suspend, resume", async () => {
  const path = G("kustomize", "v1", "kustomizations/x");
  api.expect(
    `PATCH ${path}`,
    { json: {} },
    {
      headers: { "content-type": "application/merge-patch+json" },
      check: (r) => expect(r.body.toString()).toMatch(/"reconcile.fluxcd.io\/requestedAt":"20/),
    },
  );
  api.expect(`PATCH ${path}`, { json: {} }, { body: { spec: { suspend: true } } });
  api.expect(`PATCH ${path}`, { json: {} }, { body: { spec: { suspend: false } } });
  await run(`c:reconcile("Kustomization", "n", "x") c:suspend("Kustomization", "n", "x")
    c:resume("kustomizations", "n", "x")`);
});

describe("further kinds", () => {
  testOperator(api, {
    name: "flux",
    listVerb: "LIST",
    list404: "error",
    object404: "nil",
    lists: [[`external_artifacts("n")`, G("source", "v1", "externalartifacts")]],
    objects: [[`helm_chart("n", "x")`, G("source", "v1", "helmcharts/x")]],
  });
});

test("kinds with an older version", async () => {
  const older = (kind: string, group: string, answer: object) => {
    api.expect(`GET ${G(group, "v1", kind)}`, { status: 404 });
    api.expect(`GET ${G(group, "v1beta2", kind)}`, answer);
  };
  older("buckets/x", "source", { json: { n: 1 } });
  older("imagerepositories/x", "image", { json: { n: 2 } });
  older("imagerepositories?limit=500", "image", { json: { items: [1] } });
  older("imageupdateautomations?limit=500", "image", { json: { items: [1, 2] } });
  older("ocirepositories/x", "source", { status: 404 });
  expect(
    await run(`return c:bucket("n", "x").n, c:image_repository("n", "x").n, #c:image_repositories("n").items,
      #c:image_update_automations("n").items, c:is_ready("OCIRepository", "n", "x")`),
  ).toEqual([1, 2, 1, 2, false]);
});

test("is_ready counts what the status has seen of the spec", async () => {
  const path = `GET ${G("source", "v1", "helmcharts/x")}`;
  const chart = (observedGeneration: number) => ({
    json: withCondition("Ready", "True", { metadata: { generation: 2 } }),
    observedGeneration,
  });
  for (const seen of [1, 2]) {
    const { json } = chart(seen) as { json: { status: object } };
    api.expect(path, { json: { ...json, status: { ...json.status, observedGeneration: seen } } });
  }
  expect(
    await run(`return c:is_ready("HelmChart", "n", "x"), c:is_ready("helmcharts", "n", "x")`),
  ).toEqual([false, true]);
});

test("artifact, inventory, helm_release_history, latest_image", async () => {
  const source = `GET ${G("source", "v1", "gitrepositories/x")}`;
  const artifact = { revision: "main@sha1:1", digest: "sha256:2", lastUpdateTime: "t" };
  api.expect(source, { json: { status: { artifact } } });
  api.expect(source, { json: {} });
  const kustomization = `GET ${G("kustomize", "v1", "kustomizations/x")}`;
  const entries = [
    { id: "web_app_apps_Deployment", v: "v1" },
    { id: "_system__reader_rbac.authorization.k8s.io_ClusterRole", v: "v1" },
    { id: "web_app__Service", v: "v1" },
  ];
  api.expect(kustomization, { json: { status: { inventory: { entries } } } });
  api.expect(kustomization, { json: {} });
  api.expect(kustomization, { status: 404 });
  const release = `GET ${G("helm", "v2", "helmreleases/x")}`;
  api.expect(release, { json: { status: { history: [{ chartVersion: "2" }] } } });
  api.expect(release, { json: {} });
  const policy = `GET ${G("image", "v1", "imagepolicies/x")}`;
  api.expect(policy, { json: { status: { latestRef: { name: "a/b", tag: "1", digest: "d" } } } });
  api.expect(policy, { json: { status: { latestImage: "a/b:2" } } });
  api.expect(policy, { json: {} });
  expect(
    await run(`return c:artifact("GitRepository", "n", "x"), c:artifact("gitrepositories", "n", "x"),
      c:inventory("n", "x"), c:inventory("n", "x"), c:inventory("n", "x"),
      c:helm_release_history("n", "x"), c:helm_release_history("n", "x"),
      c:latest_image("n", "x"), c:latest_image("n", "x"), c:latest_image("n", "x")`),
  ).toEqual([
    { ...artifact, last_update_time: "t" },
    undefined,
    [
      { namespace: "web", name: "app", group: "apps", kind: "Deployment", version: "v1" },
      {
        name: "system:reader",
        group: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        version: "v1",
      },
      { namespace: "web", name: "app", group: "", kind: "Service", version: "v1" },
    ],
    [],
    undefined,
    [{ chartVersion: "2" }],
    [],
    "a/b:1@d",
    "a/b:2",
    undefined,
  ]);
});

test("trigger_receiver calls the webhook without the API server's credentials", async () => {
  const receiver = `GET ${G("notification", "v1", "receivers/x")}`;
  const ready = { json: { status: { webhookPath: "/hook/abc" } } };
  api.expect(receiver, ready);
  api.expect("POST /in/hook/abc", {}, { headers: { authorization: null, "x-e": "ping" } });
  api.expect(receiver, ready);
  api.expect("POST /hook/abc", {}, { headers: { authorization: null }, body: { a: 1 } });
  expect(
    await run(`return c:trigger_receiver("n", "x", URL .. "/in/", { headers = { ["X-E"] = "ping" } }).status,
      c:trigger_receiver("n", "x", URL, { body = { a = 1 } }).status`),
  ).toEqual([200, 200]);
  api.expect(receiver, ready);
  api.expect("POST /hook/abc", { status: 400, text: "no" });
  expect(await failure(`c:trigger_receiver("n", "x", URL)`)).toContain(
    "flux: receiver n/x HTTP 400: no",
  );
  // a secret also when nobody answers
  api.expect(receiver, ready);
  expect(await failure(`c:trigger_receiver("n", "x", "http://127.0.0.1:1/in")`)).toMatch(
    /^t\.lua:\d+: http\.post: connecting to http:\/\/127\.0\.0\.1:1\/in\/\*\*\*: connection refused/,
  );
  api.expect(receiver, { json: {} });
  expect(await failure(`c:trigger_receiver("n", "x", URL)`)).toContain(
    "flux: receiver n/x: it has no webhook path yet",
  );
});

test("apply, delete", async () => {
  const query = "?fieldManager=assay&force=true";
  api.expect(
    `PATCH ${G("kustomize", "v1", "kustomizations/x")}${query}`,
    { json: { n: 1 } },
    applied("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "n"),
  );
  api.expect(
    `PATCH ${G("image", "v1beta2", "imagepolicies/x")}${query}`,
    { json: { n: 2 } },
    applied("image.toolkit.fluxcd.io/v1beta2", "ImagePolicy", "n"),
  );
  api.expect(`DELETE ${G("helm", "v2", "helmreleases/x")}`, { json: {} });
  api.expect(`DELETE ${G("source", "v1", "ocirepositories/x")}`, { status: 404 });
  api.expect(`DELETE ${G("source", "v1beta2", "ocirepositories/x")}`, { json: {} });
  api.expect(`DELETE ${G("helm", "v2", "helmreleases/x")}`, { status: 404 });
  expect(
    await run(`
      local x = { name = "x", namespace = "n" }
      return c:apply({ kind = "Kustomization", metadata = x }).n,
        c:apply({ apiVersion = "image.toolkit.fluxcd.io/v1beta2", kind = "ImagePolicy", metadata = x }).n,
        c:delete("HelmRelease", "n", "x"), c:delete("OCIRepository", "n", "x"), c:delete("HelmRelease", "n", "x")`),
  ).toEqual([1, 2, true, true, false]);
  expect(await failure(`c:apply({ kind = "Pod", metadata = { name = "x" } })`)).toContain(
    "flux: unknown kind 'Pod'",
  );
});

test("one page, and the one after it", async () => {
  const path = `GET ${G("kustomize", "v1", "kustomizations")}`;
  api.expect(`${path}?limit=1`, { json: { items: [{ n: 1 }], metadata: { continue: "c d" } } });
  api.expect(`${path}?limit=1&continue=c%20d`, { json: { items: [{ n: 2 }], metadata: {} } });
  expect(
    await run(`
      local one = c:kustomizations("n", { limit = 1 })
      local two = c:kustomizations("n", { limit = 1, continue = one.metadata.continue })
      return #one.items, two.items[1].n, two.metadata.continue`),
  ).toEqual([1, 2, undefined]);
});

test("a kind that is no text", async () => {
  expect(await failure(`c:is_ready({}, "n", "x")`)).toContain("flux: unknown kind 'a table'");
});
