--- @module assay.internal.vault_operations
--- @description What operators of `assay.vault` need: audit devices, Raft storage, snapshots.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

-- Audit devices

--- The audit devices by path; paths end in `/`.
function Client:audit_list()
  local answer = verbs.get(self, "sys/audit")
  return answer and (answer.data or answer)
end

--- Enables an audit device: `audit_type` is `file`, `socket`, `syslog`; `opts.options`
--- (`{ file_path = "stdout" }`), `opts.description`, `opts.is_local`. OpenBao refuses it: there
--- they belong to the server's configuration.
function Client:audit_enable(path, audit_type, opts)
  opts = opts or {}
  return verbs.put(self, verbs.path("sys/audit/%s", path), {
    type = audit_type, description = opts.description, options = opts.options,
    ["local"] = opts.is_local,
  })
end

--- Disables an audit device.
function Client:audit_disable(path)
  verbs.delete(self, verbs.path("sys/audit/%s", path))
end

-- Raft storage

--- The servers of the cluster: a list of `{ node_id, address, leader, voter, … }`.
function Client:raft_peers()
  local data = verbs.field(verbs.get(self, "sys/storage/raft/configuration"), "data")
  return data and data.config and data.config.servers or json.array({})
end

--- Removes a server from the cluster.
function Client:raft_remove_peer(server_id)
  return verbs.post(self, "sys/storage/raft/remove-peer", { server_id = server_id })
end

--- Saves a snapshot of the storage as a file; returns its size. `opts.timeout`.
function Client:raft_snapshot(path, opts)
  local target = "/v1/sys/storage/raft/snapshot"
  local ok, result = pcall(self._download, self, self.url .. target, path, {
    headers = self:_headers(), timeout = opts and opts.timeout or self.timeout,
  })
  if ok then return result end
  if not tostring(result):find(": status %d+$") then error(result, 0) end
  -- a second request tells why
  self:_get(target, { raw = true })
  error(result, 0)
end

--- Brings the storage back from a snapshot's file. `opts.force`: also one of another cluster;
--- `opts.timeout`.
function Client:raft_restore(path, opts)
  opts = opts or {}
  local target = "/v1/sys/storage/raft/snapshot" .. (opts.force and "-force" or "")
  self:_post(target, fs.read_bytes(path), {
    raw = true, timeout = opts.timeout, headers = { ["Content-Type"] = "application/octet-stream" },
  })
end

--- The servers of a cluster: a list of `{ hostname, active_node, api_address, version, … }`.
function Client:ha_status()
  local answer = verbs.get(self, "sys/ha-status")
  local data = answer and (answer.data or answer)
  return data and data.nodes or json.array({})
end

--- Makes the leader hand over.
function Client:step_down()
  verbs.put(self, "sys/step-down", {})
end

-- Tools

--- About a wrapping token, which stays valid: `{ creation_path, creation_time, creation_ttl }`.
function Client:wrap_lookup(token)
  return verbs.field(verbs.post(self, "sys/wrapping/lookup", { token = token }), "data")
end

--- Random bytes of the server's, 32 unless `count` says otherwise.
function Client:random_bytes(count)
  local answer = verbs.post(self, "sys/tools/random/" .. rest.text(count or 32), {})
  local data = verbs.field(answer, "data")
  return data and base64.decode(data.random_bytes)
end

--- A password made by a password policy.
function Client:generate_password(policy)
  local path = verbs.path("sys/policies/password/%s/generate", verbs.name(policy))
  return verbs.field(verbs.field(verbs.get(self, path), "data"), "password")
end

--- Writes a password policy, given as HCL text.
function Client:password_policy_put(name, rules)
  return verbs.put(self, "sys/policies/password/" .. verbs.name(name), { policy = rules })
end

return Client
