/** Many checks at once against a server that misbehaves. */
import { afterAll, expect, test } from "vitest";
import { removeDirectory, runText, serve } from "./helpers";

afterAll(removeDirectory);

test("200 checks, 50 at a time, with injected faults: none is lost or reported twice", async () => {
  const seen = new Map<string, number>();
  let running = 0;
  let most = 0;
  const server = await serve((req, res) => {
    const path = req.url ?? "";
    const n = (seen.get(path) ?? 0) + 1;
    seen.set(path, n);
    most = Math.max(most, ++running);
    res.once("close", () => running--);
    const i = Number(path.slice(1));
    setTimeout(
      () => {
        // every third fails once: by status, a cut connection, or half an answer
        if (n === 1 && i % 9 === 0) res.writeHead(503).end();
        else if (n === 1 && i % 9 === 3) req.socket.destroy();
        else if (n === 1 && i % 9 === 6) {
          res.writeHead(200, { "Content-Length": 100 });
          res.write("half");
          setTimeout(() => req.socket.destroy(), 5);
        } else res.writeHead(i % 50 === 7 ? 500 : 200).end(`check ${i}`);
      },
      20 + (i % 5) * 5,
    );
  });
  const list = Array.from(
    { length: 200 },
    (_, i) =>
      `  - {name: c${i}, type: http, url: "${server.url}/${i}", expect: {status: 200, body: check ${i}}}`,
  );
  const text = `parallel: 50\nretries: 2\nbackoff: 5ms\nchecks:\n${list.join("\n")}\n`;
  const result = await runText(text);
  await server.close();
  expect(result.checks.map((c) => c.name)).toEqual(list.map((_, i) => `c${i}`));
  const failed = result.checks.flatMap((c, i) => (c.passed ? [] : [i]));
  expect(failed).toEqual([7, 57, 107, 157]);
  for (const [i, c] of result.checks.entries()) {
    // a kept-alive connection that is cut before the answer is replaced within the attempt
    const least = i % 50 === 7 ? 3 : i % 9 === 0 || i % 9 === 6 ? 2 : 1;
    const most = i % 9 === 3 ? Math.max(2, least) : least;
    expect([i, c.attempts.length >= least && c.attempts.length <= most]).toEqual([i, true]);
  }
  expect(most).toBeGreaterThan(25);
  expect(most).toBeLessThanOrEqual(50);
});
