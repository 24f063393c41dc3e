--- @module assay.internal.kubeconfig
--- @description kubeconfig files: contexts, client certificates, tokens and exec plugins.

local rest = require("assay.internal.client")

local kubeconfig = {}

local EXEC_VERSION = "client.authentication.k8s.io/v1"
-- a credential is fetched anew this many seconds before it ends
local EXPIRY_MARGIN = 30
local EXEC_TIMEOUT = 60

--- The files that count: `path` (may be a `:` list), `$KUBECONFIG`, `~/.kube/config`.
function kubeconfig.paths(path)
  local list = path or env.get("KUBECONFIG")
  if list == nil or list == "" then
    local home = env.get("HOME")
    list = home and home .. "/.kube/config" or ""
  end
  local found = {}
  for file in list:gmatch("[^:]+") do
    if fs.exists(file) then found[#found + 1] = file end
  end
  return found
end

-- What a header's name may hold is kept (RFC 9110 §5.6.2), but the sign of the escapes.
local function header_name(text)
  return (text:gsub("[^%w!#$&'*+%-.^_`|~]", function(c) return ("%%%02X"):format(c:byte()) end))
end

local function add_named(into, list, key, dir)
  for _, entry in ipairs(list or {}) do
    -- the first file that has a name wins
    if entry.name and not into[entry.name] then
      into[entry.name] = { value = entry[key] or {}, dir = dir }
    end
  end
end

local function merged(paths)
  local all = { clusters = {}, users = {}, contexts = {} }
  for _, path in ipairs(paths) do
    local ok, config = pcall(yaml.parse, fs.read(path))
    if not ok then rest.fail(("k8s: kubeconfig %s: %s"):format(path, tostring(config))) end
    local dir = path:match("^(.*)/[^/]*$") or "."
    config = config or {}
    add_named(all.clusters, config.clusters, "cluster", dir)
    add_named(all.users, config.users, "user", dir)
    add_named(all.contexts, config.contexts, "context", dir)
    local current = config["current-context"]
    if not all.current and current and current ~= "" then all.current = current end
  end
  return all
end

local function absolute(path, dir)
  if path == nil or path == "" or path:sub(1, 1) == "/" then return path end
  return dir .. "/" .. path
end

--- Text given as base64 (`key` .. "-data") or as a file (`key`).
local function content(t, key, dir)
  local data = t[key .. "-data"]
  if data and data ~= "" then return base64.decode(data) end
  local path = absolute(t[key], dir)
  return path and path ~= "" and fs.read(path) or nil
end

--- What a cluster has for its users' plugins.
local function plugin_config(cluster)
  for _, extension in ipairs(cluster.extensions or {}) do
    if extension.name == "client.authentication.k8s.io/exec" then return extension.extension end
  end
  return nil
end

local function run_plugin(user, cluster, ca)
  local spec, dir = user.value.exec, user.dir
  local info = {
    kind = "ExecCredential",
    apiVersion = spec.apiVersion or EXEC_VERSION,
    spec = { interactive = false },
  }
  if spec.provideClusterInfo then
    info.spec.cluster = {
      server = cluster.server,
      ["tls-server-name"] = cluster["tls-server-name"],
      ["insecure-skip-tls-verify"] = cluster["insecure-skip-tls-verify"],
      ["certificate-authority-data"] = ca and base64.encode(ca),
      ["proxy-url"] = cluster["proxy-url"],
      config = plugin_config(cluster),
    }
  end
  local environment = { KUBERNETES_EXEC_INFO = json.encode(info) }
  for _, pair in ipairs(spec.env or {}) do environment[pair.name] = pair.value end
  local command = spec.command
  if command:find("/", 1, true) then command = absolute(command, dir) end
  local words = { command, table.unpack(spec.args or {}) }
  local hint = spec.installHint and "\n" .. spec.installHint or ""
  local started, run = pcall(shell.exec, words, { env = environment, timeout = EXEC_TIMEOUT })
  if not started then
    rest.fail(("k8s: exec plugin %s: %s%s"):format(spec.command, tostring(run), hint))
  end
  if run.status ~= 0 then
    rest.fail(("k8s: exec plugin %s failed with status %s: %s%s"):format(
      spec.command, tostring(run.status), run.stderr, hint))
  end
  local ok, answer = pcall(json.parse, run.stdout)
  local status = ok and type(answer) == "table" and answer.status
  if not status then
    rest.fail(("k8s: exec plugin %s returned no ExecCredential with a status"):format(spec.command))
  end
  return {
    token = status.token,
    client_cert = status.clientCertificateData,
    client_key = status.clientKeyData,
    expires = status.expirationTimestamp and rest.parse_time(status.expirationTimestamp),
  }
end

--- What a context says: `url`, `namespace`, TLS options, and `credentials()`, which returns
--- `{ token, username, password, client_cert, client_key, headers }` and runs plugins again when
--- theirs have expired or `renew` is true.
function kubeconfig.load(paths, context_name)
  local config = merged(paths)
  local name = context_name or config.current
  if not name then rest.fail("k8s: kubeconfig has no current-context, name one with 'context'") end
  local context = config.contexts[name]
  if not context then rest.fail(("k8s: kubeconfig has no context '%s'"):format(name)) end
  local cluster = config.clusters[context.value.cluster]
  if not cluster or not cluster.value.server then
    rest.fail(("k8s: kubeconfig context '%s' names no known cluster"):format(name))
  end
  local user = config.users[context.value.user] or { value = {}, dir = "." }
  local c, u = cluster.value, user.value
  if u["auth-provider"] then
    rest.fail(("k8s: kubeconfig user '%s' has an auth-provider, which clusters no longer support; "
      .. "use an exec plugin"):format(context.value.user))
  end
  local ca = content(c, "certificate-authority", cluster.dir)
  local plugin
  local function credentials(renew)
    local found = {
      token = u.token,
      username = u.username,
      password = u.password,
      client_cert = content(u, "client-certificate", user.dir),
      client_key = content(u, "client-key", user.dir),
      headers = {},
    }
    if u.tokenFile then
      found.token = fs.read(absolute(u.tokenFile, user.dir)):match("^%s*(.-)%s*$")
    end
    if u.exec then
      local is_over = plugin and plugin.expires and plugin.expires - EXPIRY_MARGIN <= time()
      if renew or not plugin or is_over then plugin = run_plugin(user, c, ca) end
      found.token = plugin.token or found.token
      found.client_cert = plugin.client_cert or found.client_cert
      found.client_key = plugin.client_key or found.client_key
    end
    if u.as then
      found.headers["Impersonate-User"] = u.as
      found.headers["Impersonate-Uid"] = u["as-uid"]
      found.headers["Impersonate-Group"] = u["as-groups"]
      for key, values in pairs(u["as-user-extra"] or {}) do
        found.headers["Impersonate-Extra-" .. header_name(key)] = values
      end
    end
    return found
  end
  return {
    url = c.server,
    namespace = context.value.namespace,
    ca_cert = ca,
    insecure = c["insecure-skip-tls-verify"] or nil,
    proxy = c["proxy-url"],
    tls_server_name = c["tls-server-name"],
    credentials = credentials,
  }
end

return kubeconfig
