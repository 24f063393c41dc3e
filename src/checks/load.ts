/** From a check file to a configuration, or to everything that is wrong with it. */
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Document, isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { osError } from "../host/os-error";
import { aliasesOf } from "./aliases";
import {
  backoffOf,
  type Check,
  type Config,
  DEFAULT_RETRIES,
  DEFAULT_TIMEOUT_MS,
  durationOf,
  listOf,
  parallelOf,
} from "./config";
import { isSecret, type Scope } from "./interpolate";
import { parseResource } from "./k8s-resource";
import { unmetNeeds } from "./needs";
import { ConfigError, type Problem } from "./problem";
import { Reader, type Values } from "./read";
import { CHECK_FIELDS, type CheckType, CONFIG_FIELDS } from "./schema";
import type { Field } from "./shape";

export interface LoadOptions {
  /** Environment variables for `${NAME}`. */
  readonly env?: (name: string) => string | undefined;
  /** Told about values that must not be shown. */
  readonly secret?: (value: string) => void;
  /** Told about every check file that is read, or should have been; `name` is what an `include` says. */
  readonly uses?: (file: string, name?: string) => void;
  /** Told about every environment variable that is referred to. */
  readonly reference?: (name: string, optional: boolean) => void;
  /** Variables that are not set are no mistakes: what depends on them is not looked at. */
  readonly lenient?: boolean;
  /** Unknown keys are errors. */
  readonly strict?: boolean;
}

export interface Loaded {
  readonly config: Config;
  readonly warnings: readonly Problem[];
}

const MAX_SYNTAX_ERRORS = 20;

/** A file that can't be read or is no text. */
export class UnreadableError extends Error {}

/** Loads a file; throws a `ConfigError` that holds all problems, or an `UnreadableError`. */
export function loadConfig(file: string, options: LoadOptions = {}): Loaded {
  options.uses?.(file);
  return loadText(readText(file), file, options);
}

/** As `loadConfig` for a text; `file` names it and is what paths are relative to. */
export function loadText(text: string, file: string, options: LoadOptions = {}): Loaded {
  const loader = new Loader(options);
  const root = loader.file(text, file, new Map(), [resolve(file)]);
  for (const [{ place, needs }, message] of unmetNeeds(loader.checks))
    loader.problems.push({ ...place, ...needs, path: `${place.path}.needs`, message });
  const problems = loader.problems.map((p) =>
    options.strict === true ? { ...p, severity: "error" as const } : p,
  );
  if (root === undefined || problems.some((p) => p.severity === "error"))
    throw new ConfigError(problems);
  const { timeout, retries, parallel } = root;
  return {
    config: {
      timeout: durationOf(timeout) ?? DEFAULT_TIMEOUT_MS,
      retries: (retries as number | undefined) ?? DEFAULT_RETRIES,
      parallel: parallelOf(parallel),
      checks: loader.checks.map((c) => c.check),
    },
    warnings: problems,
  };
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    throw new UnreadableError(osError(e));
  }
  const line = invalidLine(bytes);
  if (line === undefined) return new TextDecoder().decode(bytes);
  throw new UnreadableError(`stream did not contain valid UTF-8 (line ${line})`);
}

/** The first line that is not valid UTF-8. */
function invalidLine(bytes: Buffer): number | undefined {
  if (isUtf8(bytes)) return undefined;
  for (let line = 1, at = 0; ; line++) {
    const end = bytes.indexOf(10, at);
    if (end < 0 || !isUtf8(bytes.subarray(at, end))) return line;
    at = end + 1;
  }
}

interface LoadedCheck {
  readonly check: Check;
  readonly place: Problem;
  /** Where it says what it needs; merge keys may have brought that from elsewhere. */
  readonly needs: Pick<Problem, "line" | "column"> | undefined;
}

class Loader {
  readonly problems: Problem[] = [];
  readonly checks: LoadedCheck[] = [];

  constructor(private readonly options: LoadOptions) {}

