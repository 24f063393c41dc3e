// Written by scripts/generate-builtins.ts; what each global is made of, loaded on demand.
import type { BuiltinDefinition } from "../host/define";

export const builtinNames = [
  "assert",
  "async",
  "base64",
  "compress",
  "crypto",
  "db",
  "disk",
  "env",
  "fs",
  "hex",
  "http",
  "json",
  "log",
  "process",
  "regex",
  "shell",
  "sleep",
  "template",
  "time",
  "toml",
  "url",
  "ws",
  "yaml",
] as const;

/** What declares a global. One function, because every start makes those of this file. */
export function builtinDefinitions(name: string): readonly BuiltinDefinition[] {
  switch (name) {
    case "assert":
      return [(require("./assert") as typeof import("./assert")).default];
    case "async":
      return [(require("./async") as typeof import("./async")).default];
    case "base64":
      return [(require("./base64") as typeof import("./base64")).default];
    case "compress":
      return [(require("./compress") as typeof import("./compress")).default];
    case "crypto":
      return [(require("./crypto") as typeof import("./crypto")).default];
    case "db":
      return [(require("./db") as typeof import("./db")).default];
    case "disk":
      return [(require("./disk") as typeof import("./disk")).default];
    case "env":
      return [(require("./env") as typeof import("./env")).default];
    case "fs":
      return [(require("./fs") as typeof import("./fs")).default];
    case "hex":
      return [(require("./hex") as typeof import("./hex")).default];
    case "http":
      return [(require("./http") as typeof import("./http")).default];
    case "json":
      return [(require("./json") as typeof import("./json")).default];
    case "log":
      return [(require("./log") as typeof import("./log")).default];
    case "process":
      return [(require("./process") as typeof import("./process")).default];
    case "regex":
      return [(require("./regex") as typeof import("./regex")).default];
    case "shell":
      return [(require("./shell") as typeof import("./shell")).default];
    case "sleep":
      return [(require("./sleep") as typeof import("./sleep")).default];
    case "template":
      return [(require("./template") as typeof import("./template")).default];
    case "time":
      return [(require("./time") as typeof import("./time")).default];
    case "toml":
      return [(require("./toml") as typeof import("./toml")).default];
    case "url":
      return [(require("./url") as typeof import("./url")).default];
    case "ws":
      return [(require("./ws") as typeof import("./ws")).default];
    case "yaml":
      return [(require("./yaml") as typeof import("./yaml")).default];
    default:
      return [];
  }
}

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
