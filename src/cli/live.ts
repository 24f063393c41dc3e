/**
 * What a terminal shows while checks run: a line per finished check, and below them a block that
 * changes, with a line per check under way and one that counts.
 */
import type { Check } from "../checks/config";
import { failureText } from "../checks/output/pretty";
import { countsText, nameText } from "../checks/output/text";
import type { CheckResult, RunResult } from "../checks/result";
import { escapeControls } from "../host/logger";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 100;
const UP = "\x1b[1A";
const CLEAR = "\r\x1b[K";

export interface LiveOptions {
  readonly total: number;
  /** Takes JS text for the terminal. */
  readonly write: (text: string) => void;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly now: () => number;
  readonly color: boolean;
}

interface Running {
  readonly since: number;
  /** The attempt under way, or the next one in a pause. */
  attempt: number;
  of: number;
  /** When a pause ends. */
  until: number | undefined;
  last: string;
}

export class Live {
  private readonly running = new Map<Check, Running>();
  private done = 0;
  private failed = 0;
  private frame = 0;
  /** Lines of the block on the terminal. */
  private shown = 0;
  private pending = "";
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly options: LiveOptions) {}

  /** Keeps the block moving. */
  start(): void {
    this.timer = setInterval(() => this.tick(), FRAME_MS);
    this.timer.unref();
  }

  tick(): void {
    this.frame++;
    this.draw();
  }

  started(check: Check): void {
    const since = this.options.now();
    const of = check.retries + 1;
    this.running.set(check, { since, attempt: 1, of, until: undefined, last: "" });
    this.draw();
  }

  /** Attempt `attempt` failed with `message`; the next one begins after `pause` milliseconds. */
  retrying(check: Check, attempt: number, pause: number, message: string): void {
    const entry = this.running.get(check);
    if (entry !== undefined) {
      entry.attempt = attempt + 1;
      entry.until = this.options.now() + pause;
      entry.last = message.split("\n")[0] as string;
    }
    this.draw();
  }

  finished(check: Check, result: CheckResult): void {
    this.running.delete(check);
    this.done++;
    if (!result.passed) this.failed++;
    const count = result.attempts.length > 1 ? `, ${result.attempts.length} attempts` : "";
    const [mark, code] = result.passed ? ["✓", 32] : result.skipped ? ["○", 33] : ["✗", 31];
    const name = nameText(result.name);
    if (this.pending !== "") this.print("\n");
    this.print(
      `${this.paint(code as number, mark as string)} ${name}  ${result.duration_ms} ms${count}\n`,
    );
  }

  /** Writes lines above the block; half a line waits for its rest. */
  print(text: string): void {
    this.pending += text;
    const end = this.pending.lastIndexOf("\n") + 1;
    if (end === 0) return;
    this.options.write(this.erasure() + this.pending.slice(0, end));
    this.shown = 0;
    this.pending = this.pending.slice(end);
    this.draw();
  }

  /** Ends with nothing but what was printed. */
  stop(): void {
    clearInterval(this.timer);
    this.running.clear();
    if (this.pending !== "") this.print("\n");
    this.draw();
  }

  /** Ends with the failures explained and a summary. */
  end(result: RunResult): void {
    this.stop();
    const failed = result.checks.filter((c) => !c.passed);
    for (const check of failed) this.options.write(`\n${failureText(check, this.options.color)}\n`);
    this.options.write(`\n${this.paint(failed.length === 0 ? 32 : 31, countsText(result))}\n`);
  }

  private erasure(): string {
    if (this.shown === 0) return "";
    return CLEAR + `${UP}${CLEAR}`.repeat(this.shown - 1);
  }

  private draw(): void {
    const lines = this.running.size === 0 ? [] : this.block();
    this.options.write(this.erasure() + lines.join("\n"));
    this.shown = lines.length;
  }

  private block(): string[] {
    const now = this.options.now();
    const room = Math.max(1, this.options.rows() - 2);
    const entries = [...this.running];
    const lines = entries.slice(0, room).map(([check, r]) => this.line(check, r, now));
    const more = entries.length > room ? `, ${entries.length} under way` : "";
    const failed = this.failed > 0 ? `, ${this.failed} failed` : "";
    lines.push(`  ${this.done}/${this.options.total} done${failed}${more}`);
    return lines.map((line) => cutLine(line, Math.max(10, this.options.columns() - 1)));
  }

  private line(check: Check, r: Running, now: number): string {
    const elapsed = `${((now - r.since) / 1000).toFixed(1)}s`;
    const pause = r.until === undefined ? 0 : r.until - now;
    const wait = pause > 0 ? ` in ${(pause / 1000).toFixed(1)}s` : "";
    const attempt = r.of > 1 ? `  attempt ${r.attempt}/${r.of}${wait}` : "";
    const last = r.last === "" ? "" : `  last: ${escapeControls(r.last)}`;
    const name = nameText(check.name);
    return `${FRAMES[this.frame % FRAMES.length]} ${name}  ${elapsed}${attempt}${last}`;
  }

  private paint(code: number, text: string): string {
    return this.options.color ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** A line that wraps could not be erased; wide characters take two columns. */
function cutLine(line: string, columns: number): string {
  const flat = line.replace(/[\t\r\n]+/g, " ");
  if (Bun.stringWidth(flat) <= columns) return flat;
  let out = "";
  let width = 1;
  for (const c of flat) {
    width += Bun.stringWidth(c);
    if (width > columns) break;
    out += c;
  }
  return `${out}…`;
}
