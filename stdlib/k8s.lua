--- @module assay.k8s
--- @description Kubernetes: objects of every kind, apply, waits, logs, watches.
--
-- Every function takes options at the end. Those of the connection are `base_url`, `token`,
-- `kubeconfig`, `context`, `ca_cert`, `client_cert`, `insecure`, `timeout` and the like; without any
-- the pod's service account or the kubeconfig counts.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local kube = require("assay.internal.kube")
local kinds = require("assay.internal.kube_kinds")
local ready = require("assay.internal.kube_ready")
local watches = require("assay.internal.kube_watch")

local M = {}

local PAGE = 500
local MAX_CONNECTIONS = 32
local PATCH_TYPES = {
  merge = "application/merge-patch+json",
  strategic = "application/strategic-merge-patch+json",
  json = "application/json-patch+json",
  apply = "application/apply-patch+yaml",
}

local Conn = kube.class("k8s")
local connections, count = {}, 0

-- where the kubeconfig or the pod's address comes from
local AMBIENT = { "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECONFIG", "HOME" }

--- The connection that options ask for; one for the same options.
local function connect(opts)
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

local function requests(opts)
  return connect(rest.copy(opts, { _is_request = true }))
end

local function fail(fn, res, path)
  rest.fail(("k8s.%s: HTTP %d %s: %s"):format(fn, res.status, path, res.body))
end

local function decoded(res)
  if res.body == nil or res.body == "" then return nil end
  return json.parse(res.body)
end

local function is_success(status)
  return status >= 200 and status <= 299
end

--- Query parameters that writing requests share.
local function writing(opts)
  return {
    { "fieldManager", opts.field_manager },
    { "dryRun", opts.dry_run and "All" or nil },
    { "fieldValidation", opts.field_validation },
  }
end

local function write(fn, method, path, body, opts, content_type, query)
  opts = opts or {}
  path = rest.with_query(path, query or writing(opts))
  local text = type(body) == "table" and json.encode(body) or body
  local res = requests(opts):_send(method, path, {
    body = text,
    headers = text and { ["Content-Type"] = content_type or "application/json" } or nil,
  })
  if not is_success(res.status) then fail(fn, res, path) end
  return decoded(res)
end

-- Raw verbs

--- GET of any path; exactly 200 succeeds.
function M.get(path, opts)
  local res = requests(opts):_send("GET", path)
  if res.status ~= 200 then fail("get", res, path) end
  return decoded(res)
end

--- POST of a table (as JSON) or a string.
function M.post(path, body, opts)
  return write("post", "POST", path, body, opts, opts and opts.content_type)
end

--- PUT of a table (as JSON) or a string.
function M.put(path, body, opts)
  return write("put", "PUT", path, body, opts, opts and opts.content_type)
end

