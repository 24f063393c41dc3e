import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
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

test("schedules with names that are too long for a label", async () => {
  const long = "n".repeat(70);
  // as Velero's GetValidName: 57 characters, and 6 of the SHA-256
  const label = `${"n".repeat(57)}${createHash("sha256").update(long).digest("hex").slice(0, 6)}`;
  api.expect(`GET ${R}/backups?labelSelector=velero.io%2Fschedule-name%3D${label}&limit=500`, {
    json: { items: [{ metadata: { name: "b", labels: { "velero.io/schedule-name": label } } }] },
  });
  api.expect(`GET ${R}/schedules/${long}`, { json: { spec: { template: {} } } });
  api.expect(
    `POST ${R}/backups`,
    { json: {} },
    {
      check: ({ body }) =>
        expect(JSON.parse(body.toString()).metadata.labels).toEqual({
          "velero.io/schedule-name": label,
        }),
    },
  );
  expect(
    await run(`local name = ("n"):rep(70)
      local b = c:latest_backup(name)
      c:create_backup("b", { schedule = name })
      return b.metadata.name`),
  ).toEqual(["b"]);
});

test("logs and results: asked for, waited for, unpacked, without the cluster's token", async () => {
  const request = (kind: string, name: string) => ({
    body: {
      apiVersion: "velero.io/v1",
      kind: "DownloadRequest",
      metadata: { namespace: "velero", generateName: `${name}-` },
      spec: { target: { kind, name } },
    },
  });
  const ready = { json: { status: { phase: "Processed", downloadURL: `${api.url}/dl?sig=s` } } };
  const made = { status: 201, json: { metadata: { name: "d1" } } };
  const anonymous = { headers: { authorization: null } };
  api.expect(`POST ${R}/downloadrequests`, made, request("BackupLog", "b"));
  api.expect(`GET ${R}/downloadrequests/d1`, { json: { status: { phase: "New" } } });
  api.expect(`GET ${R}/downloadrequests/d1`, ready);
  api.expect("GET /dl?sig=s", { text: gzipSync("line 1\nline 2\n") }, anonymous);
  api.expect(`POST ${R}/downloadrequests`, made, request("RestoreLog", "r"));
  api.expect(`GET ${R}/downloadrequests/d1`, ready);
  api.expect("GET /dl?sig=s", { text: "plain" }, anonymous);
  for (const [kind, name] of [
    ["BackupResults", "b"],
    ["RestoreResults", "r"],
  ] as const) {
    api.expect(`POST ${R}/downloadrequests`, made, request(kind, name));
    api.expect(`GET ${R}/downloadrequests/d1`, ready);
    api.expect("GET /dl?sig=s", { json: { errors: { velero: [name] } } }, anonymous);
  }
  expect(
    await run(`local o = { interval = 0.01 }
      return c:backup_logs("b", o), c:restore_logs("r", o), c:backup_results("b", o).errors.velero[1],
        c:restore_results("r", o).errors.velero[1]`),
  ).toEqual(["line 1\nline 2\n", "plain", "b", "r"]);
  api.expect(`POST ${R}/downloadrequests`, made, request("BackupVolumeInfos", "b"));
  api.expect(`GET ${R}/downloadrequests/d1`, ready);
  api.expect("GET /dl?sig=s", { status: 403, text: "expired" });
  const text = await failure(`c:download("BackupVolumeInfos", "b")`);
  expect(text).toContain("velero: GET the BackupVolumeInfos of b HTTP 403: expired");
  expect(text).not.toContain("sig=s");
  api.expect(`POST ${R}/downloadrequests`, made, request("BackupLog", "b"));
  api.expect(`GET ${R}/downloadrequests/d1`, { json: { status: { phase: "New" } } });
  expect(await failure(`c:backup_logs("b", { timeout = 0 })`)).toContain(
    "velero: no address of the BackupLog of b after 0s (last: phase New)",
  );
});

test("server_status", async () => {
  api.expect(
    `POST ${R}/serverstatusrequests`,
    { status: 201, json: { metadata: { name: "assay-x" } } },
    {
      body: {
        apiVersion: "velero.io/v1",
        kind: "ServerStatusRequest",
        metadata: { namespace: "velero", generateName: "assay-" },
        spec: {},
      },
    },
  );
  api.expect(`GET ${R}/serverstatusrequests/assay-x`, { json: {} });
  api.expect(`GET ${R}/serverstatusrequests/assay-x`, {
    json: { status: { phase: "Processed", serverVersion: "v1.16.0" } },
  });
  expect(await run(`return c:server_status({ interval = 0.01 }).serverVersion`)).toEqual([
    "v1.16.0",
  ]);
});

test("data movements", async () => {
  const R2 = R.replace("/v1/", "/v2alpha1/");
  const items = { json: { items: [{ metadata: { name: "x" } }] } };
  const of = (what: string, name: string) => `labelSelector=velero.io%2F${what}-name%3D${name}`;
  api.expect(`GET ${R}/podvolumebackups?${of("backup", "b")}&limit=500`, items);
  api.expect(`GET ${R}/podvolumerestores?${of("restore", "r")}&limit=500`, items);
  api.expect(`GET ${R2}/datauploads?limit=500`, items);
  api.expect(
    `GET ${R2}/datadownloads?labelSelector=a%3D1%2Cvelero.io%2Frestore-name%3Dr&limit=500`,
    items,
  );
  expect(
    await run(`return #c:pod_volume_backups { backup = "b" }, #c:pod_volume_restores { restore = "r" },
      #c:data_uploads(), #c:data_downloads { restore = "r", label_selector = "a=1" }`),
  ).toEqual([1, 1, 1, 1]);
});

test("deleting, and waiting for it; storage that becomes available", async () => {
  api.expect(`DELETE ${R}/schedules/s`, { json: {} });
  api.expect(`DELETE ${R}/schedules/s`, { status: 404 });
  api.expect(`DELETE ${R}/restores/r`, { json: {} });
  api.expect(`GET ${R}/backups/b`, { json: { status: { phase: "Deleting" } } });
  api.expect(`GET ${R}/backups/b`, { status: 404 });
  api.expect(`GET ${R}/backupstoragelocations/d`, { json: { status: { phase: "Unavailable" } } });
  api.expect(`GET ${R}/backupstoragelocations/d`, { json: { status: { phase: "Available" } } });
  expect(
    await run(`local o = { interval = 0.01 }
      return c:delete_schedule("s"), c:delete_schedule("s"), c:delete_restore("r"),
        c:wait_backup_deleted("b", 5, o), c:wait_bsl_available("d", 5, o)`),
  ).toEqual([true, false, true, true, true]);
  api.expect(`GET ${R}/backupstoragelocations/d`, {
    json: { status: { phase: "Unavailable", message: "no bucket" } },
  });
  expect(await failure(`c:wait_bsl_available("d", 0)`)).toContain(
    "velero: backup storage location d not available after 0s (last: phase Unavailable: no bucket)",
  );
});
