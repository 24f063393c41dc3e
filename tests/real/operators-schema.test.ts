/** Objects of cert-manager, External Secrets and Flux as their published schemas have them. */
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingPackage, runner } from "./real";

const why =
  missingPackage("@kubernetes-models/cert-manager") ??
  missingPackage("@kubernetes-models/external-secrets") ??
  missingPackage("@kubernetes-models/flux-cd");

interface Problem {
  instancePath: string;
  message?: string;
  params: object;
}
interface Validate {
  (data: unknown): boolean;
  errors?: Problem[] | null;
}

/** What the schema of a package says about an object. */
async function problems(name: string, schema: string, object: unknown): Promise<string[]> {
  const file = join(import.meta.dirname, "node_modules", name, "_schemas", `${schema}.js`);
  if (!existsSync(file)) return [`no schema ${schema}`];
  const { validate } = (await import(file)) as { validate: Validate };
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    (e) => `${schema}${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`,
  );
}

const ready = (more: object = {}) => ({
  type: "Ready",
  status: "True",
  reason: "Reason",
  message: "a message",
  lastTransitionTime: "2026-01-01T00:00:00Z",
  ...more,
});
const meta = (name: string) => ({ metadata: { name, namespace: "n", generation: 3 } });
const flux = { reason: "ReconciliationSucceeded", observedGeneration: 3 };

/** The package, the schema, and an object, by its path. */
const OBJECTS: Record<string, [string, string, object]> = {
  "/apis/cert-manager.io/v1/namespaces/n/certificates/c": [
    "@kubernetes-models/cert-manager",
    "CertManagerIoV1Certificate",
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      ...meta("c"),
      spec: { secretName: "s", dnsNames: ["a.example"], issuerRef: { name: "i", kind: "Issuer" } },
      status: {
        conditions: [ready({ observedGeneration: 3 })],
        notBefore: "2026-01-01T00:00:00Z",
        notAfter: "2126-01-01T00:00:00Z",
        renewalTime: "2125-12-01T00:00:00Z",
        revision: 2,
      },
    },
  ],
  "/apis/cert-manager.io/v1/namespaces/n/issuers/i": [
    "@kubernetes-models/cert-manager",
    "CertManagerIoV1Issuer",
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Issuer",
      ...meta("i"),
      spec: { selfSigned: {} },
      status: { conditions: [ready({ observedGeneration: 3 })] },
    },
  ],
  "/apis/cert-manager.io/v1/namespaces/n/certificaterequests/r": [
    "@kubernetes-models/cert-manager",
    "CertManagerIoV1CertificateRequest",
    {
      apiVersion: "cert-manager.io/v1",
      kind: "CertificateRequest",
      ...meta("r"),
      spec: { request: "Zm9v", issuerRef: { name: "i" } },
      status: { conditions: [ready()] },
    },
  ],
  "/apis/external-secrets.io/v1beta1/namespaces/n/externalsecrets/e": [
    "@kubernetes-models/external-secrets",
    "ExternalSecretsIoV1beta1ExternalSecret",
    {
      apiVersion: "external-secrets.io/v1beta1",
      kind: "ExternalSecret",
      ...meta("e"),
      spec: {
        secretStoreRef: { name: "s", kind: "SecretStore" },
        target: { name: "out" },
        data: [{ secretKey: "k", remoteRef: { key: "path" } }],
      },
      status: {
        refreshTime: "2026-01-01T00:00:00Z",
        syncedResourceVersion: "3-abc",
        conditions: [ready({ reason: "SecretSynced" })],
      },
    },
  ],
  "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/n/kustomizations/k": [
    "@kubernetes-models/flux-cd",
    "KustomizeToolkitFluxcdIoV1Kustomization",
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      ...meta("k"),
      spec: { interval: "5m", prune: true, sourceRef: { kind: "GitRepository", name: "g" } },
      status: {
        observedGeneration: 3,
        lastAppliedRevision: "main@sha1:1",
        lastAttemptedRevision: "main@sha1:1",
        conditions: [ready(flux)],
      },
    },
  ],
  "/apis/source.toolkit.fluxcd.io/v1/namespaces/n/gitrepositories/g": [
    "@kubernetes-models/flux-cd",
    "SourceToolkitFluxcdIoV1GitRepository",
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      ...meta("g"),
      spec: { interval: "1m", url: "https://git.example/r" },
      status: { observedGeneration: 3, conditions: [ready(flux)] },
    },
  ],
};

