/** Nodes of a YAML document as texts and pairs, aliases and merge keys followed, and a list of what is wrong. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { Aliases } from "./aliases";
import { interpolate, isOpen, type Scope } from "./interpolate";
import type { Problem } from "./problem";
import { describeNode } from "./scalar";
import { describeShape, type Shape } from "./shape";

/** How many values may come out of aliases, which may multiply a small file without end. */
const MAX_REPEATED = 200_000;
/** How often a node is looked at, at most, without aliases. */
const LOOKS = 5;
/** How deep nodes may be nested, and how long a chain of aliases may be. */
export const MAX_DEPTH = 100;

/** What a text is in the file and after interpolation. */
interface Text {
  text: string;
  isPlain: boolean;
  isInterpolated: boolean;
  /** It depends on a variable that is not known yet. */
  isOpen: boolean;
}

/** Looks at the nodes of one document. */
export class NodeReader {
  private visited = 0;
  /** Alternatives are tried silently. */
  private quiet: Problem[] | undefined;
  readonly problems: Problem[] = [];

  constructor(
    protected readonly file: string,
    protected readonly aliases: Aliases,
    protected readonly lines: LineCounter,
    public scope: Scope,
  ) {}

  /** Where problems go at present. */
  protected get found(): Problem[] {
    return this.quiet ?? this.problems;
  }

  /** Notes a problem at the node's position. */
  report(
    node: Node | null | undefined,
    path: string,
    message: string,
    severity: Problem["severity"] = "error",
  ): void {
    const { line, col } = this.lines.linePos(node?.range?.[0] ?? 0);
    const list = this.found;
    const place = { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
    const before = list.at(-1);
    // a node may be looked at more than once
    if (before?.message === message && before.line === line && before.column === col) return;
    list.push({ severity, path, message, ...place });
  }

  /** Follows aliases. Null stands for what is not there. */
  resolve(node: unknown, path: string): Node | undefined {
    const limit = MAX_REPEATED + LOOKS * this.aliases.size;
    if (++this.visited > limit) {
      if (this.visited === limit + 1) {
        // it is told once only, and so not to who tries what fits
        const { quiet } = this;
        this.quiet = undefined;
        this.report(node as Node, path, "too many values (are there aliases of aliases?)");
        this.quiet = quiet;
      }
      return undefined;
    }
    let n = node as Node | undefined | null;
    for (let i = 0; isAlias(n) && i < MAX_DEPTH; i++) {
      const target = this.aliases.targets.get(n);
      if (target === undefined) {
        this.report(n, path, `unknown alias *${n.source}`);
        return undefined;
      }
      n = target;
    }
    return n ?? undefined;
  }

  /** What YAML reads as null is the text that is written there, as the original has it: mostly none. */
  protected nullText(raw: unknown, path: string): string {
    const node = this.resolve(raw, path);
    return isScalar(node) ? ((node as Scalar).source ?? "") : "";
  }

  /** Is there nothing, or null? */
  isNull(node: unknown): boolean {
    return node === undefined || node === null || (isScalar(node) && node.value === null);
  }

  protected wrong(node: Node | undefined, shape: Shape, path: string, hint = ""): undefined {
    this.report(node, path, `expected ${describeShape(shape)}, got ${describeNode(node)}${hint}`);
    return undefined;
  }

  /** A scalar's text. Numbers and words are taken as they are written. */
  text(node: Node | undefined, path: string): Text | undefined {
    if (!isScalar(node)) return undefined;
    const scalar = node as Scalar;
    const isPlain = scalar.type === "PLAIN" || scalar.type === undefined;
    if (isPlain && scalar.value === null) return undefined;
    const raw = isPlain ? (scalar.source ?? String(scalar.value)) : String(scalar.value);
    const read = interpolate(raw, this.scope);
    if ("problem" in read) {
      this.report(node, path, read.problem);
      return { text: raw, isPlain, isInterpolated: true, isOpen: false };
    }
    const { text, warning } = read;
    if (warning !== undefined) this.report(node, path, warning, "warning");
    // a quoted "${PORT}" is as good as a plain one: what it holds is not known to the file
    const isInterpolated = text !== raw;
    return {
      text,
      isPlain: isPlain || isInterpolated,
      isInterpolated,
      isOpen: isOpen(text, this.scope),
    };
  }

  /** The pairs of a map, merge keys (`<<`) included. */
  entries(raw: unknown, shape: Shape, path: string): Map<string, unknown> | undefined {
    const node = this.resolve(raw, path);
    if (!isMap(node)) {
      this.wrong(node, shape, path);
      return undefined;
    }
    const out = new Map<string, unknown>();
    this.addPairs(out, node as YAMLMap, path, new Set());
    return out;
  }

  /** Adds the pairs whose keys are not there yet: a map's own, then those that it merges, in their order. */
  private addPairs(
    out: Map<string, unknown>,
    map: YAMLMap,
    path: string,
    above: ReadonlySet<unknown>,
  ): void {
    const own = new Map<string, unknown>();
    const merged: unknown[] = [];
    for (const { key, value } of map.items as Pair[]) {
      const k = this.resolve(key, path);
      if (!isScalar(k)) {
        this.report(k, path, "keys must be plain texts");
        continue;
      }
      const name = typeof k.value === "string" ? k.value : (k.source ?? String(k.value));
      if (k.source === "<<" && k.type === "PLAIN") merged.push(value);
      else own.set(name, value);
    }
    for (const [name, value] of own) if (!out.has(name)) out.set(name, value);
    const chain = new Set([...above, map]);
    for (const source of merged) {
      const target = this.resolve(source, path);
      for (const part of isSeq(target) ? target.items : [target]) {
        const inner = this.resolve(part, path);
        // a map that merges itself
        if (inner === undefined || chain.has(inner)) continue;
        if (isMap(inner)) this.addPairs(out, inner as YAMLMap, path, chain);
        else this.report(inner, path, `<< merges maps, and this is ${describeNode(inner)}`);
      }
    }
  }

  /** Runs `f` and gives what it found wrong apart. */
  protected withQuiet<T>(f: () => T): { value: T; problems: Problem[] } {
    const outer = this.quiet;
    this.quiet = [];
    const value = f();
    const problems = this.quiet;
    this.quiet = outer;
    return { value, problems };
  }
}

/** A key as text; "" when it is none. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}
