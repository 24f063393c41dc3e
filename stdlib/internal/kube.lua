--- @module assay.internal.kube
--- @description Connections to a Kubernetes API server, for `assay.k8s` and the modules of operators.
--
-- `kube.class(module)` is `rest.class` with the cluster's trust and credentials:
--
-- * `url` (and `token`) given: that server. Without `token` the service account's is used if there
--   is one; without CA options its CA is trusted on top of the system's.
-- * otherwise, in a pod, the API server and the service account of the pod. Token and CA are read
--   again at every request, because the kubelet rotates them.
-- * otherwise the kubeconfig (`kubeconfig`, `context`; `$KUBECONFIG`, `~/.kube/config`). Naming one
--   of these options wins over being in a pod.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local kubeconfig = require("assay.internal.kubeconfig")
local poll = require("assay.internal.poll")

local kube = { segment = segment }

local SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
local PAGE = 500
-- options of a connection, as `assay.k8s` takes them in every call
kube.CONNECTION = {
  "token", "token_file", "username", "password", "kubeconfig", "context", "service_account",
  "ca_cert", "ca_cert_file", "client_cert", "client_cert_file", "client_key", "client_key_file",
  "tls_server_name", "insecure", "proxy", "timeout", "retries", "warnings",
}

local function read(path)
  local ok, text = pcall(fs.read, path)
  return ok and text or nil
end

local function trimmed(text)
  text = text and text:match("^%s*(.-)%s*$")
  return text ~= "" and text or nil
end

local function pod_url()
  local host = env.get("KUBERNETES_SERVICE_HOST")
  if not host or host == "" then return nil end
  local port = env.get("KUBERNETES_SERVICE_PORT")
  if not port or port == "" then port = "443" end
  if host:find(":", 1, true) and host:sub(1, 1) ~= "[" then host = "[" .. host .. "]" end
  return "https://" .. host .. ":" .. port
end

--- Fills in where the server is; the fields that the caller gave win.
local function locate(client)
  local config
  if not client.url and (client.kubeconfig or client.context or not pod_url()) then
    local paths = kubeconfig.paths(client.kubeconfig)
    if #paths > 0 then
      config = kubeconfig.load(paths, client.context)
    elseif client.kubeconfig or client.context then
      rest.fail(client._module .. ": no kubeconfig found at "
        .. (client.kubeconfig or env.get("KUBECONFIG") or "~/.kube/config"))
    end
  end
  if config then
    client._config = config
    client.url = config.url
    client.namespace = client.namespace or config.namespace
    local has_ca = client.ca_cert or client.ca_cert_file
    if not has_ca then client.ca_cert = config.ca_cert end
    if client.insecure == nil and not has_ca then client.insecure = config.insecure end
    client.proxy = client.proxy or config.proxy
    client.tls_server_name = client.tls_server_name or config.tls_server_name
  elseif not client.url then
    client.url = pod_url()
    if not client.url then
      rest.fail(client._module .. ": not running in a Kubernetes pod "
        .. "(KUBERNETES_SERVICE_HOST not set), and there is no kubeconfig")
    end
  end
  client._own_ca = not (client.ca_cert or client.ca_cert_file or client.insecure or config)
  client._own_cert = not (client.client_cert or client.client_cert_file)
  client._trust = {}
end

--- Sets what the next connection is made with, where the options say nothing; another value makes a new one.
local function set(client, key, value)
  local trust = client._trust
  if trust[key] == value then return end
  trust[key] = value
  -- requests that are under way keep the old one
  rawset(client, "_http", nil)
end

--- Who the client is: whom the caller names, else the kubeconfig's user, else the service account.
local function identity(client, dir, renew)
  if client.token or client.username then return {} end
  if client.token_file then return { token = trimmed(fs.read(client.token_file)) } end
  if client._config then return client._config.credentials(renew) end
  return client._own_cert and { token = trimmed(read(dir .. "/token")) } or {}
end

--- Brings trust and credentials up to date before a request.
local function prepare(client, renew)
  local dir = client.service_account or SERVICE_ACCOUNT
  if client._own_ca and client.url:sub(1, 6) == "https:" then
    set(client, "ca_cert", read(dir .. "/ca.crt"))
  end
  local found = identity(client, dir, renew)
  if client._own_cert then
    set(client, "client_cert", found.client_cert)
    set(client, "client_key", found.client_key)
  end
  client._found = found
  local has_any = client.token or client.username or found.token or found.username
    or found.client_cert or not client._own_cert
  if not has_any and client.url:sub(1, 6) == "https:" and not client.anonymous then
    rest.fail(client._module .. ": no token: give one, or run in a pod with a service account ("
      .. dir .. "/token)")
  end
