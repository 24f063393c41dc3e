/**
 * What a chunk that does not compile ends in, and how messages name a chunk.
 */

/** `message` is the whole Lua message, position included. No JS stack is captured. */
export class LuaSyntaxError {
  readonly name = "LuaSyntaxError";
  constructor(readonly message: string) {}

  toString(): string {
    return this.message;
  }
}

/** Room for a chunk's name in messages, with the end mark that C strings have. */
const ID_SIZE = 60;
const SOURCE_ROOM = ID_SIZE - '[string "..."]'.length - 1;

/**
 * How messages show a chunk: `=name` as it is (cut at its end), `@file` likewise (cut at its
 * start), anything else as `[string "first line..."]`.
 */
export function chunkDisplayName(chunkName: string): string {
  const nul = chunkName.indexOf("\0");
  const name = nul < 0 ? chunkName : chunkName.slice(0, nul);
  if (name.startsWith("=")) return name.slice(1, ID_SIZE);
  if (name.startsWith("@")) {
    if (name.length <= ID_SIZE) return name.slice(1);
    return `...${name.slice(name.length - (ID_SIZE - 4))}`;
  }
  const newline = name.indexOf("\n");
  if (newline < 0 && name.length < SOURCE_ROOM) return `[string "${name}"]`;
  const firstLine = newline < 0 ? name : name.slice(0, newline);
  return `[string "${firstLine.slice(0, SOURCE_ROOM)}..."]`;
}
