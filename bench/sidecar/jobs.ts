/** The six jobs: what each needs to run, and what drives it from outside. */
import { join } from "node:path";
import { API_TOKEN, type Services, sendWebhooks, WEBHOOK_SECRET } from "./services";

const root = join(import.meta.dirname, "..", "..");

export interface Job {
  readonly name: string;
  readonly title: string;
  readonly lua: string;
  readonly python: string;
  /** Environment variables; `port` is free. */
  env(services: Services, port: number): Record<string, string>;
  /** Runs beside the job. */
  drive?(port: number): Promise<void>;
}

function job(name: string, title: string, rest: Pick<Job, "env" | "drive">): Job {
  return {
    name,
    title,
    lua: join(root, "examples", "jobs", `${name}.lua`),
    python: join(import.meta.dirname, `${name.replaceAll("-", "_")}.py`),
    ...rest,
  };
}

export const jobs: readonly Job[] = [
  job("wait-and-configure", "wait for a service, post its configuration", {
    env: ({ url, folder }) => ({ SERVICE_URL: url, CONFIG_FILE: join(folder, "config.json") }),
  }),
  job("jwt-login", "JWT login and three API calls", {
    env: ({ url, folder }) => ({ API_URL: url, KEY_FILE: join(folder, "key.pem") }),
  }),
  job("prometheus-gate", "Prometheus query with a bound", {
    env: ({ url }) => ({ PROMETHEUS_URL: url }),
  }),
  job("migration-guard", "PostgreSQL migration guard", {
    env: ({ databaseUrl }) => ({ DATABASE_URL: databaseUrl }),
  }),
  job("render-configmap", "template to a ConfigMap", {
    env: ({ url, folder }) => ({
      API_SERVER: url,
      API_TOKEN,
      VALUES_FILE: join(folder, "values.yaml"),
      TEMPLATE_FILE: join(folder, "app.conf.j2"),
    }),
  }),
  job("webhook-receiver", "1,000 signed webhooks", {
    env: (_services, port) => ({ WEBHOOK_SECRET, HOST: "127.0.0.1", PORT: String(port) }),
    drive: (port) => sendWebhooks(port),
  }),
];
