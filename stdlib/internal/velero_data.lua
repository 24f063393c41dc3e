--- @module assay.internal.velero_data
--- @description Logs, results and data movements of `assay.velero`.

local rest = require("assay.internal.client")
local kube = require("assay.internal.kube")
local poll = require("assay.internal.poll")

local Client = {}

-- where the backups are: neither the cluster's trust nor its credentials count there
local Store = rest.class("velero")

local V1, V2 = "velero.io/v1", "velero.io/v2alpha1"
local GZIP = "\x1f\x8b"

local function path_of(self, version, plural, ...)
  return kube.path("/apis/" .. version, self.namespace, plural, ...)
end

--- Creates a request of Velero's kind and waits for its answer: its status.
local function ask(self, plural, kind, prefix, spec, opts, is_done, message)
  local made = self:_post(path_of(self, V1, plural), {
    apiVersion = V1,
    kind = kind,
    metadata = { namespace = self.namespace, generateName = prefix .. "-" },
    spec = rest.object(spec),
  })
  local name = type(made) == "table" and type(made.metadata) == "table" and made.metadata.name
  if type(name) ~= "string" then rest.fail(("velero: POST %s: the answer has no name"):format(path_of(self, V1, plural))) end
  return poll(kube.wait_options(nil, opts, 60, 1), message, function()
    local item = self:_object(path_of(self, V1, plural, name))
    local status = item and item.status or {}
    return is_done(status) and status, "phase " .. tostring(status.phase)
  end)
end

--- What Velero keeps about a backup or restore beside its data, unpacked: `kind` is `BackupLog`,
--- `BackupResults`, `BackupResourceList`, `BackupItemOperations`, `BackupVolumeInfos`, `RestoreLog`,
--- `RestoreResults`, …. `opts`: timeout (60) and interval of the wait for its address, and
--- `ca_cert`, `insecure`, `proxy` for the storage.
function Client:download(kind, name, opts)
  opts = opts or {}
  local target = ("%s of %s"):format(kind, name)
  local status = ask(self, "downloadrequests", "DownloadRequest", name, {
    target = { kind = kind, name = name },
  }, opts, function(status) return (status.downloadURL or "") ~= "" end,
    ("velero: no address of the %s"):format(target))
  local options = rest.of_client(opts, status.downloadURL)
  options.timeout = self.timeout
  local store <close> = setmetatable({ client = Store:new(options) }, { __close = function(s)
    s.client:close()
  end })
  -- the address is signed, and so a secret
  local body = store.client:_get(status.downloadURL, { raw = true, what = "GET the " .. target })
  if body:sub(1, 2) == GZIP then body = compress.gunzip(body) end
  return body
end

local function results(self, kind, name, opts)
  local text = self:download(kind, name, opts)
  local ok, value = pcall(json.parse, text)
  if ok and type(value) == "table" then return value end
  rest.fail(("velero: the %s of %s are no JSON object"):format(kind, name))
end

--- The log of a backup as text; `opts` as for `download`.
function Client:backup_logs(name, opts)
  return self:download("BackupLog", name, opts)
end

--- The log of a restore as text; `opts` as for `download`.
function Client:restore_logs(name, opts)
  return self:download("RestoreLog", name, opts)
end

--- The warnings and errors of a backup: `{ warnings, errors }`, each with lists of messages by
--- `velero`, `cluster` and `namespaces`.
function Client:backup_results(name, opts)
  return results(self, "BackupResults", name, opts)
end

--- The warnings and errors of a restore; see `backup_results`.
function Client:restore_results(name, opts)
  return results(self, "RestoreResults", name, opts)
end

--- The version of the Velero server and its plugins: `{ serverVersion, plugins, … }`. `opts`: timeout
--- (60), interval (1).
function Client:server_status(opts)
  return ask(self, "serverstatusrequests", "ServerStatusRequest", "assay", {}, opts, function(status)
    return status.phase == "Processed"
  end, "velero: the server does not answer")
end

local function list(self, version, plural, opts, label, name)
  local o = rest.copy(opts, { missing = true, verb = "GET" })
  if name then
    local own = label .. "=" .. name
    o.label_selector = o.label_selector and o.label_selector .. "," .. own or own
  end
  return self:_listing(path_of(self, version, plural), o).items or json.array({})
end

--- The file backups of volumes; `opts.backup`: of that backup, label_selector, limit.
function Client:pod_volume_backups(opts)
  return list(self, V1, "podvolumebackups", opts, "velero.io/backup-name", opts and opts.backup)
end

--- The file restores of volumes; `opts.restore`: of that restore, label_selector, limit.
function Client:pod_volume_restores(opts)
  return list(self, V1, "podvolumerestores", opts, "velero.io/restore-name", opts and opts.restore)
end

--- The snapshots that are moved to the storage; `opts.backup`: of that backup, label_selector, limit.
function Client:data_uploads(opts)
  return list(self, V2, "datauploads", opts, "velero.io/backup-name", opts and opts.backup)
end

--- The snapshots that are moved back; `opts.restore`: of that restore, label_selector, limit.
function Client:data_downloads(opts)
  return list(self, V2, "datadownloads", opts, "velero.io/restore-name", opts and opts.restore)
end

return Client
