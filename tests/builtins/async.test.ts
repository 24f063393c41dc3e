import { expect, test } from "vitest";
import { harness } from "./harness";

const { run, failure } = harness();

test("spawn starts at the caller's next wait; await gives a table", async () => {
  expect(
    await run(`
      local log = {}
      local h = async.spawn(function(a, b) log[#log + 1] = "task" return a, nil, b end, 1, 2)
      log[#log + 1] = "main"
      local r = h:await()
      return log, r[1], r[2], r[3], h.done`),
  ).toEqual([["main", "task"], 1, undefined, 2, true]);
  expect(await run("return next(async.spawn(function() end).await())")).toEqual([undefined]);
});

test("await and cancel work with a dot, too", async () => {
  expect(await run("local h = async.spawn(function() return 7 end) return h.await()[1]")).toEqual([
    7,
  ]);
  expect(
    await run("local h = async.spawn(sleep, 60) sleep(0) h.cancel() sleep(0) return h.done"),
  ).toEqual([true]);
});

test("a second await fails", async () => {
  expect(await failure("local h = async.spawn(function() end) h:await() h:await()")).toBe(
    "async handle already awaited",
  );
});

test("a task cannot wait for itself", async () => {
  expect(
    await failure("local h h = async.spawn(function() h:await() end) sleep(0) h:await()"),
  ).toBe("async.task.await: a task cannot wait for itself");
});

test("the error of a task is raised as it is", async () => {
  expect(await failure("async.spawn(function() error('boom') end):await()")).toBe("t.lua:1: boom");
  expect(
    await run(`local h = async.spawn(function() error({code = 3}) end)
      local ok, e = pcall(h.await) return ok, e.code`),
  ).toEqual([false, 3]);
  // an error inside a library function, without any Lua code in the task: named as C Lua names it
  expect(await failure("async.spawn(string.rep):await()")).toBe(
    "bad argument #1 to 'string.rep' (string expected, got no value)",
  );
});

test("an error nobody awaits is logged, at the latest at exit", async () => {
  const h = harness();
  await h.run("async.spawn(function() error('lost', 0) end) sleep(0.01)");
  expect(h.logged()).toEqual([]);
  await h.lua.close();
  expect(h.logged().slice(0, 2)).toEqual([
    "ERROR async.spawn: task failed: lost",
    "stack traceback:",
  ]);
});

test("error objects are logged as their __tostring has them", async () => {
  const h = harness();
  await h.run(`
    local function object(f) return setmetatable({}, { __tostring = f }) end
    local objects = {
      object(function() return "boom" end),
      -- these can't be waited for
      object(function() sleep(60) end),
      object(function() while true do end end),
      object(function() error("x") end),
    }
    for _, o in ipairs(objects) do async.spawn(function() error(o) end) end
    async.spawn_interval(0.001, function() error(objects[1]) end)
    sleep(0.1)`);
  await h.lua.close();
  const messages = h.logged().filter((l) => l.startsWith("ERROR"));
  expect(messages[0]).toBe("ERROR async.spawn_interval: callback error: boom");
  expect(messages[1]).toBe("ERROR async.spawn: task failed: boom");
  for (const l of messages.slice(2))
    expect(l).toMatch(/^ERROR async.spawn: task failed: table: 0x/);
  expect(messages.length).toBe(5);
});

test("errors of closing methods are logged when a task is cancelled, which stays cancelled", async () => {
  const h = harness();
  const guarded = (word: string) => `function()
    local a <close> = setmetatable({}, { __close = function(_, e) order[#order + 1] = "${word}" .. tostring(e) end })
    local b <close> = setmetatable({}, { __close = function() sleep(0.001) error("lost ${word}", 0) end })
    pcall(coroutine.wrap(function() sleep(10) end))
  end`;
  expect(
    await h.run(`
      order = {}
      local task = async.spawn(${guarded("task")})
      sleep(0.01)
      task:cancel()
      local ok, e = pcall(task.await)
      async.race({ ${guarded("race")}, function() sleep(0.01) end })
      local _, late = pcall(async.timeout, 0.01, ${guarded("timeout")})
      sleep(0.01)
      return ok, e, late, order`),
  ).toEqual([
    false,
    "async task was cancelled",
    "async.timeout: timed out after 0.01 s",
    ["tasknil", "racenil", "timeoutnil"],
  ]);
  await h.lua.close();
  expect(h.logged()).toEqual([
    "ERROR closing method failed: lost task",
    "ERROR closing method failed: lost race",
    "ERROR closing method failed: lost timeout",
  ]);
});

