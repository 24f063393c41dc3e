import { expect, test } from "vitest";
import { applied, testOperator, withCondition } from "./operators";
import { useApi } from "./server";

const api = useApi();
const PKG = "/apis/pkg.crossplane.io/v1";
const EXT = "/apis/apiextensions.crossplane.io/v1";
const OPS = "/apis/ops.crossplane.io/v1alpha1";
const ARGS = `"t0k", { function_version = "v1beta1", xrd_version = "v1" }`;
const run = (code: string) =>
  api.run(`local c = require("assay.crossplane").client(URL, ${ARGS})\n${code}`);
const failure = (code: string) =>
  api.failure(`local c = require("assay.crossplane").client(URL, ${ARGS})\n${code}`);

testOperator(api, {
  name: "crossplane",
  args: ARGS,
  listVerb: "LIST",
  list404: "empty",
  object404: "nil",
  lists: [
    ["providers()", `${PKG}/providers`],
    ["provider_revisions()", `${PKG}/providerrevisions`],
    ["configurations()", `${PKG}/configurations`],
    ["functions()", `${PKG}beta1/functions`],
    ["xrds()", `${EXT}/compositeresourcedefinitions`],
    ["compositions()", `${EXT}/compositions`],
    ["configuration_revisions()", `${PKG}/configurationrevisions`],
    ["function_revisions()", `${PKG}beta1/functionrevisions`],
    ["composition_revisions()", `${EXT}/compositionrevisions`],
    ["environment_configs()", `${EXT}beta1/environmentconfigs`],
    ["managed_resource_definitions()", `${EXT}alpha1/managedresourcedefinitions`],
    ["activation_policies()", `${EXT}alpha1/managedresourceactivationpolicies`],
    ["operations()", `${OPS}/operations`],
    ["cron_operations()", `${OPS}/cronoperations`],
    ["watch_operations()", `${OPS}/watchoperations`],
    ["usages()", "/apis/protection.crossplane.io/v1beta1/usages"],
    [`usages("n")`, "/apis/protection.crossplane.io/v1beta1/namespaces/n/usages"],
    ["cluster_usages()", "/apis/protection.crossplane.io/v1beta1/clusterusages"],
    ["deployment_runtime_configs()", `${PKG}beta1/deploymentruntimeconfigs`],
    ["image_configs()", `${PKG}beta1/imageconfigs`],
    [`managed_resources("g", "v1", "buckets")`, "/apis/g/v1/buckets"],
  ],
  objects: [
    [`provider("x")`, `${PKG}/providers/x`],
    [`provider_revision("x")`, `${PKG}/providerrevisions/x`],
    [`configuration("x")`, `${PKG}/configurations/x`],
    [`xfunction("x")`, `${PKG}beta1/functions/x`],
    [`xrd("x")`, `${EXT}/compositeresourcedefinitions/x`],
    [`composition("x")`, `${EXT}/compositions/x`],
    [`configuration_revision("x")`, `${PKG}/configurationrevisions/x`],
    [`function_revision("x")`, `${PKG}beta1/functionrevisions/x`],
    [`composition_revision("x")`, `${EXT}/compositionrevisions/x`],
    [`managed_resource_definition("x")`, `${EXT}alpha1/managedresourcedefinitions/x`],
    [`operation("x")`, `${OPS}/operations/x`],
    ["lock()", `${PKG}beta1/locks/lock`],
    [`managed_resource("g", "v1", "buckets", "x", "n")`, "/apis/g/v1/namespaces/n/buckets/x"],
  ],
});

test("versions are asked for, once", async () => {
  api.expect("GET /apis/pkg.crossplane.io", { json: { versions: [{ version: "v1" }] } });
  api.expect(`GET ${PKG}/functions/x`, { json: {} });
  api.expect(`GET ${PKG}/functions/x`, { json: {} });
  api.expect("GET /apis/apiextensions.crossplane.io", { status: 404 });
  api.expect(`GET ${EXT}/compositeresourcedefinitions/x`, { json: {} });
  await api.run(`local c = require("assay.crossplane").client(URL, "t")
    c:xfunction("x") c:xfunction("x") c:xrd("x")`);
});

