/** Recorded exchanges, and the file that keeps them. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { bytesToBuffer, bytesToUtf8, isUtf8, utf8ToBytes } from "../../../host";
import type { HeaderList } from "../headers";

/** Texts are byte strings. */
export interface StubRequest {
  readonly method: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: HeaderList;
  /** Undefined in a recorded request: any body fits. */
  readonly body: string | undefined;
}

export interface StubResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

export interface Exchange {
  readonly request: StubRequest;
  readonly response: StubResponse;
}

/** A body as it stands in the file: JSON as such when that loses nothing, text, or base64. */
interface StoredBody {
  json?: unknown;
  body?: string;
  base64?: string;
}

/** Text, or the base64 of bytes that are none. */
type StoredValue = string | { readonly base64: string };
type StoredHeaders = Record<string, StoredValue | StoredValue[]>;

interface StoredExchange {
  request: { method: string; path: string; query?: string; headers?: StoredHeaders } & StoredBody;
  response: { status: number; headers?: StoredHeaders } & StoredBody;
}

/** The exchanges of a file; paths are byte strings. Throws what `readFileSync` does, or an `Error` about the content. */
export function readExchanges(path: string): Exchange[] {
  const stored = JSON.parse(readFileSync(bytesToBuffer(path), "utf8")) as { exchanges?: unknown };
  if (!Array.isArray(stored?.exchanges)) throw new Error("it holds no list 'exchanges'");
  return (stored.exchanges as StoredExchange[]).map(({ request, response }, i) => {
    if (typeof request?.method !== "string" || typeof request.path !== "string")
      throw new Error(`exchange ${i + 1} has no method and path`);
    if (typeof response?.status !== "number") throw new Error(`exchange ${i + 1} has no status`);
    return {
      request: {
        method: request.method,
        path: utf8ToBytes(request.path),
        query: utf8ToBytes(request.query ?? ""),
        headers: fromStored(request.headers),
        body: fromBody(request),
      },
      response: {
        status: response.status,
        headers: fromStored(response.headers),
        body: fromBody(response) ?? "",
      },
    };
  });
}

/** An exchange as it stands in the file. */
export function storedText({ request, response }: Exchange): string {
  const stored: StoredExchange = {
    request: {
      method: request.method,
      path: bytesToUtf8(request.path),
      ...(request.query !== "" && { query: bytesToUtf8(request.query) }),
      ...toStored(request.headers),
      ...toBody(request.body ?? ""),
    },
    response: {
      status: response.status,
      ...toStored(response.headers),
      ...toBody(response.body),
    },
  };
  return JSON.stringify(stored, undefined, 2).replaceAll("\n", "\n    ");
}

/** Writes the file anew; it is never seen half-written. `exchanges` are texts of `storedText`. */
export function writeExchanges(path: string, exchanges: readonly string[]): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const list = exchanges.map((text) => `    ${text}`).join(",\n");
  writeFileSync(
    bytesToBuffer(temporary),
    `{\n  "version": 1,\n  "exchanges": [\n${list}\n  ]\n}\n`,
  );
  renameSync(bytesToBuffer(temporary), bytesToBuffer(path));
}

function toBody(body: string): StoredBody {
  if (body === "") return {};
  if (!isUtf8(body)) return { base64: Buffer.from(body, "latin1").toString("base64") };
  const text = bytesToUtf8(body);
  if (/^[[{]/.test(text)) {
    try {
      const json: unknown = JSON.parse(text);
      if (JSON.stringify(json) === text) return { json };
    } catch {
      // it only looks like it
    }
  }
  return { body: text };
}

function fromBody({ json, body, base64 }: StoredBody): string | undefined {
  if (json !== undefined) return utf8ToBytes(JSON.stringify(json));
  if (base64 !== undefined) return Buffer.from(base64, "base64").toString("latin1");
  return body === undefined ? undefined : utf8ToBytes(body);
}

function toStored(list: HeaderList): { headers?: StoredHeaders } {
  const headers: StoredHeaders = {};
  for (const [name, value] of list) {
    const before = headers[name];
    const stored = isUtf8(value)
      ? bytesToUtf8(value)
      : { base64: Buffer.from(value, "latin1").toString("base64") };
    headers[name] = before === undefined ? stored : [before, stored].flat();
  }
  return list.length === 0 ? {} : { headers };
}

function fromStored(headers: StoredHeaders = {}): HeaderList {
  return Object.entries(headers).flatMap(([name, v]) =>
    [v]
      .flat()
      .map((stored): [string, string] => [
        name,
        typeof stored === "string"
          ? utf8ToBytes(stored)
          : Buffer.from(stored.base64, "base64").toString("latin1"),
      ]),
  );
}
