--- @module assay.kargo
--- @description Kargo: stages, freight, promotions and warehouses.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local poll = require("assay.internal.poll")
local kube_manifest = require("assay.internal.kube_manifest")

local VERSION = "kargo.akuity.io/v1alpha1"
local PREFIX = "/apis/" .. VERSION
local STAGE_LABEL = "kargo.akuity.io/stage"
local WAREHOUSE_LABEL = "kargo.akuity.io/warehouse"
local TERMINAL = { Succeeded = true, Failed = true, Errored = true, Aborted = true }

local M, Client = {}, kube.class("kargo")

--- `client(url, token, opts)` or `client(opts)`; without a URL that of the pod or the kubeconfig.
function M.client(...)
  return Client:new(rest.options({ "url", "token" }, ...))
end

local function list(self, namespace, plural, opts)
  local found = self:_listing(kube.path(PREFIX, namespace, plural), rest.copy(opts, { verb = "GET" }))
  return found.items or json.array({})
end

local function is_of_cluster(plural)
  return plural == "projects" or plural:find("^cluster") ~= nil
end

local function path_of(namespace, plural, name)
  return kube.object_path(PREFIX, namespace, plural, name, is_of_cluster(plural))
end

local function object(self, namespace, plural, name, opts)
  local o = { ok = 200, missing = opts and opts.allow_missing }
  return (self:_get(path_of(namespace, plural, name), o))
end

--- The plural of Freight: "freights" today, "freight" on servers that do not say. Asked once.
local function freight_plural(self)
  local known = rawget(self, "_freight")
  if not known then
    known = "freight"
    local types = self:_object(PREFIX)
    for _, resource in ipairs(types and types.resources or {}) do
      if resource.kind == "Freight" and not resource.name:find("/", 1, true) then
        known = resource.name
      end
    end
    rawset(self, "_freight", known)
  end
  return known
end

--- The stages of a namespace. `opts` of all lists: label_selector, limit (one page).
function Client:stages(namespace, opts)
  return list(self, namespace, "stages", opts)
end

--- A stage. An absent one is an error, nil with `opts.allow_missing`, as of all single objects here.
function Client:stage(namespace, name, opts)
  return object(self, namespace, "stages", name, opts)
end

--- The freight that is in a stage now. Older versions say so in fields, newer ones in the history.
local function freight_id(status)
  local current = status.currentFreight
  if current and current.name then return current.name end
  if status.currentFreightId then return status.currentFreightId end
  local latest = (status.freightHistory or {})[1]
  for _, reference in pairs(latest and latest.items or {}) do
    if reference.name then return reference.name end
  end
  return nil
end

--- The latest verification of the freight that is in a stage now.
local function verification_of(status)
  local latest = (status.freightHistory or {})[1]
  return latest and (latest.verificationHistory or {})[1]
end

local function phase_of(status, item)
  if status.phase then return status.phase end
  if status.currentPromotion or kube.is_true(item, "Promoting") then return "Promoting" end
  local ready = kube.condition(item, "Ready")
  if not ready then return nil end
  return ready.status == "True" and "Steady" or ready.reason
end

local function is_healthy(item)
  local status = item.status or {}
  if status.phase == "Steady" then return true end
  local last
  for _, condition in ipairs(status.conditions or {}) do
    if condition.type == "Healthy" then last = condition end
  end
  if last then return last.status == "True" end
  return status.phase == nil and status.health ~= nil and status.health.status == "Healthy"
end

--- phase, current_freight_id, health, conditions, freight_summary, last_promotion, current_promotion,
--- verification (phase, id, message of that of the current freight) of a stage.
function Client:stage_status(namespace, name)
  local item = self:stage(namespace, name)
  local status = item.status or {}
  return {
    phase = phase_of(status, item),
    current_freight_id = freight_id(status),
    health = status.health,
    conditions = status.conditions or json.array({}),
    freight_summary = status.freightSummary,
    last_promotion = status.lastPromotion and status.lastPromotion.name,
    current_promotion = status.currentPromotion and status.currentPromotion.name,
    verification = verification_of(status),
  }
end

--- Whether a stage is healthy.
function Client:is_stage_healthy(namespace, name)
  return is_healthy(self:stage(namespace, name))
end

--- Waits until a stage is healthy. `opts`: interval (5 s).
function Client:wait_stage_healthy(namespace, name, timeout_secs, opts)
  local o = rest.copy(kube.wait_options(timeout_secs, opts, 60, 5), { tolerate = "all" })
  return poll(o, ("kargo: stage %s/%s not healthy"):format(namespace, name), function()
    local item = self:stage(namespace, name)
    return is_healthy(item), kube.describe(item, "Healthy")
  end)
end

local VERIFIED_OVER = { Failed = true, Error = true, Inconclusive = true, Aborted = true }

