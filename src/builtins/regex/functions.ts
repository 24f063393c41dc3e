/** What can be done with a pattern and a text. */
import {
  type Context,
  HostError,
  isNumber,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  list,
  numberToString,
  record,
  typeName,
} from "../../host";
import { inSlices, turns } from "../data/slices";
import type { Pattern } from "./pattern";
import { expand, parseReplacement } from "./replacement";
import { type Match, Search } from "./search";

const NO_LIMIT = Number.POSITIVE_INFINITY;

function search(ctx: Context, text: string, pattern: Pattern): Search {
  try {
    return new Search(text, pattern);
  } catch (e) {
    if (e instanceof HostError) ctx.fail(e.message);
    throw e;
  }
}

export function test(ctx: Context, text: string, pattern: Pattern): boolean {
  return search(ctx, text, pattern).test();
}

/** A match as scripts see it. */
function matchTable(s: Search, names: [string, number][], m: Match): LuaTable {
  const groups = new LuaTable();
  for (const [i, g] of m.groups.entries()) if (g !== undefined) groups.µsetInt(i + 1, s.slice(g));
  let named: LuaTable | undefined;
  if (names.length > 0) {
    named = new LuaTable();
    for (const [name, n] of names) named.µsetKey(name, groups.µgetInt(n));
  }
  return record({ match: s.slice(m), groups, named, start: m.start + 1, finish: m.end });
}

export function find(ctx: Context, text: string, pattern: Pattern): LuaTable | undefined {
  const s = search(ctx, text, pattern);
  const m = s.next();
  return m === undefined ? undefined : matchTable(s, s.names, m);
}

export interface FindAllOptions {
  /** Tables as `find` gives them instead of strings. */
  readonly captures: boolean;
  readonly limit: number | undefined;
}

export function findAll(ctx: Context, text: string, pattern: Pattern, options: FindAllOptions) {
  const s = search(ctx, text, pattern);
  const { names } = s;
  const { limit = NO_LIMIT, captures } = options;
  const found: LuaValue[] = [];
  const step = () => {
    const m = found.length < limit ? s.next() : undefined;
    if (m !== undefined) found.push(captures ? matchTable(s, names, m) : s.slice(m));
    return m !== undefined;
  };
  return inSlices(ctx, step, () => list(found, ctx.host));
}

export function replace(
  ctx: Context,
  text: string,
  pattern: Pattern,
  by: string | LuaFunction,
  limit = NO_LIMIT,
): string | Promise<string> {
  const s = search(ctx, text, pattern);
  const { names } = s;
  if (typeof by === "function") return replaceByCalls(ctx, s, names, by, limit);
  const pieces = parseReplacement(by, new Map(names));
  const parts: string[] = [];
  let from = 0;
  let count = 0;
  const step = () => {
    const m = count++ < limit ? s.next() : undefined;
    if (m === undefined) return false;
    parts.push(text.slice(from, m.start), expand(pieces, m, s));
    from = m.end;
    return true;
  };
  return inSlices(ctx, step, () => parts.join("") + text.slice(from));
}

/** `by` gets the match as `find` gives it; nil and false leave it as it is. */
async function replaceByCalls(
  ctx: Context,
  s: Search,
  names: [string, number][],
  by: LuaFunction,
  limit: number,
): Promise<string> {
  const parts: string[] = [];
  let from = 0;
  const othersTurn = turns();
  for (let count = 0; count < limit; count++) {
    const m = s.next();
    if (m === undefined) break;
    await othersTurn();
    // nobody waits for the result any more
    if (ctx.signal.aborted) break;
    const [v] = await ctx.call(by, matchTable(s, names, m));
    parts.push(s.bytes.slice(from, m.start));
    if (v === undefined || v === false) parts.push(s.slice(m));
    else if (typeof v === "string") parts.push(v);
    else if (isNumber(v)) parts.push(numberToString(v));
    else ctx.fail(`invalid replacement value (a ${typeName(v)})`);
    from = m.end;
  }
  return parts.join("") + s.bytes.slice(from);
}

/** The texts between matches; at most `limit` of them. An empty match at either end splits nothing. */
export function split(ctx: Context, text: string, pattern: Pattern, limit = NO_LIMIT) {
  const s = search(ctx, text, pattern);
  const parts: string[] = [];
  let from = 0;
  const step = () => {
    const m = parts.length + 1 < limit ? s.next() : undefined;
    if (m === undefined) return false;
    if (m.end === m.start && (m.start === 0 || m.start === text.length)) return true;
    parts.push(text.slice(from, m.start));
    from = m.end;
    return true;
  };
  return inSlices(ctx, step, () => list([...parts, text.slice(from)], ctx.host));
}