describe.skipIf(why)(`schemas of operators${why ? ` (left out: ${why})` : ""}`, () => {
  let server: Server;
  let url: string;
  let sent: { line: string; type: string | undefined; body: unknown }[] = [];
  const lua = runner(
    () => `local cm, eso = require("assay.certmanager").client(URL, "t"), require("assay.eso").client(URL, "t")
      local flux = require("assay.flux").client(URL, "t")`,
    () => ({ URL: url }),
  );
  beforeAll(async () => {
    server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const path = (req.url ?? "").replace(/\?.*/, "").replace(/\/status$/, "");
        const text = Buffer.concat(chunks).toString();
        if (text !== "")
          sent.push({
            line: `${req.method} ${req.url}`,
            type: req.headers["content-type"],
            body: JSON.parse(text),
          });
        const found = OBJECTS[path]?.[2];
        res.writeHead(found === undefined ? 404 : 200, { "Content-Type": "application/json" });
        res.end(JSON.stringify(found ?? {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  test("the objects of these tests are objects of the operators", async () => {
    const found = await Promise.all(Object.values(OBJECTS).map((o) => problems(...o)));
    expect(found.flat()).toEqual([]);
  });
  test("readers understand them", async () => {
    expect(
      await lua.run(`
        local c, e = cm:certificate_status("n", "c"), eso:external_secret_status("n", "e")
        local k = flux:kustomization_status("n", "k")
        return c.ready, c.revision, c.not_after, cm:days_left("n", "c") > 30000, cm:is_issuer_ready("n", "i"),
          cm:is_request_ready("n", "r"), cm:is_request_approved("n", "r"), e.ready, e.status, e.sync_hash,
          eso:is_secret_synced("n", "e"), k.ready, k.revision, k.last_applied_revision,
          flux:is_git_repo_ready("n", "g"), flux:is_kustomization_ready("n", "k")`),
    ).toEqual([
      ...[true, 2, "2126-01-01T00:00:00Z", true, true, true, false],
      ...[true, "SecretSynced", "3-abc", true, true, "main@sha1:1", "main@sha1:1", true, true],
    ]);
  });
  test("what is written back fits, too", async () => {
    sent = [];
    await lua.run(`cm:approve("n", "r", "fine") cm:deny("n", "r") cm:renew("n", "c")
      cm:apply({ apiVersion = "cert-manager.io/v1", kind = "Certificate", metadata = { name = "c", namespace = "n" },
        spec = { secretName = "s", issuerRef = { name = "i" } } })`);
    const base = "/apis/cert-manager.io/v1/namespaces/n";
    expect(sent.map(({ line, type }) => `${line} ${type}`)).toEqual([
      `PUT ${base}/certificaterequests/r/status application/json`,
      `PUT ${base}/certificaterequests/r/status application/json`,
      `PUT ${base}/certificates/c/status application/json`,
      `PATCH ${base}/certificates/c?fieldManager=assay&force=true application/apply-patch+yaml`,
    ]);
    const schemas = ["CertificateRequest", "CertificateRequest", "Certificate", "Certificate"];
    const found = await Promise.all(
      sent.map(({ body }, i) =>
        problems("@kubernetes-models/cert-manager", `CertManagerIoV1${schemas[i]}`, body),
      ),
    );
    expect(found.flat()).toEqual([]);
  });
});