test("an error that is awaited in time is not logged", async () => {
  const h = harness();
  await h.run("local t = async.spawn(function() error('x') end) sleep(0.01) pcall(t.await)");
  await h.lua.close();
  expect(h.logged()).toEqual([]);
});

test("an error nobody awaits is logged after a second in a program that goes on", async () => {
  const h = harness();
  await h.run("async.spawn(function() error('lost', 0) end) sleep(1.2)");
  expect(h.logged().slice(0, 2)).toEqual([
    "ERROR async.spawn: task failed: lost",
    "stack traceback:",
  ]);
});

test("cancel closes variables and stops busy loops", async () => {
  expect(
    await run(`
      local closed = false
      local h = async.spawn(function()
        local c <close> = setmetatable({}, {__close = function() sleep(0.01) closed = true end})
        pcall(function() while true do end end)
        return "not reached"
      end)
      sleep(0.03)
      h:cancel()
      local ok, e = pcall(h.await)
      return closed, ok, e`),
  ).toEqual([true, false, "async task was cancelled"]);
});

test("a task cancelled before it began does not run", async () => {
  expect(
    await run(
      "local ran = false local h = async.spawn(function() ran = true end) h:cancel() sleep(0.01) return ran",
    ),
  ).toEqual([false]);
});

test("a busy task does not starve the others", async () => {
  expect(
    await run(`
      local stop, ticks = false, 0
      async.spawn(function() while not stop do end end)
      for _ = 1, 3 do sleep(0.01) ticks = ticks + 1 end
      stop = true
      return ticks`),
  ).toEqual([3]);
});

test("spawn_interval, both argument orders", async () => {
  for (const args of ["0.01, f", "f, 0.01", "'0.01', f"]) {
    const [n, later] = await run(`
      local n = 0
      local function f() n = n + 1 end
      local h = async.spawn_interval(${args})
      assert(n == 0)
      for _ = 1, 500 do
        if n > 3 then break end
        sleep(0.01)
      end
      h.cancel()
      local at = n
      sleep(0.05)
      return at, n`);
    expect(n).toBeGreaterThan(3);
    expect(later).toBe(n);
  }
});

test("interval calls never overlap, and an error ends them", async () => {
  expect(
    await run(`
      local inside, overlaps, n = 0, 0, 0
      local h = async.spawn_interval(0.005, function()
        inside, n = inside + 1, n + 1
        if inside > 1 then overlaps = overlaps + 1 end
        sleep(0.02)
        inside = inside - 1
      end)
      sleep(0.1) h:cancel() sleep(0.03)
      return overlaps, n > 1, n < 7`),
  ).toEqual([0, true, true]);
  const h = harness();
  expect(
    await h.run(`
      local n = 0
      local h = async.spawn_interval(0.005, function() n = n + 1 error("tick", 0) end)
      sleep(0.05)
      return n, h.done`),
  ).toEqual([1, true]);
  expect(h.logged()[0]).toBe("ERROR async.spawn_interval: callback error: tick");
});

test.each(["0", "-1", "0/0"])("spawn_interval(%s, f) is refused", async (s) => {
  expect(await failure(`async.spawn_interval(${s}, print)`)).toBe(
    "async.spawn_interval: interval must be positive",
  );
});

