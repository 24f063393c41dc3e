/** The command line of check mode. */
import { Command, InvalidArgumentError, Option } from "commander";
import { EXIT } from "../checks/exit-code";
import { OUTPUTS, type Output } from "../checks/output";
import { parseShard } from "../checks/select";
import { toBytes } from "../lualib/bytes";
import { writeStdout } from "../lualib/io-output";
import { fail, tell } from "./exit";
import { LOG_FORMATS, type LogFormat } from "./log-format";
import { count, seconds, size, words } from "./option-values";
import { addSandboxOptions, type SandboxOptions } from "./sandbox-options";

/** A form of the result, and where it goes; standard output without a file. */
export interface Target {
  readonly format: Output;
  readonly file: string | undefined;
}

export interface CheckOptions extends SandboxOptions {
  verbose?: boolean;
  logFormat?: LogFormat;
  /** Milliseconds. */
  timeout?: number;
  output?: Target[];
  outputFile?: string;
  report?: string;
  terminationLog?: string;
  /** Bytes. */
  maxMemory?: number;
  strict?: boolean;
  exitCompat?: boolean;
  parallel?: number;
  only?: string[];
  skip?: string[];
  shard?: { index: number; count: number };
  quiet?: boolean;
  watch?: boolean;
}

export function checkProgram(): Command {
  return addSandboxOptions(new Command("assay"))
    .description("Runs a file of checks and prints the result document.")
    .usage("[options] <checks.yaml>")
    .argument("<file>", "a file of checks (.yaml, .yml)")
    .option("-v, --verbose", "log from level debug up")
    .addOption(new Option("--log-format <format>", "of log lines").choices(LOG_FORMATS))
    .option("--timeout <duration>", "limit of the whole run, instead of the file's", milliseconds)
    .option("--max-memory <size>", "limit the heap, e.g. 64M", size)
    .option(
      "--output <format[=file]>",
      `${OUTPUTS.join(", ")}; with =file further forms are written besides (repeatable)`,
      target,
    )
    .option("--output-file <path>", "write the result there rather than to standard output")
    .option("--report <path>", "write a page of HTML with a timeline")
    .option("--strict", "unknown keys are errors")
    .option("--exit-compat", "end with 0 or 1 only, as the original")
    .option("--parallel <number>", "how many checks run at a time", count)
    .option("--only <words>", "only checks with these tags or names (comma-separated)", words)
    .option("--skip <words>", "no checks with these tags or names", words)
    .option("--shard <I/N>", "every N-th check; I defaults to JOB_COMPLETION_INDEX", shard)
    .option("--watch", "run again whenever the file or one that it uses changes")
    .option(
      "--termination-log <path>",
      "where a one-line summary goes; /dev/termination-log in a pod",
    )
    .option("--quiet", "log nothing but errors")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeStdout(toBytes(text)),
      writeErr: (text) => tell(toBytes(text)),
    })
    .showHelpAfterError("(see assay checks.yaml --help)");
}

/** The options behind which a value stands: `--output`. */
export function optionsWithValue(): Set<string | undefined> {
  return new Set(checkProgram().options.flatMap((o) => (o.required ? [o.long] : [])));
}

/** What is to be written: the main form, which goes to standard output or `--output-file`, first. */
export function targetsOf({ output = [], outputFile }: CheckOptions): Target[] {
  const main = output.findLast((t) => t.file === undefined)?.format ?? "json";
  return [{ format: main, file: outputFile }, ...output.filter((t) => t.file !== undefined)];
}

function milliseconds(text: string): number {
  return seconds(text) * 1000;
}

/** As `--output` of check mode; ends the process when one is wrong. */
export function targets(texts: readonly string[]): Target[] {
  try {
    return texts.reduce<Target[]>((before, t) => target(t, before), []);
  } catch (e) {
    return fail(`--output: ${(e as Error).message}`, EXIT.configuration);
  }
}

/** `junit`, or `junit=report.xml`. */
function target(text: string, before: Target[] = []): Target[] {
  const [name, ...rest] = text.split("=");
  const format = OUTPUTS.find((o) => o === name);
  const file = rest.length === 0 ? undefined : rest.join("=");
  if (format === undefined || file === "")
    throw new InvalidArgumentError(`Expected ${OUTPUTS.join(", ")}, or one of them with =file.`);
  return [...before, { format, file }];
}

function shard(text: string) {
  const parsed = parseShard(text, process.env.JOB_COMPLETION_INDEX);
  if ("problem" in parsed) throw new InvalidArgumentError(`${parsed.problem}.`);
  return parsed;
}
