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
  http: () => [(require("./http") as typeof import("./http")).default],
  json: () => [(require("./json") as typeof import("./json")).default],
  log: () => [(require("./log") as typeof import("./log")).default],
  process: () => [(require("./process") as typeof import("./process")).default],
  regex: () => [(require("./regex") as typeof import("./regex")).default],
  shell: () => [(require("./shell") as typeof import("./shell")).default],
  sleep: () => [(require("./sleep") as typeof import("./sleep")).default],
  template: () => [(require("./template") as typeof import("./template")).default],
  time: () => [(require("./time") as typeof import("./time")).default],
  toml: () => [(require("./toml") as typeof import("./toml")).default],
  url: () => [(require("./url") as typeof import("./url")).default],
  ws: () => [(require("./ws") as typeof import("./ws")).default],
  yaml: () => [(require("./yaml") as typeof import("./yaml")).default],
};

/** Functions that are there without the file that declares them. */
export interface Addition {
  readonly names: readonly string[];
  load(): BuiltinDefinition;
}

/** What is added to tables: those of the standard library, and those of builtins in several files. */
export const additions: Readonly<Record<string, readonly Addition[]>> = {
  http: [
    { names: ["serve", "server", "static"], load: () => (require("./http-serve") as typeof import("./http-serve")).default },
    { names: ["stub"], load: () => (require("./http-stub") as typeof import("./http-stub")).default },
  ],
  os: [
    { names: ["hostname", "arch", "platform", "pid", "signals"], load: () => (require("./os") as typeof import("./os")).default },
  ],
  string: [
    { names: ["split"], load: () => (require("./string") as typeof import("./string")).default },
  ],
};
