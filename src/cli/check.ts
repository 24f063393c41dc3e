/** `assay checks.yaml` */
import { CommanderError } from "commander";
import { realClock } from "../checks/clock";
import type { Check, Config } from "../checks/config";
import { EXIT, exitCodeOf } from "../checks/exit-code";
import { filesOf } from "../checks/files";
import { isSecret } from "../checks/interpolate";
import { loadConfig, UnreadableError } from "../checks/load";
import { seenFacts } from "../checks/output/text";
import { ConfigError, problemText } from "../checks/problem";
import type { CheckResult, RunResult } from "../checks/result";
import { type RunEvents, runChecks as run } from "../checks/runner";
import { select, unknownWords } from "../checks/select";
import type { Services } from "../checks/services";
import { executeWith, loadTypes } from "../checks/types";
import { bytesToUtf8 } from "../host/bytes";
import { errorText } from "../host/errors";
import { type Logger, RawField } from "../host/logger";
import { Secrets } from "../host/secrets";
import { StuckScripts } from "../host/stuck";
import { toBytes } from "../lualib/bytes";
import { isTerminal } from "../lualib/io-output";
import { limitMemory } from "../runtime/memory";
import { type CheckOptions, checkProgram } from "./check-options";
import {
  endRun,
  outputProblem,
  type Piece,
  piecesOf,
  terminationPiece,
  writePieces,
  writeTerminationLog,
} from "./check-output";
import { type Guard, guard } from "./check-watchdog";
import { end, endWith, tell } from "./exit";
import { createLogger } from "./host";
import type { Live } from "./live";
import { moduleSearchers } from "./modules";
import { isReadonly, SANDBOX_MEMORY } from "./sandbox-options";
import { handleSignals, onSignal } from "./signals";

/** Later than the run's own limit, which gives the reason. */
const DEADLINE_MARGIN_MS = 50;

/** Shorter values of the environment would blank out harmless text. */
const MIN_SECRET = 8;

/** How a run is stopped from outside, and what it tells. */
export interface RunControl {
  /** Aborted on a signal, or when the run is to begin anew. */
  readonly stop: AbortSignal;
  /** The exit code of the signal that stopped it, if one did. */
  signalCode: number | undefined;
  /** The result is not wanted any more. */
  isObsolete(): boolean;
  /** Told which files the run depends on. */
  uses(file: string): void;
}

/** Runs a file of checks; `args` (byte strings) hold it and options. */
export async function runChecks(args: readonly string[]): Promise<never> {
  const program = checkProgram();
  try {
    program.parse(args.map(bytesToUtf8), { from: "user" });
  } catch (e) {
    if (!(e instanceof CommanderError)) throw e;
    return end(e.exitCode === 0 ? 0 : EXIT.configuration, EXIT.internal);
  }
  const options = program.opts<CheckOptions>();
  const file = program.args[0] as string;
  if (options.watch === true) {
    const { watchChecks } = await import("./check-watch");
    return end(await watchChecks(file, options), EXIT.internal);
  }
  const stop = new AbortController();
  const control: RunControl = {
    stop: stop.signal,
    signalCode: undefined,
    isObsolete: () => false,
    uses: () => {},
  };
  handleSignals();
  // the result is written by the main line, which then ends the process
  onSignal((code) => {
    endWith(code);
    control.signalCode = code;
    stop.abort();
  });
  const code = await check(file, options, control);
  return endRun(code, options);
}

/** Runs a file once, and writes the result; gives the exit code. */
export async function check(
  file: string,
  options: CheckOptions,
  control: RunControl,
): Promise<number> {
  const secrets = new Secrets();
  // scripts see all variables
  for (const [name, value = ""] of Object.entries(process.env))
    if (value.length >= MIN_SECRET && isSecret(name, value)) secrets.register(value);
  try {
    return await new CheckRun(file, options, control, secrets).run();
  } catch (e) {
    const why = secrets.mask(e instanceof Error ? (e.stack ?? e.message) : String(e));
    tell(toBytes(`error: internal error: ${why}\n`));
    writeTerminationLog(`internal error: ${why}`, options);
    return EXIT.internal;
  }
}

class CheckRun {
  private live: Live | undefined;
  private readonly logger: Logger;
  /** Whether there is a live view in place of log lines about the run. */
  private readonly isLive: boolean;