test("all", async () => {
  expect(
    await run(`
      local h = async.spawn(function() return "h" end)
      return async.all{function() sleep(0.02) return 1 end, h, function() return 3, 4 end}, async.all{}`),
  ).toEqual([[1, "h", 3], []]);
  expect(
    await run(`
      local other = false
      local ok, e = pcall(async.all, {
        function() sleep(0.05) other = true end,
        function() sleep(0.01) error("first", 0) end,
      })
      sleep(0.08)
      return ok, e, other`),
  ).toEqual([false, "first", false]);
  expect(await failure("async.all{1}")).toBe("async.all: entry 1 is neither a function nor a task");
});

test("race", async () => {
  expect(
    await run(`
      local lost = false
      local v, i = async.race{
        function() sleep(0.05) lost = true return "slow" end,
        function() sleep(0.01) return "fast" end,
      }
      sleep(0.08)
      return v, i, lost`),
  ).toEqual(["fast", 2, false]);
  expect(await failure("async.race{}")).toBe("async.race: the list is empty");
});

test("map keeps order and bounds concurrency", async () => {
  expect(
    await run(`
      local now, most = 0, 0
      local r = async.map({5, 1, 3, 2, 4}, function(x, i)
        now = now + 1 most = math.max(most, now)
        sleep(x / 200)
        now = now - 1
        return x * 10 + i
      end, {concurrency = 2})
      return r, most`),
  ).toEqual([[51, 12, 33, 24, 45], 2]);
  expect(await failure("async.map({}, print, {concurrency = 0})")).toContain(
    "bad argument #3 to 'map' (field 'concurrency': value at least 1 expected, got 0)",
  );
});

test("map: an error stops the rest", async () => {
  expect(
    await run(`
      local n = 0
      local items = {}
      for i = 1, 100 do items[i] = i end
      local ok, e = pcall(async.map, items, function(i)
        n = n + 1 sleep(0.001)
        if i == 5 then error("five", 0) end
      end, {concurrency = 2})
      return ok, e, n < 10`),
  ).toEqual([false, "five", true]);
});

test("map over many items", async () => {
  expect(
    await run(`
      local items = {}
      for i = 1, 10000 do items[i] = i end
      local r = async.map(items, function(i) sleep(0) return i end, {concurrency = 128})
      local sum = 0
      for _, v in ipairs(r) do sum = sum + v end
      return #r, sum`),
  ).toEqual([10000, 50005000]);
});

test("timeout", async () => {
  expect(await run("return async.timeout(1, function(a) return a, 2 end, 1)")).toEqual([1, 2]);
  expect(
    await run(`
      local closed = false
      local ok, e = pcall(async.timeout, 0.02, function()
        local c <close> = setmetatable({}, {__close = function() closed = true end})
        while true do end
      end)
      sleep(0.02)
      return ok, e, closed`),
  ).toEqual([false, "async.timeout: timed out after 0.02 s", true]);
  expect(await failure("async.timeout(1, function() error('own', 0) end)")).toBe("own");
});

test("channels: rendezvous, buffer, close, iteration", async () => {
  expect(
    await run(`
      local ch, log = async.channel(), {}
      local p = async.spawn(function()
        for i = 1, 3 do ch:send(i) log[#log + 1] = "sent " .. i end
        ch:close()
      end)
      sleep(0.01)
      assert(#log == 0)
      for v in ch do log[#log + 1] = "got " .. v end
      return #log, ch:recv(), ch.closed`),
  ).toEqual([6, undefined, true]);
  expect(
    await run(`
      local ch = async.channel(2)
      ch:send("a") ch:send("b")
      local h = async.spawn(function() ch:send("c") return "done" end)
      sleep(0)
      local before = h.done
      local r = {ch:recv(), ch:try_recv(), ch:recv(), ch:try_recv()}
      sleep(0)
      ch:close()
      return before, r, h.done, pcall(ch.send, ch, 1)`),
  ).toEqual([false, ["a", "b", "c"], true, false, "async.channel.send: channel is closed"]);
  expect(await failure("async.channel():send(nil)")).toBe("async.channel.send: nil cannot be sent");
});

