/** What a sandbox lacks shows as nil; the note tells people why. */

const ABSENT =
  /\((?:global|field|method) '(io|shell|process|execute|remove|rename|tmpname|dump)'\)/;

/** A line to add to the message of an error in a sandbox; empty when the sandbox is not the reason. */
export function sandboxNote(message: string): string {
  const name = ABSENT.exec(message)?.[1];
  if (name === undefined) return "";
  return `\nnote: '${name}' is not there because the script runs in a sandbox`;
}
