--- @module assay.internal.loki_admin
--- @description Rules, deletion and administration of `assay.loki`.

local rest = require("assay.internal.client")

local Client = {}

local DELETE = "/loki/api/v1/delete"
local RULES = "/loki/api/v1/rules"

-- Deletion

-- Here the server takes whole seconds only; elsewhere also fractions and nanoseconds.
local function seconds(t)
  if type(t) ~= "number" then return t end
  return math.floor(t >= 1e15 and t / 1e9 or t)
end

--- Asks for the deletion of lines; `opts.start`, `opts.end_time` (Unix seconds, nanoseconds or
--- RFC 3339), `opts.max_interval` (a longer time is cut into several requests).
function Client:delete_logs(logql, opts)
  opts = opts or {}
  self:_post(DELETE, nil, {
    query = {
      { "query", logql }, { "start", seconds(opts.start) }, { "end", seconds(opts.end_time) },
      { "max_interval", opts.max_interval },
    },
    raw = true,
  })
end

--- The deletions asked for; `opts.start`, `opts.end_time`.
function Client:list_deletes(opts)
  local range = { { "start", seconds(opts and opts.start) }, { "end", seconds(opts and opts.end_time) } }
  -- the server writes null when there are none
  local answer, res = self:_request("GET", DELETE, { query = range, raw = true })
  if answer == "" or answer:find("^%s*null%s*$") then return json.array({}) end
  return self:_decode("GET", DELETE, res)
end

--- Takes back the deletion with that `request_id`; `opts.force`, also when it has begun.
function Client:cancel_delete(request_id, opts)
  self:_delete(DELETE, {
    query = { { "request_id", request_id }, { "force", opts and opts.force } }, raw = true,
  })
end

-- The ruler's groups, which are written in YAML

-- A name that is missing must not make of a group its whole namespace.
local function group_path(namespace, ...)
  local path = RULES .. "/" .. rest.escape(namespace)
  if select("#", ...) == 0 then return path end
  return path .. "/" .. rest.escape((...))
end

local function read_yaml(path, text)
  local ok, value = pcall(yaml.parse, text)
  if ok and type(value) == "table" then return value end
  rest.fail(("loki: GET %s: the answer is no YAML object"):format(path))
end

--- The rule groups as they were written, by namespace; those of one `namespace` when it is given.
--- `{}` when there are none.
function Client:rule_groups(namespace)
  local path = namespace and group_path(namespace) or RULES
  local text = self:_get(path, { ok = 200, missing = true, raw = true })
  if not text or text == "" then return {} end
  return read_yaml(path, text)
end

--- A rule group as it was written: `{ name, interval, rules }`; nil when it is absent.
function Client:rule_group(namespace, name)
  local path = group_path(namespace, name)
  local text = self:_get(path, { ok = 200, missing = true, raw = true })
  return text and read_yaml(path, text)
end

--- Creates or replaces a rule group: `group` is `{ name, interval, rules }`, or YAML text.
function Client:put_rule_group(namespace, group)
  self:_post(group_path(namespace), type(group) == "string" and group or yaml.encode(group), {
    headers = { ["Content-Type"] = "application/yaml" }, raw = true,
  })
end

--- Deletes a rule group.
function Client:delete_rule_group(namespace, name)
  self:_delete(group_path(namespace, name), { raw = true })
end

--- Deletes all rule groups of a namespace.
function Client:delete_rule_namespace(namespace)
  self:_delete(group_path(namespace), { raw = true })
end

-- The server

--- The configuration of the server as YAML text; `mode`: "diff" (from the defaults), "defaults".
function Client:config(mode)
  return (self:_get("/config", { ok = 200, raw = true, query = { mode = mode == "diffs" and "diff" or mode } }))
end

--- The state of the server's services, as text.
function Client:services()
  return (self:_get("/services", { ok = 200, raw = true }))
end

--- Makes ingesters write what they hold in memory.
function Client:flush()
  self:_post("/flush", nil, { raw = true })
end

--- `{ version, revision, … }`.
function Client:build_info()
  return (self:_get("/loki/api/v1/status/buildinfo"))
end

return Client
