/** Paths of scripts: byte strings of any content, as the system has them. */
import { bytesToBuffer, bytesToUtf8, type Context, osError } from "../../host";

/** A path for node:fs. As bytes, so that names which are not UTF-8 work too. */
export function nativePath(path: string): Buffer {
  // Bun has no error of the system for this one
  if (path === "") throw Object.assign(new Error("empty path"), { code: "ENOENT", errno: -2 });
  return bytesToBuffer(path);
}

/** A path between quotes, for messages. */
export function quoted(path: string): string {
  return JSON.stringify(bytesToUtf8(path));
}

/** Runs `action`; an error of the system becomes `fs.read: failed to read "x": …`. */
export async function attempt<T>(ctx: Context, what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (e) {
    if (!(e instanceof Error)) throw e;
    return ctx.fail(`failed to ${what}: ${osError(e)}`);
  }
}

/** The folder that a path is in. */
export function parentOf(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  const at = trimmed.lastIndexOf("/");
  if (at < 0) return ".";
  return at === 0 ? "/" : trimmed.slice(0, at);
}

/** The last name of a path. */
export function nameOf(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

export function join(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}
