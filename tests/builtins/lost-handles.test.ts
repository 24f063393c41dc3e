/** Handles that a script has lost: what is behind them is released, but not while it is in use. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { testFolder } from "./folder";
import { harness } from "./harness";
import { startWsPeer } from "./ws-peer";

let peer: Awaited<ReturnType<typeof startWsPeer>>;
beforeAll(async () => {
  peer = await startWsPeer();
});
afterAll(() => peer.stop());

const { run } = harness({ globals: { dir: testFolder() } });

/** Functions to look for what is still open. */
const LOOK = `
  local function becomes(condition)
    for _ = 1, 50 do
      if condition() then return true end
      collectgarbage() sleep(0.02)
    end
    return false
  end
  local function opened(path)
    local links = shell.exec("ls -l /proc/" .. os.pid() .. "/fd").stdout
    return (select(2, links:gsub(path, "")))
  end`;

test.runIf(process.platform === "linux")("files and databases are closed", async () => {
  expect(
    await run(`${LOOK}
      fs.write(dir .. "/lost.txt", ("line\\n"):rep(100000))
      for i = 1, 5 do fs.lines(dir .. "/lost.txt")() end
      for i = 1, 3 do
        db.query(db.connect("sqlite:" .. dir .. "/lost.db?mode=rwc"), "select 1")
      end
      return becomes(function() return opened("lost.txt") == 0 end),
        becomes(function() return opened("lost.db") == 0 end)`),
  ).toEqual([true, true]);
});

test("permits are given back", async () => {
  expect(
    await run(`${LOOK}
      local sem = async.semaphore(1)
      async.spawn(function() sem:acquire() end)
      sleep(0)
      return becomes(function() return sem.free == 1 end)`),
  ).toEqual([true]);
});

test("a handle that only a call knows is in use", async () => {
  expect(
    await run(
      `local collector = async.spawn(function() while true do collectgarbage() sleep(0.01) end end)
      local url = ...
      fs.write(dir .. "/lines.txt", ("line\\n"):rep(100000))
      local lines, rows, bytes = 0, 0, 0
      for _ in fs.lines(dir .. "/lines.txt") do
        lines = lines + 1
        if lines % 10000 == 0 then sleep(0.02) end
      end
      local sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select i from n"
      for _ in db.rows(db.connect("sqlite::memory:"), sql) do rows = rows + 1 sleep(0.02) end
      for piece in io.popen("for i in 1 2 3 4 5; do printf 12345; sleep 0.03; done"):lines(5) do
        bytes = bytes + #piece
      end
      local all = io.popen("for i in 1 2 3 4 5; do printf 12345; sleep 0.03; done"):read("a")
      local ok, e = pcall(function() return ws.connect(url .. "/echo"):recv({ timeout = 0.2 }) end)
      collector:cancel()
      return lines, rows, bytes, #all, e`,
      [peer.url],
    ),
  ).toEqual([100000, 5, 25, 25, "ws.recv: timeout after 0.2 s"]);
});

test("servers and signal handlers that are closed leave nothing behind", async () => {
  const h = harness();
  await h.run(`
    http.server({ host = "127.0.0.1" }, {}):close()
    process.on_signal("HUP", function() end):cancel()
    sleep(0)`);
  const before = h.lua.state.onClose.length;
  await h.run(`
    for i = 1, 5 do
      http.server({ host = "127.0.0.1" }, {}):close()
      process.on_signal("HUP", function() end):cancel()
    end
    sleep(0)`);
  expect(h.lua.state.onClose.length).toBe(before);
});
