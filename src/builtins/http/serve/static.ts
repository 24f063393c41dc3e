/** Files of one folder as a route: `http.static("public")`. */
import { realpath, stat } from "node:fs/promises";
import { bytesToBuffer, defineHandle, type LuaValue, Userdata } from "../../../host";
import { join } from "../../fs/paths";
import { targetOf } from "./request";

export class StaticFolder {
  constructor(
    /** A byte string, as `index`. */
    readonly root: string,
    readonly index: string,
    /** Seconds that clients may keep a file without asking again. */
    readonly maxAge: number,
  ) {}
}

export const StaticHandle = defineHandle<StaticFolder>({
  name: "http.static",
  needs: [],
  doc: "A folder of files to serve, for use as a route.",
  tostring: (self) => self.root,
});

/** The folder in a route table, or undefined for any other value. */
export function staticFolderOf(v: LuaValue): StaticFolder | undefined {
  return v instanceof Userdata ? StaticHandle.unwrap(v) : undefined;
}

const notFound = () =>
  new Response("not found", { status: 404, headers: { "content-type": "text/plain" } });

/** Answers a request for `path` (decoded bytes, relative to the folder). */
export async function serveStatic(
  folder: StaticFolder,
  request: Request,
  path: string,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return new Response("method not allowed", {
      status: 405,
      headers: { allow: "GET, HEAD", "content-type": "text/plain" },
    });
  const file = await resolveFile(folder, path);
  if (file === undefined) return notFound();
  const { size, mtime } = file;
  const asked = targetOf(request.url);
  if (file.isIndex && !asked.path.endsWith("/")) {
    // the page's relative links count from the folder; a leading `//` must not become another host
    const name = asked.path.slice(asked.path.lastIndexOf("/") + 1);
    const query = asked.query === "" ? "" : `?${asked.query}`;
    return new Response(null, { status: 301, headers: { location: `./${name}/${query}` } });
  }
  // by its bytes, so that names which are not UTF-8 work too
  const content = Bun.file(bytesToBuffer(file.path));
  const headers: Record<string, string> = {
    "content-type": content.type,
    etag: `"${size.toString(16)}-${mtime.getTime().toString(16)}"`,
    "last-modified": mtime.toUTCString(),
    "accept-ranges": "bytes",
    "cache-control": folder.maxAge > 0 ? `max-age=${folder.maxAge}` : "no-cache",
    "x-content-type-options": "nosniff",
  };
  if (isFresh(request, headers["etag"] as string, mtime))
    return new Response(null, { status: 304, headers });
  const isPart = isUnchanged(request, headers["etag"] as string, mtime);
  const range = isPart ? byteRange(request.headers.get("range"), size) : undefined;
  if (range === "unsatisfiable")
    return new Response(null, { status: 416, headers: { "content-range": `bytes */${size}` } });
  if (range === undefined) return new Response(content, { headers });
  const [from, to] = range;
  headers["content-range"] = `bytes ${from}-${to}/${size}`;
  return new Response(content.slice(from, to + 1), { status: 206, headers });
}

interface Found {
  /** A byte string. */
  readonly path: string;
  readonly size: number;
  readonly mtime: Date;
  /** It stands for the folder that was asked for. */
  readonly isIndex: boolean;
}

/**
 * The file behind a path. Nothing outside the folder is reached, also not through symbolic links,
 * and names that begin with a dot are as good as absent.
 */
async function resolveFile(folder: StaticFolder, path: string): Promise<Found | undefined> {
  const segments = path.split("/").filter((s) => s !== "");
  if (path.includes("\0") || segments.some((s) => s.startsWith(".") || s.includes("\\")))
    return undefined;
  try {
    const root = await realName(folder.root);
    let target = await realName(segments.reduce(join, root));
    let info = await stat(bytesToBuffer(target));
    const isIndex = info.isDirectory();
    if (isIndex) {
      target = await realName(join(target, folder.index));
      info = await stat(bytesToBuffer(target));
    }
    const isInside = target.startsWith(join(root, ""));
    if (!isInside || !info.isFile()) return undefined;
    return { path: target, size: info.size, mtime: info.mtime, isIndex };
  } catch {
    return undefined;
  }
}

async function realName(path: string): Promise<string> {
  return (await realpath(bytesToBuffer(path), { encoding: "buffer" })).toString("latin1");
}

/** Conditional requests (RFC 9110 §13.1). */
function isFresh(request: Request, etag: string, mtime: Date): boolean {
  const match = request.headers.get("if-none-match");
  if (match !== null)
    return match.split(",").some((t) => t.trim().replace(/^W\//, "") === etag || t.trim() === "*");
  const since = Date.parse(request.headers.get("if-modified-since") ?? "");
  return !Number.isNaN(since) && Math.floor(mtime.getTime() / 1000) * 1000 <= since;
}

/** Whether the file is still the one that the client has a part of (RFC 9110 §13.1.5). */
function isUnchanged(request: Request, etag: string, mtime: Date): boolean {
  const condition = request.headers.get("if-range");
  return condition === null || condition === etag || condition === mtime.toUTCString();
}

/** One byte range (RFC 9110 §14.1.2); several, or none that makes sense, count as no range. */
function byteRange(
  header: string | null,
  size: number,
): readonly [from: number, to: number] | "unsatisfiable" | undefined {
  const m = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (m === null || (m[1] === "" && m[2] === "")) return undefined;
  if (m[1] === "") {
    const count = Number(m[2]);
    return count === 0 || size === 0 ? "unsatisfiable" : [Math.max(0, size - count), size - 1];
  }
  const from = Number(m[1]);
  const to = m[2] === "" ? size - 1 : Math.min(Number(m[2]), size - 1);
  if (m[2] !== "" && Number(m[2]) < from) return undefined;
  return from >= size ? "unsatisfiable" : [from, to];
}
