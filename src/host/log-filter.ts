/** Which log lines are wanted: the syntax of `RUST_LOG` (`warn`, `lua=debug,info`). */

const LEVELS = ["trace", "debug", "info", "warn", "error", "off"] as const;
/** A level as a threshold; `off` is above all lines. */
export type Threshold = (typeof LEVELS)[number];
export type LogLevel = Exclude<Threshold, "off">;

/** Thresholds, in general and by target. */
export class LogFilter {
  private constructor(
    private readonly general: number,
    /** The longest prefix first. */
    private readonly targets: readonly (readonly [target: string, level: number])[],
  ) {}

  static at(level: Threshold): LogFilter {
    return new LogFilter(LEVELS.indexOf(level), []);
  }

  /** Reads a filter; undefined when it is not valid. Without a general level only targets show. */
  static parse(text: string): LogFilter | undefined {
    let general: number | undefined;
    const targets: [string, number][] = [];
    for (const part of text.split(",").map((s) => s.trim())) {
      if (part === "") continue;
      const [target, name] = part.includes("=") ? split(part) : ["", part];
      const level = (LEVELS as readonly string[]).indexOf(name.toLowerCase());
      if (level >= 0 && target === "") general = level;
      else if (level >= 0) targets.push([target, level]);
      // a bare target shows all of its lines
      else if (!part.includes("=") && /^[a-z_][\w:.]*$/i.test(part)) targets.push([part, 0]);
      else return undefined;
    }
    if (general === undefined && targets.length === 0) return undefined;
    targets.sort((a, b) => b[0].length - a[0].length);
    return new LogFilter(general ?? LEVELS.indexOf("off"), targets);
  }

  /** True when lines of this level and target are to be written. */
  allows(level: LogLevel, target: string): boolean {
    const found = this.targets.find(([t]) => target === t || target.startsWith(`${t}::`));
    return LEVELS.indexOf(level) >= (found === undefined ? this.general : found[1]);
  }
}

function split(part: string): [string, string] {
  const at = part.indexOf("=");
  return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}
