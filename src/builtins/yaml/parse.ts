/**
 * YAML text to Lua tables. The `yaml` package reads the syntax; what scalars mean is decided here,
 * straight into Lua values, so that no key can reach a JS prototype and no integer loses a bit.
 */
import type { Alias, Document, Node, ParsedNode, Scalar, YAMLMap, YAMLSeq } from "yaml";
import {
  type Context,
  float,
  HostError,
  isNumber,
  LuaTable,
  type LuaValue,
  numberToDouble,
  utf8ToBytes,
} from "../../host";
import { inSlices } from "../data/slices";
import { position, readText } from "../data/text";
import { NULL, resolvePlain } from "./scalars";

type Yaml = typeof import("yaml");

export interface ParseOptions {
  /** What null becomes; nil by default. */
  readonly null?: LuaValue;
  /** Metatable of empty sequences. */
  readonly emptyArray: LuaTable;
  /** A second document is an error, and an empty one a value. */
  readonly single: boolean;
}

const MAX_DEPTH = 128;
/** Entries of the parser's stack that are no collections: the document and a scalar. */
const STACK_MARGIN = 2;
/** What aliases may add, as a multiple of what is written out, and at all. */
const MAX_REPETITION = 100;
const FREE_REPETITION = 10_000;
const MAX_REPEATED = 3_000_000;

const CORE = "tag:yaml.org,2002:";

/** A fault at an offset of the text. */
class Fault {
  constructor(
    readonly cause: string,
    readonly at: number,
  ) {}
}

/**
 * `result` of the documents in `source`, a byte string; empty ones are left out. The syntax of a long
 * text is read in slices, which is most of the work; only then values are made of it, all at once.
 */
export function parseYaml<T>(
  ctx: Context,
  yaml: Yaml,
  source: string,
  options: ParseOptions,
  result: (documents: LuaValue[]) => T,
): T | Promise<T> {
  const text = readText(source, ctx.name);
  const parts = documents(yaml, text);
  const out: LuaValue[] = [];
  let seen = 0;
  const take = (document: Document.Parsed) => {
    const { contents } = document;
    if (contents === null || (!options.single && isEmpty(yaml, contents))) return;
    if (options.single && ++seen > 1)
      throw new Fault("more than one document (use yaml.parse_all)", contents.range?.[0] ?? 0);
    const v = new Reader(yaml, options, unended(text)).read(document);
    // null documents would be holes in the list
    if (v !== undefined || options.single) out.push(v);
  };
  const step = () => {
    try {
      const { done, value } = parts.next();
      if (value !== undefined) take(value as Document.Parsed);
      return done !== true;
    } catch (e) {
      if (e instanceof Fault)
        throw new HostError(`${ctx.name}: ${e.cause} ${position(text, e.at)}`);
      throw e;
    }
  };
  return inSlices(ctx, step, () => result(out));
}

/**
 * Where the text ends, when its last line has words and no line break: a block scalar there ends
 * without one, too (YAML 1.2, rule b-chomped-last), which the package adds.
 */
function unended(text: string): number | undefined {
  const line = text.slice(text.lastIndexOf("\n") + 1);
  return /[^ \r] *$/.test(line) ? text.length : undefined;
}

/** A document that is nothing but an empty scalar. */
function isEmpty(yaml: Yaml, node: Node): boolean {
  return (
    yaml.isScalar(node) && node.value === "" && node.type === "PLAIN" && node.tag === undefined
  );
}

/** The documents as they are complete, and undefined where the work may pause. */
function* documents(yaml: Yaml, text: string): Generator<Document.Parsed | undefined> {
  const parser = new yaml.Parser();
  const composer = new yaml.Composer({
    schema: "failsafe",
    resolveKnownTags: false,
    merge: false,
    // the check compares each key with all others; the last one counts
    uniqueKeys: false,
    prettyErrors: false,
    strict: true,
    logLevel: "silent",
  });
  for (const lexeme of new yaml.Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield* checked(composer.next(token));
    // the parser keeps a stack of its own, but who composes its tokens recurses
    if (parser.stack.length > MAX_DEPTH + STACK_MARGIN)
      throw new Fault(`nesting deeper than ${MAX_DEPTH} levels`, parser.offset);
    yield undefined;
  }
  for (const token of parser.end()) yield* checked(composer.next(token));
  yield* checked(composer.end(false, text.length));
}

function* checked(documents: Iterable<Document.Parsed>): Generator<Document.Parsed> {
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) throw new Fault(firstLine(error.message), error.pos[0]);
    yield document;
  }
}

function firstLine(message: string): string {
  const line = (message.split("\n", 1)[0] as string).replace(
    /^Missing closing (.)quote$/,
    // the quote may well be there, behind a line that ends the text by its indentation
    "Missing closing $1, or a line of the text that is not indented deeper than its key",
  );
  return `${line.charAt(0).toLowerCase()}${line.slice(1)}`.replace(/[.:]$/, "");
}

/** An anchor whose collection is being read. */
const OPEN = Symbol("open");

class Reader {
  private readonly anchors = new Map<string, Node | typeof OPEN>();
  private depth = 0;
  /** Inside how many aliases. */
  private repeating = 0;
  private written = 0;
  private repeated = 0;

