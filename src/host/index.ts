/**
 * The one door between builtins and the engine: everything a file in `src/builtins/` needs, and all
 * it may import. Start with define.ts.
 */
export {
  bufferToBytes,
  bytesToBuffer,
  bytesToText,
  bytesToUtf8,
  isUtf8,
  utf8ToBytes,
} from "./bytes";
export { type Context, displayPlain, Host, type Task } from "./context";
export {
  type BuiltinDefinition,
  defineBuiltin,
  type FieldDefinition,
  type FunctionDefinition,
  fn,
  type HostReturn,
  type HostValue,
  rawFn,
  Values,
  values,
} from "./define";
export { errorText, HostError, toLuaError } from "./errors";
export { Environment, type EnvironmentOptions } from "./environment";
export { defineHandle, HandleClass, type MethodDefinition, method } from "./handle";
export { type InspectOptions, inspect, pathSegment } from "./inspect";
export { makeFunction, makeHandle } from "./install";
export { type FieldValue, LogFilter, type LogFields, type LogLevel, Logger, RawField } from "./logger";
export { isNull, nullOf } from "./null";
export { type ArgumentsOf, Param, p, typeName } from "./params";
export { matchesPattern } from "./pattern";
export { Secrets } from "./secrets";
export {
  entries,
  float,
  integer,
  integerValue,
  items,
  list,
  newTable,
  record,
  stringFields,
  toLuaValue,
} from "./tables";
export { delay } from "./timer";
export { Cancelled } from "../runtime/scheduler";
export { equals, lessThan, lessEqual, rawEquals } from "../runtime/compare";
export { argumentError } from "../runtime/error";
export { LuaError } from "../runtime/error";
export { LuaInt64 } from "../runtime/int64";
export { LuaTable } from "../runtime/table";
export {
  isFloat,
  isInteger,
  isNumber,
  LuaFloat,
  type LuaFunction,
  type LuaValue,
  numberToDouble,
  type Results,
  Userdata,
} from "../runtime/value";
export { numberToString } from "../runtime/number";
