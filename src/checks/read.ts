/**
 * Reads YAML nodes by a shape. All that is wrong is collected, each with its position; what comes
 * out holds only what is right.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { suggest } from "../host/suggest";
import { keyText, MAX_DEPTH, NodeReader } from "./nodes";
import type { Problem } from "./problem";
import { exactInteger, yamlNumber } from "./scalar";
import { describeShape, type Field, type Fields, keysFor, type Shape, shapeOf } from "./shape";

/** A value as it comes out of a file. */
export type Value = unknown;
export type Values = Record<string, Value>;

/** Reads what a shape describes. */
export class Reader extends NodeReader {
  /** A reader of the same document with problems of its own. */
  probe(): Reader {
    return new Reader(this.file, this.aliases, this.lines, this.scope);
  }

  /** The value of a node, or undefined when it isn't right. */
  read(raw: unknown, shape: Shape, path: string, depth = 0): Value {
    const node = this.resolve(raw, path);
    if (depth > MAX_DEPTH) {
      this.report(node, path, "nested too deeply");
      return undefined;
    }
    switch (shape.kind) {
      case "string":
        return this.readText(node, shape, path);
      case "integer":
      case "number":
        return this.readNumber(node, shape, path);
      case "boolean": {
        const t = this.text(node, path);
        if (t?.isOpen) return undefined;
        if (t?.isPlain && /^(true|True|TRUE)$/.test(t.text)) return true;
        if (t?.isPlain && /^(false|False|FALSE)$/.test(t.text)) return false;
        return this.wrong(node, shape, path);
      }
      case "list": {
        if (!isSeq(node)) return this.wrong(node, shape, path);
        if (node.items.length < (shape.min ?? 0))
          this.report(node, path, "expected at least one entry");
        return node.items.map((n, i) => this.read(n, shape.of, `${path}[${i}]`, depth + 1));
      }
      case "map": {
        const out: Values = Object.create(null);
        for (const [key, value] of this.entries(node, shape, path) ?? []) {
          const isText = shape.of.kind === "string" && this.isNull(this.resolve(value, path));
          const read = isText
            ? this.nullText(value, path)
            : this.read(value, shape.of, join(path, key), depth + 1);
          out[key] = read;
          const problem = typeof read === "string" ? shape.check?.(key, read) : undefined;
          if (problem !== undefined) this.report(value as Node, join(path, key), problem);
        }
        return out;
      }
      case "object":
        return this.readFields(node, shape, shape.fields, path, undefined, depth);
      case "check":
        return this.readCheck(node, shape, path, depth);
      case "either":
        return this.readEither(node, shape, path, depth);
      case "any":
        return this.readAny(node, path, depth);
    }
  }

