/**
 * A reader that lags behind, and a server that ends the connection with its response meanwhile: the
 * end comes while the connection is held back.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HttpFault } from "../../src/builtins/http/errors";
import { Transport } from "../../src/builtins/http/transport";
import { type RawServer, rawServer } from "./http-peers";

const SIZE = 1 << 20;
const body = "a".repeat(SIZE);
const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";

/** How each ends, and what the reader must be told. */
const CUT_OFF = "connection closed by peer before the response was complete";
const answers: Record<string, [response: string, failure?: string]> = {
  "/length": [`${head}Content-Length: ${SIZE}\r\n\r\n${body}`],
  "/chunked": [
    `${head}Transfer-Encoding: chunked\r\n\r\n${SIZE.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
  "/untilend": [`${head}\r\n${body}`],
  "/shortlength": [`${head}Content-Length: ${SIZE + 1}\r\n\r\n${body}`, CUT_OFF],
  "/shortchunk": [
    `${head}Transfer-Encoding: chunked\r\n\r\n${SIZE.toString(16)}\r\n${body}`,
    CUT_OFF,
  ],
};

let server: RawServer;
const transport = new Transport({ tls: { insecure: false }, env: () => undefined });

beforeAll(async () => {
  server = await rawServer({
    ...Object.fromEntries(
      Object.entries(answers).map(([path, [response]]) => [
        path,
        (s) => s.end(Buffer.from(response)),
      ]),
    ),
    "/reset": (s) =>
      s.write(Buffer.from(`${head}\r\n${body}`), () => setTimeout(() => s.resetAndDestroy(), 50)),
  });
});

afterAll(() => {
  server.close();
  transport.close();
});

/** Reads the body only when all of it has been sent. Gives its length, or what is wrong with it. */
async function late(path: string): Promise<number | string> {
  const exchange = await transport.send({
    url: new URL(server.url + path),
    method: "GET",
    headers: [],
  });
  await exchange.head;
  await new Promise((resolve) => setTimeout(resolve, 200));
  let length = 0;
  try {
    for await (const chunk of exchange) length += chunk.length;
  } catch (e) {
    return e instanceof HttpFault ? e.message : `not a fault: ${String(e)}`;
  }
  return length;
}

test.each(Object.entries(answers))("%s", async (path, [, failure]) => {
  expect(await late(path)).toBe(
    failure === undefined
      ? SIZE
      : `reading the response body from ${server.url}${path}: ${failure}`,
  );
});

test("a connection that is reset", async () => {
  expect(await late("/reset")).toMatch(
    new RegExp(
      `^reading the response body from ${server.url}/reset: connection (reset|closed) by peer`,
    ),
  );
});
