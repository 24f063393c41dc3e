import { expect, test } from "vitest";
import { testOperator, withCondition } from "./operators";
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
