/** Whatever waits may be called wherever Lua calls a function, and only the calling task waits. */
import { expect, test } from "vitest";
import { harness } from "./harness";

/** A server, connections and files; each action waits and gives true. */
const ACTIONS = `
  local server = http.server({ host = "127.0.0.1" }, {
    ["/x"] = function() sleep(0.001) return { json = { ok = true } } end,
    ["/sse"] = function() return { sse = function(send) send("a") end } end,
    ["/ws"] = function()
      return { ws = function(conn) for message in conn.read, conn do conn:write(message) end end }
    end,
  })
  local lite, dir = db.connect("sqlite::memory:"), fs.tempdir()
  fs.write(dir .. "/f", "l1\\nl2")
  local socket = ws.connect((server.url:gsub("^http", "ws")) .. "/ws")
  local channel, semaphore = async.channel(), async.semaphore(1)
  local keys = crypto.generate_keypair("ec")
  local pause = function() sleep(0) return true end
  return {
    http_get = function() return http.get(server.url .. "/x").status == 200 end,
    http_post = function() return http.post(server.url .. "/x", {}):json().ok end,
    http_events = function()
      local n = 0
      http.get(server.url .. "/sse", { on_event = function() sleep(0) n = n + 1 end })
      return n == 1
    end,
    http_download = function() return http.download(server.url .. "/x", dir .. "/d") > 0 end,
    ws = function() socket:send("hi") return socket:recv() == "hi" end,
    ws_ping = function() return socket:ping() >= 0 end,
    db = function() return lite:query("select 1 as x")[1].x == 1 end,
    db_rows = function() for row in lite:rows("select 1 as x") do return row.x == 1 end end,
    db_transaction = function()
      return db.transaction(lite, function(tx) return tx:query("select 2 as x")[1].x == 2 end)
    end,
    sleep = pause,
    async_await = function() return async.spawn(pause):await()[1] end,
    async_all = function() return async.all({ pause })[1] end,
    async_race = function() return (async.race({ pause })) end,
    async_map = function() return async.map({ 1 }, pause)[1] end,
    async_timeout = function() return async.timeout(5, pause) end,
    async_channel = function()
      async.spawn(function() channel:send(true) end)
      return channel:recv()
    end,
    async_semaphore = function() return semaphore:with(pause) end,
    shell = function() return shell.exec("true").status == 0 end,
    process = function() return process.spawn({ cmd = "true" }):wait().status == 0 end,
    fs_read = function() return fs.read(dir .. "/f") == "l1\\nl2" end,
    fs_write = function() fs.write(dir .. "/g", "x", { atomic = true }) return true end,
    fs_lines = function() for line in fs.lines(dir .. "/f") do return line == "l1" end end,
    fs_glob = function() return #fs.glob(dir .. "/*") > 0 end,
    crypto_hash_file = function() return #crypto.hash_file(dir .. "/f") == 64 end,
    crypto_jwt = function()
      local token = crypto.jwt_sign({ a = 1 }, keys.private_key)
      return crypto.jwt_verify(token, keys.public_key).claims.a == 1
    end,
    crypto_scrypt = function() return #crypto.scrypt("a", "b", { n = 1024 }) == 32 end,
    template = function() return template.render_string("{{ a }}", { a = 1 }) == "1" end,
    template_eta = function() return template.eta("<%= sleep(0) or a %>", { a = 1 }) == "1" end,
    regex = function() return regex.replace("a", "a", function() sleep(0) return "b" end) == "b" end,
    assert_error = function()
      assert.error(function() sleep(0) error("x") end)
      return true
    end,
  }`;

/** Each calls its action in a place of its own, and gives what it gave. */
const PLACES = `
  local places = {
    main = function(f) return f() end,
    pcall = function(f) return select(2, pcall(f)) end,
    handler = function(f) return select(2, xpcall(error, function() return f() end)) end,
    sort = function(f)
      local ok
      table.sort({ 2, 1 }, function(a, b) ok = f() return a < b end)
      return ok
    end,
    gsub = function(f)
      local ok
      ("a"):gsub("a", function() ok = f() end)
      return ok
    end,
    tostring = function(f)
      local ok
      tostring(setmetatable({}, { __tostring = function() ok = f() return "" end }))
      return ok
    end,
    index = function(f) return setmetatable({}, { __index = function() return f() end }).x end,
    newindex = function(f)
      local ok
      setmetatable({}, { __newindex = function() ok = f() end }).x = 1
      return ok
    end,
    add = function(f) return setmetatable({}, { __add = function() return f() end }) + 1 end,
    less = function(f) return setmetatable({}, { __lt = function() return f() end }) < 1 end,
    concat = function(f) return setmetatable({}, { __concat = function() return f() end }) .. "" end,
    call = function(f) return setmetatable({}, { __call = function() return f() end })() end,
    iterator = function(f)
      local ok
      for _ in function(_, before) if not before then ok = f() return 1 end end do end
      return ok
    end,
    pairs = function(f)
      local ok
      for _ in pairs(setmetatable({}, { __pairs = function() ok = f() return next, {} end })) do end
      return ok
    end,
    close = function(f)
      local ok
      do local x <close> = setmetatable({}, { __close = function() ok = f() end }) end
      return ok
    end,
    failing_close = function(f)
      local ok
      pcall(function()
        local x <close> = setmetatable({}, { __close = function() ok = f() end })
        error("x")
      end)
      return ok
    end,
    coroutine = function(f)
      local co = coroutine.create(function() return f() end)
      local _, ok = coroutine.resume(co)
      return coroutine.status(co) == "dead" and ok
    end,
    generator = function(f)
      return coroutine.wrap(function() coroutine.yield(f()) end)()
    end,
    coroutine_close = function(f)
      local ok
      local co = coroutine.create(function()
        local x <close> = setmetatable({}, { __close = function() ok = f() end })
        coroutine.yield()
      end)
      coroutine.resume(co)
      coroutine.close(co)
      return ok
    end,
    task = function(f) return async.spawn(f):await()[1] end,
    require = function(f)
      package.loaded.anywhere = nil
      package.preload.anywhere = function() return f() end
      return (require("anywhere"))
    end,
    load = function(f)
      local ok
      load(function() if ok == nil then ok = f() return "return 1" end end)
      return ok
    end,
    interval = function(f)
      local ok
      local h = async.spawn_interval(0.001, function() ok = ok or f() end)
      while ok == nil do sleep(0.002) end
      h:cancel()
      return ok
    end,
    request = function(f)
      local s <close> = http.server({ host = "127.0.0.1" }, { ["/"] = function() return tostring(f()) end })
      return http.get(s.url).body == "true"
    end,
  }`;

test("every builtin that waits, wherever it is called", async () => {
  const h = harness();
  const outcome = await h.run(`
    local actions = (function() ${ACTIONS} end)()
    ${PLACES}
    local bad, count = {}, 0
    -- somebody else goes on all the while
    local ticks = 0
    local other = async.spawn(function() while true do sleep(0.001) ticks = ticks + 1 end end)
    for place, run in pairs(places) do
      for name, action in pairs(actions) do
        count = count + 1
        local ok, r = pcall(async.timeout, 20, run, action)
        if not ok or r ~= true then bad[#bad + 1] = name .. " in " .. place .. ": " .. tostring(r) end
      end
    end
    other:cancel()
    return table.concat(bad, "\\n"), count, ticks > 100`);
  expect(outcome).toEqual(["", 720, true]);
  await h.lua.close();
}, 120_000);
