--- @module assay.temporal
--- @description Temporal: workflows, schedules, task queues, over the HTTP API.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local poll = require("assay.internal.poll")

local STATUS = "WORKFLOW_EXECUTION_STATUS_"
local GOING_ON = { [STATUS .. "RUNNING"] = true, [STATUS .. "PAUSED"] = true }

local M, Client = {}, rest.class("temporal")

--- `client(url, opts)`; `opts`: namespace ("default"), api_key.
function M.client(...)
  local client = Client:new(rest.options({ "url" }, ...))
  client.default_ns = client.default_ns or client.namespace_name or rawget(client, "namespace")
    or "default"
  -- the name is that of a method
  rawset(client, "namespace", nil)
  return client
end

function Client:_headers()
  return {
    ["Content-Type"] = "application/json",
    Authorization = self.api_key and "Bearer " .. self.api_key or nil,
  }
end

local function path_of(self, opts, rest_of)
  return "/api/v1/namespaces/" .. segment(opts and opts.namespace or self.default_ns) .. rest_of
end

local function workflow_path(self, opts, id)
  return path_of(self, opts, "/workflows/" .. rest.escape(id))
end

local function get(self, path, query)
  return (self:_get(rest.with_query(path, query or {}), { ok = 200 }))
end

local function post(self, path, body, query)
  return (self:_post(rest.with_query(path, query or {}), rest.object(body), { ok = 200 }))
end

