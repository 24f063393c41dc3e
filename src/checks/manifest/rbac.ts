/** What k8s checks may look at: one verb on one object each, and nothing else. */
import { createLua, type Lua } from "../../host/lua";
import type { Check } from "../config";
import { parseResource } from "../k8s-resource";
import { ManifestError } from "./error";

export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

export interface Rules {
  /** By namespace; "" is the pod's own. */
  readonly namespaced: ReadonlyMap<string, Rule[]>;
  readonly cluster: readonly Rule[];
  readonly warnings: readonly string[];
}

interface Kind {
  group: string;
  plural: string;
  cluster: boolean;
}

/** The module's table of kinds, so that both agree. */
const SCRIPT = `
local kinds, out = require("assay.internal.kube_kinds"), json.array({})
for i, kind in ipairs(...) do
  local entry = kinds.known(kind)
  out[i] = entry and { group = entry.prefix:match("^/apis/([^/]+)/") or "", plural = entry.plural,
    cluster = entry.cluster } or false
end
return json.encode(out)
`;

/** The rules that a role needs for these checks, and what could not be found out. */
export async function rulesOf(checks: readonly Check[]): Promise<Rules> {
  const warnings: string[] = [];
  const own = checks.filter((c) => {
    if (c.type !== "k8s") return false;
    const { kubeconfig, context } = c.options;
    if (kubeconfig === undefined && context === undefined) return true;
    warnings.push(`check ${JSON.stringify(c.name)} uses a kubeconfig: no role is made for it`);
    return false;
  });
  const kinds = await kindsOf(own);
  const namespaced = new Map<string, Map<string, Set<string>>>();
  const cluster = new Map<string, Set<string>>();
  for (const [i, check] of own.entries()) {
    const kind = kinds[i] as Kind;
    const namespace = (check.options.namespace as string | undefined) ?? "";
    if (namespace.includes("${"))
      throw new ManifestError(
        `check ${JSON.stringify(check.name)}: the namespace ${namespace} must be known for its role: set the variable`,
      );
    const { name } = parseResource(check.options.resource as string);
    const isOne = name !== undefined && !name.includes("${");
    const key = JSON.stringify([kind.group, kind.plural, name === undefined ? "list" : "get"]);
    const place = kind.cluster ? cluster : (namespaced.get(namespace) ?? new Map());
    if (!kind.cluster) namespaced.set(namespace, place);
    const names: Set<string> = place.get(key) ?? new Set();
    names.add(isOne ? name : "*");
    place.set(key, names);
  }
  return {
    namespaced: new Map([...namespaced].map(([ns, rules]) => [ns, listRules(rules)])),
    cluster: listRules(cluster),
    warnings,
  };
}

function listRules(rules: ReadonlyMap<string, ReadonlySet<string>>): Rule[] {
  return [...rules].map(([key, names]) => {
    const [group, plural, verb] = JSON.parse(key) as [string, string, string];
    const rule = { apiGroups: [group], resources: [plural], verbs: [verb] };
    return names.has("*") ? rule : { ...rule, resourceNames: [...names] };
  });
}

async function kindsOf(checks: readonly Check[]): Promise<Kind[]> {
  if (checks.length === 0) return [];
  const written = checks.map((c) => parseResource(c.options.resource as string).kind);
  const lua: Lua = createLua({});
  try {
    const [text] = await lua.run(SCRIPT, { name: "=kinds", args: [written] });
    const known = JSON.parse(String(text)) as (Kind | false)[];
    return written.map((kind, i) => known[i] || customKind(kind));
  } finally {
    await lua.close();
  }
}

/** `certificates.cert-manager.io` says all that a role needs; its scope is taken as namespaced. */
function customKind(kind: string): Kind {
  const m = /^([a-z0-9]+)\.([a-z0-9.-]+\.[a-z]+)$/.exec(kind);
  if (m === null)
    throw new ManifestError(
      `the role needs the plural and the group of the kind ${JSON.stringify(kind)}: write it as certificates.cert-manager.io`,
    );
  return { group: m[2] as string, plural: m[1] as string, cluster: false };
}
