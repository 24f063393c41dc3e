/** `disk`: how much room there is, and making some. */
import { lstat, statfs, unlink } from "node:fs/promises";
import { type Context, defineBuiltin, float, fn, osErrorCode, p, record } from "../host";
import { walk } from "./fs/folders";
import { attempt, nativePath, quoted } from "./fs/paths";

const path = p.string("path");

/** The bytes of all files below a folder, or of one file. Links count as themselves. */
async function sizeOf(ctx: Context, name: string): Promise<number> {
  const real = ctx.readPath(name);
  return attempt(ctx, `measure ${quoted(name)}`, async () => {
    const top = await lstat(nativePath(real));
    if (!top.isDirectory()) return top.size;
    let total = 0;
    for await (const entry of walk(real)) {
      if (ctx.signal.aborted) break;
      if (entry.type !== "directory") total += (await unlessGone(entry.path))?.size ?? 0;
    }
    return total;
  });
}

/** What `lstat` says; undefined for what has been removed meanwhile. */
async function unlessGone(real: string) {
  try {
    return await lstat(nativePath(real));
  } catch (e) {
    if (osErrorCode(e) === "ENOENT") return undefined;
    throw e;
  }
}

/** Removes files and links that were last changed more than `age` seconds ago. */
async function sweep(ctx: Context, dir: string, age: number, depth: number): Promise<number> {
  const real = ctx.writePath(dir);
  return attempt(ctx, `sweep ${quoted(dir)}`, async () => {
    const before = Date.now() - age * 1000;
    let removed = 0;
    for await (const entry of walk(real, real, depth)) {
      if (ctx.signal.aborted) break;
      if (entry.type !== "file" && entry.type !== "symlink") continue;
      const info = await unlessGone(entry.path);
      if (info === undefined || info.mtimeMs > before) continue;
      await unlink(nativePath(entry.path));
      removed++;
    }
    return removed;
  });
}

export default defineBuiltin({
  name: "disk",
  doc: "Disk space",
  needs: ["read", "write"],
  functions: {
    usage: fn({
      doc: "The file system of a path: `{total, free, available, used, percent}`, in bytes.",
      params: [path],
      returns: "table",
      async run(ctx, name) {
        const real = ctx.readPath(name);
        const fs = await attempt(ctx, `look at ${quoted(name)}`, () => statfs(nativePath(real)));
        const total = fs.blocks * fs.bsize;
        const used = (fs.blocks - fs.bfree) * fs.bsize;
        return record({
          total,
          free: fs.bfree * fs.bsize,
          // without what is kept for the superuser
          available: fs.bavail * fs.bsize,
          used,
          percent: float(total > 0 ? (used / total) * 100 : 0),
        });
      },
    }),
    dir_size: fn({
      doc: "The bytes of all files below a folder.",
      params: [path],
      returns: "integer",
      run: sizeOf,
    }),
    sweep: fn({
      doc: "Removes the files of a folder that are older than `age` seconds; returns how many.",
      params: [
        p.string("dir"),
        p.number("age", "seconds since the last change", { min: 0 }),
        p.options("opts", {
          recursive: p.boolean("recursive", "in folders below, too").default(false),
        }),
      ],
      returns: "integer",
      mutates: true,
      run: (ctx, dir, age, opts) => sweep(ctx, dir, age, opts.recursive ? Infinity : 1),
    }),
  },
});
