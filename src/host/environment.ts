/**
 * The environment variables as one Lua state sees them: the process's own, under variables that
 * were set for this state (by a check's `env`, or by `env.set`).
 */
export interface EnvironmentOptions {
  /** Variables that win over the process's. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Setting a variable changes the process environment, so that `os.getenv` sees it. */
  readonly shared?: boolean;
  /** Which variables are visible; all when left out. */
  readonly allow?: (name: string) => boolean;
}

/** Variables of one state. Names and values are byte strings. */
export class Environment {
  /** What it began with, whatever the script has set since. */
  private readonly initial: Readonly<Record<string, string>>;
  /** undefined stands for "unset here". */
  private readonly own = new Map<string, string | undefined>();
  private readonly shared: boolean;
  private readonly allow: (name: string) => boolean;

  constructor(options: EnvironmentOptions = {}) {
    this.initial = options.overrides ?? {};
    for (const [name, value] of Object.entries(options.overrides ?? {})) this.own.set(name, value);
    this.shared = options.shared ?? false;
    this.allow = options.allow ?? (() => true);
  }

  get(name: string): string | undefined {
    if (this.own.has(name)) return this.own.get(name);
    return this.allow(name) ? process.env[name] : undefined;
  }

  /** A variable as the program itself goes by it (a proxy, say): not what scripts made of it. */
  given(name: string): string | undefined {
    return Object.hasOwn(this.initial, name) ? this.initial[name] : process.env[name];
  }

  set(name: string, value: string | undefined): void {
    if (!this.shared) this.own.set(name, value);
    else if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    if (this.shared) this.own.delete(name);
  }

  /** All visible variables: what a child process gets. */
  all(): Record<string, string> {
    const out: Record<string, string> = {};
    for (const [name, value] of Object.entries(process.env))
      if (value !== undefined && this.allow(name)) out[name] = value;
    for (const [name, value] of this.own) {
      if (value === undefined) delete out[name];
      else out[name] = value;
    }
    return out;
  }
}
