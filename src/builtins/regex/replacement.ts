/** Replacement texts: `$1`, `$name`, `${1}`, `${name}` and `$$`. */
import type { Match, Search } from "./search";

/** Literal text, or the group to put in: its number, -1 for one that doesn't exist. */
export type Piece = string | number;

const REFERENCE = /\$(?:\$|\{([^}]*)\}|([0-9A-Za-z_]+))/g;

/** Takes a replacement apart; unknown groups expand to nothing, a lone `$` stays. */
export function parseReplacement(text: string, names: ReadonlyMap<string, number>): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const m of text.matchAll(REFERENCE)) {
    pieces.push(text.slice(from, m.index));
    from = m.index + m[0].length;
    const name = m[1] ?? m[2];
    if (name === undefined) pieces.push("$");
    else if (/^\d+$/.test(name)) pieces.push(Number(name));
    else pieces.push(names.get(name) ?? -1);
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** The replacement for one match. */
export function expand(pieces: readonly Piece[], match: Match, search: Search): string {
  let out = "";
  for (const piece of pieces) {
    if (typeof piece === "string") out += piece;
    else if (piece === 0) out += search.slice(match);
    else {
      const group = match.groups[piece - 1];
      if (group !== undefined) out += search.slice(group);
    }
  }
  return out;
}
