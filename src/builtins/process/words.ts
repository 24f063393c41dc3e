/** The words of a command line as Bun.spawn takes them. */
import { bytesToText } from "../../host";

/**
 * Bun.spawn takes text only. Words with other bytes (a file name in Latin-1, say) go to the program
 * through a shell that puts them together from octal escapes and then becomes the program. A final `_`
 * keeps line ends at a word's end, which `$(…)` would cut off.
 */
export function commandWords(words: readonly string[]): string[] {
  const texts = words.map(bytesToText);
  if (!texts.includes(undefined)) return texts as string[];
  const set = words.map((word, i) => `w${i}=$(printf '${octal(word)}_');w${i}=\${w${i}%_};`);
  const use = words.map((_, i) => `"$w${i}"`);
  return ["/bin/sh", "-c", `${set.join("")}exec ${use.join(" ")}`];
}

function octal(word: string): string {
  return word.replace(/[\s\S]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
