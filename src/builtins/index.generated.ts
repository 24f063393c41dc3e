// Written by scripts/generate-builtins.ts; one line per file of this folder.

import type { BuiltinDefinition } from "../host/define";
import assertBuiltin from "./assert";
import asyncBuiltin from "./async";
import envBuiltin from "./env";
import httpBuiltin from "./http";
import httpServeBuiltin from "./http-serve";
import jsonBuiltin from "./json";
import logBuiltin from "./log";
import sleepBuiltin from "./sleep";
import timeBuiltin from "./time";

export const builtins: readonly BuiltinDefinition[] = [
  assertBuiltin,
  asyncBuiltin,
  envBuiltin,
  httpBuiltin,
  httpServeBuiltin,
  jsonBuiltin,
  logBuiltin,
  sleepBuiltin,
  timeBuiltin,
];
