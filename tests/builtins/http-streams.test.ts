/** Bodies that scripts get piece by piece: what is no stream, encodings, limits, and repeating. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Harness, harness } from "./harness";
import { type RawServer, rawServer } from "./http-peers";

let server: RawServer;
let h: Harness;
const dir = mkdtempSync(join(tmpdir(), "assay-streams-"));
let attempts = 0;

const answer = (status: string, headers: string, body: Buffer | string) =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body.toString("latin1")}`;

/** Fails twice, and answers then. */
const third = (fail: (s: Socket) => void, good: string) => (s: Socket) => {
  if (++attempts % 3 === 0) s.write(good);
  else fail(s);
};
const busy = (s: Socket) => s.write(answer("503 Busy", "Retry-After: 0\r\n", "later"));

/** Sends 1 MiB (or `piece`) as long as the other side takes it, and tells when it is gone. */
let gone: Promise<void>;
const MIB = "x".repeat(1 << 20);
const endless =
  (head: string, piece = MIB) =>
  (s: Socket) => {
    s.write(head);
    const more = () => {
      if (!s.destroyed) s.write(piece, () => setImmediate(more));
    };
    more();
    gone = new Promise((resolve) => s.once("close", () => resolve()));
  };

beforeAll(async () => {
  const gzip = "Content-Encoding: gzip\r\n";
  const events = "Content-Type: text/event-stream\r\n";
  server = await rawServer({
    "/gzip-error": answer("500 Oops", gzip, gzipSync("what went wrong")),
    "/gzip": answer("200 OK", gzip, gzipSync("one\ntwo\n")),
    "/no-gzip": answer("200 OK", gzip, ""),
    "/deflate": answer("200 OK", "Content-Encoding: deflate\r\n", deflateRawSync("one\ntwo\n")),
    "/events": answer(
      "200 OK",
      `${events}${gzip}`,
      gzipSync("data: a\r\n\r\ndata: b\rdata: c\r\n\ndata: d\n\n"),
    ),
    "/endless": endless("HTTP/1.1 200 OK\r\n\r\n"),
    "/endless-event": endless(`HTTP/1.1 200 OK\r\n${events}\r\ndata: `),
    "/endless-data": endless(`HTTP/1.1 200 OK\r\n${events}\r\n`, `data: ${MIB}\n`),
    // one event, and nothing more
    "/first-event": (s: Socket) => {
      const encoder = createGzip();
      encoder.on("data", (chunk: Buffer) => s.write(chunk));
      s.write(`HTTP/1.1 200 OK\r\n${events}${gzip}\r\n`);
      encoder.write("data: a\n\n");
      encoder.flush();
    },
    "/nowhere": endless("HTTP/1.1 302 Found\r\nLocation: gopher://x/\r\n\r\n"),
    "/busy": third(busy, answer("200 OK", "", "at last\n")),
    "/busy-events": third(busy, answer("200 OK", events, "data: at last\n\n")),
    "/broken": third(
      (s) => {
        s.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf\n");
        setTimeout(() => s.destroy(), 20);
      },
      answer("200 OK", "", "whole\n"),
    ),
  });
  h = harness({ globals: { URL: server.url, DIR: dir } });
  await h.run(`
    function lines(path, opts)
      local got = {}
      opts = opts or {}
      opts.on_line = function(line) got[#got + 1] = line end
      local ok, res = pcall(http.get, URL .. path, opts)
      return ok and res.status or res, got, ok and res.body or nil
    end
    function events(path, opts)
      local got = {}
      opts = opts or {}
      opts.on_event = function(e) got[#got + 1] = e.data end
      local ok, res = pcall(http.get, URL .. path, opts)
      return ok and res.status or res, got, ok and res.body or nil
    end`);
});
afterAll(async () => {
  await h.lua.close();
  server.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  attempts = 0;
});

describe("what is no stream comes as usual, decoded", () => {
  test.each(["lines", "events"])("%s", async (how) => {
    expect(await h.run(`return ${how}("/gzip-error")`)).toEqual([500, {}, "what went wrong"]);
  });
  test("a body that is no event stream", async () => {
    expect(await h.run(`return events("/gzip")`)).toEqual([200, {}, "one\ntwo\n"]);
  });
});