end

-- what was said already: the server repeats its warnings with every request
local warned = {}

--- Logs the warnings of an answer: unknown fields, deprecated versions and the like.
local function warn(client, res)
  if client.warnings == false then return end
  for _, header in ipairs(res.headers_list or {}) do
    if header.name:lower() == "warning" then
      for quoted in header.value:gmatch('%d%d%d %S+ "(.-[^\\])"') do
        local text = quoted:gsub("\\(.)", "%1")
        if not warned[text] then
          warned[text] = true
          log.warn(client._module .. ": the server warns: " .. text)
        end
      end
    end
  end
end

local function authorization(client)
  local found = client._found or {}
  if client.token or (client.username and client.password) then return rest.authorization(client) end
  return rest.authorization(found)
end

--- Whether a refused client has other credentials now: the token may have been replaced a moment ago,
--- or be revoked before its time.
local function renewed(client, res, before)
  if res.status ~= 401 or client.token then return false end
  prepare(client, true)
  return authorization(client) ~= before
end

--- Whether an answer is a list of objects. One without items has a kind at least; what has something else
--- only is the answer of something else than an API server.
function kube.is_list(page)
  local items = page.items
  if items == nil then return type(page.kind) == "string" or next(page) == nil end
  return rest.is_list(items) or (type(items) == "table" and next(items) == nil)
end

