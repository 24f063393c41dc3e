--- @module assay.internal.argocd_api
--- @description Requests of Argo CD's API, for `assay.argocd` and its parts.

local rest = require("assay.internal.client")

local api = {}

--- The decoded answer; exactly 200 succeeds.
function api.request(self, method, path, query, body)
  return (self:_request(method, rest.with_query(path, query or {}), { ok = 200, body = body }))
end

--- The items of a list.
function api.items(self, path, query)
  return (self:_get(rest.with_query(path, query or {}), { ok = 200, list = "items" }))
end

return api