--- All pages as one answer, whose list is `field`, unless a page is asked for.
local function pages(self, path, query, opts, field)
  opts = opts or {}
  local is_single = opts.page_size ~= nil or opts.maximum_page_size ~= nil
  if opts.all ~= nil then is_single = not opts.all end
  if opts.next_page_token then is_single = opts.all ~= true end
  local all
  local token = opts.next_page_token
  repeat
    query[#query + 1] = { "nextPageToken", token }
    local page = get(self, path, query)
    if token then query[#query] = nil end
    if not all then
      all = page
    else
      -- the server leaves empty lists out
      local into, from, name = all, page, field
      if field == "history" then
        all.history = all.history or {}
        into, from, name = all.history, page.history or {}, "events"
      end
      into[name] = into[name] or json.array({})
      for _, item in ipairs(from[name] or {}) do into[name][#into[name] + 1] = item end
      all.nextPageToken = page.nextPageToken
    end
    token = page and page.nextPageToken
    if token == "" then token = nil end
  until is_single or not token
  return all
end

--- Whether the server is healthy. Servers without `/health` are asked for their system info.
function Client:health()
  local ok, res = pcall(self._send, self, "GET", "/health", { anonymous = true })
  if not ok then return false, tostring(res) end
  if res.status == 404 then
    ok, res = pcall(self._send, self, "GET", "/api/v1/system-info")
    if not ok then return false, tostring(res) end
  end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
end

--- The server's version and capabilities.
function Client:system_info() return get(self, "/api/v1/system-info") end

--- The namespaces (`.namespaces`).
function Client:namespaces(opts)
  return pages(self, "/api/v1/namespaces", { { "pageSize", opts and opts.page_size } }, opts, "namespaces")
end

--- A namespace.
function Client:namespace(name) return get(self, "/api/v1/namespaces/" .. segment(name)) end

--- Workflows (`.executions`), all pages unless `page_size` is given. `opts` of all functions:
--- namespace; of lists: page_size, next_page_token, all. Here: query.
function Client:workflows(opts)
  opts = opts or {}
  local query = { { "query", opts.query }, { "pageSize", opts.page_size } }
  return pages(self, path_of(self, opts, "/workflows"), query, opts, "executions")
end

--- Workflows that fit a query, such as `WorkflowType='Order'`.
function Client:search(query, opts)
  return self:workflows(rest.copy(opts, { query = query }))
end

--- How many workflows fit a query.
function Client:count(query, opts)
  local answer = get(self, path_of(self, opts, "/workflow-count"), { { "query", query } })
  return math.tointeger(tonumber(answer and answer.count or 0)) or 0
end

-- the server's name of the parameter, and the one that proxies in front of it may know
local function run_query(run_id)
  return { { "execution.runId", run_id }, { "runId", run_id } }
end

--- A workflow (`.workflowExecutionInfo`), its latest run unless `run_id` is given.
function Client:workflow(id, run_id, opts)
  return get(self, workflow_path(self, opts, id), run_query(run_id))
end

--- A workflow, or nil when there is none.
function Client:find_workflow(id, run_id, opts)
  local path = rest.with_query(workflow_path(self, opts, id), run_query(run_id))
  return (self:_get(path, { ok = 200, missing = true }))
end

--- The history of a workflow (`.history.events`).
function Client:workflow_history(id, run_id, opts)
  local query = run_query(run_id)
  query[3] = { "maximumPageSize", opts and opts.maximum_page_size }
  return pages(self, workflow_path(self, opts, id) .. "/history", query, opts, "history")
end

--- An action on a workflow. The run is part of the body; the query is for older proxies.
local function act(self, id, action, body, opts)
  local run_id = opts and opts.run_id
  body = rest.copy(body, {
    workflowExecution = run_id and { workflowId = id, runId = run_id } or nil,
    identity = opts and opts.identity,
    requestId = opts and opts.request_id,
  })
  return post(self, workflow_path(self, opts, id) .. action, body, { { "runId", run_id } })
end

--- Sends a signal; `input` is a list of arguments. `opts`: run_id, named (true: the signal's name in
--- the path, as the server itself has it; without it that is tried after a 404 or 405).
function Client:signal_workflow(id, signal_name, input, opts)
  local body = { signalName = signal_name, input = input or nil }
  local named = "/signal/" .. rest.escape(signal_name)
  if opts and opts.named then return act(self, id, named, body, opts) end
  local ok, answer = pcall(act, self, id, "/signal", body, opts)
  if ok then return answer end
  local status = tostring(answer):match(" HTTP (%d%d%d): ")
  if status == "404" or status == "405" or status == "501" then
    local done, second = pcall(act, self, id, named, body, opts)
    if done then return second end
  end
  error(answer, 0)
end

--- Ends a workflow at once.
function Client:terminate_workflow(id, reason, opts)
  return act(self, id, "/terminate", { reason = reason }, opts)
end

--- Asks a workflow to end.
function Client:cancel_workflow(id, opts) return act(self, id, "/cancel", {}, opts) end

--- Starts a workflow. `request` as in Temporal's API: workflowType, taskQueue (names are enough),
--- input, timeouts.
function Client:start_workflow(id, request, opts)
  request = rest.copy(request)
  for _, key in ipairs { "workflowType", "taskQueue" } do
    if type(request[key]) == "string" then request[key] = { name = request[key] } end
  end
  return post(self, workflow_path(self, opts, id), request)
end

--- Asks a workflow by a query; `args` is a list. `opts`: run_id.
function Client:query_workflow(id, query_type, args, opts)
  local path = workflow_path(self, opts, id) .. "/query/" .. rest.escape(query_type)
  local run_id = opts and opts.run_id
  return post(self, path, {
    query = { queryType = query_type, queryArgs = args },
    execution = run_id and { workflowId = id, runId = run_id } or nil,
  })
end

--- Pollers and state of a task queue. `opts`: task_queue_type, e.g. TASK_QUEUE_TYPE_ACTIVITY.
function Client:task_queue(name, opts)
  return get(self, path_of(self, opts, "/task-queues/" .. rest.escape(name)),
    { { "taskQueueType", opts and opts.task_queue_type } })
end

--- Schedules (`.schedules`). `opts`: maximum_page_size, query.
function Client:schedules(opts)
  opts = opts or {}
  local query = { { "maximumPageSize", opts.maximum_page_size }, { "query", opts.query } }
  return pages(self, path_of(self, opts, "/schedules"), query, opts, "schedules")
end

--- A schedule.
function Client:schedule(id, opts)
  return get(self, path_of(self, opts, "/schedules/" .. rest.escape(id)))
end

--- Whether a workflow runs.
function Client:is_workflow_running(id, opts)
  local info = self:workflow(id, opts and opts.run_id, opts).workflowExecutionInfo
  return info ~= nil and info.status == STATUS .. "RUNNING"
end

--- Waits until a workflow has ended and returns its description. `opts`: run_id, interval (5 s),
--- raise (true: an outcome other than COMPLETED is an error).
function Client:wait_workflow_complete(id, timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 300, interval = 5, tolerate = "5xx" }, opts)
  local message = ("temporal: timeout waiting for workflow %s to complete"):format(id)
  local found
  local status
  poll(o, message, function()
    found = self:workflow(id, o.run_id, opts)
    status = (found.workflowExecutionInfo or {}).status
    return status ~= nil and not GOING_ON[status], status
  end)
  if o.raise and status ~= STATUS .. "COMPLETED" then
    rest.fail(("temporal: workflow %s ended with %s"):format(id, status))
  end
  return found
end

return M
