/** The Kubernetes objects that run a check file. */
import type { ICronJobSpec } from "kubernetes-models/batch/v1/CronJobSpec";
import type { IJobSpec } from "kubernetes-models/batch/v1/JobSpec";
import type { IContainer } from "kubernetes-models/v1/Container";
import type { Bundle } from "./bundle";
import type { Rule, Rules } from "./rbac";

export interface ManifestOptions {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly image: string;
  /** A CronJob's; a Job without. */
  readonly schedule: string | undefined;
  /** `PostSync` and the like. */
  readonly argocdHook: string | undefined;
  readonly shards: number;
  /** Seconds for the whole run. */
  readonly seconds: number;
  /** The Secret that has the variables which the file refers to. */
  readonly envSecret: string;
  /** Variables, and whether the file can do without. */
  readonly variables: ReadonlyMap<string, { optional: boolean }>;
  readonly hasScripts: boolean;
  /** Further arguments of the program. */
  readonly args: readonly string[];
}

export type KubernetesObject = { apiVersion: string; kind: string } & Record<string, unknown>;

/** An unprivileged user, as the container image has it. */
const USER = 65532;
/** What scheduling and pulling the image may take on top of the run. */
const STARTUP_S = 300;
/** Hooks before or instead of the sync can't count on what the sync brings. */
const EARLY_HOOKS = /^(PreSync|SyncFail|PostDelete)$/;

/** The objects, in the order in which they are applied. */
export function objectsOf(files: Bundle, rules: Rules, options: ManifestOptions) {
  const needsApi = rules.cluster.length > 0 || rules.namespaced.size > 0;
  const { name, argocdHook } = options;
  const early = argocdHook !== undefined && EARLY_HOOKS.test(argocdHook);
  const meta = metadata(options, early ? hook(argocdHook, -1) : undefined);
  const objects: KubernetesObject[] = [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: meta(),
      ...(Object.keys(files.data).length > 0 && { data: files.data }),
      ...(Object.keys(files.binaryData).length > 0 && { binaryData: files.binaryData }),
    },
  ];
  if (needsApi) {
    objects.push({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: meta(),
      automountServiceAccountToken: false,
    });
    for (const [namespace, list] of rules.namespaced)
      objects.push(...role("Role", meta(namespace || undefined), list, options));
    if (rules.cluster.length > 0)
      objects.push(...role("ClusterRole", meta(null), [...rules.cluster], options));
  }
  const own = metadata(options, argocdHook === undefined ? undefined : hook(argocdHook, 0));
  const spec = jobSpec(files, needsApi, options);
  if (options.schedule === undefined)
    objects.push({ apiVersion: "batch/v1", kind: "Job", metadata: own(), spec });
  else
    objects.push({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: own(),
      spec: {
        schedule: options.schedule,
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: { metadata: { labels: labels(name) }, spec },
      } satisfies ICronJobSpec,
    });
  return objects;
}

function labels(name: string) {
  return { "app.kubernetes.io/name": "assay", "app.kubernetes.io/instance": name };
}

function hook(kind: string, wave: number) {
  return {
    "argocd.argoproj.io/hook": kind,
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    ...(wave !== 0 && { "argocd.argoproj.io/sync-wave": String(wave) }),
  };
}

/** Makes metadata; a namespace of null is for what has none. */
function metadata(options: ManifestOptions, annotations: Record<string, string> | undefined) {
  return (namespace: string | null | undefined = options.namespace) => ({
    name: options.name,
    ...(typeof namespace === "string" && { namespace }),
    labels: labels(options.name),
    ...(annotations && { annotations }),
  });
}

function role(
  kind: "Role" | "ClusterRole",
  meta: Record<string, unknown>,
  rules: Rule[],
  { name, namespace }: ManifestOptions,
): KubernetesObject[] {
  const apiGroup = "rbac.authorization.k8s.io";
  const apiVersion = `${apiGroup}/v1`;
  // names of ClusterRoles must differ over all namespaces
  const roleName = kind === "Role" ? name : `${namespace}-${name}`;
  const own = { ...meta, name: roleName };
  return [
    { apiVersion, kind, metadata: own, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata: own,
      roleRef: { apiGroup, kind, name: roleName },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
}

function jobSpec(files: Bundle, needsApi: boolean, options: ManifestOptions) {
  const { name, shards, seconds } = options;
  return {
    // the checks have attempts of their own
    ...(shards > 1
      ? {
          completionMode: "Indexed",
          completions: shards,
          parallelism: shards,
          // one shard's failure must not end the others
          backoffLimitPerIndex: 0,
        }
      : { backoffLimit: 0 }),
    activeDeadlineSeconds: seconds + STARTUP_S,
    ...(options.schedule === undefined && { ttlSecondsAfterFinished: 86_400 }),
    template: {
      metadata: { labels: labels(name) },
      spec: {
        restartPolicy: "Never",
        ...(needsApi && { serviceAccountName: name }),
        automountServiceAccountToken: needsApi,
        enableServiceLinks: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: USER,
          runAsGroup: USER,
          fsGroup: USER,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [container(files, options)],
        volumes: [
          {
            name: "checks",
            configMap: { name, ...(files.items && { items: files.items }) },
          },
          { name: "tmp", emptyDir: {} },
        ],
      },
    },
  } satisfies IJobSpec;
}

function container(files: Bundle, options: ManifestOptions) {
  const env = [...options.variables].map(([key, { optional }]) => ({
    name: key,
    valueFrom: {
      secretKeyRef: { name: options.envSecret, key, ...(optional && { optional }) },
    },
  }));
  // the index comes from JOB_COMPLETION_INDEX, which an Indexed Job sets
  const shard = options.shards > 1 ? ["--shard", `/${options.shards}`] : [];
  return {
    name: "assay",
    image: options.image,
    args: [files.file, ...shard, ...options.args],
    workingDir: files.directory,
    ...(env.length > 0 && { env }),
    // what scripts read with env.get is not known
    ...(options.hasScripts && {
      envFrom: [{ secretRef: { name: options.envSecret, optional: true } }],
    }),
    resources: {
      requests: { cpu: "50m", memory: "96Mi" },
      limits: { memory: "512Mi" },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [
      { name: "checks", mountPath: files.mountPath, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  } satisfies IContainer;
}
