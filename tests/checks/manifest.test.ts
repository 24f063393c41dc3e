/** What `assay manifest` prints, against Kubernetes' own schemas. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as batch from "kubernetes-models/batch/v1";
import * as rbac from "kubernetes-models/rbac.authorization.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import { afterAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { directory, file, main, removeDirectory } from "./helpers";

afterAll(removeDirectory);

interface Item {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  [key: string]: unknown;
}

function assay(...args: string[]) {
  const { PORT: _, ...env } = process.env;
  const r = spawnSync(process.execPath, [main, "manifest", ...args], { cwd: directory, env });
  return { code: r.status, out: r.stdout.toString(), err: r.stderr.toString() };
}

type Model = new (data: never) => { validate(): void };
const models: Record<string, object> = {
  v1: core,
  "batch/v1": batch,
  "rbac.authorization.k8s.io/v1": rbac,
};

/** The objects, each valid by the schema of its kind. */
function objects(...args: string[]): Item[] {
  const { code, out, err } = assay(...args);
  expect([code, err]).toEqual([0, expect.not.stringContaining("error")]);
  const items = parseAllDocuments(out).map((d) => d.toJS() as Item);
  for (const item of items) {
    const group = models[item.apiVersion] as Record<string, Model>;
    const Class = group[item.kind] as Model;
    new Class(item as never).validate();
  }
  return items;
}

const kinds = (items: Item[]) => items.map((i) => i.kind);
const last = (items: Item[]) => items.at(-1) as Item;

mkdirSync(join(directory, "scripts"));
mkdirSync(join(directory, "lib"));
file("scripts/a.lua", 'local h = require("lib.helper")\nassert(h)\n');
file("lib/helper.lua", "return true\n");
writeFileSync(join(directory, "ca.der"), Buffer.from([0xff, 0xfe, 0]));
file("more.yaml", "checks: [{name: inner, type: dns, host: x}]\n");
file(
  "site.yaml",
  `timeout: 90s
include: more.yaml
vars: {port: "\${PORT}"}
checks:
  - {name: api, type: http, url: "https://\${HOST:-api}/", headers: {A: "\${API_TOKEN}"}, retries: "\${N}"}
  - {name: db, type: tcp, host: db, port: "\${port}"}
  - {name: script, type: script, file: scripts/a.lua}
`,
);
file(
  "k8s.yaml",
  `checks:
  - {name: a, type: k8s, resource: deployment/web, namespace: shop}
  - {name: b, type: k8s, resource: deploy/api, namespace: shop}
  - {name: c, type: k8s, resource: pods, selector: app=web}
  - {name: d, type: k8s, resource: nodes, expect: {ready: true}}
  - {name: e, type: k8s, resource: certificates.cert-manager.io/tls, namespace: shop}
  - {name: f, type: k8s, resource: deployment/web, kubeconfig: other}
`,
);

test("files come out of the manifest byte by byte, and no control character is in it", () => {
  const texts: Record<string, string> = {
    "spaces.lua": "-- first\n  \tx = 1   \nlocal s = [[\n---\n...\n]]\n\n\n",
    "no-newline.lua": "print('é 😀')",
    "empty.lua": "",
    "boolean.lua": "true",
    "crlf.lua": "print(1)\r\nprint(2)\r\n",
    "bom.lua": "\ufeffprint(1)\n",
    "control.txt": "\x1b[31m \x7f \x85 \u2028 \0 \n",
    "indented.txt": "\n\n  text\n",
  };
  for (const [name, text] of Object.entries(texts)) file(name, text);
  file("bytes.yaml", "checks: []\n");
  const args = Object.keys(texts).flatMap((name) => ["--file", name]);
  const [map] = objects("bytes.yaml", ...args) as unknown as [
    { data: Record<string, string>; binaryData?: Record<string, string> },
  ];
  for (const [name, text] of Object.entries(texts)) {
    const binary = map.binaryData?.[name];
    const got = binary === undefined ? map.data[name] : Buffer.from(binary, "base64").toString();
    expect([name, got]).toEqual([name, text]);
  }
  expect(Object.keys(map.data)).toContain("spaces.lua");
  expect(assay("bytes.yaml", ...args).out).toMatch(/^[\t\n\x20-\x7e\xa0-\u2027\u202a-\uffff]*$/);
});

test("an included file with an absolute path is the pod's own", () => {
  const outside = join(directory, "more.yaml");
  file("absolute.yaml", `include: ${outside}\nchecks: []\n`);
  const { err, out } = assay("absolute.yaml");
  expect(err).toContain(`note: include ${outside} is an absolute path, and is not packed`);
  expect(out).not.toContain("more.yaml: |");
});

test("a Job with its files and variables, and nothing more", () => {
  const items = objects("site.yaml", "--image", "registry.example/assay:1");
  expect(kinds(items)).toEqual(["ConfigMap", "Job"]);
  const [map, job] = items as [Item, Item];
  expect(Object.keys(map.data as object)).toEqual([
    "site.yaml",
    "more.yaml",
    "scripts_a.lua",
    "lib_helper.lua",
  ]);
  expect(job.metadata).toEqual({
    name: "site",
    labels: { "app.kubernetes.io/name": "assay", "app.kubernetes.io/instance": "site" },
  });
  const secret = (key: string, optional?: true) => ({
    name: key,
    valueFrom: { secretKeyRef: { name: "site-env", key, ...(optional && { optional }) } },
  });
  expect(job.spec).toMatchObject({
    backoffLimit: 0,
    activeDeadlineSeconds: 390,
    template: {
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            image: "registry.example/assay:1",
            args: ["/checks/site.yaml"],
            workingDir: "/checks",
            env: [secret("PORT"), secret("HOST", true), secret("API_TOKEN"), secret("N")],
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
        volumes: [
          {
            configMap: {
              name: "site",
              items: expect.arrayContaining([{ key: "scripts_a.lua", path: "scripts/a.lua" }]),
            },
          },
          {},
        ],
      },
    },
  });
  expect(assay("site.yaml").out).toMatch(
    /^# Needs a Secret 'site-env' with PORT, API_TOKEN, N\.\n# The Secret 'site-env' may also have HOST\.\n/,
  );
});

