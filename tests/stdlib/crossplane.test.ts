import { expect, test } from "vitest";
import { testOperator, withCondition } from "./operators";
import { useApi } from "./server";

const api = useApi();
const PKG = "/apis/pkg.crossplane.io/v1";
const EXT = "/apis/apiextensions.crossplane.io/v1";
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
    [`managed_resources("g", "v1", "buckets")`, "/apis/g/v1/buckets"],
  ],
  objects: [
    [`provider("x")`, `${PKG}/providers/x`],
    [`provider_revision("x")`, `${PKG}/providerrevisions/x`],
    [`configuration("x")`, `${PKG}/configurations/x`],
    [`xfunction("x")`, `${PKG}beta1/functions/x`],
    [`xrd("x")`, `${EXT}/compositeresourcedefinitions/x`],
    [`composition("x")`, `${EXT}/compositions/x`],
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
