--- @module assay.internal.client
--- @description What the HTTP clients of the standard modules share.
--
-- A module is a class and a list of endpoints:
--
--     local rest = require("assay.internal.client")
--     local M, Client = {}, rest.class("grafana", { "org_id" })   -- options of its own
--
--     function M.client(...)                      -- ("https://…", { token = … }) or { url = … }
--       return Client:new(rest.options({ "url" }, ...))
--     end
--
--     function Client:_complete(client)           -- what is not given, before `new` looks; optional
--       client.org_id = client.org_id or env.get("GRAFANA_ORG")
--     end
--
--     function Client:_headers()                  -- asked at every request; optional
--       return { ["X-Org"] = self.org_id, Authorization = rest.authorization(self) }
--     end
--
--     function Client:dashboard(uid)              -- a GET whose answer is JSON
--       return self:_get("/api/dashboards/uid/" .. rest.escape(uid))
--     end
--
-- `new(options)` keeps every option as a field, cuts the slashes at the end of `url`, and takes
-- `headers`, `timeout`, `retries`, `proxy`, `insecure`, `ca_cert`, `ca_cert_file`, `client_cert`,
-- `client_cert_file`, `client_key`, `client_key_file` and `tls_server_name` for the connection.
-- `with(changes)` makes the client anew, by `new` and the options that it was made from.
--
-- Requests: `_get(path, o)`, `_delete(path, o)`, `_head(path, o)`, `_post(path, body, o)`,
-- `_put(path, body, o)`, `_patch(path, body, o)`, `_request(method, path, o)`. They return the
-- decoded body (nil when it is empty), then the response. `path` may also be a whole URL.
-- A status that is not expected is the error
-- `<module>: <METHOD> <path> HTTP <status>: <body>`. `o` may hold
--
--   query    names to values, or a list of { name, value } pairs, which keeps its order. A value
--            may be a list; integral floats are sent without a fraction; false is sent; all is
--            percent-encoded
--   headers  for this request
--   body     a table is sent as JSON, `{}` as an object (an array needs `rest.array`), a string
--            as it is; `form` is a table for a form
--   ok       statuses that succeed: a status, a list; every 2xx by default
--   missing  true: 404 gives nil instead of an error
--   raw      true: the body's text instead of JSON
--   list     true: the answer must be a list, which `{}` is not; a name: the list that this field of
--            the answer holds, an empty one when it is null or absent
--   what     instead of `<METHOD> <path>` in the error
--   error    instead of `<module>: <METHOD> <path>` in the error
--   timeout  of this request
--
-- A GET must give an object or a list, unless 404 is nil or `raw` is set.
--
-- `_send(method, path, o)` returns the response whatever its status. 429 and 503 are repeated
-- (twice, or `retries` times) when the server says after how long; with the option `retries` also
-- when it does not, and so are requests that broke off.
--
-- Functions: `rest.options`, `rest.functions`, `rest.fail`, `rest.escape`, `rest.query`,
-- `rest.array`, `rest.list`, `rest.object`, `rest.authorization`, `rest.collect`, `rest.wait`, `rest.rfc3339`.

local guard = require("assay.internal.guard")
local give_up = require("assay.internal.alternatives")

local rest = {}

local DEFAULT_RETRIES = 2
local DEFAULT_TIMEOUT = 30
local MAX_PAUSE = 60
local IDEMPOTENT = { GET = true, HEAD = true, PUT = true, DELETE = true, OPTIONS = true }
-- what makes connections of one's own necessary
local CONNECTION = {
  "proxy", "insecure", "ca_cert", "ca_cert_file",
  "client_cert", "client_cert_file", "client_key", "client_key_file", "tls_server_name",
}

rest.public = require("assay.internal.redact")

--- An address in a message: what stands behind `?` may be a secret, too.
function rest.address(url)
  return rest.public(rest.name_of(url)):match("^[^?#]*")
end

