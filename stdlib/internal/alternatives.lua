--- @module assay.internal.alternatives
--- @description Options of clients that stand for one another, for `client:with`.

-- Ways to say the same: who one is, where the server is, which namespace is meant. To change one of them is
-- to give up the others.
local WAYS = {
  {
    { "token" }, { "token_file" }, { "api_key" }, { "username", "password" },
    { "robot_name", "robot_secret" }, { "machine_key" }, { "machine_key_file" },
    { "client_id", "client_secret" },
  },
  {
    { "access_key", "secret_key" }, { "session_token" },
    { "role_arn", "web_identity_token", "web_identity_token_file" },
  },
  { { "url" }, { "base_url" }, { "kubeconfig", "context" } },
  { { "ca_cert" }, { "ca_cert_file" } },
  { { "client_cert" }, { "client_cert_file" } },
  { { "client_key" }, { "client_key_file" } },
  { { "namespace" }, { "default_ns" }, { "namespace_name" } },
}

local function names_any(changes, way)
  for _, name in ipairs(way) do
    if changes[name] ~= nil then return true end
  end
  return false
end

--- Takes those of `options` away that `changes` stand for.
return function(options, changes)
  for _, ways in ipairs(WAYS) do
    local is_changed = false
    for _, way in ipairs(ways) do is_changed = is_changed or names_any(changes, way) end
    for _, way in ipairs(is_changed and ways or {}) do
      if not names_any(changes, way) then
        for _, name in ipairs(way) do options[name] = nil end
      end
    end
  end
end
