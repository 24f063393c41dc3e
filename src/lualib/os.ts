/** The os library (§6.9). */
import { closeSync, lstatSync, openSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { runtimeError } from "../runtime/error";
import { SUSPENDED } from "../runtime/frame";
import { index, setIndex } from "../runtime/index-ops";
import { compareInt, type LuaInteger, loOf, subInt, toBigInt, toDouble } from "../runtime/int64";
import { ExitRequest } from "../runtime/interrupt";
import { library } from "../runtime/native";
import { toInteger } from "../runtime/number";
import { awaitPromise } from "../runtime/scheduler";
import type { LuaState } from "../runtime/state";
import { LuaTable } from "../runtime/table";
import { first, LuaFloat, type LuaValue, makeFloat, type Results } from "../runtime/value";
import {
  argumentError,
  checkInteger,
  checkOption,
  checkString,
  checkTable,
  missingError,
} from "./args";
import { toBytes, toPath, toText } from "./bytes";
import {
  type CalendarTime,
  daysOfMonth,
  fromLocalTime,
  joinTime,
  localTime,
  splitTime,
  utcTime,
} from "./calendar";
import { commandWords } from "./command";
import { rawVariable } from "./environ";
import { failure } from "./io-errors";
import { childOutput } from "./io-sink";
import { flushAll } from "./io-stream";
import { runSteps, type Steps } from "./resumable";
import { formatTime, specifierLength } from "./strftime";

const MAX_INT = 0x7fffffff;
const MIN_INT = -0x80000000;
const CATEGORIES = ["all", "collate", "ctype", "monetary", "numeric", "time"] as const;

function stringArgument(v: LuaValue, n: number, count: number): string {
  if (v === undefined && count < n) throw missingError(n, "string");
  return checkString(v, n);
}

// ---- processes ----

/** How a process ended, as os.execute and closing a popen'ed file report it. */
export function exitResults(code: number | null, signal: string | number | null): LuaValue[] {
  if (signal !== null) {
    const { signals } = constants as { signals: Record<string, number> };
    return [undefined, "signal", typeof signal === "number" ? signal : (signals[signal] ?? 0)];
  }
  return [code === 0 ? true : undefined, "exit", code ?? 0];
}

function execute(state: LuaState, command: LuaValue): Results {
  if (command === undefined) return true;
  const words = commandWords(["/bin/sh", "-c", checkString(command, 1)]);
  flushAll();
  const { stdio, passOn } = childOutput(state);
  const child = Bun.spawn(words, { stdio: ["inherit", ...stdio] });
  return awaitPromise(passOn(child).then(() => exitResults(child.exitCode, child.signalCode)));
}

function exit(status: LuaValue, close: LuaValue): Results {
  let code: number;
  if (status === undefined || status === true) code = 0;
  else if (status === false) code = 1;
  else code = loOf(checkInteger(status, 1)) & 0xff;
  flushAll();
  throw new ExitRequest(code, close !== undefined && close !== false);
}

function clock(): Results {
  const { user, system } = process.cpuUsage();
  return makeFloat((user + system) / 1e6);
}

// ---- files ----

function remove(name: LuaValue): Results {
  const file = stringArgument(name, 1, arguments.length);
  try {
    const path = toPath(file);
    if (lstatSync(path).isDirectory()) rmdirSync(path);
    else unlinkSync(path);
    return true;
  } catch (e) {
    return failure(e, file);
  }
}

function rename(from: LuaValue, to: LuaValue): Results {
  const count = arguments.length;
  const source = stringArgument(from, 1, count);
  const target = stringArgument(to, 2, count);
  try {
    renameSync(toPath(source), toPath(target));
    return true;
  } catch (e) {
    return failure(e);
  }
}

/** Opens a new file under a name nobody else has; gives its descriptor and path. */
export function createTemporary(flags: "wx" | "wx+"): [fd: number, path: string] {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (let attempt = 0; ; attempt++) {
    let name = "";
    for (const byte of crypto.getRandomValues(new Uint8Array(10))) name += letters[byte % 62];
    const path = `${tmpdir()}/lua_${name}`;
    try {
      return [openSync(path, flags, 0o600), path];
    } catch (e) {
      if ((e as { code?: string }).code !== "EEXIST" || attempt > 100) throw e;
    }
  }
}

function tmpname(): Results {
  try {
    const [fd, path] = createTemporary("wx");
    closeSync(fd);
    return toBytes(path);
  } catch {
    throw runtimeError("unable to generate a unique filename");
  }
}

// ---- times ----

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function yearFits(t: CalendarTime): boolean {
  return t.year - 1900 <= MAX_INT && t.year - 1900 >= MIN_INT;
}

function date(format: LuaValue, time: LuaValue): Results {
  const text = format === undefined ? "%c" : checkString(format, 1);
  const t = splitTime(time === undefined ? now() : checkInteger(time, 2));
  const utc = text.startsWith("!");
  // far beyond any year, the calendar need not be asked
  const calendar = Math.abs(t.days) < 1e12 ? (utc ? utcTime(t) : localTime(t)) : undefined;
  if (calendar === undefined || !yearFits(calendar))
    throw runtimeError("date result cannot be represented in this installation");
  const start = utc ? 1 : 0;
  const rest = text.slice(start);
  if (rest === "*t" || rest.startsWith("*t\0")) {
    const t = new LuaTable();
    for (const [key, value] of calendarFields(calendar)) t.µsetName(key, value);
    return t;
  }
  let out = "";
  for (let i = start; ; ) {
    const percent = text.indexOf("%", i);
    if (percent < 0) return out + text.slice(i);
    const length = specifierLength(text, percent + 1);
    if (length === 0) {
      const [shown] = text.slice(percent + 1).split("\0");
      throw argumentError(1, `invalid conversion specifier '%${shown}'`);
    }
    out += text.slice(i, percent) + formatTime(text[percent + length] as string, calendar);
    i = percent + 1 + length;
  }
}

function calendarFields(t: CalendarTime): [string, LuaValue][] {
  return [
    ["year", t.year],
    ["month", t.month + 1],
    ["day", t.day],
    ["hour", t.hour],
    ["min", t.minute],
    ["sec", t.second],
    ["yday", t.yearDay + 1],
    ["wday", t.weekday + 1],
    ["isdst", t.isDst],
  ];
}

function time(table: LuaValue): Results {
  if (table === undefined) return now();
  return runSteps(timeSteps(checkTable(table, 1)));
}

function* timeSteps(table: LuaTable): Steps {
  const year = yield* fieldSteps(table, "year", undefined, 1900);
  const month = yield* fieldSteps(table, "month", undefined, 1);
  const day = yield* fieldSteps(table, "day", undefined, 0);
  const hour = yield* fieldSteps(table, "hour", 12, 0);
  const minute = yield* fieldSteps(table, "min", 0, 0);
  const second = yield* fieldSteps(table, "sec", 0, 0);
  const r = index(table, "isdst") as Results;
  const isDst = first(r === SUSPENDED ? yield : r);

  const carried = year + 1900 + Math.floor(month / 12);
  const seconds = hour * 3600 + minute * 60 + second;
  const carriedDays = Math.floor(seconds / 86400);
  const local = {
    days: daysOfMonth(carried, month - 12 * Math.floor(month / 12)) + day - 1 + carriedDays,
    seconds: seconds - carriedDays * 86400,
  };
  const t = fromLocalTime(local, isDst === undefined ? undefined : isDst !== false);
  const calendar = localTime(t);
  const result = joinTime(t);
  // -1 is how C reports a failure
  if (!yearFits(calendar) || result === -1)
    throw runtimeError("time result cannot be represented in this installation");
  for (const [key, value] of calendarFields(calendar))
    if ((setIndex(table, key, value) as Results) === SUSPENDED) yield;
  return result;
}

/** A field of a date table, less `delta`, which must fit a C int. */
function* fieldSteps(
  table: LuaTable,
  key: string,
  fallback: number | undefined,
  delta: number,
): Steps<number> {
  const r = index(table, key) as Results;
  const v = first(r === SUSPENDED ? yield : r);
  const i = toInteger(v);
  if (i === undefined) {
    if (v !== undefined) throw runtimeError(`field '${key}' is not an integer`);
    if (fallback === undefined) throw runtimeError(`field '${key}' missing in date table`);
    return fallback;
  }
  const shifted: LuaInteger = compareInt(i, 0) >= 0 ? subInt(i, delta) : i;
  const fits =
    compareInt(i, 0) >= 0 ? compareInt(shifted, MAX_INT) <= 0 : compareInt(MIN_INT + delta, i) <= 0;
  if (!fits) throw runtimeError(`field '${key}' is out-of-bound`);
  return toDouble(i) - delta;
}

function difftime(a: LuaValue, b: LuaValue): Results {
  const count = arguments.length;
  if (count < 1) throw missingError(1, "number");
  const end = checkInteger(a, 1);
  if (count < 2) throw missingError(2, "number");
  const start = checkInteger(b, 2);
  // exact, and rounded once: times may be further apart than integers reach
  return new LuaFloat(Number(toBigInt(end) - toBigInt(start)));
}

/** Only the "C" locale exists. */
function setlocale(locale: LuaValue, category: LuaValue): Results {
  const name = locale === undefined ? "" : checkString(locale, 1);
  checkOption(category, 2, CATEGORIES, "all");
  return name === "" || name === "C" || name === "POSIX" ? "C" : undefined;
}

/** The table `os`. */
export function osLibrary(state: LuaState): LuaTable {
  /** A variable as the state sees the environment. */
  function getenv(name: LuaValue): Results {
    const text = toText(stringArgument(name, 1, arguments.length));
    const value = state.env(text);
    return value === undefined ? undefined : (rawVariable(text, value) ?? toBytes(value));
  }
  return library("os", {
    clock,
    date,
    difftime,
    execute: (command: LuaValue) => execute(state, command),
    exit,
    getenv,
    remove,
    rename,
    setlocale,
    time,
    tmpname,
  });
}
