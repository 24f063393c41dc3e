/** `assay repl`: a prompt. */
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from "node:readline";
import { bytesToUtf8 } from "../host/bytes";
import { timerMs } from "../host/timer";
import { toBytes } from "../lualib/bytes";
import { stdin } from "../lualib/io-input";
import { flushStdout, isTerminal, stderr, stdout, writeStdout } from "../lualib/io-output";
import { complete } from "../repl/complete";
import { HISTORY_SIZE, historyFile, readHistory, writeHistory } from "../repl/history";
import { readChunk } from "../repl/read";
import { showResult } from "../repl/show";
import { ExitRequest, Interrupt, Timeout } from "../runtime/interrupt";
import { limitMemory } from "../runtime/memory";
import { retainHost, startTask, type Task } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import type { LuaFunction, LuaValue } from "../runtime/value";
import { finish, tell } from "./exit";
import { failureText, reportClosing, reportTask } from "./report";
import { makeState, type ScriptOptions, withLimits } from "./script";
import { leaveInterrupt } from "./signals";
import { versionText } from "./version";

const PROMPT = "> ";
const CONTINUATION = ">> ";
const CHUNK = "=stdin";
const INTERRUPTED = "interrupted!";

/** Reads, runs and prints until the input ends. Without a terminal there are no prompts. */
export function startRepl(asked: ScriptOptions): void {
  const options = withLimits(asked);
  if (options.maxMemory !== undefined) limitMemory(options.maxMemory);
  const repl = new Repl(options, isTerminal(0) && isTerminal(1));
  repl.start();
}

class Repl {
  private readonly state: LuaState;
  private readonly input: Interface;
  private readonly history: string | undefined;
  /** Lines that are no whole chunk yet, as byte strings. */
  private pending = "";
  private readonly waiting: string[] = [];
  private running: Task | undefined;
  private busy = false;
  /** Ctrl-C came before the line began to run. */
  private stopEarly = false;
  private ended = false;

  constructor(
    private readonly options: ScriptOptions,
    private readonly interactive: boolean,
  ) {
    this.state = makeState(options);
    this.state.onTaskError = (_task, e) => reportTask(this.state, e);
    this.state.onClosingError = (e) => reportClosing(this.state, e);
    this.state.onExit = ({ code }) => this.end(code);
    leaveInterrupt();
    stdin.isBlocking = true;
    this.history = interactive ? historyFile(process.env) : undefined;
    // a terminal's line is text, which the editor must know the width of; all else is bytes
    if (!interactive) process.stdin.setEncoding("latin1");
    this.input = createInterface({
      input: process.stdin,
      ...(interactive && {
        output: process.stdout,
        terminal: true,
        history: readHistory(this.history),
        historySize: HISTORY_SIZE,
        removeHistoryDuplicates: true,
        completer: (line: string) => complete(line, this.state.globals),
      }),
    });
  }

  start(): void {
    const { input, interactive } = this;
    // the terminal's signals must be heard while a line computes
    retainHost();
    input.on("line", (line) => {
      this.waits(false);
      stdout.endsLine = true;
      this.waiting.push(line);
      void this.next();
    });
    input.on("SIGINT", () => this.discard());
    input.on("history", (lines: string[]) => writeHistory(this.history, lines));
    input.on("close", () => {
      this.waits(false);
      stdout.endsLine = false;
      this.ended = true;
      void this.next();
    });
    process.on("SIGINT", () => this.interrupt());
    if (!interactive) return;
    writeStdout(toBytes(`${versionText()}\nCtrl-D ends, Tab completes, Ctrl-C interrupts.\n`));
    this.prompt();
  }

  /** The prompt and messages clear their line, which must not be that of some output. */
  private startLine(): void {
    flushStdout();
    if (this.interactive && !stdout.endsLine) writeStdout("\n");
    flushStdout();
  }

  private prompt(): void {
    if (!this.interactive || this.ended) return;
    this.startLine();
    this.input.setPrompt(this.pending === "" ? PROMPT : CONTINUATION);
    this.input.prompt();
    this.waits(true);
  }