  constructor(
    private readonly yaml: Yaml,
    private readonly options: ParseOptions,
    private readonly unended: number | undefined,
  ) {}

  read(document: Document.Parsed): LuaValue {
    return this.value(document.contents as ParsedNode);
  }

  private value(node: Node | null): LuaValue {
    const v = this.resolve(node);
    return v === NULL ? this.options.null : v;
  }

  private resolve(node: Node | null): LuaValue | typeof NULL {
    const { yaml } = this;
    if (node === null) return NULL;
    this.count(node);
    if (yaml.isAlias(node)) return this.alias(node);
    const { anchor } = node as Scalar;
    if (yaml.isScalar(node)) {
      if (anchor !== undefined) this.anchors.set(anchor, node);
      return scalar(node as Scalar<string>, this.text(node as Scalar<string>));
    }
    if (++this.depth > MAX_DEPTH)
      throw new Fault(`nesting deeper than ${MAX_DEPTH} levels`, start(node));
    if (anchor !== undefined) this.anchors.set(anchor, OPEN);
    const t = yaml.isMap(node) ? this.map(node) : this.seq(node as YAMLSeq<Node>);
    if (anchor !== undefined) this.anchors.set(anchor, node);
    this.depth--;
    return t;
  }

  private text({ value, type, range }: Scalar<string>): string {
    const last = range?.[1] === this.unended && value.endsWith("\n");
    return last && (type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED")
      ? value.slice(0, -1)
      : value;
  }

  /** Aliases are copies; nested ones multiply, which is bounded. */
  private count(node: Node): void {
    if (this.repeating === 0) {
      this.written++;
      return;
    }
    const limit = Math.min(FREE_REPETITION + MAX_REPETITION * this.written, MAX_REPEATED);
    if (++this.repeated > limit) throw new Fault("aliases repeat too much", start(node));
  }

  private alias(node: Alias): LuaValue | typeof NULL {
    const target = this.anchors.get(node.source);
    if (target === undefined) throw new Fault(`unknown anchor ${node.source}`, start(node));
    if (target === OPEN) throw new Fault(`anchor ${node.source} contains itself`, start(node));
    this.repeating++;
    // what is inside of the copy refers to its own anchors again, which end up as they are now
    const v = this.resolve(target);
    this.repeating--;
    return v;
  }

  private seq(node: YAMLSeq<Node>): LuaTable {
    collectionTag(node, "seq");
    const array: LuaValue[] = [undefined];
    for (const item of node.items) {
      if (this.yaml.isPair(item)) array.push(this.map({ items: [item] } as unknown as YAMLMap));
      else array.push(this.value(item));
    }
    const t = new LuaTable(array);
    if (array.length === 1) t.µmetatable = this.options.emptyArray;
    else t.µtrim();
    return t;
  }

  private map(node: YAMLMap<unknown, unknown>): LuaTable {
    collectionTag(node as Node, "map");
    const t = new LuaTable();
    for (const { key, value } of node.items)
      t.µsetKey(this.key(key as Node | null, node), this.value(value as Node | null));
    return t;
  }

  /** All keys are strings, as they are written: `1.10` is no `1.1`. */
  private key(node: Node | null, map: Node): string {
    const v = this.resolve(node);
    if (v instanceof LuaTable)
      throw new Fault("a mapping key must be a scalar", node === null ? start(map) : start(node));
    let written = node;
    while (written !== null && this.yaml.isAlias(written))
      written = this.anchors.get(written.source) as Node;
    const text = written === null ? "" : this.text(written as Scalar<string>);
    return text === "" && v === NULL ? "null" : utf8ToBytes(text);
  }
}

function start(node: Node): number {
  return node.range?.[0] ?? 0;
}

function collectionTag(node: Node, kind: "map" | "seq"): void {
  const { tag } = node as YAMLMap;
  if (tag !== undefined && tag !== "!" && tag !== `${CORE}${kind}`) throw unknownTag(tag, node);
}

function unknownTag(tag: string, node: Node): Fault {
  const shown = tag.startsWith(CORE) ? `!!${tag.slice(CORE.length)}` : tag;
  return new Fault(`unsupported tag ${shown}`, start(node));
}

function scalar(node: Scalar<string>, text: string): LuaValue | typeof NULL {
  const { tag } = node;
  if (tag === undefined) return node.type === "PLAIN" ? resolvePlain(text) : utf8ToBytes(text);
  if (tag === "!" || tag === `${CORE}str`) return utf8ToBytes(text);
  const v = resolvePlain(text);
  const fits: Record<string, boolean> = {
    null: v === NULL,
    bool: typeof v === "boolean",
    int: Number.isInteger(v) || isWide(v),
    float: v === NULL ? /^[-+]?\./.test(text) : typeof v === "number" || isWide(v),
  };
  const kind = tag.startsWith(CORE) ? tag.slice(CORE.length) : "";
  if (!Object.hasOwn(fits, kind)) throw unknownTag(tag, node);
  if (!fits[kind]) throw new Fault(`not a value of type !!${kind}`, start(node));
  return kind === "float" && v !== NULL && isNumber(v) ? float(numberToDouble(v)) : v;
}

/** Numbers that are no plain JS numbers. */
function isWide(v: LuaValue | typeof NULL): boolean {
  return typeof v === "object" && !(v instanceof LuaTable);
}