--- Raises `message` with the place in the script that called the module.
function rest.fail(message)
  local getinfo = debug and debug.getinfo
  -- when only modules are left (tail calls), the outermost of them
  local level, place = 2, 2
  while getinfo do
    local info = getinfo(level, "S")
    if not info then break end
    if info.what ~= "C" then
      place = level
      if info.source:sub(1, 7) ~= "@assay/" then break end
    end
    level = level + 1
  end
  error(rest.public(message), place)
end

--- The text of an error without the place in the code that it begins with.
function rest.without_place(e)
  return (tostring(e):gsub("^[^%s:]+:%d+: ", ""))
end

--- The text of one part of a path: a name. Nothing, `.` and `..` are refused: addresses are normalised
--- on their way, even those with %2E, and the request would be about what is above. So are values that
--- have no text of their own, such as a table where its field was meant.
function rest.part(v)
  local kind = type(v)
  local text = (kind == "string" or kind == "number" or kind == "boolean") and rest.text(v) or ""
  if text == "" or text == "." or text == ".." then
    rest.fail(("a name is expected in the path, got %s"):format(kind == "string" and '"' .. text .. '"' or kind))
  end
  return text
end

--- Percent-encodes one part of a path.
function rest.escape(part)
  return url.encode(rest.part(part))
end

--- Percent-encodes a path and leaves its slashes.
function rest.escape_path(path)
  return (tostring(path):gsub("[^/]+", url.encode))
end

--- The text of a value; an integral float has no fraction.
function rest.text(v)
  if math.type(v) == "float" then
    return tostring(math.tointeger(v) or v)
  end
  return tostring(v)
end

--- A value of the script's in a message: of what is no text only the type.
function rest.name_of(v)
  local is_text = type(v) == "string" or type(v) == "number"
  return is_text and rest.text(v) or v == nil and "nil" or "a " .. type(v)
end

-- What is no list would be left out, and the request be about more than was meant.
local function check_list(name, t)
  local count = 0
  for _ in pairs(t) do count = count + 1 end
  if count == #t then return end
  rest.fail(("the parameter %s must be a text or a list of texts, got a table with other keys than 1, 2, …"):format(
    name))
end

