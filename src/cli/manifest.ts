/** `assay manifest checks.yaml` */
import { version } from "../../package.json";
import { EXIT } from "../checks/exit-code";
import { UnreadableError } from "../checks/load";
import { kubernetesName, ManifestError, manifest, manifestText } from "../checks/manifest";
import { isSchedule } from "../checks/manifest/schedule";
import { ConfigError } from "../checks/problem";
import { bytesToUtf8 } from "../host/bytes";
import { Secrets } from "../host/secrets";
import { toBytes } from "../lualib/bytes";
import { writeStdout } from "../lualib/io-output";
import { end, fail, tell } from "./exit";

/** As the command line gives them: byte strings. */
export interface ManifestCommandOptions {
  name?: string;
  namespace?: string;
  image?: string;
  schedule?: string;
  argocdHook?: string;
  shards?: string;
  envSecret?: string;
  file?: string[];
}

const HOOKS = ["PreSync", "Sync", "PostSync", "SyncFail", "PostDelete"];
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_SHARDS = 1000;
/** The controller puts the minute behind the names of a CronJob's Jobs. */
const MAX_CRON_NAME = 52;

/** Prints the objects as YAML; what to mind goes to standard error. */
export async function printManifest(
  bytes: string,
  raw: ManifestCommandOptions,
  extra: readonly string[],
): Promise<void> {
  const file = bytesToUtf8(bytes);
  const options = mapText(raw);
  const secrets = new Secrets();
  try {
    const request = {
      file,
      ...checked(file, options),
      image: options.image ?? `assay:${version}`,
      files: (raw.file ?? []).map(bytesToUtf8),
      args: extra.map(bytesToUtf8),
      env: (name: string) => process.env[name],
      secret: (value: string) => secrets.register(value),
    };
    const made = await manifest(request);
    for (const w of made.warnings) tell(toBytes(`note: ${w}\n`));
    writeStdout(toBytes(manifestText(made, request.envSecret)));
  } catch (e) {
    if (e instanceof ManifestError) fail(toBytes(e.message), EXIT.configuration);
    if (e instanceof UnreadableError) fail(toBytes(`${file}: ${e.message}`), EXIT.configuration);
    if (e instanceof ConfigError) {
      tell(toBytes(`${secrets.mask(e.message)}\n`));
      process.exit(EXIT.configuration);
    }
    throw e;
  }
  await end(EXIT.passed, EXIT.internal);
}

type Texts = Omit<ManifestCommandOptions, "file">;

function mapText({ file: _, ...texts }: ManifestCommandOptions): Texts {
  return Object.fromEntries(Object.entries(texts).map(([k, v]) => [k, bytesToUtf8(v)]));
}

function checked(file: string, options: Texts) {
  const { schedule, argocdHook, namespace } = options;
  const name = options.name ?? kubernetesName(file);
  for (const [option, value] of [
    ["--name", name],
    ["--namespace", namespace],
    ["--env-secret", options.envSecret],
  ] as const)
    if (value !== undefined && !NAME.test(value))
      throw new ManifestError(`${option}: ${JSON.stringify(value)} is not a name of Kubernetes`);
  // as a variable of the shell that is not set leaves it
  if (options.image !== undefined && !/^\S+$/.test(options.image))
    throw new ManifestError(
      `--image: ${JSON.stringify(options.image)} is not the name of an image`,
    );
  if (schedule !== undefined && !isSchedule(schedule))
    throw new ManifestError(
      `--schedule: expected five fields such as '*/5 * * * *', got ${JSON.stringify(schedule)}`,
    );
  if (schedule !== undefined && name.length > MAX_CRON_NAME)
    throw new ManifestError(`--name: a CronJob's has at most ${MAX_CRON_NAME} characters`);
  if (argocdHook !== undefined && !HOOKS.includes(argocdHook))
    throw new ManifestError(`--argocd-hook: expected ${HOOKS.join(", ")}`);
  if (argocdHook !== undefined && schedule !== undefined)
    throw new ManifestError("--argocd-hook and --schedule exclude each other");
  const shards = Number(options.shards ?? 1);
  if (!Number.isInteger(shards) || shards < 1 || shards > MAX_SHARDS)
    throw new ManifestError(`--shards: expected a number from 1 to ${MAX_SHARDS}`);
  const envSecret = options.envSecret ?? `${name}-env`;
  return { name, namespace, schedule, argocdHook, shards, envSecret };
}
