--- @module assay.velero
--- @description Velero: backups, restores, schedules and storage locations.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local poll = require("assay.internal.poll")

local VERSION = "velero.io/v1"
local SCHEDULE_LABEL = "velero.io/schedule-name"
local MAX_LABEL = 63
-- what the hash of a longer name leaves of it
local KEPT = MAX_LABEL - 6
local BACKUP_FAILED = { Failed = true, PartiallyFailed = true, FailedValidation = true }

local M, Client = {}, kube.class("velero")

rest.include(Client, require("assay.internal.velero_data"))

--- `client(url, token, namespace, opts)` or `client(opts)`; the namespace is "velero" unless given.
--- Without a URL that of the pod or the kubeconfig.
function M.client(...)
  local options = rest.options({ "url", "token", "namespace" }, ...)
  options.namespace = options.namespace or "velero"
  return Client:new(options)
end

local function path_of(self, plural, ...)
  return kube.path("/apis/" .. VERSION, self.namespace, plural, ...)
end

local function list(self, plural, opts)
  local o = rest.copy(opts, { missing = true, verb = "GET" })
  return self:_listing(path_of(self, plural), o).items or json.array({})
end

local function object(self, plural, name)
  return self:_object(path_of(self, plural, name))
end

local function phase_of(item)
  return item and item.status and item.status.phase
end

local function found(item, what, name)
  if not item then rest.fail(("velero: %s %s not found"):format(what, name)) end
  return item.status or {}
end

--- The backups. `opts` of all lists: label_selector, limit.
function Client:backups(opts)
  return list(self, "backups", opts)
end

--- A backup, or nil.
function Client:backup(name)
  return object(self, "backups", name)
end

--- phase, started, completed, expiration, errors, warnings, items_backed_up, items_total,
--- snapshots_attempted, snapshots_completed, failure_reason, validation_errors of a backup; an error
--- when there is none.
function Client:backup_status(name)
  local status = found(self:backup(name), "backup", name)
  local progress = status.progress or {}
  return {
    phase = status.phase,
    started = status.startTimestamp,
    completed = status.completionTimestamp,
    expiration = status.expiration,
    errors = status.errors or 0,
    warnings = status.warnings or 0,
    items_backed_up = status.itemsBackedUp or progress.itemsBackedUp or 0,
    items_total = status.totalItems or progress.totalItems or 0,
    -- by Velero's own snapshotters and by CSI
    snapshots_attempted = (status.volumeSnapshotsAttempted or 0) + (status.csiVolumeSnapshotsAttempted or 0),
    snapshots_completed = (status.volumeSnapshotsCompleted or 0) + (status.csiVolumeSnapshotsCompleted or 0),
    failure_reason = status.failureReason,
    validation_errors = status.validationErrors,
  }
end

--- Whether a backup is completed.
function Client:is_backup_completed(name)
  return phase_of(self:backup(name)) == "Completed"
end

--- Whether a backup failed, also partially or in its validation.
function Client:is_backup_failed(name)
  return BACKUP_FAILED[phase_of(self:backup(name))] == true
end

-- A name as value of a label, as Velero shortens it.
local function label_of(name)
  if #name <= MAX_LABEL then return name end
  return name:sub(1, KEPT) .. crypto.hash(name):sub(1, MAX_LABEL - KEPT)
end

local function latest(self, schedule_name, time_of)
  local label = label_of(schedule_name)
  local best, best_time
  for _, item in ipairs(self:backups { label_selector = SCHEDULE_LABEL .. "=" .. label }) do
    local labels = item.metadata and item.metadata.labels or {}
    if labels[SCHEDULE_LABEL] == label then
      local at = time_of(item)
      if at and (not best or at > best_time) then best, best_time = item, at end
    end
  end
  return best
end

--- The newest backup of a schedule, or nil.
function Client:latest_backup(schedule_name)
  return latest(self, schedule_name, function(item) return item.metadata.creationTimestamp or "" end)
