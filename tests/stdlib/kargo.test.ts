import { expect, test } from "vitest";
import { applied, testOperator } from "./operators";
import { useApi } from "./server";

const api = useApi();
const P = "/apis/kargo.akuity.io/v1alpha1";
const N = `${P}/namespaces/n`;
const run = (code: string) =>
  api.run(`local c = require("assay.kargo").client(URL, "t0k")\n${code}`);
const failure = (code: string) =>
  api.failure(`local c = require("assay.kargo").client(URL, "t0k")\n${code}`);

testOperator(api, {
  name: "kargo",
  bare: true,
  listVerb: "GET",
  list404: "error",
  object404: "error",
  lists: [
    [`stages("n")`, `${N}/stages`],
    [`promotions("n")`, `${N}/promotions`],
    [`warehouses("n")`, `${N}/warehouses`],
    ["projects()", `${P}/projects`],
    [`promotion_tasks("n")`, `${N}/promotiontasks`],
    ["cluster_promotion_tasks()", `${P}/clusterpromotiontasks`],
  ],
  objects: [
    [`stage("n", "x")`, `${N}/stages/x`],
    [`promotion("n", "x")`, `${N}/promotions/x`],
    [`warehouse("n", "x")`, `${N}/warehouses/x`],
    [`project("x")`, `${P}/projects/x`],
    [`promotion_task("n", "x")`, `${N}/promotiontasks/x`],
    [`cluster_promotion_task("x")`, `${P}/clusterpromotiontasks/x`],
    [`project_config("n")`, `${N}/projectconfigs/n`],
    ["cluster_config()", `${P}/clusterconfigs/cluster`],
  ],
});

/** What the server says its resource types are; asked for the plural of Freight, once. */
const discovery = (...names: string[]) =>
  api.expect(`GET ${P}`, { json: { resources: names.map((name) => ({ name, kind: "Freight" })) } });

testOperator(api, {
  name: "kargo",
  bare: true,
  before: () => discovery("freights", "freights/status"),
  listVerb: "GET",
  list404: "error",
  object404: "error",
  lists: [[`freight_list("n")`, `${N}/freights`]],
  objects: [[`freight("n", "x")`, `${N}/freights/x`]],
});

test("freight of servers that do not say its plural", async () => {
  api.expect(`GET ${P}`, { status: 404, text: "no" });
  api.expect(`GET ${N}/freight?limit=500`, { json: { items: [] } });
  api.expect(`GET ${N}/freight/x`, { json: { n: 1 } });
  expect(await run(`return #c:freight_list("n"), c:freight("n", "x").n`)).toEqual([0, 1]);
});

test("stages", async () => {
  const healthy = (status: string) => [{ type: "Healthy", status }];
  const stages = [
    { metadata: { name: "a" }, status: { phase: "Steady", currentFreightId: "f" } },
    { metadata: { name: "b" }, status: { phase: "Promoting", conditions: healthy("True") } },
    {
      metadata: { name: "c" },
      status: {
        conditions: healthy("False"),
        freightHistory: [{ items: { "Warehouse/w": { name: "g" } } }],
      },
    },
  ];
  api.expect(`GET ${N}/stages?limit=500`, { json: { items: stages } });
  api.expect(`GET ${N}/stages/a`, { json: stages[0] });
  api.expect(`GET ${N}/stages/a`, { json: stages[2] });
  api.expect(`GET ${N}/stages/a`, { status: 403 });
  api.expect(`GET ${N}/stages/a`, { json: stages[0] });
  expect(
    await run(`return c:pipeline_status("n"), c:stage_status("n", "a"), c:is_stage_healthy("n", "a"),
      c:wait_stage_healthy("n", "a", 5, { interval = 0.02 })`),
  ).toEqual([
    [
      { name: "a", phase: "Steady", freight: "f", healthy: true },
      { name: "b", phase: "Promoting", healthy: true },
      { name: "c", freight: "g", healthy: false },
    ],
    { phase: "Steady", current_freight_id: "f", conditions: [] },
    false,
    true,
  ]);
  api.expect(`GET ${N}/stages/a`, { json: stages[2] });
  expect(await failure(`c:wait_stage_healthy("n", "a", 0)`)).toContain(
    "kargo: stage n/a not healthy after 0s",
  );
});

