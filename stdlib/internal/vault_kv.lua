--- @module assay.internal.vault_kv
--- @description Key-value secrets of `assay.vault`, versions 1 and 2.

local rest = require("assay.internal.client")
local verbs = require("assay.internal.vault_verbs")

local Client = {}

-- KV version 2

--- A secret: `{ data, metadata }`; nil when it is absent or deleted. `opts.version`; with
--- `opts.deleted` a deleted one gives its metadata, without data.
function Client:kv_get(mount, key, opts)
  opts = opts or {}
  local path = verbs.path("/v1/%s/data/%s", mount, verbs.key(key, true))
  local query = { version = opts.version }
  local res = self:_send("GET", path, { query = query })
  if res.status == 404 then
    if not opts.deleted then return nil end
    local ok, answer = pcall(json.parse, res.body)
    return ok and type(answer) == "table" and answer.data or nil
  end
  if res.status ~= 200 then self:_fail("GET", path, res) end
  return verbs.field(self:_decode("GET", path, res), "data")
end

--- Writes a secret; `opts.cas` is the version it must have (0: none yet).
function Client:kv_put(mount, key, data, opts)
  -- without values the server refuses it; an empty table is a secret without values
  local body = rest.object { data = data and rest.object(data) }
  if opts and opts.cas then body.options = { cas = opts.cas } end
  return verbs.post(self, verbs.path("%s/data/%s", mount, verbs.key(key)), body)
end

--- Changes some keys of a secret; `json.null` removes one.
function Client:kv_patch(mount, key, data, opts)
  local body = { data = rest.object(data) }
  if opts and opts.cas then body.options = { cas = opts.cas } end
  return (self:_patch(verbs.path("/v1/%s/data/%s", mount, verbs.key(key)), body, {
    headers = { ["Content-Type"] = "application/merge-patch+json" },
  }))
end

--- Deletes the latest version of a secret, which `kv_undelete` brings back.
function Client:kv_delete(mount, key)
  verbs.delete(self, verbs.path("%s/data/%s", mount, verbs.key(key)))
end

--- Deletes some versions of a secret.
function Client:kv_delete_versions(mount, key, versions)
  return verbs.post(self, verbs.path("%s/delete/%s", mount, verbs.key(key)), { versions = versions })
end

--- Brings deleted versions back.
function Client:kv_undelete(mount, key, versions)
  return verbs.post(self, verbs.path("%s/undelete/%s", mount, verbs.key(key)), { versions = versions })
end

--- Removes versions for good.
function Client:kv_destroy(mount, key, versions)
  return verbs.put(self, verbs.path("%s/destroy/%s", mount, verbs.key(key)), { versions = versions })
end

--- The keys below a prefix.
function Client:kv_list(mount, prefix)
  return verbs.list(self, verbs.path("%s/metadata/", mount) .. (prefix and verbs.key(prefix) or ""))
end

--- All keys below a prefix, also in its folders, as paths below the mount, sorted.
function Client:kv_list_all(mount, prefix)
  local found = json.array({})
  local function walk(below)
    for _, name in ipairs(self:kv_list(mount, below)) do
      if name:sub(-1) == "/" then walk(below .. name) else found[#found + 1] = below .. name end
    end
  end
  prefix = prefix or ""
  if prefix ~= "" and prefix:sub(-1) ~= "/" then prefix = prefix .. "/" end
  walk(prefix)
  table.sort(found)
  return found
end

--- The names of a secret's values, each true (a table for a value that is one), without the values:
--- `{ subkeys, metadata }`; nil when it is absent. `opts`: version, depth.
function Client:kv_subkeys(mount, key, opts)
  local path = verbs.path("/v1/%s/subkeys/%s", mount, verbs.key(key))
  local text = self:_get(path, {
    ok = 200, missing = true, raw = true,
    query = { version = opts and opts.version, depth = opts and opts.depth },
  })
  if not text then return nil end
  -- the server writes null for each value
  local ok, answer = pcall(json.parse, text, { null = json.null })
  if not ok or type(answer) ~= "table" then
    rest.fail(("vault: GET %s: the answer is no JSON object"):format(path))
  end
  local data = answer.data ~= json.null and answer.data or nil
  local function shown(names)
    for name, value in pairs(names) do
      if value == json.null then names[name] = true
      elseif type(value) == "table" then shown(value) end
    end
  end
  if data and type(data.subkeys) == "table" then shown(data.subkeys) end
  return data
end

--- The whole answer about a secret's versions (see `.data`); nil when it is absent.
function Client:kv_metadata(mount, key)
  return verbs.get(self, verbs.path("%s/metadata/%s", mount, verbs.key(key)))
end

--- Sets `custom_metadata`, `max_versions`, `cas_required`, `delete_version_after`.
function Client:kv_put_metadata(mount, key, metadata)
  return verbs.post(self, verbs.path("%s/metadata/%s", mount, verbs.key(key)), metadata)
end

--- Removes a secret with all its versions.
function Client:kv_delete_metadata(mount, key)
  verbs.delete(self, verbs.path("%s/metadata/%s", mount, verbs.key(key)))
end

-- KV of either version

local Kv = {}
Kv.__index = Kv

--- A KV mount of either version, with `get(key)` (the values), `put(key, values)`,
--- `patch(key, values)` (some of them; `json.null` removes one), `list(prefix)` and `delete(key)`. The
--- version is asked of the server unless `opts.version` says it.
function Client:kv(mount, opts)
  mount = mount:gsub("/+$", "")
  local version = opts and opts.version
  if not version then
    local about = verbs.field(verbs.get(self, "sys/internal/ui/mounts/" .. mount), "data")
    version = about and about.options and about.options.version or 1
  end
  return setmetatable({ client = self, mount = mount, version = tonumber(version) }, Kv)
end

-- of version 1
local function path_of(self, key)
  return verbs.path("%s/%s", self.mount, verbs.key(key))
end

function Kv:get(key)
  if self.version == 2 then return verbs.field(self.client:kv_get(self.mount, key), "data") end
  return self.client:read(path_of(self, key))
end

function Kv:put(key, values)
  if self.version == 2 then return self.client:kv_put(self.mount, key, values) end
  return self.client:write(path_of(self, key), values)
end

function Kv:patch(key, values)
  if self.version == 2 then return self.client:kv_patch(self.mount, key, values) end
  local all = rest.copy(self:get(key), values)
  for name, value in pairs(values) do
    if value == json.null then all[name] = nil end
  end
  return self:put(key, all)
end

function Kv:list(prefix)
  if self.version == 2 then return self.client:kv_list(self.mount, prefix) end
  return self.client:list(self.mount .. "/" .. (prefix and verbs.key(prefix) or ""))
end

function Kv:delete(key)
  if self.version == 2 then return self.client:kv_delete(self.mount, key) end
  return self.client:delete(path_of(self, key))
end

rest.guard(Kv, "vault.kv", true)

return Client