test.each([
  [`is_provider_healthy("x")`, `${PKG}/providers/x`, "Healthy"],
  [`is_provider_installed("x")`, `${PKG}/providers/x`, "Installed"],
  [`is_configuration_healthy("x")`, `${PKG}/configurations/x`, "Healthy"],
  [`is_configuration_installed("x")`, `${PKG}/configurations/x`, "Installed"],
  [`is_function_healthy("x")`, `${PKG}beta1/functions/x`, "Healthy"],
  [`is_xrd_established("x")`, `${EXT}/compositeresourcedefinitions/x`, "Established"],
  [`is_xrd_offered("x")`, `${EXT}/compositeresourcedefinitions/x`, "Offered"],
  [`is_provider_revision_healthy("x")`, `${PKG}/providerrevisions/x`, "Healthy"],
  [`is_managed_ready("g", "v1", "bs", "x")`, "/apis/g/v1/bs/x", "Ready"],
  [`is_managed_synced("g", "v1", "bs", "x")`, "/apis/g/v1/bs/x", "Synced"],
])("%s", async (call, path, condition) => {
  api.expect(`GET ${path}`, { json: withCondition(condition, "True") });
  api.expect(`GET ${path}`, { json: withCondition(condition, "False") });
  api.expect(`GET ${path}`, { status: 404 });
  expect(await run(`return c:${call}, c:${call}, c:${call}`)).toEqual([true, false, false]);
});

test("status, summaries, waits", async () => {
  const items = [withCondition("Healthy", "True"), withCondition("Established", "False")];
  api.expect(`GET ${PKG}/providers/x`, { json: { status: { currentRevision: "r" } } });
  api.expect(`GET ${PKG}/providers?limit=500`, { json: { items } });
  api.expect(`GET ${EXT}/compositeresourcedefinitions?limit=500`, { json: { items } });
  api.expect(`GET ${PKG}/providers/x`, { json: items[0] });
  expect(
    await run(`return c:provider_status("x"), c:all_providers_healthy(), c:all_xrds_established(),
      c:wait_provider_healthy("x")`),
  ).toEqual([
    { installed: false, healthy: false, current_revision: "r", conditions: [] },
    { healthy: 1, unhealthy: 1, total: 2, unhealthy_names: ["Established-False"] },
    {
      established: 0,
      not_established: 2,
      total: 2,
      not_established_names: ["Healthy-True", "Established-False"],
    },
    true,
  ]);
  api.expect(`GET ${PKG}/providers/x`, { status: 404 });
  expect(await failure(`c:provider_status("x")`)).toContain("crossplane: provider not found: x");
});

test("status of configurations, functions and managed resources", async () => {
  const json = {
    status: {
      currentRevision: "r",
      conditions: [
        { type: "Healthy", status: "True" },
        { type: "Installed", status: "True" },
      ],
    },
  };
  const wanted = {
    installed: true,
    healthy: true,
    current_revision: "r",
    conditions: json.status.conditions,
  };
  api.expect(`GET ${PKG}/configurations/x`, { json });
  api.expect(`GET ${PKG}beta1/functions/x`, { json });
  api.expect("GET /apis/g/v1/bs/x", {
    json: {
      status: {
        conditions: [
          { type: "Ready", status: "False", message: "creating" },
          { type: "Synced", status: "True" },
        ],
      },
    },
  });
  api.expect("GET /apis/g/v1/bs/y", { status: 404 });
  const [configuration, fn, managed, none] = await run(
    `return c:configuration_status("x"), c:function_status("x"),
      c:managed_status("g", "v1", "bs", "x"), c:managed_status("g", "v1", "bs", "y")`,
  );
  expect([configuration, fn]).toEqual([wanted, wanted]);
  expect(managed).toMatchObject({ ready: false, synced: true, message: "creating" });
  expect(none).toBeUndefined();
  api.expect(`GET ${PKG}/configurations/x`, { status: 404 });
  expect(await failure(`c:configuration_status("x")`)).toContain(
    "crossplane: configuration not found: x",
  );
  api.expect(`GET ${PKG}beta1/functions/x`, { status: 500, text: "e" });
  expect(await failure(`c:function_status("x")`)).toContain(
    `crossplane: GET ${PKG}beta1/functions/x HTTP 500: e`,
  );
});

