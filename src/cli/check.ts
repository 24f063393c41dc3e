/** `assay checks.yaml` */
import { writeFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { realClock } from "../checks/clock";
import type { Check, Config } from "../checks/config";
import { compatible, EXIT, exitCodeOf } from "../checks/exit-code";
import { loadConfig, UnreadableError } from "../checks/load";
import { format, OUTPUTS, type Output } from "../checks/output";
import { summaryLine } from "../checks/output/text";
import { ConfigError, problemText } from "../checks/problem";
import type { CheckResult, RunResult } from "../checks/result";
import { runChecks as run } from "../checks/runner";
import { parseShard, select } from "../checks/select";
import type { Services } from "../checks/services";
import { executeWith } from "../checks/types";
import { bytesToUtf8 } from "../host/bytes";
import type { Logger } from "../host/logger";
import { RawField } from "../host/logger";
import { osError } from "../host/os-error";
import { Secrets } from "../host/secrets";
import { toBytes } from "../lualib/bytes";
import { isTerminal, stderr, stdout } from "../lualib/io-stream";
import { limitMemory } from "../runtime/memory";
import { endWith } from "./exit";
import { createLogger } from "./host";
import { Live } from "./live";
import { moduleSearchers } from "./modules";
import { handleSignals, onSignal } from "./signals";
import { parseSeconds, parseSize } from "./units";
import { startWatchdog, type Watchdog } from "./watchdog";

interface CheckOptions {
  verbose?: boolean;
  timeout?: number;
  output: Output;
  outputFile?: string;
  maxMemory?: number;
  strict?: boolean;
  exitCompat?: boolean;
  parallel?: number;
  only?: string[];
  skip?: string[];
  shard?: { index: number; count: number };
  quiet?: boolean;
}

/** How long after its timeout a run may still hang in one native call. */
const GRACE_MS = 2000;
const TERMINATION_LOG = "/dev/termination-log";

/** Runs a file of checks; `args` (byte strings) hold it and options. */
export async function runChecks(args: readonly string[]): Promise<never> {
  const program = createProgram();
  try {
    program.parse(args.map(bytesToUtf8), { from: "user" });
  } catch (e) {
    if (!(e instanceof CommanderError)) throw e;
    return end(e.exitCode === 0 ? 0 : EXIT.configuration);
  }
  const options = program.opts<CheckOptions>();
  const file = program.args[0] as string;
  let code: number;
  try {
    code = await check(file, options);
  } catch (e) {
    const why = e instanceof Error ? (e.stack ?? e.message) : String(e);
    stderr.write(toBytes(`error: internal error: ${why}\n`));
    code = EXIT.internal;
  }
  return end(options.exitCompat === true ? compatible(code) : code);
}

async function end(code: number): Promise<never> {
  try {
    await stdout.flushLast();
  } catch (e) {
    stderr.write(`error: writing standard output: ${toBytes(osError(e))}\n`);
    process.exit(EXIT.internal);
  }
  process.exit(code);
}

function createProgram(): Command {
  return new Command("assay")
    .description("Runs a file of checks and prints the result document.")
    .usage("[options] <checks.yaml>")
    .argument("<file>", "a file of checks (.yaml, .yml)")
    .option("-v, --verbose", "log from level debug up")
    .option("--timeout <duration>", "limit of the whole run, instead of the file's", duration)
    .option("--max-memory <size>", "limit the heap, e.g. 64M", size)
    .option("--output <format>", OUTPUTS.join(", "), outputFormat, "json")
    .option("--output-file <path>", "write the result there rather than to standard output")
    .option("--strict", "unknown keys are errors")
    .option("--exit-compat", "end with 0 or 1 only, as the original")
    .option("--parallel <number>", "how many checks run at a time", count)
    .option("--only <words>", "only checks with these tags or names (comma-separated)", words)
    .option("--skip <words>", "no checks with these tags or names", words)
    .option("--shard <I/N>", "every N-th check; I defaults to JOB_COMPLETION_INDEX", shard)
    .option("--quiet", "log nothing but errors")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(toBytes(text)),
      writeErr: (text) => stderr.write(toBytes(text)),
    })
    .showHelpAfterError("(see assay checks.yaml --help)");
}

