/** All of the command line but `assay script.lua`, which main.ts sees to. */
import type { Stats } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { toBytes } from "../lualib/bytes";
import { stdout, writeStdout } from "../lualib/io-output";
import { end, fail, tell } from "./exit";
import { LOG_FORMATS } from "./log-format";
import type { ManifestCommandOptions } from "./manifest";
import { append, count, seconds, size } from "./option-values";
import { addSandboxOptions } from "./sandbox-options";
import { BROKEN_PIPE, runFile, runScript, type ScriptOptions } from "./script";
import { readStandardInput } from "./source";
import { versionText } from "./version";

const USAGE_ERROR = 2;
const INTERNAL_ERROR = 3;

/** Runs what the arguments (byte strings) ask for. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const checks = await checkArguments(args);
  if (checks !== undefined) {
    const { runChecks } = await import("./check");
    return runChecks(checks);
  }
  // the reader of the output has gone: no reason to say anything
  stdout.onBrokenPipe = () => process.exit(BROKEN_PIPE);
  const program = createProgram(args);
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return end(USAGE_ERROR);
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (e) {
    if (e instanceof CommanderError) return end(e.exitCode === 0 ? 0 : USAGE_ERROR);
    const why = e instanceof Error ? (e.stack ?? e.message) : String(e);
    fail(toBytes(`internal error: ${why}`), INTERNAL_ERROR);
  }
}

/** The arguments when a file of checks is what to run; options may stand on either side of it. */
async function checkArguments(args: readonly string[]): Promise<string[] | undefined> {
  const isCheckFile = (a: string) => /[^/]\.ya?ml$/.test(a);
  if (!args.some(isCheckFile)) return undefined;
  // their values, and those of the same options of scripts, may be called like a file of checks or a command
  const { optionsWithValue } = await import("./check-options");
  const valued = optionsWithValue();
  const own = args[0] === "run" ? args.slice(1) : [...args];
  const at = own.findIndex((a, i) => isCheckFile(a) && !valued.has(own[i - 1] ?? ""));
  if (at < 0) return undefined;
  const before = own.slice(0, at);
  // a first word that is no option is a command
  if (at > 0 && !own[0]?.startsWith("-")) return undefined;
  // some other program gets it as its argument
  const isOther = (a: string) =>
    OTHER.has(a) || a.endsWith(".lua") || (a !== "run" && Object.hasOwn(COMMANDS, a));
  const isValue = (i: number) => valued.has(before[i - 1] ?? "");
  if (before.some((a, i) => !isValue(i) && (isOther(a) || /^(-e|--eval=)/.test(a))))
    return undefined;
  return own;
}

/** What no file of checks follows, besides commands. */
const OTHER = new Set(["-", "--", "--eval", "help"]);

/** Defining all commands takes longer than a small script runs: so only those that are named, or all for a help text. */
function createProgram(args: readonly string[]): Command {
  const program = new Command("assay")
    .description("Runs Lua 5.5 scripts with batteries for containers: HTTP, JSON, tasks, checks.")
    .usage("[options] <file> [arguments...]")
    .version(versionText(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .argument("[file]", "a script (.lua), a file of checks (.yaml, .yml), or - for standard input")
    .argument("[arguments...]", "what the script gets as `...` and in the table `arg`")
    .enablePositionalOptions()
    .passThroughOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeStdout(toBytes(text)),
      writeErr: (text) => tell(toBytes(text)),
    })
    .showHelpAfterError("(see assay --help)");
  addCodeOption(addOptions(program)).action(
    (file: string | undefined, rest: string[], options: ExecOptions) => {
      if (options.eval !== undefined) execute(file, rest, undefined, program);
      else if (file === undefined) program.error("error: missing argument 'file'");
      else return run(file, rest, options);
    },
  );
  const asksHelp = args.length === 0 || ["-h", "--help", "help"].some((a) => args.includes(a));
  for (const [name, define] of Object.entries(COMMANDS))
    if (asksHelp || args.includes(name)) define(program.command(name));
  return program;
}