  /** Reads one file, included ones first. `outer` are the variables of the including file. */
  file(
    text: string,
    file: string,
    outer: ReadonlyMap<string, string>,
    chain: readonly string[],
    inherited: Values = {},
  ): Values | undefined {
    const lines = new LineCounter();
    const document = this.parse(text, file, lines);
    if (document === undefined) return undefined;
    const vars = new Map(outer);
    const scope: Scope = {
      vars,
      env: this.options.env ?? (() => undefined),
      secret: this.options.secret ?? (() => {}),
      reference: this.options.reference,
      lenient: this.options.lenient,
    };
    const reader = new Reader(file, aliasesOf(document), lines, scope);
    this.readVars(reader, document, vars, outer);
    const raw = this.readTop(reader, document);
    this.problems.push(...reader.problems);
    if (raw === undefined) return undefined;
    // an included file has its own settings, else those of the file around it
    const settings: Values = { ...inherited, ...raw };
    settings.defaults = mergeSettings(inherited.defaults, raw.defaults);
    for (const [i, name] of listOf(raw.include).entries()) {
      const node = nodeAt(document, ["include", i]) ?? nodeAt(document, ["include"]);
      const complain = (message: string) => {
        const inner = reader.probe();
        inner.report(node, Array.isArray(raw.include) ? `include[${i}]` : "include", message);
        this.problems.push(...inner.problems);
      };
      const path = isAbsolute(name) ? name : join(dirname(file), name);
      this.include(path, name, vars, chain, settings, complain);
    }
    const list = raw.checks;
    if (Array.isArray(list))
      for (const [i, values] of list.entries()) {
        if (values === undefined || values === null) continue;
        const node = nodeAt(document, ["checks", i]);
        const placeOf = (n: Node | undefined) => {
          const { line, col } = lines.linePos(n?.range?.[0] ?? 0);
          return { line, column: col };
        };
        const needs = nodeAt(document, ["checks", i, "needs"]);
        const place: Problem = {
          severity: "error",
          file,
          ...placeOf(node),
          path: `checks[${i}]`,
          message: "",
        };
        this.add(values as Values, settings, dirname(file), place, needs && placeOf(needs));
      }
    return raw;
  }

  private parse(text: string, file: string, lines: LineCounter): Document.Parsed | undefined {
    const fail = (message: string, at = 0) => {
      const { line, col } = lines.linePos(at);
      const place = { file, line: Math.max(line, 1), column: Math.max(col, 1) };
      this.problems.push({ severity: "error", path: "", message, ...place });
      return undefined;
    };
    try {
      const document = parseDocument(text, {
        lineCounter: lines,
        prettyErrors: false,
        // with "silent" all documents but the first would go unnoticed
        logLevel: "error",
      });
      // what follows the first mistakes in syntax mostly follows from them
      for (const e of document.errors.slice(0, MAX_SYNTAX_ERRORS))
        fail(syntaxError(e, text.slice(e.pos[0])) + quotesHint(text, e.pos[0]), e.pos[0]);
      return document.errors.length > 0 ? undefined : (document as Document.Parsed);
    } catch (e) {
      return fail(syntaxError(e as Error, ""));
    }
  }

  private readVars(
    reader: Reader,
    document: Document.Parsed,
    vars: Map<string, string>,
    outer: ReadonlyMap<string, string>,
  ): void {
    const top = document.contents as unknown;
    if (!isMap(top)) return;
    const node = reader.probe().resolve(top.get("vars", true), "vars");
    if (!isMap(node)) return;
    // each may refer to those before it; problems are reported when the whole file is read
    const look = (value: unknown) => {
      const probe = reader.probe();
      const text = probe.text(probe.resolve(value, "vars"), "vars");
      return probe.problems.some((p) => p.severity === "error") ? undefined : text?.text;
    };
    const open: [name: string, value: unknown][] = [];
    for (const { key, value } of node.items) {
      const name = String((key as { value?: unknown } | null)?.value ?? "");
      // who includes a file decides
      if (outer.has(name)) continue;
      const text = look(value);
      if (text === undefined) open.push([name, value]);
      else vars.set(name, text);
    }
    // but for those that only come too early
    for (const [name, value] of open) {
      const text = look(value);
      if (text === undefined) continue;
      vars.set(name, text);
      const message = "refers to a variable that comes later: each may refer to those before it";
      reader.report(value as Node, `vars.${name}`, message);
    }
  }

  private readTop(reader: Reader, document: Document.Parsed): Values | undefined {
    const contents = document.contents as unknown;
    const fields =
      isMap(contents) && contents.has("include")
        ? { ...CONFIG_FIELDS, checks: { ...(CONFIG_FIELDS.checks as Field), required: false } }
        : CONFIG_FIELDS;
    const read = reader.read(contents, { kind: "object", fields }, "");
    return read as Values | undefined;
  }

