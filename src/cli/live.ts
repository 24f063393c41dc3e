/**
 * What a terminal shows while checks run: a line per finished check, and below them one line that
 * changes, with what is under way.
 */
import type { Check } from "../checks/config";
import { failureText } from "../checks/output/pretty";
import { summaryLine } from "../checks/output/text";
import type { CheckResult, RunResult } from "../checks/result";
import { escapeControls } from "../host/logger";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;

export interface LiveOptions {
  readonly total: number;
  /** Takes JS text for the terminal. */
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly now: () => number;
  readonly color: boolean;
}

interface Running {
  readonly since: number;
  note: string;
}

export class Live {
  private readonly running = new Map<Check, Running>();
  private done = 0;
  private frame = 0;
  private shown = false;
  private pending = "";
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: LiveOptions) {}

  /** Keeps the changing line moving. */
  start(): void {
    this.timer = setInterval(() => this.tick(), FRAME_MS);
    this.timer.unref();
  }

  tick(): void {
    this.frame++;
    this.draw();
  }

  started(check: Check): void {
    this.running.set(check, { since: this.options.now(), note: "" });
    this.draw();
  }

  retrying(check: Check, attempt: number, of: number): void {
    const entry = this.running.get(check);
    if (entry !== undefined) entry.note = ` (attempt ${attempt} of ${of} failed)`;
    this.draw();
  }

  finished(check: Check, result: CheckResult): void {
    this.running.delete(check);
    this.done++;
    const count = result.attempts.length > 1 ? `, ${result.attempts.length} attempts` : "";
    const [mark, code] = result.passed ? ["✓", 32] : result.skipped ? ["○", 33] : ["✗", 31];
    const name = escapeControls(check.name);
    if (this.pending !== "") this.print("\n");
    this.print(
      `${this.paint(code as number, mark as string)} ${name}  ${result.duration_ms} ms${count}\n`,
    );
  }

  /** Writes lines above the changing one; half a line waits for its rest. */
  print(text: string): void {
    this.pending += text;
    const end = this.pending.lastIndexOf("\n") + 1;
    if (end === 0) return;
    this.erase();
    this.options.write(this.pending.slice(0, end));
    this.pending = this.pending.slice(end);
    this.draw();
  }

  /** Ends with a summary and the failures explained. */
  end(result: RunResult): void {
    clearInterval(this.timer);
    this.running.clear();
    if (this.pending !== "") this.print("\n");
    this.erase();
    const failed = result.checks.filter((c) => !c.passed);
    for (const check of failed) this.options.write(`\n${failureText(check, this.options.color)}\n`);
    const first = summaryLine(result).split(": ")[0] as string;
    this.options.write(`\n${this.paint(failed.length === 0 ? 32 : 31, first)}\n`);
  }

  private erase(): void {
    if (this.shown) this.options.write("\r\x1b[K");
    this.shown = false;
  }

  private draw(): void {
    if (this.running.size === 0) {
      this.erase();
      return;
    }
    const now = this.options.now();
    const names = [...this.running].map(
      ([check, { since, note }]) =>
        `${escapeControls(check.name)} ${((now - since) / 1000).toFixed(1)}s${note}`,
    );
    const line = `${FRAMES[this.frame % FRAMES.length]} ${this.done}/${this.options.total}  ${names.join(", ")}`;
    // a line that wraps could not be erased
    const flat = line.replace(/\s+/g, " ");
    const most = Math.max(10, this.options.columns() - 1);
    const cut = [...flat].length > most ? `${[...flat].slice(0, most - 1).join("")}…` : flat;
    this.options.write(`\r\x1b[K${cut}`);
    this.shown = true;
  }

  private paint(code: number, text: string): string {
    return this.options.color ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
