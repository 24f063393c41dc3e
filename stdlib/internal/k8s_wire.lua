--- @module assay.internal.k8s_wire
--- @description Requests of `assay.k8s`: one connection for each set of options.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")

local wire = {}

local MAX_CONNECTIONS = 32
local Conn = kube.class("k8s")
local connections, count = {}, 0

-- where the kubeconfig or the pod's address comes from
local AMBIENT = { "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "HOME" }

--- The connection that options ask for; one for the same options.
function wire.connect(opts)
  opts = opts or {}
  local parts = { tostring(opts.base_url or opts.url) }
  local options = { base_url = opts.base_url or opts.url }
  for _, key in ipairs(kube.CONNECTION) do
    -- a wait's or watch's time is no request's
    local v = opts[key]
    if key == "timeout" then v = opts.request_timeout or (opts._is_request and opts.timeout) or nil end
    options[key] = v
    parts[#parts + 1] = tostring(v)
  end
  if not options.base_url then
    for _, name in ipairs(AMBIENT) do parts[#parts + 1] = env.get(name) or "" end
  end
  local key = table.concat(parts, "\0")
  local conn = connections[key]
  if not conn then
    conn = Conn:new(options)
    if count >= MAX_CONNECTIONS then connections, count = {}, 0 end
    connections[key] = conn
    count = count + 1
  end
  return conn
end

function wire.requests(opts)
  return wire.connect(rest.copy(opts, { _is_request = true }))
end

function wire.fail(fn, res, path)
  rest.fail(("k8s.%s: HTTP %d %s: %s"):format(fn, res.status, path, res.body))
end

function wire.decoded(res, method, path)
  if res.body == nil or res.body == "" then return nil end
  local ok, value = pcall(json.parse, res.body)
  if ok then return value end
  rest.fail(("k8s: %s %s: the answer is no JSON: %s"):format(
    method, path, (tostring(value):gsub("^json%.parse: ", ""))))
end

--- The decoded answer to a GET of objects, which must be one.
function wire.object(res, path)
  local value = wire.decoded(res, "GET", path)
  if type(value) == "table" then return value end
  rest.fail(("k8s: GET %s: the answer is no object, but %s"):format(
    path, res.body == "" and "empty" or tostring(value)))
end

function wire.is_success(status)
  return status >= 200 and status <= 299
end

--- Query parameters that writing requests share.
function wire.writing(opts)
  return {
    { "fieldManager", opts.field_manager },
    { "dryRun", opts.dry_run and "All" or nil },
    { "fieldValidation", opts.field_validation },
  }
end

-- lists of every object's metadata; an empty table there is an empty list
local METADATA_LISTS = { "finalizers", "ownerReferences" }

--- `body` whose metadata's empty lists are sent as lists: `{}` alone is written as an object.
local function with_lists(body)
  local meta = body.metadata
  if type(meta) ~= "table" then return body end
  local changed
  for _, key in ipairs(METADATA_LISTS) do
    if type(meta[key]) == "table" and next(meta[key]) == nil then
      changed = changed or rest.copy(meta)
      changed[key] = json.array({})
    end
  end
  return changed and rest.copy(body, { metadata = changed }) or body
end

function wire.write(fn, method, path, body, opts, content_type, query)
  opts = opts or {}
  path = rest.with_query(path, query or wire.writing(opts))
  local text = type(body) == "table" and json.encode(with_lists(body)) or body
  local res = wire.requests(opts):_send(method, path, {
    body = text,
    headers = text and { ["Content-Type"] = content_type or "application/json" } or nil,
  })
  if not wire.is_success(res.status) then wire.fail(fn, res, path) end
  return wire.decoded(res, method, path)
end

return wire
