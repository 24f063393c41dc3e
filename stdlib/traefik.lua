--- @module assay.traefik
--- @description Traefik's API: routers, services, middlewares, entry points.
--
-- Functions take the URL first and options (token, username, password, headers, ca_cert, insecure,
-- timeout) last: `traefik.overview(url)`. `traefik.client(url, opts)` has the same functions as
-- methods. A base path (`api.basePath`) belongs to the URL.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local poll = require("assay.internal.poll")

local M, Client = {}, rest.class("traefik")

--- A client: `client(url, opts)`.
function M.client(...)
  return Client:new(rest.options({ "url" }, ...))
end

local function get(self, path)
  return (self:_get(path, { ok = 200 }))
end

local function one(self, path, name)
  return get(self, path .. "/" .. segment(name))
end

-- the last page's header names page 1
local function list(self, path, opts)
  opts = opts or {}
  return rest.collect(function(page)
    local items, res = self:_get(path, {
      ok = 200,
      query = {
        { "search", opts.search },
        { "status", opts.status },
        { "serviceName", opts.service_name },
        { "middlewareName", opts.middleware_name },
        { "page", page or opts.page },
        { "per_page", opts.per_page },
      },
      what = "GET " .. path,
    })
    local following = tonumber(res.headers["x-next-page"])
    return items, following and following > 1 and following or nil
  end, opts.page == nil)
end

--- Counts of all kinds, features and providers.
function Client:overview() return get(self, "/api/overview") end

--- Version, Codename, startDate.
function Client:version() return get(self, "/api/version") end

--- The entry points. `opts` of all lists: search, status, service_name, middleware_name, page,
--- per_page.
function Client:entrypoints(opts) return list(self, "/api/entrypoints", opts) end

--- An entry point.
function Client:entrypoint(name) return one(self, "/api/entrypoints", name) end

--- The HTTP routers.
function Client:http_routers(opts) return list(self, "/api/http/routers", opts) end

--- An HTTP router, named `<name>@<provider>`.
function Client:http_router(name) return one(self, "/api/http/routers", name) end

--- The HTTP services.
function Client:http_services(opts) return list(self, "/api/http/services", opts) end

--- An HTTP service.
function Client:http_service(name) return one(self, "/api/http/services", name) end

--- The HTTP middlewares.
function Client:http_middlewares(opts) return list(self, "/api/http/middlewares", opts) end

--- An HTTP middleware.
function Client:http_middleware(name) return one(self, "/api/http/middlewares", name) end

--- The TCP routers.
function Client:tcp_routers(opts) return list(self, "/api/tcp/routers", opts) end

--- A TCP router.
function Client:tcp_router(name) return one(self, "/api/tcp/routers", name) end

--- The TCP services.
function Client:tcp_services(opts) return list(self, "/api/tcp/services", opts) end

--- A TCP service.
function Client:tcp_service(name) return one(self, "/api/tcp/services", name) end

--- The TCP middlewares.
function Client:tcp_middlewares(opts) return list(self, "/api/tcp/middlewares", opts) end

--- A TCP middleware.
function Client:tcp_middleware(name) return one(self, "/api/tcp/middlewares", name) end

--- The UDP routers.
function Client:udp_routers(opts) return list(self, "/api/udp/routers", opts) end

--- A UDP router.
function Client:udp_router(name) return one(self, "/api/udp/routers", name) end

--- The UDP services.
function Client:udp_services(opts) return list(self, "/api/udp/services", opts) end

--- A UDP service.
function Client:udp_service(name) return one(self, "/api/udp/services", name) end

--- The certificates that the server uses.
function Client:certificates(opts) return list(self, "/api/certificates", opts) end

--- A certificate by its id.
function Client:certificate(id) return one(self, "/api/certificates", id) end

--- Saves what Traefik's support asks for (a gzipped tar archive) as a file; returns its size.
function Client:support_dump(path)
  local bytes = self:_get("/api/support-dump", { ok = 200, raw = true })
  fs.write_bytes(path, bytes)
  return #bytes
end

--- The server's own metrics as text, where they are served at this address.
function Client:metrics() return (self:_get("/metrics", { ok = 200, raw = true })) end

