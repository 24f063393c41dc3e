/**
 * Bytes for child processes. Bun.spawn takes text only; what is no UTF-8 (a file name in Latin-1, say)
 * goes through a shell that puts it together from octal escapes and then becomes the program. A final
 * `_` keeps line ends at the end, which `$(…)` would cut off.
 */
import { isUtf8 } from "node:buffer";
import { rawVariable } from "./environ";

/** The words of a command line, byte strings, as Bun.spawn takes them. */
export function commandWords(words: readonly string[]): string[] {
  const bytes = words.map((word) => Buffer.from(word, "latin1"));
  if (bytes.every((b) => isUtf8(b))) return bytes.map((b) => b.toString("utf8"));
  const set = words.map((word, i) => assign(`w${i}`, word));
  const use = words.map((_, i) => `"$w${i}"`);
  return ["/bin/sh", "-c", `${set.join("")}exec ${use.join(" ")}`];
}

/** The command line with the variables of `env` (texts) that are bytes in this process set to those. */
export function withRawVariables(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): string[] {
  let set = "";
  for (const [name, text] of Object.entries(env)) {
    const raw = rawVariable(name, text);
    // the shell has no others
    if (raw !== undefined && /^[A-Za-z_]\w*$/.test(name))
      set += `${assign(name, raw)}export ${name};`;
  }
  return set === "" ? [...words] : ["/bin/sh", "-c", `${set}exec "$@"`, "sh", ...words];
}

function assign(name: string, bytes: string): string {
  return `${name}=$(printf '${octal(bytes)}_');${name}=\${${name}%_};`;
}

function octal(word: string): string {
  return word.replace(/[\s\S]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