  /** While a line is typed, output of tasks goes above it. */
  private waits(yes: boolean): void {
    const around = {
      before: () => {
        const { rows } = this.input.getCursorPos();
        if (rows > 0) moveCursor(process.stdout, 0, -rows);
        cursorTo(process.stdout, 0);
        clearScreenDown(process.stdout);
      },
      after: () => {
        if (!stdout.endsLine || !stderr.endsLine) process.stdout.write("\n");
        stdout.endsLine = stderr.endsLine = true;
        this.input.prompt(true);
      },
    };
    stdout.around = stderr.around = yes ? around : undefined;
  }

  /** Takes the next line, and the one after it, until there is none. */
  private async next(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let line = this.waiting.shift(); line !== undefined; line = this.waiting.shift())
      await this.take(this.interactive ? toBytes(line) : line);
    this.busy = false;
    if (!this.ended) return this.prompt();
    if (this.pending !== "") this.complain("stdin: the input ends within a statement");
    this.end(this.pending === "" ? 0 : 1);
  }

  private async take(line: string): Promise<void> {
    const text = this.pending === "" ? line : `${this.pending}\n${line}`;
    const reading = readChunk(text, (source) => this.state.load(source, CHUNK));
    if (reading.kind === "incomplete") {
      this.pending = text;
      return;
    }
    this.pending = "";
    if (reading.kind === "error") this.complain(bytesToUtf8(reading.message));
    else await this.run(reading.run);
  }

  private async run(f: LuaFunction): Promise<void> {
    await this.settleInput();
    this.cooked(true);
    const task = startTask(this.state, f, []);
    task.observed = true;
    this.running = task;
    if (this.stopEarly) task.cancel(new Interrupt(INTERRUPTED));
    const limit = this.limit(task);
    try {
      this.show(await task.promise);
    } catch (e) {
      // `onExit` has seen it
      if (!(e instanceof ExitRequest)) this.complain(await this.causeOf(e));
    } finally {
      clearTimeout(limit);
      this.running = undefined;
      this.cooked(false);
    }
  }

  private async causeOf(e: unknown): Promise<string> {
    if (e instanceof Timeout) return `timeout after ${this.options.timeout}s`;
    return e instanceof Interrupt ? e.reason : await failureText(this.state, e);
  }

  /** `--timeout` holds for each line: nobody types against the clock. */
  private limit(task: Task): NodeJS.Timeout | undefined {
    if (this.options.timeout === undefined) return undefined;
    const ms = this.options.timeout * 1000;
    // the deadline stops it while it computes, the timer while it waits
    task.deadline = performance.now() + ms;
    return setTimeout(() => task.cancel(new Timeout()), timerMs(ms));
  }

  /** What was typed right behind the line is read before the terminal changes: it may be Ctrl-C. */
  private async settleInput(): Promise<void> {
    this.stopEarly = false;
    if (this.interactive) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** While a line runs, the terminal sends signals, and the script may read the input. */
  private cooked(on: boolean): void {
    if (!this.interactive) return;
    if (on) this.input.pause();
    process.stdin.setRawMode(!on);
    if (!on) this.input.resume();
  }

  private show(results: readonly LuaValue[]): void {
    if (results.length === 0) return;
    this.startLine();
    writeStdout(`${results.map(showResult).join("\t")}\n`);
  }

  private complain(message: string): void {
    this.startLine();
    tell(toBytes(`${message}\n`));
  }

  /** Ctrl-C while a line runs. */
  private interrupt(): void {
    if (this.running === undefined) process.exit(130);
    this.running.cancel(new Interrupt(INTERRUPTED));
  }

  /** Ctrl-C at the prompt: the line is thrown away. */
  private discard(): void {
    if (this.busy) {
      this.stopEarly = true;
      this.running?.cancel(new Interrupt(INTERRUPTED));
      return;
    }
    this.pending = "";
    this.input.write(null, { ctrl: true, name: "e" });
    this.input.write(null, { ctrl: true, name: "u" });
    this.waits(false);
    writeStdout("\n");
    this.prompt();
  }

  private end(code: number): void {
    this.startLine();
    finish(this.state, code);
  }
}
