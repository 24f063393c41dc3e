--- @module assay.alertmanager
--- @description Prometheus Alertmanager (API v2): alerts, groups, silences, status.
--
-- Every function takes the server's URL first, `{ url = …, token = … }`, or a client; the same
-- functions are methods of `alertmanager.client(url, opts)`. Credentials (`token`, `username` and
-- `password`, `headers`) may also be in a table of options at the end.

local rest = require("assay.internal.client")

local M, Client = {}, rest.class("alertmanager")

--- A client; options: `token` or `username` and `password`, `headers`, and those for connections.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

local function request(self, fn, method, path, o)
  o = o or {}
  o.error = "alertmanager." .. fn .. ":"
  return (self:_request(method, path, o))
end

-- booleans, matchers and receiver of the list calls, in the order of the API
local function filters(opts, names)
  opts = opts or {}
  local query = {}
  for _, name in ipairs(names) do query[#query + 1] = { name, opts[name] } end
  query[#query + 1] = { "filter", opts.filter }
  query[#query + 1] = { "receiver", opts.receiver }
  query[#query + 1] = { "receiver_matchers", opts.receiver_matchers }
  return query
end

local STATES = { "active", "silenced", "inhibited", "unprocessed" }
local GROUP_STATES = { "active", "silenced", "inhibited", "muted" }

--- The alerts. `opts`: `active`, `silenced`, `inhibited`, `unprocessed` (booleans), `filter` (list of
--- matchers), `receiver` (a regular expression), `receiver_matchers`.
function Client:alerts(opts)
  return request(self, "alerts", "GET", "/api/v2/alerts", { query = filters(opts, STATES), list = true })
end

--- Sends alerts `{ labels, annotations, startsAt, endsAt, generatorURL }`; true. Times may be Unix
--- seconds.
function Client:post_alerts(alerts)
  -- one alert in place of the list would be none
  if type(alerts) ~= "table" or (next(alerts) ~= nil and #alerts == 0) then
    rest.fail("alertmanager.post_alerts: a list of alerts is expected")
  end
  local list = {}
  for i, alert in ipairs(alerts) do
    alert = rest.copy(alert)
    for _, key in ipairs { "startsAt", "endsAt" } do
      if type(alert[key]) == "number" then alert[key] = rest.rfc3339(alert[key]) end
    end
    for _, key in ipairs { "labels", "annotations" } do
      if alert[key] then alert[key] = rest.object(alert[key]) end
    end
    list[i] = alert
  end
  request(self, "post_alerts", "POST", "/api/v2/alerts", { body = rest.array(list), raw = true })
  return true
end

--- The alerts in their groups: `{ labels, receiver, alerts }`. `opts` as for `alerts`, with `muted`
--- instead of `unprocessed`.
function Client:alert_groups(opts)
  local query = filters(opts, GROUP_STATES)
  return request(self, "alert_groups", "GET", "/api/v2/alerts/groups", { query = query, list = true })
end

--- The silences; `opts.filter` is a list of matchers. `opts.active`, `pending` and `expired` at
--- false leave such out.
function Client:silences(opts)
  local list = request(self, "silences", "GET", "/api/v2/silences", {
    query = { { "filter", opts and opts.filter } }, list = true,
  })
  if not opts then return list end
  local kept = json.array({})
  for _, silence in ipairs(list) do
    if opts[silence.status and silence.status.state or "active"] ~= false then
      kept[#kept + 1] = silence
    end
  end
  return kept
end

local function silence_path(id)
  return "/api/v2/silence/" .. rest.escape(id)
end

--- A silence. An unknown id is an error, nil with `opts.allow_missing`.
function Client:silence(id, opts)
  return request(self, "silence", "GET", silence_path(id), {
    missing = opts and opts.allow_missing,
  })
end

--- Creates a silence, or changes the one whose `id` it has: `{ silenceID }`. Times may be Unix
--- seconds.
function Client:create_silence(silence)
  if type(silence) ~= "table" then
    rest.fail("alertmanager.create_silence: a table is expected, got " .. type(silence))
  end
  silence = rest.copy(silence)
  for _, key in ipairs { "startsAt", "endsAt" } do
    if type(silence[key]) == "number" then silence[key] = rest.rfc3339(silence[key]) end
  end
  return request(self, "create_silence", "POST", "/api/v2/silences", { body = silence })
end

-- Alertmanager before 0.28 answers with 500 for a silence that it does not have
local function is_unknown(res)
  return res.status == 404 or (res.status == 500 and res.body:find("not found", 1, true) ~= nil)
end

--- Ends a silence; true. An unknown id is an error, false with `opts.allow_missing`.
function Client:delete_silence(id, opts)
  local path = silence_path(id)
  local res = self:_send("DELETE", path)
  if opts and opts.allow_missing and is_unknown(res) then return false end
  if res.status < 200 or res.status > 299 then
    self:_fail("DELETE", path, res, { error = "alertmanager.delete_silence:" })
  end
  return true
end

--- `{ cluster, config, uptime, versionInfo }`.
function Client:status()
  return request(self, "status", "GET", "/api/v2/status")
end

--- The receivers `{ name }`. `opts`: `receiver_matchers`.
function Client:receivers(opts)
  return request(self, "receivers", "GET", "/api/v2/receivers", {
    query = { { "receiver_matchers", opts and opts.receiver_matchers } }, list = true,
  })
end

local function quoted(value)
  return '"' .. value:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"'
end

--- Whether an alert is active, neither silenced nor inhibited.
function Client:is_firing(alertname)
  local list = self:alerts {
    active = true, silenced = false, inhibited = false,
    filter = { "alertname=" .. quoted(alertname) },
  }
  return #list > 0
end

--- The number of active alerts, neither silenced nor inhibited.
function Client:active_count()
  return #self:alerts { active = true, silenced = false, inhibited = false }
end

--- Silences an alert from now for some hours; returns the silence's id. `opts.created_by`,
--- `opts.comment`, `opts.matchers` (further ones).
function Client:silence_alert(alertname, duration_hours, opts)
  opts = opts or {}
  if type(alertname) ~= "string" or alertname == "" then
    rest.fail("alertmanager.silence_alert: the name of the alert is missing")
  end
  local matchers = {
    { name = "alertname", value = alertname, isRegex = false, isEqual = true },
  }
  for _, matcher in ipairs(opts.matchers or {}) do
    matchers[#matchers + 1] = rest.copy({ isRegex = false, isEqual = true }, matcher)
  end
  local now = time()
  local answer = self:create_silence({
    matchers = matchers,
    startsAt = rest.rfc3339(now),
    endsAt = rest.rfc3339(now + duration_hours * 3600),
    createdBy = opts.created_by or "assay",
    comment = opts.comment or "Silenced by assay",
  })
  if type(answer) ~= "table" or type(answer.silenceID) ~= "string" then
    rest.fail("alertmanager.silence_alert: POST /api/v2/silences: the answer has no silenceID")
  end
  return answer.silenceID
end

--- Ends all silences that are not over and fit the matchers (`{}`: all); returns their ids.
function Client:expire_silences(matchers)
  if matchers == nil then rest.fail("alertmanager.expire_silences: matchers are missing") end
  -- all silences end only where that is what the script says
  for _, matcher in ipairs(type(matchers) == "table" and matchers or { matchers }) do
    if type(matcher) ~= "string" or matcher == "" then
      rest.fail(("alertmanager.expire_silences: a matcher such as 'alertname=\"Down\"' is expected, got %s"):format(
        matcher == "" and '""' or "a " .. type(matcher)))
    end
  end
  local ended = json.array({})
  for _, silence in ipairs(self:silences { filter = matchers, expired = false }) do
    self:delete_silence(silence.id)
    ended[#ended + 1] = silence.id
  end
  return ended
end

--- Whether the server runs.
function Client:healthy()
  return self:_send("GET", "/-/healthy", { retries = 0 }).status == 200
end

--- Whether the server can take requests.
function Client:ready()
  return self:_send("GET", "/-/ready", { retries = 0 }).status == 200
end

--- Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
function Client:wait_ready(opts)
  return rest.wait(opts, "alertmanager.wait_ready: not ready at " .. self.url, function(remaining)
    local ok, res = pcall(self._send, self, "GET", "/-/ready", { timeout = remaining, retries = 0 })
    if not ok then return false, res end
    return res.status == 200, "HTTP " .. res.status
  end)
end

--- Makes the server read its configuration again; true.
function Client:reload()
  request(self, "reload", "POST", "/-/reload", { raw = true })
  return true
end

--- Whether the cluster is ready, and how many peers it has.
function Client:cluster_ready()
  local cluster = self:status().cluster or {}
  return cluster.status == "ready", #(cluster.peers or {})
end

rest.functions(M, Client, M.client)

return M