end

--- The backup of a schedule that was completed last, or nil.
function Client:latest_completed_backup(schedule_name)
  return latest(self, schedule_name, function(item)
    return phase_of(item) == "Completed" and (item.status.completionTimestamp or "") or nil
  end)
end

--- The restores.
function Client:restores(opts)
  return list(self, "restores", opts)
end

--- A restore, or nil.
function Client:restore(name)
  return object(self, "restores", name)
end

--- phase, started, completed, errors, warnings, items_restored, items_total, failure_reason,
--- validation_errors of a restore; an error when there is none.
function Client:restore_status(name)
  local status = found(self:restore(name), "restore", name)
  local progress = status.progress or {}
  return {
    phase = status.phase,
    started = status.startTimestamp,
    completed = status.completionTimestamp,
    errors = status.errors or 0,
    warnings = status.warnings or 0,
    items_restored = progress.itemsRestored or 0,
    items_total = progress.totalItems or 0,
    failure_reason = status.failureReason,
    validation_errors = status.validationErrors,
  }
end

--- Whether a restore is completed.
function Client:is_restore_completed(name)
  return phase_of(self:restore(name)) == "Completed"
end

--- Whether a restore failed, also partially or in its validation.
function Client:is_restore_failed(name)
  return BACKUP_FAILED[phase_of(self:restore(name))] == true
end

--- The schedules.
function Client:schedules(opts)
  return list(self, "schedules", opts)
end

--- A schedule, or nil.
function Client:schedule(name)
  return object(self, "schedules", name)
end

local function is_enabled(item)
  return phase_of(item) == "Enabled" and not (item.spec and item.spec.paused)
end

--- phase, last_backup, validation_errors, paused of a schedule; an error when there is none.
function Client:schedule_status(name)
  local item = self:schedule(name)
  local status = found(item, "schedule", name)
  return {
    phase = status.phase,
    last_backup = status.lastBackup,
    validation_errors = status.validationErrors or json.array({}),
    paused = item.spec ~= nil and item.spec.paused == true,
  }
end

--- Whether a schedule is enabled and not paused.
function Client:is_schedule_enabled(name)
  return is_enabled(self:schedule(name))
end

--- The backup storage locations.
function Client:backup_storage_locations(opts)
  return list(self, "backupstoragelocations", opts)
end

--- A backup storage location, or nil.
function Client:backup_storage_location(name)
  return object(self, "backupstoragelocations", name)
end

--- Whether a backup storage location is available.
function Client:is_bsl_available(name)
  return phase_of(self:backup_storage_location(name)) == "Available"
end

--- The volume snapshot locations.
function Client:volume_snapshot_locations(opts)
  return list(self, "volumesnapshotlocations", opts)
end

--- A volume snapshot location, or nil.
function Client:volume_snapshot_location(name)
  return object(self, "volumesnapshotlocations", name)
end

--- The backup repositories.
function Client:backup_repositories(opts)
  return list(self, "backuprepositories", opts)
end

--- A backup repository, or nil.
function Client:backup_repository(name)
  return object(self, "backuprepositories", name)
end

--- How many schedules are enabled: enabled, disabled, total, disabled_names.
function Client:all_schedules_enabled()
  return kube.summary(self:schedules(), "enabled", "disabled", is_enabled)
end

--- How many storage locations are available: available, unavailable, total, unavailable_names.
function Client:all_bsl_available()
  return kube.summary(self:backup_storage_locations(), "available", "unavailable", function(item)
    return phase_of(item) == "Available"
  end)
end

--- Whether the server has Velero's resource types; without them lists are empty.
function Client:installed()
  return self:_object("/apis/" .. VERSION) ~= nil
end

local function create(self, plural, kind, name, spec, labels)
  local meta = { namespace = self.namespace, name = name, labels = labels }
  return self:_post(path_of(self, plural), {
    apiVersion = VERSION,
    kind = kind,
    metadata = meta,
    spec = rest.object(spec or {}),
  })
