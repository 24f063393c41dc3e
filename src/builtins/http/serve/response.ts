/** What handlers return, as HTTP responses. */
import {
  bytesToBuffer,
  entries,
  isNumber,
  items,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  numberToDouble,
  typeName,
} from "../../../host";
import { encodeJson } from "../../json/encode";
import { headerProblem } from "../headers";
import { plainText } from "../query";

/** A handler returned something that can't be sent. */
export class BadResponse {
  constructor(readonly message: string) {}
}

export interface Reply {
  readonly status: number;
  /** Without repeats of one name, except through `appended`. */
  readonly headers: Headers;
  readonly body: string | undefined;
  readonly special:
    | { readonly kind: "sse" | "stream" | "ws"; readonly run: LuaFunction }
    | { readonly kind: "file"; readonly path: string }
    | undefined;
}

const TEXT = "text/plain";

/** Reads a handler's result. */
export function readReply(v: LuaValue): Reply {
  if (typeof v === "string")
    return { status: 200, headers: typeOnly(TEXT), body: v, special: undefined };
  if (!(v instanceof LuaTable))
    throw new BadResponse(`the handler returned ${typeName(v)}, not a response table or a string`);
  const status = readStatus(v.µgetStr("status"));
  const special = readSpecial(v);
  if (special !== undefined)
    return { status, headers: readHeaders(v, specialType(special.kind)), body: undefined, special };
  const target = v.µgetStr("redirect");
  if (target !== undefined) return redirect(v, target, status);
  const { body, type } = readBody(v);
  return { status, headers: readHeaders(v, type), body, special };
}

function readStatus(v: LuaValue): number {
  const n = isNumber(v) ? numberToDouble(v) : typeof v === "string" ? Number(v) : 200;
  return Number.isInteger(n) && n >= 200 && n <= 599 ? n : 200;
}

function readSpecial(v: LuaTable): Reply["special"] {
  for (const kind of ["sse", "ws", "stream"] as const) {
    const run = v.µgetStr(kind);
    if (run === undefined) continue;
    if (typeof run !== "function")
      throw new BadResponse(`field '${kind}' must be a function, got ${typeName(run)}`);
    return { kind, run };
  }
  const file = v.µgetStr("file");
  if (file === undefined) return undefined;
  if (typeof file !== "string") throw new BadResponse("field 'file' must be a path");
  return { kind: "file", path: file };
}

function specialType(kind: string): string | undefined {
  if (kind === "sse") return "text/event-stream";
  return kind === "stream" ? "application/octet-stream" : undefined;
}

function redirect(v: LuaTable, target: LuaValue, status: number): Reply {
  const location = plainText(target);
  if (location === undefined) throw new BadResponse("field 'redirect' must be an address");
  const problem = headerProblem("location", location);
  if (problem !== undefined) throw new BadResponse(problem);
  const headers = new Headers(readHeaders(v, undefined));
  headers.set("location", location);
  return {
    status: status >= 300 && status < 400 ? status : 302,
    headers,
    body: "",
    special: undefined,
  };
}

function readBody(v: LuaTable): { body: string; type: string } {
  const json = v.µgetStr("json");
  // `json = wanted and value` beside a body that is given for when it is not wanted
  if (json !== undefined && (json !== false || v.µgetStr("body") === undefined))
    return { body: encodeJson(json, {}, "response"), type: "application/json" };
  const html = plainText(v.µgetStr("html"));
  if (html !== undefined) return { body: html, type: "text/html; charset=utf-8" };
  const text = plainText(v.µgetStr("text"));
  if (text !== undefined) return { body: text, type: "text/plain; charset=utf-8" };
  const body = v.µgetStr("body");
  const plain = plainText(body);
  if (plain === undefined && body !== undefined && body !== false)
    throw new BadResponse(`field 'body' must be a string, got ${typeName(body)}`);
  return { body: plain ?? "", type: TEXT };
}

/** Written by the server itself. */
const OURS = new Set(["content-length", "transfer-encoding", "connection", "keep-alive"]);

const onlyTypes = new Map<string | undefined, Headers>();

/** Headers with a content type at most. Shared by all responses, which copy them: not to be changed. */
function typeOnly(type: string | undefined): Headers {
  let headers = onlyTypes.get(type);
  if (headers === undefined) {
    headers = new Headers(type === undefined ? {} : { "content-type": type });
    onlyTypes.set(type, headers);
  }
  return headers;
}

function readHeaders(v: LuaTable, type: string | undefined): Headers {
  const table = v.µgetStr("headers");
  if (!(table instanceof LuaTable)) return typeOnly(type);
  const headers = new Headers();
  for (const [name, value] of entries(table)) {
    if (typeof name !== "string") continue;
    if (value instanceof LuaTable)
      for (const line of items(value)) appendHeader(headers, name, line);
    else appendHeader(headers, name, value);
  }
  if (type !== undefined && !headers.has("content-type")) headers.set("content-type", type);
  return headers;
}

function appendHeader(headers: Headers, name: string, value: LuaValue): void {
  const text = plainText(value);
  if (text === undefined || OURS.has(name.toLowerCase())) return;
  const problem = headerProblem(name, text);
  if (problem !== undefined) throw new BadResponse(problem);
  headers.append(name, text);
}

const nonAscii = /[^\x00-\x7f]/;

/** A body as Bun takes it: ASCII text as it is, everything else as bytes. */
function bodyInit(body: string): string | Buffer<ArrayBuffer> {
  return nonAscii.test(body) ? bytesToBuffer(body) : body;
}

/** Statuses whose responses have no body (RFC 9110 §6.4.1), and `Response` none. */
export const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

export function toResponse(reply: Reply): Response {
  const { status, headers, body } = reply;
  const content = body === undefined || NO_BODY.has(status) ? null : bodyInit(body);
  return new Response(content, { status, headers });
}