--- Waits until the freight that is in a stage now is verified there. A verification that failed is an
--- error at once. `opts`: interval (5 s), after (the id of a verification that does not count).
function Client:wait_verified(namespace, stage, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 5)
  local what = ("kargo: verification of stage %s/%s"):format(namespace, stage)
  return poll(o, what .. " not finished", function()
    local verification = verification_of(self:stage(namespace, stage).status or {})
    local phase = verification and verification.phase
    local seen = "phase " .. tostring(phase)
    -- of before the one asked for
    if not verification or (o.after and verification.id == o.after) then return false, seen end
    if VERIFIED_OVER[phase] then
      error({ stop = ("%s: %s: %s"):format(what, phase, verification.message or "") })
    end
    return phase == "Successful", seen
  end)
end

local function contains(t, key)
  return type(t) == "table" and t[key] ~= nil
end

local function is_in_stage(item, stage)
  local status, labels = item.status or {}, item.metadata and item.metadata.labels or {}
  return labels[STAGE_LABEL] == stage or contains(status.currentlyIn, stage)
    or contains(status.verifiedIn, stage) or contains(status.approvedFor, stage)
end

local function is_from(item, warehouse)
  local labels = item.metadata and item.metadata.labels or {}
  return labels[WAREHOUSE_LABEL] == warehouse or item.warehouse == warehouse
    or (item.origin ~= nil and item.origin.name == warehouse)
end

