--- @module assay.internal.temporal_api
--- @description Paths and requests of Temporal's HTTP API, for `assay.temporal`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")

local api = {}

--- A path below the client's namespace, or below `opts.namespace`.
function api.path(self, opts, rest_of)
  return "/api/v1/namespaces/" .. segment(opts and opts.namespace or self.default_ns) .. rest_of
end

--- The path of a workflow.
function api.workflow(self, opts, id)
  return api.path(self, opts, "/workflows/" .. rest.escape(id))
end

--- GET; exactly 200 succeeds.
function api.get(self, path, query)
  return (self:_get(rest.with_query(path, query or {}), { ok = 200 }))
end

--- POST; exactly 200 succeeds.
function api.post(self, path, body, query)
  return (self:_post(rest.with_query(path, query or {}), rest.object(body), { ok = 200 }))
end

--- A request's table with names where the API has `{ name = … }`.
function api.named(request)
  request = rest.copy(request)
  for _, key in ipairs { "workflowType", "taskQueue" } do
    if type(request[key]) == "string" then request[key] = { name = request[key] } end
  end
  return request
end

--- All pages as one answer, whose list is `field`, unless a page is asked for.
function api.pages(self, path, query, opts, field)
  opts = opts or {}
  local is_single = opts.page_size ~= nil or opts.maximum_page_size ~= nil
  if opts.all ~= nil then is_single = not opts.all end
  if opts.next_page_token then is_single = opts.all ~= true end
  local all
  local token = opts.next_page_token
  -- values of the query may be nil
  local last = 0
  for i in pairs(query) do last = math.max(last, i) end
  repeat
    query[last + 1] = { "nextPageToken", token }
    local page = api.get(self, path, query)
    if not all then
      all = page
    else
      -- the server leaves empty lists out
      local into, from, name = all, page, field
      if field == "history" then
        all.history = all.history or {}
        into, from, name = all.history, page.history or {}, "events"
      end
      into[name] = into[name] or json.array({})
      for _, item in ipairs(from[name] or {}) do into[name][#into[name] + 1] = item end
      all.nextPageToken = page.nextPageToken
    end
    token = page and page.nextPageToken
    if token == "" then token = nil end
  until is_single or not token
  return all
end

return api
