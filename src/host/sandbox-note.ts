/** What a sandbox lacks shows as nil; the note tells people why. */
import { REMOVED } from "../lualib/guard";

/** `debug.debug` is left out: scripts have fields of that name. */
const NAMES = Object.values(REMOVED)
  .flat()
  .filter((name) => name !== "debug");
const ABSENT = new RegExp(`\\((?:global|field|method) '(io|shell|process|${NAMES.join("|")})'\\)`);

/** A line to add to the message of an error in a sandbox; empty when the sandbox is not the reason. */
export function sandboxNote(message: string): string {
  const name = ABSENT.exec(message)?.[1];
  if (name === undefined) return "";
  return `\nnote: '${name}' is not there because the script runs in a sandbox`;
}