/** The commands by name, with what defines each. */
const COMMANDS: Readonly<Record<string, (command: Command) => void>> = {
  run: (command) =>
    addOptions(command.description("run a script or a file of checks"))
      .argument(
        "<file>",
        "a script (.lua), a file of checks (.yaml, .yml), or - for standard input",
      )
      .argument("[arguments...]", "what the script gets; put -- before those that begin with -")
      .action((file: string, rest: string[]) => run(file, rest, command.optsWithGlobals())),

  exec: (command) =>
    addCodeOption(addOptions(command))
      .description("run Lua code, or a file whatever its name")
      .argument("[file]", "a script, when there is no -e")
      .argument("[arguments...]", "what the script gets")
      .passThroughOptions()
      .action(execute),

  validate: (command) =>
    command
      .description("look for mistakes in files of checks, without running them")
      .argument("<file...>", "files of checks")
      .option("--strict", "unknown keys are errors")
      .action(async (files: string[], options: { strict?: boolean }) => {
        const { validate } = await import("./validate");
        await validate(files, options.strict === true);
      }),

  build: (command) =>
    addOptions(command)
      .description("make one executable of a script and the modules it requires")
      .argument("<script>", "a script (.lua)")
      .option("-o, --output <file>", "the executable; by default the script's name without .lua")
      .option("--include <module>", "a module that the script names only when it runs", append)
      .action(async (file: string) => {
        const { build } = await import("./build");
        await build(file, command.optsWithGlobals());
      }),

  test: (command) =>
    command
      .description("run the test_* functions of *_test.lua files")
      .argument("[path...]", "folders and files; the working directory by default")
      .option(
        "--filter <text>",
        "only tests with this text in '<file>: <test>'; repeatable",
        append,
      )
      .option("--parallel <number>", "how many files run at a time", count)
      .option("--timeout <duration>", "limit of one test, 60s by default", timeLimit)
      .option("--junit <file>", "write the results as JUnit XML, too")
      .option("-v, --verbose", "show the output of tests that passed, too")
      .addOption(new Option("--worker <job>").hideHelp())
      .action(async (paths: string[]) => {
        const { isConfined } = await import("./sandbox-options");
        // better than tests that are not confined although somebody thinks so
        if (isConfined(command.optsWithGlobals())) command.error("error: tests can't be confined");
        const { runTests } = await import("./test");
        await runTests(paths, command.optsWithGlobals());
      }),

  repl: (command) =>
    addOptions(command)
      .description("a prompt: type Lua, see results")
      .action(async () => {
        const { startRepl } = await import("./repl");
        startRepl(command.optsWithGlobals());
      }),

  modules: (command) =>
    command
      .description("list builtins and modules, or the functions of one")
      .argument("[name]", "a builtin or module: http, assay.vault")
      .option("--json", "for tools")
      .action(async (name: string | undefined, options: { json?: boolean }) => {
        const { listModules } = await import("./list-modules");
        await listModules(name, options);
      }),

  merge: (command) =>
    command
      .description("join the results of shards into one document")
      .argument("<file...>", "result documents (JSON)")
      .option(
        "--output <format[=file]>",
        "json, junit, tap, pretty, prometheus (repeatable)",
        append,
      )
      .option("--output-file <path>", "write the result there rather than to standard output")
      .option("--report <path>", "write a page of HTML with a timeline")
      .option("--exit-compat", "end with 0 or 1 only")
      .action(async (files: string[], { output, ...options }: MergeOptions) => {
        const { merge } = await import("./merge");
        const { targets } = await import("./check-options");
        await merge(files, { ...options, output: targets(output ?? []) });
      }),

  manifest: (command) =>
    command
      .description("print the Kubernetes objects that run a file of checks")
      .argument("<file>", "a file of checks")
      .argument("[arguments...]", "further arguments of the program in the pod, behind --")
      .option("--name <name>", "name of the objects; by default that of the file")
      .option("--namespace <namespace>", "their namespace")
      .option("--image <image>", "the container image")
      .option("--schedule <cron>", "a CronJob, e.g. '*/5 * * * *'")
      .option("--argocd-hook <phase>", "a hook of Argo CD, e.g. PostSync")
      .option("--shards <n>", "an Indexed Job that shares the checks out")
      .option("--env-secret <name>", "the Secret with the variables that the file refers to")
      .option("--file <path>", "pack a further file (repeatable)", append)
      .action(async (file: string, args: string[], options: ManifestCommandOptions) => {
        const { printManifest } = await import("./manifest");
        await printManifest(file, options, args);
      }),
};

