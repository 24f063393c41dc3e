/** What runs each type of check; loaded when the first check of the type runs. */
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

/** Makes attempts with these services. */
export function executeWith(services: Services): Execute {
  return async (check, signal) => (await types[check.type]())(check, services, signal);
}
