/** Whether the checks that others need are there, and can come first. */
import { suggest } from "../host/suggest";
import type { Check } from "./config";

/** Each looks at all names. */
const MAX_HINTS = 20;

/** A check with whatever the caller knows of it besides. */
type Known = { readonly check: Check };

/** Checks whose needs can't be met, and why: one is not there, or needs the check itself by a detour. */
export function unmetNeeds<K extends Known>(checks: readonly K[]): [known: K, problem: string][] {
  const byName = Map.groupBy(checks, (k) => k.check.name);
  const names = [...byName.keys()];
  let hints = MAX_HINTS;
  const missing = checks.flatMap((k) =>
    k.check.needs
      .filter((name) => !byName.has(name))
      .map((name): [K, string] => [k, absent(name, hints-- > 0 ? names : [])]),
  );
  return [...missing, ...rings(checks, byName)];
}

function absent(name: string, names: readonly string[]): string {
  const near = suggest(name, names);
  const hint = near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`;
  return `there is no check ${JSON.stringify(name)}${hint}`;
}

function rings<K extends Known>(
  checks: readonly K[],
  byName: ReadonlyMap<string, K[]>,
): [K, string][] {
  const found: [K, string][] = [];
  const state = new Map<K, "open" | "done">();
  // a stack of its own: chains may be long
  const stack: { known: K; rest: K[] }[] = [];
  const enter = (known: K) => {
    state.set(known, "open");
    stack.push({ known, rest: known.check.needs.flatMap((name) => byName.get(name) ?? []) });
  };
  for (const start of checks) {
    if (!state.has(start)) enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        state.set(top.known, "done");
        stack.pop();
      } else if (state.get(next) === "open") {
        const from = stack.findIndex((s) => s.known === next);
        const ring = [...stack.slice(from).map((s) => s.known), next].map((k) => k.check.name);
        found.push([next, `checks need each other: ${ring.join(" → ")}`]);
      } else if (!state.has(next)) enter(next);
    }
  }
  return found;
}
