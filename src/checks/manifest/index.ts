/** `assay manifest`: a check file as Kubernetes objects, ready for `kubectl apply`. */
import { isAbsolute } from "node:path";
import { stringify } from "yaml";
import { requires } from "../files";
import { loadConfig } from "../load";
import { checkFile } from "../paths";
import { bundle } from "./bundle";
import { ManifestError } from "./error";
import { type KubernetesObject, type ManifestOptions, objectsOf } from "./objects";
import { rulesOf } from "./rbac";

export { ManifestError } from "./error";

export type Request = Omit<ManifestOptions, "seconds" | "variables" | "hasScripts"> & {
  readonly file: string;
  /** Further files that scripts need. */
  readonly files: readonly string[];
  readonly env: (name: string) => string | undefined;
  /** Told about values that must not be shown. */
  readonly secret: (value: string) => void;
};

export interface Manifest {
  readonly objects: readonly KubernetesObject[];
  /** Variables that the Secret must have; those that may be missing have `optional`. */
  readonly variables: ReadonlyMap<string, { optional: boolean }>;
  readonly warnings: readonly string[];
}

/** Throws a `ManifestError`, a `ConfigError` or an `UnreadableError`. */
export async function manifest(request: Request): Promise<Manifest> {
  const read: string[] = [];
  const outside: string[] = [];
  const variables = new Map<string, { optional: boolean }>();
  const { config, warnings: remarks } = loadConfig(request.file, {
    env: request.env,
    secret: request.secret,
    lenient: true,
    uses(path, name) {
      if (name !== undefined && isAbsolute(name)) outside.push(name);
      else read.push(path);
    },
    reference(name, optional) {
      const before = variables.get(name)?.optional ?? true;
      variables.set(name, { optional: before && optional });
    },
  });
  const rules = await rulesOf(config.checks);
  let { namespace } = request;
  const warnings = [...remarks.map((p) => p.message), ...rules.warnings];
  for (const name of outside)
    warnings.push(`include ${name} is an absolute path, and is not packed: the pod must have it`);
  if (namespace === undefined && (rules.namespaced.size > 0 || rules.cluster.length > 0)) {
    namespace = "default";
    warnings.push("the role's binding must name a namespace: 'default' is taken (--namespace)");
  }
  const files = bundle(read, config.checks, request.files);
  warnings.push(...files.warnings);
  for (const c of config.checks) {
    const { file } = c.options;
    if (typeof file === "string" && requires(checkFile(file, c.directory), "assay.k8s"))
      warnings.push(`${file} uses assay.k8s: what it needs is not in the role`);
  }
  const seconds = Math.ceil(config.timeout / 1000);
  const hasScripts = config.checks.some((c) => c.type === "script");
  const options = { ...request, namespace, seconds, variables, hasScripts };
  const objects = objectsOf(files, rules, options);
  return { objects, variables, warnings };
}

/** The objects as a stream of YAML documents; a comment says what else is needed. */
export function manifestText(made: Manifest, envSecret: string): string {
  const needed = [...made.variables].filter(([, v]) => !v.optional).map(([name]) => name);
  const optional = [...made.variables].filter(([, v]) => v.optional).map(([name]) => name);
  const head: string[] = [];
  if (needed.length > 0) head.push(`# Needs a Secret '${envSecret}' with ${needed.join(", ")}.`);
  if (optional.length > 0)
    head.push(`# The Secret '${envSecret}' may also have ${optional.join(", ")}.`);
  const documents = made.objects.map((o) =>
    // values of data are read by people: blocks rather than quotes
    stringify(o, { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: "literal" }),
  );
  return `${head.map((l) => `${l}\n`).join("")}${documents.join("---\n")}`;
}

/** A name as Kubernetes takes it (RFC 1123), made of a file's name. */
export function kubernetesName(file: string): string {
  const base = file.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
  const name = base
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 52)
    .replace(/-+$/, "");
  if (name === "") throw new ManifestError(`${JSON.stringify(base)} gives no name: use --name`);
  return name;
}
