/**
 * Which files scripts may touch. Everything that takes a path from a script asks here first, and
 * then uses the path that it gets back: symbolic links and `..` are resolved in it, so what was
 * checked is what is opened.
 *
 * Paths are byte strings, like Lua's. A policy without roots allows everything and changes no path.
 * Other programs that move links about at the very moment of a check are not guarded against;
 * scripts themselves have no way to make links.
 */
import { readlinkSync } from "node:fs";
import { bytesToBuffer, utf8ToBytes } from "./bytes";

export interface PolicyOptions {
  /** Folders and files (JS text) that may be read, with all that is below; all when left out. */
  readonly read?: readonly string[];
  /** The same for writing, which does not imply reading. */
  readonly write?: readonly string[];
}

/** `entry`: the operation is about the folder's entry itself, not about what a link leads to. */
export type PathUse = "target" | "entry";

/** As many as Linux follows. */
const MAX_LINKS = 40;

export class Policy {
  private readonly readRoots: readonly string[] | undefined;
  private readonly writeRoots: readonly string[] | undefined;

  constructor(options: PolicyOptions = {}) {
    this.readRoots = options.read && roots(options.read);
    this.writeRoots = options.write && roots(options.write);
  }

  /** The path to read for `path`; undefined when that is not allowed. */
  allowRead(path: string, use: PathUse = "target"): string | undefined {
    return confine(path, use, this.readRoots);
  }

  /** The path to write, create or remove for `path`; undefined when that is not allowed. */
  allowWrite(path: string, use: PathUse = "target"): string | undefined {
    return confine(path, use, this.writeRoots);
  }

  /** Nothing is refused. */
  get isOpen(): boolean {
    return this.readRoots === undefined && this.writeRoots === undefined;
  }
}

function roots(paths: readonly string[]): string[] {
  return paths.flatMap((path) => resolvePath(utf8ToBytes(path), "target") ?? []);
}

function confine(
  path: string,
  use: PathUse,
  allowed: readonly string[] | undefined,
): string | undefined {
  if (allowed === undefined) return path;
  const real = resolvePath(path, use);
  if (real === undefined) return undefined;
  // the entry of a root lies outside of it
  const fits = (root: string) =>
    (use === "target" && real === root) || real.startsWith(root === "/" ? root : `${root}/`);
  return allowed.some(fits) ? real : undefined;
}

/**
 * The absolute path without links and dots, as the system would walk it; parts that don't exist
 * stay as they are. Undefined when links lead in circles.
 */
function resolvePath(path: string, use: PathUse): string | undefined {
  const isAbsolute = path.startsWith("/");
  const pending = path.split("/").reverse();
  let real = isAbsolute ? "" : utf8ToBytes(process.cwd());
  if (real === "/") real = "";
  for (let links = 0; pending.length > 0; ) {
    const part = pending.pop();
    if (part === undefined || part === "" || part === ".") continue;
    if (part === "..") {
      real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
      continue;
    }
    const next = `${real}/${part}`;
    // a slash behind the last name makes the system follow it
    const target = pending.length > 0 || use === "target" ? linkTarget(next) : undefined;
    if (target === undefined) {
      real = next;
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    if (target.startsWith("/")) real = "";
    pending.push(...target.split("/").reverse());
  }
  return real === "" ? "/" : real;
}

/** What a symbolic link holds; undefined for anything else. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(bytesToBuffer(path), { encoding: "buffer" }).toString("latin1");
  } catch {
    return undefined;
  }
}
