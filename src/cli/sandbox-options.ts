/** `--sandbox`, `--allow-…` and `--readonly`: what scripts may touch. */
import { type Command, InvalidArgumentError } from "commander";
import { append, words } from "./option-values";

/** As commander gives them; texts as the command line of the program has them. */
export interface SandboxOptions {
  /** Nothing outside can be reached but what `allow…` names. */
  sandbox?: boolean;
  /** Nothing outside is changed. */
  readonly?: boolean;
  allowRead?: string[];
  allowWrite?: string[];
  allowNet?: string[];
  allowEnv?: string[];
}

/** What a sandboxed script may take when nothing else is said: as the original. */
export const SANDBOX_MEMORY = 64 * 1024 * 1024;
/** Seconds. */
export const SANDBOX_TIMEOUT = 120;

export function addSandboxOptions(command: Command): Command {
  return command
    .option("--sandbox", "reach nothing outside but what --allow-… names; no io, shell, process")
    .option("--allow-read <dir>", "files that may be read, with all below (repeatable)", folder)
    .option("--allow-write <dir>", "files that may be written, with all below", folder)
    .option("--allow-net <host[:port]>", "where connections may go: name, *.name, IP, CIDR", rules)
    .option("--allow-env <name>", "variables that scripts see: NAME, PREFIX_*, *", words)
    .option("--readonly", "refuse builtins that change something outside (ASSAY_READONLY=1)");
}

/** Whether any of them confines scripts. Allowing something means that the rest is not. */
export function isConfined(o: SandboxOptions): boolean {
  return Boolean(o.sandbox || o.allowRead || o.allowWrite || o.allowNet || o.allowEnv);
}

/** `--readonly`, or `ASSAY_READONLY` in the environment. */
export function isReadonly({ readonly = false }: SandboxOptions): boolean {
  return readonly || /^(1|true|yes|on)$/i.test(process.env.ASSAY_READONLY ?? "");
}

function folder(text: string, before?: string[]): string[] {
  // as a variable of the shell that is not set; as a path it would be the working directory
  if (text === "") throw new InvalidArgumentError("Expected a folder.");
  return append(text, before);
}

function rules(text: string, before: string[] = []): string[] {
  const found = words(text);
  const { NetRules } = require("../host/net-rules") as typeof import("../host/net-rules");
  try {
    new NetRules(found);
  } catch (e) {
    throw new InvalidArgumentError((e as Error).message);
  }
  return [...before, ...found];
}
