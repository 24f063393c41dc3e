/**
 * The one door between builtins and the engine: everything a file in `src/builtins/` needs, and all
 * it may import. Start with define.ts.
 */

export { commandWords, withRawVariables } from "../lualib/command";
export { rawVariable } from "../lualib/environ";
export { flushAll } from "../lualib/io-stream";
export { gsub } from "../lualib/string-match";
export { lessThan, rawEquals } from "../runtime/compare";
export { LuaError, typeName } from "../runtime/error";
export { LuaInt64 } from "../runtime/int64";
export { Interrupt } from "../runtime/interrupt";
export { checkAllocation, maxBytes } from "../runtime/limits";
export { numberToString } from "../runtime/number";
export { recordClass } from "../runtime/record";
export { Cancelled, retainHost, type Task } from "../runtime/scheduler";
export { fieldNames, hasFields, LuaTable, newFields, recordOf } from "../runtime/table";
export {
  isFloat,
  isInteger,
  isNumber,
  LuaFloat,
  type LuaFunction,
  type LuaValue,
  numberToDouble,
  Userdata,
} from "../runtime/value";
export { addressBits, canonicalHost } from "./addresses";
export {
  bufferToBytes,
  bytesToBuffer,
  bytesToText,
  bytesToUtf8,
  isUtf8,
  utf8ToBytes,
} from "./bytes";
export { type Context, Host } from "./context";
export {
  type BuiltinDefinition,
  defineBuiltin,
  fn,
  type HostReturn,
  type HostValue,
  rawFn,
  Values,
  values,
} from "./define";
export { Environment } from "./environment";
export { errorText, errorValue, HostError, toLuaError } from "./errors";
export { Fault, faultAsError, faultsAsErrors } from "./faults";
export { defineHandle, HandleClass, method } from "./handle";
export { handover } from "./handover";
export { displayPlain, holdsOpaque, inspect, opaqueText, pathSegment } from "./inspect";
export { makeFunction, makeHandle, readonlyError } from "./install";
export { arrayMarker, type JsonTypes, jsonTypes } from "./json-type";
export { LogFilter, type LogLevel } from "./log-filter";
export { type FieldValue, type LogFields, Logger, RawField } from "./logger";
export { NetRefusal, NetRules } from "./net-rules";
export { isNull, nullOf } from "./null";
export { misspelledOptions, unknownOption } from "./options";
export { osError, osErrorCode } from "./os-error";
export { Param, p, toNumber } from "./params";
export { matchesPattern } from "./pattern";
export { Policy } from "./policy";
export { errorReport } from "./report";
export { Secrets } from "./secrets";
export { onShutdown, shutdownDone } from "./shutdown";
export {
  entries,
  float,
  integer,
  integerValue,
  isList,
  items,
  list,
  record,
} from "./tables";
export { delay, timerMs } from "./timer";
export { Waiters } from "./waiters";