test("waits for XRDs and managed resources", async () => {
  const xrd = `GET ${EXT}/compositeresourcedefinitions/x`;
  api.expect(xrd, { status: 503 });
  api.expect(xrd, { json: withCondition("Established", "True") });
  api.expect("GET /apis/g/v1/namespaces/n/bs/x", { json: withCondition("Ready", "False") });
  api.expect("GET /apis/g/v1/namespaces/n/bs/x", { json: withCondition("Ready", "True") });
  expect(
    await run(`return c:wait_xrd_established("x", 5, { interval = 0.02 }),
      c:wait_managed_ready("g", "v1", "bs", "x", 5, { interval = 0.02, namespace = "n" })`),
  ).toEqual([true, true]);
  api.expect("GET /apis/g/v1/bs/x", { json: withCondition("Ready", "False") });
  expect(await failure(`c:wait_managed_ready("g", "v1", "bs", "x", 0)`)).toContain(
    "crossplane: timeout waiting for bs/x to be ready after 0s (last: Ready=False (R): M)",
  );
  api.expect(xrd, { status: 403, text: "no" });
  expect(await failure(`c:wait_xrd_established("x", 5)`)).toContain("HTTP 403: no");
});

test("is_provider_revision_healthy: Crossplane 2 says what runs it, too", async () => {
  const revision = (...conditions: [string, string][]) =>
    api.expect(`GET ${PKG}/providerrevisions/x`, {
      json: { status: { conditions: conditions.map(([type, status]) => ({ type, status })) } },
    });
  revision(["RevisionHealthy", "True"]);
  revision(["RevisionHealthy", "True"], ["RuntimeHealthy", "False"]);
  revision(["RevisionHealthy", "False"], ["Healthy", "True"]);
  expect(
    await run(`local out = {}
      for i = 1, 3 do out[i] = c:is_provider_revision_healthy("x") end
      return out`),
  ).toEqual([[true, false, false]]);
});

test("install, uninstall", async () => {
  const body = (apiVersion: string, kind: string, spec: object) => ({
    headers: { "content-type": "application/apply-patch+yaml" },
    check: (r: { body: Buffer }) =>
      expect(JSON.parse(`${r.body}`)).toEqual({ apiVersion, kind, metadata: { name: "x" }, spec }),
  });
  const query = "?fieldManager=assay&force=true";
  api.expect(
    `PATCH ${PKG}/providers/x${query}`,
    { json: { n: 1 } },
    body("pkg.crossplane.io/v1", "Provider", {
      package: "r/p:1",
      ignoreCrossplaneConstraints: true,
    }),
  );
  api.expect(
    `PATCH ${PKG}beta1/functions/x${query}`,
    { json: { n: 2 } },
    body("pkg.crossplane.io/v1beta1", "Function", { package: "r/f:1" }),
  );
  api.expect(`DELETE ${PKG}/configurations/x`, { json: {} });
  api.expect(`DELETE ${PKG}/providers/x`, { status: 404 });
  expect(
    await run(`
      return c:install("provider", "x", "r/p:1", { spec = { ignoreCrossplaneConstraints = true } }).n,
        c:install("Function", "x", "r/f:1").n, c:uninstall("configuration", "x"), c:uninstall("providers", "x")`),
  ).toEqual([1, 2, true, false]);
  expect(await failure(`c:install("module", "x", "y")`)).toContain(
    "crossplane: 'module' is no kind of package: provider, configuration, function",
  );
});