interface MergeOptions {
  output?: string[];
  outputFile?: string;
  report?: string;
  exitCompat?: boolean;
}

function addOptions(command: Command): Command {
  return addSandboxOptions(command)
    .option("-v, --verbose", "log from level debug up")
    .addOption(new Option("--log-format <format>", "of log lines").choices(LOG_FORMATS))
    .option("--timeout <seconds>", "stop the script after this time (exit code 124)", timeLimit)
    .option("--max-memory <size>", "limit the heap, e.g. 64M", size)
    .option("--std", "plain Lua: its standard library only, yields only where C Lua allows them");
}

function addCodeOption(command: Command): Command {
  return command.option("-e, --eval <code>", "code to run; several are joined as lines", joinLines);
}

/** A limit, in seconds; 0 lifts the one that there is by default. */
function timeLimit(text: string): number {
  return text === "0" ? Number.POSITIVE_INFINITY : seconds(text);
}

function joinLines(code: string, before: string | undefined): string {
  return before === undefined ? code : `${before}\n${code}`;
}

async function run(file: string, args: string[], options: ScriptOptions): Promise<void> {
  refuseEmpty(file);
  if (file === "-") {
    const source = readStandardInput();
    runScript({ source, chunkName: "=stdin", name: "-", args }, options);
    return;
  }
  const extension = /[^/]\.([^./]*)$/.exec(file)?.[1] ?? "";
  if (extension === "lua") runFile(file, args, options);
  else if (extension === "yaml" || extension === "yml") {
    const { runChecks } = await import("./check");
    await runChecks([...args, "--", file]);
  } else {
    const found = look(file);
    if (found?.isFile() && namesInterpreter(file)) return runFile(file, args, options);
    if (found?.isDirectory()) fail(`reading ${file}: Is a directory`);
    const hint = found === undefined ? noSuchCommand(file) : `assay exec ${file} runs it`;
    fail(`unsupported file extension "${extension}" (expected .yaml, .yml, or .lua): ${hint}`);
  }
}

function noSuchCommand(name: string): string {
  const { suggest } = require("../host/suggest") as typeof import("../host/suggest");
  const near = suggest(name, Object.keys(COMMANDS));
  return `no such file or command${near === undefined ? "" : ` (did you mean '${near}'?)`}`;
}

/** What there is at `path`, a byte string. */
function look(path: string): Stats | undefined {
  const { statSync } = require("node:fs") as typeof import("node:fs");
  try {
    return statSync(Buffer.from(path, "latin1"), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A first line that runs `assay`, `lua` or `lua5.5`, at whatever place, or by way of `env`. */
const INTERPRETER = /^#!.*[/ \t](?:assay|lua)[\w.-]*(?:\s|$)/;

/** Does a file say in its first line that it is Lua (`#!/usr/bin/env assay`), as programs without an extension do? */
function namesInterpreter(path: string): boolean {
  const { closeSync, openSync, readSync } = require("node:fs") as typeof import("node:fs");
  try {
    const file = openSync(Buffer.from(path, "latin1"), "r");
    const start = Buffer.alloc(128);
    const length = readSync(file, start);
    closeSync(file);
    return INTERPRETER.test(start.toString("latin1", 0, length));
  } catch {
    return false;
  }
}

interface ExecOptions extends ScriptOptions {
  eval?: string;
}

function execute(file: string | undefined, args: string[], _own: unknown, command: Command): void {
  const options: ExecOptions = command.optsWithGlobals();
  const { eval: source } = options;
  if (source !== undefined) {
    const all = file === undefined ? args : [file, ...args];
    runScript({ source, chunkName: "=<eval>", name: "<eval>", args: all }, options);
  } else if (file === undefined) command.error("error: missing -e CODE or a file");
  else if (file === "-") void run(file, args, options);
  else {
    refuseEmpty(file);
    runFile(file, args, options);
  }
}

/** As a variable of the shell that is not set leaves it. */
function refuseEmpty(file: string): void {
  if (file === "") fail("the script's name is empty", USAGE_ERROR);
}