test("a cancelled receiver takes no value away", async () => {
  expect(
    await run(`
      local ch = async.channel()
      local h = async.spawn(function() ch:recv() end)
      sleep(0) h:cancel() sleep(0)
      async.spawn(function() ch:send("v") end)
      return ch:recv()`),
  ).toEqual(["v"]);
});

test("what a receiver got in the moment that it was cancelled goes to the next one", async () => {
  expect(
    await run(`
      local ch = async.channel()
      local h = async.spawn(function() return ch:recv() end)
      sleep(0.01)
      ch:send("v") h:cancel()
      sleep(0.01)
      local size = ch.size
      ch:close()
      return size, ch:recv(), ch:recv()`),
  ).toEqual([1, "v", undefined]);
});

test("a permit that came in the moment of a cancellation is not lost", async () => {
  expect(
    await run(`
      local sem = async.semaphore(1)
      local p = sem:acquire()
      local h = async.spawn(function() local q <close> = sem:acquire() sleep(60) end)
      sleep(0.01)
      p:release() h:cancel()
      sleep(0.01)
      return sem.free`),
  ).toEqual([1]);
});

test("a task that somebody gave up waiting for can be awaited again", async () => {
  expect(
    await run(`
      local h = async.spawn(function() sleep(0.05) return "r" end)
      local ok, e = pcall(async.timeout, 0.01, h.await)
      return e, h:await()[1], pcall(h.await)`),
  ).toEqual(["async.timeout: timed out after 0.01 s", "r", false, "async handle already awaited"]);
});

test("closing methods of a cancelled task may wait for anything", async () => {
  expect(
    await run(`
      local seen = {}
      local ch, sem = async.channel(), async.semaphore(1)
      local waits = {
        sleep = function() local t = time() sleep(0.03) return time() - t >= 0.025 end,
        recv = function() async.spawn(function() ch:send(true) end) return ch:recv() end,
        with = function() return sem:with(function() sleep(0) return true end) end,
        map = function() return async.map({1}, function() sleep(0) return true end)[1] end,
        await = function() return async.spawn(function() sleep(0) return true end):await()[1] end,
        shell = function() return shell.exec("sleep 0.01; printf x").stdout == "x" end,
      }
      for name, f in pairs(waits) do
        local h = async.spawn(function()
          local c <close> = setmetatable({}, { __close = function() seen[name] = f() end })
          sleep(60)
        end)
        sleep(0.001)
        h:cancel()
        sleep(0)
        -- once more does not cut off the closing method
        h:cancel()
        pcall(h.await)
      end
      return seen`),
  ).toEqual([{ sleep: true, recv: true, with: true, map: true, await: true, shell: true }]);
});

test("a loop of calls that take long lets others have their turns", async () => {
  const [turns] = await run(`
    local text = json.encode(string.rep("x", 4e6))
    local turns = 0
    async.spawn(function() while true do sleep(0) turns = turns + 1 end end)
    sleep(0)
    local before, n = turns, 0
    local stop = time() + 0.5
    while time() < stop do n = n + 1 json.parse(text) end
    return turns - before`);
  expect(turns).toBeGreaterThan(2);
});

test("a cancelled sender takes its value back", async () => {
  expect(
    await run(`
      local ch = async.channel(1)
      ch:send("a")
      local b = async.spawn(function() ch:send("b") end)
      local c = async.spawn(function() ch:send("c") end)
      sleep(0.01) b:cancel() sleep(0.01)
      local got = {ch:recv(), ch:try_recv(), ch:try_recv()}
      local dropped = async.channel()
      pcall(async.timeout, 0.01, dropped.send, dropped, "v")
      return got, c.done, dropped:try_recv()`),
  ).toEqual([["a", "c"], true, undefined]);
});

