/** Reading and writing whole files. */
import type { Stats } from "node:fs";
import {
  appendFile,
  chmod,
  copyFile,
  lstat,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import {
  bufferToBytes,
  bytesToBuffer,
  type Context,
  checkAllocation,
  errorText,
  gsub,
  isNumber,
  LuaError,
  type LuaFunction,
  type LuaTable,
  type LuaValue,
  matchesPattern,
  maxBytes,
  numberToDouble,
} from "../../host";
import { attempt, join, nameOf, nativePath, parentOf, quoted } from "./paths";

/** Longer strings are beyond JavaScript. */
const MAX_LENGTH = 0x7fffffff;
/** Opening it anew would cut off a file that `print` writes to, so this goes the same way. */
const STDOUT = "/dev/stdout";

/** The bytes of a file. */
export async function read(ctx: Context, path: string): Promise<string> {
  const real = ctx.readPath(path);
  const bytes = await attempt(ctx, `read ${quoted(path)}`, async () => {
    const native = nativePath(real);
    if (maxBytes !== Number.POSITIVE_INFINITY) checkAllocation((await stat(native)).size);
    return readFile(native);
  });
  if (bytes.length > MAX_LENGTH) ctx.fail(`${quoted(path)} is too large for a string`);
  return bufferToBytes(bytes);
}

export interface WriteOptions {
  readonly atomic?: boolean | undefined;
  readonly mode?: LuaValue;
}

async function makeParents(ctx: Context, path: string, real: string): Promise<void> {
  await attempt(ctx, `create directories for ${quoted(path)}`, () =>
    mkdir(nativePath(parentOf(real)), { recursive: true }),
  );
}

/** Replaces the content of a file, which is made when it is not there, with its folders. */
export async function write(
  ctx: Context,
  path: string,
  content: string,
  options: WriteOptions = {},
): Promise<void> {
  if (path === STDOUT && ctx.host.state.stdout !== undefined) {
    ctx.host.state.stdout(content);
    return;
  }
  const mode = options.mode === undefined ? undefined : modeOf(ctx, options.mode);
  const real = ctx.writePath(path);
  await makeParents(ctx, path, real);
  await attempt(ctx, `write ${quoted(path)}`, async () => {
    if (options.atomic) return replace(real, content, mode);
    await writeFile(nativePath(real), bytesToBuffer(content), mode === undefined ? {} : { mode });
    // the mode of `writeFile` is for new files only, and less the umask
    if (mode !== undefined) await chmod(nativePath(real), mode);
  });
}

/** Writes beside the file and renames: readers see the old content or the new, nothing between. */
async function replace(path: string, content: string, mode: number | undefined): Promise<void> {
  // a link stays a link
  const target = await realpath(nativePath(path), { encoding: "buffer" }).then(
    (b) => b.toString("latin1"),
    () => path,
  );
  const present = await statOf(target);
  // devices and pipes must stay what they are
  if (present?.isFile() === false) return writeFile(nativePath(target), bytesToBuffer(content));
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString("hex");
  const name = `.${nameOf(target)}.${random}.tmp`;
  const temporary = nativePath(join(parentOf(target), name));
  try {
    const file = await open(temporary, "wx", mode ?? 0o666);
    try {
      await file.writeFile(bytesToBuffer(content));
      await file.sync();
    } finally {
      await file.close();
    }
    const wanted = mode ?? present?.mode;
    if (wanted !== undefined) await chmod(temporary, wanted & 0o7777);
    await rename(temporary, nativePath(target));
  } catch (e) {
    await unlink(temporary).catch(() => undefined);
    throw e;
  }
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(nativePath(path)).catch(() => undefined);
}

/** Adds to the end of a file, which is made when it is not there, with its folders. */
export async function append(ctx: Context, path: string, content: string): Promise<void> {
  if (path === STDOUT) return write(ctx, path, content);
  const real = ctx.writePath(path);
  await makeParents(ctx, path, real);
  await attempt(ctx, `append to ${quoted(path)}`, () =>
    appendFile(nativePath(real), bytesToBuffer(content)),
  );
}

/** Copies a file with its mode, or a folder with all that is in it; gives the bytes copied. */
export async function copy(
  ctx: Context,
  from: string,
  to: string,
  walk: (folder: string) => AsyncIterable<{ path: string; type: string }>,
): Promise<number> {
  const source = ctx.readPath(from);
  const target = ctx.writePath(to);
  const what = `copy ${quoted(from)} to ${quoted(to)}`;
  const info = await attempt(ctx, what, () => stat(nativePath(source)));
  const present = await statOf(target);
  if (present !== undefined && present.ino === info.ino && present.dev === info.dev)
    ctx.fail(`failed to ${what}: they are the same file`);
  await makeParents(ctx, to, target);
  if (!info.isDirectory()) {
    await attempt(ctx, what, () => copyFile(nativePath(source), nativePath(target)));
    return info.size;
  }
  await refuseInside(ctx, what, source, target);
  return attempt(ctx, what, () => copyFolder(ctx, source, target, walk));
}

/** A folder that is copied into itself would never end. */
async function refuseInside(ctx: Context, what: string, source: string, target: string) {
  const real = (path: string) => realpath(nativePath(path), { encoding: "buffer" });
  const outer = (await attempt(ctx, what, () => real(source))).toString("latin1");
  const inner = (await attempt(ctx, what, () => real(parentOf(target)))).toString("latin1");
  if (inner === outer || inner.startsWith(join(outer, "")))
    ctx.fail(`failed to ${what}: a folder can't be copied into itself`);
}

async function copyFolder(
  ctx: Context,
  source: string,
  target: string,
  walk: (folder: string) => AsyncIterable<{ path: string; type: string }>,
): Promise<number> {
  const { symlink, readlink } = await import("node:fs/promises");
  let bytes = 0;
  await mkdir(nativePath(target), { recursive: true });
  for await (const { path, type } of walk(source)) {
    // links that are in the target already may lead anywhere
    const place = join(target, path.slice(join(source, "").length));
    const copied = nativePath(ctx.writePath(place, type === "symlink" ? "entry" : "target"));
    const original = nativePath(path);
    // see `refuseLinks`
    if (type === "symlink" && !ctx.host.policy.writesAll)
      ctx.fail(`copying the symbolic link ${quoted(path)} is not allowed`);
    if (type === "directory") await mkdir(copied, { recursive: true });
    else if (type === "file") {
      await copyFile(original, copied);
      bytes += (await lstat(original)).size;
    } else if (type === "symlink") {
      await symlink(await readlink(original, { encoding: "buffer" }), copied);
    }
  }
  return bytes;
}

/** `string.gsub` on the content of a file; gives the number of replacements. */
export async function substitute(
  ctx: Context,
  path: string,
  pattern: string,
  replacement: string | LuaTable | LuaFunction,
): Promise<number> {
  ctx.writePath(path);
  const before = await read(ctx, path);
  const [after, count] = await replaceAll(ctx, path, before, pattern, replacement);
  const n = isNumber(count) ? numberToDouble(count) : 0;
  if (n > 0 && typeof after === "string") await write(ctx, path, after, { atomic: true });
  return n;
}

/** `string.gsub`; what it says of its arguments becomes the caller's error, that of a function of the script passes. */
async function replaceAll(
  ctx: Context,
  path: string,
  text: string,
  pattern: string,
  replacement: string | LuaTable | LuaFunction,
): Promise<LuaValue[]> {
  try {
    matchesPattern("", pattern);
    // a text runs no code of the script
    if (typeof replacement === "string") return await ctx.call(gsub, text, pattern, replacement);
  } catch (e) {
    if (!(e instanceof LuaError)) throw e;
    return ctx.fail(`failed to replace in ${quoted(path)}: ${errorText(e)}`);
  }
  return ctx.call(gsub, text, pattern, replacement);
}

/** A mode as an integer (`0x1ed`, 493) or as octal text (`"755"`). */
export function modeOf(ctx: Context, mode: LuaValue): number {
  const n =
    typeof mode === "string"
      ? /^(0o)?[0-7]{1,5}$/i.test(mode)
        ? Number.parseInt(mode.replace(/^0o/i, ""), 8)
        : Number.NaN
      : isNumber(mode)
        ? numberToDouble(mode)
        : Number.NaN;
  if (Number.isInteger(n) && n >= 0 && n <= 0o7777) return n;
  return ctx.fail('mode must be an integer up to 4095 or octal text such as "755"');
}