function duration(text: string): number {
  const seconds = parseSeconds(text);
  if (seconds === undefined)
    throw new InvalidArgumentError("Expected a duration such as 5 or 500ms.");
  return seconds * 1000;
}

function size(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new InvalidArgumentError("Expected a size such as 64M.");
  return bytes;
}

function outputFormat(text: string): Output {
  const found = OUTPUTS.find((o) => o === text);
  if (found === undefined) throw new InvalidArgumentError(`Expected ${OUTPUTS.join(", ")}.`);
  return found;
}

function count(text: string): number {
  const n = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (n < 1) throw new InvalidArgumentError("Expected a number from 1 up.");
  return n;
}

function words(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").filter((w) => w !== "")];
}

function shard(text: string) {
  const parsed = parseShard(text, process.env.JOB_COMPLETION_INDEX);
  if ("problem" in parsed) throw new InvalidArgumentError(`${parsed.problem}.`);
  return parsed;
}

async function check(file: string, options: CheckOptions): Promise<number> {
  const secrets = new Secrets();
  let live: Live | undefined;
  // lines go above the one that changes
  const print = (bytes: Buffer) => {
    if (live === undefined) writeError(bytes.toString("latin1"));
    else live.print(bytes.toString("utf8"));
  };
  const logger = createLogger(secrets, options.verbose, (line) => print(Buffer.from(line)));
  const isLive = isTerminal(2) && !options.quiet && !options.verbose;
  const log = options.quiet === true || isLive ? undefined : logger;
  log?.log("info", "starting assay (check mode)", [["config", new RawField(file)]], "assay");
  const config = load(file, options, secrets);
  if (config === undefined) return EXIT.configuration;
  if (options.maxMemory !== undefined) limitMemory(options.maxMemory);
  const indexes = select(config.checks, options);
  const chosen: Config = {
    ...config,
    timeout: options.timeout ?? config.timeout,
    parallel: options.parallel ?? config.parallel,
    checks: indexes.map((i) => config.checks[i] as Check),
  };
  log?.log("info", "configuration loaded", [
    ["checks", chosen.checks.length],
    ["timeout_secs", chosen.timeout / 1000],
    ["retries", chosen.retries],
  ]);
  if (isLive) live = startLive(chosen.checks.length);
  const result = await runChosen(chosen, services(secrets, logger, print), options, log, live);
  live?.end(result);
  live = undefined;
  if (result.interrupted === "timeout")
    logger.log("error", "global timeout exceeded", [["timeout_secs", chosen.timeout / 1000]]);
  if (options.shard !== undefined) {
    result.shard = options.shard;
    for (const [i, c] of result.checks.entries()) c.index = indexes[i] as number;
  }
  const code = exitCodeOf(result);
  const written = write(result, options);
  writeTerminationLog(secrets.mask(summaryLine(result)));
  return written ? code : EXIT.internal;
}

/** The configuration; says what is wrong with it otherwise. */
function load(file: string, options: CheckOptions, secrets: Secrets): Config | undefined {
  const say = (text: string) => stderr.write(toBytes(`${secrets.mask(text)}\n`));
  try {
    const { config, warnings } = loadConfig(file, {
      env: (name) => process.env[name],
      secret: (value) => secrets.register(value),
      strict: options.strict === true,
    });
    for (const w of warnings) say(problemText(w));
    return config;
  } catch (e) {
    if (e instanceof UnreadableError) say(`error: loading config from ${file}: ${e.message}`);
    else if (e instanceof ConfigError) {
      const lines = e.problems.map(problemText);
      if (lines.length === 1) say(`error: loading config from ${file}: ${lines[0]}`);
      else say([`error: loading config from ${file}:`, ...lines].join("\n"));
    } else throw e;
    writeTerminationLog(secrets.mask(`loading config from ${file}: ${(e as Error).message}`));
    return undefined;
  }
}

/** Writes a byte string to standard error. */
function writeError(bytes: string): void {
  try {
    stderr.write(bytes);
  } catch {
    // nobody reads it: no reason to fail
  }
}