end

--- Starts a backup; `spec` as in Velero's API. With `spec.schedule` it is that schedule's template.
function Client:create_backup(name, spec)
  spec = rest.copy(spec)
  local schedule, labels = spec.schedule, nil
  if schedule then
    local item = self:schedule(schedule)
    found(item, "schedule", schedule)
    spec.schedule = nil
    spec = rest.copy(item.spec and item.spec.template, spec)
    labels = { [SCHEDULE_LABEL] = label_of(schedule) }
  end
  return create(self, "backups", "Backup", name, spec, labels)
end

--- Starts a restore; `spec.backupName` or `spec.scheduleName` names what of.
function Client:create_restore(name, spec)
  return create(self, "restores", "Restore", name, spec)
end

--- Deletes a backup with its data.
function Client:delete_backup(name)
  return self:_post(path_of(self, "deletebackuprequests"), {
    apiVersion = VERSION,
    kind = "DeleteBackupRequest",
    metadata = { namespace = self.namespace, generateName = rest.part(name) .. "-" },
    spec = { backupName = name },
  })
end

--- Makes a schedule; `spec.schedule` is the cron text, `spec.template` a backup's spec.
function Client:create_schedule(name, spec)
  return create(self, "schedules", "Schedule", name, spec)
end

-- whether there was one
local function remove(self, plural, name)
  local _, res = self:_delete(path_of(self, plural, name), { missing = true, raw = true })
  return res.status ~= 404
end

--- Deletes a schedule, not its backups; whether there was one.
function Client:delete_schedule(name)
  return remove(self, "schedules", name)
end

--- Deletes a restore's object, not what it restored; whether there was one.
function Client:delete_restore(name)
  return remove(self, "restores", name)
end

--- Pauses a schedule.
function Client:pause_schedule(name)
  return self:_merge(path_of(self, "schedules", name), { spec = { paused = true } })
end

--- Goes on with a schedule.
function Client:unpause_schedule(name)
  return self:_merge(path_of(self, "schedules", name), { spec = { paused = false } })
end

local function wait(self, what, name, timeout_secs, opts, status_of)
  local o = kube.wait_options(timeout_secs, opts, 3600, 5)
  local message = ("velero: %s %s not completed"):format(what, name)
  local status
  return poll(o, message, function()
    status = status_of(self, name)
    if BACKUP_FAILED[status.phase] then
      local reasons = status.validation_errors or {}
      error({ stop = ("velero: %s %s: %s: %s"):format(
        what, name, status.phase, status.failure_reason or table.concat(reasons, "; ")) })
    end
    return status.phase == "Completed" and status, "phase " .. tostring(status.phase)
  end)
end

--- Waits until a backup is completed and returns its status; one that failed is an error at once.
function Client:wait_backup(name, timeout_secs, opts)
  return wait(self, "backup", name, timeout_secs, opts, self.backup_status)
end

--- Waits until a restore is completed and returns its status; one that failed is an error at once.
function Client:wait_restore(name, timeout_secs, opts)
  return wait(self, "restore", name, timeout_secs, opts, self.restore_status)
end

--- Waits until a backup that is deleted is gone with its data.
function Client:wait_backup_deleted(name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 600, 2)
  return poll(o, ("velero: backup %s not deleted"):format(name), function()
    local item = self:backup(name)
    return item == nil, "phase " .. tostring(phase_of(item))
  end)
end

--- Waits until a backup storage location is available.
function Client:wait_bsl_available(name, timeout_secs, opts)
  local o = kube.wait_options(timeout_secs, opts, 300, 2)
  return poll(o, ("velero: backup storage location %s not available"):format(name), function()
    local item = self:backup_storage_location(name)
    local message = item and item.status and item.status.message
    return phase_of(item) == "Available",
      not item and "not found" or "phase " .. tostring(phase_of(item)) .. (message and ": " .. message or "")
  end)
end

return rest.guard(M, "velero")