test("a CronJob, an Indexed Job, a hook of Argo CD", () => {
  const cron = last(objects("site.yaml", "--schedule", "*/5 * * * *", "--name", "every-5"));
  expect(cron).toMatchObject({
    kind: "CronJob",
    metadata: { name: "every-5" },
    spec: { schedule: "*/5 * * * *", concurrencyPolicy: "Forbid" },
  });
  const shards = last(objects("site.yaml", "--shards", "3", "--", "--parallel", "4"));
  expect(shards.spec).toMatchObject({
    completionMode: "Indexed",
    completions: 3,
    parallelism: 3,
    backoffLimitPerIndex: 0,
    template: {
      spec: { containers: [{ args: ["/checks/site.yaml", "--shard", "/3", "--parallel", "4"] }] },
    },
  });
  const hooks = (...args: string[]) =>
    objects("site.yaml", ...args).map((i) => i.metadata.annotations);
  const hook = (kind: string) => ({
    "argocd.argoproj.io/hook": kind,
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
  });
  expect(hooks("--argocd-hook", "PostSync")).toEqual([undefined, hook("PostSync")]);
  // before a sync, nothing of it is there yet
  expect(hooks("--argocd-hook", "PreSync")).toEqual([
    { ...hook("PreSync"), "argocd.argoproj.io/sync-wave": "-1" },
    hook("PreSync"),
  ]);
});

test("roles for what k8s checks look at, in each namespace, and no more", () => {
  const items = objects("k8s.yaml", "--namespace", "ops");
  expect(kinds(items)).toEqual([
    "ConfigMap",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "Job",
  ]);
  const rules = items.filter((i) => /Role$/.test(i.kind));
  expect(rules.map((r) => [r.metadata.namespace, r.rules])).toEqual([
    [
      "shop",
      [
        {
          apiGroups: ["apps"],
          resources: ["deployments"],
          verbs: ["get"],
          resourceNames: ["web", "api"],
        },
        {
          apiGroups: ["cert-manager.io"],
          resources: ["certificates"],
          verbs: ["get"],
          resourceNames: ["tls"],
        },
      ],
    ],
    ["ops", [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }]],
    [undefined, [{ apiGroups: [""], resources: ["nodes"], verbs: ["list"] }]],
  ]);
  for (const b of items.filter((i) => i.kind.endsWith("Binding")))
    expect(b.subjects).toEqual([{ kind: "ServiceAccount", name: "k8s", namespace: "ops" }]);
  expect(last(items).spec).toMatchObject({
    template: { spec: { serviceAccountName: "k8s", automountServiceAccountToken: true } },
  });
  expect(assay("k8s.yaml").err).toContain("no role is made for it");
});

test.each([
  "@hourly",
  "0 0 1 1 0",
  "59 23 31 12 6",
  "*/15 9-17/2 1,15 JAN-mar mon-FRI",
  "? 5 * * ?",
])("the schedule %j", (schedule) => {
  expect(last(objects("site.yaml", "--schedule", schedule)).spec).toMatchObject({ schedule });
});

test("files outside of the check file's folder, and bytes that are no text", () => {
  mkdirSync(join(directory, "sub"));
  file("sub/up.yaml", "checks: [{name: a, type: script, file: ../scripts/a.lua}]");
  const items = objects("sub/up.yaml", "--file", "ca.der");
  expect(items[0]).toMatchObject({ binaryData: { "ca.der": "//4A" } });
  expect(last(items).spec).toMatchObject({
    template: {
      spec: { containers: [{ args: ["/checks/sub/up.yaml"], workingDir: "/checks/sub" }] },
    },
  });
});

test.each([
  [["none.yaml"], "No such file or directory"],
  [["site.yaml", "--shards", "0"], "--shards: expected a number from 1 to 1000"],
  [["site.yaml", "--schedule", "daily"], "--schedule: expected five fields"],
  [["site.yaml", "--schedule", "60 * * * *"], "--schedule: expected five fields"],
  [["site.yaml", "--schedule", "5-1 * * * *"], "--schedule: expected five fields"],
  [["site.yaml", "--schedule", "* * 0 * *"], "--schedule: expected five fields"],
  [["site.yaml", "--schedule", "*/0 * * * *"], "--schedule: expected five fields"],
  [["site.yaml", "--schedule", "@daily", "--name", "x".repeat(53)], "at most 52 characters"],
  [["site.yaml", "--argocd-hook", "Post"], "--argocd-hook: expected PreSync"],
  [["site.yaml", "--argocd-hook", "Sync", "--schedule", "@daily"], "exclude each other"],
  [["site.yaml", "--name", "A_b"], "is not a name of Kubernetes"],
  [["site.yaml", "--image", ""], '--image: "" is not the name of an image'],
  [["site.yaml", "--file", "nothing"], "reading nothing: No such file"],
])("mistakes: %j", (args, message) => {
  const { code, out, err } = assay(...args);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
});