test("semaphores", async () => {
  expect(
    await run(`
      local sem = async.semaphore(2)
      local now, most = 0, 0
      local fs = {}
      for i = 1, 6 do
        fs[i] = function()
          local permit <close> = sem:acquire()
          now = now + 1 most = math.max(most, now)
          sleep(0.005)
          now = now - 1
          return i
        end
      end
      local r = async.all(fs)
      return r, most, sem.free, sem:with(function(a) return a, sem.free end, "x")`),
  ).toEqual([[1, 2, 3, 4, 5, 6], 2, 2, "x", 1]);
  expect(
    await run(`
      local sem = async.semaphore(1)
      pcall(sem.with, sem, function() error("x") end)
      local p = sem:acquire() p:release() p:release()
      return sem.free`),
  ).toEqual([1]);
});

test("methods say what is wrong with their arguments", async () => {
  expect(await failure("local c = async.channel() c.send(1)")).toContain("use ':' rather than '.'");
  expect(await failure("async.semaphore(1):with(2)")).toBe(
    "t.lua:1: bad argument #1 to 'with' (function expected, got number)",
  );
  expect(await failure("async.spawn(1)")).toBe(
    "t.lua:1: bad argument #1 to 'spawn' (function expected, got number)",
  );
});

test("scripts can't reach into a handle", async () => {
  expect(
    await run(`
      local h = async.channel()
      return type(h), getmetatable(h), h.nothing, pcall(function() h.x = 1 end)`),
  ).toEqual([
    "userdata",
    "async.channel",
    undefined,
    false,
    "t.lua:3: attempt to index a async.channel value (upvalue 'h')",
  ]);
});

test("the losers of a race, and what a timeout ends, take nothing out of channels", async () => {
  expect(
    await run(`
      local function everything(capacity, receive)
        local a, b = async.channel(capacity), async.channel(capacity)
        local sent, count, got, senders = 0, 0, {}, {}
        for i = 1, 4 do
          local ch = i % 2 == 0 and a or b
          senders[i] = function()
            for n = 1, 100 do
              if n % 3 == 0 then sleep(0.001) end
              sent = sent + 1
              ch:send(sent)
            end
          end
        end
        local over = false
        async.spawn(function() async.all(senders) over = true end)
        local function take(v)
          if v == nil then return end
          assert(not got[v])
          got[v], count = true, count + 1
        end
        while not over do pcall(receive, a, b, take) end
        for _, ch in ipairs({ a, b }) do
          while ch.size > 0 do take(ch:try_recv()) end
        end
        return sent - count
      end
      local function race(a, b, take)
        take((async.race({
          function() return a:recv() end,
          function() return b:recv() end,
          function() sleep(0.005) end,
        })))
      end
      local function timed(a, b, take)
        for _, ch in ipairs({ a, b }) do
          pcall(function() take(async.timeout(0.001, ch.recv, ch)) end)
        end
      end
      local lost = {}
      for _, capacity in ipairs({ 0, 1, 5 }) do
        lost[#lost + 1] = everything(capacity, race)
        lost[#lost + 1] = everything(capacity, timed)
      end
      return lost`),
  ).toEqual([[0, 0, 0, 0, 0, 0]]);
});

test("both have a value at once: that of the loser stays", async () => {
  expect(
    await run(`
      local a, b = async.channel(1), async.channel(1)
      a:send("a") b:send("b")
      local v, i = async.race({ function() return a:recv() end, function() return b:recv() end })
      return v, i, a:try_recv(), b:try_recv()`),
  ).toEqual(["a", 1, undefined, "b"]);
});

test("a receiver that is cancelled while it is busy leaves the next value", async () => {
  expect(
    await run(`
      local ch, last, missing = async.channel(1 << 20), 0, 0
      for i = 1, 50000 do ch:send(i) end
      repeat
        local task = async.spawn(function() for v in ch do last = v end end)
        sleep(0.011)
        task:cancel()
        sleep(0.001)
        local v = ch:try_recv()
        if v then missing, last = missing + v - last - 1, v end
      until not v
      return missing, last >= 50000`),
  ).toEqual([0, true]);
}, 30_000);