  private readText(
    node: Node | undefined,
    shape: Extract<Shape, { kind: "string" }>,
    path: string,
  ): Value {
    const { value: t, problems } = this.withQuiet(() => this.text(node, path));
    for (const { message, severity } of problems) this.report(node, path, message, severity);
    if (t === undefined) return this.wrong(node, shape, path);
    if (t.isOpen) return t.text;
    if (problems.some(isError)) return undefined;
    if (shape.choices !== undefined && !shape.choices.includes(t.text)) {
      const near = suggest(t.text, shape.choices);
      const hint = near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`;
      const got = JSON.stringify(t.text);
      if (path.endsWith("].type"))
        this.report(
          node,
          path,
          `unknown check type: ${got}: expected ${describeShape(shape)}${hint}`,
        );
      else this.report(node, path, `expected ${describeShape(shape)}, got ${got}${hint}`);
      return undefined;
    }
    const problem = shape.check?.(t.text);
    if (problem === undefined) return t.text;
    this.report(node, path, problem);
    return undefined;
  }

  private readNumber(
    node: Node | undefined,
    shape: Extract<Shape, { kind: "integer" | "number" }>,
    path: string,
  ): Value {
    const t = this.text(node, path);
    if (t?.isOpen) return undefined;
    if (t === undefined || !t.isPlain)
      return this.wrong(node, shape, path, t === undefined ? "" : " (numbers have no quotes)");
    const n = yamlNumber(t.text);
    const isRight =
      n !== undefined &&
      (shape.kind === "number"
        ? n >= (shape.min ?? Number.NEGATIVE_INFINITY)
        : Number.isInteger(n) &&
          !/[.e]/i.test(t.text.replace(/^0x.*/, "")) &&
          n >= shape.min &&
          n <= shape.max);
    return isRight ? n : this.wrong(node, shape, path);
  }

  private readFields(
    node: Node | undefined,
    shape: Shape,
    fields: Fields,
    path: string,
    type: string | undefined,
    depth: number,
  ): Values | undefined {
    const entries = this.entries(node, shape, path);
    if (entries === undefined) return undefined;
    const out: Values = Object.create(null);
    const absent = new Set<string>();
    const keys = new Map(
      isMap(node) ? (node.items as Pair[]).map((p) => [keyText(p.key), p.key as Node]) : [],
    );
    for (const [key, value] of entries) {
      const at = keys.get(key) ?? node;
      if (!Object.hasOwn(fields, key)) {
        // as elsewhere, a place for what anchors need
        if (key.startsWith("x-")) continue;
        const near = suggest(key, keysFor(fields, type));
        const hint = near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`;
        this.report(at, join(path, key), `unknown key ${JSON.stringify(key)}${hint}`, "warning");
        continue;
      }
      const field = fields[key] as Field;
      const target = this.resolve(value, join(path, key));
      if (this.isNull(target)) {
        if (field.shape.kind === "any") out[key] = null;
        // an alias that leads nowhere has been reported
        if (target !== undefined || !isAlias(value)) absent.add(key);
        continue;
      }
      if (type !== undefined && field.types !== undefined && !field.types.includes(type)) {
        const message = `has no effect in ${type} checks`;
        this.report(at, join(path, key), message, "warning");
        continue;
      }
      const inner = field.shape.kind === "object" && type !== undefined;
      out[key] =
        inner && field.shape.kind === "object"
          ? this.readFields(
              target,
              field.shape,
              field.shape.fields,
              join(path, key),
              type,
              depth + 1,
            )
          : this.read(target, shapeOf(field, type), join(path, key), depth + 1);
    }
    for (const [key, field] of Object.entries(fields)) {
      const present = entries.has(key) && !absent.has(key);
      if (field.required && !present)
        this.report(node, path, `missing field ${JSON.stringify(key)}`);
      else if (type !== undefined && field.requiredBy?.includes(type) && !present)
        this.report(node, join(path, key), `${type} check requires a '${key}' field`);
    }
    return out;
  }

  private readCheck(
    node: Node | undefined,
    shape: Extract<Shape, { kind: "check" }>,
    path: string,
    depth: number,
  ): Values | undefined {
    const own = isMap(node) ? node.get("type", true) : undefined;
    // a merged map may say it
    const merged = () => this.withQuiet(() => this.entries(node, shape, path)).value?.get("type");
    const raw = this.resolve(own ?? merged(), path);
    const type = this.withQuiet(() => this.text(raw, path)).value?.text;
    const known = (shape.fields.type as Field).shape;
    const isKnown =
      type !== undefined && known.kind === "string" && known.choices?.includes(type) === true;
    return this.readFields(node, shape, shape.fields, path, isKnown ? type : undefined, depth);
  }

  private readEither(
    node: Node | undefined,
    shape: Extract<Shape, { kind: "either" }>,
    path: string,
    depth: number,
  ): Value {
    const failures: Problem[][] = [];
    for (const option of shape.of) {
      if (!fits(node, option)) continue;
      const { value, problems } = this.withQuiet(() => this.read(node, option, path, depth + 1));
      if (!problems.some(isError)) {
        this.found.push(...problems);
        return value;
      }
      failures.push(problems);
    }
    // with one candidate its own complaints say more
    const [only] = failures;
    const last = failures.at(-1);
    const special = last?.find((p) => !p.message.startsWith("expected "));
    if (failures.length === 1 && only !== undefined) this.found.push(...only);
    else if (special !== undefined && /parsing|not set|invalid ref/.test(special.message))
      this.found.push(special);
    else this.wrong(node, shape, path);
    return undefined;
  }

  private readAny(node: Node | undefined, path: string, depth: number): Value {
    if (depth > MAX_DEPTH) {
      this.report(node, path, "nested too deeply");
      return undefined;
    }
    if (isSeq(node))
      return node.items.map((n, i) =>
        this.readAny(this.resolve(n, path), `${path}[${i}]`, depth + 1),
      );
    if (isMap(node)) {
      const out: Values = Object.create(null);
      for (const [key, value] of this.entries(node, { kind: "any" }, path) ?? [])
        out[key] = this.readAny(this.resolve(value, path), join(path, key), depth + 1);
      return out;
    }
    if (!isScalar(node) || node.value === null) return null;
    if (typeof node.value === "number" && !Number.isSafeInteger(node.value))
      return exactInteger(node.source) ?? node.value;
    if (typeof node.value !== "string") return node.value;
    return this.text(node, path)?.text ?? null;
  }
}

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

/** A key behind a path; quoted when it isn't a word. */
function join(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function fits(node: Node | undefined, shape: Shape): boolean {
  if (shape.kind === "list") return isSeq(node);
  if (shape.kind === "object" || shape.kind === "map") return isMap(node);
  return shape.kind === "any" || shape.kind === "either" || isScalar(node);
}
