// Written by scripts/generate-builtins.ts; what each global is made of, loaded on demand.
import type { BuiltinDefinition } from "../host/define";

export const lazyBuiltins: Readonly<Record<string, () => readonly BuiltinDefinition[]>> = {
  assert: () => [(require("./assert") as typeof import("./assert")).default],
  async: () => [(require("./async") as typeof import("./async")).default],
  base64: () => [(require("./base64") as typeof import("./base64")).default],
  compress: () => [(require("./compress") as typeof import("./compress")).default],
  crypto: () => [(require("./crypto") as typeof import("./crypto")).default],
  db: () => [(require("./db") as typeof import("./db")).default],
  disk: () => [(require("./disk") as typeof import("./disk")).default],
  env: () => [(require("./env") as typeof import("./env")).default],
  fs: () => [(require("./fs") as typeof import("./fs")).default],
  hex: () => [(require("./hex") as typeof import("./hex")).default],
  http: () => [
    (require("./http") as typeof import("./http")).default,
    (require("./http-serve") as typeof import("./http-serve")).default,
    (require("./http-stub") as typeof import("./http-stub")).default,
  ],
  json: () => [(require("./json") as typeof import("./json")).default],
  log: () => [(require("./log") as typeof import("./log")).default],
  os: () => [(require("./os") as typeof import("./os")).default],
  process: () => [(require("./process") as typeof import("./process")).default],
  regex: () => [(require("./regex") as typeof import("./regex")).default],
  shell: () => [(require("./shell") as typeof import("./shell")).default],
  sleep: () => [(require("./sleep") as typeof import("./sleep")).default],
  string: () => [(require("./string") as typeof import("./string")).default],
  template: () => [(require("./template") as typeof import("./template")).default],
  time: () => [(require("./time") as typeof import("./time")).default],
  toml: () => [(require("./toml") as typeof import("./toml")).default],
  url: () => [(require("./url") as typeof import("./url")).default],
  ws: () => [(require("./ws") as typeof import("./ws")).default],
  yaml: () => [(require("./yaml") as typeof import("./yaml")).default],
};

/** What is added to tables of the standard library: these are there without their builtin. */
export const additions: Readonly<Record<string, readonly string[]>> = {
  os: ["hostname", "arch", "platform", "pid", "signals"],
  string: ["split"],
};