test("composed: which part is not ready", async () => {
  const bucket = { apiVersion: "aws.ex/v1", kind: "Bucket", name: "b" };
  const policy = { apiVersion: "aws.ex/v1", kind: "Policy", name: "p" };
  const secret = { apiVersion: "v1", kind: "Secret" };
  const map = { apiVersion: "v1", kind: "ConfigMap", name: "m", namespace: "o" };
  api.expect("GET /apis/ex/v1/namespaces/n/xs/x", {
    json: { spec: { crossplane: { resourceRefs: [bucket, policy, secret, map] } } },
  });
  const resources = [
    { name: "buckets", kind: "Bucket", namespaced: true },
    { name: "buckets/status", kind: "Bucket", namespaced: true },
    { name: "policies", kind: "Policy", namespaced: false },
  ];
  api.expect("GET /apis/aws.ex/v1", { json: { resources } });
  api.expect("GET /apis/aws.ex/v1/namespaces/n/buckets/b", {
    json: {
      status: {
        conditions: [
          { type: "Ready", status: "False", message: "creating" },
          { type: "Synced", status: "True" },
        ],
      },
    },
  });
  api.expect("GET /apis/aws.ex/v1/policies/p", { status: 404 });
  api.expect("GET /api/v1", { json: { resources: [{ name: "configmaps", kind: "ConfigMap" }] } });
  api.expect("GET /api/v1/namespaces/o/configmaps/m", { json: { data: {} } });
  expect(await run(`return c:composed("ex", "v1", "xs", "x", "n")`)).toEqual([
    [
      {
        api_version: "aws.ex/v1",
        kind: "Bucket",
        name: "b",
        namespace: "n",
        exists: true,
        ready: false,
        synced: true,
        message: "creating",
      },
      {
        api_version: "aws.ex/v1",
        kind: "Policy",
        name: "p",
        exists: false,
        ready: false,
        synced: false,
      },
      {
        api_version: "v1",
        kind: "Secret",
        namespace: "n",
        exists: false,
        ready: false,
        synced: false,
      },
      { api_version: "v1", kind: "ConfigMap", name: "m", namespace: "o", exists: true },
    ],
  ]);
  // Crossplane 1: of the cluster; a claim has one reference; the type can't be asked for
  api.expect("GET /apis/ex/v1/namespaces/n/cs/x", {
    json: { spec: { resourceRef: { apiVersion: "ex/v1", kind: "XPolicy", name: "x-1" } } },
  });
  api.expect("GET /apis/ex/v1", { status: 404 });
  api.expect("GET /apis/ex/v1/xpolicies/x-1", { json: withCondition("Ready", "True") });
  api.expect("GET /apis/ex/v1/xs/none", { status: 404 });
  expect(
    await run(`local parts = c:composed("ex", "v1", "cs", "x", "n")
      return parts[1].ready, parts[1].namespace, c:composed("ex", "v1", "xs", "none")`),
  ).toEqual([true, undefined, undefined]);
});

test("pause, resume, apply", async () => {
  const paused = (value: string) => ({
    headers: { "content-type": "application/merge-patch+json" },
    body: { metadata: { annotations: { "crossplane.io/paused": value } } },
  });
  api.expect("PATCH /apis/g/v1/bs/x", { json: { n: 1 } }, paused("true"));
  api.expect("PATCH /apis/g/v1/namespaces/n/bs/x", { json: { n: 2 } }, paused("false"));
  const query = "?fieldManager=assay&force=true";
  api.expect(
    `PATCH ${EXT}/compositions/x${query}`,
    { json: { n: 3 } },
    {
      ...applied("apiextensions.crossplane.io/v1", "Composition"),
    },
  );
  api.expect(
    `PATCH /apis/g/v1/namespaces/n/odd/x${query}`,
    { json: { n: 4 } },
    {
      ...applied("g/v1", "B", "n"),
    },
  );
  expect(
    await run(`return c:pause("g", "v1", "bs", "x").n, c:resume("g", "v1", "bs", "x", "n").n,
      c:apply({ apiVersion = "apiextensions.crossplane.io/v1", kind = "Composition", metadata = { name = "x" } }).n,
      c:apply({ apiVersion = "g/v1", kind = "B", metadata = { name = "x", namespace = "n" } }, { plural = "odd" }).n`),
  ).toEqual([1, 2, 3, 4]);
  expect(await failure(`c:apply({ kind = "B" })`)).toContain(
    "crossplane.apply: a manifest needs apiVersion",
  );
});

test("waits for configurations, functions, operations", async () => {
  const yes = { json: withCondition("Healthy", "True") };
  api.expect(`GET ${PKG}/configurations/x`, { status: 404 });
  api.expect(`GET ${PKG}/configurations/x`, yes);
  api.expect(`GET ${PKG}beta1/functions/x`, yes);
  const operation = `GET ${OPS}/operations/x`;
  api.expect(operation, { json: withCondition("Succeeded", "Unknown") });
  api.expect(operation, { json: withCondition("Succeeded", "True") });
  expect(
    await run(`local o = { interval = 0.02 }
      return c:wait_configuration_healthy("x", 5, o), c:wait_function_healthy("x", 5, o),
        c:wait_operation("x", 5, o)`),
  ).toEqual([true, true, true]);
  api.expect(operation, { json: withCondition("Succeeded", "False") });
  expect(await failure(`c:wait_operation("x", 5)`)).toContain(
    "crossplane: operation x: Succeeded=False (R): M",
  );
  api.expect(`GET ${PKG}/configurations/x`, { status: 404 });
  expect(await failure(`c:wait_configuration_healthy("x", 0)`)).toContain(
    "crossplane: timeout waiting for configuration x to be healthy after 0s (last: not found)",
  );
});
