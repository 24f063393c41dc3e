/** Handles that a script loses without closing them give back what they hold. */
import { expect, test } from "vitest";
import { harness } from "../builtins/harness";

/** `settled(f)`: whether `f` becomes true when all garbage is collected. */
const PRELUDE = `
  local function settled(f, tries)
    for _ = 1, tries or 50 do
      if f() then return true end
      collectgarbage()
      sleep(0.02)
    end
    return false
  end
`;
const run = (source: string) => harness().run(PRELUDE + source);

test("a permit that is lost is given back, one in a variable is not", async () => {
  expect(
    await run(`
      local sem = async.semaphore(2)
      local function lose() sem:acquire() end
      lose() lose()
      local back = settled(function() return sem.free == 2 end)
      local kept = sem:acquire()
      local early = settled(function() return sem.free == 2 end, 5)
      kept:release()
      return back, early`),
  ).toEqual([true, false]);
});

test("a WebSocket connection that is lost is cut, one in a variable or in use is not", async () => {
  expect(
    await run(`
      local open = {}
      local server <close> = http.server({ host = "127.0.0.1" }, { GET = { ["/"] = function()
        return { ws = function(conn)
          local name = conn:read()
          open[name] = true
          if name == "waiting" then sleep(0.3) conn:write("late") end
          pcall(conn.read, conn)
          open[name] = nil
        end }
      end } })
      local address = server.url:gsub("^http", "ws")
      local function connect(name)
        local conn = ws.connect(address)
        conn:send(name)
        while not open[name] do sleep(0.01) end
        return conn
      end
      local kept = connect("kept")
      local function lose() connect("lost") end
      lose()
      local got
      async.spawn(function() got = connect("waiting"):recv() end)
      return settled(function() return not open.lost end), settled(function() return got end), got, open.kept,
        kept.is_open`),
  ).toEqual([true, true, "late", true, true]);
});

test("a client that is lost goes on with its request and its repeats", async () => {
  expect(
    await run(`
      local count = 0
      local server <close> = http.server({ host = "127.0.0.1" }, { GET = { ["/"] = function()
        count = count + 1
        sleep(0.1)
        return count < 3 and { status = 503 } or { body = "there" }
      end } })
      local body
      async.spawn(function()
        body = http.client({ base_url = server.url, retries = 5 }):get("/").body
      end)
      settled(function() return body end)
      for _ = 1, 100 do if not body then sleep(0.1) end end
      return body`),
  ).toEqual(["there"]);
});
