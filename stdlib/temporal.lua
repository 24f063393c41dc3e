--- @module assay.temporal
--- @description Temporal: workflows, schedules, task queues, over the HTTP API.

local rest = require("assay.internal.client")
local api = require("assay.internal.temporal_api")
local poll = require("assay.internal.poll")

local STATUS = "WORKFLOW_EXECUTION_STATUS_"
local GOING_ON = { [STATUS .. "RUNNING"] = true, [STATUS .. "PAUSED"] = true }

local M, Client = {}, rest.class("temporal", { "namespace", "default_ns", "api_key" })

rest.include(Client, require("assay.internal.temporal_namespaces"))
rest.include(Client, require("assay.internal.temporal_schedules"))

--- `client(url, opts)`; `opts`: namespace ("default"), api_key.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

function Client:_complete(client)
  client.default_ns = client.default_ns or client.namespace_name or client.namespace or "default"
  -- the name is that of a method
  client.namespace = nil
end

function Client:_headers()
  return {
    ["Content-Type"] = "application/json",
    Authorization = self.api_key and "Bearer " .. self.api_key or nil,
  }
end

local fail = Client._fail

--- Raises the error of a response.
function Client:_fail(method, path, res, o)
  if res.status == 404 and path:find("%2F", 1, true) and api.has_no_route(res.body) then
    rest.fail(("%s HTTP 404: %s (Temporal's HTTP API finds no names with a slash)"):format(
      self:_label(method, path, o), res.body))
  end
  return fail(self, method, path, res, o)
end

local get, post, pages, workflow_path = api.get, api.post, api.pages, api.workflow

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

--- The cluster's name, version and limits.
function Client:cluster_info() return get(self, "/api/v1/cluster-info") end

--- Workflows (`.executions`), all pages unless `page_size` is given. `opts` of all functions:
--- namespace; of lists: page_size, next_page_token, all. Here: query.
function Client:workflows(opts)
  opts = opts or {}
  local query = { { "query", opts.query }, { "pageSize", opts.page_size } }
  return pages(self, api.path(self, opts, "/workflows"), query, opts, "executions")
end

--- Workflows that fit a query, such as `WorkflowType='Order'`.
function Client:search(query, opts)
  return self:workflows(rest.copy(opts, { query = query }))
end

--- How many workflows fit a query.
function Client:count(query, opts)
  local answer = get(self, api.path(self, opts, "/workflow-count"), { { "query", query } })
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
  local found, res = self:_get(path, { ok = 200, missing = true })
  -- which says nothing about the workflow
  if not found and tostring(id):find("/", 1, true) and api.has_no_route(res.body) then
    self:_fail("GET", path, res)
  end
  return found
end

--- The history of a workflow (`.history.events`). `opts`: maximum_page_size, reverse (true: the last
--- event first).
function Client:workflow_history(id, run_id, opts)
  local query = run_query(run_id)
  query[3] = { "maximumPageSize", opts and opts.maximum_page_size }
  local path = workflow_path(self, opts, id)
  path = path .. (opts and opts.reverse and "/history-reverse" or "/history")
  return pages(self, path, query, opts, "history")
end

-- The attributes of the event that closed a run, and what kind it was.
local function closing(event)
  for name, attributes in pairs(event or {}) do
    local kind = tostring(name):match("^workflowExecution(%u%a+)EventAttributes$")
    if kind then return attributes, kind end
  end
  return nil
end