--- The freight of a namespace. `opts`: stage, warehouse, alias.
function Client:freight_list(namespace, opts)
  opts = opts or {}
  local labels = {}
  if opts.stage then labels[#labels + 1] = STAGE_LABEL .. "=" .. opts.stage end
  if opts.warehouse then labels[#labels + 1] = WAREHOUSE_LABEL .. "=" .. opts.warehouse end
  if opts.alias then labels[#labels + 1] = "kargo.akuity.io/alias=" .. opts.alias end
  local o = { limit = opts.limit, label_selector = opts.label_selector }
  local plural = freight_plural(self)
  if #labels == 0 then return list(self, namespace, plural, o) end
  labels[#labels + 1] = opts.label_selector
  local found = list(self, namespace, plural, { label_selector = table.concat(labels, ",") })
  if #found > 0 or opts.alias then return found end
  -- freight has no such labels any more
  local out = json.array({})
  for _, item in ipairs(list(self, namespace, plural, { label_selector = opts.label_selector })) do
    local fits = (not opts.stage or is_in_stage(item, opts.stage))
      and (not opts.warehouse or is_from(item, opts.warehouse))
    if fits then out[#out + 1] = item end
  end
  return out
end

--- A piece of freight.
function Client:freight(namespace, name, opts)
  return object(self, namespace, freight_plural(self), name, opts)
end

--- The status of a piece of freight.
function Client:freight_status(namespace, name)
  return self:freight(namespace, name).status or {}
end

--- The promotions of a namespace. `opts`: stage.
function Client:promotions(namespace, opts)
  local stage = opts and opts.stage
  if not stage then return list(self, namespace, "promotions", opts) end
  local label, more = STAGE_LABEL .. "=" .. stage, opts.label_selector
  local found =
    list(self, namespace, "promotions", { label_selector = more and label .. "," .. more or label })
  if #found > 0 then return found end
  -- long names are shortened in the label
  local out = json.array({})
  if #stage > 62 then
    for _, item in ipairs(list(self, namespace, "promotions", { label_selector = more })) do
      if item.spec and item.spec.stage == stage then out[#out + 1] = item end
    end
  end
  return out
end

--- A promotion.
function Client:promotion(namespace, name, opts)
  return object(self, namespace, "promotions", name, opts)
end

--- phase, message, freight_id of a promotion.
function Client:promotion_status(namespace, name)
  local item = self:promotion(namespace, name)
  local status = item.status or {}
  return {
    phase = status.phase,
    message = status.message,
    freight_id = status.freight and status.freight.name or status.freightId,
  }
end

--- Promotes a piece of freight to a stage; returns the promotion.
function Client:promote(namespace, stage, freight)
  if freight == nil or freight == "" then rest.fail("kargo.promote: the name of the freight is missing") end
  return self:_post(("%s/namespaces/%s/promotions"):format(PREFIX, kube.segment(namespace)), {
    apiVersion = VERSION,
    kind = "Promotion",
    metadata = { namespace = namespace, generateName = rest.part(stage) .. "-" },
    spec = { stage = stage, freight = freight },
  })
end

--- Waits until a promotion has ended; returns its status. One that did not succeed is an error
--- unless `opts.raise` is false. `opts`: interval (5 s).
function Client:wait_promotion(namespace, name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 5)
  local message = ("kargo: promotion %s/%s not finished"):format(namespace, name)
  local status
  poll(o, message, function()
    status = self:promotion_status(namespace, name)
    return TERMINAL[status.phase] == true, "phase " .. tostring(status.phase)
  end)
  if status.phase ~= "Succeeded" and o.raise ~= false then
    rest.fail(("kargo: promotion %s/%s: %s: %s"):format(
      namespace, name, status.phase, status.message or ""))
  end
  return status
end

--- The warehouses of a namespace.
function Client:warehouses(namespace, opts)
  return list(self, namespace, "warehouses", opts)
end

--- A warehouse.
function Client:warehouse(namespace, name, opts)
  return object(self, namespace, "warehouses", name, opts)
end

--- The projects.
function Client:projects(opts)
  return list(self, nil, "projects", opts)
end

--- A project.
function Client:project(name, opts)
  return object(self, nil, "projects", name, opts)
end

--- The stages of a namespace as { name, phase, freight, healthy }.
function Client:pipeline_status(namespace)
  local out = json.array({})
  for _, item in ipairs(self:stages(namespace)) do
    local status = item.status or {}
    out[#out + 1] = {
      name = item.metadata and item.metadata.name,
      phase = phase_of(status, item),
      freight = freight_id(status),
      healthy = is_healthy(item),
    }
  end
  return out
end

--- Approves a piece of freight for a stage.
function Client:approve(namespace, freight, stage)
  return self:_merge(path_of(namespace, freight_plural(self), freight) .. "/status", {
    status = { approvedFor = { [stage] = json.object({}) } },
  })
end

--- Has a warehouse or stage look for news; `kind` is "warehouse" or "stage".
function Client:refresh(kind, namespace, name)
  local plural = kube.segment((kind:lower():gsub("s$", ""))) .. "s"
  return self:_merge(path_of(namespace, plural, name), {
    metadata = { annotations = { ["kargo.akuity.io/refresh"] = rest.rfc3339(time()) } },
  })
end

local function request_verification(self, namespace, stage, action)
  local verification = verification_of(self:stage(namespace, stage).status or {})
  if not verification or not verification.id then
    rest.fail(("kargo: stage %s/%s has no verification"):format(namespace, stage))
  end
  self:_merge(path_of(namespace, "stages", stage), {
    metadata = { annotations = {
      ["kargo.akuity.io/" .. action] = json.encode({ id = verification.id }),
    } },
  })
  return verification.id
end

--- Verifies the freight that is in a stage once more; returns the id of the verification before, for
--- `wait_verified` with `after`.
function Client:reverify(namespace, stage)
  return request_verification(self, namespace, stage, "reverify")
end

--- Stops the verification that runs in a stage; returns its id.
function Client:abort_verification(namespace, stage)
  return request_verification(self, namespace, stage, "abort")
end

-- Tasks and configuration

--- The promotion tasks of a namespace, of all when it is nil.
function Client:promotion_tasks(namespace, opts)
  return list(self, namespace, "promotiontasks", opts)
end

--- A promotion task.
function Client:promotion_task(namespace, name, opts)
  return object(self, namespace, "promotiontasks", name, opts)
end

--- The promotion tasks of the cluster.
function Client:cluster_promotion_tasks(opts)
  return list(self, nil, "clusterpromotiontasks", opts)
end

--- A promotion task of the cluster.
function Client:cluster_promotion_task(name, opts)
  return object(self, nil, "clusterpromotiontasks", name, opts)
end

--- The configuration of a project, which has its name.
function Client:project_config(project, opts)
  return object(self, project, "projectconfigs", project, opts)
end

--- The configuration of the cluster.
function Client:cluster_config(opts)
  return object(self, nil, "clusterconfigs", "cluster", opts)
end

-- Changes

--- Server-side apply of a manifest, e.g. a Project, Warehouse or Stage.
function Client:apply(manifest, opts)
  local is_freight = tostring(manifest.kind):lower() == "freight"
  return kube_manifest.apply(self, manifest, opts, {
    api_version = VERSION, plurals = is_freight and { freight = freight_plural(self) },
    of_cluster = function(kind) return kind == "project" or kind:find("^cluster") ~= nil end,
  })
end

--- Deletes an object by its kind, such as "Promotion" or "Freight"; false when there is none. A
--- project has no namespace.
function Client:delete(kind, namespace, name)
  local is_freight = tostring(kind):lower() == "freight"
  local plural = is_freight and freight_plural(self) or kube_manifest.plural(kind)
  return kube_manifest.remove(self, path_of(namespace, kube.segment(plural), name))
end

--- Stops a running promotion.
function Client:abort_promotion(namespace, name)
  return self:_merge(path_of(namespace, "promotions", name), {
    -- the controller ignores any other value
    metadata = { annotations = { ["kargo.akuity.io/abort"] = '{"action":"terminate"}' } },
  })
end

return M
