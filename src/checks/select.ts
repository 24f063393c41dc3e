/** Which checks of a file are run: by tags and by shard. */
import type { Check } from "./config";

export interface Selection {
  /** Tags or names; those that have one of them, and what they need. */
  readonly only?: readonly string[];
  /** Tags or names; all but those that have one of them. */
  readonly skip?: readonly string[];
  /** From 0. */
  readonly shard?: { readonly index: number; readonly count: number };
}

/** The words that no check has as its tag or name: most likely mistyped. */
export function unknownWords(checks: readonly Check[], words: readonly string[] = []): string[] {
  return words.filter((w) => !checks.some((c) => c.name === w || c.tags.includes(w)));
}

/** The places in the file of the checks to run, in order. */
export function select(checks: readonly Check[], selection: Selection): number[] {
  const { only = [], skip = [], shard } = selection;
  const has = (c: Check, words: readonly string[]) =>
    words.some((w) => c.name === w || c.tags.includes(w));
  const groups = shard === undefined ? undefined : groupsByNeed(checks);
  const wanted = new Set<number>();
  const byName = placesByName(checks);
  const add = (start: number) => {
    const open = [start];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      if (wanted.has(i)) continue;
      wanted.add(i);
      for (const name of (checks[i] as Check).needs) open.push(...(byName.get(name) ?? []));
    }
  };
  for (const [i, c] of checks.entries()) if (only.length === 0 || has(c, only)) add(i);
  return checks
    .map((_, i) => i)
    .filter((i) => wanted.has(i) && !has(checks[i] as Check, skip))
    .filter((i) => shard === undefined || (groups?.[i] as number) % shard.count === shard.index);
}

function placesByName(checks: readonly Check[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [i, { name }] of checks.entries()) {
    const same = places.get(name);
    if (same === undefined) places.set(name, [i]);
    else same.push(i);
  }
  return places;
}

/** Numbers groups of checks that need each other; they must stay in one shard. */
function groupsByNeed(checks: readonly Check[]): number[] {
  const parent = checks.map((_, i) => i);
  const root = (i: number): number => {
    let r = i;
    while (parent[r] !== r) r = parent[r] as number;
    parent[i] = r;
    return r;
  };
  const byName = placesByName(checks);
  for (const [i, c] of checks.entries())
    for (const j of c.needs.flatMap((name) => byName.get(name) ?? [])) {
      const [a, b] = [root(i), root(j)];
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  const numbers = new Map<number, number>();
  return checks.map((_, i) => {
    const r = root(i);
    if (!numbers.has(r)) numbers.set(r, numbers.size);
    return numbers.get(r) as number;
  });
}

/**
 * `0/3` as the first of three, counted from 0 like the pods of an Indexed Job; `/3` or `3` takes the
 * index from `JOB_COMPLETION_INDEX`. Gives what is wrong with it otherwise.
 */
export function parseShard(
  text: string,
  completionIndex: string | undefined,
): { index: number; count: number } | { problem: string } {
  const m = /^(?:(\d*)\/)?(\d+)$/.exec(text);
  if (m === null) return { problem: "expected I/N, such as 0/3" };
  const given = m[1] || completionIndex;
  if (given === undefined || !/^\d+$/.test(given))
    return { problem: "the index is missing, and JOB_COMPLETION_INDEX is not set" };
  const index = Number(given);
  const count = Number(m[2]);
  if (count === 0) return { problem: "there is no shard in 0 of them" };
  if (index < count) return { index, count };
  return { problem: `shards of ${count} are counted from 0 to ${count - 1}, got ${index}` };
}
