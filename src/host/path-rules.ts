/**
 * Which files a policy allows. Symbolic links and `..` are resolved first, and whoever opens the file
 * uses the path that comes out, so that what was checked is what is opened.
 *
 * Paths are byte strings, like Lua's. Other programs that move links about at the very moment of a
 * check are not guarded against; confined scripts can neither make nor move links (`fs.rename`).
 */
import { readlinkSync } from "node:fs";
import { bytesToBuffer, utf8ToBytes } from "./bytes";

/** `entry`: the operation is about the folder's entry itself, not about what a link leads to. */
export type PathUse = "target" | "entry";

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** The real paths of folders and files (JS text) that a policy names. */
export function rootPaths(paths: readonly string[]): string[] {
  return paths.flatMap((path) => resolvePath(utf8ToBytes(path), "target") ?? []);
}

/** The real path for `path` when it is one of the `allowed` or below one; undefined otherwise. */
export function confine(
  path: string,
  use: PathUse,
  allowed: readonly string[],
): string | undefined {
  if (path.includes("\0")) return undefined;
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
