/**
 * A call of each function of an embedded module, with arguments made from the names of its parameters
 * (as `assay modules --json` tells them). Texts are markers of characters that mean something in
 * addresses, so that a test can look for them in what was sent.
 */
import { embeddedEntries } from "../../src/reference/entries";

export interface Call {
  /** `application` */
  readonly fn: string;
  /** `c:application("…")`, for a client `c` and the module `m`. */
  readonly source: string;
  /** Names and values of the arguments that are markers. */
  readonly markers: Record<string, string>;
}

export interface CallOptions {
  /** Lua expressions for parameters: by `function.parameter`, or by `parameter` in all functions. */
  readonly args?: Record<string, string>;
  /** Functions that are not called, each with the reason. */
  readonly leftOut?: Record<string, string>;
  /** Texts are plain words instead of markers. */
  readonly plain?: boolean;
}

/** What is in no name, and must arrive all the same. */
export const marker = (name: string) => `${name}~ ?#%&+"ü/`;

const TABLES =
  /^(source|alerts?|silence|annotation|manifest|rule|dashboard|query_body|changes|streams|entries|stream_labels|labels|payload|data|metadata|config|role_config|paths|versions|policy|feature|strategy|operations|application|spec|request|fields|query_fields|keys|etags|match_selectors|matchers|checks|document|permissions|object|opts|urls|expected_keys|params|result|expected)$/;
const NUMBERS =
  /^(timeout_secs|duration_hours|number|replicas|days|interval|start_time|end_time|step|id_number|increment)$/;

function argument(name: string, fn: string, plain: boolean): string {
  if (name === "opts")
    return /^(wait|.*_and_wait)/.test(fn) ? "{ timeout = 0, interval = 0.01 }" : "{}";
  if (name === "timeout_secs") return "0";
  if (name === "generator") return "function() return {} end";
  if (name === "check") return "function() return true end";
  if (name === "client" || name === "vault_client") return "c";
  if (name === "target" || name === "url") return "URL";
  if (name === "body") return '{ a = "b" }';
  if (NUMBERS.test(name)) return "1";
  if (TABLES.test(name)) return "{}";
  return JSON.stringify(plain ? "x" : marker(name));
}

/** The public functions of a module; those that are methods, too, as methods. */
export function callsOf(module: string, options: CallOptions = {}): Call[] {
  const entry = embeddedEntries().find((e) => e.name === `assay.${module}`);
  const functions = (entry?.functions() ?? []).map(({ signature }) => {
    const [, separator, fn = "", params = ""] = /^\w+([.:])(\w+)\((.*)\)$/.exec(signature) ?? [];
    return { isMethod: separator === ":", fn, params: params.split(/, */).filter(Boolean) };
  });
  const methods = new Set(functions.filter((f) => f.isMethod).map((f) => f.fn));
  return functions.flatMap(({ isMethod, fn, params }) => {
    const isTwice = !isMethod && methods.has(fn);
    if (fn === "client" || fn.startsWith("_") || isTwice || options.leftOut?.[fn] !== undefined)
      return [];
    const markers: Record<string, string> = {};
    const args = params.map((name) => {
      const own = options.args?.[`${fn}.${name}`] ?? options.args?.[name];
      const value = own ?? argument(name, fn, options.plain === true);
      if (value === JSON.stringify(marker(name))) markers[name] = marker(name);
      return value;
    });
    return [{ fn, source: `${isMethod ? "c:" : "m."}${fn}(${args.join(", ")})`, markers }];
  });
}
