// Written by scripts/generate-builtins.ts; what each global is made of, loaded on demand.
import type { BuiltinDefinition } from "../host/define";

export const lazyBuiltins: Readonly<Record<string, () => readonly BuiltinDefinition[]>> = {
  assert: () => [(require("./assert") as typeof import("./assert")).default],
  async: () => [(require("./async") as typeof import("./async")).default],
  env: () => [(require("./env") as typeof import("./env")).default],
  http: () => [
    (require("./http") as typeof import("./http")).default,
    (require("./http-serve") as typeof import("./http-serve")).default,
  ],
  json: () => [(require("./json") as typeof import("./json")).default],
  log: () => [(require("./log") as typeof import("./log")).default],
  sleep: () => [(require("./sleep") as typeof import("./sleep")).default],
  time: () => [(require("./time") as typeof import("./time")).default],
};
