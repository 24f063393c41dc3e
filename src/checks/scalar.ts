/** Scalars of YAML: what they are, and in words. */
import { isMap, isScalar, isSeq, type Node } from "yaml";

/** A node in words, for messages. */
export function describeNode(node: Node | undefined): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  if (!isScalar(node) || node.value === null) return "nothing";
  const text = node.type === "PLAIN" ? (node.source ?? String(node.value)) : undefined;
  const shown = text ?? JSON.stringify(String(node.value));
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

/** An integer that a double can't hold, but 64 bits can. */
export function exactInteger(source: string | undefined): bigint | undefined {
  if (source === undefined || !/^[+-]?\d+$/.test(source)) return undefined;
  const n = BigInt(source.replace("+", ""));
  return BigInt.asIntN(64, n) === n ? n : undefined;
}

/** A number as YAML 1.2 writes it (§10.3.2). */
export function yamlNumber(text: string): number | undefined {
  if (/^0x[\da-f]+$/i.test(text) || /^0o[0-7]+$/i.test(text)) return Number(text);
  if (/^[+-]?(\.\d+|\d+(\.\d*)?)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^[+-]?\.inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  return /^\.nan$/i.test(text) ? Number.NaN : undefined;
}
