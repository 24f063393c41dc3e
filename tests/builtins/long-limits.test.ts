/** Limits that no JS timer can hold: they must not be over at once. */
import { expect, test } from "vitest";
import { harness } from "./harness";

const { run } = harness();

test("statements", async () => {
  const rows =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT i FROM n";
  expect(
    await run(`
      local conn <close> = db.connect("sqlite::memory:", { statement_timeout = 1e9 })
      return #conn:query("${rows}"), #conn:query("${rows}", {}, { timeout = 3e6 })`),
  ).toEqual([100_000, 100_000]);
});

test("WebSockets: connecting, messages and pongs", async () => {
  expect(
    await run(`
      local server <close> = http.server({ host = "127.0.0.1" }, {
        ["/ws"] = function()
          return { ws = function(peer)
            sleep(0.05)
            peer:write("late")
            peer:read()
          end }
        end,
      })
      local conn <close> = ws.connect(server.url:gsub("^http", "ws") .. "/ws", { timeout = 1e8 })
      local text = conn:recv({ timeout = 1e8 })
      return text, math.type(conn:ping({ timeout = 1e8 }))`),
  ).toEqual(["late", "float"]);
});