--- The whole configuration with its state.
function Client:rawdata() return get(self, "/api/rawdata") end

--- Whether `/ping` answers 200; the second result is the reason when it does not.
function Client:ping()
  local ok, res = pcall(self._send, self, "GET", "/ping")
  if not ok then return false, tostring(res) end
  return res.status == 200, res.status ~= 200 and "HTTP " .. res.status or nil
end

local function found_router(self, name)
  local path = "/api/http/routers/" .. segment(name)
  return self:_get(path, { ok = 200, missing = true }) or {}
end

--- Whether a router is enabled; false when there is none.
function Client:is_router_enabled(name)
  return found_router(self, name).status == "enabled"
end

--- Whether a router has TLS; false when there is none.
function Client:router_has_tls(name)
  return found_router(self, name).tls ~= nil
end

--- The names of the services that a service is made of; a name without `@provider` is of its own.
local function parts_of(service, name)
  local names = {}
  local provider = name:match("@[^@]*$") or ""
  local function add(part)
    if not part or part == "" then return end
    names[#names + 1] = part:find("@", 1, true) and part or part .. provider
  end
  for _, kind in ipairs { "weighted", "highestRandomWeight" } do
    for _, part in ipairs(service[kind] and service[kind].services or {}) do add(part.name) end
  end
  if service.mirroring then add(service.mirroring.service) end
  if service.failover then
    add(service.failover.service)
    add(service.failover.fallback)
  end
  return names
end

--- Calls `visit` with the service and those it is made of, which have servers of their own.
local function each_part(self, name, visit, seen)
  if seen[name] then return end
  seen[name] = true
  local service = self:http_service(name)
  visit(service)
  for _, part in ipairs(parts_of(service, name)) do each_part(self, part, visit, seen) end
end

--- How many servers a service has; those of the services that it is made of (weighted, mirrored,
--- failover) count, too, but mirrors do not.
function Client:service_server_count(name)
  local count = 0
  each_part(self, name, function(service)
    local balancer = service.loadBalancer
    count = count + (balancer and balancer.servers and #balancer.servers or 0)
  end, {})
  return count
end

--- up, down, total, down_servers of a service and those it is made of, by their health checks.
function Client:service_health(name)
  local down = json.array({})
  local out = { up = 0, down = 0, total = 0, down_servers = down }
  each_part(self, name, function(service)
    for address, state in pairs(service.serverStatus or {}) do
      out.total = out.total + 1
      if state == "UP" then
        out.up = out.up + 1
      else
        out.down = out.down + 1
        down[#down + 1] = address
      end
    end
  end, {})
  table.sort(down)
  return out
end

--- How many HTTP routers are enabled, and how many are not; the third result is a list of
--- `{ name, status, errors }` of the latter. `opts.protocol`: `tcp`, `udp`.
function Client:healthy_routers(opts)
  local enabled, others = 0, json.array({})
  local protocol = opts and opts.protocol or "http"
  for _, router in ipairs(list(self, ("/api/%s/routers"):format(protocol), opts)) do
    if router.status == "enabled" then
      enabled = enabled + 1
    else
      others[#others + 1] = { name = router.name, status = router.status, errors = router.error }
    end
  end
  return enabled, #others, others
end

--- Waits until a router is there and enabled. `opts`: interval (2 s).
function Client:wait_router_enabled(name, timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 60, interval = 2 }, opts)
  return poll(o, ("traefik: router %s not enabled"):format(name), function()
    local router = self:http_router(name)
    local why = type(router.error) == "table" and ": " .. table.concat(router.error, "; ") or ""
    return router.status == "enabled", "status " .. tostring(router.status) .. why
  end)
end

--- Waits until `count` (1) servers of a service are up by their health checks. `opts`: interval (2 s),
--- count.
function Client:wait_service_up(name, timeout_secs, opts)
  local o = rest.copy({ timeout = timeout_secs or 60, interval = 2, count = 1 }, opts)
  return poll(o, ("traefik: service %s not up"):format(name), function()
    local health = self:service_health(name)
    return health.up >= o.count, ("%d of %d servers up"):format(health.up, health.total)
  end)
end

rest.guard(M, "traefik")
rest.functions(M, Client, function(options) return Client:new(options) end, true)

return M
