--- @module assay.internal.unleash_api
--- @description Paths and requests of Unleash's admin API, for `assay.unleash`.

local segment = require("assay.internal.segment")

local api = { ADMIN = "/api/admin" }

--- GET; nil on 404, with `field` that list, empty on 404.
function api.get(self, path, field)
  local answer = self:_get(path, { ok = 200, missing = true })
  if not field then return answer end
  return answer and answer[field] or json.array({})
end

--- Any other request; every 2xx succeeds.
function api.send(self, method, path, body)
  return (self:_request(method, path, { body = body }))
end

--- DELETE; with `opts.ignore_not_found` 404 is nil. `what` instead of a path that is a secret.
function api.delete(self, path, opts, what)
  local send = what and self._secretly or self._request
  return (send(self, "DELETE", path, { missing = opts and opts.ignore_not_found, what = what }))
end

function api.project(id)
  return api.ADMIN .. "/projects/" .. segment(id)
end

function api.feature(project, name)
  return api.project(project) .. "/features/" .. segment(name)
end

function api.environment(project, name, env_name)
  return api.feature(project, name) .. "/environments/" .. segment(env_name)
end

return api
