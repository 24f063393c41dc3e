import { expect, test } from "vitest";
import { testOperator } from "./operators";
import { useApi } from "./server";

const api = useApi();
const R = "/apis/velero.io/v1/namespaces/velero";
const run = (code: string) =>
  api.run(`local c = require("assay.velero").client(URL, "t0k")\n${code}`);
const failure = (code: string) =>
  api.failure(`local c = require("assay.velero").client(URL, "t0k")\n${code}`);

const KINDS = [
  ["backup", "backups"],
  ["restore", "restores"],
  ["schedule", "schedules"],
  ["backup_storage_location", "backupstoragelocations"],
  ["volume_snapshot_location", "volumesnapshotlocations"],
] as const;
testOperator(api, {
  name: "velero",
  bare: true,
  listVerb: "GET",
  list404: "empty",
  object404: "nil",
  lists: [
    ["backups()", `${R}/backups`],
    ["restores()", `${R}/restores`],
    ["schedules()", `${R}/schedules`],
    ["backup_storage_locations()", `${R}/backupstoragelocations`],
    ["volume_snapshot_locations()", `${R}/volumesnapshotlocations`],
    ["backup_repositories()", `${R}/backuprepositories`],
  ],
  objects: [
    ...KINDS.map(([name, plural]): [string, string] => [`${name}("x")`, `${R}/${plural}/x`]),
    [`backup_repository("x")`, `${R}/backuprepositories/x`],
  ],
});

test("another namespace", async () => {
  api.expect("GET /apis/velero.io/v1/namespaces/other/backups/x", { json: { n: 1 } });
  expect(
    await api.run(`return require("assay.velero").client(URL, "t", "other"):backup("x").n`),
  ).toEqual([1]);
});

test.each([
  ["is_backup_completed", "backups", "Completed", true],
  ["is_backup_failed", "backups", "PartiallyFailed", true],
  ["is_backup_failed", "backups", "FailedValidation", true],
  ["is_backup_failed", "backups", "InProgress", false],
  ["is_restore_completed", "restores", "Completed", true],
  ["is_restore_failed", "restores", "Failed", true],
  ["is_schedule_enabled", "schedules", "FailedValidation", false],
  ["is_schedule_enabled", "schedules", "Enabled", true],
  ["is_bsl_available", "backupstoragelocations", "Available", true],
])("%s %s %s", async (name, plural, phase, expected) => {
  api.expect(`GET ${R}/${plural}/x`, { json: { status: { phase } } });
  api.expect(`GET ${R}/${plural}/x`, { status: 404 });
  expect(await run(`return c:${name}("x"), c:${name}("x")`)).toEqual([expected, false]);
});

test("installed", async () => {
  api.expect("GET /apis/velero.io/v1", { json: { kind: "APIResourceList" } });
  api.expect("GET /apis/velero.io/v1", { status: 404 });
  expect(await run("return c:installed(), c:installed()")).toEqual([true, false]);
});

test("status tables", async () => {
  api.expect(`GET ${R}/backups/x`, {
    json: {
      status: {
        phase: "Completed",
        startTimestamp: "S",
        completionTimestamp: "C",
        expiration: "E",
        errors: 1,
        progress: { itemsBackedUp: 3, totalItems: 4 },
        volumeSnapshotsAttempted: 1,
        csiVolumeSnapshotsAttempted: 4,
        csiVolumeSnapshotsCompleted: 2,
      },
    },
  });
  api.expect(`GET ${R}/restores/x`, {
    json: { status: { phase: "Failed", warnings: 2, failureReason: "F" } },
  });
  api.expect(`GET ${R}/schedules/x`, { json: { status: { phase: "Enabled", lastBackup: "L" } } });
  expect(
    await run(`return c:backup_status("x"), c:restore_status("x"), c:schedule_status("x")`),
  ).toEqual([
    {
      phase: "Completed",
      started: "S",
      completed: "C",
      expiration: "E",
      errors: 1,
      warnings: 0,
      items_backed_up: 3,
      items_total: 4,
      snapshots_attempted: 5,
      snapshots_completed: 2,
    },
    {
      phase: "Failed",
      errors: 0,
      warnings: 2,
      items_restored: 0,
      items_total: 0,
      failure_reason: "F",
    },
    { phase: "Enabled", last_backup: "L", validation_errors: [], paused: false },
  ]);
  for (const what of ["backup", "restore", "schedule"]) {
    api.expect(`GET ${R}/${what}s/x`, { status: 404 });
    expect(await failure(`c:${what}_status("x")`)).toContain(`velero: ${what} x not found`);
  }
});

