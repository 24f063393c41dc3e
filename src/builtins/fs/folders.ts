/** Folders: listing, walking, making, removing. */
import type { Dirent, Stats } from "node:fs";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rename as renameFile,
  rm,
  rmdir,
  stat as statFile,
  unlink,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import {
  bytesToUtf8,
  type Context,
  float,
  type LuaTable,
  list as luaList,
  osErrorCode,
  record,
  utf8ToBytes,
} from "../../host";
import { attempt, join, nativePath, quoted } from "./paths";

export type EntryType = "file" | "directory" | "symlink" | "other";

export interface Entry {
  readonly name: string;
  /** From where the walk began. */
  readonly path: string;
  readonly type: EntryType;
}

function typeOf(e: Dirent | Stats): EntryType {
  if (e.isFile()) return "file";
  if (e.isDirectory()) return "directory";
  return e.isSymbolicLink() ? "symlink" : "other";
}

/** The entries of a folder by name, in the order of their bytes. `real` is where the folder is. */
export async function entriesOf(real: string, shown: string): Promise<Entry[]> {
  const found = await namesAndTypes(real);
  const result = found.map(([name, type]) => ({ name, path: join(shown, name), type }));
  return result.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function namesAndTypes(real: string): Promise<(readonly [string, EntryType])[]> {
  const folder = nativePath(real);
  const found = await readdir(folder, { withFileTypes: true });
  if (!found.some((e) => e.name.includes("\ufffd")))
    return found.map((e) => [utf8ToBytes(e.name), typeOf(e)]);
  // a name that is not UTF-8: Bun gives either the types or the bytes
  const names = (await readdir(folder, "buffer")).map((b) => b.toString("latin1"));
  return Promise.all(
    names.map(async (name) => [name, typeOf(await lstat(nativePath(join(real, name))))] as const),
  );
}

/** All that is below a folder, each folder before its content. Links are not followed. */
export async function* walk(real: string, shown = real, depth = Infinity): AsyncGenerator<Entry> {
  for (const entry of await entriesOf(real, shown)) {
    yield entry;
    if (entry.type === "directory" && depth > 1)
      yield* walk(join(real, entry.name), entry.path, depth - 1);
  }
}

export async function list(ctx: Context, path: string): Promise<LuaTable> {
  const real = ctx.readPath(path);
  const found = await attempt(ctx, `list ${quoted(path)}`, () => entriesOf(real, path));
  return luaList(
    found.map(({ name, type }) => record({ name, type })),
    ctx.host,
  );
}

export async function readdirDeep(ctx: Context, path: string, depth: number): Promise<LuaTable> {
  const real = ctx.readPath(path);
  const found = await attempt(ctx, `read directory ${quoted(path)}`, async () => {
    const rows: LuaTable[] = [];
    for await (const e of walk(real, "", depth))
      rows.push(record({ name: e.name, path: e.path, type: e.type }));
    return rows;
  });
  return luaList(found, ctx.host);
}

function seconds(ms: number): ReturnType<typeof float> | undefined {
  return ms > 0 ? float(ms / 1000) : undefined;
}

export async function stat(ctx: Context, path: string): Promise<LuaTable> {
  // the entry itself first: it says whether this is a link
  const real = ctx.readPath(path);
  const entry = ctx.host.policy.allowRead(path, "entry") ?? real;
  const link = await attempt(ctx, `stat ${quoted(path)}`, () => lstat(nativePath(entry)));
  const isLink = link.isSymbolicLink();
  // a link that leads nowhere is described itself
  const target = isLink ? await statFile(nativePath(real)).catch(() => link) : link;
  const mode = target.mode & 0o7777;
  return record({
    type: typeOf(target),
    size: target.size,
    is_file: target.isFile(),
    is_dir: target.isDirectory(),
    is_symlink: isLink,
    modified: seconds(target.mtimeMs),
    created: seconds(target.birthtimeMs),
    mode,
    permissions: mode.toString(8).padStart(3, "0"),
    uid: target.uid,
    gid: target.gid,
  });
}

export async function exists(ctx: Context, path: string): Promise<boolean> {
  const real = ctx.readPath(path);
  return attempt(ctx, `look for ${quoted(path)}`, () => isThere(real));
}

async function isThere(real: string): Promise<boolean> {
  try {
    await statFile(nativePath(real));
    return true;
  } catch (e) {
    if (ABSENT.has(osErrorCode(e) ?? "")) return false;
    throw e;
  }
}

const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "ERR_INVALID_ARG_VALUE"]);

export async function makeFolder(ctx: Context, path: string): Promise<void> {
  const real = ctx.writePath(path);
  await attempt(ctx, `create directory ${quoted(path)}`, () =>
    mkdir(nativePath(real), { recursive: true }),
  );
}

/** Removes a file, a link, or a folder with all that is in it. */
export async function remove(ctx: Context, path: string, recursive: boolean): Promise<void> {
  const real = ctx.writePath(path, "entry");
  const what = `remove ${quoted(path)}`;
  if (/^\/*$/.test(path) ? path !== "" : /(^|\/)\.{1,2}\/*$/.test(path))
    ctx.fail(`failed to ${what}: refusing to remove this folder`);
  await attempt(ctx, what, async () => {
    const info = await lstat(nativePath(real));
    if (!info.isDirectory()) await unlink(nativePath(real.replace(/\/+$/, "")));
    else if (recursive) await rm(nativePath(real), { recursive: true });
    else await rmdir(nativePath(real));
  });
}

export async function rename(ctx: Context, from: string, to: string): Promise<void> {
  const source = ctx.writePath(from, "entry");
  const target = ctx.writePath(to, "entry");
  const what = `rename ${quoted(from)} to ${quoted(to)}`;
  await attempt(ctx, what, async () => {
    if (!ctx.host.policy.writesAll) await refuseLinks(ctx, what, source);
    await renameFile(nativePath(source), nativePath(target));
  });
}

/**
 * Where scripts are confined, they neither move nor make symbolic links: a link that takes the place
 * of a folder between the check of a path and its use would lead out.
 */
async function refuseLinks(ctx: Context, what: string, real: string): Promise<void> {
  const info = await lstat(nativePath(real));
  let found = info.isSymbolicLink();
  if (info.isDirectory())
    for await (const entry of walk(real))
      if (entry.type === "symlink") {
        found = true;
        break;
      }
  if (found) ctx.fail(`failed to ${what}: moving symbolic links is not allowed`);
}

/** Makes a folder with a new name where temporary files go; only this user may enter it. */
export async function makeTemporary(ctx: Context, prefix: string): Promise<string> {
  if (prefix.includes("/")) ctx.fail("prefix must not contain '/'");
  const folder = ctx.host.environment.get("TMPDIR") || tmpdir();
  const path = join(utf8ToBytes(folder), prefix);
  const real = ctx.writePath(path);
  return attempt(ctx, `create a directory in ${quoted(folder)}`, async () => {
    return utf8ToBytes(await mkdtemp(bytesToUtf8(real)));
  });
}