  constructor(
    private readonly file: string,
    private readonly options: CheckOptions,
    private readonly control: RunControl,
    private readonly secrets: Secrets,
  ) {
    const write = (line: string) => this.print(Buffer.from(line));
    this.logger = createLogger(secrets, options, write);
    this.isLive = isTerminal(2) && !options.quiet && !options.verbose;
  }

  /** Runs, whatever fails that belongs to no check. */
  async run(): Promise<number> {
    const stray = (e: unknown) => this.logger.log("error", `internal error: ${errorText(e)}`);
    process.on("uncaughtException", stray).on("unhandledRejection", stray);
    try {
      return await this.runWhole();
    } finally {
      process.off("uncaughtException", stray).off("unhandledRejection", stray);
    }
  }

  private async runWhole(): Promise<number> {
    const { options, secrets } = this;
    this.log("info", "starting assay (check mode)", [["config", new RawField(this.file)]]);
    const problem = outputProblem(options);
    if (problem !== undefined) return this.refuse(`error: ${problem}`, problem);
    const config = this.load();
    if (config === undefined) return EXIT.configuration;
    const [unknown] = unknownWords(config.checks, options.only);
    // nothing would run, and so nothing would fail
    if (unknown !== undefined) {
      const text = `--only: no check has the tag or name ${JSON.stringify(unknown)}`;
      return this.refuse(`error: ${text}`, text);
    }
    for (const w of unknownWords(config.checks, options.skip))
      this.say(`warning: --skip: no check has the tag or name ${JSON.stringify(w)}`);
    const indexes = select(config.checks, options);
    const mask = (text: string) => secrets.mask(text);
    const chosen: Config = {
      ...config,
      timeout: options.timeout ?? config.timeout,
      parallel: options.parallel ?? config.parallel,
      checks: indexes.map((i) => {
        const c = config.checks[i] as Check;
        return { ...c, name: mask(c.name), needs: c.needs.map(mask) };
      }),
    };
    const memory = options.maxMemory ?? memoryFor(chosen);
    if (memory !== undefined) limitMemory(memory);
    this.log("info", "configuration loaded", [
      ["checks", chosen.checks.length],
      ["timeout_secs", chosen.timeout / 1000],
      ["retries", chosen.retries],
    ]);
    const result = await this.runChosen(chosen, memory, (r) => {
      if (options.shard === undefined) return r;
      const checks = r.checks.map((c, i) => ({ ...c, index: indexes[i] as number }));
      return { ...r, checks, shard: options.shard };
    });
    const { live } = this;
    this.live = undefined;
    if (this.control.isObsolete()) {
      live?.stop();
      return EXIT.passed;
    }
    live?.end(result);
    if (result.interrupted === "timeout")
      this.logger.log("error", "global timeout exceeded", [
        ["timeout_secs", chosen.timeout / 1000],
      ]);
    const written = writePieces(piecesOf(result, options, this.file));
    writeTerminationLog(result, options);
    if (!written) return EXIT.internal;
    if (result.interrupted === "signal") return this.control.signalCode ?? EXIT.terminated;
    return exitCodeOf(result);
  }

  /** The configuration; says what is wrong with it otherwise. */
  private load(): Config | undefined {
    const { file, options, secrets } = this;
    try {
      const { config, warnings } = loadConfig(file, {
        env: (name) => process.env[name],
        secret: (value) => secrets.register(value),
        uses: (path) => this.control.uses(path),
        strict: options.strict === true,
      });
      for (const w of warnings) this.say(problemText(w));
      if (options.watch === true)
        for (const f of config.checks.flatMap(filesOf)) this.control.uses(f.path);
      return config;
    } catch (e) {
      const head = `loading config from ${file}:`;
      if (e instanceof UnreadableError) this.refuse(`error: ${head} ${e.message}`, e.message);
      else if (e instanceof ConfigError) {
        const lines = e.problems.map(problemText);
        const separator = lines.length === 1 ? " " : "\n";
        this.refuse(`error: ${head}${separator}${lines.join("\n")}`, `${head} ${e.message}`);
      } else throw e;
      return undefined;
    }
  }

  private refuse(text: string, summary: string): number {
    this.say(text);
    writeTerminationLog(this.secrets.mask(summary), this.options);
    return EXIT.configuration;
  }