--- PATCH; `opts.type` is "merge" (default), "strategic", "json" or "apply", or give `content_type`.
function M.patch(path, body, opts)
  opts = opts or {}
  local kind = opts.content_type or PATCH_TYPES[opts.type or "merge"]
  if not kind then
    rest.fail(("k8s.patch: unknown type '%s' (merge, strategic, json, apply)"):format(
      tostring(opts.type)))
  end
  local query
  if kind == PATCH_TYPES.apply then
    query = writing(rest.copy(opts, { field_manager = opts.field_manager or "assay" }))
    query[#query + 1] = { "force", opts.force ~= false }
  end
  return write("patch", "PATCH", path, body, opts, kind, query)
end

--- DELETE; returns the server's answer. `opts`: propagation_policy, grace_period, dry_run,
--- ignore_not_found, preconditions.
function M.delete(path, opts)
  opts = opts or {}
  local body
  if opts.propagation_policy or opts.grace_period or opts.preconditions then
    body = {
      kind = "DeleteOptions",
      apiVersion = "v1",
      propagationPolicy = opts.propagation_policy,
      gracePeriodSeconds = opts.grace_period,
      preconditions = opts.preconditions,
    }
  end
  path = rest.with_query(path, { { "dryRun", opts.dry_run and "All" or nil } })
  local res = requests(opts):_send("DELETE", path, { body = body })
  if res.status == 404 and opts.ignore_not_found then return nil end
  if not is_success(res.status) then fail("delete", res, path) end
  return decoded(res)
end

-- Paths

--- The namespace of calls that name none: the pod's, the context's, or "default".
function M.namespace(opts)
  if opts and opts.namespace then return opts.namespace end
  local ok, conn = pcall(connect, opts)
  if ok and conn.namespace then return conn.namespace end
  local dir = ok and conn.service_account or "/var/run/secrets/kubernetes.io/serviceaccount"
  local read, text = pcall(fs.read, dir .. "/namespace")
  text = read and text:match("^%s*(.-)%s*$") or ""
  return text ~= "" and text or "default"
end

local function find(kind, opts)
  local entry = kinds.known(kind)
  return entry or kinds.find(requests(opts), kind)
end

local function object_path(entry, ns, name, opts)
  if entry.cluster then ns = nil
  elseif ns == nil or ns == "" then ns = M.namespace(opts) end
  return kube.path(entry.prefix, ns, entry.plural, name)
end

local function list_path(entry, ns)
  return kube.path(entry.prefix, not entry.cluster and ns or nil, entry.plural)
end

local function locate(ns, kind, name, opts)
  local entry = find(kind, opts)
  if name == nil or name == "" then
    rest.fail(("k8s: the name of the %s is missing"):format(tostring(kind)))
  end
  return object_path(entry, ns, name, opts), entry
end

local function known(kind)
  local entry, message = kinds.known(kind)
  if not entry then rest.fail(message) end
  return entry
end

--- The path of an object.
function M._resource_path(ns, kind, name)
  return object_path(known(kind), ns, name)
end

--- The path of a list; of all namespaces when `ns` is nil.
function M._list_path(ns, kind)
  return list_path(known(kind), ns)
end

--- Adds a kind that functions may be called with. An empty group is the core group.
function M.register_crd(kind, api_group, version, plural, cluster_scoped)
  kinds.register(kind, api_group, version, plural, cluster_scoped)
end

-- Objects

--- One object. `ns` nil: the namespace of `k8s.namespace()`.
function M.get_resource(ns, kind, name, opts)
  return M.get((locate(ns, kind, name, opts)), opts)
end

--- One object, or nil when there is none.
function M.find(ns, kind, name, opts)
  local path = locate(ns, kind, name, opts)
  local res = requests(opts):_send("GET", path)
  if res.status == 404 then return nil end
  if res.status ~= 200 then fail("get", res, path) end
  return decoded(res)
end

--- One page of a list.
local function page(conn, path, opts, limit, following)
  local fixed = {
    { "labelSelector", opts.label_selector },
    { "fieldSelector", opts.field_selector },
    { "limit", opts.limit },
  }
  local label = rest.with_query(path, fixed)
  fixed[3][2] = limit
  fixed[4] = { "continue", following }
  fixed[5] = { "resourceVersion", not following and opts.resource_version or nil }
  local res = conn:_send("GET", rest.with_query(path, fixed))
  return res, label
end

local function list(conn, path, opts)
  local is_single = opts.limit ~= nil or opts.paginate == false
  local limit = opts.limit or (opts.paginate ~= false and (opts.page_size or PAGE)) or nil
  local all, following
  repeat
    local res, label = page(conn, path, opts, limit, following)
    if res.status == 410 and following then
      -- the pages took too long: either go on from another moment, or begin again in one piece
      local ok, status = pcall(json.parse, res.body)
      local next_token = ok and status.metadata and status.metadata.continue
      if next_token and next_token ~= following then
        following = next_token
      else
        all, following, limit = nil, nil, nil
      end
    else
      if res.status ~= 200 then fail("get", res, label) end
      local part = decoded(res) or fail("get", res, label)
      if all then
        for _, item in ipairs(part.items or {}) do all.items[#all.items + 1] = item end
        all.metadata = part.metadata
      else
        all = part
        if not is_single and all.items == nil then return all end
      end
      following = part.metadata and part.metadata.continue
      if following == "" then following = nil end
    end
  until all and (is_single or not following)
  return all
end

--- The list object (`.items`), all pages of it unless `limit` or `paginate = false` is given.
--- `opts`: label_selector, field_selector, limit, page_size. `ns` nil: all namespaces.
function M.list(ns, kind, opts)
  return list(requests(opts), list_path(find(kind, opts), ns), opts or {})
end

--- Iterates over the objects of a list, page by page: `for pod in k8s.each(ns, "pod") do`.
function M.each(ns, kind, opts)
  opts = opts or {}
  local conn, path = requests(opts), list_path(find(kind, opts), ns)
  local items, i, following, is_last = {}, 0, nil, false
  return function()
    i = i + 1
    while items[i] == nil and not is_last do
      local res, label = page(conn, path, opts, opts.limit or opts.page_size or PAGE, following)
      if res.status ~= 200 then fail("get", res, label) end
      local part = decoded(res)
      items, i = part.items or {}, 1
      following = part.metadata and part.metadata.continue
      is_last = not following or following == ""
    end
    return items[i]
  end
end

--- `body` with the apiVersion and kind of its path, when it is a table without them.
local function typed(entry, body)
  if type(body) ~= "table" or not entry.kind then return body end
  if body.kind and body.apiVersion then return body end
  return rest.copy(body, {
    apiVersion = body.apiVersion or entry.api_version,
    kind = body.kind or entry.kind,
  })
end

--- Creates an object.
function M.create(ns, kind, body, opts)
  local entry = find(kind, opts)
  if not entry.cluster and ns == nil then
    ns = type(body) == "table" and body.metadata and body.metadata.namespace or M.namespace(opts)
  end
  return M.post(list_path(entry, ns), typed(entry, body), opts)
end

--- Replaces an object.
function M.update(ns, kind, name, body, opts)
  local path, entry = locate(ns, kind, name, opts)
  return M.put(path, typed(entry, body), opts)
end

--- Patches an object; see `k8s.patch`.
function M.patch_resource(ns, kind, name, body, opts)
  return M.patch((locate(ns, kind, name, opts)), body, opts)
end

--- Deletes an object; see `k8s.delete`.
function M.delete_resource(ns, kind, name, opts)
  return M.delete((locate(ns, kind, name, opts)), opts)
end

--- Deletes all objects of a kind that match the selectors.
function M.delete_collection(ns, kind, opts)
  opts = opts or {}
  local entry = find(kind, opts)
  if not entry.cluster and ns == nil then ns = M.namespace(opts) end
  return M.delete(rest.with_query(list_path(entry, ns), {
    { "labelSelector", opts.label_selector },
    { "fieldSelector", opts.field_selector },
  }), opts)
end

--- Server-side apply of one object.
local function apply_one(object, opts)
  if type(object) ~= "table" or not object.kind or not object.apiVersion then
    rest.fail("k8s.apply: a manifest needs apiVersion and kind")
  end
  local meta = object.metadata or {}
  if not meta.name then rest.fail("k8s.apply: a manifest needs metadata.name") end
  local conn = requests(opts)
  local entry = kinds.of_manifest(conn, object.apiVersion, object.kind)
  local path = object_path(entry, meta.namespace or opts.namespace, meta.name, opts)
  return M.patch(path, object, rest.copy(opts, { type = "apply" }))
end

--- Server-side apply. `manifest` is an object, a list of objects, a List, or YAML text with any
--- number of them. `opts`: field_manager ("assay"), force (true), namespace, dry_run. Returns the
--- object, or a list when there are several.
function M.apply(manifest, opts)
  opts = opts or {}
  local objects = manifest
  if type(manifest) == "string" then objects = yaml.parse_all(manifest) end
  if type(objects) ~= "table" then rest.fail("k8s.apply: a table or YAML text is expected") end
  if objects.kind == "List" and objects.items then objects = objects.items end
  if objects.kind then return apply_one(objects, opts) end
  local out = {}
  for _, object in ipairs(objects) do
    if object.kind == "List" and object.items then
      for _, item in ipairs(object.items) do out[#out + 1] = apply_one(item, opts) end
    else
      out[#out + 1] = apply_one(object, opts)
    end
  end
  if type(manifest) == "string" and #out == 1 then return out[1] end
  return out
end

--- Server-side apply of a body whose kind and name are given; see `k8s.apply`.
function M.apply_resource(ns, kind, name, body, opts)
  local path, entry = locate(ns, kind, name, opts)
  local object = rest.copy(typed(entry, body))
  object.metadata = rest.copy(object.metadata, { name = name })
  return M.patch(path, object, rest.copy(opts, { type = "apply" }))
end

--- Whether an object exists: 404 is false, other statuses than 200 are errors.
function M.exists(ns, kind, name, opts)
  local path = locate(ns, kind, name, opts)
  local res = requests(opts):_send("GET", path)
  if res.status ~= 200 and res.status ~= 404 then fail("exists", res, path) end
  return res.status == 200
end

--- Whether a namespace exists.
function M.namespace_exists(name, opts)
  return M.exists(nil, "namespace", name, opts)
end

-- Subresources

--- Sets the number of replicas and returns the Scale; without `replicas` it is only read.
function M.scale(ns, kind, name, replicas, opts)
  if type(replicas) == "table" then replicas, opts = nil, replicas end
  local path = locate(ns, kind, name, opts) .. "/scale"
  if replicas == nil then return M.get(path, opts) end
  return M.patch(path, { spec = { replicas = math.tointeger(replicas) } }, opts)
end

--- The object's status.
function M.get_status(ns, kind, name, opts)
  return M.get(locate(ns, kind, name, opts) .. "/status", opts)
end

--- Patches the status of an object; `body` is the object with the changed `status`.
function M.patch_status(ns, kind, name, body, opts)
  return M.patch(locate(ns, kind, name, opts) .. "/status", body, opts)
end

--- Replaces the pods of a deployment, stateful set or daemon set, as `kubectl rollout restart`.
function M.restart(ns, kind, name, opts)
  return M.patch_resource(ns, kind, name, {
    spec = { template = { metadata = { annotations = {
      ["kubectl.kubernetes.io/restartedAt"] = rest.rfc3339(time()),
    } } } },
  }, opts)
end

--- Evicts a pod, which disruption budgets may refuse (429).
function M.evict(ns, pod, opts)
  opts = opts or {}
  ns = ns or M.namespace(opts)
  return M.post(kube.path("/api/v1", ns, "pods", pod) .. "/eviction", {
    apiVersion = "policy/v1",
    kind = "Eviction",
    metadata = { name = pod, namespace = ns },
    deleteOptions = opts.grace_period and { gracePeriodSeconds = opts.grace_period } or nil,
  }, opts)
end

--- A token of a service account. `opts`: audiences, expiration_seconds. Returns the token and when
--- it ends.
function M.create_token(ns, service_account, opts)
  opts = opts or {}
  local path = kube.path("/api/v1", ns or M.namespace(opts), "serviceaccounts", service_account)
  local answer = M.post(path .. "/token", {
    apiVersion = "authentication.k8s.io/v1",
    kind = "TokenRequest",
    spec = { audiences = opts.audiences, expirationSeconds = opts.expiration_seconds },
  }, opts)
  local status = answer and answer.status or {}
  return status.token, status.expirationTimestamp
end

--- Whether the caller may do `verb`; the second result is the server's reason. `opts`: name,
--- subresource.
function M.can_i(verb, ns, kind, opts)
  opts = opts or {}
  local entry = find(kind, opts)
  local answer = M.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion = "authorization.k8s.io/v1",
    kind = "SelfSubjectAccessReview",
    spec = { resourceAttributes = {
      verb = verb,
      namespace = not entry.cluster and ns or nil,
      group = entry.prefix:match("^/apis/([^/]+)/") or "",
      version = entry.api_version:match("([^/]+)$"),
      resource = entry.plural,
      subresource = opts.subresource,
      name = opts.name,
    } },
  }, opts)
  local status = answer and answer.status or {}
  return status.allowed == true, status.reason
end

-- Readers

--- The pods of a namespace; see `k8s.list`.
function M.list_pods(ns, opts)
  return M.list(ns, "pod", opts)
end

--- The events of a namespace; see `k8s.list`.
function M.list_events(ns, opts)
  return M.list(ns, "event", opts)
end

--- The events about one object; `kind` as the API writes it, such as "Pod".
function M.events_for(ns, kind, name, opts)
  local selector = ("involvedObject.kind=%s,involvedObject.name=%s"):format(kind, name)
  local more = opts and opts.field_selector
  return M.list(ns, "event", rest.copy(opts, {
    field_selector = more and selector .. "," .. more or selector,
  }))
end

--- The values of a secret, decoded.
function M.get_secret(ns, name, opts)
  local out = {}
  for key, value in pairs(M.get_resource(ns, "secret", name, opts).data or {}) do
    out[key] = base64.decode(value)
  end
  return out
end

--- The values of a config map; those of `binaryData` are decoded.
function M.get_configmap(ns, name, opts)
  local object = M.get_resource(ns, "configmap", name, opts)
  local out = object.data or {}
  for key, value in pairs(object.binaryData or {}) do out[key] = base64.decode(value) end
  return out
end

--- The EndpointSlices of a service.
function M.endpoint_slices(ns, service, opts)
  return M.list(ns, "endpointslice", rest.copy(opts, {
    label_selector = "kubernetes.io/service-name=" .. service,
  }))
end

--- The addresses of a service that are ready. From Endpoints, or from EndpointSlices when
--- `opts.slices` is true or the server has no such Endpoints.
function M.service_endpoints(ns, name, opts)
  local addresses = json.array({})
  local object = not (opts and opts.slices) and M.find(ns, "endpoints", name, opts)
  if object then
    for _, subset in ipairs(object.subsets or {}) do
      for _, address in ipairs(subset.addresses or {}) do
        addresses[#addresses + 1] = address.ip
      end
    end
    return addresses
  end
  local ok, slices = pcall(M.endpoint_slices, ns or M.namespace(opts), name, opts)
  if not ok or #(slices.items or {}) == 0 then
    if opts and opts.slices then
      if not ok then error(slices, 0) end
      return addresses
    end
    -- raises the 404
    M.get_resource(ns, "endpoints", name, opts)
  end
  for _, slice in ipairs(ok and slices.items or {}) do
    for _, endpoint in ipairs(slice.endpoints or {}) do
      -- nil is to be read as true
      if (endpoint.conditions or {}).ready ~= false then
        for _, address in ipairs(endpoint.addresses or {}) do addresses[#addresses + 1] = address end
      end
    end
  end
  return addresses
end

local function logs_request(ns, pod, opts)
  return kube.path("/api/v1", ns or M.namespace(opts), "pods", pod) .. "/log", {
    { "tailLines", opts.tail },
    { "container", opts.container },
    { "previous", opts.previous and true or nil },
    { "sinceSeconds", opts.since },
    { "sinceTime", opts.since_time },
    { "timestamps", opts.timestamps and true or nil },
    { "limitBytes", opts.limit_bytes },
  }
end

--- The log of a pod. `opts`: tail, container, previous, since (seconds), since_time, timestamps,
--- limit_bytes.
function M.logs(ns, pod, opts)
  local path, query = logs_request(ns, pod, opts or {})
  path = rest.with_query(path, query)
  local res = requests(opts):_send("GET", path)
  -- a pod that has no node yet
  if res.status == 204 then return "" end
  if res.status ~= 200 then fail("logs", res, path) end
  return res.body
end

--- Iterates over the lines of a log as they are written: `for line in k8s.follow_logs(ns, pod) do`.
--- Takes the options of `logs`, and `timeout` in seconds.
function M.follow_logs(ns, pod, opts)
  opts = opts or {}
  local path, query = logs_request(ns, pod, opts)
  query[#query + 1] = { "follow", true }
  local conn = connect(opts)
  return watches.iterate(function(emit)
    local deadline = opts.timeout and time() + opts.timeout
    local ok, res = pcall(conn._lines, conn, path, query, emit, { timeout = opts.timeout })
    if not ok then
      if deadline and time() >= deadline - 0.05 then return end
      error(res, 0)
    end
    if res.status ~= 200 then fail("follow_logs", res, path) end
  end)
end

--- How many pods are in which phase: running, pending, succeeded, failed, unknown, total.
function M.pod_status(ns, opts)
  local out = { running = 0, pending = 0, succeeded = 0, failed = 0, unknown = 0, total = 0 }
  for _, pod in ipairs(M.list(ns, "pod", opts).items or {}) do
    local phase = (pod.status and pod.status.phase or "unknown"):lower()
    if phase == "total" or out[phase] == nil then phase = "unknown" end
    out[phase] = out[phase] + 1
    out.total = out.total + 1
  end
  return out
end

--- How far a rollout is: desired, updated, ready, available, unavailable, complete. `opts.kind` is
--- "deployment" unless it is "statefulset" or "daemonset".
function M.rollout_status(ns, name, opts)
  local kind = opts and opts.kind or "deployment"
  return ready.rollout(M.get_resource(ns, kind, name, opts), find(kind, opts).plural)
end

--- Nodes as { name, ready, roles, capacity, allocatable }.
function M.node_status(opts)
  local out = json.array({})
  for _, node in ipairs(M.list(nil, "node", opts).items or {}) do
    local roles = json.array({})
    for label in pairs(node.metadata.labels or {}) do
      local role = label:match("^node%-role%.kubernetes%.io/(.+)$")
      if role then roles[#roles + 1] = role end
    end
    table.sort(roles)
    local status = node.status or {}
    out[#out + 1] = {
      name = node.metadata.name,
      ready = (ready.is_ready(node, "nodes")),
      roles = roles,
      capacity = status.capacity or {},
      allocatable = status.allocatable or {},
    }
  end
  return out
end

-- Waits

--- Whether an object is ready, by the rules of its kind; the second result says what its status is.
function M.is_ready(ns, kind, name, opts)
  local entry = find(kind, opts)
  return ready.is_ready(M.get_resource(ns, kind, name, opts), entry.plural)
end

--- The options of a wait's requests: its timeout is not theirs.
local function without_timeout(opts)
  opts = rest.copy(opts)
  opts.timeout = nil
  return opts
end

--- Polls, with the deadline and interval of `o`.
local function wait(o, message, attempt)
  local stop
  rest.wait(o, message, function()
    local ok, done, seen = pcall(attempt)
    if ok then
      if type(done) == "string" then
        stop = done
        return true
      end
      return done, seen
    end
    return false, tostring(done)
  end)
  if stop then rest.fail(stop) end
  return true
end

--- Waits until an object is ready. `opts`: interval (2 s). A job that failed is an error at once;
--- everything else is tried again until `timeout_secs` (60) have passed.
function M.wait_ready(ns, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 60, 2)
  opts = without_timeout(opts)
  local message = ("k8s.wait_ready: %s/%s not ready"):format(tostring(kind), tostring(name))
  return wait(o, message, function()
    local entry = find(kind, opts)
    local object = M.get_resource(ns, kind, name, opts)
    if entry.plural == "jobs" then
      local failure = ready.job_failure(object)
      if failure then return message .. ": " .. failure end
    end
    return ready.is_ready(object, entry.plural)
  end)
end

--- The value at a dotted path such as "status.phase" or "spec.containers.1.image".
local function field_of(object, path)
  local v = object
  for part in path:gmatch("[^.]+") do
    if type(v) ~= "table" then return nil end
    local by_name = v[part]
    if by_name == nil then by_name = v[tonumber(part)] end
    v = by_name
  end
  return v
end

--- What `k8s.wait_for` waits for: a test of the object (nil when there is none), and its name.
local function goal_of(o)
  if o.deleted then
    return function(object) return object == nil, "still there" end, "deleted"
  end
  if o.test then
    return function(object) return object ~= nil and o.test(object), "test is false" end, "as wanted"
  end
  if o.field then
    return function(object)
      local v = object and field_of(object, o.field)
      if o.value == nil then return v ~= nil, o.field .. " is nil" end
      return v == o.value, ("%s is %s"):format(o.field, tostring(v))
    end, o.value == nil and o.field or ("%s=%s"):format(o.field, tostring(o.value))
  end
  local condition, status = o.condition or "Ready", o.status or "True"
  return function(object)
    if not object then return false, "not found" end
    local found = kube.condition(object, condition)
    local is_met = found ~= nil and found.status == status
    local seen, generation = found and found.observedGeneration, (object.metadata or {}).generation
    if seen and generation and seen < generation then is_met = false end
    return is_met, kube.describe(object, condition)
  end, condition .. (status == "True" and "" or "=" .. status)
end

--- Waits for a condition (`opts.condition`, "Ready"; `opts.status`, "True"), for a field
--- (`opts.field`, `opts.value`), for `opts.test(object)`, or with `opts.deleted` until the object is
--- gone. `opts`: timeout (60), interval (2). Returns the object.
function M.wait_for(ns, kind, name, opts)
  local o = kube.wait_options(nil, opts, 60, 2)
  opts = without_timeout(opts)
  local goal, what = goal_of(o)
  local message = ("k8s.wait_for: %s/%s not %s"):format(tostring(kind), tostring(name), what)
  local last
  wait(o, message, function()
    local entry = find(kind, opts)
    last = M.find(ns, kind, name, opts)
    local done, seen = goal(last)
    if not done and last and entry.plural == "jobs" and not o.deleted and o.condition ~= "Failed" then
      local failure = ready.job_failure(last)
      if failure then return message .. ": " .. failure end
    end
    return done and true or false, seen
  end)
  return last
end

--- Waits until a job has completed; one that failed is an error at once. Returns the job.
function M.wait_job(ns, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 2)
  o.condition, o.status, o.field, o.test, o.deleted = "Complete", nil, nil, nil, nil
  return M.wait_for(ns, "job", name, o)
end

--- Waits until an object is gone.
function M.wait_deleted(ns, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 60, 2)
  o.deleted = true
  M.wait_for(ns, kind, name, o)
  return true
end

--- Waits until the rollout of a deployment, stateful set or daemon set is complete; returns the
--- status. A deployment beyond its progress deadline is an error at once.
function M.wait_rollout(ns, kind, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 2)
  opts = without_timeout(opts)
  local message = ("k8s.wait_rollout: %s/%s not complete"):format(tostring(kind), tostring(name))
  local status
  wait(o, message, function()
    local entry = find(kind, opts)
    local object = M.get_resource(ns, kind, name, opts)
    status = ready.rollout(object, entry.plural)
    if status.complete then return true end
    local failure = ready.rollout_failure(object)
    if failure then return message .. ": " .. failure end
    return false, ("%d of %d updated, %d ready"):format(status.updated, status.desired, status.ready)
  end)
  return status
end

-- Watches

--- Iterates over changes: `for ev in k8s.watch { kind = "pod", namespace = ns } do`, or
--- `k8s.watch(ns, kind, opts)`. An event has `type` ("ADDED", "MODIFIED", "DELETED") and `object`.
--- Objects that are there already come as ADDED first, unless `initial = false` or
--- `resource_version` is given. Options: name, label_selector, field_selector, timeout (seconds; for
--- ever without it), bookmarks. The watch goes on after disconnections without losing events.
function M.watch(ns, kind, opts)
  local o
  if type(ns) == "table" then o = rest.copy(ns)
  else o = rest.copy(opts, { namespace = ns, kind = kind }) end
  if o.name then
    local by_name = "metadata.name=" .. o.name
    o.field_selector = o.field_selector and o.field_selector .. "," .. by_name or by_name
  end
  local conn = connect(o)
  local path = list_path(find(o.kind, o), o.namespace)
  return watches.iterate(function(emit)
    watches.run(conn, path, o, function()
      return list(conn, path, { label_selector = o.label_selector, field_selector = o.field_selector })
    end, emit)
  end)
end

-- The server

--- The server's version.
function M.version(opts)
  return M.get("/version", opts)
end

local function check(path, opts)
  local ok, res = pcall(function() return requests(opts):_send("GET", path) end)
  if not ok then return false, tostring(res) end
  return res.status == 200, res.body
end

--- Whether the API server is ready; the second result is its answer.
function M.readyz(opts)
  return check("/readyz", opts)
end

--- Whether the API server is alive; the second result is its answer.
function M.livez(opts)
  return check("/livez", opts)
end

--- All kinds that the server has, as { kind, plural, api_version, namespaced, short }.
function M.api_resources(opts)
  local out = json.array({})
  for _, r in ipairs(kinds.discover(requests(opts))) do
    out[#out + 1] = {
      kind = r.kind,
      plural = r.plural,
      api_version = r.api_version,
      namespaced = not r.cluster,
      short = r.short,
    }
  end
  return out
end

return M
