/**
 * MiniJinja, the Jinja2 engine by Jinja2's author, as WebAssembly.
 *
 * A template can't reach the host: its code runs on the engine's own values inside of the module's
 * memory, and all that goes in is text, numbers, booleans, arrays and objects without prototype or
 * functions. What a template may take is bounded: its steps by the engine, its memory by the
 * module's, which is given back when it has become large.
 */
import { readFileSync } from "node:fs";
import type { Environment } from "minijinja-js/dist/bundler/minijinja_js_bg.js";

import { withMaximumMemory } from "./wasm";

type Glue = typeof import("minijinja-js/dist/bundler/minijinja_js_bg.js");

const PAGE = 64 * 1024;
const MAX_MEMORY = 512 * 1024 * 1024;
/** An instance whose memory has grown beyond is thrown away. */
const KEPT_MEMORY = 64 * 1024 * 1024;
/** About a second of nothing but loops: nothing else runs meanwhile. */
const MAX_STEPS = 50_000_000;
/** Steps are counted, not timed; this is what a slow machine makes. */
const STEPS_PER_MS = 30_000;
/** Behind a deadline, for its timer to come first. */
const MARGIN_MS = 50;

/** A template did not render: what MiniJinja says, its first line. */
export class TemplateFault {
  constructor(
    readonly message: string,
    /** It used up its steps. */
    readonly isOutOfSteps = false,
  ) {}
}

interface Loaded {
  readonly glue: Glue;
  readonly module: WebAssembly.Module;
}

let loading: Promise<Loaded> | undefined;
/** Of the instance that is in use. */
let memory: WebAssembly.Memory | undefined;
/** It broke off in the middle of something, and can't be used again. */
let isBroken = false;

async function load(): Promise<Loaded> {
  const [{ default: path }, glue] = await Promise.all([
    import("minijinja-js/dist/bundler/minijinja_js_bg.wasm", { with: { type: "file" } }),
    import("minijinja-js/dist/bundler/minijinja_js_bg.js"),
  ]);
  const bytes = withMaximumMemory(readFileSync(path), MAX_MEMORY / PAGE);
  return { glue, module: new WebAssembly.Module(bytes) };
}

/** A new instance behind the glue, which knows one at a time. */
function start({ glue, module }: Loaded): void {
  const imports: Record<string, unknown> = { ...glue };
  // integers come as bigint, so every JS number is a float: 2.0 stays apart from 2
  for (const { name } of WebAssembly.Module.imports(module))
    if (name.startsWith("__wbg_isSafeInteger_")) imports[name] = () => 0;
  const instance = new WebAssembly.Instance(module, {
    "./minijinja_js_bg.js": imports as never,
  });
  // the glue keeps its views of the old memory until they are detached
  memory?.grow(0);
  memory = instance.exports["memory"] as WebAssembly.Memory;
  isBroken = false;
  glue.__wbg_set_wasm(instance.exports);
}

export type AutoEscape = "html" | "none";

export interface Rendering {
  /** The templates by name. */
  readonly sources: ReadonlyMap<string, string>;
  /** Which of them to render. */
  readonly name: string;
  readonly autoEscape: AutoEscape;
  /** What `toTemplate` made. */
  readonly variables: unknown;
  /** End of the caller's time, as `performance.now()`. */
  readonly deadline: number;
}

/** Renders a template; throws a `TemplateFault`. */
export async function renderTemplate(rendering: Rendering): Promise<string> {
  loading ??= load();
  const loaded = await loading;
  try {
    return renderNow(loaded, rendering);
  } catch (e) {
    // the steps were those for the time that is left: let it pass, and the caller's timeout decide
    if (e instanceof TemplateFault && e.isOutOfSteps) await passing(rendering.deadline);
    throw e;
  }
}

function renderNow(loaded: Loaded, rendering: Rendering): string {
  if (memory === undefined || isBroken || memory.buffer.byteLength > KEPT_MEMORY) start(loaded);
  const environment = new loaded.glue.Environment();
  try {
    environment.debug = false;
    environment.enablePyCompat();
    return renderIn(environment, rendering);
  } finally {
    if (isBroken) environment.__destroy_into_raw();
    else environment.free();
  }
}

/** Waits for the end of a time that is shorter than what any template gets. */
async function passing(deadline: number): Promise<void> {
  const left = deadline - performance.now();
  if (left * STEPS_PER_MS < MAX_STEPS)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, left) + MARGIN_MS));
}

function renderIn(environment: Environment, rendering: Rendering): string {
  const { name, sources, variables, deadline, autoEscape } = rendering;
  /** Templates that are not valid; that only matters for the one to render and those it uses. */
  const invalid = new Map<string, TemplateFault>();
  for (const [key, source] of sources) {
    const fault = attempt(() => {
      environment.addTemplate(key, source);
      const escaping = withAutoEscape(key, source, autoEscape);
      if (escaping !== source) environment.addTemplate(key, escaping);
    });
    if (!(fault instanceof TemplateFault)) continue;
    if (key === name || isBroken) throw fault;
    invalid.set(key, fault);
  }
  const left = Math.max(1, deadline - performance.now());
  environment.fuel = Math.min(MAX_STEPS, Math.ceil(left * STEPS_PER_MS));
  const result = attempt(() => environment.renderTemplate(name, variables));
  if (!(result instanceof TemplateFault)) return result;
  const missing = /^template not found: .*"(.*)"/.exec(result.message)?.[1];
  throw invalid.get(missing ?? "") ?? result;
}

function attempt<T>(action: () => T): T | TemplateFault {
  try {
    return action();
  } catch (e) {
    if (e instanceof WebAssembly.RuntimeError || e instanceof RangeError) {
      isBroken = true;
      return new TemplateFault("the template takes too much memory");
    }
    if (!(e instanceof Error)) throw e;
    // behind the first line come an excerpt and what caused it
    const text = (e.message.split(/\n-{3,}/, 1)[0] as string).trimEnd();
    const steps = /^engine ran out of fuel/;
    if (!steps.test(text)) return new TemplateFault(text);
    const message = text.replace(steps, "invalid operation: the template takes too long");
    return new TemplateFault(message, true);
  }
}

/** Files whose names make MiniJinja escape what is put in, each kind in its way. */
const ESCAPED = /\.(?:html?|xml|js|json5?|ya?ml)(?:\.j2|\.jinja2?)?$/;

/** The template with escaping as it is wanted, whatever the name is. */
function withAutoEscape(name: string, source: string, wanted: AutoEscape): string {
  if (wanted === "none" && !ESCAPED.test(name)) return source;
  // a newline at the very end is dropped, and it no longer would be there
  const body = source.replace(/\r?\n$/, "");
  return `{% autoescape '${wanted}' %}${body}{% endautoescape %}`;
}