--- A class of clients whose `url` is an API server; `options` as for `rest.class`.
function kube.class(module, options)
  local known = { "base_url", "namespace", "anonymous" }
  table.move(kube.CONNECTION, 1, #kube.CONNECTION, #known + 1, known)
  local class = rest.class(module, table.move(options or {}, 1, #(options or {}), #known + 1, known))
  local base = { _send = class._send }

  function class:_complete(client)
    client.url = client.url or client.base_url
    client._module = module
    locate(client)
  end

  function class:_headers()
    local headers = rest.copy(self._found and self._found.headers)
    headers.Authorization = authorization(self)
    return headers
  end

  function class:_send(method, path, o)
    prepare(self, false)
    local before = authorization(self)
    local res = base._send(self, method, path, o)
    if renewed(self, res, before) then res = base._send(self, method, path, o) end
    if method ~= "GET" then warn(self, res) end
    return res
  end

  --- Lines of a 2xx answer as they arrive; the response otherwise.
  function class:_lines(path, query, on_line, o)
    local function follow()
      -- a stream has connections of its own, which end with it
      local own <close> = http.client(self:_connection() or {})
      return own:get(rest.with_query(self.url .. path, query), {
        headers = rest.merge_headers(self:_headers(), self.headers),
        timeout = o and o.timeout,
        on_line = on_line,
      })
    end
    prepare(self, false)
    local before = authorization(self)
    local res = follow()
    return renewed(self, res, before) and follow() or res
  end

  --- One object, nil on 404.
  function class:_object(path)
    return (self:_get(path, { missing = true, ok = 200 }))
  end

  --- A whole list object, over all pages. `o.missing`: 404 gives one without items. Further:
  --- `verb` of the error, `label_selector`, `field_selector`, `limit` (one page of so many), `continue`
  --- (of the page before, in its `metadata`).
  function class:_listing(path, o)
    o = o or {}
    local list, following
    local limit = o.limit or PAGE
    local what = (o.verb or "LIST") .. " " .. path
    repeat
      local page, res = self:_get(path, {
        query = {
          { "labelSelector", kube.selector(o.label_selector) },
          { "fieldSelector", kube.selector(o.field_selector) },
          { "limit", limit },
          { "continue", following or o.continue },
        },
        ok = following and not o.limit and { 200, 410 } or 200,
        missing = o.missing,
        what = what,
      })
      if page == nil and not list then return { items = json.array({}) } end
      if page == nil then self:_fail("GET", path, res, { what = what }) end
      if res.status ~= 410 and not kube.is_list(page) then
        rest.fail(("%s: %s: the answer is no list of objects"):format(self._module, what))
      end
      if res.status == 410 then
        -- the pages took too long: all of it in one piece
        list, page, limit = nil, { metadata = {} }, nil
      elseif list == nil then
        list = page
        list.items = list.items or json.array({})
      else
        for _, item in ipairs(page.items or {}) do list.items[#list.items + 1] = item end
        list.metadata = page.metadata
      end
      following = page.metadata and page.metadata.continue
      if following == "" then following = nil end
    until list and (not following or o.limit)
    return list
  end

  --- Sends a JSON merge patch.
  function class:_merge(path, body)
    local headers = { ["Content-Type"] = "application/merge-patch+json" }
    return (self:_patch(path, body, { headers = headers }))
  end

  --- Server-side apply.
  function class:_apply(path, body, opts)
    opts = opts or {}
    return self:_patch(path, json.encode(body), {
      query = {
        { "fieldManager", opts.field_manager or "assay" },
        { "force", opts.force ~= false },
      },
      headers = { ["Content-Type"] = "application/apply-patch+yaml" },
    })
  end

  return class
end

--- `<prefix>[/namespaces/<ns>]/<plural>[/<name>]`; a nil namespace is left out. A name that is given
--- must be there: the request would be about all objects, and a DELETE the end of them.
function kube.path(prefix, namespace, plural, ...)
  local path = prefix
  if namespace ~= nil and namespace ~= "" then path = path .. "/namespaces/" .. segment(namespace) end
  path = path .. "/" .. plural
  if select("#", ...) == 0 then return path end
  return path .. "/" .. segment((...))
end

--- A selector of a request, which is a text: of several parameters the server reads the first only.
function kube.selector(v)
  if v == nil or type(v) == "string" then return v end
  rest.fail("a selector must be a text such as 'app=web,tier!=db', got a " .. type(v))
end

--- The path of an object. One that lives in a namespace has none without it: the server would say that
--- there is no such object, which is something else.
function kube.object_path(prefix, namespace, plural, name, is_of_cluster)
  if not is_of_cluster then prefix = prefix .. "/namespaces/" .. segment(namespace) end
  return ("%s/%s/%s"):format(prefix, plural, segment(name))
end

--- The first condition of a type.
function kube.condition(object, wanted)
  for _, condition in ipairs(object and object.status and object.status.conditions or {}) do
    if condition.type == wanted then return condition end
  end
  return nil
end

--- Whether what saw the spec of this generation knows its last change; it may not say.
local function is_up_to_date(object, seen)
  local generation = object.metadata and object.metadata.generation
  return not (seen and generation and seen < generation)
end

--- Whether the condition is "True" and not from before the last change of the spec.
function kube.is_true(object, wanted)
  local condition = kube.condition(object, wanted)
  if not condition or condition.status ~= "True" then return false end
  return is_up_to_date(object, condition.observedGeneration)
end

--- As `is_true`, and `status.observedGeneration` counts as well.
function kube.is_current(object, wanted)
  return kube.is_true(object, wanted) and is_up_to_date(object, object.status.observedGeneration)
end

--- `Ready=False (Reason): message`, for the errors of waits.
function kube.describe(object, wanted)
  if not object then return "not found" end
  local condition = kube.condition(object, wanted)
  if not condition then return "no condition " .. wanted end
  local text = ("%s=%s"):format(wanted, tostring(condition.status))
  if condition.reason and condition.reason ~= "" then text = text .. " (" .. condition.reason .. ")" end
  if condition.message and condition.message ~= "" then text = text .. ": " .. condition.message end
  return text
end

--- Polls `fetch()` until the condition is true. `opts`: timeout, interval, `stop(object)` which may
--- return the text of an error that no waiting cures.
function kube.wait(opts, message, fetch, wanted, is_done)
  return poll(opts, message, function()
    local object = fetch()
    if object and (is_done or kube.is_current)(object, wanted) then return true end
    local reason = object and opts.stop and opts.stop(object)
    if reason then error({ stop = reason }) end
    return false, kube.describe(object, wanted)
  end)
end

--- Counts items: `{ [yes], [no], total, [no .. "_names"] }`.
function kube.summary(items, yes, no, is_yes)
  local names = json.array({})
  local out = { [yes] = 0, [no] = 0, total = 0, [no .. "_names"] = names }
  for _, item in ipairs(items or {}) do
    out.total = out.total + 1
    if is_yes(item) then
      out[yes] = out[yes] + 1
    else
      out[no] = out[no] + 1
      names[#names + 1] = item.metadata and item.metadata.name or "unknown"
    end
  end
  return out
end

--- Options of a call from `f(…, timeout)` or `f(…, { timeout = …, interval = … })`.
function kube.wait_options(timeout, opts, default, interval)
  if type(timeout) == "table" then timeout, opts = nil, timeout end
  return rest.copy({ timeout = default, interval = interval }, rest.copy(opts, { timeout = timeout }))
end

return kube