test("latest_backup, latest_completed_backup", async () => {
  const item = (name: string, at: string, schedule: string, phase: string) => ({
    metadata: { name, creationTimestamp: at, labels: { "velero.io/schedule-name": schedule } },
    status: { phase, completionTimestamp: at },
  });
  const json = {
    items: [
      item("a", "2026-01-01T", "s", "Completed"),
      item("b", "2026-01-03T", "s", "Failed"),
      item("c", "2026-01-02T", "s", "Completed"),
      item("d", "2026-01-09T", "t", "Completed"),
    ],
  };
  const line = (s: string) =>
    `GET ${R}/backups?labelSelector=velero.io%2Fschedule-name%3D${s}&limit=500`;
  api.expect(line("s"), { json });
  api.expect(line("s"), { json });
  api.expect(line("u"), { json });
  expect(
    await run(`return c:latest_backup("s").metadata.name, c:latest_completed_backup("s").metadata.name,
      c:latest_backup("u")`),
  ).toEqual(["b", "c", undefined]);
});

test("summaries", async () => {
  const items = [
    { metadata: { name: "a" }, status: { phase: "Enabled" } },
    { metadata: { name: "b" }, spec: { paused: true }, status: { phase: "Enabled" } },
    { status: { phase: "Available" } },
  ];
  api.expect(`GET ${R}/schedules?limit=500`, { json: { items } });
  api.expect(`GET ${R}/backupstoragelocations?limit=500`, { json: { items } });
  expect(await run(`return c:all_schedules_enabled(), c:all_bsl_available()`)).toEqual([
    { enabled: 1, disabled: 2, total: 3, disabled_names: ["b", "unknown"] },
    { available: 1, unavailable: 2, total: 3, unavailable_names: ["a", "b"] },
  ]);
});

test("writing and waiting", async () => {
  const meta = { namespace: "velero", name: "b" };
  const backup = (spec: object, labels?: object) => ({
    body: {
      apiVersion: "velero.io/v1",
      kind: "Backup",
      metadata: { ...meta, ...(labels && { labels }) },
      spec,
    },
  });
  api.expect(`POST ${R}/backups`, { status: 201, json: {} }, backup({ ttl: "1h" }));
  api.expect(`GET ${R}/schedules/s`, { json: { spec: { template: { ttl: "2h" } } } });
  api.expect(
    `POST ${R}/backups`,
    { status: 201, json: {} },
    backup({ ttl: "2h" }, { "velero.io/schedule-name": "s" }),
  );
  api.expect(`PATCH ${R}/schedules/s`, { json: {} }, { body: { spec: { paused: true } } });
  api.expect(`GET ${R}/backups/b`, { json: { status: { phase: "InProgress" } } });
  api.expect(`GET ${R}/backups/b`, { json: { status: { phase: "Completed" } } });
  expect(
    await run(`c:create_backup("b", { ttl = "1h" }) c:create_backup("b", { schedule = "s" })
      c:pause_schedule("s") return c:wait_backup("b", 5, { interval = 0.02 }).phase`),
  ).toEqual(["Completed"]);
  api.expect(`GET ${R}/restores/r`, {
    json: { status: { phase: "Failed", failureReason: "why" } },
  });
  expect(await failure(`c:wait_restore("r", 5)`)).toContain("velero: restore r: Failed: why");
});

test("create_restore, create_schedule, delete_backup, pause and unpause", async () => {
  const made = (kind: string, name: object, spec: object) => ({
    body: {
      apiVersion: "velero.io/v1",
      kind,
      metadata: { namespace: "velero", ...name },
      spec,
    },
  });
  api.expect(
    `POST ${R}/restores`,
    { status: 201, json: { n: 1 } },
    made("Restore", { name: "r" }, { backupName: "b" }),
  );
  api.expect(
    `POST ${R}/schedules`,
    { status: 201, json: { n: 2 } },
    made("Schedule", { name: "s" }, { schedule: "0 3 * * *", template: { ttl: "24h" } }),
  );
  api.expect(
    `POST ${R}/deletebackuprequests`,
    { status: 201, json: { n: 3 } },
    made("DeleteBackupRequest", { generateName: "b-" }, { backupName: "b" }),
  );
  const paused = (value: boolean) => ({
    headers: { "content-type": "application/merge-patch+json" },
    body: { spec: { paused: value } },
  });
  api.expect(`PATCH ${R}/schedules/s`, { json: { n: 4 } }, paused(true));
  api.expect(`PATCH ${R}/schedules/s`, { json: { n: 5 } }, paused(false));
  expect(
    await run(`
      return c:create_restore("r", { backupName = "b" }).n,
        c:create_schedule("s", { schedule = "0 3 * * *", template = { ttl = "24h" } }).n,
        c:delete_backup("b").n, c:pause_schedule("s").n, c:unpause_schedule("s").n`),
  ).toEqual([1, 2, 3, 4, 5]);
  const any = { check: () => undefined };
  for (const [call, line] of [
    [`create_restore("r", {})`, `POST ${R}/restores`],
    [`create_schedule("r", {})`, `POST ${R}/schedules`],
    [`delete_backup("b")`, `POST ${R}/deletebackuprequests`],
    [`pause_schedule("s")`, `PATCH ${R}/schedules/s`],
  ] as const) {
    api.expect(line, { status: 422, text: "bad" }, any);
    expect(await failure(`c:${call}`)).toContain(`velero: ${line} HTTP 422: bad`);
  }
});
