/** `fs`: files and folders. Contents and names are bytes; only the calling task waits. */
import { chmod } from "node:fs/promises";
import { defineBuiltin, fn, list as luaList, Param, p, values } from "../host";
import { append, copy, modeOf, read, substitute, write } from "./fs/files";
import {
  exists,
  list,
  makeFolder,
  makeTemporary,
  readdirDeep,
  remove,
  rename,
  stat,
  walk,
} from "./fs/folders";
import { Lines, openLines } from "./fs/lines";
import { attempt, nativePath, quoted } from "./fs/paths";

const path = p.string("path");
/** Read by `modeOf`: as another integer, octal text would be decimal. */
const modeParam = new Param<string | number>(
  "mode",
  "integer|string",
  "permissions, an integer or octal text",
  (v) => v as string | number,
);

const writeDeclaration = {
  doc: "Replaces the content of a file; makes it and its folders when they are not there.",
  params: [
    path,
    p.string("content"),
    p
      .record("opts", {
        atomic: p.boolean("atomic", "write beside it, then rename").optional(),
        mode: modeParam.optional(),
      })
      .optional()
      .added(),
  ] as const,
  mutates: true,
};

const readDeclaration = {
  doc: "The content of a file, byte by byte.",
  params: [path] as const,
  returns: "string",
};

export default defineBuiltin({
  name: "fs",
  doc: "Files and folders",
  needs: ["read", "write"],
  functions: {
    read: fn({ ...readDeclaration, run: read }),
    read_bytes: fn({ ...readDeclaration, run: read }),
    write: fn({ ...writeDeclaration, run: write }),
    write_bytes: fn({ ...writeDeclaration, run: write }),
    append: fn({
      doc: "Adds to the end of a file; makes it and its folders when they are not there.",
      params: [path, p.string("content")],
      mutates: true,
      run: append,
    }),
    lines: fn({
      doc: "Iterates over the lines of a file, without their ends: `for line in fs.lines(path) do`.",
      params: [path],
      returns: "fs.lines",
      async run(ctx, name) {
        const lines = ctx.handle(Lines, await openLines(ctx, name));
        // the fourth value of a `for` is closed when the loop is left (§3.3.5)
        return values(lines, undefined, undefined, lines);
      },
    }),
    sub_in_file: fn({
      doc: "`string.gsub` on the content of a file, which is replaced if anything matched.",
      params: [
        path,
        p.string("pattern", "a Lua pattern"),
        p.either(
          p.string("repl", "as for string.gsub"),
          p.either(p.table("repl"), p.function("repl")),
        ),
      ],
      returns: "integer",
      mutates: true,
      run: substitute,
    }),
    exists: fn({
      doc: "Whether there is such a path.",
      params: [path],
      returns: "boolean",
      run: exists,
    }),
    stat: fn({
      doc: "What is known about a path: size, type, is_file, is_dir, is_symlink, modified, created, mode.",
      params: [path],
      returns: "table",
      run: stat,
    }),
    list: fn({
      doc: "The entries of a folder as `{name, type}`, sorted by name.",
      params: [path],
      returns: "table",
      run: list,
    }),
    readdir: fn({
      doc: "All entries below a folder as `{name, path, type}`, down to `opts.depth` levels; `path` is seen from the folder.",
      params: [
        path,
        p.record("opts", { depth: p.integer("depth", "", { min: 1 }).optional() }).optional(),
      ],
      returns: "table",
      run: (ctx, name, opts) => readdirDeep(ctx, name, opts?.depth ?? Infinity),
    }),
    glob: fn({
      doc: "The paths that match a pattern with `*`, `?`, `[…]`, `{a,b}` and `**`, sorted.",
      params: [p.string("pattern")],
      returns: "table",
      run: async (ctx, pattern) => {
        const { glob } = await import("./fs/glob");
        return luaList(await glob(ctx, pattern), ctx.host);
      },
    }),
    mkdir: fn({
      doc: "Makes a folder and those above it; one that is there is fine.",
      params: [path],
      mutates: true,
      run: makeFolder,
    }),
    remove: fn({
      doc: "Removes a file, or a folder with its content (unless `opts.recursive` is false).",
      params: [
        path,
        p.record("opts", { recursive: p.boolean("recursive").default(true) }).optional(),
      ],
      mutates: true,
      run: (ctx, name, opts) => remove(ctx, name, opts?.recursive ?? true),
    }),
    rename: fn({
      doc: "Gives a file or folder another name or place on the same file system.",
      params: [p.string("from"), p.string("to")],
      mutates: true,
      run: rename,
    }),
    copy: fn({
      doc: "Copies a file, or a folder with its content; returns the bytes copied.",
      params: [p.string("from"), p.string("to")],
      returns: "integer",
      mutates: true,
      run: (ctx, from, to) => copy(ctx, from, to, walk),
    }),
    chmod: fn({
      doc: 'Sets the permissions: an integer or octal text such as `"755"`.',
      params: [path, p.any("mode")],
      mutates: true,
      async run(ctx, name, mode) {
        const bits = modeOf(ctx, mode);
        const real = ctx.writePath(name);
        await attempt(ctx, `change mode of ${quoted(name)}`, () => chmod(nativePath(real), bits));
      },
    }),
    tempdir: fn({
      doc: "Makes a new folder for temporary files and returns its path.",
      params: [p.string("prefix").default("assay-")],
      returns: "string",
      mutates: true,
      run: makeTemporary,
    }),
  },
});