local function add_field(parts, name, v)
  if type(v) == "table" then
    check_list(name, v)
    for _, item in ipairs(v) do add_field(parts, name, item) end
  elseif v ~= nil then
    parts[#parts + 1] = url.encode(name) .. "=" .. url.encode(rest.text(v))
  end
end

--- `a=1&b=x%20y` from names to values (sorted) or from a list of pairs (in order).
function rest.query(fields)
  local parts = {}
  if type(fields[1]) == "table" then
    for _, pair in ipairs(fields) do add_field(parts, pair[1], pair[2]) end
  else
    local names = {}
    for name in pairs(fields) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do add_field(parts, name, fields[name]) end
  end
  return table.concat(parts, "&")
end

--- `path` with a query behind it; one that is there is added to.
function rest.with_query(path, fields)
  local query = fields and rest.query(fields) or ""
  if query == "" then return path end
  return path .. (path:find("?", 1, true) and "&" or "?") .. query
end

local function is_empty(t)
  return t == nil or (type(t) == "table" and next(t) == nil)
end

--- Whether a decoded value is a list; `{}` is none.
function rest.is_list(v)
  if type(v) ~= "table" then return false end
  if v[1] ~= nil then return true end
  return next(v) == nil and (getmetatable(v) or {}).__jsontype == "array"
end

--- An empty table as JSON array; others as they are.
function rest.array(t)
  return is_empty(t) and json.array({}) or t
end

--- An empty table as JSON object; others as they are.
function rest.object(t)
  return is_empty(t) and json.object({}) or t
end

--- A shallow copy, with the fields of `more` over it. Instead of options anything may come: functions of
--- the original take fewer arguments and ignore the rest, such as gsub's count behind a name.
function rest.copy(t, more)
  local out = {}
  for k, v in pairs(type(t) == "table" and t or {}) do out[k] = v end
  for k, v in pairs(more or {}) do out[k] = v end
  return out
end

--- A list; of one text or number instead of a list. `ipairs` of a text finds nothing: a check of nothing
--- would pass, and what was to be sent be lost.
function rest.list(v)
  return (type(v) == "string" or type(v) == "number") and { v } or v
end

--- Options from `f(url, token)`, `f(url, { … })`, `f { url = … }`: positional values get `names`.
function rest.options(names, ...)
  local options = {}
  for i = 1, select("#", ...) do
    local v = (select(i, ...))
    if type(v) == "table" then
      for k, x in pairs(v) do options[k] = x end
    elseif v ~= nil then
      -- a key in their place would be left out; a number is gsub's count behind a URL
      if names[i] then options[names[i]] = v
      elseif type(v) ~= "number" then
        rest.fail(("client: argument #%d must be a table of options, got a %s"):format(i, type(v)))
      end
    end
  end
  return options
end

--- `Bearer` from `token`, `Basic` from `username` and `password`, otherwise nil.
function rest.authorization(t)
  if t.token then return "Bearer " .. t.token end
  if t.username and t.password then
    return "Basic " .. base64.encode(t.username .. ":" .. t.password)
  end
  return nil
end

local function days_from_civil(y, m, d)
  if m <= 2 then y, m = y - 1, m + 12 end
  return 365 * y + y // 4 - y // 100 + y // 400 + (153 * (m - 3) + 2) // 5 + d - 719469
end

--- `2026-02-10T00:00:00.000Z` of Unix seconds.
function rest.rfc3339(t)
  local whole = math.floor(t)
  return os.date("!%Y-%m-%dT%H:%M:%S", whole) .. (".%03dZ"):format((t - whole) * 1000 // 1)
end

--- Unix seconds of an RFC 3339 time; nil when it is none.
function rest.parse_time(s)
  local y, mo, d, h, mi, sec, zone =
    tostring(s):match("^(%d%d%d%d)-(%d%d)-(%d%d)[Tt ](%d%d):(%d%d):(%d%d%.?%d*)([Zz+-].*)$")
  if not y then return nil end
  local days = days_from_civil(math.tointeger(y), math.tointeger(mo), math.tointeger(d))
  local seconds = days * 86400 + tonumber(h) * 3600 + tonumber(mi) * 60 + tonumber(sec)
  local sign, zh, zm = zone:match("^([+-])(%d%d):?(%d%d)$")
  if sign then
    local offset = tonumber(zh) * 3600 + tonumber(zm) * 60
    return sign == "+" and seconds - offset or seconds + offset
  end
  return seconds
end

local MONTHS = {}
for i, name in ipairs { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
  "Dec" } do
  MONTHS[name] = i
end

-- RFC 9110 §10.2.3: seconds, or a date
local function retry_after(header)
  if not header then return nil end
  local seconds = tonumber(header)
  if seconds then return math.max(seconds, 0) end
  local d, mon, y, h, m, s = header:match("(%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT")
  if not d or not MONTHS[mon] then return nil end
  local day = days_from_civil(math.tointeger(y), MONTHS[mon], math.tointeger(d))
  return math.max(day * 86400 + h * 3600 + m * 60 + s - time(), 0)
end

--- Headers as one table; of names that differ in their case only the last counts.
function rest.merge_headers(...)
  local merged, names = {}, {}
  for i = 1, select("#", ...) do
    for name, value in pairs((select(i, ...)) or {}) do
      local lower = name:lower()
      if names[lower] then merged[names[lower]] = nil end
      names[lower] = name
      merged[name] = value
    end
  end
  return merged
end

local Base = { _address = "url" }
Base.__index = Base

-- options of all clients, but for the address and those of the connection
local COMMON = { "headers", "timeout", "retries", "token", "username", "password" }

--- A class for the clients of the module `name`, whose methods are guarded (`assay.internal.guard`)
--- as they are put in. `options` are the names of those that only this module has.
function rest.class(name, options)
  local known = {}
  for _, names in ipairs { COMMON, CONNECTION, options or {} } do
    for _, option in ipairs(names) do known[option] = true end
  end
  -- `__opaque`: messages show name and address only, as the fields hold credentials
  local fields = { _module = name, _known = known, __name = "assay." .. name .. " client", __opaque = true }
  local class = setmetatable(fields, {
    __index = Base,
    __newindex = function(class, key, value)
      local is_method = type(value) == "function" and key ~= "new" and key:sub(1, 1) ~= "_"
      rawset(class, key, is_method and guard.guarded(rest.fail, name, key, value, true) or value)
    end,
  })
  class.__index = class
  return class
end

--- Guards the functions of a table as those of the module `name`, or as methods of its clients.
function rest.guard(functions, name, are_methods)
  for key, value in pairs(functions) do
    if type(value) == "function" and key:sub(1, 1) ~= "_" then
      functions[key] = guard.guarded(rest.fail, name, key, value, are_methods)
    end
  end
  return functions
end

--- Fills in what `options` lack, in a copy of them that becomes the client; classes replace it.
function Base:_complete(_client) end

--- What a new client does first; classes replace it.
function Base:_begin() end

--- A client with the fields of `options`; `url` is required.
function Base:new(options)
  local client, given = rest.copy(options), {}
  for name, value in pairs(client) do
    if type(name) ~= "string" or name:sub(1, 1) ~= "_" then given[name] = value end
  end
  self:_complete(client)
  if type(client.url) ~= "string" or client.url == "" then
    rest.fail(self._module .. ".client: url is required")
  end
  client.url = client.url:gsub("/+$", "")
  -- for `with`: what was given, and what became of it
  client._given, client._made = given, rest.copy(client)
  setmetatable(client, self)
  client:_begin()
  return client
end

--- Takes the functions of a part into a module's table or class. A part is a file of
--- `stdlib/internal` that returns such a table.
function rest.include(into, part)
  for name, f in pairs(part) do
    if rawget(into, name) ~= nil then error("part of a module: " .. name .. " is there already", 2) end
    into[name] = f
  end
end

--- The headers of every request; classes replace it.
function Base:_headers()
  return { Authorization = rest.authorization(self) }
end

--- What the client's connections are made with; nil when that is nothing of its own.
function Base:_connection()
  local options
  for _, key in ipairs(CONNECTION) do
    local value = self[key]
    if value == nil and self._trust then value = self._trust[key] end
    if value ~= nil then
      options = options or {}
      options[key] = value
    end
  end
  return options
end

local function connection(client)
  local own = rawget(client, "_http")
  if own then return own end
  local options = client:_connection()
  if not options then return nil end
  own = http.client(options)
  rawset(client, "_http", own)
  return own
end

local WITH_BODY = { POST = true, PUT = true, PATCH = true }
local WITHOUT_BODY = { GET = true, HEAD = true, DELETE = true }

-- By the function of that name, if there is one: it is in errors.
local function exchange(own, method, target, options)
  local verb = method:lower()
  if WITH_BODY[method] and not options.form then
    local body = options.body
    local plain = rest.copy(options)
    plain.body = nil
    if own then return own[verb](own, target, body, plain) end
    return http[verb](target, body, plain)
  elseif WITHOUT_BODY[method] then
    if own then return own[verb](own, target, options) end
    return http[verb](target, options)
  end
  if own then return own:request(method, target, options) end
  return http.request(method, target, options)
end

-- The seconds that an option says; from an environment variable, say, they are text.
local function seconds(v, default, option, fn)
  if v == nil then return default end
  return tonumber(v) or rest.fail(("%soption '%s': a number of seconds is expected, got %s"):format(
    fn or "", option, rest.name_of(v)))
end

-- until when the wait that a task is in may last: no request of it outlives that
local deadlines = {}

local function within_wait(timeout)
  local deadline = deadlines[coroutine.running()]
  if not deadline then return timeout end
  -- in whole milliseconds, as errors tell it
  local left = math.ceil(math.max(deadline - time(), 0.01) * 1000) / 1000
  return math.min(seconds(timeout, DEFAULT_TIMEOUT, "timeout"), left)
end

--- `f(...)`, none of whose requests outlives the deadline (Unix seconds; nil: as long as they take).
function rest.until_deadline(deadline, f, ...)
  local thread = coroutine.running()
  local outer = deadlines[thread]
  local _ <close> = setmetatable({}, { __close = function() deadlines[thread] = outer end })
  deadlines[thread] = deadline
  return f(...)
end

--- `async.map` whose calls, too, end with the wait that the task is in.
function rest.map(list, f, o)
  local thread = coroutine.running()
  local deadline = deadlines[thread]
  return async.map(list, function(...)
    guard.asks_for(thread)
    return rest.until_deadline(deadline, f, ...)
  end, o)
end

-- 301, 302 and 303 make a GET of a POST: what was to be written would be lost, and read instead.
local function posted(self, path, o, own, target, options)
  options.follow_redirects = false
  local res = exchange(own, "POST", target, options)
  options.follow_redirects = nil
  local location = res.headers.location
  if not location then return res end
  -- these repeat the request as it is
  if res.status == 307 or res.status == 308 then return exchange(own, "POST", target, options) end
  if res.status > 303 or res.status < 301 then return res end
  rest.fail(("%s HTTP %d: redirected to %s, where this would become a GET: the URL must be that address's"):format(
    self:_label("POST", path, o), res.status, location:match("^[^?#]*")))
end

--- The response, whatever its status.
function Base:_send(method, path, o)
  o = o or {}
  local full = path:find("^%a[%w+.-]*://") and path or self.url .. path
  local retries = o.retries or self.retries
  local options = {
    headers = rest.merge_headers(o.anonymous and {} or self:_headers(), self.headers, o.headers),
    body = o.body,
    form = o.form,
    timeout = within_wait(o.timeout or self.timeout),
    follow_redirects = o.follow_redirects,
    max_size = o.max_size,
    retries = IDEMPOTENT[method] and retries or nil,
  }
  local target = rest.with_query(full, o.query)
  local own = connection(self)
  local attempt = 0
  guard.note(o.what or method .. " " .. path:match("^[^?#]*"))
  while true do
    local res = method == "POST" and o.follow_redirects == nil
      and posted(self, path, o, own, target, options) or exchange(own, method, target, options)
    if res.status ~= 429 and res.status ~= 503 then return res end
    local pause = retry_after(res.headers["retry-after"])
    attempt = attempt + 1
    if attempt > (retries or DEFAULT_RETRIES) then return res end
    -- with `retries` the repetitions of these methods were those of `http`
    if retries and IDEMPOTENT[method] then return res end
    if not pause and not retries then return res end
    pause = pause or math.min(0.25 * 2 ^ attempt, 5)
    if pause > (within_wait(MAX_PAUSE)) then return res end
    sleep(pause)
  end
end

--- Saves a body as a file and returns its size; `o` as for `http.download`.
function Base:_download(address, file, o)
  local own = connection(self)
  o = rest.copy(o, { headers = rest.merge_headers(self.headers, o.headers) })
  if own then return own:download(address, file, o) end
  return http.download(address, file, o)
end

local function expected(status, ok)
  if ok == nil then return status >= 200 and status <= 299 end
  if type(ok) ~= "table" then return status == ok end
  for _, s in ipairs(ok) do
    if s == status then return true end
  end
  return false
end

--- The text in front of `HTTP <status>` in errors.
function Base:_label(method, path, o)
  if o and o.error then return o.error end
  return ("%s: %s"):format(self._module, o and o.what or method .. " " .. path)
end

-- The same where no status follows: the colon is part of some labels.
local function label(self, method, path, o)
  return (self:_label(method, path, o):gsub(":$", ""))
end

--- Raises the error of a response.
function Base:_fail(method, path, res, o)
  rest.fail(("%s HTTP %d: %s"):format(self:_label(method, path, o), res.status, res.body or ""))
end

--- The decoded body of a response; nil when it is empty.
function Base:_decode(method, path, res, o)
  if res.body == nil or res.body == "" then return nil end
  local ok, value = pcall(json.parse, res.body)
  if ok then return value end
  local cause = tostring(value):gsub("^json%.parse: ", "")
  rest.fail(("%s: the answer is no JSON: %s"):format(label(self, method, path, o), cause))
end

--- The list that an answer is, or that its field `o.list` holds; a field that is null or absent is
--- an empty one.
function Base:_list_in(method, path, value, o)
  local field = o.list ~= true and o.list or nil
  local list, what = value, "the answer"
  if field then
    local is_object = type(value) == "table" and not rest.is_list(value)
    if is_object and value[field] == nil then return json.array({}) end
    list = is_object and value[field] or nil
    if is_object then what = ("'%s' of the answer"):format(field) end
  end
  if rest.is_list(list) then return list end
  rest.fail(("%s: %s is no %s"):format(label(self, method, path, o), what,
    (field and what == "the answer") and "object" or "list"))
end

--- The decoded body and the response.
function Base:_request(method, path, o)
  o = o or {}
  local res = self:_send(method, path, o)
  if res.status == 404 and o.missing then return nil, res end
  if not expected(res.status, o.ok) then self:_fail(method, path, res, o) end
  if o.raw then return res.body, res end
  local value = self:_decode(method, path, res, o)
  if method == "GET" and type(value) ~= "table" then
    rest.fail(("%s: the answer is no object or list, but %s"):format(
      label(self, method, path, o), res.body == "" and "empty" or tostring(value)))
  end
  if o.list then return self:_list_in(method, path, value, o), res end
  return value, res
end

--- As `_request`, for a path that is a secret: no error holds it, if `o.what` does not.
function Base:_secretly(method, path, o)
  local ok, value, res = pcall(self._request, self, method, path, o)
  if ok then return value, res end
  local text = rest.without_place(value)
  local from, to = text:find(path, 1, true)
  if from then text = text:sub(1, from - 1) .. "/***" .. text:sub(to + 1) end
  rest.fail(text)
end

function Base:_get(path, o)
  return self:_request("GET", path, o)
end

function Base:_head(path, o)
  return self:_request("HEAD", path, rest.copy(o, { raw = true }))
end

function Base:_delete(path, o)
  return self:_request("DELETE", path, o)
end

function Base:_post(path, body, o)
  return self:_request("POST", path, rest.copy(o, { body = body }))
end

function Base:_put(path, body, o)
  return self:_request("PUT", path, rest.copy(o, { body = body }))
end

function Base:_patch(path, body, o)
  return self:_request("PATCH", path, rest.copy(o, { body = body }))
end

--- The options of the client as it is now, with some changed: those that it was made from, and the fields
--- that the script or a login has set since.
function Base:_options(changes)
  local options = rest.copy(self._given)
  for _, names in ipairs { self._given, self._known, { [self._address] = true } } do
    for name in pairs(names) do
      local now = rawget(self, name)
      if now ~= self._made[name] then options[name] = now end
    end
  end
  give_up(options, changes)
  return rest.copy(options, changes)
end

--- The same client with some options changed: `c:with { token = other }`. It has connections and a
--- session of its own.
function Base:with(changes)
  if type(self) ~= "table" or not self._given then
    rest.fail("with: a method: the client is left out, as in c.with(…) instead of c:with(…)")
  end
  if type(changes) ~= "table" then
    rest.fail(("bad argument #1 to 'with' (table expected, got %s)"):format(
      changes == nil and "no value" or type(changes)))
  end
  for name in pairs(changes) do
    if name ~= self._address and not self._known[name] and self._given[name] == nil then
      rest.fail(("%s.with: unknown option '%s'"):format(self._module, tostring(name)))
    end
  end
  return getmetatable(self):new(self:_options(changes))
end

--- Ends the client's connections, if it has some of its own.
function Base:close()
  local own = rawget(self, "_http")
  if own then
    own:close()
    rawset(self, "_http", nil)
  end
end

-- options of a call that are its client's
local OF_CLIENT = { "headers", "token", "username", "password", "ca_cert", "ca_cert_file", "insecure",
  "client_cert", "client_cert_file", "client_key", "client_key_file", "tls_server_name", "proxy" }

--- Those of `opts` that say how to connect and as whom, for a client at `url`.
function rest.of_client(opts, url)
  local options = { url = url }
  for _, key in ipairs(OF_CLIENT) do options[key] = opts and opts[key] end
  return options
end

--- Gives module `M` a function for each public method of `class` that takes a URL, client options
--- or a client first. Credentials may also be in an option table at the end, and `timeout` where it is
--- not that of something else (`has_timeout`).
function rest.functions(M, class, make, has_timeout)
  for name, method in pairs(class) do
    if type(method) == "function" and name:sub(1, 1) ~= "_" and M[name] == nil then
      M[name] = function(target, ...)
        if getmetatable(target) == class then return method(target, ...) end
        local options = rest.options({ "url" }, target)
        local last = select("#", ...) > 0 and (select(-1, ...)) or nil
        if type(last) == "table" then
          for key, value in pairs(rest.of_client(last)) do
            if options[key] == nil then options[key] = value end
          end
          if has_timeout then options.timeout = options.timeout or last.timeout end
        end
        return method(make(options), ...)
      end
    end
  end
end

--- The items of all pages. `fetch(cursor)`, first without a cursor, returns a page's items and the
--- next cursor, nil after the last page. `all == false` gives the first page only.
function rest.collect(fetch, all)
  local items = json.array({})
  local cursor
  repeat
    local page, following = fetch(cursor)
    for _, item in ipairs(page or {}) do items[#items + 1] = item end
    if following == "" or following == cursor then following = nil end
    cursor = following
  until cursor == nil or all == false
  return items
end

--- Calls `attempt(remaining)` until its first result is true; returns that. A second one says
--- what was seen. Options: `timeout` (60 s), `interval` (2 s), `max_interval` (4 intervals): the
--- pause grows by half each time. At least one attempt is made; no request outlives the wait by more
--- than a second.
--- On giving up the error is `<message> after <timeout>s (<what was seen last>)`.
function rest.wait(opts, message, attempt)
  opts = opts or {}
  -- the function that waits begins the message
  local fn = message:match("^[%w_]+[%w_.]*: ") or ""
  local timeout = seconds(opts.timeout, 60, "timeout", fn)
  local pause = math.max(seconds(opts.interval, 2, "interval", fn), 0.01)
  local longest = math.max(seconds(opts.max_interval, pause * 4, "max_interval", fn), pause)
  local deadline = time() + timeout
  local seen
  while true do
    -- the first attempt and the last have a fair chance, however short the wait
    local remaining = math.max(deadline - time(), 1)
    local done, what = rest.until_deadline(time() + remaining, attempt, remaining)
    if done then return done end
    local problem = type(what) == "string" and rest.without_place(what) or ""
    -- no time makes a URL of it
    if problem:find("^http%.[%w.]+: invalid URL ") then rest.fail(fn .. problem) end
    seen = what or seen
    local left = deadline - time()
    if left <= 0 then break end
    sleep(math.min(pause, left))
    pause = math.min(pause * 1.5, longest)
  end
  local last = seen and (" (last: %s)"):format(tostring(seen)) or ""
  rest.fail(("%s after %ss%s"):format(message, tostring(opts.timeout or timeout), last))
end

return rest