test("freight by labels, or by its fields", async () => {
  const query =
    "labelSelector=kargo.akuity.io%2Fstage%3Ds%2Ckargo.akuity.io%2Fwarehouse%3Dw&limit=500";
  discovery("freights");
  api.expect(`GET ${N}/freights?${query}`, { json: { items: [] } });
  api.expect(`GET ${N}/freights?limit=500`, {
    json: {
      items: [
        { metadata: { name: "a" }, origin: { name: "w" }, status: { currentlyIn: { s: {} } } },
        { metadata: { name: "b" }, origin: { name: "v" }, status: { currentlyIn: { s: {} } } },
      ],
    },
  });
  api.expect(`GET ${N}/freights/a`, { json: {} });
  expect(
    await run(`local l = c:freight_list("n", { stage = "s", warehouse = "w" })
      return #l, l[1].metadata.name, next(c:freight_status("n", "a"))`),
  ).toEqual([1, "a", undefined]);
});

test("promotions", async () => {
  api.expect(`GET ${N}/promotions?labelSelector=kargo.akuity.io%2Fstage%3Ds&limit=500`, {
    json: { items: [{}] },
  });
  api.expect(
    `POST ${N}/promotions`,
    { status: 201, json: { n: 1 } },
    {
      body: {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Promotion",
        metadata: { namespace: "n", generateName: "s-" },
        spec: { stage: "s", freight: "f" },
      },
    },
  );
  api.expect(`GET ${N}/promotions/x`, { json: { status: { phase: "Running", freightId: "f" } } });
  api.expect(`GET ${N}/promotions/x`, { json: { status: { phase: "Succeeded" } } });
  expect(
    await run(`return #c:promotions("n", { stage = "s" }), c:promote("n", "s", "f").n,
      c:promotion_status("n", "x"), c:wait_promotion("n", "x", 5).phase`),
  ).toEqual([1, 1, { phase: "Running", freight_id: "f" }, "Succeeded"]);
  api.expect(`POST ${N}/promotions`, { status: 403, text: "no" }, { check: () => undefined });
  expect(await failure(`c:promote("n", "s", "f")`)).toContain(
    `kargo: POST ${N}/promotions HTTP 403: no`,
  );
});

test("approve, refresh, abort_promotion", async () => {
  const merge = (body: unknown) => ({
    headers: { "content-type": "application/merge-patch+json" },
    body,
  });
  const annotation = (key: string, value: unknown) => ({
    headers: { "content-type": "application/merge-patch+json" },
    check: (r: { body: Buffer }) =>
      expect(JSON.parse(r.body.toString())).toEqual({
        metadata: { annotations: { [`kargo.akuity.io/${key}`]: value } },
      }),
  });
  discovery("freights");
  api.expect(
    `PATCH ${N}/freights/f/status`,
    { json: { n: 1 } },
    merge({ status: { approvedFor: { prod: {} } } }),
  );
  api.expect(
    `PATCH ${N}/warehouses/w`,
    { json: { n: 2 } },
    annotation("refresh", expect.stringMatching(/^20\d\d-/)),
  );
  api.expect(
    `PATCH ${N}/stages/s`,
    { json: { n: 3 } },
    annotation("refresh", expect.stringMatching(/^20\d\d-/)),
  );
  api.expect(
    `PATCH ${N}/promotions/p`,
    { json: { n: 4 } },
    annotation("abort", '{"action":"terminate"}'),
  );
  expect(
    await run(`return c:approve("n", "f", "prod").n, c:refresh("Warehouse", "n", "w").n,
      c:refresh("stages", "n", "s").n, c:abort_promotion("n", "p").n`),
  ).toEqual([1, 2, 3, 4]);
  const any = { check: () => undefined };
  discovery("freights");
  api.expect(`PATCH ${N}/freights/f/status`, { status: 404, text: "no" }, any);
  expect(await failure(`c:approve("n", "f", "prod")`)).toContain(
    `kargo: PATCH ${N}/freights/f/status HTTP 404: no`,
  );
  api.expect(`PATCH ${N}/stages/s`, { status: 409, text: "no" }, any);
  expect(await failure(`c:refresh("stage", "n", "s")`)).toContain("HTTP 409: no");
  api.expect(`PATCH ${N}/promotions/p`, { status: 404, text: "no" }, any);
  expect(await failure(`c:abort_promotion("n", "p")`)).toContain("HTTP 404: no");
});

const verified = (...history: object[]) => ({
  json: { status: { freightHistory: [{ items: {}, verificationHistory: history }] } },
});