  private include(
    path: string,
    name: string,
    vars: ReadonlyMap<string, string>,
    chain: readonly string[],
    settings: Values,
    complain: (message: string) => void,
  ): void {
    const real = resolve(path);
    if (chain.includes(real)) {
      complain(`${JSON.stringify(name)} includes itself`);
      return;
    }
    let text: string;
    this.options.uses?.(path, name);
    try {
      text = readText(path);
    } catch (e) {
      complain(`reading ${JSON.stringify(name)}: ${(e as Error).message}`);
      return;
    }
    const { retries, backoff, defaults } = settings;
    const inherited: Values = { defaults };
    if (retries !== undefined) inherited.retries = retries;
    if (backoff !== undefined) inherited.backoff = backoff;
    this.file(text, path, vars, [...chain, real], inherited);
  }

  private add(
    values: Values,
    settings: Values,
    directory: string,
    place: Problem,
    needed: LoadedCheck["needs"],
  ): void {
    // a check without name or type is only looked at for its needs: the file is refused anyway
    const { name = "", type = "" } = values as { name?: string; type?: string };
    const all = applyDefaults(values, settings.defaults as Values | undefined, type);
    const { retries, backoff, timeout, tags, needs, expect, name: _n, type: _t, ...options } = all;
    const check: Check = {
      name,
      type: type as CheckType,
      retries: (retries ?? settings.retries ?? DEFAULT_RETRIES) as number,
      backoff: backoffOf(backoff, backoffOf(settings.backoff)),
      timeout: durationOf(timeout),
      tags: listOf(tags),
      needs: listOf(needs),
      directory,
      options,
      expect: expect as Values | undefined,
    };
    for (const [key, value] of Object.entries((options.env ?? {}) as Values))
      if (typeof value === "string" && isSecret(key, value)) this.options.secret?.(value);
    for (const [key, message] of contradictions(check))
      this.problems.push({ ...place, path: `${place.path}.${key}`, message, severity: "warning" });
    this.checks.push({ check, place, needs: needed });
  }
}

/** What a check says that another part of it takes the effect of: the key, and why. */
function contradictions({ type, options, expect = {} }: Check): [string, string][] {
  const found: [string, string][] = [];
  if (type === "http" && options.body !== undefined && options.json !== undefined)
    found.push(["body", "has no effect: 'json' is what is sent"]);
  const { resource, selector } = options;
  if (type === "k8s" && typeof resource === "string" && selector !== undefined)
    if (parseResource(resource).name !== undefined)
      found.push(["selector", "has no effect beside the name of an object"]);
  const { min, max } = expect;
  if (type === "prometheus" && typeof min === "number" && typeof max === "number" && min > max)
    found.push(["expect", `no value is between ${min} and ${max}`]);
  return found;
}

const MERGED = ["headers", "env"];

/** Settings of the file under those of the check, where its type uses them. */
function applyDefaults(values: Values, defaults: Values | undefined, type: string): Values {
  const out: Values = { ...values };
  for (const [key, value] of Object.entries(defaults ?? {})) {
    const types = CHECK_FIELDS[key]?.types;
    if (types !== undefined && !types.includes(type)) continue;
    if (MERGED.includes(key)) out[key] = { ...(value as Values), ...(values[key] as Values) };
    else if (out[key] === undefined) out[key] = value;
  }
  return out;
}

function mergeSettings(outer: unknown, inner: unknown): Values {
  const a = (outer ?? {}) as Values;
  const b = (inner ?? {}) as Values;
  const out: Values = { ...a, ...b };
  for (const key of MERGED)
    if (a[key] !== undefined && b[key] !== undefined)
      out[key] = { ...(a[key] as Values), ...(b[key] as Values) };
  return out;
}

function nodeAt(document: Document.Parsed, path: (string | number)[]): Node | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    if (isMap(node)) node = node.get(key, true);
    else if (isSeq(node)) node = node.get(key as number, true);
    else return undefined;
  }
  return (node ?? undefined) as Node | undefined;
}

/** What is wrong; `at` is the text from there on. */
function syntaxError(error: Error, at: string): string {
  const { message } = error;
  if ("code" in error && error.code === "DUPLICATE_KEY") {
    const [key] = /^("[^"\n]*"|'[^'\n]*'|[^\s:,}]+)/.exec(at) ?? [];
    if (key !== undefined) return `the key ${key} is there twice (${message})`;
  }
  if ("code" in error && error.code === "MULTIPLE_DOCS")
    return "a second document begins here, but a file of checks is one";
  return message.startsWith("Maximum call stack") ? "nested too deeply" : firstLine(message);
}

/** `{ url: ${API}/ }`: to YAML the brace of the reference begins a map. */
function quotesHint(text: string, at: number): string {
  const isReference = text[at] === "{" && text[at - 1] === "$";
  return isReference ? " (within { } and [ ], a text with a reference needs quotes)" : "";
}

function firstLine(text: string): string {
  return text.split("\n")[0] as string;
}
