/**
 * `type: k8s`: a Kubernetes object exists, has a condition, is ready, or is rolled out. Connects as
 * the embedded module `assay.k8s` does: service account of the pod, or kubeconfig.
 */
import { createLua, type Lua } from "../../host/lua";
import { LuaScriptError } from "../../host/script-error";
import { type Check, listOf } from "../config";
import { type Json, parseJson } from "../json-value";
import { describeResource, parseResource } from "../k8s-resource";
import { checkFile } from "../paths";
import type { Values } from "../read";
import type { Seen } from "../result";
import type { Outcome } from "../runner";
import { builtinPolicy } from "../sandbox";
import type { Services } from "../services";
import { excerpt, REDACTED } from "./excerpt";
import { expressionsProblem, latencyProblem } from "./expect";

/** Gives a JSON list with an entry for each object: what it is, and what its status says. */
const SCRIPT = `
local kind, name, selector, ns, opts = ...
local k8s = require("assay.k8s")
local ready = require("assay.internal.kube_ready")
local entry_of = require("assay.internal.kube_kinds").known(kind)
local objects
if name then
  objects = { k8s.find(ns, kind, name, opts) }
else
  opts.label_selector = selector
  objects = k8s.list(ns or k8s.namespace(opts), kind, opts).items or {}
end
local out = json.array({})
for i, object in ipairs(objects) do
  local plural = entry_of and entry_of.plural or ""
  local is_ready, status = ready.is_ready(object, plural)
  local rollout = ready.rollout(object, plural)
  out[i] = {
    object = object,
    name = object.metadata and object.metadata.name,
    ready = is_ready,
    status = status,
    rolled_out = rollout.complete,
    rollout = ("%d of %d updated, %d ready"):format(rollout.updated, rollout.desired, rollout.ready),
    failure = ready.rollout_failure(object),
  }
end
return json.encode(out), ns or k8s.namespace(opts)
`;

interface Condition {
  type?: string;
  status?: string;
  reason?: string;
  message?: string;
}

interface Entry {
  object: { status?: { conditions?: Condition[] } };
  name: string;
  ready: boolean;
  status?: string;
  rolled_out: boolean;
  rollout: string;
  failure?: string;
}

export async function k8sCheck(
  check: Check,
  services: Services,
  signal: AbortSignal,
): Promise<Outcome> {
  const { options, expect = {} } = check;
  const resource = options.resource as string;
  const { kind, name } = parseResource(resource);
  const selector = options.selector as string | undefined;
  const connection: Record<string, unknown> = {};
  if (check.timeout !== undefined) connection.timeout = check.timeout / 1000;
  if (typeof options.context === "string") connection.context = options.context;
  if (typeof options.kubeconfig === "string")
    connection.kubeconfig = checkFile(options.kubeconfig, check.directory);
  const lua: Lua = createLua({
    secrets: services.secrets,
    logger: services.logger,
    policy: builtinPolicy(services.sandbox),
    readonly: services.sandbox.readonly ?? false,
  });
  const begin = performance.now();
  try {
    const args = [kind, name ?? null, selector ?? null, options.namespace ?? null, connection];
    const [text, namespace] = await lua.run(SCRIPT, { name: "=k8s", args, signal });
    const latency = performance.now() - begin;
    const entries = JSON.parse(String(text)) as Entry[];
    // with numbers as they are written
    const objects = (parseJson(String(text)) as { object: Json }[]).map((e) => e.object);
    const what = describeResource(resource, selector);
    const seen: Seen = { latency_ms: Math.round(latency) };
    const message =
      existence(expect, entries, what, String(namespace)) ??
      firstProblem(entries, expect, kind, (i) =>
        expressionsProblem(expect.json, objects[i] as Json, seen, services.secrets),
      ) ??
      latencyProblem(expect.latency_ms, latency);
    // whatever it is called there
    if (seen.value !== undefined && /^(v1\/)?secrets?(\.|$)/i.test(kind)) seen.value = REDACTED;
    if (seen.value === undefined && entries.length > 0)
      seen.value = excerpt(entries.map(statusText).join("; "), services.secrets);
    return { passed: message === undefined, message: message ?? null, seen };
  } catch (e) {
    // the position is one in the script above
    if (e instanceof LuaScriptError) return { passed: false, message: problemText(e.message) };
    throw e;
  } finally {
    await lua.close();
  }
}

/** Without what only helps the writer of a script. */
function problemText(message: string): string {
  return message.replace(/^k8s:\d+: /, "").replace(/ \(register it with [^)]*\)/, "");
}

function statusText(e: Entry): string {
  return `${e.name}: ${e.status ?? (e.ready ? "ready" : "not ready")}`;
}

function existence(
  expect: Values,
  entries: Entry[],
  what: string,
  namespace: string,
): string | undefined {
  const wanted = expect.exists !== false;
  if (wanted === entries.length > 0) return undefined;
  const names = entries.map((e) => e.name).join(", ");
  return wanted
    ? `${what} not found (namespace ${namespace})`
    : `expected no ${what}, but there is ${names} (namespace ${namespace})`;
}

function firstProblem(
  entries: Entry[],
  expect: Values,
  kind: string,
  expressions: (i: number) => string | undefined,
): string | undefined {
  for (const [i, entry] of entries.entries()) {
    const shown = `${kind}/${entry.name}`;
    const message =
      conditionProblem(entry, listOf(expect.condition), shown) ??
      rolloutProblem(entry, expect, shown) ??
      readyProblem(entry, expect, shown) ??
      expressions(i);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** `Available`, or `Ready=False`. */
function conditionProblem(entry: Entry, wanted: string[], shown: string): string | undefined {
  const conditions = entry.object.status?.conditions ?? [];
  for (const text of wanted) {
    const [type = "", status = "True"] = text.split("=").map((t) => t.trim());
    const found = conditions.find((c) => c.type?.toLowerCase() === type.toLowerCase());
    if (found?.status?.toLowerCase() === status.toLowerCase()) continue;
    const all = conditions.map((c) => `${c.type}=${c.status}`).join(", ");
    const got =
      found === undefined
        ? `there is no such condition (${all === "" ? "it has none" : `it has ${all}`})`
        : `got ${found.status}${reasonText(found)}`;
    return `expected condition ${type}=${status} of ${shown}, ${got}`;
  }
  return undefined;
}

function reasonText({ reason, message }: Condition): string {
  const parts = [reason, message].filter((t) => t !== undefined && t !== "");
  return parts.length === 0 ? "" : ` (${parts.join(": ")})`;
}

function rolloutProblem(entry: Entry, { rollout }: Values, shown: string): string | undefined {
  if (rollout === undefined || entry.rolled_out) return undefined;
  return `rollout of ${shown} is not complete: ${entry.failure ?? entry.rollout}`;
}

function readyProblem(entry: Entry, { ready }: Values, shown: string): string | undefined {
  if (ready === undefined || entry.ready === ready) return undefined;
  const status = entry.status === undefined ? "" : `: ${entry.status}`;
  return ready ? `${shown} is not ready${status}` : `expected ${shown} not to be ready`;
}