describe("encodings", () => {
  test.each(["/gzip", "/deflate"])("lines of %s", async (path) => {
    expect(await h.run(`return lines("${path}")`)).toEqual([200, ["one", "two"], ""]);
    await h.run(`http.download(URL .. "${path}", DIR .. "/file")`);
    expect(readFileSync(join(dir, "file"), "utf8")).toBe("one\ntwo\n");
  });
  test("into a pipe, which stays one", async () => {
    const pipe = join(dir, "pipe");
    Bun.spawnSync(["mkfifo", pipe]);
    const reader = Bun.spawn(["cat", pipe]);
    try {
      expect(await h.run(`return http.download(URL .. "/gzip", DIR .. "/pipe")`)).toEqual([8]);
      expect(statSync(pipe).isFIFO()).toBe(true);
      expect(await reader.stdout.text()).toBe("one\ntwo\n");
    } finally {
      reader.kill();
      rmSync(pipe);
    }
  });
  test("no body is no line", async () => {
    expect(await h.run(`return lines("/no-gzip")`)).toEqual([200, {}, ""]);
  });
  test("kept on request", async () => {
    const [status, got] = await h.run(
      `local status, got = lines("/gzip", { decompress = false }) return status, table.concat(got, "\\n"):sub(1, 2) == "\\x1f\\x8b"`,
    );
    expect([status, got]).toEqual([200, true]);
  });
  test("events, with all kinds of line ends", async () => {
    expect(await h.run(`return events("/events")`)).toEqual([200, ["a", "b\nc", "d"], ""]);
  });
});

test("an event of an encoded stream comes at once, not with the one behind it", async () => {
  expect(
    await h.run(`
      local first
      http.get(URL .. "/first-event", { timeout = 5, on_event = function(e)
        first = e.data
        return "close"
      end })
      return first`),
  ).toEqual(["a"]);
});

describe("limits", () => {
  test("lines and events that never end", async () => {
    const where = `reading the response body from ${server.url}`;
    expect((await h.run(`return lines("/endless")`))[0]).toBe(
      `http.get: ${where}/endless: a line of more than 67108864 bytes`,
    );
    await gone;
    expect((await h.run(`return events("/endless-event")`))[0]).toBe(
      `http.get: ${where}/endless-event: an event has a line of more than 16777216 bytes`,
    );
    await gone;
    expect((await h.run(`return events("/endless-data")`))[0]).toBe(
      `http.get: ${where}/endless-data: an event has data of more than 16777216 bytes`,
    );
    await gone;
  });
  test("a redirect to nowhere leaves no connection behind", async () => {
    expect(await h.failure(`http.get(URL .. "/nowhere")`)).toBe(
      `http.get: requesting ${server.url}/nowhere: redirected to an invalid address`,
    );
    await gone;
  });
});

describe("retries", () => {
  test("while the server is busy", async () => {
    expect(await h.run(`return lines("/busy", { retries = 2 })`)).toEqual([200, ["at last"], ""]);
    expect(await h.run(`return events("/busy-events", { retries = 2 })`)).toEqual([
      200,
      ["at last"],
      "",
    ]);
    expect(
      await h.run(`return http.download(URL .. "/busy", DIR .. "/busy", { retries = 2 })`),
    ).toEqual([8]);
    expect(attempts).toBe(9);
  });
  test("no more often than asked", async () => {
    expect(await h.run(`return lines("/busy", { retries = 1 })`)).toEqual([503, {}, "later"]);
    attempts = 0;
    expect(await h.failure(`http.download(URL .. "/busy", DIR .. "/none", { retries = 1 })`)).toBe(
      `http.download: requesting ${server.url}/busy: status 503`,
    );
    expect(existsSync(join(dir, "none"))).toBe(false);
  });
  test("a download begins anew, lines that were seen are not repeated", async () => {
    await h.run(`http.download(URL .. "/broken", DIR .. "/whole", { retries = 2 })`);
    expect(readFileSync(join(dir, "whole"), "utf8")).toBe("whole\n");
    expect(readdirSync(dir).filter((name) => name.endsWith(".part"))).toEqual([]);
    const [failure, got] = await h.run(`return lines("/broken", { retries = 2 })`);
    expect(failure).toMatch(/connection closed by peer before the response was complete/);
    expect(got).toEqual(["half"]);
  });
});
