/**
 * What scripts may touch outside of themselves. Builtins and the standard library ask here before
 * they open a file, a connection, a port or a program; an open policy allows everything.
 */
import type { Guard } from "../lualib/guard";
import { NetRules } from "./net-rules";
import { confine, type PathUse, rootPaths } from "./path-rules";

export interface PolicyOptions {
  /** Folders and files (JS text) that may be read, with all that is below; all when left out. */
  readonly read?: readonly string[];
  /** The same for writing, which does not imply reading. */
  readonly write?: readonly string[];
  /**
   * Where connections may go and where a server may listen; everywhere when left out: `host`,
   * `host:port`, `*.domain`, `10.0.0.0/8`, `[::1]:80`, `*`.
   */
  readonly net?: readonly string[];
  /** Names of environment variables that scripts see, `PREFIX_*` too; all when left out. */
  readonly env?: readonly string[];
  /**
   * No `io`, no other programs, no binary chunks, and of `debug` only what reads: what makes the
   * other limits hold for Lua code that nobody has read.
   */
  readonly sandbox?: boolean;
}

/** What one state may touch. */
export class Policy {
  private readonly readRoots: readonly string[] | undefined;
  private readonly writeRoots: readonly string[] | undefined;
  private readonly env: readonly string[] | undefined;
  /** Rules for connections and ports; undefined allows all. */
  readonly net: NetRules | undefined;
  readonly isSandbox: boolean;

  /** Throws an `Error` for a rule that can't be read. */
  constructor(options: PolicyOptions = {}) {
    this.readRoots = options.read && rootPaths(options.read);
    this.writeRoots = options.write && rootPaths(options.write);
    this.net = options.net && new NetRules(options.net);
    this.env = options.env;
    this.isSandbox = options.sandbox ?? false;
  }

  /** A sandbox in which nothing outside can be reached but what is named. */
  static sandbox(options: Omit<PolicyOptions, "sandbox"> = {}): Policy {
    return new Policy({ read: [], write: [], net: [], env: [], ...options, sandbox: true });
  }

  /** The path to read for `path`; undefined when that is not allowed. */
  allowRead(path: string, use: PathUse = "target"): string | undefined {
    return this.readRoots === undefined ? path : confine(path, use, this.readRoots);
  }

  /** The path to write, create or remove for `path`; undefined when that is not allowed. */
  allowWrite(path: string, use: PathUse = "target"): string | undefined {
    return this.writeRoots === undefined ? path : confine(path, use, this.writeRoots);
  }

  /** Whether scripts may see an environment variable. */
  allowEnv(name: string): boolean {
    if (this.env === undefined) return true;
    return this.env.some((rule) =>
      rule.endsWith("*") ? name.startsWith(rule.slice(0, -1)) : name === rule,
    );
  }

  /** All files may be read. */
  get readsAll(): boolean {
    return this.readRoots === undefined;
  }

  /** All files may be written. */
  get writesAll(): boolean {
    return this.writeRoots === undefined;
  }

  /** What the standard library has to ask; undefined when it need not ask anything. */
  guard(readonly: boolean): Guard | undefined {
    if (!this.isSandbox && this.readsAll && !readonly) return undefined;
    const { isSandbox } = this;
    return { readPath: (path) => this.allowRead(path), isSandbox, readonly };
  }
}