function startLive(total: number): Live {
  const live = new Live({
    total,
    write: (text) => writeError(toBytes(text)),
    columns: () => process.stderr.columns || 80,
    now: () => performance.now(),
    color: !process.env.NO_COLOR,
  });
  live.start();
  return live;
}

function services(secrets: Secrets, logger: Logger, print: (bytes: Buffer) => void): Services {
  return {
    secrets,
    logger,
    env: (name) => process.env[name],
    transports: new Map(),
    searchers: moduleSearchers,
    print: (bytes) => print(Buffer.from(bytes)),
  };
}

async function runChosen(
  config: Config,
  shared: Services,
  options: CheckOptions,
  log: Logger | undefined,
  live: Live | undefined,
): Promise<RunResult> {
  const stop = new AbortController();
  handleSignals();
  // the result is written by the main line, which then ends the process
  onSignal((code) => {
    endWith(code);
    stop.abort();
  });
  const finished = new Map<Check, CheckResult>();
  const watchdog = watch(config, options);
  const report = () =>
    watchdog?.output(format(stuckResult(config, finished), options.output), options.outputFile);
  report();
  const result = await run(config, {
    clock: realClock,
    execute: executeWith(shared),
    signal: stop.signal,
    mask: (text) => shared.secrets.mask(text),
    events: {
      started: (check) => live?.started(check),
      retrying(check, { attempt, of, pause, message }) {
        live?.retrying(check, attempt, of);
        log?.log("info", `check failed, retrying`, [
          ["check", check.name],
          ["attempt", attempt],
          ["max_attempts", of],
          ["backoff_secs", pause / 1000],
          ["message", message],
        ]);
      },
      finished(check, result) {
        finished.set(check, result);
        report();
        live?.finished(check, result);
        log?.log("info", "check completed", [
          ["check", check.name],
          ["result", result.passed ? "PASS" : "FAIL"],
          ["duration_ms", result.duration_ms],
        ]);
      },
    },
  });
  for (const transport of shared.transports.values()) transport.close();
  return result;
}

/** Scripts can hang where no timer runs; then a thread of its own writes the result. */
function watch(config: Config, options: CheckOptions): Watchdog | undefined {
  if (!config.checks.some((c) => c.type === "script" || c.type === "sql")) return undefined;
  const ms = config.timeout + GRACE_MS;
  if (ms >= 2 ** 31) return undefined;
  const code = options.exitCompat === true ? compatible(EXIT.timeout) : EXIT.timeout;
  return startWatchdog(ms, "error: global timeout exceeded\n", code);
}

/** The result of a run that hangs. */
function stuckResult(config: Config, finished: ReadonlyMap<Check, CheckResult>): RunResult {
  const message = `global timeout of ${config.timeout / 1000}s exceeded`;
  return {
    passed: false,
    checks: config.checks.map(
      (c) =>
        finished.get(c) ?? {
          name: c.name,
          passed: false,
          duration_ms: 0,
          message,
          type: c.type,
          attempts: [],
        },
    ),
    duration_ms: Math.round(config.timeout + GRACE_MS),
    interrupted: "timeout",
  };
}

/** Writes the result; false when that fails. */
function write(result: RunResult, { output, outputFile }: CheckOptions): boolean {
  if (outputFile === undefined) {
    const color = output === "pretty" && isTerminal(1) && !process.env.NO_COLOR;
    stdout.write(toBytes(format(result, output, color)));
    return true;
  }
  try {
    writeFileSync(outputFile, format(result, output));
    return true;
  } catch (e) {
    stderr.write(toBytes(`error: writing ${outputFile}: ${osError(e)}\n`));
    return false;
  }
}

/** In a pod: what `kubectl describe` shows as the reason. */
function writeTerminationLog(line: string): void {
  if (process.env.KUBERNETES_SERVICE_HOST === undefined) return;
  try {
    // the kubelet makes the file, and keeps 4096 bytes of it
    writeFileSync(TERMINATION_LOG, line.slice(0, 2000), { flag: "r+" });
  } catch {
    // not everywhere is there one
  }
}
