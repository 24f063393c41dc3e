/**
 * File name patterns: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, and `**` for any number of folders.
 * Names are compared byte by byte; a name that begins with a dot is nothing special.
 */
import { stat } from "node:fs/promises";
import { type Context, osErrorCode } from "../../host";
import { type Entry, entriesOf } from "./folders";
import { attempt, join, nativePath, quoted } from "./paths";

/** Alternatives multiply: `{a,b}{c,d}` is four patterns. */
const MAX_ALTERNATIVES = 1000;

/** The pattern written out for each choice of its `{a,b}`; undefined when there are too many. */
function expandBraces(pattern: string): string[] | undefined {
  const open = findOpen(pattern);
  if (open < 0) return [pattern];
  const parts = alternatives(pattern, open);
  if (parts === undefined) return [pattern];
  const found: string[] = [];
  for (const part of parts.options) {
    const rest = expandBraces(pattern.slice(0, open) + part + pattern.slice(parts.end + 1));
    if (rest === undefined || found.length + rest.length > MAX_ALTERNATIVES) return undefined;
    found.push(...rest);
  }
  return found;
}

function findOpen(pattern: string): number {
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "{" && alternatives(pattern, i) !== undefined) return i;
  }
  return -1;
}

/** What is between the brace at `open` and its end; undefined for one that stands for itself. */
function alternatives(s: string, open: number): { options: string[]; end: number } | undefined {
  const options: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < s.length; i++) {
    const c = s[i];
    if (c === "\\") i++;
    else if (c === "{") depth++;
    else if (c === "," && depth === 1) {
      options.push(s.slice(from, i));
      from = i + 1;
    } else if (c === "}" && --depth === 0) {
      options.push(s.slice(from, i));
      return options.length > 1 ? { options, end: i } : undefined;
    }
  }
  return undefined;
}

type Item = "*" | ((byte: number) => boolean);

/** The items of one path segment; undefined when it has no magic and is just a name. */
function compileSegment(segment: string): Item[] | string {
  const items: Item[] = [];
  let name = "";
  let isPlain = true;
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i] as string;
    if (c === "*") {
      isPlain = false;
      if (items.at(-1) !== "*") items.push("*");
      continue;
    }
    if (c === "?") {
      isPlain = false;
      items.push(() => true);
      continue;
    }
    const end = c === "[" ? segment.indexOf("]", i + (isNegated(segment, i) ? 3 : 2)) : -1;
    if (end > 0) {
      isPlain = false;
      items.push(compileSet(segment.slice(i + 1, end)));
      i = end;
      continue;
    }
    const literal = c === "\\" && i + 1 < segment.length ? (segment[++i] as string) : c;
    name += literal;
    const code = literal.charCodeAt(0);
    items.push((byte) => byte === code);
  }
  return isPlain ? name : items;
}

function isNegated(segment: string, at: number): boolean {
  return segment[at + 1] === "!" || segment[at + 1] === "^";
}

function compileSet(text: string): (byte: number) => boolean {
  const negated = text[0] === "!" || text[0] === "^";
  const inside = new Set<number>();
  for (let i = negated ? 1 : 0; i < text.length; i++) {
    const from = text.charCodeAt(i);
    const isRange = text[i + 1] === "-" && i + 2 < text.length;
    const to = isRange ? text.charCodeAt(i + 2) : from;
    for (let b = from; b <= to; b++) inside.add(b);
    if (isRange) i += 2;
  }
  return (byte) => inside.has(byte) !== negated;
}

/** Going back to the latest `*` only is enough, so the time is bounded by the product of lengths. */
function matches(items: readonly Item[], name: string): boolean {
  let i = 0;
  let star = -1;
  let resume = 0;
  for (let at = 0; at < name.length; ) {
    const item = items[i];
    if (item === "*") {
      star = i++;
      resume = at;
    } else if (item?.(name.charCodeAt(at))) {
      i++;
      at++;
    } else if (star >= 0) {
      i = star + 1;
      at = ++resume;
    } else return false;
  }
  while (items[i] === "*") i++;
  return i === items.length;
}

/** The paths that match, sorted by their bytes. Folders that can't be read count as empty. */
export async function glob(ctx: Context, pattern: string): Promise<string[]> {
  const patterns = expandBraces(pattern);
  if (patterns === undefined) return ctx.fail(`too many alternatives in ${quoted(pattern)}`);
  const found = new Set<string>();
  await attempt(ctx, `list ${quoted(pattern)}`, async () => {
    for (const one of patterns) {
      const isAbsolute = one.startsWith("/");
      const segments = one.split("/").filter((s) => s !== "");
      await new Search(ctx, segments, found).from(isAbsolute ? "/" : "", 0);
    }
  });
  return [...found].sort();
}

class Search {
  private readonly compiled: (Item[] | string)[];

  constructor(
    private readonly ctx: Context,
    private readonly segments: readonly string[],
    private readonly found: Set<string>,
  ) {
    this.compiled = segments.map(compileSegment);
  }

  /** Matches the segments from `k` on below `folder` ("" for the working directory). */
  async from(folder: string, k: number): Promise<void> {
    if (this.ctx.signal.aborted) return;
    if (k === this.segments.length) {
      if (folder !== "") this.found.add(folder);
      return;
    }
    if (this.segments[k] === "**") return this.anyDepth(folder, k);
    const segment = this.compiled[k] as Item[] | string;
    if (typeof segment === "string") {
      const path = join(folder, segment);
      if (await this.isThere(path, k)) await this.from(path, k + 1);
      return;
    }
    const isLast = k === this.segments.length - 1;
    for (const entry of await this.list(folder, k)) {
      if (!matches(segment, entry.name)) continue;
      // only what can hold more is entered; a link may lead to a folder
      if (isLast) this.found.add(entry.path);
      else if (entry.type !== "file") await this.from(entry.path, k + 1);
    }
  }

  /** `**`: this folder and all below it; links are not followed. Alone at the end: everything. */
  private async anyDepth(folder: string, k: number): Promise<void> {
    if (this.segments[k + 1] === "**") return this.anyDepth(folder, k + 1);
    const isLast = k === this.segments.length - 1;
    if (!isLast) await this.from(folder, k + 1);
    for (const entry of await this.list(folder, k)) {
      if (isLast) this.found.add(entry.path);
      if (entry.type === "directory") await this.anyDepth(entry.path, k);
    }
  }

  /**
   * Where to read; undefined when that is not allowed. It is an error only when the pattern itself
   * leads there: links that are met on the way just don't match.
   */
  private allowed(path: string, k: number): string | undefined {
    const isNamed = this.compiled.slice(0, k).every((s) => typeof s === "string");
    return isNamed ? this.ctx.readPath(path) : this.ctx.host.policy.allowRead(path);
  }

  private async list(folder: string, k: number): Promise<Entry[]> {
    const real = this.allowed(folder === "" ? "." : folder, k);
    if (real === undefined) return [];
    try {
      return await entriesOf(real, folder);
    } catch (e) {
      if (osErrorCode(e) === undefined) throw e;
      return [];
    }
  }

  private async isThere(path: string, k: number): Promise<boolean> {
    const isLast = k === this.segments.length - 1;
    // folders above those that are allowed may be passed through
    const real = isLast ? this.allowed(path, k) : this.ctx.host.policy.allowRead(path);
    if (real === undefined) return !isLast;
    return stat(nativePath(real)).then(
      () => true,
      () => false,
    );
  }
}
