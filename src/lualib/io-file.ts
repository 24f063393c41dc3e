/** File handles: their methods and metatable (§6.8). */
import { runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { toDouble } from "../runtime/int64";
import { library, native } from "../runtime/native";
import { numberToString } from "../runtime/number";
import type { LuaTable } from "../runtime/table";
import {
  isNumber,
  type LuaFunction,
  type LuaValue,
  type Results,
  Userdata,
} from "../runtime/value";
import {
  argumentError,
  checkInteger,
  checkOption,
  missingError,
  optIndex,
  typeError,
} from "./args";
import { failure } from "./io-errors";
import { readFormats } from "./io-read";
import { Stream } from "./io-stream";

/** A file handle: a userdata whose value is a stream. */
export type FileHandle = Userdata & { readonly value: Stream };

/** Formats that `lines` takes at most, as in C Lua. */
const MAX_FORMATS = 250;
const NO_RESULTS: LuaValue[] = [];

export function isFile(v: LuaValue): v is FileHandle {
  return v instanceof Userdata && v.value instanceof Stream;
}

/** The first argument as a file handle, open or not; `count` arguments were passed. */
export function checkFile(v: LuaValue, count: number): FileHandle {
  if (isFile(v)) return v;
  throw count === 0 ? missingError(1, "FILE*") : typeError(1, "FILE*", v);
}

/** The first argument as an open file. */
export function checkOpen(v: LuaValue, count: number): Stream {
  const stream = v instanceof Userdata && v.value instanceof Stream ? v.value : undefined;
  if (stream === undefined) return checkFile(v, count).value;
  if (stream.closed) throw runtimeError("attempt to use a closed file");
  return stream;
}

/** Closes; the results are those of file:close. */
export function closeStream(stream: Stream): Results {
  try {
    return stream.close();
  } catch (e) {
    return failure(e);
  }
}

/** Writes `values[from…]`; gives `file`, or nil, message, number and the bytes written. */
export function writeValues(
  stream: Stream,
  file: LuaValue,
  values: LuaValue[],
  /** The number of the first value among the function's arguments. */
  first: number,
): Results {
  let total = 0;
  try {
    for (let i = 0; i < values.length; i++) {
      const v = values[i];
      let bytes: string;
      if (typeof v === "string") bytes = v;
      else if (Number.isSafeInteger(v)) bytes = String(v);
      else if (isNumber(v)) bytes = numberToString(v);
      else throw typeError(i + first, "string", v);
      stream.write(bytes);
      total += bytes.length;
    }
  } catch (e) {
    return [...failure(e), total];
  }
  return file;
}

/** The iterator of `lines`; at the end it closes the file if `closes`. */
export function linesIterator(file: FileHandle, formats: LuaValue[], closes: boolean): LuaFunction {
  if (formats.length > MAX_FORMATS) throw argumentError(MAX_FORMATS + 2, "too many arguments");

  return native("lines iterator", () => {
    // the handle is referenced so that it is not collected while the loop runs
    const stream = file.value;
    if (stream.closed) throw runtimeError("file is already closed");
    const r = readFormats(stream, formats, 2);
    if (r === undefined) {
      if (closes) closeStream(stream);
      return NO_RESULTS;
    }
    if (Array.isArray(r) && r.length > 1 && r[0] === undefined) {
      if (typeof r[1] === "string") throw runtimeError(r[1]);
      if (closes) closeStream(stream);
    }
    return r;
  });
}

function read(self: LuaValue, ...formats: LuaValue[]): Results {
  return readFormats(checkOpen(self, arguments.length), formats, 2);
}

function write(self: LuaValue, ...values: LuaValue[]): Results {
  const stream = checkOpen(self, arguments.length);
  return writeValues(stream, self, values, 2);
}

function lines(self: LuaValue, ...formats: LuaValue[]): Results {
  checkOpen(self, arguments.length);
  return linesIterator(self as FileHandle, formats, false);
}

function seek(self: LuaValue, whence: LuaValue, offset: LuaValue): Results {
  const stream = checkOpen(self, arguments.length);
  const base = checkOption(whence, 2, ["set", "cur", "end"] as const, "cur");
  const by = offset === undefined ? 0 : checkInteger(offset, 3);
  try {
    return stream.seek(base, typeof by === "number" ? by : toDouble(by));
  } catch (e) {
    return failure(e);
  }
}

function setvbuf(self: LuaValue, mode: LuaValue, size: LuaValue): Results {
  const stream = checkOpen(self, arguments.length);
  if (arguments.length < 2) throw missingError(2, "string");
  stream.buffering = checkOption(mode, 2, ["no", "full", "line"] as const);
  optIndex(size, 3, 0);
  if (stream.buffering === "no") return flushStream(stream, true);
  return true;
}

/** Flushes; gives `result`, or nil, message and number. */
export function flushStream(stream: Stream, result: LuaValue): Results {
  try {
    stream.flush();
    return result;
  } catch (e) {
    return failure(e);
  }
}

function flush(self: LuaValue): Results {
  return flushStream(checkOpen(self, arguments.length), true);
}

function close(self: LuaValue): Results {
  return closeStream(checkOpen(self, arguments.length));
}

/** `__gc` and `__close`. */
function finish(self: LuaValue): Results {
  const stream = checkFile(self, arguments.length).value;
  if (stream.closed) return NO_RESULTS;
  const r = closeStream(stream);
  return r === SUSPENDED ? r : NO_RESULTS;
}

function toString(self: LuaValue): Results {
  const stream = checkFile(self, arguments.length).value;
  return stream.closed ? "file (closed)" : `file (${stream.address})`;
}

/** A metatable for the file handles of one program. */
export function fileMetatable(): LuaTable {
  const methods = library("file", { close, flush, lines, read, seek, setvbuf, write });
  const meta = library("file", { __close: finish, __gc: finish, __tostring: toString });
  meta.µsetName("__index", methods);
  meta.µsetName("__name", "FILE*");
  return meta;
}
