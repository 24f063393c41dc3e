import { expect, test } from "vitest";
import { testOperator, withCondition } from "./operators";
import { useApi } from "./server";

const api = useApi();
const V = "/apis/external-secrets.io/v1";
const CLIENT = `local c = require("assay.eso").client(URL, "t0k", { api_version = "v1" })\n`;
const run = (code: string) => api.run(CLIENT + code);
const failure = (code: string) => api.failure(CLIENT + code);

testOperator(api, {
  name: "eso",
  before: () =>
    api.expect("GET /apis/external-secrets.io", { json: { versions: [{ version: "v1" }] } }),
  listVerb: "LIST",
  list404: "error",
  object404: "nil",
  lists: [
    [`external_secrets("n")`, `${V}/namespaces/n/externalsecrets`],
    [`secret_stores("n")`, `${V}/namespaces/n/secretstores`],
    ["cluster_secret_stores()", `${V}/clustersecretstores`],
    ["cluster_external_secrets()", `${V}/clusterexternalsecrets`],
  ],
  objects: [
    [`external_secret("n", "x")`, `${V}/namespaces/n/externalsecrets/x`],
    [`secret_store("n", "x")`, `${V}/namespaces/n/secretstores/x`],
    [`cluster_secret_store("x")`, `${V}/clustersecretstores/x`],
    [`cluster_external_secret("x")`, `${V}/clusterexternalsecrets/x`],
  ],
});

test("v1beta1 where the group can't be read", async () => {
  api.expect("GET /apis/external-secrets.io", { status: 404 });
  api.expect("GET /apis/external-secrets.io/v1beta1/clustersecretstores/x", { json: { n: 1 } });
  expect(
    await api.run(`return require("assay.eso").client(URL, "t"):cluster_secret_store("x").n`),
  ).toEqual([1]);
});

test.each([
  [`is_secret_synced("n", "x")`, `${V}/namespaces/n/externalsecrets/x`],
  [`is_store_ready("n", "x")`, `${V}/namespaces/n/secretstores/x`],
  [`is_cluster_store_ready("x")`, `${V}/clustersecretstores/x`],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: withCondition("Ready", "True") });
  api.expect(`GET ${path}`, { json: withCondition("Ready", "False") });
  api.expect(`GET ${path}`, { status: 404 });
  expect(await run(`return c:${call}, c:${call}, c:${call}`)).toEqual([true, false, false]);
});

test("status tables", async () => {
  const path = `GET ${V}/namespaces/n/externalsecrets/x`;
  const conditions = [{ type: "Ready", status: "True", reason: "SecretSynced", message: "m" }];
  api.expect(path, { json: { status: { conditions, syncedResourceVersion: "h" } } });
  api.expect(path, { json: {} });
  api.expect(`GET ${V}/namespaces/n/secretstores/x`, { json: { status: { conditions } } });
  expect(
    await run(`return c:external_secret_status("n", "x"), c:external_secret_status("n", "x").status,
      c:secret_store_status("n", "x")`),
  ).toEqual([
    { ready: true, status: "SecretSynced", message: "m", sync_hash: "h", conditions },
    "Unknown",
    { ready: true, conditions },
  ]);
  api.expect(path, { status: 404 });
  expect(await failure(`c:external_secret_status("n", "x")`)).toContain(
    "eso: ExternalSecret n/x not found",
  );
  api.expect(`GET ${V}/namespaces/n/secretstores/x`, { status: 404 });
  expect(await failure(`c:secret_store_status("n", "x")`)).toContain(
    "eso: SecretStore n/x not found",
  );
});

test("summaries, waits, refresh", async () => {
  const items = [withCondition("Ready", "True"), withCondition("Ready", "False"), {}];
  api.expect(`GET ${V}/namespaces/n/externalsecrets?limit=500`, { json: { items } });
  api.expect(`GET ${V}/namespaces/n/secretstores?limit=500`, { json: { items } });
  const path = `${V}/namespaces/n/externalsecrets/x`;
  api.expect(`GET ${path}`, { status: 404 });
  api.expect(`GET ${path}`, { status: 500 });
  api.expect(`GET ${path}`, { json: withCondition("Ready", "True") });
  api.expect(
    `PATCH ${path}`,
    { json: {} },
    { check: (r) => expect(r.body.toString()).toContain("force-sync") },
  );
  expect(
    await run(`return c:all_secrets_synced("n"), c:all_stores_ready("n"),
      c:wait_secret_synced("n", "x", 5, { interval = 0.02 }), c:refresh("n", "x") ~= nil`),
  ).toEqual([
    { synced: 1, failed: 2, total: 3, failed_names: ["Ready-False", "unknown"] },
    { ready: 1, not_ready: 2, total: 3, not_ready_names: ["Ready-False", "unknown"] },
    true,
    true,
  ]);
  api.expect(`GET ${path}`, { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_secret_synced("n", "x", 0)`)).toContain(
    "eso: ExternalSecret n/x not synced after 0s (last: Ready=False (R): M)",
  );
});

test("stores and cluster external secrets: status, summary, waits", async () => {
  const ready = withCondition("Ready", "True");
  const css = `GET ${V}/clustersecretstores`;
  api.expect(`${css}?limit=500`, { json: { items: [ready, withCondition("Ready", "False")] } });
  api.expect(`${css}/s`, { json: ready });
  api.expect(`GET ${V}/clusterexternalsecrets/e`, {
    json: {
      status: {
        conditions: [],
        provisionedNamespaces: ["a"],
        failedNamespaces: [{ namespace: "b" }],
      },
    },
  });
  expect(
    await run(`return c:all_cluster_stores_ready(), c:cluster_secret_store_status("s").ready,
      c:cluster_external_secret_status("e")`),
  ).toEqual([
    { ready: 1, not_ready: 1, total: 2, not_ready_names: ["Ready-False"] },
    true,
    {
      ready: false,
      conditions: [],
      provisioned_namespaces: ["a"],
      failed_namespaces: [{ namespace: "b" }],
    },
  ]);
  api.expect(`GET ${V}/namespaces/n/secretstores/s`, { status: 404 });
  api.expect(`GET ${V}/namespaces/n/secretstores/s`, { json: ready });
  api.expect(`${css}/s`, { json: withCondition("Ready", "False") });
  api.expect(`${css}/s`, { json: ready });
  expect(
    await run(`return c:wait_store_ready("n", "s", 5, { interval = 0.02 }),
      c:wait_cluster_store_ready("s", 5, { interval = 0.02 })`),
  ).toEqual([true, true]);
  api.expect(`${css}/s`, { status: 404 });
  expect(await failure(`c:cluster_secret_store_status("s")`)).toContain(
    "eso: ClusterSecretStore s not found",
  );
  api.expect(`GET ${V}/clusterexternalsecrets/e`, { status: 404 });
  expect(await failure(`c:cluster_external_secret_status("e")`)).toContain(
    "eso: ClusterExternalSecret e not found",
  );
  api.expect(`${css}/s`, { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_cluster_store_ready("s", 0)`)).toContain(
    "eso: ClusterSecretStore s not ready after 0s (last: Ready=False (R): M)",
  );
  api.expect(`GET ${V}/namespaces/n/secretstores/s`, { status: 401, text: "no" });
  expect(await failure(`c:wait_store_ready("n", "s", 5)`)).toContain("HTTP 401: no");
});