test("stage_status: what is summed up, promoted and verified", async () => {
  api.expect(`GET ${N}/stages/a`, {
    json: {
      status: {
        freightSummary: "1/1 Fulfilled",
        lastPromotion: { name: "p1" },
        currentPromotion: { name: "p2" },
        freightHistory: [{ verificationHistory: [{ id: "v2", phase: "Running" }, { id: "v1" }] }],
      },
    },
  });
  expect(await run(`return c:stage_status("n", "a")`)).toEqual([
    {
      phase: "Promoting",
      freight_summary: "1/1 Fulfilled",
      last_promotion: "p1",
      current_promotion: "p2",
      verification: { id: "v2", phase: "Running" },
      conditions: [],
    },
  ]);
});

test("reverify, abort_verification, wait_verified", async () => {
  const annotated = (key: string) => ({
    headers: { "content-type": "application/merge-patch+json" },
    body: { metadata: { annotations: { [`kargo.akuity.io/${key}`]: '{"id":"v1"}' } } },
  });
  const stage = `GET ${N}/stages/s`;
  api.expect(stage, verified({ id: "v1", phase: "Failed" }));
  api.expect(`PATCH ${N}/stages/s`, { json: {} }, annotated("reverify"));
  // the old one is still the latest
  api.expect(stage, verified({ id: "v1", phase: "Failed" }));
  api.expect(stage, { status: 503 });
  api.expect(stage, verified({ id: "v2", phase: "Running" }, { id: "v1", phase: "Failed" }));
  api.expect(stage, verified({ id: "v2", phase: "Successful" }));
  api.expect(stage, verified({ id: "v1", phase: "Running" }));
  api.expect(`PATCH ${N}/stages/s`, { json: {} }, annotated("abort"));
  expect(
    await run(`local before = c:reverify("n", "s")
      return before, c:wait_verified("n", "s", 5, { interval = 0.02, after = before }), c:abort_verification("n", "s")`),
  ).toEqual(["v1", true, "v1"]);
  api.expect(stage, verified({ id: "v1", phase: "Inconclusive", message: "unclear" }));
  expect(await failure(`c:wait_verified("n", "s", 5)`)).toContain(
    "kargo: verification of stage n/s: Inconclusive: unclear",
  );
  api.expect(stage, verified({ id: "v1", phase: "Pending" }));
  expect(await failure(`c:wait_verified("n", "s", 0)`)).toContain(
    "kargo: verification of stage n/s not finished after 0s (last: phase Pending)",
  );
  api.expect(stage, { json: {} });
  expect(await failure(`c:reverify("n", "s")`)).toContain("kargo: stage n/s has no verification");
});

test("apply, delete", async () => {
  const VERSION = "kargo.akuity.io/v1alpha1";
  const query = "?fieldManager=assay&force=true";
  api.expect(`PATCH ${P}/projects/x${query}`, { json: { n: 1 } }, applied(VERSION, "Project"));
  discovery("freights");
  api.expect(`PATCH ${N}/freights/x${query}`, { json: { n: 2 } }, applied(VERSION, "Freight", "n"));
  api.expect(`DELETE ${N}/freights/x`, { json: {} });
  api.expect(`DELETE ${N}/promotions/x`, { status: 404 });
  api.expect(`DELETE ${P}/projects/x`, { json: {} });
  expect(
    await run(`return c:apply({ kind = "Project", metadata = { name = "x" } }).n,
      c:apply({ kind = "Freight", metadata = { name = "x", namespace = "n" } }).n,
      c:delete("Freight", "n", "x"), c:delete("Promotion", "n", "x"), c:delete("Project", nil, "x")`),
  ).toEqual([1, 2, true, false, true]);
  api.expect(`DELETE ${N}/stages/x`, { status: 403, text: "no" });
  expect(await failure(`c:delete("Stage", "n", "x")`)).toContain(
    `kargo: DELETE ${N}/stages/x HTTP 403: no`,
  );
});

test("absent objects are nil with allow_missing", async () => {
  discovery("freights");
  api.expect(`GET ${N}/freights/x`, { status: 404 });
  api.expect(`GET ${N}/stages/x`, { status: 404 });
  api.expect(`GET ${P}/clusterconfigs/cluster`, { status: 404 });
  expect(
    await run(`local o = { allow_missing = true }
      return c:freight("n", "x", o), c:stage("n", "x", o), c:cluster_config(o)`),
  ).toEqual([undefined, undefined, undefined]);
  api.expect(`GET ${N}/stages/x`, { status: 403, text: "no" });
  expect(await failure(`c:stage("n", "x", { allow_missing = true })`)).toContain("HTTP 403: no");
});