--- What a workflow that has ended returned: a list of values (`json.null` for none). A run that did
--- not complete is an error, with the failure's message.
function Client:workflow_result(id, run_id, opts)
  local query = run_query(run_id)
  query[3] = { "historyEventFilterType", "HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT" }
  local path = workflow_path(self, opts, id) .. "/history"
  local history = pages(self, path, query, rest.copy(opts, { all = true }), "history").history or {}
  local event = history.events and history.events[#history.events]
  local attributes, kind = closing(event)
  if not attributes or kind == "Started" then
    rest.fail(("temporal: workflow %s has not ended"):format(id))
  end
  if kind ~= "Completed" then
    local failure = attributes.failure and attributes.failure.message or attributes.reason
    rest.fail(("temporal: workflow %s: %s%s"):format(id, kind, failure and ": " .. failure or ""))
  end
  local result = attributes.result or json.array({})
  local values = json.array({})
  for i, payload in ipairs(result.payloads or result) do values[i] = api.value(payload) end
  return values
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
  local body = { signalName = signal_name, input = api.arguments(input) }
  local named = "/signal/" .. rest.escape(signal_name)
  if opts and opts.named then return act(self, id, named, body, opts) end
  local ok, answer = pcall(act, self, id, "/signal", body, opts)
  if ok then return answer end
  local status = tostring(answer):match(" HTTP (%d%d%d): ")
  if status == "404" or status == "405" or status == "501" then
    local done, second = pcall(act, self, id, named, body, opts)
    if done then return second end
    -- the server itself has the second path only
    if api.has_no_route(answer) then answer = second end
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
  return post(self, workflow_path(self, opts, id), api.named(request))
end

--- Sends a signal, and starts the workflow first when it does not run. `signal_input` is a list of
--- arguments, `request` as for `start_workflow`.
function Client:signal_with_start(id, signal_name, signal_input, request, opts)
  local path = workflow_path(self, opts, id) .. "/signal-with-start/" .. rest.escape(signal_name)
  return post(self, path, rest.copy(api.named(request), { signalInput = api.arguments(signal_input) }))
end

--- Asks a workflow by a query; `args` is a list. `opts`: run_id.
function Client:query_workflow(id, query_type, args, opts)
  local path = workflow_path(self, opts, id) .. "/query/" .. rest.escape(query_type)
  local run_id = opts and opts.run_id
  return post(self, path, {
    query = { queryType = query_type, queryArgs = api.arguments(args) },
    execution = run_id and { workflowId = id, runId = run_id } or nil,
  })
end

--- Sends an update and waits for its outcome (`.outcome.success` or `.outcome.failure`); `args` is a
--- list. `opts`: run_id, update_id, stage (the lifecycle stage to wait for, "COMPLETED"; "ACCEPTED"
--- returns sooner).
function Client:update_workflow(id, update_name, args, opts)
  opts = opts or {}
  local path = workflow_path(self, opts, id) .. "/update/" .. rest.escape(update_name)
  local stage = "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_" .. (opts.stage or "COMPLETED")
  return post(self, path, {
    workflowExecution = opts.run_id and { workflowId = id, runId = opts.run_id } or nil,
    waitPolicy = { lifecycleStage = stage },
    request = {
      meta = { updateId = opts.update_id or crypto.uuid(), identity = opts.identity },
      input = { name = update_name, args = api.arguments(args) },
    },
  })
end

--- The id of the last workflow task that was completed, or of the first one.
local function task_event(self, id, run_id, opts, is_first)
  local page
  repeat
    page = self:workflow_history(id, run_id, rest.copy(opts, {
      reverse = not is_first, all = false, next_page_token = page and page.nextPageToken,
    }))
    for _, event in ipairs(page.history and page.history.events or {}) do
      if tostring(event.eventType):find("WORKFLOW_TASK_COMPLETED$") then return event.eventId end
    end
  until (page.nextPageToken or "") == ""
  rest.fail(("temporal: workflow %s has completed no task to go back to"):format(id))
end

--- Ends a run and starts a new one (`.runId`) that has its history up to an event. `opts`: event_id,
--- otherwise the last workflow task that was completed, with `first` the first one; run_id, and what
--- the API has, such as reset_reapply_type.
function Client:reset_workflow(id, reason, opts)
  opts = opts or {}
  local event = opts.event_id
  if not event then
    event = task_event(self, id, opts.run_id, { namespace = opts.namespace }, opts.first)
  end
  -- the server wants a request id
  return act(self, id, "/reset", {
    workflowExecution = { workflowId = id },
    reason = reason,
    workflowTaskFinishEventId = rest.text(event),
    resetReapplyType = opts.reset_reapply_type,
  }, rest.copy(opts, { request_id = opts.request_id or crypto.uuid() }))
end

--- Archived workflows (`.executions`). `opts`: query, page_size.
function Client:archived_workflows(opts)
  opts = opts or {}
  local query = { { "query", opts.query }, { "pageSize", opts.page_size } }
  return pages(self, api.path(self, opts, "/archived-workflows"), query, opts, "executions")
end

--- Pollers and state of a task queue. `opts`: task_queue_type, e.g. TASK_QUEUE_TYPE_ACTIVITY.
function Client:task_queue(name, opts)
  return get(self, api.path(self, opts, "/task-queues/" .. rest.escape(name)),
    { { "taskQueueType", opts and opts.task_queue_type } })
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

return rest.guard(M, "temporal")
