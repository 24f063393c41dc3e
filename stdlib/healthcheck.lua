--- @module assay.healthcheck
--- @description HTTP probes that return results, and waiting until services are healthy.
--
-- A probe returns a table with `ok` and, when it is not, `error`. Options of the HTTP probes:
-- `headers`, `expected_status` or `expect_status` (a status, a list, `"2xx"`, or a function),
-- `timeout`, `follow_redirects`, `insecure`, `ca_cert`, `ca_cert_file`, `proxy`.

local rest = require("assay.internal.client")

local M = {}

local METHODS = {
  GET = true, HEAD = true, POST = true, PUT = true, PATCH = true, DELETE = true, OPTIONS = true,
}
local CONNECTION = { "insecure", "ca_cert", "ca_cert_file", "client_cert", "client_cert_file",
  "client_key", "client_key_file", "proxy" }

-- An error's value as text: a table by what is in it, as in other messages.
local function shown(v, depth)
  local meta = getmetatable(v)
  local has_text = type(meta) == "table" and (meta.__tostring or meta.__name)
  if type(v) ~= "table" or has_text or depth == 4 then return tostring(v) end
  local parts = {}
  for key, value in pairs(v) do
    local text = type(value) == "string" and ("%q"):format(value) or shown(value, (depth or 0) + 1)
    parts[#parts + 1] = key == #parts + 1 and text or ("%s = %s"):format(tostring(key), text)
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- The response, or nil and the reason; and the milliseconds it took.
local function request(method, address, opts, timeout)
  opts = opts or {}
  local own, connection
  for _, key in ipairs(CONNECTION) do
    if opts[key] ~= nil then
      own = own or {}
      own[key] = opts[key]
    end
  end
  local options = {
    headers = opts.headers, body = opts.body, timeout = timeout or opts.timeout,
    follow_redirects = opts.follow_redirects, max_redirects = opts.max_redirects,
  }
  local start = time()
  local ok, res = pcall(function()
    if not own then return http.request(method, address, options) end
    connection = http.client(own)
    return connection:request(method, address, options)
  end)
  local latency = math.max(math.floor((time() - start) * 1000), 0)
  if connection then connection:close() end
  if not ok then return nil, rest.public(tostring(res)), latency end
  return res, nil, latency
end

local function status_fits(status, want)
  if type(want) == "number" then return status == want end
  if type(want) == "function" then return want(status) and true or false end
  if type(want) == "table" then
    for _, one in ipairs(want) do
      if status_fits(status, one) then return true end
    end
    return false
  end
  local class = tostring(want):match("^(%d)[xX][xX]$")
  if class then return status // 100 == tonumber(class) end
  return status == tonumber(want)
end

local function status_text(want)
  if type(want) == "table" then
    local texts = {}
    for i, one in ipairs(want) do texts[i] = status_text(one) end
    return table.concat(texts, " or ")
  end
  if type(want) == "function" then return "another" end
  return rest.text(want)
end

local function wanted(opts)
  return opts.expected_status or opts.expect_status or 200
end

local function status_error(status, want)
  if status_fits(status, want) then return nil end
  return ("expected status %s, got %d"):format(status_text(want), status)
end

--- One request: `{ ok, status, latency_ms, error }`. `opts.method` (GET), `opts.body`.
function M.http(url, opts)
  opts = opts or {}
  local method = tostring(opts.method or "GET"):upper()
  if not METHODS[method] then rest.fail("healthcheck.http: unknown method " .. method) end
  local res, err, latency = request(method, url, opts)
  if not res then return { ok = false, status = 0, latency_ms = latency, error = err } end
  local problem = status_error(res.status, wanted(opts))
  return { ok = problem == nil, status = res.status, latency_ms = latency, error = problem }
end

-- The keys of `a.b[1]["c.d"]`; a backslash takes the meaning of what follows.
local function segments(path)
  local list, i = {}, 1
  while i <= #path do
    local quoted, after = path:match('^%["(.-)"%]()', i)
    if not quoted then quoted, after = path:match("^%[(%d+)%]()", i) end
    if quoted then
      list[#list + 1], i = quoted, after
    else
      local part = {}
      while i <= #path do
        local c = path:sub(i, i)
        if c == "\\" and i < #path then
          part[#part + 1], i = path:sub(i + 1, i + 1), i + 2
        elseif c == "." or c == "[" then
          break
        else
          part[#part + 1], i = c, i + 1
        end
      end
      if #part > 0 then list[#list + 1] = table.concat(part) end
      local c = path:sub(i, i)
      -- a bracket that holds no index is part of a name
      if c == "." then i = i + 1
      elseif c == "[" and not path:find('^%["(.-)"%]', i) and not path:find("^%[%d+%]", i) then
        local rest_of = path:match("^[^.]+", i)
        list[#list] = (list[#list] or "") .. rest_of
        i = i + #rest_of
      end
    end
  end
  return list
end

local function deep_equal(a, b)
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  for k, v in pairs(a) do
    if not deep_equal(v, b[k]) then return false end
  end
  for k in pairs(b) do
    if a[k] == nil then return false end
  end
  return true
end

--- Compares a value in a JSON answer: `{ ok, actual, expected, status, latency_ms, error }`. The path
--- is `a.b`, `items.1.name`, `items[1]`, `["a.b"]` or `a\.b`. `expected` may be a table, or a function
--- that gets the value.
function M.json_path(url, path_expr, expected, opts)
  opts = opts or {}
  local res, err, latency = request("GET", url, opts)
  local result = { ok = false, expected = expected, latency_ms = latency, status = res and res.status }
  if not res then
    result.error = err
    return result
  end
  if not status_fits(res.status, wanted(opts)) then
    result.error = ("HTTP %d"):format(res.status)
    return result
  end
  local parsed, value = pcall(json.parse, res.body)
  if not parsed then
    result.error = "JSON parse error: " .. tostring(value)
    return result
  end
  for _, key in ipairs(segments(path_expr)) do
    if type(value) ~= "table" then
      result.error = ("path traversal failed at '%s': not a table"):format(key)
      return result
    end
    local following = value[key]
    if following == nil and math.tointeger(key) then following = value[math.tointeger(key)] end
    if following == nil then
      result.error = ("path '%s': key '%s' not found"):format(path_expr, key)
      return result
    end
    value = following
  end
  result.actual = value
  if type(expected) == "function" then result.ok = expected(value) and true or false
  else result.ok = deep_equal(value, expected) end
  if not result.ok then
    result.error = ("expected %s, got %s"):format(tostring(expected), tostring(value))
  end
  return result
end

--- Compares the status, 200 unless given: `{ ok, status, latency_ms, error }`.
function M.status_code(url, expected, opts)
  local res, err, latency = request("GET", url, opts)
  if not res then return { ok = false, status = 0, latency_ms = latency, error = err } end
  local problem = status_error(res.status, expected == nil and 200 or expected)
  return { ok = problem == nil, status = res.status, latency_ms = latency, error = problem }
end

local function body_probe(url, opts, missing, find)
  opts = opts or {}
  local res, err, latency = request("GET", url, opts)
  if not res then return { ok = false, found = false, latency_ms = latency, error = err } end
  local found = find(res.body)
  local want = opts.expected_status or opts.expect_status
  local problem = not found and missing or want and status_error(res.status, want) or nil
  return {
    ok = problem == nil, found = found, status = res.status, latency_ms = latency, error = problem,
  }
end

--- Looks for a text in the body: `{ ok, found, status, latency_ms, error }`. The status counts only if
--- an expected one is given.
function M.body_contains(url, pattern, opts)
  return body_probe(url, opts, "pattern not found in response body", function(body)
    return body:find(pattern, 1, true) ~= nil
  end)
end

--- Looks for a regular expression in the body; otherwise as `body_contains`.
function M.body_matches(url, expression, opts)
  return body_probe(url, opts, "expression not found in response body", function(body)
    return regex.match(body, expression)
  end)
end

--- Status and latency: `{ ok, status, latency_ms, error }`. `opts.max_latency_ms` is 5000.
function M.endpoint(url, opts)
  opts = opts or {}
  local result = M.http(url, opts)
  local max = opts.max_latency_ms or 5000
  if result.ok and result.latency_ms > max then
    result.ok = false
    result.error = ("latency %dms exceeds threshold %sms"):format(result.latency_ms, rest.text(max))
  end
  return result
end

--- Compares headers with texts or functions: `{ ok, status, error }`.
function M.headers(url, expected, opts)
  if type(expected) ~= "table" then
    rest.fail("healthcheck.headers: a table of names and values is expected")
  end
  local res, err, latency = request("GET", url, opts)
  if not res then return { ok = false, status = 0, latency_ms = latency, error = err } end
  local problems = {}
  for name, want in pairs(expected) do
    local got = res.headers[name:lower()]
    local fits = got == want
    if type(want) == "function" then fits = got ~= nil and want(got) end
    if not fits then
      problems[#problems + 1] = ("header %s: expected %s, got %s"):format(
        name, tostring(want), tostring(got))
    end
  end
  table.sort(problems)
  return {
    ok = #problems == 0, status = res.status, latency_ms = latency,
    error = problems[1] and table.concat(problems, "; "),
  }
end

-- What is wrong with the answer to a message; nil when nothing is.
local function talk(socket, opts)
  if opts.send then ws.send(socket, opts.send) end
  if opts.expect == nil then return nil end
  local got = ws.recv(socket, { timeout = opts.timeout or 30 })
  local fits = got == opts.expect
  if type(opts.expect) == "function" then fits = opts.expect(got) end
  return not fits and ("expected %s, got %s"):format(tostring(opts.expect), tostring(got)) or nil
end

--- Connects to a WebSocket: `{ ok, latency_ms, error }`. `opts`: `headers`, `timeout`, and those of
--- `ws.connect`; `send` and `expect` (a text, or a function) for a message and its answer.
function M.websocket(url, opts)
  opts = opts or {}
  local connection = rest.copy(opts)
  connection.send, connection.expect = nil, nil
  local start, took = time(), nil
  local ok, problem = pcall(function()
    local socket <close> = ws.connect(url, connection)
    local answers, text = pcall(talk, socket, opts)
    -- without the time that the end of the connection takes
    took = time() - start
    if not answers then error(text, 0) end
    return text
  end)
  local latency = math.max(math.floor((took or time() - start) * 1000), 0)
  return {
    ok = ok and problem == nil, latency_ms = latency,
    error = problem ~= nil and rest.public(shown(problem)) or nil,
  }
end

local function check_function(name, check, i)
  local meta = getmetatable(check)
  if type(check) == "function" or (type(meta) == "table" and meta.__call) then return end
  rest.fail(("healthcheck.%s: %s must be a function, got %s"):format(name,
    i and ("the check of entry %d"):format(i) or "the check", type(check)))
end

local function check_entries(name, checks)
  if type(checks) ~= "table" or (next(checks) ~= nil and #checks == 0) then
    rest.fail(("healthcheck.%s: a list of { name, check } is expected"):format(name))
  end
  for i, entry in ipairs(checks) do
    check_function(name, type(entry) == "table" and entry.check or nil, i)
  end
end

local function run(check)
  local start = time()
  local ok, result = pcall(check)
  local latency = math.max(math.floor((time() - start) * 1000), 0)
  if not ok then return { ok = false, error = shown(result), latency_ms = latency } end
  if type(result) ~= "table" then
    result = { ok = result and true or false, error = not result and "check failed" or nil }
  end
  return rest.copy({ latency_ms = latency }, result)
end

--- Runs `{ name, check }` entries: `{ ok, results, passed, failed, total }`. A check returns a probe's
--- result or a boolean. `opts.parallel` runs them at the same time.
function M.multi(checks, opts)
  check_entries("multi", checks)
  local outcomes = {}
  if opts and opts.parallel then
    outcomes = async.map(checks, function(entry) return run(entry.check) end,
      { concurrency = math.max(#checks, 1) })
  else
    for i, entry in ipairs(checks) do outcomes[i] = run(entry.check) end
  end
  local results, passed = json.array({}), 0
  for i, entry in ipairs(checks) do
    local result = rest.copy(outcomes[i], { name = entry.name })
    result.ok = result.ok and true or false
    if result.ok then passed = passed + 1 end
    results[i] = result
  end
  return {
    ok = passed == #results, results = results, passed = passed, failed = #results - passed,
    total = #results,
  }
end

--- As `multi`, but one check that is ok is enough: the others are not run after it.
function M.any(checks)
  check_entries("any", checks)
  local results, passed = json.array({}), 0
  for i, entry in ipairs(checks) do
    results[i] = rest.copy(run(entry.check), { name = entry.name })
    results[i].ok = results[i].ok and true or false
    if results[i].ok then
      passed = 1
      break
    end
  end
  return {
    ok = passed > 0, results = results, passed = passed, failed = #results - passed, total = #results,
  }
end

--- Raises unless a result is ok, with the errors of all failed checks; returns the result.
function M.assert_ok(result)
  if type(result) ~= "table" then
    rest.fail("healthcheck.assert_ok: the result of a check is expected, got " .. type(result))
  end
  if result.ok then return result end
  local texts = {}
  for _, one in ipairs(result.results or { result }) do
    if not one.ok then
      texts[#texts + 1] = (one.name and one.name .. ": " or "") .. tostring(one.error or "failed")
    end
  end
  rest.fail("healthcheck: " .. table.concat(texts, "; "))
end

--- Waits until a GET has the status: `{ ok, status, attempts }`. `opts`: `timeout` (60), `interval`
--- (2), `check` (a function that gets the response, too). Raises in the end.
function M.wait(url, opts)
  opts = opts or {}
  local attempts = 0
  local want = wanted(opts)
  local place = rest.address(url)
  local message = ("healthcheck.wait: %s not healthy"):format(place)
  local per_request = opts.request_timeout or 30
  return rest.wait(opts, message, function(remaining)
    attempts = attempts + 1
    local res, err = request("GET", url, opts, math.min(remaining, per_request))
    if not res then return false, err end
    local problem = status_error(res.status, want)
    if not problem and opts.check and not opts.check(res) then problem = "check failed" end
    if problem then return false, problem end
    log.info(("Healthy: %s (attempt %d)"):format(place, attempts))
    return { ok = true, status = res.status, attempts = attempts }
  end)
end

--- Waits for several URLs at the same time, with one limit: their results by URL.
function M.wait_all(urls, opts)
  local ok, list = pcall(async.map, urls, function(address) return M.wait(address, opts) end,
    { concurrency = math.max(#urls, 1) })
  if not ok then rest.fail(rest.without_place(list)) end
  local results = {}
  for i, address in ipairs(urls) do results[address] = list[i] end
  return results
end

--- Repeats a check until it is ok: its last result. `opts.attempts` (3), `opts.interval` (1), which
--- grows by `opts.backoff` (2).
function M.retry(check, opts)
  opts = opts or {}
  check_function("retry", check)
  local pause, result = opts.interval or 1, nil
  for attempt = 1, math.max(opts.attempts or 3, 1) do
    if attempt > 1 then
      sleep(pause)
      pause = pause * (opts.backoff or 2)
    end
    result = run(check)
    if result.ok then break end
  end
  return result
end

return rest.guard(M, "healthcheck")
