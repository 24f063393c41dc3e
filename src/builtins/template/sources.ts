/**
 * Finding the templates that a template uses. The engine asks for none while it renders, so they are
 * read before: those that are named in quotes, or, when a name is computed, all that there are.
 */
import { readdir, readFile } from "node:fs/promises";
import { bytesToBuffer, type Context, osError, osErrorCode, utf8ToBytes } from "../../host";
import { readText } from "../data/text";
import { join, quoted } from "../fs/paths";

const MAX_FILES = 2000;
const MAX_BYTES = 64 * 1024 * 1024;

/** A statement that names templates, up to its end. */
const REFERENCE = /\{%[-+]?\s*(?:include|extends|import|from)\b([\s\S]{0,1000}?)%\}/g;
const LITERAL = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/g;
/** What may stand around the names of a statement that computes nothing. */
const FIXED =
  /^\s*(?:""|\[\s*""(?:\s*,\s*"")*\s*,?\s*\])\s*(?:ignore\s+missing\s*)?(?:with(?:out)?\s+context\s*)?(?:as\s+\w+\s*|import\s[\w\s,]*)?[-+]?$/;

/** The names of templates in a template; `isComputed` when there are others. */
export function references(source: string): { names: string[]; isComputed: boolean } {
  const names: string[] = [];
  let isComputed = false;
  for (const [, argument = ""] of source.matchAll(REFERENCE)) {
    for (const m of argument.matchAll(LITERAL)) names.push(m[1] ?? m[2] ?? "");
    if (!FIXED.test(argument.replace(LITERAL, '""'))) isComputed = true;
  }
  return { names, isComputed };
}

/** Names can't lead out of the folder, or to hidden files. */
export function isSafe(name: string): boolean {
  return !/\\|\0/.test(name) && name.split("/").every((part) => !part.startsWith("."));
}

/** The text of a file, undefined when there is none. */
async function readTemplate(ctx: Context, path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(bytesToBuffer(ctx.readPath(path)));
    return readText(bytes.toString("latin1"), `${ctx.name}: ${quoted(path)}`);
  } catch (e) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(osErrorCode(e) ?? "")) return undefined;
    if (e instanceof Error) return ctx.fail(`failed to read ${quoted(path)}: ${osError(e)}`);
    throw e;
  }
}

/** The text of the file that a script named. */
export async function readMain(ctx: Context, path: string): Promise<string> {
  try {
    const bytes = await readFile(bytesToBuffer(ctx.readPath(path)));
    return readText(bytes.toString("latin1"), `${ctx.name}: ${quoted(path)}`);
  } catch (e) {
    if (e instanceof Error) return ctx.fail(`failed to read ${quoted(path)}: ${osError(e)}`);
    throw e;
  }
}

/** The templates in `folder` (a byte string) that those in `sources` use are added to them. */
export async function addReferenced(
  ctx: Context,
  sources: Map<string, string>,
  folder: string,
): Promise<void> {
  const asked = new Set(sources.keys());
  const pending = [...sources.values()];
  let size = 0;
  let hasAll = false;
  const add = async (name: string) => {
    if (asked.has(name) || !isSafe(name)) return;
    asked.add(name);
    const source = await readTemplate(ctx, join(folder, utf8ToBytes(name)));
    if (source === undefined) return;
    size += source.length;
    if (size > MAX_BYTES || asked.size > MAX_FILES) ctx.fail("too many templates");
    sources.set(name, source);
    pending.push(source);
  };
  for (let source = pending.pop(); source !== undefined; source = pending.pop()) {
    const { names, isComputed } = references(source);
    for (const name of names) await add(name);
    if (isComputed && !hasAll) {
      hasAll = true;
      for await (const name of filesIn(ctx, folder, "")) await add(name);
    }
  }
}

async function* filesIn(ctx: Context, folder: string, prefix: string): AsyncGenerator<string> {
  const path = bytesToBuffer(ctx.readPath(join(folder, prefix === "" ? "." : utf8ToBytes(prefix))));
  const entries = await readdir(path, { withFileTypes: true, encoding: "utf8" }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(ctx, folder, name);
    else yield name;
  }
}
