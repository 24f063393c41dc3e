/**
 * Log lines on standard error, for scripts (`log.info`) and for the tool itself:
 *
 *     2026-01-31T12:00:00.123456Z  INFO message key="text" count=3
 *
 * or as one JSON object per line. Control characters of messages are shown escaped, so that a
 * script can't steer the terminal; line feeds and tabs pass in text.
 */
import { LogFilter, type LogLevel } from "./log-filter";
import type { Secrets } from "./secrets";

/** A field's value that is written as it is: JSON text of a table, a path without quotes. */
export class RawField {
  constructor(
    readonly text: string,
    /** The value in JSON lines; the text as a string when left out. */
    readonly json: string = JSON.stringify(text),
  ) {}
}

export type FieldValue = string | number | bigint | boolean | undefined | RawField;
export type LogFields = readonly (readonly [key: string, value: FieldValue])[];

export interface LoggerOptions {
  readonly format?: "text" | "json";
  readonly filter?: LogFilter;
  /** ANSI colours in text lines. */
  readonly color?: boolean;
  readonly secrets?: Secrets;
  /** Takes one line with its line feed. */
  readonly write: (line: string) => void;
}

const COLORS: Record<LogLevel, string> = {
  trace: "35",
  debug: "34",
  info: "32",
  warn: "33",
  error: "31",
};

/** Writes log lines. */
export class Logger {
  private readonly options: LoggerOptions;
  private readonly filter: LogFilter;

  constructor(options: LoggerOptions) {
    this.options = options;
    this.filter = options.filter ?? LogFilter.at("info");
  }

  /** True when a line of this level would be written. */
  enabled(level: LogLevel, target = "lua"): boolean {
    return this.filter.allows(level, target);
  }

  /** Writes a line unless the filter drops it. Texts are JS text. */
  log(level: LogLevel, message: string, fields: LogFields = [], target = "lua"): void {
    if (!this.enabled(level, target)) return;
    const line =
      this.options.format === "json"
        ? jsonLine(level, message, fields, target)
        : textLine(level, message, fields, this.options.color === true);
    this.options.write(`${this.options.secrets?.mask(line) ?? line}\n`);
  }
}

/** The time now with microseconds, as RFC 3339. */
function timestamp(): string {
  const micros = Math.floor((performance.timeOrigin + performance.now()) * 1000);
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  return `${text.slice(0, -1)}${String(micros % 1000).padStart(3, "0")}Z`;
}

function textLine(level: LogLevel, message: string, fields: LogFields, color: boolean): string {
  const paint = (code: string, s: string) => (color ? `\x1b[${code}m${s}\x1b[0m` : s);
  const name = paint(COLORS[level], level.toUpperCase().padStart(5));
  let line = `${paint("2", timestamp())} ${name} ${escapeControls(message)}`;
  for (const [key, value] of fields)
    line += ` ${paint("3", nameText(key))}${paint("2", "=")}${fieldText(value)}`;
  return line;
}

/** A name that could be taken for more than a name, or for another line, stands in quotes. */
function nameText(key: string): string {
  return /[\s"=]|^$/.test(key) ? escapeControls(JSON.stringify(key)) : escapeControls(key);
}

function fieldText(v: FieldValue): string {
  if (typeof v === "string") return escapeControls(JSON.stringify(v));
  if (v instanceof RawField) return escapeControls(v.text);
  return v === undefined ? "nil" : String(v);
}

function jsonLine(level: LogLevel, message: string, fields: LogFields, target: string): string {
  const head = JSON.stringify({
    timestamp: timestamp(),
    level: level.toUpperCase(),
    target,
    message,
  });
  const body = fields.map(([key, v]) => `${JSON.stringify(key)}:${fieldJson(v)}`);
  const line = fields.length === 0 ? head : `${head.slice(0, -1)},"fields":{${body.join(",")}}}`;
  // JSON may hold these as they are, and a terminal obeys them
  return line.replace(/[\x7f-\x9f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function fieldJson(v: FieldValue): string {
  if (v instanceof RawField) return v.json;
  if (typeof v === "number" && !Number.isFinite(v)) return `"${v}"`;
  return typeof v === "bigint" ? String(v) : (JSON.stringify(v) ?? "null");
}

/** Shows control characters as `\x1b`; line feeds and tabs stay. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
