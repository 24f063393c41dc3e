/** The examples of deploy/: valid for Kubernetes, and what they carry is valid for assay. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as apps from "kubernetes-models/apps/v1";
import * as batch from "kubernetes-models/batch/v1";
import * as rbac from "kubernetes-models/rbac.authorization.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import { afterAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { freePort } from "../bench/sidecar/services";
import { loadConfig } from "../src/checks/load";
import { harness } from "./builtins/harness";

const root = dirname(import.meta.dirname);
const folder = join(root, "deploy");
const directory = mkdtempSync(join(tmpdir(), "assay-deploy-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; configMap?: { name: string } }[];
  serviceAccountName?: string;
}

interface Container {
  image: string;
  args?: string[];
  volumeMounts?: { name: string; mountPath: string }[];
}

interface Item {
  kind: string;
  apiVersion: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    template?: { spec: PodSpec };
    jobTemplate?: { spec: { template: { spec: PodSpec } } };
  };
}

type Model = new (data: never) => { validate(): void };
const models: Record<string, object> = {
  v1: core,
  "apps/v1": apps,
  "batch/v1": batch,
  "rbac.authorization.k8s.io/v1": rbac,
};

function objects(file: string): Item[] {
  const documents = parseAllDocuments(readFileSync(join(folder, file), "utf8"));
  return documents.map((d) => {
    expect(d.errors).toEqual([]);
    return d.toJS() as Item;
  });
}

function podSpecs(items: readonly Item[]): PodSpec[] {
  return items.flatMap(
    ({ spec }) => spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec ?? [],
  );
}

/** Puts the files of a ConfigMap on disk. */
function unpack(item: Item): string {
  const path = mkdtempSync(join(directory, "map-"));
  for (const [name, text] of Object.entries(item.data ?? {})) writeFileSync(join(path, name), text);
  return path;
}

const files = readdirSync(folder).filter((f) => f.endsWith(".yaml"));

test("all four are there", () => {
  expect(files.sort()).toEqual(["argocd-hook.yaml", "cronjob.yaml", "job.yaml", "sidecar.yaml"]);
});

describe.each(files)("%s", (file) => {
  const items = objects(file);

  test("every object fits the schema of its kind", () => {
    for (const item of items) {
      const Class = (models[item.apiVersion] as Record<string, Model>)[item.kind] as Model;
      expect(Class, `${item.apiVersion} ${item.kind}`).toBeTypeOf("function");
      new Class(item as never).validate();
    }
  });

  test("names, mounts and arguments refer to what is there", () => {
    const [spec] = podSpecs(items) as [PodSpec];
    const map = items.find((i) => i.kind === "ConfigMap") as Item;
    const containers = [...(spec.initContainers ?? []), ...spec.containers];
    const assay = containers.find((c) => c.image.includes("/assay:")) as Container;
    const [mount] = assay.volumeMounts ?? [];
    expect(spec.volumes).toContainEqual({
      name: mount?.name,
      configMap: { name: map.metadata.name },
    });
    const path = assay.args?.at(-1) ?? "";
    expect(path.startsWith(`${mount?.mountPath}/`)).toBe(true);
    expect(Object.keys(map.data ?? {})).toContain(path.slice((mount?.mountPath.length ?? 0) + 1));
    if (spec.serviceAccountName !== undefined)
      expect(items.filter((i) => i.kind === "ServiceAccount").map((i) => i.metadata.name)).toEqual([
        spec.serviceAccountName,
      ]);
  });

  test("scripts compile, and files of checks load", async () => {
    const { lua } = harness();
    for (const map of items.filter((i) => i.kind === "ConfigMap")) {
      const path = unpack(map);
      for (const name of Object.keys(map.data ?? {})) {
        if (name.endsWith(".lua"))
          await lua.run("assert(load(...))", { args: [map.data?.[name] ?? ""] });
        else {
          const { config, warnings } = loadConfig(join(path, name), {
            env: () => "x",
            secret: () => undefined,
            strict: true,
          });
          expect(warnings).toEqual([]);
          expect(config.checks.length).toBeGreaterThan(0);
        }
      }
    }
  });
});

test("the readiness script answers, and drains on SIGTERM", async () => {
  const map = objects("sidecar.yaml").find((i) => i.kind === "ConfigMap") as Item;
  const script = join(unpack(map), "readiness.lua");
  let healthy = true;
  const target = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("", { status: healthy ? 200 : 500 }),
  });
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, "src/cli/main.ts"), script], {
    env: { ...process.env, PORT: String(port), TARGETS: `http://127.0.0.1:${target.port}/` },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const ask = async () => {
    for (let i = 0; i < 200; i++) {
      const res = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      if (res !== undefined) return [res.status, await res.text()];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("nobody answers");
  };
  expect(await ask()).toEqual([200, ""]);
  healthy = false;
  expect(await ask()).toEqual([503, `http://127.0.0.1:${target.port}/: status 500`]);
  child.kill("SIGTERM");
  expect(await ended).toBe(143);
  await target.stop(true);
});