  private say(text: string): void {
    tell(toBytes(`${this.secrets.mask(text)}\n`));
  }

  private async runChosen(
    config: Config,
    memory: number | undefined,
    complete: (result: RunResult) => RunResult,
  ): Promise<RunResult> {
    const { options, secrets } = this;
    await loadTypes(config.checks);
    const started_at = new Date().toISOString();
    if (this.isLive) this.live = startLive(config.checks.length);
    const stuck = new StuckScripts();
    const shared: Services = {
      stuck,
      deadline: performance.now() + config.timeout + DEADLINE_MARGIN_MS,
      secrets,
      sandbox: { ...options, readonly: isReadonly(options) },
      logger: this.logger,
      env: (name) => process.env[name],
      transports: new Map(),
      searchers: moduleSearchers,
      print: (bytes) => this.print(masked(Buffer.from(bytes), secrets)),
    };
    stuck.start();
    const watchdog = guard(config, memory, options.exitCompat === true, (partial) => {
      const stuck = complete({ ...partial, started_at });
      const last = terminationPiece(stuck, options);
      const pieces: Piece[] = piecesOf(stuck, options, this.file);
      return last === undefined ? pieces : [...pieces, last];
    });
    const result = await run(config, {
      clock: realClock,
      execute: executeWith(shared),
      signal: this.control.stop,
      mask: (text) => secrets.mask(text),
      events: this.events(watchdog),
    });
    stuck.stop();
    watchdog?.stop();
    for (const transport of shared.transports.values()) transport.close();
    return complete({ ...result, started_at });
  }

  private events(watchdog: Guard | undefined): RunEvents {
    return {
      attempting: (...args) => watchdog?.attempting(...args),
      started: (check) => this.live?.started(check),
      retrying: (check, { attempt, of, pause, message }) => {
        this.live?.retrying(check, attempt, pause, message);
        this.log("info", "check failed, retrying", [
          ["check", check.name],
          ["attempt", attempt],
          ["max_attempts", of],
          ["backoff_secs", pause / 1000],
          ["message", message],
        ]);
      },
      finished: (check, result) => {
        watchdog?.finished(check, result);
        this.live?.finished(check, result);
        this.log("info", "check completed", [
          ["check", check.name],
          ["result", result.passed ? "PASS" : "FAIL"],
          ["duration_ms", result.duration_ms],
          ...(result.passed ? [] : failureFields(result)),
        ]);
      },
    };
  }

  /** A line about the run; the live view stands in for them. */
  private log(...[level, message, fields]: Parameters<Logger["log"]>): void {
    if (this.options.quiet === true || this.isLive) return;
    this.logger.log(level, message, fields, "assay");
  }

  /** Standard error, in the live view above the block that changes. */
  private print(bytes: Buffer): void {
    if (this.live === undefined) tell(bytes.toString("latin1"));
    else this.live.print(bytes.toString("utf8"));
  }
}

/** What sandboxed scripts may take together: each as much as in the original. */
function memoryFor({ checks, parallel }: Config): number | undefined {
  const scripts = checks.filter((c) => c.type === "script" && c.options.sandbox !== false);
  if (scripts.length === 0) return undefined;
  return SANDBOX_MEMORY * Math.min(parallel, scripts.length);
}

/** What the log says about a failure, besides what the original said. */
function failureFields(result: CheckResult): (readonly [string, string])[] {
  const message = (result.message ?? "failed").split("\n")[0] as string;
  const seen = seenFacts(result);
  return seen === ""
    ? [["message", message]]
    : [
        ["message", message],
        ["seen", seen],
      ];
}

/** What a script prints, as it is unless there is a secret in it. */
function masked(bytes: Buffer, secrets: Secrets): Buffer {
  const text = bytes.toString("utf8");
  const shown = secrets.mask(text);
  return shown === text ? bytes : Buffer.from(shown);
}

function startLive(total: number): Live {
  const { Live } = require("./live") as typeof import("./live");
  const live = new Live({
    total,
    write: (text) => tell(toBytes(text)),
    columns: () => process.stderr.columns || 80,
    rows: () => process.stderr.rows || 24,
    now: () => performance.now(),
    color: !process.env.NO_COLOR,
  });
  live.start();
  return live;
}
