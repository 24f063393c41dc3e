--- @module assay.loki
--- @description Grafana Loki: push, queries, labels, series, live tail, rules, deletion.

local rest = require("assay.internal.client")

local M, Client = {}, rest.class("loki", { "tenant" })

rest.include(Client, require("assay.internal.loki_admin"))

--- A client; options: `tenant` (`X-Scope-OrgID`), `token` or `username` and `password`, `headers`,
--- and those for connections.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

function Client:_headers()
  return { ["X-Scope-OrgID"] = self.tenant, Authorization = rest.authorization(self) }
end

local function quote(value)
  return '"' .. tostring(value):gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"'
end

--- A stream selector such as `{app="x",env="y"}`, sorted by name.
function M.selector(labels)
  local parts = {}
  for name, value in pairs(labels) do parts[#parts + 1] = name .. "=" .. quote(value) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

-- Nanoseconds since 1970, each later than the one before.
local last_stamp = 0
local function now_ns()
  local t = time()
  local stamp = math.floor(t) * 1000000000 + (t % 1 * 1e9) // 1 | 0
  last_stamp = math.max(stamp, last_stamp + 1)
  return tostring(last_stamp)
end

-- JSON holds no other text, and Loki would reject the whole push
local function valid_text(text)
  if math.type(text) then text = rest.text(text) end
  if type(text) ~= "string" or utf8.len(text) then return text end
  local parts, first = {}, 1
  while true do
    local _, wrong = utf8.len(text, first)
    if not wrong then break end
    parts[#parts + 1] = text:sub(first, wrong - 1)
    first = wrong + 1
  end
  parts[#parts + 1] = text:sub(first)
  return table.concat(parts, "\u{FFFD}")
end

-- Loki takes texts only, in labels and in structured metadata
local function texts_of(fields)
  local texts = {}
  for name, value in pairs(fields or {}) do texts[name] = valid_text(rest.text(value)) end
  return rest.object(texts)
end

local function values_of(entries)
  local values = {}
  for i, entry in ipairs(rest.list(entries)) do
    if type(entry) == "table" then
      local stamp = entry[1]
      if math.type(stamp) == "float" then stamp = ("%.0f"):format(stamp) end
      values[i] = { tostring(stamp), valid_text(entry[2]) }
      if entry[3] then values[i][3] = texts_of(entry[3]) end
    else
      values[i] = { now_ns(), valid_text(entry) }
    end
  end
  return rest.array(values)
end

-- What is no list, or nil, would be sent as none.
local function checked(list, what)
  list = rest.list(list)
  if type(list) == "table" then return list end
  rest.fail(("loki.push: %s must be a table, got %s"):format(what, type(list)))
end

--- Sends several streams `{ labels, entries }` at once; true.
function Client:push_streams(streams)
  local list = {}
  for i, stream in ipairs(checked(streams, "the streams")) do
    list[i] = {
      stream = texts_of(checked(stream.labels or stream[1], "the labels")),
      values = values_of(checked(stream.entries or stream[2], "the entries")),
    }
  end
  self:_post("/loki/api/v1/push", { streams = rest.array(list) }, { raw = true })
  return true
end

--- Sends lines of one stream; true. An entry is a line, stamped now, or `{ nanoseconds, line }`, with
--- structured metadata as a third element. Bytes that are not UTF-8 become U+FFFD.
function Client:push(stream_labels, entries)
  return self:push_streams { { stream_labels, entries } }
end

-- The answer's data
local function get(self, path, query)
  local answer = self:_get(path, { ok = 200, query = query })
  if type(answer) ~= "table" or (answer.status and answer.status ~= "success") then
    local reason = type(answer) == "table" and answer.error or "unexpected answer"
    rest.fail(("loki: GET %s: %s"):format(path, tostring(reason)))
  end
  return answer.data
end

local function result(self, path, query)
  local data = get(self, path, query)
  if type(data) ~= "table" or data.result == nil then
    rest.fail(("loki: GET %s: the answer holds no result"):format(path))
  end
  return data.result, data.resultType
end

local function range(opts)
  return { "start", opts.start }, { "end", opts.end_time }
end

-- Loki leaves empty lists out
local function list(self, path, query)
  return get(self, path, query) or json.array({})
end

--- An instant query; returns the result and its type (`streams`, `vector`). `opts`: `limit`, `time`,
--- `direction`.
function Client:query(logql, opts)
  opts = opts or {}
  return result(self, "/loki/api/v1/query", {
    { "query", logql }, { "limit", opts.limit }, { "time", opts.time },
    { "direction", opts.direction },
  })
end

--- A range query; returns the result and its type (`streams`, `matrix`). `opts`: `start`,
--- `end_time`, `since`, `limit`, `step`, `interval`, `direction`.
function Client:query_range(logql, opts)
  opts = opts or {}
  return result(self, "/loki/api/v1/query_range", {
    { "query", logql }, { "start", opts.start }, { "end", opts.end_time },
    { "limit", opts.limit }, { "step", opts.step }, { "direction", opts.direction },
    { "since", opts.since }, { "interval", opts.interval },
  })
end

--- `for stamp, line, labels in c:lines(logql, opts) do`: all lines of a range, oldest first, page by
--- page of `opts.limit` (1000; more where more lines have one stamp). `opts.start` and
--- `opts.end_time` are nanoseconds.
function Client:lines(logql, opts)
  opts = rest.copy(opts, { direction = "forward" })
  opts.limit = opts.limit or 1000
  local page, i, over = {}, 0, false
  -- lines of the last stamp, which the next page begins with again
  local seen = {}
  local function read()
    local found = {}
    for _, stream in ipairs((self:query_range(logql, opts))) do
      for _, value in ipairs(stream.values) do
        found[#found + 1] = { math.tointeger(tonumber(value[1])), value[2], stream.stream }
      end
    end
    -- those of one moment stay in order
    for at, entry in ipairs(found) do entry.at = at end
    table.sort(found, function(a, b)
      if a[1] ~= b[1] then return a[1] < b[1] end
      return a.at < b.at
    end)
    over = #found < opts.limit
    page, i = {}, 0
    for _, entry in ipairs(found) do
      local id = ("%d %s %s"):format(entry[1], M.selector(entry[3]), entry[2])
      if not seen[id] then page[#page + 1] = entry end
    end
    if #found > 0 then
      local last = found[#found][1]
      if tostring(last) == tostring(opts.start) then
        -- more lines of one stamp than a page holds
        if #page == 0 and not over then opts.limit = opts.limit * 2 end
      else
        opts.start, seen = last, {}
      end
      for _, entry in ipairs(found) do
        if entry[1] == last then
          seen[("%d %s %s"):format(last, M.selector(entry[3]), entry[2])] = true
        end
      end
    end
  end
  return function()
    while i >= #page do
      if over then return nil end
      read()
    end
    i = i + 1
    return table.unpack(page[i], 1, 3)
  end
end

--- The label names; `opts`: `start`, `end_time`, `since`, `query` (of the streams that fit).
function Client:labels(opts)
  opts = opts or {}
  return list(self, "/loki/api/v1/labels", {
    { "start", opts.start }, { "end", opts.end_time }, { "since", opts.since },
    { "query", opts.query },
  })
end

--- The values of a label; `opts` as for `labels`.
function Client:label_values(name, opts)
  opts = opts or {}
  return list(self, ("/loki/api/v1/label/%s/values"):format(rest.escape(name)), {
    { "start", opts.start }, { "end", opts.end_time }, { "since", opts.since },
    { "query", opts.query },
  })
end

--- The label sets of the streams that fit any of the selectors; `opts`: `start`, `end_time`, `since`.
function Client:series(match_selectors, opts)
  opts = opts or {}
  return list(self, "/loki/api/v1/series", {
    { "match[]", match_selectors }, { "start", opts.start }, { "end", opts.end_time },
    { "since", opts.since },
  })
end

local function tail_query(logql, opts)
  return {
    { "query", logql }, { "limit", opts.limit }, { "start", opts.start },
    { "delay_for", opts.delay_for },
  }
end

local function open_tail(self, logql, opts)
  local address = self.url:gsub("^http", "ws") .. "/loki/api/v1/tail"
  return ws.connect(rest.with_query(address, tail_query(logql, opts)), rest.copy(self:_connection(), {
    headers = rest.merge_headers(self:_headers(), self.headers), timeout = self.timeout,
  }))
end

local function read_message(message)
  local ok, value = pcall(json.parse, message)
  if ok and type(value) == "table" then return value end
  rest.fail("loki: GET /loki/api/v1/tail: a message is no JSON object")
end

--- The next lines of a query: `{ streams, dropped_entries }`. `opts`: `limit`, `start`, `delay_for`.
--- Asked over plain HTTP; a server that wants a WebSocket gets one.
function Client:tail(logql, opts)
  opts = opts or {}
  local path = "/loki/api/v1/tail"
  local res = self:_send("GET", path, { query = tail_query(logql, opts) })
  if res.status == 200 then return self:_decode("GET", path, res) end
  if res.status ~= 400 and res.status ~= 426 then self:_fail("GET", path, res) end
  local ok, connection = pcall(open_tail, self, logql, opts)
  if not ok then self:_fail("GET", path, res) end
  local open <close> = connection
  local message = open:recv({ timeout = opts.timeout })
  return message and read_message(message)
end

--- `for stamp, line, labels in c:stream(logql, opts) do`: lines as they come, over a WebSocket, which
--- is closed when the loop ends. `opts` as for `tail`.
function Client:stream(logql, opts)
  local connection = open_tail(self, logql, opts or {})
  local page, i = {}, 0
  return function()
    while i >= #page do
      local message = connection:recv()
      if not message then return nil end
      page, i = {}, 0
      for _, stream in ipairs(read_message(message).streams or {}) do
        for _, value in ipairs(stream.values) do
          page[#page + 1] = { math.tointeger(tonumber(value[1])), value[2], stream.stream }
        end
      end
    end
    i = i + 1
    return table.unpack(page[i], 1, 3)
  end, nil, nil, connection
end

--- Whether the server is ready.
function Client:ready()
  return self:_send("GET", "/ready", { retries = 0 }).status == 200
end

--- Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
function Client:wait_ready(opts)
  return rest.wait(opts, "loki.wait_ready: not ready at " .. self.url, function(remaining)
    local ok, res = pcall(self._send, self, "GET", "/ready", { timeout = remaining, retries = 0 })
    if not ok then return false, res end
    return res.status == 200, "HTTP " .. res.status
  end)
end

--- The server's own metrics as text.
function Client:metrics()
  return (self:_get("/metrics", { ok = 200, raw = true }))
end

--- `{ streams, chunks, entries, bytes }` of a query; `opts.start`, `opts.end_time`.
function Client:stats(logql, opts)
  return (self:_get("/loki/api/v1/index/stats", { query = { { "query", logql }, range(opts or {}) } }))
end

local function volume(self, path, logql, opts)
  opts = opts or {}
  local labels = opts.target_labels
  return result(self, path, {
    { "query", logql }, { "start", opts.start }, { "end", opts.end_time },
    { "limit", opts.limit }, { "step", opts.step },
    { "targetLabels", type(labels) == "table" and table.concat(labels, ",") or labels },
    { "aggregateBy", opts.aggregate_by },
  })
end

--- The volume by label; `opts`: `start`, `end_time`, `limit`, `target_labels` (a list), `aggregate_by`
--- ("series", "labels").
function Client:volume(logql, opts)
  return volume(self, "/loki/api/v1/index/volume", logql, opts)
end

--- The volume by label over a range, as a matrix; `opts` as for `volume`, and `step`.
function Client:volume_range(logql, opts)
  return volume(self, "/loki/api/v1/index/volume_range", logql, opts)
end

--- The patterns of lines: a list of `{ pattern, samples }`. `opts`: `start`, `end_time`, `step`.
function Client:patterns(logql, opts)
  opts = opts or {}
  return list(self, "/loki/api/v1/patterns", {
    { "query", logql }, { "start", opts.start }, { "end", opts.end_time }, { "step", opts.step },
  })
end

--- The fields that Loki finds in the lines of a selector: a list of `{ label, type, cardinality,
--- parsers }`. `opts`: `start`, `end_time`, `since`, `limit`, `line_limit`.
function Client:detected_fields(logql, opts)
  opts = opts or {}
  local answer = self:_get("/loki/api/v1/detected_fields", { ok = 200, query = {
    { "query", logql }, { "start", opts.start }, { "end", opts.end_time }, { "since", opts.since },
    { "limit", opts.limit }, { "line_limit", opts.line_limit },
  } })
  return answer.fields or json.array({})
end

--- An expression in the usual layout.
function Client:format_query(logql)
  return get(self, "/loki/api/v1/format_query", { query = logql })
end

--- The recording and alerting rules in Prometheus's form: groups. `opts`: `type` (`alert`, `record`),
--- `file`, `rule_group`, `rule_name` (texts or lists).
function Client:rules(opts)
  opts = opts or {}
  local data = get(self, "/prometheus/api/v1/rules", {
    { "type", opts.type }, { "file", opts.file }, { "rule_group", opts.rule_group },
    { "rule_name", opts.rule_name },
  })
  return data and data.groups or json.array({})
end

--- The active alerts of the ruler.
function Client:alerts()
  local data = get(self, "/prometheus/api/v1/alerts")
  return data and data.alerts or json.array({})
end

return rest.guard(M, "loki")
