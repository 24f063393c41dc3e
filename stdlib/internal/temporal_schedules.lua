--- @module assay.internal.temporal_schedules
--- @description Schedules and batch operations of `assay.temporal`.

local rest = require("assay.internal.client")
local api = require("assay.internal.temporal_api")

local Client = {}

local function schedule_path(self, opts, id)
  return api.path(self, opts, "/schedules/" .. rest.escape(id))
end

--- Schedules (`.schedules`). `opts`: maximum_page_size, query.
function Client:schedules(opts)
  opts = opts or {}
  local query = { { "maximumPageSize", opts.maximum_page_size }, { "query", opts.query } }
  return api.pages(self, api.path(self, opts, "/schedules"), query, opts, "schedules")
end

--- A schedule.
function Client:schedule(id, opts)
  return api.get(self, schedule_path(self, opts, id))
end

-- The schedule with `{ name = … }` where its action has names only.
local function with_action(schedule)
  if type(schedule) ~= "table" then
    rest.fail("temporal: the schedule must be a table, got " .. type(schedule))
  end
  local start = schedule.action and schedule.action.startWorkflow
  if not start then return schedule end
  return rest.copy(schedule, {
    action = rest.copy(schedule.action, { startWorkflow = api.named(start) }),
  })
end

--- Creates a schedule: `schedule` is `{ spec, action, policies, state }` as in Temporal's API.
--- `opts`: memo, search_attributes, initial_patch, request_id.
function Client:create_schedule(id, schedule, opts)
  opts = opts or {}
  return api.post(self, schedule_path(self, opts, id), {
    schedule = with_action(schedule),
    memo = opts.memo,
    searchAttributes = opts.search_attributes,
    initialPatch = opts.initial_patch,
    identity = opts.identity,
    -- the server wants one
    requestId = opts.request_id or crypto.uuid(),
  })
end

--- Replaces a schedule; `opts.conflict_token` of `schedule` refuses when it has changed since.
function Client:update_schedule(id, schedule, opts)
  opts = opts or {}
  return api.post(self, schedule_path(self, opts, id) .. "/update", {
    schedule = with_action(schedule),
    conflictToken = opts.conflict_token,
    identity = opts.identity,
    requestId = opts.request_id,
  })
end

local function patch(self, id, change, opts)
  return api.post(self, schedule_path(self, opts, id) .. "/patch", {
    patch = change,
    identity = opts and opts.identity,
    requestId = opts and opts.request_id,
  })
end

--- Pauses a schedule, with a note.
function Client:pause_schedule(id, note, opts)
  -- an empty note would not pause it
  return patch(self, id, { pause = note or "paused" }, opts)
end

--- Lets a paused schedule go on, with a note.
function Client:unpause_schedule(id, note, opts)
  return patch(self, id, { unpause = note or "unpaused" }, opts)
end

--- Runs a schedule's action now; `opts.overlap_policy`, e.g. SCHEDULE_OVERLAP_POLICY_ALLOW_ALL.
function Client:trigger_schedule(id, opts)
  local trigger = { overlapPolicy = opts and opts.overlap_policy }
  return patch(self, id, { triggerImmediately = rest.object(trigger) }, opts)
end

--- Runs the actions that a schedule would have had between two times (RFC 3339);
--- `opts.overlap_policy`.
function Client:backfill_schedule(id, start_time, end_time, opts)
  return patch(self, id, { backfillRequest = { {
    startTime = start_time,
    endTime = end_time,
    overlapPolicy = opts and opts.overlap_policy,
  } } }, opts)
end

--- When a schedule's actions are due between two times (RFC 3339): a list of times.
function Client:schedule_times(id, start_time, end_time, opts)
  local path = schedule_path(self, opts, id) .. "/matching-times"
  local answer = api.get(self, path, { { "startTime", start_time }, { "endTime", end_time } })
  return answer.startTime or json.array({})
end

--- Deletes a schedule.
function Client:delete_schedule(id, opts)
  local query = { identity = opts and opts.identity }
  self:_delete(rest.with_query(schedule_path(self, opts, id), query), { ok = 200 })
end

-- Batch operations

local function batch_path(self, opts, job_id)
  return api.path(self, opts, "/batch-operations/" .. rest.escape(job_id))
end

--- Starts an operation on many workflows: `request` has `visibilityQuery` (or `executions`), `reason`
--- and one of `terminationOperation`, `cancellationOperation`, `signalOperation`, … (`{}` at least).
function Client:start_batch(job_id, request, opts)
  request = rest.copy(request)
  for name, value in pairs(request) do
    if name:find("Operation$") then request[name] = rest.object(value) end
  end
  return api.post(self, batch_path(self, opts, job_id), request)
end

--- A batch operation and how far it is.
function Client:batch_operation(job_id, opts)
  return api.get(self, batch_path(self, opts, job_id))
end

--- The batch operations (`.operationInfo`).
function Client:batch_operations(opts)
  opts = opts or {}
  local query = { { "pageSize", opts.page_size } }
  return api.pages(self, api.path(self, opts, "/batch-operations"), query, opts, "operationInfo")
end

--- Stops a batch operation.
function Client:stop_batch(job_id, reason, opts)
  return api.post(self, batch_path(self, opts, job_id) .. "/stop", {
    reason = reason or "stopped", identity = opts and opts.identity,
  })
end

return Client
