--- @module assay.prometheus
--- @description Prometheus: queries, alerts, targets, rules, series, administration.
--
-- Every function takes the server's URL first, `{ url = …, token = … }`, or a client; the same
-- functions are methods of `prometheus.client(url, opts)`.

local rest = require("assay.internal.client")

local M, Client = {}, rest.class("prometheus")

--- A client; options: `token` or `username` and `password`, `headers`, and those for connections.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

-- One answer `{ status = "success", data, warnings, infos }`.
local function request(self, fn, method, path, o)
  o = o or {}
  o.error = "prometheus." .. fn .. ":"
  o.ok = 200
  local answer = self:_request(method, path, o)
  if type(answer) ~= "table" or answer.status ~= "success" then
    local reason = type(answer) == "table" and answer.error or "unknown error"
    rest.fail(("prometheus.%s: %s"):format(fn, reason))
  end
  return answer
end

local function get(self, fn, path, query)
  return request(self, fn, "GET", path, { query = query }).data
end

-- An answer's data when it is that of a query
local function queried(fn, data)
  if type(data) ~= "table" or type(data.result) ~= "table" then
    rest.fail(("prometheus.%s: unexpected response format"):format(fn))
  end
  return data
end

local function number(text)
  return tonumber(text) or text
end

-- Options that the query endpoints share.
local function query_options(fields, opts)
  opts = opts or {}
  for _, pair in ipairs {
    { "timeout", opts.timeout }, { "limit", opts.limit }, { "stats", opts.stats },
    { "lookback_delta", opts.lookback_delta },
  } do
    fields[#fields + 1] = pair
  end
  return fields
end

local function run_query(self, fn, path, fields, opts)
  if opts and opts.post then
    local body = rest.query(fields)
    return request(self, fn, "POST", path, {
      body = body, headers = { ["Content-Type"] = "application/x-www-form-urlencoded" },
    })
  end
  return request(self, fn, "GET", path, { query = fields })
end

local function instant(self, fn, promql, opts)
  opts = opts or {}
  local fields = query_options({ { "query", promql }, { "time", opts.time } }, opts)
  return run_query(self, fn, "/api/v1/query", fields, opts)
end

--- An instant query. One sample gives its value, a number (`NaN` and infinities are strings); none
--- or several give a list of `{ metric, value }`; a scalar or string gives itself; a range selector
--- gives the list of `{ metric, values }`. `opts`: `time`, `timeout`, `limit`, `stats`,
--- `lookback_delta`, `post` (as a form, for long expressions).
function Client:query(promql, opts)
  local data = queried("query", instant(self, "query", promql, opts).data)
  local kind, result = data.resultType, data.result
  if kind == "scalar" then return number(result[2]) end
  if kind == "string" then return result[2] end
  if kind == "matrix" or (result[1] and result[1].values) then return result end
  -- native histograms have no single value
  local function value(sample) return sample.value and number(sample.value[2]) or sample.histogram end
  if #result == 1 then return value(result[1]) end
  local samples = json.array({})
  for i, sample in ipairs(result) do
    samples[i] = { metric = sample.metric, value = value(sample) }
  end
  return samples
end

--- An instant query as it is answered: `{ resultType, result, warnings, infos }`.
function Client:query_raw(promql, opts)
  local answer = instant(self, "query_raw", promql, opts)
  local data = queried("query_raw", answer.data)
  return {
    resultType = data.resultType, result = data.result,
    warnings = answer.warnings, infos = answer.infos,
  }
end

--- A range query: a list of `{ metric, values }`. Times are Unix seconds or RFC 3339, `step` is
--- seconds or a duration.
function Client:query_range(promql, start_time, end_time, step, opts)
  local fields = query_options({
    { "query", promql }, { "start", start_time }, { "end", end_time }, { "step", step },
  }, opts)
  local data = run_query(self, "query_range", "/api/v1/query_range", fields, opts).data
  return queried("query_range", data).result
end

--- A range query as it is answered: `{ resultType, result, warnings, infos }`.
function Client:query_range_raw(promql, start_time, end_time, step, opts)
  local fields = query_options({
    { "query", promql }, { "start", start_time }, { "end", end_time }, { "step", step },
  }, opts)
  local answer = run_query(self, "query_range_raw", "/api/v1/query_range", fields, opts)
  local data = queried("query_range_raw", answer.data)
  return {
    resultType = data.resultType, result = data.result,
    warnings = answer.warnings, infos = answer.infos,
  }
end

--- The active alerts.
function Client:alerts()
  return get(self, "alerts", "/api/v1/alerts").alerts or json.array({})
end

--- `{ activeTargets, droppedTargets }`; `opts.state` (`active`, `dropped`, `any`),
--- `opts.scrape_pool`.
function Client:targets(opts)
  opts = opts or {}
  return get(self, "targets", "/api/v1/targets", {
    { "state", opts.state }, { "scrapePool", opts.scrape_pool },
  })
end

--- The rule groups. `opts`: `type` (`alert`, `record`), `rule_name`, `rule_group`, `file`, `match`
--- (texts or lists), `exclude_alerts`, `group_limit`: groups per request (all pages are read;
--- `all = false` for the first only).
function Client:rules(opts)
  -- of a text, `match` would be string.match
  opts = rest.copy(opts)
  return rest.collect(function(token)
    local data = get(self, "rules", "/api/v1/rules", {
      { "type", opts.type }, { "rule_name[]", opts.rule_name },
      { "rule_group[]", opts.rule_group }, { "file[]", opts.file }, { "match[]", opts.match },
      { "exclude_alerts", opts.exclude_alerts }, { "group_limit", opts.group_limit },
      { "group_next_token", token },
    })
    return data.groups, data.groupNextToken
  end, opts.all)
end

local function time_options(opts)
  opts = rest.copy(opts)
  return { "match[]", opts.match }, { "start", opts.start }, { "end", opts["end"] or opts.end_time },
    { "limit", opts.limit }
end

--- The values of a label; `opts`: `match`, `start`, `end_time`, `limit`.
function Client:label_values(label, opts)
  local path = ("/api/v1/label/%s/values"):format(rest.escape(label))
  return get(self, "label_values", path, { time_options(opts) })
end

--- The label names; `opts` as for `label_values`.
function Client:labels(opts)
  return get(self, "labels", "/api/v1/labels", { time_options(opts) })
end

--- The label sets of the series that fit any of the selectors; `opts` as for `label_values`.
function Client:series(match_selectors, opts)
  opts = rest.copy(opts, { match = match_selectors })
  return get(self, "series", "/api/v1/series", { time_options(opts) })
end

--- Metadata of the metrics that targets offer: `opts.match_target`, `opts.metric`, `opts.limit`.
function Client:targets_metadata(opts)
  opts = opts or {}
  return get(self, "targets_metadata", "/api/v1/targets/metadata", {
    { "match_target", opts.match_target }, { "metric", opts.metric }, { "limit", opts.limit },
  })
end

--- Type, help and unit by metric: `opts.metric`, `opts.limit`, `opts.limit_per_metric`.
function Client:metadata(opts)
  opts = opts or {}
  return get(self, "metadata", "/api/v1/metadata", {
    { "metric", opts.metric }, { "limit", opts.limit },
    { "limit_per_metric", opts.limit_per_metric },
  })
end

--- The exemplars of a query's series.
function Client:query_exemplars(promql, start_time, end_time)
  return get(self, "query_exemplars", "/api/v1/query_exemplars", {
    { "query", promql }, { "start", start_time }, { "end", end_time },
  })
end

--- `{ activeAlertmanagers, droppedAlertmanagers }`.
function Client:alertmanagers()
  return get(self, "alertmanagers", "/api/v1/alertmanagers")
end

--- A page of the server's status: `config`, `flags`, `runtimeinfo`, `buildinfo`, `tsdb`,
--- `walreplay`.
function Client:status(page)
  return get(self, "status", "/api/v1/status/" .. rest.escape(page))
end

--- An expression in the usual layout.
function Client:format_query(promql)
  return get(self, "format_query", "/api/v1/format_query", { query = promql })
end

--- The syntax tree of an expression.
function Client:parse_query(promql)
  return get(self, "parse_query", "/api/v1/parse_query", { query = promql })
end

--- The names of the scrape pools.
function Client:scrape_pools()
  return get(self, "scrape_pools", "/api/v1/scrape_pools").scrapePools
end

--- What the server wants its administrator to know: a list of `{ text, date, active }`.
function Client:notifications()
  return get(self, "notifications", "/api/v1/notifications")
end

-- how the server is at this moment, so nothing is repeated
local function answers_200(self, path, timeout)
  local res = self:_send("GET", path, { timeout = timeout, retries = 0 })
  return res.status == 200, res
end

--- Makes the server read its configuration again; whether it did, and otherwise why not.
function Client:config_reload()
  local res = self:_send("POST", "/-/reload")
  if res.status == 200 then return true end
  return false, ("HTTP %d: %s"):format(res.status, res.body)
end

--- Ends the server, which must run with `--web.enable-lifecycle`.
function Client:quit()
  self:_post("/-/quit", nil, { error = "prometheus.quit:", ok = 200, raw = true })
end

--- Whether the server runs.
function Client:healthy()
  return (answers_200(self, "/-/healthy"))
end

--- Whether the server can answer queries.
function Client:ready()
  return (answers_200(self, "/-/ready"))
end

--- Waits until the server is ready: `opts.timeout` (60), `opts.interval` (2).
function Client:wait_ready(opts)
  return rest.wait(opts, "prometheus.wait_ready: not ready at " .. self.url, function(remaining)
    local ok, ready, res = pcall(answers_200, self, "/-/ready", remaining)
    if not ok then return false, ready end
    return ready, "HTTP " .. res.status
  end)
end

--- Takes a snapshot of the database; returns its name. `opts.skip_head`.
function Client:snapshot(opts)
  local query = { skip_head = opts and opts.skip_head }
  local path = "/api/v1/admin/tsdb/snapshot"
  return request(self, "snapshot", "POST", path, { query = query }).data.name
end

--- Deletes the series that fit the selectors; `opts.start`, `opts.end_time`.
function Client:delete_series(match_selectors, opts)
  opts = rest.copy(opts, { match = match_selectors })
  self:_post("/api/v1/admin/tsdb/delete_series", nil, {
    query = { time_options(opts) }, error = "prometheus.delete_series:", raw = true,
  })
end

--- Frees the space of deleted series.
function Client:clean_tombstones()
  self:_post("/api/v1/admin/tsdb/clean_tombstones", nil, {
    error = "prometheus.clean_tombstones:", raw = true,
  })
end

local COMPARISONS = {
  { "eq", "==", function(a, b) return a == b end },
  { "ne", "!=", function(a, b) return a ~= b end },
  { "gt", ">", function(a, b) return a > b end },
  { "ge", ">=", function(a, b) return a >= b end },
  { "lt", "<", function(a, b) return a < b end },
  { "le", "<=", function(a, b) return a <= b end },
}

local KNOWN = {}
for _, c in ipairs(COMPARISONS) do KNOWN[c[1]] = true end

local function labels_text(metric)
  local parts = {}
  for name, value in pairs(metric or {}) do parts[#parts + 1] = ("%s=%q"):format(name, value) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

--- Raises unless the query has samples and all fit: `expected` is a number or a table of `eq`,
--- `ne`, `gt`, `ge`, `lt`, `le`. Returns the query's result.
function Client:assert_query(promql, expected, opts)
  if expected == nil then rest.fail("prometheus.assert_query: nothing is expected") end
  if type(expected) ~= "table" then expected = { eq = expected } end
  local bounds = {}
  for name, wanted in pairs(expected) do
    local number = tonumber(wanted)
    if not KNOWN[name] or not number then
      rest.fail(("prometheus.assert_query: no bound: %s = %s"):format(tostring(name), tostring(wanted)))
    end
    bounds[name] = number
  end
  local result = self:query(promql, opts)
  local samples = type(result) == "table" and result or { { value = result } }
  if #samples == 0 then rest.fail("prometheus.assert_query: no samples for " .. promql) end
  for _, sample in ipairs(samples) do
    local value = tonumber(sample.value)
    for _, c in ipairs(COMPARISONS) do
      local wanted = bounds[c[1]]
      if wanted ~= nil and not (value and c[3](value, wanted)) then
        rest.fail(("prometheus.assert_query: %s: %s%s is not %s %s"):format(promql,
          sample.metric and labels_text(sample.metric) .. " " or "", tostring(sample.value),
          c[2], tostring(wanted)))
      end
    end
  end
  return result
end

--- Raises when an active target (of `opts.job`) is not up, or there is none.
function Client:assert_targets_up(opts)
  local job = opts and opts.job
  local down, count = {}, 0
  for _, target in ipairs(self:targets({ state = "active" }).activeTargets or {}) do
    if not job or target.labels.job == job then
      count = count + 1
      if target.health ~= "up" then
        down[#down + 1] = ("%s is %s (%s)"):format(target.scrapeUrl, target.health,
          target.lastError or "")
      end
    end
  end
  if count == 0 then rest.fail("prometheus.assert_targets_up: no active targets") end
  if #down > 0 then rest.fail("prometheus.assert_targets_up: " .. table.concat(down, "; ")) end
end

--- Raises when an alert fires; `name` limits it to one.
function Client:assert_no_alerts(name)
  local firing = {}
  for _, alert in ipairs(self:alerts()) do
    if alert.state == "firing" and (not name or alert.labels.alertname == name) then
      firing[#firing + 1] = alert.labels.alertname .. labels_text(alert.labels)
    end
  end
  if #firing > 0 then
    rest.fail("prometheus.assert_no_alerts: firing: " .. table.concat(firing, ", "))
  end
end

rest.guard(M, "prometheus")
rest.functions(M, Client, M.client)

return M
