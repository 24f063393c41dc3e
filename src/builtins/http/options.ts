/** Reads the option tables of requests and clients. */
import {
  type Context,
  entries,
  isList,
  isNumber,
  items,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  misspelledOptions,
  numberToDouble,
  typeName,
  unknownOption,
} from "../../host";
import { HttpFault } from "./errors";
import { addHeader, type HeaderList } from "./headers";
import { plainText } from "./query";

/** What a request and a client may both set; undefined where the table says nothing. */
export interface CommonOptions {
  readonly headers: HeaderList;
  readonly timeout: number | undefined;
  readonly followRedirects: boolean | undefined;
  readonly maxRedirects: number | undefined;
  readonly maxSize: number | undefined;
  readonly decompress: boolean | undefined;
  readonly retries: number | undefined;
}

export interface RequestOptions extends CommonOptions {
  readonly query: LuaTable | undefined;
  readonly form: LuaTable | undefined;
  readonly body: LuaValue;
  readonly onEvent: LuaFunction | undefined;
  readonly onLine: LuaFunction | undefined;
}

function wrong(key: string, expected: string, v: LuaValue): HttpFault {
  // a text in the wrong place may be a secret
  const got = isNumber(v) ? plainText(v) : typeName(v);
  return new HttpFault(`option '${key}' must be ${expected}, got ${got}`, "request");
}

/** The value of an option; false is none: `{ ca_cert_file = in_cluster and PATH }`. */
function option(table: LuaTable, key: string): LuaValue {
  const v = table.µgetStr(key);
  return v === false ? undefined : v;
}

/** A number of seconds; numeric strings are accepted, as the original does. */
export function secondsOption(table: LuaTable, key: string): number | undefined {
  const v = option(table, key);
  if (v === undefined) return undefined;
  const n = isNumber(v) ? numberToDouble(v) : typeof v === "string" && v !== "" ? Number(v) : NaN;
  if (n > 0) return n;
  throw wrong(key, "a positive number of seconds", v);
}

/** A whole number from 0. */
export function countOption(table: LuaTable, key: string): number | undefined {
  const v = table.µgetStr(key);
  if (v === undefined) return undefined;
  const n = isNumber(v) ? numberToDouble(v) : NaN;
  if (Number.isInteger(n) && n >= 0) return n;
  throw wrong(key, "a whole number, 0 or more", v);
}

export function booleanOption(table: LuaTable, key: string): boolean | undefined {
  const v = table.µgetStr(key);
  if (v === undefined || typeof v === "boolean") return v;
  throw wrong(key, "a boolean", v);
}

export function stringOption(table: LuaTable, key: string): string | undefined {
  const v = option(table, key);
  if (v === undefined || typeof v === "string") return v;
  throw wrong(key, "a string", v);
}

export function tableOption(table: LuaTable, key: string): LuaTable | undefined {
  const v = option(table, key);
  if (v === undefined || v instanceof LuaTable) return v;
  throw wrong(key, "a table", v);
}

export function functionOption(table: LuaTable, key: string): LuaFunction | undefined {
  const v = option(table, key);
  if (v === undefined || typeof v === "function") return v;
  throw wrong(key, "a function", v);
}

/** Header lines of a name-to-value table; a list repeats the header. */
export function readHeaders(table: LuaTable): HeaderList {
  const out: HeaderList = [];
  for (const [name, v] of entries(table)) {
    if (typeof name !== "string") throw new HttpFault("header names must be strings", "request");
    const lines = v instanceof LuaTable && isList(v) ? items(v) : [v];
    for (const line of lines) {
      const text = plainText(line);
      if (text === undefined)
        throw new HttpFault(
          `header '${name}' must be a string, number or list, got ${typeName(line)}`,
          "request",
        );
      addHeader(out, name, text);
    }
  }
  return out;
}

/** Those of `readCommon`. */
const COMMON = [
  "headers",
  "timeout",
  "follow_redirects",
  "max_redirects",
  "max_size",
  "decompress",
  "retries",
];
const REQUEST = [...COMMON, "query", "form", "body", "on_event", "on_line"];
/** Those by which both sides of a connection show who they are. */
export const CERTIFICATES = [
  "ca_cert",
  "ca_cert_file",
  "client_cert",
  "client_cert_file",
  "client_key",
  "client_key_file",
  "insecure",
];
/** Those of a connection: TLS and the proxy. */
export const CONNECTION = [...CERTIFICATES, "tls_server_name", "proxy"];
const CLIENT = [...COMMON, ...CONNECTION, "base_url"];

/** Refuses options that nobody reads. */
export function checkOptions(table: LuaTable, known: readonly string[]): void {
  const unknown = unknownOption(table, known);
  if (unknown !== undefined) throw new HttpFault(unknown, "request");
}

/**
 * The original ignored further options of its functions, so scripts may have some: those that look
 * like a typing mistake are told in the log, each once.
 */
function warnOfMistakes(ctx: Context, table: LuaTable, known: readonly string[]): void {
  const told = ctx.host.store(newSet);
  for (const mistake of misspelledOptions(table, known)) {
    const text = `${ctx.name}: ${mistake}`;
    if (told.has(text)) continue;
    told.add(text);
    ctx.host.logger.log("warn", text);
  }
}

function newSet(): Set<string> {
  return new Set();
}

/** For `http.client`. */
export function warnOfClientMistakes(ctx: Context, table: LuaTable): void {
  warnOfMistakes(ctx, table, CLIENT);
}

const NOTHING = new LuaTable();

/** The options that clients and single requests share. */
export function readCommon(table: LuaTable): CommonOptions {
  const headers = tableOption(table, "headers");
  const maxSize = countOption(table, "max_size");
  return {
    headers: headers === undefined ? [] : readHeaders(headers),
    timeout: secondsOption(table, "timeout"),
    followRedirects: booleanOption(table, "follow_redirects"),
    maxRedirects: countOption(table, "max_redirects"),
    maxSize: maxSize === 0 ? Infinity : maxSize,
    decompress: booleanOption(table, "decompress"),
    retries: countOption(table, "retries"),
  };
}

/** The options of one request. */
export function readRequestOptions(ctx: Context, table: LuaTable = NOTHING): RequestOptions {
  if (table !== NOTHING) warnOfMistakes(ctx, table, REQUEST);
  return {
    ...readCommon(table),
    query: tableOption(table, "query"),
    form: tableOption(table, "form"),
    body: table.µgetStr("body"),
    onEvent: functionOption(table, "on_event"),
    onLine: functionOption(table, "on_line"),
  };
}
