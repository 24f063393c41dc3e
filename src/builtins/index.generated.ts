// Written by scripts/generate-builtins.ts; one line per file of this folder.

import type { BuiltinDefinition } from "../host/define";
import assertBuiltin from "./assert";
import asyncBuiltin from "./async";
import base64Builtin from "./base64";
import compressBuiltin from "./compress";
import cryptoBuiltin from "./crypto";
import dbBuiltin from "./db";
import diskBuiltin from "./disk";
import envBuiltin from "./env";
import fsBuiltin from "./fs";
import hexBuiltin from "./hex";
import httpBuiltin from "./http";
import httpServeBuiltin from "./http-serve";
import httpStubBuiltin from "./http-stub";
import jsonBuiltin from "./json";
import logBuiltin from "./log";
import osBuiltin from "./os";
import processBuiltin from "./process";
import regexBuiltin from "./regex";
import shellBuiltin from "./shell";
import sleepBuiltin from "./sleep";
import stringBuiltin from "./string";
import templateBuiltin from "./template";
import timeBuiltin from "./time";
import tomlBuiltin from "./toml";
import urlBuiltin from "./url";
import wsBuiltin from "./ws";
import yamlBuiltin from "./yaml";

export const builtins: readonly BuiltinDefinition[] = [
  assertBuiltin,
  asyncBuiltin,
  base64Builtin,
  compressBuiltin,
  cryptoBuiltin,
  dbBuiltin,
  diskBuiltin,
  envBuiltin,
  fsBuiltin,
  hexBuiltin,
  httpBuiltin,
  httpServeBuiltin,
  httpStubBuiltin,
  jsonBuiltin,
  logBuiltin,
  osBuiltin,
  processBuiltin,
  regexBuiltin,
  shellBuiltin,
  sleepBuiltin,
  stringBuiltin,
  templateBuiltin,
  timeBuiltin,
  tomlBuiltin,
  urlBuiltin,
  wsBuiltin,
  yamlBuiltin,
];
