/** What runs each type of check; loaded only when there are checks of the type. */
import type { Check } from "../config";
import type { Execute, Outcome } from "../runner";
import type { CheckType } from "../schema";
import type { Services } from "../services";

type Type = (check: Check, services: Services, signal: AbortSignal) => Promise<Outcome>;

const types: Record<CheckType, () => Promise<Type>> = {
  http: async () => (await import("./http")).httpCheck,
  prometheus: async () => (await import("./prometheus")).prometheusCheck,
  script: async () => (await import("./script")).scriptCheck,
  tcp: async () => (await import("./tcp")).tcpCheck,
  dns: async () => (await import("./dns")).dnsCheck,
  tls: async () => (await import("./tls")).tlsCheck,
  k8s: async () => (await import("./k8s")).k8sCheck,
  sql: async () => (await import("./sql")).sqlCheck,
};

/** Loads what the checks need, so that the first attempts do not seem slower than later ones. */
export async function loadTypes(checks: readonly Check[]): Promise<void> {
  await Promise.all([...new Set(checks.map((c) => c.type))].map((type) => types[type]()));
}

/** Makes attempts with these services. */
export function executeWith(services: Services): Execute {
  return async (check, signal) => (await types[check.type]())(check, services, signal);
}
