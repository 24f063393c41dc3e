/** Where the aliases of a YAML document lead. */
import { type Alias, type Document, isScalar, type Node, visit } from "yaml";

export interface Aliases {
  /** The node that an alias stands for; undefined when there is no such anchor before it. */
  readonly targets: ReadonlyMap<Alias, Node>;
  /** How many nodes the document has. */
  readonly size: number;
}

/** All of them in one walk: `Alias.resolve` walks through the whole document for each. */
export function aliasesOf(document: Document): Aliases {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  let size = 0;
  visit(document, {
    Node(_key, node) {
      size++;
      if (!isScalar(node) && "source" in node) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if ("anchor" in node && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return { targets, size };
}
