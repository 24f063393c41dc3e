-- `service.lua PORT UPSTREAM FILE [POSTGRES]`: each request asks UPSTREAM, writes a row into the SQLite
-- database FILE and reads it back; with POSTGRES it asks that database, too.
local port, upstream, file, postgres = math.tointeger(arg[1]), arg[2], arg[3], arg[4]

local function open()
  local conn = db.connect("sqlite:" .. file .. "?mode=rwc", { busy_timeout = 10 })
  -- no waiting for the disk: this is about the program
  conn:query("PRAGMA journal_mode = WAL")
  conn:execute("PRAGMA synchronous = OFF")
  conn:execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, value TEXT)")
  return conn
end

local conn = open()
local pg = postgres and db.connect(postgres, { acquire_timeout = 5, connect_timeout = 5 })

-- A connection that was just closed is replaced by another one: then the statement runs there.
local function sqlite(method, ...)
  for _ = 1, 10 do
    local ok, result = pcall(conn[method], conn, ...)
    if ok then return result end
    if not result:find("closed pool", 1, true) then error(result, 0) end
    sleep(0.01)
  end
  error("the database stays closed", 0)
end

http.serve({ port = port, host = "127.0.0.1", idle_timeout = 5 }, {
  POST = {
    ["/work/:id"] = function(req)
      local id = req.params.id
      local ok, res = pcall(http.get, upstream .. "/item/" .. id, { timeout = 1.5 })
      if not ok then
        local status = res:find("timeout after", 1, true) and 504 or 502
        return { status = status, json = { id = id, error = res } }
      end
      local value = res:json().value
      if pg then
        local fine, rows = pcall(pg.query, pg, "SELECT $1::text AS value", { value })
        if not fine then return { status = 503, json = { id = id, error = rows } } end
        value = rows[1].value
      end
      sqlite("execute", "INSERT INTO seen VALUES (?, ?)", { id, value })
      local row = sqlite("query", "SELECT value FROM seen WHERE id = ?", { id })[1]
      -- the table stays small: what counts is that every request left its row once
      sqlite("execute", "DELETE FROM seen WHERE id = ?", { id })
      return { json = { id = id, value = row.value, echo = #req.body } }
    end,
    ["/restart"] = function()
      local old = conn
      conn = open()
      old:close()
      return { status = 204 }
    end,
  },
  GET = {
    ["/hello"] = function() return { body = "hello" } end,
    ["/big"] = function() return { body = ("x"):rep(4 * 1024 * 1024) } end,
    ["/rows"] = function()
      return { json = { left = sqlite("query", "SELECT count(*) AS n FROM seen")[1].n } }
    end,
  },
})
